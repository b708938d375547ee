/* Readout: the numbers where the pointer or a finger is, in every view. */

import { inside, make } from "./dom.js";

const readout = { box: make("div", { id: "readout", hidden: true, "aria-hidden": "true" }), timer: 0 };

function place({ clientX, clientY }, html) {
  const { box } = readout;
  box.innerHTML = html;
  box.hidden = !html;
  const { width, height } = box.getBoundingClientRect(), free = innerWidth - width - 8;
  const above = clientY - height - 16;
  box.style.left = `${Math.max(8, Math.min(free, clientX + 12))}px`;
  box.style.top = `${above > 4 ? above : clientY + 20}px`;
}

const hide = () => { readout.box.hidden = true; };

/* views: each says in readAt(x, y) what stands there, as HTML, or "". */
export function wireReadout(views) {
  document.body.append(readout.box);
  for (const view of views) {
    const { canvas } = view, hear = (type, heard) => canvas.addEventListener(type, heard);
    const show = (event) => {
      clearTimeout(readout.timer);
      place(event, view.ready ? view.readAt(...inside(canvas, event)) : "");
    };
    hear("pointermove", show);
    hear("pointerdown", show);
    hear("pointerleave", (event) => {
      // A finger leaves as it is lifted: what it touched is read afterwards.
      if (event.pointerType === "mouse") hide(); else readout.timer = setTimeout(hide, 2000);
    });
  }
}
