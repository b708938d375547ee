/* Axon: a spike that travels. The cable equation as simulate_cable() solves it: Crank–Nicolson for V,
   gates half a step ahead, one tridiagonal solve a step (Hines 1984, doi 10.1016/0020-7101(84)90008-4). */

import { CELLS } from "./data.js";
import { restVoltage, steadyState } from "./engine.js";
import { within } from "./numbers.js";
import { RunError } from "./stepper.js";
import { decimal, tr } from "./words.js";

const STEP = 0.01; // ms; two steps of it agree with the converged speed within 0.2 %
const EVERY = 4; // steps between samples
const V_LIMIT = 2000; // mV: beyond it a stimulus is far too strong for so thin an axon

/* Conductance (mS/cm²) between the middles of neighbours, seen from either; area of a cell (cm²). */
function geometryOf({ length, diameter, resistivity }) {
  const dx = (0.1 * length) / CELLS, radius = 0.5e-4 * diameter; // cm
  const area = 2 * Math.PI * radius * dx, axial = (1e3 * Math.PI * radius ** 2) / (resistivity * dx);
  return { area, coupling: axial / area };
}

/* The electrodes: cell, time of the beginning, current density while it lasts (µA/cm²). */
function stimuliOf(s, area) {
  const places = [[s.position, 0], ...(s.stimulus === "collision" ? [[s.second, s.delay]] : [])];
  return places.map(([x, start]) => ({ cell: cellAt(s, x), start, density: s.current / area }));
}

export const cellAt = ({ length }, x) => within(Math.floor((x / length) * CELLS), 0, CELLS - 1);

/* Solve (diagonal, with `off` on both sides) x = rhs in place of rhs; spare is working space. */
function tridiagonal(diagonal, off, rhs, spare) {
  let pivot = diagonal[0];
  rhs[0] /= pivot;
  for (let n = 1; n < rhs.length; n++) {
    spare[n] = off / pivot;
    pivot = diagonal[n] - off * spare[n];
    rhs[n] = (rhs[n] - off * rhs[n - 1]) / pivot;
  }
  for (let n = rhs.length - 2; n >= 0; n--) rhs[n] -= spare[n + 1] * rhs[n + 1];
}

class Axon {
  constructor(model, s) {
    const S = model.states.length, { area, coupling } = geometryOf(s), k = model.constants(s);
    const closed = model.inward.map((c) => [`g${model.channels[c].name}`, 0]);
    const shut = model.constants({ ...s, ...Object.fromEntries(closed) }), dx = s.length / CELLS;
    Object.assign(this, { model, s, k, S, area, coupling, stimuli: stimuliOf(s, area) });
    this.x = Float64Array.from({ length: CELLS }, (_, n) => (n + 0.5) * dx);
    this.constants = Array.from(this.x, (x) => (Math.abs(x - s.block) < 0.5 * s.blocked ? shut : k));
    const [rest, blocked] = [k, shut].map((some) => steadyState(model, restVoltage(model, some)));
    if (![...rest, ...blocked].every(Number.isFinite))
      throw new RunError(tr("no resting state: at least one conductance must be more than 0"));
    this.cells = this.constants.map((some) => Float64Array.from(some === shut ? blocked : rest));
    for (const name of ["diagonal", "rhs", "spare"]) this[name] = new Float64Array(CELLS);
    this.before = Float64Array.from(this.cells, ([v]) => v);
    this.at = new Float64Array(S);
    this.flow = new Float64Array(2);
    this.relax(0.5 * STEP); // from here on the gates are half a step ahead of V
  }
  relax(h) {
    const { cells, constants, model } = this;
    for (let n = 0; n < CELLS; n++) model.relax(cells[n], h, constants[n], cells[n]);
  }
  /* V from t to t + STEP, then the gates. */
  advance(t) {
    const { cells, constants, model, before, diagonal, rhs, at, flow, coupling, k, s } = this;
    const capacitive = k[0] / (0.5 * STEP);
    for (let n = 0; n < CELLS; n++) {
      const y = cells[n], v = y[0];
      at.set(y);
      at[0] = 1.5 * v - 0.5 * before[n]; // gates that are instantaneous: at the middle of the step
      model.linear(at, constants[n], flow);
      diagonal[n] = capacitive + flow[0] + (n > 0 && n < CELLS - 1 ? 2 : 1) * coupling;
      rhs[n] = capacitive * v + flow[1];
      before[n] = v;
    }
    for (const { cell, start, density } of this.stimuli)
      rhs[cell] += (density * Math.max(0, Math.min(t + STEP, start + s.pulse) - Math.max(t, start))) / STEP;
    tridiagonal(diagonal, -coupling, rhs, this.spare);
    for (let n = 0; n < CELLS; n++) cells[n][0] = 2 * rhs[n] - before[n];
    this.relax(STEP);
  }
}

/* A run of the axon: v and each channel's open share as rows of samples, cell by cell; when V first passed
   the spike level at each cell (NaN if never). */
export function simulateAxon(model, s) {
  const axon = new Axon(model, s), { cells, x, k } = axon, steps = Math.ceil(s.duration / STEP - 1e-9);
  const size = Math.floor(steps / EVERY) + 1, C = model.channels.length, level = model.spikeLevel;
  const rows = () => new Float32Array(size * CELLS);
  const run = {
    model, k, x, size, cells: CELLS, dt: STEP * EVERY, duration: s.duration, method: "axon", spikes: [],
    t: Float64Array.from({ length: size }, (_, n) => n * STEP * EVERY),
    v: rows(), open: Array.from({ length: C }, rows), arrival: new Float64Array(CELLS).fill(NaN),
  };
  const z = new Float64Array(model.gateList.length), o = new Float64Array(C);
  const keep = (row) => {
    for (let n = 0; n < CELLS; n++) {
      run.v[row * CELLS + n] = cells[n][0];
      model.gates(cells[n], z);
      model.open(z, o);
      for (let c = 0; c < C; c++) run.open[c][row * CELLS + n] = o[c];
    }
  };
  keep(0);
  for (let step = 0; step < steps; step++) {
    axon.advance(step * STEP);
    for (let n = 0; n < CELLS; n++) {
      const from = axon.before[n], to = cells[n][0];
      if (!(Math.abs(to) < V_LIMIT))
        throw new RunError(tr("V leaves all bounds at {x} mm: inject less", { x: decimal(x[n].toFixed(1)) }));
      if (from < level && to >= level && Number.isNaN(run.arrival[n]))
        run.arrival[n] = (step + (level - from) / (to - from)) * STEP;
    }
    if ((step + 1) % EVERY === 0) keep((step + 1) / EVERY);
  }
  return run;
}

/* When (ms) the spike came to a place (mm), between the middles of cells; NaN if it did not. */
export function arrivalAt({ x, arrival }, place) {
  const at = within((place - x[0]) / (x[1] - x[0]), 0, CELLS - 1);
  const n = Math.min(CELLS - 2, Math.floor(at));
  return arrival[n] + (at - n) * (arrival[n + 1] - arrival[n]);
}

/* Conduction velocity (m/s) between two places (mm). */
export const speedOf = (run, near, far) => (far - near) / (arrivalAt(run, far) - arrivalAt(run, near));
