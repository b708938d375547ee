/* The views of the voltage clamp: sweeps over time, current over voltage, the gates of one sweep. */

import { together } from "./clamp.js";
import { $ } from "./dom.js";
import { extent, niceRange, signed } from "./numbers.js";
import { Axes, disc, dot, fontOf, placeLabels, polyline, styled } from "./plot.js";
import { shown } from "./runs.js";
import { tr } from "./words.js";
import { BenchView, color, drawn, look } from "./view.js";

/* Which sweep is looked at when nothing plays: one that was pointed at, else the one nearest 0 mV outside. */
const picked = { sweep: null };

/* How far the head is: sweeps that are complete, the sweep that is looked at, its time (ms). */
function progress() {
  const { run, head } = shown, count = run.sweeps.length, usual = nearest(run.levels, run.model.zero);
  if (head >= 1) return { done: count, now: Math.min(picked.sweep ?? usual, count - 1), t: run.span };
  const done = Math.min(count - 1, Math.floor(head * count));
  return { done, now: done, t: (head * count - done) * run.span };
}

const nearest = (numbers, to) =>
  numbers.reduce((best, x, n) => (Math.abs(x - to) < Math.abs(numbers[best] - to) ? n : best), 0);

/* A channel without gates is a leak, whatever it is called. */
const leaks = ({ symbolOpen }, c) => (symbolOpen.length ? [] : [c]);

/* The command, what flows altogether and through each channel, one above the other. */
export class SweepsView extends BenchView {
  get rows() {
    const { model: { channels } } = shown.run, left = $("leak").checked ? channels.flatMap(leaks) : [];
    const total = (sweep) => sweep.total.map((i, n) => left.reduce((sum, c) => sum - sweep.i[c][n], i));
    const ions = channels.map((c, n) => ({ ...c, of: (sweep) => sweep.i[n] }));
    return [
      { symbol: [["V", "i"]], hue: "stimulus", dash: [], of: (sweep) => sweep.v, share: 0.7 },
      { symbol: [["I", "i"], [tr("total"), "_"]], hue: "ink", dash: [], of: total, share: 1.5 },
      ...ions.filter((_, n) => !left.includes(n)).map((row) => ({ ...row, dash: [], share: 1 })),
    ];
  }
  layOut() {
    const { font, surface } = this, { run } = shown, rows = this.rows, gap = 0.8 * font;
    const left = 3.8 * font, w = surface.width - left - 3.2 * font;
    const shares = rows.reduce((sum, row) => sum + row.share, 0);
    const room = surface.height - 2.3 * font - gap * (rows.length - 1), base = surface.layer("base");
    let y = 0.5 * font;
    this.panels = rows.map((row, n) => {
      const h = (room * row.share) / shares, all = run.sweeps.flatMap((sweep) => extent(row.of(sweep)));
      const [low, high] = extent(all, n ? [0, 0] : undefined), free = 0.08 * (high - low || 1);
      const range = [low - free, high + free], last = n === rows.length - 1;
      const axes = new Axes({ x: left, y, w, h }, [0, run.span], range);
      axes.grid(base, look.theme, font, { xTicks: last, xLabel: "ms", yCount: h > 5 * font ? 4 : 2 });
      y += h + gap;
      return { ...row, axes };
    });
    this.complete = -1;
  }
  trace(ctx, sweep, alpha, until = Infinity) {
    const to = until < Infinity ? sweep.t.findLastIndex((t) => t <= until) : undefined;
    for (const { axes, of, hue } of this.panels) {
      const style = { color: color(hue), width: 0.13 * this.font, alpha };
      axes.inside(ctx, () => styled(ctx, style, () => axes.path(ctx, sweep.t, of(sweep), to)));
    }
  }
  paint(ctx) {
    const { run } = shown, { done, now, t } = progress(), { font, surface, panels } = this;
    if (this.complete !== done) {
      const pale = surface.layer("sweeps");
      run.sweeps.slice(0, done).forEach((one) => this.trace(pale, one, 0.4));
      this.complete = done;
    }
    const sweep = run.sweeps[now], n = sweep.t.findLastIndex((x) => x <= t);
    surface.paste("base");
    surface.paste("sweeps");
    this.trace(ctx, sweep, 1, t);
    for (const { axes, of, hue, symbol } of panels) {
      const { x, y, w, h } = axes.box, at = axes.y(of(sweep)[n]);
      dot(ctx, axes.x(sweep.t[n]), at, 0.26 * font, color(hue), look.theme.panel);
      placeLabels(ctx, [{ x: x + w + 0.5 * font, y: at, symbol, color: color(hue) }], 1.05 * font, y, y + h);
    }
    $("value-clamp").textContent = `${signed(+sweep.level.toPrecision(4))} mV`;
  }
  /* Look at the sweep that is nearest to a point, in the panel that the point is in. */
  point(px, py) {
    const panel = this.panels?.find(({ axes: { box } }) => py >= box.y && py <= box.y + box.h);
    if (!panel || shown.head < 1) return;
    const { axes, of } = panel, t = (px - axes.box.x) / axes.sx;
    const at = (sweep) => axes.y(of(sweep)[sweep.t.findLastIndex((x) => x <= t)]);
    const heights = t > 0 && t < axes.xRange[1] ? shown.run.sweeps.map(at) : [];
    if (heights.length) picked.sweep = nearest(heights, py);
  }
  describe() {
    const { run } = shown, { now } = progress(), said = (x) => signed(+x.toPrecision(3));
    const lines = run.model.channels.map(({ words: name }, n) =>
      tr("{name}: peak {peak}, at the end {end} µA/cm².",
        { name, peak: said(run.peaks[n][now].i), end: said(run.steady[n][now]) }));
    const head = tr("Currents over time in {count} sweeps. In the sweep to {V} mV:",
      { count: run.levels.length, V: signed(run.levels[now]) });
    this.about([head, ...lines].join(" "));
  }
}

