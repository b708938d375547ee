/* The views of the axon: the axon with what can be moved on it, V along it, V over place and time, and what
   its two electrodes record. */

import { arrivalAt, cellAt } from "./axon.js";
import { extent, niceRange, within } from "./numbers.js";
import { Axes, dot, fontOf, moveApart, placeLabels, polyline, styled } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { settings } from "./settings.js";
import { decimal, tr } from "./words.js";
import { BenchView, color, look } from "./view.js";

/* What stands on the axon and can be moved along it: a setting each, its hue and its letter. */
const HANDLES = [
  { key: "position", hue: "stimulus", letter: "1" }, { key: "second", hue: "stimulus", letter: "2" },
  { key: "block", hue: "sodium", letter: "×" }, { key: "near", hue: "ink", letter: "a" },
  { key: "far", hue: "ink", letter: "b" },
];
const handlesOf = (s) => HANDLES.filter(({ key }) => key !== "second" || s.stimulus === "collision");

/* The V at which a picture is blank and at which it is full. */
const rangeOf = ({ vRange }) => [vRange[0] + 5, vRange[1] - 10];

function voltages(model) {
  const [a, b] = extent(shown.run.v, model.vRange);
  return a < model.vRange[0] || b > model.vRange[1] ? niceRange(a, b) : model.vRange;
}

