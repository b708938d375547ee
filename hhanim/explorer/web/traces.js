/* Traces: the views over time. What stands still is drawn once, on layers; the head moves over them. */

import { STIMULI } from "./data.js";
import { quantitiesOf } from "./engine.js";
import { $, put } from "./dom.js";
import { boxesOf, linesOf, yRangeOf } from "./lines.js";
import { extent, signed } from "./numbers.js";
import { Axes, dot, placeLabels, styled, symbolHTML } from "./plot.js";
import { layOutScope, paintScope, scrollScope } from "./scope.js";
import { sampleAtHead, shown } from "./runs.js";
import { ui, windowOf } from "./settings.js";
import { View, color, drawn, look, said } from "./view.js";
import { timesOf } from "./zoom.js";
import { decimal, tr } from "./words.js";

export class TraceView extends View {
  layOut() {
    if (shown.run.running) return layOutScope(this, windowOf(ui.rate));
    const { id, numbers } = this, { run, exact } = shown;
    const previous = ui.previous ? shown.previous : null;
    const now = linesOf(id, run), past = linesOf(id, previous), converged = linesOf(id, exact);
    const pinned = id === "V" ? shown.pinned : [], kept = pinned.map((pin) => pin.run.y[0]);
    const beside = kept.map((series) => ({ series }));
    const span = extent([...now, ...past, ...converged, ...beside].flatMap((line) => extent(line.series)));
    const [box, below] = boxesOf(this), axes = new Axes(box, timesOf(run), yRangeOf(id, span));
    const stimulus = below && stimulusAxes(below);
    Object.assign(this, { axes, stimulus, lines: now, past, converged, previous, pinned });
    const { xRange, yRange } = axes, { open, previous: seen } = ui;
    this.layStill([exact, previous, shown.pinned, ...xRange, ...yRange, box.h, numbers, open, seen]);
  }

  get weight() { return (this.id === "V" ? 0.17 : 0.145) * this.font; }

  paint(ctx) {
    if (shown.run.running) return paintScope(this, ctx);
    this.surface.paste("base");
    this.paintStimulusAxes(ctx);
    if (shown.head < 1) this.paintGhosts(ctx);
    this.paintRun(ctx, sampleAtHead());
    this.paintHead(ctx);
  }

  compose() {
    if (shown.run.running) scrollScope(this); else super.compose();
  }

  keep() {
    const { surface } = this;
    this.paintGhosts(surface.layer("pale"));
    this.paintRun(surface.layer("ink"), shown.run.size - 1);
  }

  fromLayers(ctx) {
    const { axes, surface } = this, { run, head } = shown;
    const x = head >= 1 ? surface.width : axes.x(run.t[sampleAtHead()]);
    surface.paste("base");
    this.paintStimulusAxes(ctx);
    surface.paste("pale", x);
    surface.paste("ink", 0, x);
    this.paintHead(ctx);
  }

  paintStill(ctx) {
    const { axes, stimulus, font, numbers, past, previous, converged } = this, { run, exact } = shown;
    axes.grid(ctx, look.theme, font, { xTicks: numbers && !stimulus, xLabel: "ms" });
    stimulus?.grid(ctx, look.theme, font, { xTicks: numbers, xLabel: "ms", yTicks: [] });
    axes.inside(ctx, () => {
      for (const { run: { t, y }, hue } of this.pinned)
        styled(ctx, { color: color(hue), width: 1.6 }, () => axes.trace(ctx, t, y[0]));
      const before = { width: 1.2, alpha: 0.75 };
      for (const line of past) {
        const to = Math.min(line.series.length - 1, Math.round(run.duration / previous.dt));
        const style = { ...before, color: color(line.hue), dash: [1.5, 3.5] };
        styled(ctx, style, () => axes.trace(ctx, previous.t, line.series, to));
      }
      for (const line of converged) {
        const hue = this.id === "V" ? look.theme.muted : color(line.hue);
        styled(ctx, { ...before, color: hue, dash: [6, 3] }, () => axes.trace(ctx, exact.t, line.series));
      }
    });
  }

  /* Its levels change with the current, so they are on no layer. */
  paintStimulusAxes(ctx) {
    const { stimulus, font } = this;
    stimulus?.grid(ctx, look.theme, font, { xTicks: false, yTicks: stimulus.marks });
  }

  /* What is yet to come of a run, pale behind the moving head. */
  paintGhosts(ctx) { this.paintRun(ctx, shown.run.size - 1, look.theme.ghost); }

