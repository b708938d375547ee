/* Engine: the neuron in the browser. No document, no drawing: numbers in, numbers out.

   Units: ms, mV, µA/cm², mS/cm², µF/cm². The equations come with each model, written by equations.py. */

import { root, spaced } from "./numbers.js";
import { RUN_LIMIT, RunError, Stepper } from "./stepper.js";
import { tr } from "./words.js";

export function steadyState(model, v) {
  const y = new Float64Array(model.states.length);
  y[0] = v;
  model.gateList.forEach((g, n) => { if (g.state > 0) y[g.state] = model.inf[n](v); });
  return y;
}

/* Total steady-state ionic current at v: zero at rest. */
export function steadyCurrent(model, k, v) { return -model.dv(steadyState(model, v), 0, k) * k[0]; }

/* The lowest voltage at which the steady-state current is zero (or NaN), as in Membrane.rest(). */
export function restVoltage(model, k) {
  const reversals = model.channels.map((_, c) => model.e(k, c));
  const low = Math.min(...reversals) - 1, high = Math.max(...reversals) + 1;
  const grid = spaced(low, high, 1 + Math.max(200, Math.floor(4 * (high - low))));
  const current = (v) => steadyCurrent(model, k, v), values = grid.map(current);
  const n = values.findIndex((value, m) => m && !(values[m - 1] > 0) && value > 0);
  return n < 0 ? NaN : root(current, grid[n - 1], grid[n]);
}

export function initialState(model, k) {
  const start = new Map(Object.entries(model.start || {}));
  const y = steadyState(model, start.get("V") ?? restVoltage(model, k));
  model.states.forEach((name, n) => { y[n] = start.get(name) ?? y[n]; });
  if (!y.every(Number.isFinite))
    throw new RunError(tr("no resting state: at least one conductance must be more than 0"));
  return y;
}

/* Spacing of the stored samples (ms): fine enough to draw a spike smoothly, at most about 10 000 of them. */
function samplingOf(duration) {
  for (const dt of [0.005, 0.01, 0.025, 0.05, 0.1]) if (duration / dt <= 8000) return dt;
  return 0.25;
}

export function emptyRun(model, k, stimulus, duration, dt = samplingOf(duration)) {
  const size = Math.floor(duration / dt + 1e-9) + 1;
  return {
    model, k, stimulus, duration, dt, size, method: "converged",
    t: Float64Array.from({ length: size }, (_, n) => n * dt),
    y: model.states.map(() => new Float64Array(size)),
    spikes: [], steps: 0,
    path: { t: [], y: model.states.map(() => []) },
  };
}

/* Note a spike if V, which is straight over a sample from a time on, comes to the level of one. */
export function noteSpike(run, from, before, v) {
  const level = run.model.spikeLevel;
  if (before < level && v >= level) run.spikes.push(from + (run.dt * (level - before)) / (v - before));
}

/* A state as a sample and as a point of the way through state space. */
function keep(run, sample, y) {
  run.path.t.push(run.t[sample]);
  y.forEach((x, s) => { run.y[s][sample] = x; run.path.y[s].push(x); });
}

export function simulate(model, k, stimulus, duration, options = {}) {
  const { tolerance = 2e-7, dt = samplingOf(duration) } = options;
  const run = emptyRun(model, k, stimulus, duration, dt), stepper = new Stepper(model, k, tolerance);
  stepper.y.set(initialState(model, k));
  keep(run, 0, stepper.y);
  let sample = 1;
  const bounds = [0, ...stimulus.edges(duration), duration];
  for (let piece = 0; piece + 1 < bounds.length; piece++) {
    const [from, to] = bounds.slice(piece), mid = 0.5 * (from + to);
    const I = stimulus.constantOn(mid) ? stimulus.at(mid) : (x) => stimulus.at(x, mid);
    stepper.follow(from, to, I, (t, h, stop) => { sample = stepper.record(run, sample, t, h, stop); },
      { maxStep: stimulus.maxStep });
  }
  run.steps = stepper.steps;
  return run;
}

