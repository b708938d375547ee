/* Engine: the neuron in the browser. No document, no drawing: numbers in, numbers out.

   Units: ms, mV, µA/cm², mS/cm², µF/cm². The equations come with each model, written by equations.py. */

const EXPONENT_LIMIT = 700;
const exp = (x) => Math.exp(x > EXPONENT_LIMIT ? EXPONENT_LIMIT : x < -EXPONENT_LIMIT ? -EXPONENT_LIMIT : x);
/* x / (1 - exp(-x)), exact at and around 0. */
const linexp = (x) => (x === 0 ? 1 : -x / Math.expm1(-x > EXPONENT_LIMIT ? EXPONENT_LIMIT : -x));

/* ---- Stimulus: parts active on [a, b), constant or a function of time; the same words as in Python ---- */

function makeStimulus(s) {
  const n = (x) => String(+x.toPrecision(12));
  const parts = [], words = [];
  const put = (a, b, c, f) => parts.push({ a, b, c, f });
  let maxStep = Infinity;
  if (s.stimulus === "step") {
    put(s.onset, Infinity, s.I);
    words.push(s.onset === 0 ? `step(${n(s.I)})` : `step(${n(s.I)}, start=${n(s.onset)})`);
  } else if (s.stimulus === "pulse") {
    put(s.onset, s.onset + s.width, s.I);
    words.push(`pulse(${n(s.I)}, start=${n(s.onset)}, width=${n(s.width)})`);
  } else if (s.stimulus === "pair" || s.stimulus === "train") {
    const count = s.stimulus === "pair" ? 2 : s.count;
    for (let m = 0; m < count; m++) put(s.onset + m * s.interval, s.onset + m * s.interval + s.width, s.I);
    words.push(`train(${n(s.I)}, start=${n(s.onset)}, width=${n(s.width)}, period=${n(s.interval)}, count=${count})`);
  } else if (s.stimulus === "ramp") {
    put(s.onset, s.onset + s.width, 0, (t) => (s.I * (t - s.onset)) / s.width);
    words.push(`ramp(${n(s.I)}, start=${n(s.onset)}, stop=${n(s.onset + s.width)})`);
  } else if (s.stimulus === "sine") {
    put(s.onset, Infinity, 0, (t) => s.I * Math.sin(2e-3 * Math.PI * s.frequency * (t - s.onset)));
    words.push(`sine(${n(s.I)}, ${n(s.frequency)}${s.onset === 0 ? "" : `, start=${n(s.onset)}`})`);
    maxStep = 1000 / s.frequency / 16;
  }
  if (s.holding !== 0) {
    put(0, Infinity, s.holding);
    words.push(`step(${n(s.holding)})`);
  }
  return {
    parts,
    maxStep,
    text: words.join(" + "),
    /* Value at t; which parts are active is decided at `at`, so that both ends of a piece belong to it. */
    at(t, at = t) {
      let i = 0;
      for (const p of parts) if (at >= p.a && at < p.b) i += p.f ? p.f(t) : p.c;
      return i;
    },
    constantOn(at) {
      return parts.every((p) => !p.f || at < p.a || at >= p.b);
    },
    edges(duration) {
      const all = parts.flatMap((p) => [p.a, p.b]).filter((e) => e > 0 && e < duration);
      return [...new Set(all)].sort((a, b) => a - b);
    },
    scaled(factor) {
      const same = { ...s, I: s.I * factor, holding: s.holding * factor };
      return makeStimulus(same);
    },
  };
}

/* ---- Rest and steady state ---- */

function steadyState(model, v) {
  const y = new Float64Array(model.states.length);
  y[0] = v;
  model.gateList.forEach((g, n) => { if (g.state > 0) y[g.state] = model.inf[n](v); });
  return y;
}

/* Total steady-state ionic current at v: zero at rest. */
function steadyCurrent(model, k, v) {
  return -model.dv(steadyState(model, v), 0, k) * k[0];
}