  paintRun(ctx, to, alpha = 1) {
    const { axes, stimulus, lines, weight } = this, { run } = shown;
    axes.inside(ctx, () => lines.slice().reverse().forEach((line) =>
      styled(ctx, drawn(line, weight, alpha), () => axes.trace(ctx, run.t, line.series, to))));
    const style = { color: color("stimulus"), width: weight, alpha, join: "miter" };
    stimulus?.inside(ctx, () => styled(ctx, style, () => drawStimulus(ctx, stimulus, run.t[to])));
  }

  paintHead(ctx) {
    const { axes, stimulus, font } = this, { run, head } = shown, n = sampleAtHead();
    const x = axes.x(run.t[n]), at = axes.box.x + axes.box.w + 0.55 * font;
    const inside = x > axes.box.x - 1 && x < axes.box.x + axes.box.w + 1;
    const mark = (box, all, radius, top, foot) => {
      const labels = all.map((line) => ({ x: at, y: line.y, symbol: line.symbol, color: color(line.hue) }));
      if (inside) labels.forEach((l) => dot(ctx, x, l.y, radius * font, l.color, look.theme.panel));
      placeLabels(ctx, labels, 1.08 * font, box.y + top * font, box.y + box.h - foot * font);
    };
    if (head < 1 && inside) this.headLine(ctx, x, axes, stimulus || axes);
    mark(axes.box, this.lines.map((line) => ({ ...line, y: axes.y(line.series[n]) })), 0.28, 0.3, 0.1);
    if (!stimulus) return;
    const I = { y: stimulus.y(quantitiesOf(run).I[n]), symbol: [["I", "i"]], hue: "stimulus" };
    mark(stimulus.box, [I], 0.24, 0, 0);
    put($("value-V"), { textContent: `${signed(run.y[0][n].toFixed(1))} mV` });
  }

  /* The time there, and each line's value. */
  readAt(x) {
    const { axes, lines, id } = this, { run } = shown, [from, to] = axes.xRange;
    const at = from + ((x - axes.box.x) / axes.box.w) * (to - from), now = run.running ? run.t[this.last] : 0;
    const n = Math.round((at + now - run.t[0]) / run.dt);
    if (x < axes.box.x || at > to || !(n >= 0 && n < run.size)) return "";
    const value = ({ symbol, series }) => `${symbolHTML(symbol)} ${said(series[n], id === "V" ? 1 : 3)}`;
    const I = id === "V" ? [`<i>I</i> ${said(quantitiesOf(run).I[n], 2)}`] : [];
    return [`${said(run.t[n], 2)} ms`, ...lines.map(value), ...I].join(" · ");
  }

  describe() {
    const { run } = shown, lines = linesOf(this.id, run);
    const range = ({ series }) => {
      const [low, high] = extent(series).map((x) => signed(+x.toPrecision(3)));
      return tr("{low} to {high}", { low, high });
    };
    const all = (name, unit = "") => lines.map((line) => `${line[name]} ${range(line)}${unit}`).join(", ");
    const texts = {
      V: () => [
        tr("Membrane potential and stimulus over {time} ms: {range} mV.",
          { time: decimal(run.duration), range: range(lines[0]) }),
        tr("Stimulus {stimulus}.", { stimulus: STIMULI[run.settings.stimulus].words }),
        run.sentence,
      ].join(" "),
      gates: () => tr("Gates over time: {all}.", { all: all("name") }),
      currents: () => tr("Currents over time: {all}.", { all: all("words", " µA/cm²") }),
      conductances: () => (ui.open ? tr("Open fractions over time: {all}.", { all: all("name") })
        : tr("Conductances over time: {all}.", { all: all("name", " mS/cm²") })),
    };
    this.about(texts[this.id]());
  }
}

/* A strip with room above and below, marked at 0 and at the strongest current. */
function stimulusAxes(box) {
  const { run } = shown, [a, b] = extent(quantitiesOf(run).I, [0, 0]), room = 0.06 * (b - a);
  const axes = new Axes(box, timesOf(run), a === b ? [0, 1] : [a - room, b + room]);
  return Object.assign(axes, { marks: [...new Set([0, +(b > -a ? b : a).toPrecision(3)])] });
}

/* The stimulus up to a time, exactly, with its vertical edges, not from samples. */
function drawStimulus(ctx, axes, end) {
  const { stimulus } = shown.run, ends = [...stimulus.edges(end), end];
  ctx.beginPath();
  ends.forEach((b, n) => {
    const a = n ? ends[n - 1] : 0, mid = 0.5 * (a + b), count = stimulus.constantOn(mid) ? 1 : 200;
    for (let m = 0; m <= count; m++) {
      const t = a + ((b - a) * m) / count;
      ctx.lineTo(axes.x(t), axes.y(stimulus.at(t, mid)));
    }
  });
  ctx.stroke();
}
