/* Stepper: a membrane's equations followed in time, as exactly as it is told to. */

import { root } from "./numbers.js";
import { decimal, tr } from "./words.js";

export const RUN_LIMIT = 1e4; // mV: beyond it the run has blown up
const STEP_LIMIT = 200000;

export class RunError extends Error {}

/* RODAS, the stiffly accurate Rosenbrock method of order 4(3) of Hairer & Wanner (Solving Ordinary
   Differential Equations II, 1996, section IV.7): stable however fast a gate is, so that 40 °C costs no more
   than 6.3 °C. A membrane's Jacobian is an arrow (each gate sees V and itself only), so a stage is solved in
   O(states). Restarted at every edge of the stimulus: no pulse, however short, is stepped over. */
const GAMMA = 0.25, T1 = 0.25, T2 = -0.1043, T3 = 0.1035, T4 = -0.03620000000000023;
const A21 = 1.544, A31 = 0.9466785280815826, A32 = 0.2557011698983284;
const A41 = 3.314825187068521, A42 = 2.896124015972201, A43 = 0.9986419139977817;
const A51 = 1.221224509226641, A52 = 6.019134481288629, A53 = 12.53708332932087, A54 = -0.687886036105895;
const C21 = -5.6688, C31 = -2.430093356833875, C32 = -0.2063599157091915;
const C41 = -0.1073529058151375, C42 = -9.594562251023355, C43 = -20.47028614809616;
const C51 = 7.496443313967647, C52 = -10.24680431464352, C53 = -33.99990352819905, C54 = 11.7089089320616;
const C61 = 8.083246795921522, C62 = -7.981132988064893, C63 = -31.52159432874371, C64 = 16.31930543123136;
const D21 = 10.12623508344586, D22 = -7.487995877610167, D23 = -34.80091861555747, D24 = -7.992771707568823;
const D31 = -0.6762803392801253, D32 = 6.087714651680015, D33 = 16.43084320892478, D34 = 24.76722511418386;
const C65 = -6.058818238834054, D25 = 1.025137723295662, D35 = -6.594389125716872;