/* The lowest voltage at which the steady-state current is zero (or NaN), as in Membrane.rest(). */
function restVoltage(model, k) {
  let low = Infinity, high = -Infinity;
  model.channels.forEach((_, n) => { low = Math.min(low, k[2 + 2 * n]); high = Math.max(high, k[2 + 2 * n]); });
  low -= 1; high += 1;
  const count = 1 + Math.max(200, Math.floor(4 * (high - low)));
  let a = low, before = steadyCurrent(model, k, low);
  for (let n = 1; n < count; n++) {
    let b = low + ((high - low) * n) / (count - 1);
    const now = steadyCurrent(model, k, b);
    if (!(before > 0) && now > 0) {
      for (let m = 0; m < 60; m++) {
        const mid = 0.5 * (a + b);
        if (steadyCurrent(model, k, mid) > 0) b = mid; else a = mid;
      }
      return 0.5 * (a + b);
    }
    a = b; before = now;
  }
  return NaN;
}

function initialState(model, k) {
  const start = model.start;
  const y = steadyState(model, start && "V" in start ? start.V : restVoltage(model, k));
  if (start) model.states.forEach((s, n) => { if (s in start) y[n] = start[s]; });
  return y;
}

/* ---- Integration ---- */

const RUN_LIMIT = 1e4; // mV: beyond it the run has blown up
const STEP_LIMIT = 200000;

/* Spacing of the stored samples (ms): fine enough to draw a spike smoothly, at most about 10 000 of them. */
function samplingOf(duration) {
  for (const dt of [0.005, 0.01, 0.025, 0.05, 0.1]) if (duration / dt <= 8000) return dt;
  return 0.25;
}

function emptyRun(model, k, stimulus, duration, dt) {
  const size = Math.floor(duration / dt + 1e-9) + 1;
  return {
    model, k, stimulus, duration, dt, size, method: "converged",
    t: Float64Array.from({ length: size }, (_, n) => n * dt),
    y: model.states.map(() => new Float64Array(size)),
    spikes: [], steps: 0,
    path: { t: [], y: model.states.map(() => []) },
  };
}

class RunError extends Error {}

/* RODAS, the stiffly accurate Rosenbrock method of order 4(3) of Hairer & Wanner (Solving Ordinary Differential
   Equations II, 1996, section IV.7): stable however fast a gate is, so that 40 °C costs no more than 6.3 °C.
   A membrane's Jacobian is an arrow (each gate sees V and itself only), so a stage is solved in O(states).
   Restarted at every edge of the stimulus: no pulse, however short, is stepped over. */
const GAMMA = 0.25;
const A21 = 1.544, A31 = 0.9466785280815826, A32 = 0.2557011698983284;
const A41 = 3.314825187068521, A42 = 2.896124015972201, A43 = 0.9986419139977817;
const A51 = 1.221224509226641, A52 = 6.019134481288629, A53 = 12.53708332932087, A54 = -0.687886036105895;
const C21 = -5.6688, C31 = -2.430093356833875, C32 = -0.2063599157091915;
const C41 = -0.1073529058151375, C42 = -9.594562251023355, C43 = -20.47028614809616;
const C51 = 7.496443313967647, C52 = -10.24680431464352, C53 = -33.99990352819905, C54 = 11.7089089320616;
const C61 = 8.083246795921522, C62 = -7.981132988064893, C63 = -31.52159432874371, C64 = 16.31930543123136, C65 = -6.058818238834054;
const T1 = 0.25, T2 = -0.1043, T3 = 0.1035, T4 = -0.03620000000000023;
const D21 = 10.12623508344586, D22 = -7.487995877610167, D23 = -34.80091861555747, D24 = -7.992771707568823, D25 = 1.025137723295662;
const D31 = -0.6762803392801253, D32 = 6.087714651680015, D33 = 16.43084320892478, D34 = 24.76722511418386, D35 = -6.594389125716872;