export class AxonView extends BenchView {
  layOut() {
    const { font, surface } = this, { run } = shown, { width, height } = surface, s = run.settings;
    const left = 3.6 * font, w = width - left - 1.4 * font, tube = 2.6 * font, top = 2.1 * font;
    const foot = 2.0 * font, rest = height - top - tube - foot - 1.8 * font, x = [0, s.length];
    const base = surface.layer("base"), theme = { ...look.theme };
    this.tube = new Axes({ x: left, y: top, w, h: tube }, x, [0, 1]);
    this.along = new Axes({ x: left, y: top + tube + 0.8 * font, w, h: 0.42 * rest }, x, voltages(run.model));
    const { y, h } = this.along.box;
    this.course = new Axes({ x: left, y: y + h + font, w, h: 0.58 * rest }, x, [run.duration, 0]);
    this.along.grid(base, theme, font, { xTicks: false, yCount: 3 });
    this.course.grid(base, theme, font, { xLabel: "mm", yCount: 3 });
    const { box } = this.course;
    base.drawImage(this.picture(), box.x, box.y, box.w, box.h);
    // The names of both axes, where the spike has left nothing to see: at their far ends.
    Object.assign(base, { font: fontOf(0.92 * font), fillStyle: theme.muted, textAlign: "right" });
    base.fillText("V (mV)", left + w - 0.3 * font, y + 0.9 * font);
    base.fillText("t (ms)", left + w - 0.3 * font, box.y + box.h - 0.5 * font);
    base.textAlign = "left";
    this.hot = null;
  }
  /* V over place and time: a pixel for each cell and sample, as opaque as V is high. */
  picture() {
    const { run } = shown, { cells, size, v } = run, [low, high] = rangeOf(run.model);
    const canvas = (this.canvasOfV ||= document.createElement("canvas"));
    Object.assign(canvas, { width: cells, height: size });
    const ctx = canvas.getContext("2d"), image = ctx.createImageData(cells, size);
    const [r, g, b] = look.theme.ink.match(/\w\w/g).map((x) => parseInt(x, 16));
    for (let n = 0; n < v.length; n++) {
      const share = within((v[n] - low) / (high - low), 0, 1);
      image.data.set([r, g, b, 255 * share * share], 4 * n);
    }
    ctx.putImageData(image, 0, 0);
    return canvas;
  }
  paint(ctx) {
    const { run } = shown, { font, surface, along, course } = this, n = sampleAtHead();
    const v = run.v.subarray(n * run.cells, (n + 1) * run.cells), { theme } = look;
    surface.paste("base");
    this.axon(ctx, n);
    const style = { color: theme.ink, width: 0.15 * font };
    along.inside(ctx, () => styled(ctx, style, () => along.path(ctx, run.x, v)));
    const { x, w } = course.box, y = course.y(run.t[n]);
    // What is still to come is pale.
    Object.assign(ctx, { fillStyle: theme.panel, globalAlpha: 0.75 });
    ctx.fillRect(x, y, w, course.box.y + course.box.h - y);
    ctx.globalAlpha = 1;
    styled(ctx, { color: theme.line }, () => polyline(ctx, [x, y], [x + w, y]));
    this.handles(ctx);
  }
  /* The axon: bright where V is high, its walls in the hue of the channels that conduct most there: above
     those whose current flows inward. */
  axon(ctx, n) {
    const { run } = shown, { model } = run, { tube: { box, sx }, font } = this, { theme } = look;
    const [low, high] = rangeOf(model), wall = 0.38 * font;
    const gated = model.channels.flatMap(({ symbolOpen }, c) => (symbolOpen.length ? [c] : []));
    const inward = gated.filter((c) => model.inward.includes(c));
    const outward = gated.filter((c) => !inward.includes(c));
    const conductance = (c, at) => model.g(run.k, c) * run.open[c][at];
    const shut = (m) => Math.abs(run.x[m] - run.settings.block) < 0.5 * run.settings.blocked;
    ctx.fillStyle = theme.raised;
    ctx.fillRect(box.x, box.y, box.w, box.h);
    for (let m = 0; m < run.cells; m++) {
      const at = n * run.cells + m, x = Math.round(box.x + (m * box.w) / run.cells);
      const wide = Math.round(box.x + ((m + 1) * box.w) / run.cells) - x;
      const share = within((run.v[at] - low) / (high - low), 0, 1);
      Object.assign(ctx, { globalAlpha: share * share, fillStyle: theme.ink });
      ctx.fillRect(x, box.y + wall, wide, box.h - 2 * wall);
      for (const [y, kinds] of [[box.y, inward], [box.y + box.h - wall, outward]]) {
        if (!kinds.length || (kinds === inward && shut(m))) continue;
        const most = kinds.reduce((a, b) => (conductance(b, at) > conductance(a, at) ? b : a));
        Object.assign(ctx, { globalAlpha: Math.min(1, 3 * run.open[most][at]) });
        ctx.fillStyle = color(model.channels[most].hue);
        ctx.fillRect(x, y, wide, wall);
      }
    }
    ctx.globalAlpha = 1;
    const { block, blocked } = run.settings, half = 0.5 * blocked * sx, middle = this.tube.x(block);
    if (!blocked) return;
    const from = Math.max(box.x, middle - half), to = Math.min(box.x + box.w, middle + half);
    styled(ctx, { color: color("sodium"), width: 2, dash: [4, 3] }, () =>
      ctx.strokeRect(from, box.y - 3, to - from, box.h + 6));
  }
  handles(ctx) {
    const { tube, course, font } = this, { theme } = look;
    for (const { key, hue, letter } of handlesOf(shown.run.settings)) {
      const [x, y] = this.handle(key), at = this.above(key), top = tube.box.y;
      const foot = "near far".includes(key) ? course.box.y + course.box.h : top;
      const line = { color: color(hue), width: 1.2, dash: [2, 3], alpha: 0.8 };
      styled(ctx, line, () => polyline(ctx, [x, y], [at, top - 2], [at, foot]));
      dot(ctx, x, y, (this.held === key ? 1.0 : 0.8) * font, color(hue), theme.panel);
      Object.assign(ctx, { font: fontOf(font, 600), textAlign: "center", textBaseline: "middle" });
      if (key === "block" && !settings.blocked) dot(ctx, x, y, 0.6 * font, theme.panel, theme.panel);
      ctx.fillStyle = key === "block" && !settings.blocked ? color(hue) : theme.panel;
      ctx.fillText(letter, x, y + 0.05 * font);
    }
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
  }
  /* The setting of the handle at a point, the stimulus where the axon itself is touched, null elsewhere. */
  grip(px, py) {
    if (!this.tube) return null;
    const { box } = this.tube, key = this.handleAt(px, py);
    if (key) return key;
    return py >= box.y && py <= box.y + box.h && px >= box.x && px <= box.x + box.w ? "position" : null;
  }
  handleAt(px, py) {
    const near = handlesOf(shown.run.settings).map(({ key }) => {
      const [x, y] = this.handle(key);
      return { key, off: Math.hypot(px - x, py - y) };
    });
    const best = near.reduce((a, b) => (b.off < a.off ? b : a));
    return best.off < 2 * this.font ? best.key : null;
  }
  /* Where something is that a handle moves, across the canvas. */
  above(key) { return this.tube.x(Math.min(settings[key], this.tube.xRange[1])); }
  /* Where a handle is, in the canvas: above what it moves, or aside where another stands. */
  handle(key) {
    const { tube: { box }, font } = this, edge = 0.8 * font;
    const all = handlesOf(settings).map((one) => ({ key: one.key, at: this.above(one.key) }));
    moveApart(all, 1.75 * font, box.x - edge, box.x + box.w + edge);
    return [all.find((one) => one.key === key)?.at ?? this.above(key), box.y - 1.05 * font];
  }
  placeAt(px) {
    const { box, sx, xRange } = this.tube;
    return within(Math.round(2 * (px - box.x) / sx) / 2, 0, xRange[1]);
  }
  describe() { this.about(`${tr("The axon.")} ${shown.run.sentence}`); }
}

