/* Zoom: a part of the run's time, larger, in all views over time. */

import { $, inside, on } from "./dom.js";
import { within } from "./numbers.js";
import { shown } from "./runs.js";

const FACTOR = 1.3, LEAST = 0.5; // ms
const zoom = { range: null };

/* The part of a run that is shown (ms). */
export function timesOf({ duration }) {
  const { range } = zoom;
  return range && range[0] < duration ? [range[0], Math.min(range[1], duration)] : [0, duration];
}

/* Wheel, double click, keys; scrub(share) is where in the picture the pointer is. */
export function wireZoom(traces, redraw) {
  const set = (range) => {
    const { duration } = shown.run, [from, to] = range || [0, duration];
    const span = Math.max(LEAST, to - from), begin = Math.max(0, Math.min(duration - span, from));
    zoom.range = span >= duration ? null : [begin, begin + span];
    $("whole").hidden = !zoom.range;
    redraw();
  };
  const about = (share, factor) => {
    if (!shown.run.y || shown.run.running) return;
    const [from, to] = timesOf(shown.run), t = from + share * (to - from);
    set([t - (t - from) / factor, t + (to - t) / factor]);
  };
  for (const view of traces) {
    const { canvas } = view;
    const share = (event) => {
      const { x, w } = view.axes.box;
      return within((inside(canvas, event)[0] - x) / w, 0, 1);
    };
    canvas.addEventListener("wheel", (event) => {
      const scrolls = document.documentElement.scrollHeight > innerHeight + 1;
      if (scrolls && !event.ctrlKey) return;
      event.preventDefault();
      about(share(event), event.deltaY < 0 ? FACTOR : 1 / FACTOR);
    }, { passive: false });
    canvas.addEventListener("dblclick", (event) => (zoom.range ? set(null) : about(share(event), 4)));
  }
  on("whole", "click", () => set(null));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.target.closest?.("input, select, textarea")) return;
    if (event.key === "+") about(shown.head, FACTOR);
    else if (event.key === "-") about(shown.head, 1 / FACTOR);
    else if (event.key === "0") set(null);
  });
}