/* One membrane's step: y at t goes to next at t + h. The hot loop is a method of its own, so that it is compiled once. */
class Stepper {
  constructor(model, k, tolerance) {
    const S = model.states.length;
    this.rhs = model.rhs; this.dv = model.dv; this.k = k; this.S = S; this.tolerance = tolerance;
    for (const name of ["y", "next", "f0", "f1", "u", "b", "column", "row", "diagonal", "inverse", "k1", "k2", "k3", "k4", "k5", "k6", "c2", "c3"])
      this[name] = new Float64Array(S);
  }
  /* Jacobian: a column and a row for V, a diagonal for the gates, which enter their own rates linearly. */
  linearise(i) {
    const { rhs, dv, k, S, y, f0, f1, u, column, row, diagonal } = this;
    rhs(y, i, k, f0);
    const eps = 1e-6 * Math.max(1, Math.abs(y[0]));
    for (let s = 0; s < S; s++) u[s] = y[s];
    u[0] += eps;
    rhs(u, i, k, f1);
    for (let s = 0; s < S; s++) column[s] = (f1[s] - f0[s]) / eps;
    u[0] = y[0];
    for (let s = 1; s < S; s++) u[s] = y[s] + 0.5;
    rhs(u, i, k, f1);
    for (let s = 1; s < S; s++) diagonal[s] = (f1[s] - f0[s]) / 0.5;
    for (let s = 1; s < S; s++) u[s] = y[s];
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
  /* The stages, with the currents at t + 0.386 h, 0.21 h, 0.63 h and h and the slope of dV/dt with time; returns the
     error in units of the tolerance. linearise() comes first. */
  step(h, i2, i3, i4, i1, slope) {
    const { rhs, k, S, tolerance, y, next, f0, u, b, column, row, diagonal, inverse, k1, k2, k3, k4, k5, k6 } = this;
    const g = 1 / (h * GAMMA), r = 1 / h, hs = h * slope;
    let pivot = g - column[0];
    for (let s = 1; s < S; s++) { inverse[s] = 1 / (g - diagonal[s]); pivot -= row[s] * column[s] * inverse[s]; }
    this.pivot = pivot;
    for (let s = 0; s < S; s++) b[s] = f0[s];
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
    for (let s = 0; s < S; s++) b[s] += r * (C61 * k1[s] + C62 * k2[s] + C63 * k3[s] + C64 * k4[s] + C65 * k5[s]);
    this.solve(k6, 0);
    let error = 0;
    for (let s = 0; s < S; s++) {
      next[s] = u[s] + k6[s];
      const scale = s === 0 ? 10 * tolerance * Math.max(10, Math.abs(y[0])) : tolerance, e = Math.abs(k6[s]) / scale;
      if (!(e <= error)) error = e; // a NaN stays
    }
    return error;
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
  /* Keep the samples, the way through state space and the spikes of the step from t to stop; returns the next sample. */
  record(run, sample, t, h, stop) {
    const { S, y, next } = this, times = run.t, level = run.model.spikeLevel;
    while (sample < run.size && times[sample] <= stop + 1e-12 * stop) {
      const x = Math.min(1, (times[sample] - t) / h);
      for (let s = 0; s < S; s++) run.y[s][sample] = this.at(s, x);
      sample++;
    }
    // For the phase plane: smooth, because a spike's upstroke gets more points.
    const pieces = Math.min(16, Math.ceil(Math.abs(next[0] - y[0]) / 2) || 1);
    for (let m = 1; m <= pieces; m++) {
      run.path.t.push(t + (m / pieces) * h);
      for (let s = 0; s < S; s++) run.path.y[s].push(this.at(s, m / pieces));
    }
    if (y[0] < level && next[0] >= level) {
      let low = 0, high = 1;
      for (let m = 0; m < 40; m++) {
        const x = 0.5 * (low + high);
        if (this.at(0, x) < level) low = x; else high = x;
      }
      run.spikes.push(t + h * 0.5 * (low + high));
    }
    return sample;
  }
}

function simulate(model, k, stimulus, duration, options = {}) {
  const { tolerance = 2e-7, dt = samplingOf(duration) } = options;
  const run = emptyRun(model, k, stimulus, duration, dt), stepper = new Stepper(model, k, tolerance);
  const begin = initialState(model, k);
  if (!begin.every(Number.isFinite)) throw new RunError("no resting state: at least one conductance must be more than 0");
  stepper.y.set(begin);
  run.path.t.push(0);
  begin.forEach((x, s) => { run.y[s][0] = x; run.path.y[s].push(x); });
  let sample = 1;
  const bounds = [0, ...stimulus.edges(duration), duration];
  for (let piece = 0; piece + 1 < bounds.length; piece++) {
    const end = bounds[piece + 1], mid = 0.5 * (bounds[piece] + end), constant = stimulus.constantOn(mid);
    const current = stimulus.at(mid), I = (x) => stimulus.at(x, mid);
    let t = bounds[piece], h = Math.min(0.02, end - t), retry = false;
    while (t < end) {
      if (++run.steps > STEP_LIMIT) throw new RunError(`the run needs too many steps after ${t.toFixed(1)} ms`);
      h = Math.min(h, stimulus.maxStep);
      const last = t + h >= end - 1e-9 * h;
      if (last) h = end - t;
      if (!retry) stepper.linearise(constant ? current : I(t));
      const error = constant ? stepper.step(h, current, current, current, current, 0)
        : stepper.step(h, I(t + 0.386 * h), I(t + 0.21 * h), I(t + 0.63 * h), I(t + h), (I(t + 1e-3 * h) - I(t - 1e-3 * h)) / (2e-3 * h) / k[0]);
      if (!Number.isFinite(error) || Math.abs(stepper.next[0]) > RUN_LIMIT) {
        if (h < 1e-7) throw new RunError(`the run blew up at t = ${t.toFixed(2)} ms`);
        h *= 0.1; retry = true;
        continue;
      }
      const factor = Math.min(5, Math.max(0.2, 0.9 * Math.pow(error + 1e-30, -0.25)));
      if (error > 1) {
        if (h < 1e-9) throw new RunError(`the run cannot be followed beyond t = ${t.toFixed(2)} ms`);
        h *= Math.min(0.9, factor); retry = true;
        continue;
      }
      stepper.prepare();
      const stop = last ? end : t + h;
      sample = stepper.record(run, sample, t, h, stop);
      t = stop;
      const spare = stepper.y; stepper.y = stepper.next; stepper.next = spare;
      h *= retry ? Math.min(1, factor) : factor;
      retry = false;
    }
  }
  return run;
}

/* Forward Euler as in the lecture: both derivatives from the old state, V before n is used for n. */
function simulateEuler(model, k, stimulus, duration, dt = 0.5) {
  const run = emptyRun(model, k, stimulus, duration, dt);
  const S = model.states.length, y = initialState(model, k), d = new Float64Array(S), level = model.spikeLevel;
  if (!y.every(Number.isFinite)) throw new RunError("no resting state: at least one conductance must be more than 0");
  const edges = stimulus.edges(duration);
  run.method = "euler";
  for (let n = 0; n < run.size; n++) {
    for (let s = 0; s < S; s++) { run.y[s][n] = y[s]; run.path.y[s].push(y[s]); }
    run.path.t.push(run.t[n]);
    if (n + 1 === run.size) break;
    // The mean current of the step, so that a pulse shorter than dt still delivers its charge.
    const a = n * dt, b = a + dt, cuts = [a, ...edges.filter((e) => e > a + 1e-9 * dt && e < b - 1e-9 * dt), b];
    let charge = 0;
    for (let m = 0; m + 1 < cuts.length; m++) charge += stimulus.at(0.5 * (cuts[m] + cuts[m + 1])) * (cuts[m + 1] - cuts[m]);
    const before = y[0];
    model.rhs(y, charge / dt, k, d);
    for (let s = 0; s < S; s++) y[s] += dt * d[s];
    if (!(Math.abs(y[0]) < RUN_LIMIT)) throw new RunError(`Euler with ${dt} ms blew up at t = ${b} ms`);
    if (before < level && y[0] >= level) run.spikes.push(a + (dt * (level - before)) / (y[0] - before));
  }
  return run;
}

/* Every gate, open fraction, conductance and current over the run, computed once when first asked for. */
function quantitiesOf(run) {
  if (run.q) return run.q;
  const { model, k, size } = run, S = model.states.length;
  const series = (n) => Array.from({ length: n }, () => new Float64Array(size));
  const G = model.gateList.length, C = model.channels.length;
  const q = { gates: series(G), open: series(C), g: series(C), i: series(C), I: new Float64Array(size) };
  const y = new Float64Array(S), z = new Float64Array(G), o = new Float64Array(C);
  for (let n = 0; n < size; n++) {
    for (let s = 0; s < S; s++) y[s] = run.y[s][n];
    model.gates(y, z);
    model.open(z, o);
    for (let m = 0; m < G; m++) q.gates[m][n] = z[m];
    for (let m = 0; m < C; m++) {
      q.open[m][n] = o[m];
      q.g[m][n] = k[1 + 2 * m] * o[m];
      q.i[m][n] = q.g[m][n] * (y[0] - k[2 + 2 * m]);
    }
    q.I[n] = run.stimulus.at(run.t[n]);
  }
  run.q = q;
  return q;
}

/* ---- What happened, in the words of analysis.behaviour() and a little more; tested against it ---- */

/* Local maxima of V: times and heights, by the parabola through three samples. */
function peaksOf(run) {
  const v = run.y[0], t = [], height = [];
  for (let n = 1; n + 1 < run.size; n++) {
    if (v[n] > v[n - 1] && v[n] >= v[n + 1]) {
      const a = v[n - 1] - v[n], b = v[n + 1] - v[n], bend = a + b;
      const x = run.method === "euler" || bend === 0 ? 0 : (a - b) / (2 * bend);
      t.push(run.t[n] + x * run.dt);
      height.push(v[n] - (x * (a - b)) / 4);
    }
  }
  return { t, height };
}

/* Rate of sustained firing (Hz), as Trajectory.rate(): cycles of V whatever their height; ringing does not count. */
function rateOf(run) {
  const before = run.t[run.size - 1], edges = run.stimulus.edges(run.duration).filter((e) => e < before);
  const after = 0.5 * ((edges.length && edges.length < 64 ? edges[edges.length - 1] : 0) + before);
  const peaks = peaksOf(run), t = [], height = [];
  peaks.t.forEach((x, n) => { if (x >= after && x <= before) { t.push(x); height.push(peaks.height[n]); } });
  if (t.length < 3) return 0;
  const swing = [];
  for (let m = 0; m + 1 < t.length; m++) {
    let low = Infinity;
    for (let n = Math.ceil(t[m] / run.dt); n <= Math.floor(t[m + 1] / run.dt); n++) low = Math.min(low, run.y[0][n]);
    swing.push(height[m] - low);
  }
  const most = Math.max(...swing), real = swing.map((x) => x >= 0.25 * most);
  const times = t.slice(0, -1).filter((_, n) => real[n]), s = swing.filter((_, n) => real[n]);
  if (times.length < 2 || s[s.length - 1] < 0.5 || s[s.length - 1] < 0.9 * s[0]) return 0;
  return (1000 * (times.length - 1)) / (times[times.length - 1] - times[0]);
}

/* Would a weaker version of this stimulus make the membrane fire for good? */
function firesWhenWeaker(run) {
  return [0.5, 0.25, 0.1].some((factor) => {
    const weaker = simulate(run.model, run.k, run.stimulus.scaled(factor), run.duration, { tolerance: 1e-4 });
    return rateOf(weaker) > 0;
  });
}

function describe(run) {
  const three = (x) => String(+x.toPrecision(3)), hz = (x) => x.toFixed(1);
  const mV = (x) => (Math.abs(x) < 0.05 ? "0.0" : x.toFixed(1)).replace("-", "−");
  const v = run.y[0], end = v[run.size - 1], rate = rateOf(run), count = run.spikes.length;
  const edges = run.stimulus.edges(run.duration);
  const from = (share) => Math.floor(share * (run.size - 1));
  const span = (n) => { let a = Infinity, b = -Infinity; for (; n < run.size; n++) { a = Math.min(a, v[n]); b = Math.max(b, v[n]); } return b - a; };
  const rest = restVoltage(run.model, run.k);
  if (rate > 0) {
    const last = edges.length ? edges[edges.length - 1] : 0, after = 0.5 * (last + run.t[run.size - 1]);
    const swing = span(Math.ceil(after / run.dt));
    if (run.spikes.some((s) => s >= after))
      return { kind: "fires", rate, text: `Fires at ${hz(rate)} Hz: ${count} spikes in ${three(run.duration)} ms.` };
    const how = swing >= 10 ? "Fires" : "Oscillates";
    return { kind: "fires", rate, text: `${how} at ${hz(rate)} Hz without full spikes: ${mV(swing)} mV from peak to trough.` };
  }
  const times = run.spikes.map((s) => three(s)).slice(0, 3).join(", ");
  const settled = span(from(0.9)) < 0.5, current = run.stimulus.at(run.duration, run.duration * (1 - 1e-9));
  const home = Number.isFinite(rest) && Math.abs(end - rest) < 1 && Math.abs(current) < 1e-9;
  const finish = !settled ? `is still changing at the end (${mV(end)} mV)`
    : home && (count || edges.length) ? `returns to rest at ${mV(end)} mV` : `settles at ${mV(end)} mV`;
  let text, kind = "settles";
  if (settled && current > 0 && end - rest > 10 && firesWhenWeaker(run)) {
    kind = "block";
    const first = count === 0 ? "no spike" : count === 1 ? "one spike" : `${count} spikes`;
    text = `Depolarisation block: ${first}, then it settles at ${mV(end)} mV.`;
  } else if (count === 0) {
    text = `No spike: ${finish}.`;
  } else {
    kind = count === 1 ? "one" : "some";
    const pulses = run.stimulus.parts.filter((p) => !p.f && p.b < Infinity), [first, second] = pulses;
    if (count === 1 && pulses.length === 1 && first.c < 0 && run.spikes[0] >= first.b)
      text = `One spike at ${times} ms, after the hyperpolarising pulse ends: anode break.`;
    else if (count === 1 && pulses.length === 2 && first.c > 0 && run.spikes[0] < second.a)
      text = `One spike at ${times} ms: the second pulse finds the membrane refractory.`;
    else if (count === 1) text = `One spike at ${times} ms, then it ${finish}.`;
    else if (!settled) text = `${count} spikes in ${three(run.duration)} ms; the potential is still changing at the end (${mV(end)} mV).`;
    else text = `${count} spikes${count <= 3 ? ` at ${times} ms` : ""}, then it ${finish}.`;
  }
  return { kind, rate, text };
}

/* ---- Phase plane ---- */

/* The gate drawn against V, and which other gates are slow. Gates much faster than it sit at their steady state at V;
   slow ones are tied to it by an equivalent potential w with n = n_inf(w) (Kepler, Abbott & Marder 1992). */
function phaseGate(model, k) {
  const tops = model.tau.map((tau) => {
    let top = 0;
    if (tau) for (let v = model.curveRange[0]; v <= model.curveRange[1]; v += 2) top = Math.max(top, tau(v, k));
    return top;
  });
  let gate = model.gateList.findIndex((g) => g.name === "n");
  if (gate < 0 || model.gateList[gate].state < 0) gate = tops.indexOf(Math.max(...tops));
  return { gate, slow: tops.map((x) => x > 0.3 * tops[gate]) };
}

function nullclines(model, k, I, low, high, count = 121) {
  const { gate, slow } = phaseGate(model, k), y = new Float64Array(model.states.length);
  const flow = (v, w) => {
    y[0] = v;
    model.gateList.forEach((g, n) => { if (g.state > 0) y[g.state] = model.inf[n](slow[n] ? w : v); });
    return model.dv(y, I, k);
  };
  const v = [], voltage = [], recovery = [];
  for (let m = 0; m < count; m++) {
    const x = low + ((high - low) * m) / (count - 1);
    let a = low - 60, b = high + 60, fa = flow(x, a), fb = flow(x, b), root = NaN;
    if (fa * fb <= 0) {
      for (let n = 0; n < 36; n++) {
        const c = 0.5 * (a + b), fc = flow(x, c);
        if (fa * fc <= 0) { b = c; fb = fc; } else { a = c; fa = fc; }
      }
      root = model.inf[gate](0.5 * (a + b));
    }
    v.push(x); voltage.push(root); recovery.push(model.inf[gate](x));
  }
  return { gate, v, voltage, recovery };
}

/* Fixed points under a constant current: voltages, and whether a small disturbance dies away. */
function fixedPoints(model, k, I, low, high) {
  const out = [], count = 400;
  let a = low, before = I - steadyCurrent(model, k, low);
  for (let m = 1; m <= count; m++) {
    const b = low + ((high - low) * m) / count, now = I - steadyCurrent(model, k, b);
    if (before * now < 0) {
      let p = a, q = b;
      for (let n = 0; n < 50; n++) {
        const c = 0.5 * (p + q);
        if ((I - steadyCurrent(model, k, c)) * before > 0) p = c; else q = c;
      }
      const v = 0.5 * (p + q);
      out.push({ v, y: steadyState(model, v), stable: isStable(model, k, I, v) });
    }
    a = b; before = now;
  }
  return out;
}

/* All eigenvalues of the Jacobian left of the axis: the matrix (1 - J)^-1 (1 + J), squared often enough, dies away. */
function isStable(model, k, I, v) {
  const y = steadyState(model, v), S = y.length, f0 = new Float64Array(S), f1 = new Float64Array(S);
  const J = Array.from({ length: S }, () => new Array(S).fill(0));
  for (let c = 0; c < S; c++) {
    const eps = c ? 1e-6 : 1e-5, u = Float64Array.from(y), w = Float64Array.from(y);
    u[c] += eps; w[c] -= eps;
    model.rhs(u, I, k, f1); model.rhs(w, I, k, f0);
    for (let r = 0; r < S; r++) J[r][c] = (f1[r] - f0[r]) / (2 * eps);
  }
  // Solve (1 - J) M = (1 + J) by elimination with pivoting.
  const W = J.map((line, r) => [...line.map((x, c) => (r === c ? 1 : 0) - x), ...line.map((x, c) => (r === c ? 1 : 0) + x)]);
  for (let c = 0; c < S; c++) {
    let best = c;
    for (let r = c + 1; r < S; r++) if (Math.abs(W[r][c]) > Math.abs(W[best][c])) best = r;
    [W[c], W[best]] = [W[best], W[c]];
    for (let r = 0; r < S; r++) if (r !== c) {
      const x = W[r][c] / W[c][c];
      for (let m = c; m < 2 * S; m++) W[r][m] -= x * W[c][m];
    }
  }
  let M = W.map((line, r) => line.slice(S).map((x) => x / line[r])), size = 0;
  for (let n = 0; n < 22; n++) {
    const P = M.map((line) => M[0].map((_, c) => line.reduce((sum, x, m) => sum + x * M[m][c], 0)));
    const top = Math.max(...P.flat().map(Math.abs));
    if (!(top > 1e-200)) return true;
    size = 2 * size + Math.log(top);
    M = P.map((line) => line.map((x) => x / top));
  }
  return size < 0;
}
