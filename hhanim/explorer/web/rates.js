/* Rates: firing rate over current, one point a run or a sweep; points of other settings are pale. */

import { rateOf } from "./behaviour.js";
import { simulate } from "./engine.js";
import { extent, niceRange, signed } from "./numbers.js";
import { Axes, disc, polyline, styled } from "./plot.js";
import { shown } from "./runs.js";
import { experimentOf, modelOf, settings } from "./settings.js";
import { makeStimulus } from "./stimuli.js";
import { PointsView, look, said } from "./view.js";
import { tr } from "./words.js";

/* What makes a membrane, in a word. */
export const signature = (s) => [s.model, ...modelOf(s.model).parameters.map((p) => s[p.key])].join(" ");
const currentOf = (s) => +(s.I + s.holding).toFixed(6);
const sorted = (points) => [...points].sort((a, b) => a[0] - b[0]);

/* {rate, spikes}: how often V goes round (Hz), and whether with full spikes. */
function steadyFiring(s, I) {
  const model = modelOf(s.model), k = model.constants(s);
  const stimulus = makeStimulus({ ...s, stimulus: "step", I, onset: 0, holding: 0 });
  const run = simulate(model, k, stimulus, model.reduced ? 1000 : 300, { tolerance: 1e-5 });
  return { rate: rateOf(run), spikes: run.spikes.some((t) => t > 0.5 * run.duration) };
}

export class RateView extends PointsView {
  constructor(id) {
    super(id);
    this.points = new Map(); // membrane's signature → Map of current → {rate, spikes}
    this.swept = new Set(); // signatures
    this.sweeping = 0;
  }

  add(s, I) {
    const name = signature(s);
    if (!this.points.has(name)) this.points.set(name, new Map());
    if (this.points.size > 5) this.points.delete(this.points.keys().next().value);
    const mine = this.points.get(name);
    if (mine.has(I)) return;
    try {
      const firing = steadyFiring(s, I);
      if (firing.rate >= 0) mine.set(I, firing); // or it cannot be told
    } catch { /* a run that fails is no point */ }
  }

  /* The point of the run that is shown. */
  measure() {
    if (experimentOf() !== "current" || shown.run.settings.stimulus !== "step" || !this.visible) return;
    this.add(shown.run.settings, currentOf(shown.run.settings));
    this.redraw();
  }

  sweep() {
    cancelAnimationFrame(this.sweeping);
    const s = { ...settings }, top = modelOf(s.model).reduced ? 10 : s.model === "wang_buzsaki" ? 20 : 200;
    const currents = Array.from({ length: 41 }, (_, n) => +((top * n) / 40).toFixed(6));
    this.swept.add(signature(s));
    const next = () => {
      const until = performance.now() + 10;
      while (currents.length && performance.now() < until) this.add(s, currents.shift());
      this.redraw();
      if (currents.length) this.sweeping = requestAnimationFrame(next);
    };
    next();
  }

  paint(ctx) {
    const { font } = this, mine = signature(settings), { theme } = look;
    const same = [...this.points].filter(([name]) => name.startsWith(`${settings.model} `));
    const all = same.flatMap(([, points]) => [...points]);
    const xs = extent(all.map(([I]) => I), [0, modelOf(settings.model).reduced ? 5 : 20]);
    const ys = extent(all.map(([, { rate }]) => rate), [0, 20]);
    const axes = new Axes(this.plotBox(4.2), niceRange(...xs), niceRange(...ys));
    this.axes = axes;
    axes.grid(ctx, theme, font, { xLabel: "µA/cm²" });
    for (const [name, points] of same) {
      const style = { color: theme.muted, width: 1.2, alpha: name === mine ? 1 : 0.35 };
      const row = sorted(points), at = row.map(([I, { rate }]) => [axes.x(I), axes.y(rate)]);
      styled(ctx, style, () => {
        // Joined only where a sweep went and both ends fire: the onset of firing is a jump, not a slope.
        const joins = (n) => this.swept.has(name) && row[n][1].spikes;
        at.forEach((to, n) => { if (n && joins(n) && joins(n - 1)) polyline(ctx, at[n - 1], to); });
        row.forEach(([, { rate, spikes }], n) => {
          disc(ctx, ...at[n], 0.2 * font, rate > 0 && !spikes ? theme.panel : theme.ink);
          if (rate > 0 && !spikes) ctx.stroke(); // hollow: V swings, but there are no full spikes
        });
      });
    }
    const I = currentOf(settings), here = this.points.get(mine)?.get(I);
    if (here === undefined || settings.stimulus !== "step") return;
    this.ring(ctx, I, here.rate);
  }

  /* The point that is nearest. */
  readAt(x) {
    const mine = sorted(this.points.get(signature(settings)) || []);
    if (!mine.length || !this.axes) return "";
    const [I, { rate, spikes }] = this.nearest(mine, x);
    const but = rate > 0 && !spikes ? ` · ${tr("no full spikes")}` : "";
    return `${said(I, 2)} µA/cm² · ${said(rate, 1)} Hz${but}`;
  }

  describe() {
    const points = sorted(this.points.get(signature(settings)) || []).slice(-12);
    const short = (x, digits) => signed(+x.toPrecision(digits));
    const said = points.map(([I, { rate }]) => `${short(I, 4)} µA/cm² ${short(rate, 3)} Hz`);
    this.about(said.length ? tr("Firing rate against current: {points}.", { points: said.join(", ") })
      : tr("Firing rate against current: no points yet."));
  }
}
