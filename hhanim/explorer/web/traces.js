/* Traces: the views over time. What stands still is drawn once, on layers; the head moves over them. */

import { quantitiesOf } from "./engine.js";
import { $ } from "./dom.js";
import { extent, niceRange, signed } from "./numbers.js";
import { Axes, dot, placeLabels, styled } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { ui } from "./settings.js";
import { View, color, drawn, look } from "./view.js";

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

const linesOf = (id, run) => (run ? LINES[id](run, quantitiesOf(run)) : []);

export class TraceView extends View {
  /* numbers: under the axis, because no other view over time follows. */
  draw(numbers) {
    if (!this.fit()) return;
    const { id, font, surface } = this, { run, exact, head } = shown, { theme } = look;
    const previous = ui.previous ? shown.previous : null, weight = (id === "V" ? 0.17 : 0.145) * font;
    const now = linesOf(id, run), past = linesOf(id, previous), converged = linesOf(id, exact);
    const span = extent([...now, ...past, ...converged].flatMap((line) => extent(line.series)));
    const left = 3.5 * font, top = 0.5 * font, w = surface.width - left - 3.0 * font;
    const foot = numbers ? 1.75 * font : 0.35 * font;
    const strip = id === "V" ? Math.max(2.6 * font, 0.16 * surface.height) : 0;
    const h = surface.height - top - foot - strip - (strip && 0.9 * font);
    const axes = new Axes({ x: left, y: top, w, h }, [0, run.duration], (RANGES[id] || RANGES.other)(span));
    const base = surface.layer("base"), ink = surface.layer("ink");
    const stimulus = strip ? stimulusAxes({ x: left, y: top + h + 0.9 * font, w, h: strip }) : null;
    axes.grid(base, theme, font, { xTicks: numbers && !strip, xLabel: "ms" });
    if (strip) stimulus.grid(base, theme, font, { xTicks: numbers, xLabel: "ms", yTicks: stimulus.marks });
    axes.inside(base, () => {
      const before = { width: 1.2, alpha: 0.75 };
      const trace = (source, line, to) => axes.trace(base, source.t, line.series, to);
      for (const line of past) {
        const to = Math.min(line.series.length - 1, Math.round(run.duration / previous.dt));
        const style = { ...before, color: color(line.hue), dash: [1.5, 3.5] };
        styled(base, style, () => trace(previous, line, to));
      }
      for (const line of converged) {
        const hue = id === "V" ? theme.muted : color(line.hue);
        styled(base, { ...before, color: hue, dash: [6, 3] }, () => trace(exact, line));
      }
      // The rest of a run is pale behind the moving head; with the head at the end there is no rest.
      if (head < 1) now.forEach((l) => styled(base, drawn(l, weight, theme.ghost), () => trace(run, l)));
    });
    axes.inside(ink, () => now.slice().reverse().forEach((line) =>
      styled(ink, drawn(line, weight), () => axes.trace(ink, run.t, line.series))));
    for (const [ctx, alpha] of strip ? [[base, theme.ghost], [ink, 1]] : []) {
      const style = { color: color("stimulus"), width: weight, alpha, join: "miter" };
      stimulus.inside(ctx, () => styled(ctx, style, () => drawStimulus(ctx, stimulus)));
    }
    Object.assign(this, { axes, stimulus, lines: now, numbers, ghosts: head < 1 });
  }

  compose() {
    if (!this.ready) return;
    if (shown.head < 1 && !this.ghosts) this.draw(this.numbers);
    const { axes, stimulus, font, surface } = this, { run, head } = shown, n = sampleAtHead();
    const ctx = surface.begin(), x = axes.x(run.t[n]), at = axes.box.x + axes.box.w + 0.55 * font;
    const mark = (box, all, radius, top, foot) => {
      const labels = all.map((line) => ({ x: at, y: line.y, symbol: line.symbol, color: color(line.hue) }));
      labels.forEach((label) => dot(ctx, x, label.y, radius * font, label.color, look.theme.panel));
      placeLabels(ctx, labels, 1.08 * font, box.y + top * font, box.y + box.h - foot * font);
    };
    surface.paste("base");
    surface.paste("ink", 0, head >= 1 ? surface.width : x);
    if (head < 1) this.headLine(ctx, x, axes, stimulus || axes);
    mark(axes.box, this.lines.map((line) => ({ ...line, y: axes.y(line.series[n]) })), 0.28, 0.3, 0.1);
    if (!stimulus) return;
    const I = { y: stimulus.y(quantitiesOf(run).I[n]), symbol: [["I", "i"]], hue: "stimulus" };
    mark(stimulus.box, [I], 0.24, 0, 0);
    $("value-V").textContent = `${signed(run.y[0][n].toFixed(1))} mV`;
  }

  describe() {
    const { run } = shown, lines = linesOf(this.id, run);
    const range = ({ series }) => extent(series).map((x) => +x.toPrecision(3)).join(" to ");
    const all = (name, unit = "") => lines.map((line) => `${line[name]} ${range(line)}${unit}`).join(", ");
    const texts = {
      V: () => `Membrane potential and stimulus over ${run.duration} ms: ${range(lines[0])} mV. `
        + `Stimulus ${run.stimulus.text}. ${run.sentence}`,
      gates: () => `Gates over time: ${all("name")}.`,
      currents: () => `Currents over time: ${all("words", " µA/cm²")}.`,
      conductances: () => (ui.open ? `Open fractions over time: ${all("name")}.`
        : `Conductances over time: ${all("name", " mS/cm²")}.`),
    };
    this.about(texts[this.id]());
  }
}

/* A strip with room above and below, marked at 0 and at the strongest current. */
function stimulusAxes(box) {
  const { run } = shown, [a, b] = extent(quantitiesOf(run).I, [0, 0]), room = 0.06 * (b - a);
  const axes = new Axes(box, [0, run.duration], a === b ? [0, 1] : [a - room, b + room]);
  return Object.assign(axes, { marks: [...new Set([0, +(b > -a ? b : a).toPrecision(3)])] });
}

/* The stimulus exactly, with its vertical edges, not from samples. */
function drawStimulus(ctx, axes) {
  const { stimulus, duration } = shown.run, ends = [...stimulus.edges(duration), duration];
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