/* Forward Euler as in the lecture: both derivatives from the old state, V before n is used for n. */
export function simulateEuler(model, k, stimulus, duration, dt = 0.5) {
  const run = emptyRun(model, k, stimulus, duration, dt);
  const y = initialState(model, k), d = new Float64Array(y.length);
  const edges = stimulus.edges(duration);
  run.method = "euler";
  for (let n = 0; n < run.size; n++) {
    keep(run, n, y);
    if (n + 1 === run.size) break;
    // The mean current of the step, so that a pulse shorter than dt still delivers its charge.
    const a = n * dt, b = a + dt, inside = edges.filter((e) => e > a + 1e-9 * dt && e < b - 1e-9 * dt);
    const cuts = [...inside, b], before = y[0];
    const charge = cuts.reduce((sum, cut, m) => {
      const from = m ? cuts[m - 1] : a;
      return sum + stimulus.at(0.5 * (from + cut)) * (cut - from);
    }, 0);
    model.rhs(y, charge / dt, k, d);
    y.forEach((x, s) => { y[s] = x + dt * d[s]; });
    if (!(Math.abs(y[0]) < RUN_LIMIT))
      throw new RunError(tr("Euler with {dt} ms blew up at t = {t} ms", { dt, t: b }));
    noteSpike(run, a, before, y[0]);
  }
  return run;
}

/* Room for every gate, open fraction, conductance and current of a run, and what fills it. */
export function emptyQuantities(model, size) {
  const series = (n) => Array.from({ length: n }, () => new Float64Array(size));
  const G = model.gateList.length, C = model.channels.length;
  return { gates: series(G), open: series(C), g: series(C), i: series(C), I: new Float64Array(size) };
}

/* Fill samples [from, to) from the states; `counted` are open shares that are not the equations'. */
export function fillQuantities(q, { model, k, y: states }, from, to, counted = null) {
  const y = new Float64Array(model.states.length), z = new Float64Array(q.gates.length);
  const o = new Float64Array(q.open.length);
  for (let n = from; n < to; n++) {
    for (let s = 0; s < y.length; s++) y[s] = states[s][n];
    model.gates(y, z);
    if (counted) o.set(counted); else model.open(z, o);
    for (let m = 0; m < z.length; m++) q.gates[m][n] = z[m];
    for (let m = 0; m < o.length; m++) {
      q.open[m][n] = o[m];
      q.g[m][n] = model.g(k, m) * o[m];
      q.i[m][n] = q.g[m][n] * (y[0] - model.e(k, m));
    }
  }
}

/* 1 µA/cm² for 1 ms is 1 nC/cm²: so many elementary charges on a square micrometre. */
const CHARGES = 62.415;

/* The ions (on 1 µm²) of each channel that have gone out by each sample from `from` on, or in if negative. */
export function fillCrossings(q, { model, dt }, from, to) {
  model.channels.forEach(({ charge }, c) => {
    const all = q.crossed[c], i = q.i[c], each = (0.5 * dt * CHARGES) / charge;
    for (let n = Math.max(1, from); n < to; n++) all[n] = all[n - 1] + (i[n] + i[n - 1]) * each;
  });
}

export function crossingsOf(run) {
  const q = quantitiesOf(run);
  if (!q.crossed) {
    q.crossed = run.model.channels.map(() => new Float64Array(run.size));
    fillCrossings(q, run, 1, run.size);
  }
  return q.crossed;
}

/* The quantities of a run, computed once when first asked for. */
export function quantitiesOf(run) {
  if (run.q) return run.q;
  const q = (run.q = emptyQuantities(run.model, run.size));
  fillQuantities(q, run, 0, run.size);
  for (let n = 0; n < run.size; n++) q.I[n] = run.stimulus.at(run.t[n]);
  return q;
}