/* What is read from each sweep, against its level: {symbol, hue, dash, filled, values}. */
function curvesOf(run) {
  const { model, reads } = run, { channels } = model, sum = { symbol: [[tr("total"), ""]], hue: "ink" };
  sum.dash = [];
  if (reads === "first") {
    const each = channels.map((c, n) => ({ ...c, values: run.first[n] }));
    return [...each, { ...sum, values: together(run.first) }];
  }
  const peak = run.peaks.map((row) => row.map(({ i }) => i));
  const largest = (row) => row.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
  if (reads === "share") {
    const c = model.inward[0] ?? 0, top = largest(peak[c]) || 1;
    return [{ ...channels[c], values: peak[c].map((i) => Math.abs(i) / top) }];
  }
  return [...channels.map((c, n) => {
    const transient = largest(peak[n]) > 1.2 * largest(run.steady[n]);
    return { ...c, values: transient ? peak[n] : run.steady[n], kind: transient ? tr("peak") : tr("steady") };
  }), { ...sum, values: together(run.steady), kind: tr("steady") }];
}

export class CurrentVoltageView extends BenchView {
  layOut() {
    const { run } = shown, { reads } = run, titles = { peak: tr("Peak and steady current"),
      first: tr("Current just after the step"), share: tr("Peak current, relative") };
    $("name-iv").textContent = titles[reads];
    $("unit-iv").textContent = reads === "share" ? "" : "(µA/cm²)";
    const { font, surface } = this, curves = curvesOf(run), all = curves.flatMap((c) => c.values);
    const x = extent(run.levels), wide = x[1] - x[0] || 10;
    const y = reads === "share" ? [0, 1.05] : niceRange(...extent(all, [0, 0]));
    surface.ctx.font = fontOf(0.95 * font, 600);
    const nameOf = ({ symbol, kind }) => [...symbol.map(([text]) => text), " ", kind ?? ""].join("");
    const widest = Math.max(...curves.map((c) => surface.ctx.measureText(nameOf(c)).width));
    const axes = new Axes(this.plotBox(3.9 + widest / font), [x[0] - 0.04 * wide, x[1] + 0.04 * wide], y);
    axes.grid(surface.layer("base"), look.theme, font, { xLabel: "mV" });
    Object.assign(this, { axes, curves });
  }
  paint(ctx) {
    const { axes, curves, font, surface } = this, { run } = shown, { done, now, t } = progress();
    const ends = run.sweeps[now].pieces[run.measured].b, count = t >= ends ? Math.max(done, now + 1) : done;
    const order = run.levels.map((_, n) => n).slice(0, count).sort((a, b) => run.levels[a] - run.levels[b]);
    surface.paste("base");
    if (axes.yRange[0] < 0) {
      const zero = [[axes.box.x, axes.y(0)], [axes.box.x + axes.box.w, axes.y(0)]];
      styled(ctx, { color: look.theme.line }, () => polyline(ctx, ...zero));
    }
    for (const { values, hue, dash } of curves) {
      const points = order.map((n) => [axes.x(run.levels[n]), axes.y(values[n])]);
      styled(ctx, drawn({ hue, dash }, 0.11 * font, 0.8), () => polyline(ctx, ...points));
      points.forEach(([x, y], m) => {
        if (order[m] === now) dot(ctx, x, y, 0.3 * font, color(hue), look.theme.panel);
        else disc(ctx, x, y, 0.2 * font, color(hue));
      });
    }
    const end = order.at(-1), at = axes.box.x + axes.box.w + 0.5 * font;
    const labels = end === undefined ? [] : curves.map(({ values, hue, symbol, kind }) => ({
      x: at, y: axes.y(values[end]), color: color(hue), symbol: kind ? [...symbol, [` ${kind}`, ""]] : symbol,
    }));
    placeLabels(ctx, labels, 0.95 * font, axes.box.y, axes.box.y + axes.box.h);
  }
  describe() {
    const { run } = shown, said = curvesOf(run).map(({ words, kind, values }) => {
      const points = values.map((value, n) => `${signed(run.levels[n])} mV ${signed(+value.toPrecision(3))}`);
      return `${words ?? tr("Total")} ${kind ?? ""}: ${points.join(", ")}`;
    });
    this.about(`${tr("Current against voltage.")} ${said.join(". ")}.`);
  }
}

