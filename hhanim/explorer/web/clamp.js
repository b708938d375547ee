/* Clamp: what flows while the voltage is commanded. Gates at a voltage that is held follow exponentials, so
   nothing is integrated and every current is exact. The capacitive current at an edge is no part of it. */

import { STIMULI, SWEEPS } from "./data.js";
import { steadyState } from "./engine.js";
import { RunError } from "./stepper.js";
import { tr } from "./words.js";

const SAMPLES = 240; // of each piece of a sweep, closer to its beginning

/* The level of each sweep. */
function levelsOf({ first, last, increment }) {
  const count = Math.floor(Math.abs(last - first) / increment + 1e-9) + 1;
  if (count > SWEEPS)
    throw new RunError(tr("{count} sweeps are more than {most}; take a larger increment",
      { count, most: SWEEPS }));
  return Array.from({ length: count }, (_, n) => first + Math.sign(last - first) * n * increment);
}

/* The pieces of one sweep: from a to b at v, with the state at their beginning. */
function piecesOf(model, k, s, level) {
  let a = 0, y = steadyState(model, s.hold);
  return STIMULI[s.stimulus].pieces.map(([of, lasts]) => {
    const v = of === "sweep" ? level : s[of];
    const piece = { a, b: a + (s[lasts] ?? lasts), v, y: Float64Array.from(y) };
    piece.y[0] = v;
    y = new Float64Array(y.length);
    model.relax(piece.y, piece.b - a, k, y);
    a = piece.b;
    return piece;
  });
}

/* What flows, and how the gates stand, at any time of a piece. */
class Meter {
  constructor(model, k) {
    const { gateList: { length: G }, channels: { length: C }, states } = model;
    Object.assign(this, { model, k, y: new Float64Array(states.length) });
    Object.assign(this, { z: new Float64Array(G), o: new Float64Array(C), i: new Float64Array(C) });
  }
  read(piece, t) {
    const { model, k, y, z, o, i } = this;
    model.relax(piece.y, t - piece.a, k, y);
    model.gates(y, z);
    model.open(z, o);
    for (let c = 0; c < i.length; c++) i[c] = model.g(k, c) * o[c] * (piece.v - model.e(k, c));
    return i;
  }
}

function sweepOf(model, k, s, level, meter) {
  const pieces = piecesOf(model, k, s, level), size = SAMPLES * pieces.length;
  const series = (n) => Array.from({ length: n }, () => new Float64Array(size));
  const sweep = {
    level, pieces, t: new Float64Array(size), v: new Float64Array(size), total: new Float64Array(size),
    i: series(model.channels.length), gates: series(model.gateList.length),
  };
  pieces.forEach((piece, p) => {
    for (let m = 0; m < SAMPLES; m++) {
      const n = p * SAMPLES + m, share = m / (SAMPLES - 1);
      sweep.t[n] = piece.a + (piece.b - piece.a) * share * share;
      sweep.v[n] = piece.v;
      meter.read(piece, sweep.t[n]).forEach((i, c) => { sweep.i[c][n] = i; sweep.total[n] += i; });
      meter.z.forEach((x, g) => { sweep.gates[g][n] = x; });
    }
  });
  return sweep;
}

/* The largest current of a channel in a piece, inward or outward, found between its samples. */
function peakOf(sweep, p, c, meter) {
  const { t, i, pieces } = sweep, from = p * SAMPLES, to = from + SAMPLES - 1;
  let n = from;
  for (let m = from; m <= to; m++) if (Math.abs(i[c][m]) > Math.abs(i[c][n])) n = m;
  let a = t[Math.max(from, n - 1)], b = t[Math.min(to, n + 1)];
  const size = (at) => Math.abs(meter.read(pieces[p], at)[c]);
  for (let turn = 0; turn < 40; turn++) {
    const one = a + (b - a) / 3, two = b - (b - a) / 3;
    if (size(one) < size(two)) a = one; else b = two;
  }
  return { t: 0.5 * (a + b), i: meter.read(pieces[p], 0.5 * (a + b))[c] };
}

/* A family of sweeps. Time runs through one after the other: sweep n from n · span on. */
export function simulateClamp(model, s) {
  const k = model.constants(s), meter = new Meter(model, k), levels = levelsOf(s);
  const sweeps = levels.map((level) => sweepOf(model, k, s, level, meter));
  const { measured, reads } = STIMULI[s.stimulus];
  const span = sweeps[0].pieces.at(-1).b, duration = span * levels.length, size = 100 * levels.length + 1;
  if (!sweeps.every((sweep) => sweep.total.every(Number.isFinite)))
    throw new RunError(tr("these levels give no finite current"));
  /* Of each channel, sweep by sweep, in the measured piece. */
  const ofChannels = (read) => model.channels.map((_, c) => sweeps.map((sweep) => read(sweep, c)));
  return {
    model, k, sweeps, levels, span, duration, size, dt: span / 100, method: "clamp", spikes: [],
    measured, reads,
    t: Float64Array.from({ length: size }, (_, n) => (n * span) / 100),
    peaks: ofChannels((sweep, c) => peakOf(sweep, measured, c, meter)),
    first: ofChannels((sweep, c) => sweep.i[c][measured * SAMPLES]),
    steady: ofChannels((sweep, c) => sweep.i[c][(measured + 1) * SAMPLES - 1]),
  };
}

/* Sums over the channels, sweep by sweep. */
export const together = (rows) => rows[0].map((_, n) => rows.reduce((sum, row) => sum + row[n], 0));
