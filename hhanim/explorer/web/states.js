/* States: the views over voltage: the phase plane, the gates' steady states and time constants. */

import { $ } from "./dom.js";
import { quantitiesOf } from "./engine.js";
import { extent, niceRange, signed, spaced, within } from "./numbers.js";
import { fixedPoints, nullclines, phaseGate } from "./phaseplane.js";
import { Axes, disc, dot, placeLabels, styled, symbolHTML } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { ui } from "./settings.js";
import { View, color, drawn, look, said } from "./view.js";
import { tr } from "./words.js";

const NULLCLINE = { width: 1.6, dash: [7, 4] };

/* V and the recovery gate, nullclines at the present current. */
export class PhaseView extends View {
  layOut() {
    const { run } = shown, { gate } = phaseGate(run.model, run.k), recovery = run.model.gateList[gate];
    if (recovery !== this.recovery) {
      const gate = ($("recovery-name").innerHTML = symbolHTML(recovery.symbol));
      $("key-recovery").innerHTML = tr("{gate} nullcline", { gate });
      $("key-recovery").style.setProperty("--hue", `var(--${recovery.hue})`);
    }
    const series = quantitiesOf(run).gates[gate];
    const range = run.model.reduced ? [-90, 60] : run.model.vRange, [a, b] = extent(run.y[0], range);
    const [low, high] = extent(series, [0, 0.8]);
    const axes = new Axes(this.plotBox(4.0), a < range[0] || b > range[1] ? niceRange(a, b) : range,
      [Math.min(0, low), within(high + 0.05, 0.8, 1.05)]);
    Object.assign(this, { axes, gate, recovery, series });
    this.layStill([ui.previous && shown.previous, run.model, ...axes.xRange, ...axes.yRange]);
  }

  get current() { return quantitiesOf(shown.run).I[sampleAtHead()]; }

  paint(ctx) {
    this.surface.paste("base");
    this.paintNullclines(ctx);
    this.paintWay(ctx);
  }

  /* Nullclines belong to a current: their layer is drawn anew when that changes. */
  compose() {
    if (this.kept !== this.current) this.paintNullclines(this.surface.layer("lines"));
    this.kept = this.current;
    const ctx = this.surface.begin();
    this.surface.paste("base");
    this.surface.paste("lines");
    this.paintWay(ctx);
  }

  paintWay(ctx) {
    const { run } = shown, { axes, font, series } = this, n = sampleAtHead(), { ink, panel } = look.theme;
    const end = run.path.t.findLastIndex((t) => t <= run.t[n] + 1e-9);
    const way = () => styled(ctx, { color: ink, width: 0.145 * font }, () => this.way(ctx, run, end));
    axes.inside(ctx, way);
    dot(ctx, axes.x(run.y[0][n]), axes.y(series[n]), 0.32 * font, ink, panel);
  }

  /* The way of a run through the plane, up to a point of it. */
  way(ctx, run, end) { this.axes.path(ctx, run.path.y[0], run.path.y[this.recovery.state], end); }

  paintStill(base) {
    const { axes, font } = this, { run, previous } = shown, { theme } = look;
    axes.grid(base, theme, font, { xLabel: "mV" });
    const old = { color: theme.muted, width: 1.2, dash: [1.5, 3.5], alpha: 0.75 };
    if (ui.previous && previous?.model === run.model)
      axes.inside(base, () => styled(base, old, () => this.way(base, previous)));
  }

  paintNullclines(base) {
    const { axes, current: I, font, gate, recovery } = this, { run } = shown, { theme } = look;
    const { v, voltage, recovery: still } = nullclines(run.model, run.k, I, ...axes.xRange);
    axes.inside(base, () => {
      styled(base, { ...NULLCLINE, color: color(recovery.hue) }, () => axes.path(base, v, still));
      styled(base, { ...NULLCLINE, color: color("V-nullcline") }, () => axes.path(base, v, voltage));
      const pale = { color: theme.ink, width: 0.145 * font, alpha: theme.ghost };
      if (shown.head < 1) styled(base, pale, () => this.way(base, run));
    });
    for (const point of fixedPoints(run.model, run.k, I, ...axes.xRange)) {
      const at = [axes.x(point.v), axes.y(run.model.inf[gate](point.v))];
      disc(base, ...at, 0.34 * font, point.stable ? theme.muted : theme.panel);
      styled(base, { color: theme.muted, width: 1.8 }, () => base.stroke());
    }
  }

