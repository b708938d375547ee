/* Scope: a view over time while time goes on. The picture moves to the left by whole pixels, and only what is
   new is drawn. */

import { quantitiesOf } from "./engine.js";
import { $, put } from "./dom.js";
import { boxesOf, linesOf, yRangeOf } from "./lines.js";
import { extent, millivolts } from "./numbers.js";
import { Axes, dot, placeLabels, styled } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { color, drawn, look } from "./view.js";

/* The range of some series in a window, never narrower than it was. */
function widened(series, from, to, old) {
  const part = (some) => some.subarray(from, to + 1);
  return series.reduce((span, some) => extent(part(some), span), old || [Infinity, -Infinity]);
}

const firstSample = (n, span) => Math.max(0, n - Math.ceil(span / shown.run.dt));

/* The axes of a view whose time ends now: `span` ms, counted back from it. */
export function layOutScope(view, span) {
  const { id } = view, { run } = shown, [box, below] = boxesOf(view);
  const n = sampleAtHead(), from = firstSample(n, span);
  if (view.scopeOf !== run) Object.assign(view, { seen: null, seenI: null });
  view.scopeOf = run;
  const lines = linesOf(id, run);
  view.seen = widened(lines.map((line) => line.series), from, n, view.seen);
  const axes = new Axes(box, [-span, 0], yRangeOf(id, view.seen));
  view.seenI = below ? widened([quantitiesOf(run).I], from, n, view.seenI || [0, 1]) : null;
  const [a, b] = view.seenI || [0, 1], room = 0.06 * (b - a);
  const stimulus = below && new Axes(below, [-span, 0], [a - room, b + room]);
  Object.assign(view, { axes, stimulus, lines, span, last: n });
}

/* Device pixels that time t has moved by. */
const pixelOf = ({ axes, surface }, t) => Math.floor(t * axes.sx * surface.ratio);

/* How long a dashed line is before sample `from`, so that its dashes go on where those before end; it is
   followed from the last sample that was drawn, n when this is done. */
function drawnBefore({ axes, dashes }, name, series, from, n) {
  const { dt, dropped } = shown.run, { sx, sy } = axes;
  const long = (a, b) => {
    let sum = 0;
    for (let m = a + 1; m <= b; m++) sum += Math.hypot(dt * sx, (series[m] - series[m - 1]) * sy);
    return sum;
  };
  const { at, length } = dashes.get(name) || { at: from + dropped, length: 0 }, last = at - dropped;
  const before = last > from ? length - long(from, last) : length + long(last, from);
  dashes.set(name, { at: n + dropped, length: before + long(from, n) });
  return before;
}

function paintWindow(view, ctx, from, n) {
  const { axes, stimulus, lines, weight, surface } = view, { run } = shown, now = pixelOf(view, run.t[n]);
  // Times are drawn where whole pixels put them, so that old and new join.
  const shift = now / surface.ratio / axes.sx;
  const all = lines.map((line) => [axes, drawn(line, weight), line.series, line.name]).reverse();
  const injected = { color: color("stimulus"), width: weight, join: "miter" };
  if (stimulus) all.push([stimulus, injected, quantitiesOf(run).I]);
  for (const [on, style, series, name] of all)
    on.inside(ctx, () => styled(ctx, style, () => {
      const part = (some) => some.subarray(from, n + 1);
      if (style.dash?.length) ctx.lineDashOffset = drawnBefore(view, name, series, from, n);
      on.trace(ctx, part(run.t), part(series), n - from, shift);
    }));
  view.at = now;
}