/* One membrane's step: y at t goes to next at t + h. The hot loop is a method of its own, compiled once. */
export class Stepper {
  constructor({ rhs, dv, states }, k, tolerance) {
    Object.assign(this, { rhs, dv, k, tolerance, S: states.length, pivot: 0, steps: 0 });
    for (const name of "y next f0 f1 u b column row diagonal inverse k1 k2 k3 k4 k5 k6 c2 c3".split(" "))
      this[name] = new Float64Array(this.S);
  }
  /* Jacobian: a column and a row for V, a diagonal for the gates, which enter their own rates linearly. */
  linearise(i) {
    const { rhs, dv, k, S, y, f0, f1, u, column, row, diagonal } = this;
    const eps = 1e-6 * Math.max(1, Math.abs(y[0]));
    rhs(y, i, k, f0);
    u.set(y);
    u[0] += eps;
    rhs(u, i, k, f1);
    for (let s = 0; s < S; s++) column[s] = (f1[s] - f0[s]) / eps;
    for (let s = 0; s < S; s++) u[s] = y[s] + (s && 0.5);
    rhs(u, i, k, f1);
    for (let s = 1; s < S; s++) diagonal[s] = (f1[s] - f0[s]) / 0.5;
    u.set(y);
    for (let s = 1; s < S; s++) {
      u[s] = y[s] + 1e-6;
      const up = dv(u, i, k);
      u[s] = y[s] - 1e-6;
      row[s] = (up - dv(u, i, k)) / 2e-6;
      u[s] = y[s];
    }
  }
  /* Solve (1 / (gamma h) - J) into = b, an arrow matrix; extra is the time derivative's share in V's row. */
  solve(into, extra) {
    const { S, b, row, column, inverse, pivot } = this;
    let top = b[0] + extra;
    for (let s = 1; s < S; s++) top += row[s] * b[s] * inverse[s];
    into[0] = top / pivot;
    for (let s = 1; s < S; s++) into[s] = (b[s] + column[s] * into[0]) * inverse[s];
  }
  /* The stages, with the currents at t + 0.386 h, 0.21 h, 0.63 h and h and the slope of dV/dt with time;
     returns the error in units of the tolerance. linearise() comes first. */
  step(h, i2, i3, i4, i1, slope) {
    const { rhs, k, S, tolerance, y, next, f0, u, b, column, row, diagonal, inverse } = this;
    const { k1, k2, k3, k4, k5, k6 } = this, g = 1 / (h * GAMMA), r = 1 / h, hs = h * slope;
    let pivot = g - column[0], error = 0;
    for (let s = 1; s < S; s++) inverse[s] = 1 / (g - diagonal[s]);
    for (let s = 1; s < S; s++) pivot -= row[s] * column[s] * inverse[s];
    this.pivot = pivot;
    b.set(f0);
    this.solve(k1, T1 * hs);
    for (let s = 0; s < S; s++) u[s] = y[s] + A21 * k1[s];
    rhs(u, i2, k, b);
    for (let s = 0; s < S; s++) b[s] += r * C21 * k1[s];
    this.solve(k2, T2 * hs);
    for (let s = 0; s < S; s++) u[s] = y[s] + A31 * k1[s] + A32 * k2[s];
    rhs(u, i3, k, b);
    for (let s = 0; s < S; s++) b[s] += r * (C31 * k1[s] + C32 * k2[s]);
    this.solve(k3, T3 * hs);
    for (let s = 0; s < S; s++) u[s] = y[s] + A41 * k1[s] + A42 * k2[s] + A43 * k3[s];
    rhs(u, i4, k, b);
    for (let s = 0; s < S; s++) b[s] += r * (C41 * k1[s] + C42 * k2[s] + C43 * k3[s]);
    this.solve(k4, T4 * hs);
    for (let s = 0; s < S; s++) u[s] = y[s] + A51 * k1[s] + A52 * k2[s] + A53 * k3[s] + A54 * k4[s];
    rhs(u, i1, k, b);
    for (let s = 0; s < S; s++) b[s] += r * (C51 * k1[s] + C52 * k2[s] + C53 * k3[s] + C54 * k4[s]);
    this.solve(k5, 0);
    for (let s = 0; s < S; s++) u[s] += k5[s];
    rhs(u, i1, k, b);
    for (let s = 0; s < S; s++)
      b[s] += r * (C61 * k1[s] + C62 * k2[s] + C63 * k3[s] + C64 * k4[s] + C65 * k5[s]);
    this.solve(k6, 0);
    for (let s = 0; s < S; s++) {
      next[s] = u[s] + k6[s];
      const e = Math.abs(k6[s]) / (s ? tolerance : 10 * tolerance * Math.max(10, Math.abs(y[0])));
      if (!(e <= error)) error = e; // a NaN stays
    }
    return error;
  }
  /* Follow the equations from one time to another, under a current that is a number or a function of time;
     done(t, h, stop) after each step, while next is the state at `stop`. Returns the last full step. */
  follow(from, to, I, done, { h = 0.02, maxStep = Infinity } = {}) {
    const { k } = this, changes = typeof I === "function";
    let t = from, retry = false, full = h;
    while (t < to) {
      if (++this.steps > STEP_LIMIT)
        throw new RunError(tr("the run needs too many steps after {t} ms", { t: decimal(t.toFixed(1)) }));
      h = Math.min(full, maxStep);
      const last = t + h >= to - 1e-9 * h;
      if (last) h = to - t;
      if (!retry) this.linearise(changes ? I(t) : I);
      const error = changes ? this.step(h, I(t + 0.386 * h), I(t + 0.21 * h), I(t + 0.63 * h), I(t + h),
        (I(t + 1e-3 * h) - I(t - 1e-3 * h)) / (2e-3 * h) / k[0]) : this.step(h, I, I, I, I, 0);
      const burst = !Number.isFinite(error) || Math.abs(this.next[0]) > RUN_LIMIT;
      const factor = Math.min(5, Math.max(0.2, 0.9 * Math.pow(error + 1e-30, -0.25)));
      if (burst || error > 1) {
        const when = { t: decimal(t.toFixed(2)) };
        if (burst && h < 1e-7) throw new RunError(tr("the run blew up at t = {t} ms", when));
        if (h < 1e-9) throw new RunError(tr("the run cannot be followed beyond t = {t} ms", when));
        full = h * (burst ? 0.1 : Math.min(0.9, factor));
        retry = true;
        continue;
      }
      this.prepare();
      const stop = last ? to : t + h;
      done(t, h, stop);
      t = stop;
      [this.y, this.next] = [this.next, this.y];
      full = Math.max(last ? full : 0, h * (retry ? Math.min(1, factor) : factor));
      retry = false;
    }
    return full;
  }
  /* Continuous output over the step just made: at(s, 0) = y[s], at(s, 1) = next[s]. */
  prepare() {
    const { S, c2, c3, k1, k2, k3, k4, k5 } = this;
    for (let s = 0; s < S; s++) {
      c2[s] = D21 * k1[s] + D22 * k2[s] + D23 * k3[s] + D24 * k4[s] + D25 * k5[s];
      c3[s] = D31 * k1[s] + D32 * k2[s] + D33 * k3[s] + D34 * k4[s] + D35 * k5[s];
    }
  }
  at(s, x) {
    return this.y[s] * (1 - x) + x * (this.next[s] + (1 - x) * (this.c2[s] + x * this.c3[s]));
  }
  /* Keep samples, the way through state space and spikes of a step; returns the next sample. */
  record(run, sample, t, h, stop) {
    const { S, y, next } = this, times = run.t, level = run.model.spikeLevel;
    const first = sample;
    while (sample < run.size && times[sample] <= stop + 1e-12 * stop) sample++;
    for (let s = 0; s < S; s++) {
      const series = run.y[s], a = y[s], b = next[s], c = this.c2[s], d = this.c3[s];
      for (let n = first; n < sample; n++) {
        const x = Math.min(1, (times[n] - t) / h);
        series[n] = a * (1 - x) + x * (b + (1 - x) * (c + x * d));
      }
    }
    // For the phase plane: smooth, because a spike's upstroke gets more points.
    const pieces = Math.min(16, Math.ceil(Math.abs(next[0] - y[0]) / 2) || 1);
    for (let m = 1; m <= pieces; m++) {
      run.path.t.push(t + (m / pieces) * h);
      for (let s = 0; s < S; s++) run.path.y[s].push(this.at(s, m / pieces));
    }
    if (y[0] < level && next[0] >= level) run.spikes.push(t + h * root((x) => this.at(0, x) - level, 0, 1));
    return sample;
  }
}
