/* Benches: what is touched in the pictures of the clamp and of the axon. */

import { setNumber } from "./controls.js";
import { inside, on } from "./dom.js";
import { settings } from "./settings.js";
import { composeAll, views } from "./views.js";

const BLOCK = 12; // mm, enough to stop a spike in the axon that the page begins with

function wireAxon() {
  const view = views.axon, { canvas } = view, hear = (type, heard) => canvas.addEventListener(type, heard);
  const move = (event) => {
    const place = view.held && view.placeAt(inside(canvas, event)[0] - view.aside);
    if (!view.held || (!view.moved && place === settings[view.held])) return;
    view.moved = true;
    setNumber(view.held, place);
    if (view.held === "block" && !settings.blocked) setNumber("blocked", BLOCK);
  };
  hear("pointerdown", (event) => {
    view.held = view.grip(...inside(canvas, event));
    view.moved = false;
    if (!view.held) return;
    const on = view.handleAt(...inside(canvas, event)) !== null;
    // A handle may stand beside its place.
    view.aside = on ? view.handle(view.held)[0] - view.above(view.held) : 0;
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    if (!on) move(event);
  });
  hear("pointermove", (event) => {
    move(event);
    if (!event.buttons) canvas.style.cursor = view.grip(...inside(canvas, event)) ? "grab" : "";
  });
  hear("pointerup", () => {
    // A touch turns the block on and off.
    if (view.held === "block" && !view.moved) setNumber("blocked", settings.blocked ? 0 : BLOCK);
  });
  for (const type of ["pointerup", "pointercancel"]) hear(type, () => { view.held = null; composeAll(); });
  /* A finger on a handle moves it, elsewhere it scrolls the page. */
  canvas.addEventListener("touchstart", (event) => {
    if (view.grip(...inside(canvas, event.touches[0]))) event.preventDefault();
  }, { passive: false });
}

export function wireBenches(drawAll) {
  wireAxon();
  const { clamp } = views;
  for (const type of ["pointermove", "pointerdown"])
    clamp.canvas.addEventListener(type, (event) => {
      clamp.point(...inside(clamp.canvas, event));
      composeAll();
    });
  on("leak", "change", drawAll);
}