function paintLabels(view, ctx, n) {
  const { axes, stimulus, lines, font, id } = view, { run } = shown;
  const x = axes.box.x + axes.box.w + 0.32 * font, beside = x + 0.45 * font;
  const mark = (box, some, radius) => {
    const labels = some.map(({ symbol, y, hue }) => ({ x: beside, symbol, y, color: color(hue) }));
    labels.forEach((label) => dot(ctx, x, label.y, radius * font, label.color, look.theme.panel));
    placeLabels(ctx, labels, 1.08 * font, box.y + 0.3 * font, box.y + box.h - 0.1 * font);
  };
  mark(axes.box, lines.map((line) => ({ ...line, y: axes.y(line.series[n]) })), 0.26);
  if (!stimulus) return;
  const I = stimulus.y(quantitiesOf(run).I[n]);
  mark(stimulus.box, [{ symbol: [["I", "i"]], hue: "stimulus", y: I }], 0.22);
  if (id === "V") put($("value-V"), { textContent: `${millivolts(run.y[0][n])} mV` });
}

function paintGrids(view, ctx) {
  const { axes, stimulus, font, numbers } = view, { theme } = look;
  axes.grid(ctx, theme, font, { xTicks: numbers && !stimulus, xLabel: "ms" });
  if (!stimulus) return;
  const [a, b] = view.seenI, marks = [...new Set([0, +(b > -a ? b : a).toPrecision(3)])];
  stimulus.grid(ctx, theme, font, { xTicks: numbers, xLabel: "ms", yTicks: marks });
}

/* The whole window. */
export function paintScope(view, ctx) {
  const n = sampleAtHead();
  view.dashes = new Map(); // of each dashed line: the last sample drawn, and how long the line is there
  paintGrids(view, ctx);
  paintWindow(view, ctx, firstSample(n, view.span), n);
  paintLabels(view, ctx, n);
  view.last = n + shown.run.dropped;
}

/* What is new since it was drawn last; all of it where it was put elsewhere or outgrew its axes. */
export function scrollScope(view) {
  const { axes, stimulus, surface, id } = view, { run } = shown, n = sampleAtHead(), ctx = surface.ctx;
  const from = view.last - run.dropped, moved = pixelOf(view, run.t[n]) - view.at;
  view.lines = linesOf(id, run);
  if (moved === 0 && n === from) return;
  const grown = widened(view.lines.map((line) => line.series), Math.max(0, from), n, view.seen);
  const outgrown = yRangeOf(id, grown).some((edge, m) => edge !== axes.yRange[m])
    || (stimulus && extent([quantitiesOf(run).I[n]], view.seenI).some((edge, m) => edge !== view.seenI[m]));
  if (from < 0 || n < from || moved * 2 > axes.box.w * surface.ratio || outgrown) {
    layOutScope(view, view.span);
    return paintScope(view, surface.begin());
  }
  const { ratio } = surface, boxes = [axes.box, ...(stimulus ? [stimulus.box] : [])];
  const right = Math.round((axes.box.x + axes.box.w) * ratio), left = Math.round(axes.box.x * ratio);
  for (const { y, h } of moved ? boxes : []) {
    const top = Math.floor((y - 2) * ratio), tall = Math.ceil((h + 4) * ratio), wide = right - left - moved;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(left, top, wide, tall);
    ctx.clip();
    ctx.globalCompositeOperation = "copy"; // what is clear replaces what was drawn
    ctx.drawImage(surface.canvas, left + moved, top, wide, tall, left, top, wide, tall);
    ctx.restore();
  }
  // The last few pixels are drawn anew, so that lines join.
  const fresh = moved + 3 * ratio, x = (right - fresh) / ratio;
  ctx.save();
  ctx.beginPath();
  for (const { y, h } of boxes) ctx.rect(x, y - 3, surface.width - x, h + 4);
  ctx.rect(right / ratio, 0, surface.width, surface.height); // labels
  ctx.clip();
  ctx.clearRect(x, 0, surface.width, surface.height);
  paintGrids(view, ctx);
  paintWindow(view, ctx, Math.max(0, firstSample(n, (fresh + 6) / ratio / axes.sx)), n);
  paintLabels(view, ctx, n);
  ctx.restore();
  view.last = n + run.dropped;
}
