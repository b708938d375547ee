/* Curves: the firing rate over the current and the threshold over a pulse's width take turns in one place. */

import { $, on } from "./dom.js";
import { ui } from "./settings.js";
import { applyViews, drawAll, views, widen } from "./views.js";

/* Points of the run and the membrane that are shown. */
export function measureCurves() {
  views.fi.measure();
  views.strength.measure();
}

/* afterwards() is done once another curve is there. */
export function wireCurves(afterwards) {
  on("sweep", "click", () => views.fi.sweep());
  const turn = (curve, from, to, back) => on(`to-${curve}`, "click", () => {
    const { wide } = views[from];
    ui.curve = curve;
    applyViews();
    if (wide) widen(to); else drawAll();
    $(back).focus();
    afterwards();
  });
  turn("strength", "fi", "strength", "to-rate");
  turn("rate", "strength", "fi", "to-strength");
}