/* The gates of the sweep that is looked at. */
export class ClampGatesView extends BenchView {
  layOut() {
    const { font, surface } = this, axes = new Axes(this.plotBox(5.6), [0, shown.run.span], [0, 1]);
    axes.grid(surface.layer("base"), look.theme, font, { xLabel: "ms", yCount: 2 });
    this.axes = axes;
  }
  paint(ctx) {
    const { run } = shown, { now, t } = progress(), { axes, font, surface } = this;
    const sweep = run.sweeps[now], n = sweep.t.findLastIndex((x) => x <= t), lines = run.model.gateList;
    surface.paste("base");
    axes.inside(ctx, () => lines.forEach((line, g) =>
      styled(ctx, drawn(line, 0.14 * font), () => axes.path(ctx, sweep.t, sweep.gates[g], n))));
    const { panel } = look.theme, at = axes.x(sweep.t[n]), x = axes.box.x + axes.box.w + 0.5 * font;
    const labels = lines.map(({ symbol, hue }, g) =>
      ({ x, y: axes.y(sweep.gates[g][n]), symbol, color: color(hue) }));
    labels.forEach(({ y, color: hue }) => dot(ctx, at, y, 0.24 * font, hue, panel));
    placeLabels(ctx, labels, 1.05 * font, axes.box.y, axes.box.y + axes.box.h);
    $("level-clampgates").textContent = `${signed(+sweep.level.toPrecision(4))} mV`;
  }
  describe() {
    const { run } = shown, { now } = progress(), sweep = run.sweeps[now];
    const said = run.model.gateList.map((gate, g) => {
      const [low, high] = extent(sweep.gates[g]);
      return `${gate.name} ${signed(+low.toPrecision(3))}–${signed(+high.toPrecision(3))}`;
    });
    const head = tr("Gates over time in the sweep to {V} mV:", { V: signed(sweep.level) });
    this.about(`${head} ${said.join(", ")}.`);
  }
}