  readAt(x, y) {
    const { axes, recovery: { symbol } } = this, v = said(axes.xAt(x), 1), gate = said(axes.yAt(y), 3);
    return axes.has(x, y) ? `<i>V</i> ${v} mV · ${symbolHTML(symbol)} ${gate}` : "";
  }

  describe() {
    const { model, k } = shown.run, I = quantitiesOf(shown.run).I[sampleAtHead()];
    const points = fixedPoints(model, k, I, ...model.curveRange);
    const about = (p) => ({ v: signed(p.v.toFixed(1)) });
    const said = points.map((p) => (p.stable ? tr("Stable fixed point at {v} mV.", about(p))
      : tr("Unstable fixed point at {v} mV.", about(p))));
    const gate = model.gateList[phaseGate(model, k).gate].name;
    const where = tr("Phase plane of V and {gate} at {I} µA/cm².", { gate, I: signed(+I.toPrecision(3)) });
    this.about([where, ...said].join(" "));
  }
}

/* x_inf and tau over V, the present voltage marked. */
export class CurvesView extends View {
  layOut() {
    const { font, surface } = this, { model, k } = shown.run, [low, high] = model.curveRange;
    const v = spaced(low, high, 181), h = (surface.height - 3.2 * font) / 2;
    const box = { x: 3.0 * font, w: surface.width - 5.6 * font, h };
    const curves = (functions, symbol) => model.gateList.flatMap((gate, n) => {
      const f = (x) => functions[n](x, k);
      return functions[n] ? [{ ...gate, symbol: gate[symbol], f, series: v.map(f) }] : [];
    });
    const inf = curves(model.inf, "symbolInf"), tau = curves(model.tau, "symbolTau");
    const range = (lines, start) => lines.reduce((sum, line) => extent(line.series, sum), start);
    const bottom = Math.min(0, Math.floor(range(inf, [0, 1])[0] * 5 + 0.01) / 5);
    const top = niceRange(0, range(tau, [0, 0.1])[1] * 1.02)[1];
    const upper = new Axes({ ...box, y: 0.5 * font }, [low, high], [bottom, 1]);
    const lower = new Axes({ ...box, y: 1.4 * font + h }, [low, high], [0, top]);
    Object.assign(this, { v, groups: [[upper, inf], [lower, tau]] });
    this.layStill([model, ...k]);
  }

  paint(ctx) {
    this.surface.paste("base");
    this.paintHead(ctx);
  }

  compose() { this.paint(this.surface.begin()); }

  paintStill(base) {
    const { font, groups, v } = this, [[upper], [lower]] = groups;
    upper.grid(base, look.theme, font, { xTicks: false, yCount: 2 });
    lower.grid(base, look.theme, font, { xLabel: "mV", yCount: 2 });
    for (const [axes, lines] of groups) {
      const { box } = axes, { y, h } = box;
      const draw = (line) => styled(base, drawn(line, 0.14 * font), () => axes.path(base, v, line.series));
      axes.inside(base, () => lines.forEach(draw));
      const x = box.x + box.w + 0.4 * font;
      const labels = lines.map((line) =>
        ({ x, y: axes.y(line.series.at(-1)), symbol: line.symbol, color: color(line.hue) }));
      placeLabels(base, labels, 1.05 * font, y + 0.4 * font, y + h - 0.2 * font);
    }
  }

  paintHead(ctx) {
    const { groups, font } = this, v = shown.run.y[0][sampleAtHead()];
    const [low, high] = shown.run.model.curveRange;
    for (const [axes, lines] of v >= low && v <= high ? groups : []) {
      this.headLine(ctx, axes.x(v), axes);
      const { panel } = look.theme;
      lines.forEach(({ f, hue }) => dot(ctx, axes.x(v), axes.y(f(v)), 0.26 * font, color(hue), panel));
    }
  }

  readAt(x, y) {
    const [axes, lines] = this.groups.find(([some]) => some.has(x, y)) || [null, []], v = axes?.xAt(x);
    const value = ({ symbol, f }) => `${symbolHTML(symbol)} ${said(f(v), 3)}`;
    return axes ? [`<i>V</i> ${said(v, 1)} mV`, ...lines.map(value)].join(" · ") : "";
  }

  describe() {
    const v = signed(shown.run.y[0][sampleAtHead()].toFixed(1));
    this.about(tr("Steady states and time constants over voltage, marked at {v} mV.", { v }));
  }
}
