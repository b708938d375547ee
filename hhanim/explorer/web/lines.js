/* Lines: what the views over time draw, and between which values. */

import { quantitiesOf } from "./engine.js";
import { niceRange } from "./numbers.js";
import { shown } from "./runs.js";
import { ui } from "./settings.js";

/* The lines of each view: [{series, hue, dash, symbol, name}…]. */
const LINES = {
  V: (run) => [{ series: run.y[0], hue: "ink", dash: [], symbol: [["V", "i"]] }],
  gates: (run, q) => run.model.gateList.map((gate, n) => ({ ...gate, series: q.gates[n] })),
  currents: (run, q) => run.model.channels.map((c, n) => ({ ...c, series: q.i[n] })),
  conductances(run, q) {
    const all = run.model.channels.map((c, n) => (ui.open ? { ...c, series: q.open[n], symbol: c.symbolOpen }
      : { ...c, series: q.g[n], symbol: c.symbolG }));
    return all.filter((line) => line.symbol.length);
  },
};

const RANGES = {
  V([low, high]) {
    const [from, to] = shown.run.model.vRange;
    return low < from || high > to ? niceRange(Math.min(low, from), Math.max(high, to)) : [from, to];
  },
  gates: ([low, high]) =>
    [Math.min(0, Math.floor(low * 5) / 5), Math.max(1, Math.ceil(high * 5 - 1e-9) / 5)],
  other([low, high]) {
    const bottom = Math.min(0, low);
    return niceRange(bottom, Math.max(0, high, bottom + 1e-6));
  },
};

/* Where the lines of a view stand, and below them, of V, what is injected; null of others. */
export function boxesOf({ id, font, numbers, surface: { width, height } }) {
  const x = 3.5 * font, y = 0.5 * font, w = width - x - 3 * font, foot = (numbers ? 1.75 : 0.35) * font;
  const strip = id === "V" ? Math.max(2.6 * font, 0.16 * height) : 0, gap = strip && 0.9 * font;
  const h = height - y - foot - strip - gap;
  return [{ x, y, w, h }, strip ? { x, y: y + h + gap, w, h: strip } : null];
}

export const linesOf = (id, run) => (run ? LINES[id](run, quantitiesOf(run)) : []);
export const yRangeOf = (id, span) => (RANGES[id] || RANGES.other)(span);
