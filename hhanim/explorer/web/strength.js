/* Strength: how strong a pulse must be to make a spike, over how long it lasts. */

import { spikesOf } from "./behaviour.js";
import { simulate } from "./engine.js";
import { niceRange, signed } from "./numbers.js";
import { Axes, disc, fontOf, polyline, styled } from "./plot.js";
import { signature } from "./rates.js";
import { shown } from "./runs.js";
import { experimentOf, modelOf, settings } from "./settings.js";
import { makeStimulus } from "./stimuli.js";
import { RunError } from "./stepper.js";
import { PointsView, look, said } from "./view.js";
import { tr } from "./words.js";

/* As hhanim.model.analysis: a spike counts that comes within so many ms after a pulse; one that lasts this
   long is one without an end; no current is stronger. What fires with hardly any current fires by itself:
   without any it may stand on a rest that is unstable. */
const WAIT = 30, LASTING = 200, STRONGEST = 1e4, HARDLY = 1e-3, PRECISION = 2e-4, POINTS = 18;

/* Does a pulse from rest make a spike? */
function fires(s, I, width, wait) {
  const model = modelOf(s.model), k = model.constants(s);
  const stimulus = makeStimulus({ stimulus: "pulse", I, onset: 0, width, holding: 0 });
  return spikesOf(simulate(model, k, stimulus, width + wait, { tolerance: 1e-5 })).length > 0;
}

/* The least x for which `is`, between one for which it is not and one for which it is. */
function least(is, low, high) {
  while (high - low > PRECISION * high) {
    const mid = 0.5 * (low + high);
    if (is(mid)) high = mid; else low = mid;
  }
  return 0.5 * (low + high);
}

/* The threshold current of a pulse: 0 where the membrane fires by itself, Infinity where none does. */
function threshold(s, width, wait, first = 0.25) {
  const is = (I) => fires(s, I, width, wait);
  if (is(HARDLY)) return 0;
  let low = 0, high = first;
  for (; !is(high); low = high, high *= 1.5) if (high > STRONGEST) return Infinity;
  return least(is, low, high);
}

/* Work out a curve {rheobase, chronaxie, points: [[width, current]…]}, bit by bit. */
function* follow(s, curve) {
  const rheobase = (curve.rheobase = threshold(s, LASTING, 0)), is = (w) => fires(s, 2 * rheobase, w, WAIT);
  if (!(rheobase > 0 && rheobase < Infinity)) return;
  yield;
  let width = 0.1;
  while (!is(width)) width *= 2;
  curve.chronaxie = least(is, width > 0.1 ? width / 2 : 0, width);
  for (let n = 0; n < POINTS; n++) {
    yield;
    const at = 6.5 * curve.chronaxie * Math.pow(52, n / (POINTS - 1) - 1);
    curve.points.push([at, threshold(s, at, WAIT, 0.9 * rheobase)]);
  }
}

export class StrengthView extends PointsView {
  constructor(id) {
    super(id);
    this.curves = new Map(); // by the membrane's signature
    this.working = 0;
  }

  get mine() { return this.curves.get(signature(settings)); }

  /* Work out the curve of the membrane that is shown, unless it is known. */
  measure() {
    if (experimentOf() !== "current" || !this.visible) return;
    cancelAnimationFrame(this.working);
    const s = { ...settings }, name = signature(s);
    if (this.curves.get(name)?.whole) return this.redraw();
    const curve = { rheobase: NaN, chronaxie: NaN, points: [], whole: false };
    this.curves.delete(name);
    this.curves.set(name, curve);
    if (this.curves.size > 4) this.curves.delete(this.curves.keys().next().value);
    const steps = follow(s, curve);
    const next = () => {
      const until = performance.now() + 10;
      try {
        while (!curve.whole && performance.now() < until) curve.whole = steps.next().done;
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        curve.whole = true; // what could not be followed is no point
      }
      this.redraw();
      if (curve.whole) this.describe(); else this.working = requestAnimationFrame(next);
    };
    next();
  }

  paint(ctx) {
    const { mine, font } = this, { theme } = look, { rheobase: R = NaN, chronaxie: c = NaN } = mine || {};
    this.axes = c > 0 ? new Axes(this.plotBox(4.2), niceRange(0, 6 * c), niceRange(0, 8 * R)) : null;
    if (!this.axes) return mine?.whole && this.words(ctx, this.verdict());
    const { axes } = this, { x, y, w, h } = axes.box;
    axes.grid(ctx, theme, font, { xLabel: "ms" });
    for (const [name, { points }] of this.curves) {
      if (!name.startsWith(`${settings.model} `)) continue;
      const style = { color: theme.ink, width: 0.12 * font, alpha: name === signature(settings) ? 1 : 0.3 };
      axes.inside(ctx, () => styled(ctx, style, () => {
        axes.path(ctx, ...[0, 1].map((n) => points.map((point) => point[n])));
        points.forEach(([width, I]) => disc(ctx, axes.x(width), axes.y(I), 0.17 * font, theme.ink));
      }));
    }
    styled(ctx, { color: theme.muted, width: 1.2, dash: [5, 4] }, () => {
      polyline(ctx, [x, axes.y(R)], [x + w, axes.y(R)]);
      polyline(ctx, [axes.x(c), y + h], [axes.x(c), axes.y(2 * R)]);
    });
    const current = `${said(R, 2)} µA/cm²`, at = [axes.x(c) + 0.4 * font, axes.y(2 * R) - 0.2 * font];
    Object.assign(ctx, { font: fontOf(font), fillStyle: theme.muted, textBaseline: "bottom" });
    ctx.fillText(tr("chronaxie {width} ms", { width: said(c, 2) }), ...at);
    ctx.textAlign = "right";
    ctx.fillText(tr("rheobase {current}", { current }), x + w, axes.y(R) - 0.15 * font);
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    if (settings.stimulus !== "pulse") return;
    axes.inside(ctx, () => this.ring(ctx, settings.width, settings.I));
  }

  words(ctx, text) {
    const { font, surface: { width, height } } = this;
    Object.assign(ctx, { font: fontOf(1.1 * font), fillStyle: look.theme.muted, textAlign: "center" });
    ctx.fillText(text, 0.5 * width, 0.5 * height);
    ctx.textAlign = "left";
  }

  verdict() {
    const { rheobase: R, chronaxie } = this.mine;
    if (R === 0) return tr("It fires by itself.");
    return chronaxie > 0 ? tr("Threshold over pulse width: rheobase {I} µA/cm², chronaxie {t} ms.",
      { I: said(R, 2), t: said(chronaxie, 2) }) : tr("No pulse makes a spike.");
  }

  /* The point that is nearest. */
  readAt(x) {
    const { axes, mine } = this;
    if (!axes || !mine.points.length) return "";
    const [width, I] = this.nearest(mine.points, x);
    return `${said(width, 2)} ms · ${signed(+I.toPrecision(4))} µA/cm²`;
  }

  describe() { if (this.mine?.whole) this.about(this.verdict()); }
}