/* V over time at the two electrodes. */
export class RecordingsView extends BenchView {
  layOut() {
    const { font, surface } = this, { run } = shown, { cells, size, settings: s } = run;
    const axes = new Axes(this.plotBox(6.2), [0, run.duration], voltages(run.model));
    axes.grid(surface.layer("base"), look.theme, font, { xLabel: "ms" });
    this.lines = [["near", "a", []], ["far", "b", [6, 4]]].map(([key, letter, dash]) => {
      const cell = cellAt(s, s[key]);
      const series = Float32Array.from({ length: size }, (_, n) => run.v[n * cells + cell]);
      return { key, letter, dash, series };
    });
    this.axes = axes;
  }
  paint(ctx) {
    const { run } = shown, { axes, font, surface, lines } = this, n = sampleAtHead();
    const { ink, panel } = look.theme, level = axes.y(run.model.spikeLevel);
    surface.paste("base");
    for (const { series, dash } of lines) {
      const style = { color: ink, width: 0.15 * font, dash };
      axes.inside(ctx, () => styled(ctx, style, () => axes.trace(ctx, run.t, series, n)));
    }
    const [a, b] = lines.map(({ key }) => arrivalAt(run, run.settings[key]));
    if (run.says.kind === "travels" && Math.max(a, b) <= run.t[n]) {
      const style = { color: color("stimulus"), width: 2 }, middle = axes.x(0.5 * (a + b));
      const text = `${decimal(Math.abs(b - a).toFixed(2))} ms`;
      styled(ctx, style, () => polyline(ctx, [axes.x(a), level], [axes.x(b), level]));
      // Below the line, between the two flanks; the ground around it keeps it clear of what crosses.
      Object.assign(ctx, { font: fontOf(font, 600), fillStyle: style.color, textAlign: "center" });
      Object.assign(ctx, { strokeStyle: panel, lineWidth: 4, lineJoin: "round" });
      for (const write of ["strokeText", "fillText"]) ctx[write](text, middle, level + 1.1 * font);
      ctx.textAlign = "left";
    }
    const x = axes.box.x + axes.box.w + 0.5 * font;
    const labels = lines.map(({ series, letter }) =>
      ({ x, y: axes.y(series[n]), symbol: [["V", "i"], [letter, "_"]], color: ink }));
    labels.forEach(({ y }) => dot(ctx, axes.x(run.t[n]), y, 0.24 * font, ink, panel));
    placeLabels(ctx, labels, 1.05 * font, axes.box.y, axes.box.y + axes.box.h);
  }
  describe() {
    const { run } = shown, [a, b] = ["near", "far"].map((key) => arrivalAt(run, run.settings[key]));
    const said = (t) => (Number.isFinite(t) ? tr("at {t} ms", { t: decimal(t.toFixed(2)) }) : tr("never"));
    this.about(tr("Potential at two electrodes. The spike comes to a {a}, to b {b}.",
      { a: said(a), b: said(b) }));
  }
}
