/* Behaviour: what happened in a run, in the words of analysis.behaviour() and a little more. */

import { quantitiesOf, restVoltage, simulate } from "./engine.js";
import { extent, millivolts } from "./numbers.js";
import { decimal, tr } from "./words.js";

/* Local maxima of V, [time, height]…, by the parabola through three samples. */
function peaksOf(run) {
  const v = run.y[0], peaks = [];
  for (let n = 1; n + 1 < run.size; n++) {
    if (!(v[n] > v[n - 1] && v[n] >= v[n + 1])) continue;
    const a = v[n - 1] - v[n], b = v[n + 1] - v[n], bend = a + b;
    const x = bend === 0 ? 0 : (a - b) / (2 * bend);
    peaks.push([run.t[n] + x * run.dt, v[n] - (x * (a - b)) / 4]);
  }
  return peaks;
}

/* Until when (ms) what follows the last change of the stimulus is transient, as Trajectory.transient(). */
function transientOf(run) {
  const end = run.t[run.size - 1];
  return 0.5 * (run.stimulus.lastChange(end) + end);
}

/* Rate of sustained firing (Hz), as Trajectory.rate(): cycles of V whatever their height, but no ringing;
NaN where spikes come, but too few to tell. */
export function rateOf(run) {
  const v = run.y[0], end = run.t[run.size - 1], after = transientOf(run);
  let peaks = peaksOf(run).filter(([t]) => t >= 2 * after - end);
  const [previous, latest] = peaks.slice(-2).map(([t]) => t);
  const goesOn = peaks.length >= 4 && end - latest < 1.25 * (latest - previous);
  const three = goesOn ? peaks.length - 3 : peaks.length;
  peaks = peaks.slice(Math.min(peaks.filter(([t]) => t < after).length, three));
  if (peaks.length < 3) return peaks.some(([, height]) => height > run.model.spikeLevel) ? NaN : 0;
  const cycles = peaks.slice(0, -1).map(([t, height], n) => {
    const [low] = extent(v.subarray(Math.ceil(t / run.dt), Math.floor(peaks[n + 1][0] / run.dt) + 1));
    return { t, swing: height - low };
  });
  const most = Math.max(...cycles.map((cycle) => cycle.swing));
  const real = cycles.filter((cycle) => cycle.swing >= 0.25 * most);
  const first = real[0], last = real.at(-1);
  if (real.length < 2 || last.swing < 0.5 || last.swing < 0.9 * first.swing) return 0;
  return (1000 * (real.length - 1)) / (last.t - first.t);
}

/* Would a weaker version of this stimulus make the membrane fire for good? */
function firesWhenWeaker({ model, k, stimulus, duration }) {
  const weaker = (factor) => simulate(model, k, stimulus.scaled(factor), duration, { tolerance: 1e-4 });
  return [0.5, 0.25, 0.1].some((factor) => rateOf(weaker(factor)) > 0);
}

const three = (x) => decimal(+x.toPrecision(3));

function span(run, from) { const [low, high] = extent(run.y[0].subarray(from)); return high - low; }

/* When V passes the level of a spike and, while it is above, more flows in through channels than is injected:
   a current alone that charges a membrane makes none. As analysis.spikes(). */
export function spikesOf(run) {
  const { i, I } = quantitiesOf(run), { model: { inward, spikeLevel }, y: [v], t } = run;
  const flows = (n) => inward.reduce((sum, c) => sum - i[c][n], 0) > Math.max(0, I[n]);
  return run.spikes.filter((spike) => {
    let n = Math.max(0, Math.floor((spike - t[0]) / run.dt));
    while (n < run.size && !flows(n) && (v[n] >= spikeLevel || t[n] <= spike)) n++;
    return n < run.size && (v[n] >= spikeLevel || t[n] <= spike);
  });
}

function firing(run, rate, spikes) {
  const after = transientOf(run), swing = span(run, Math.ceil(after / run.dt));
  const said = { rate: decimal(rate.toFixed(1)), swing: millivolts(swing), count: spikes.length };
  if (spikes.some((spike) => spike >= after))
    return tr("Fires at {rate} Hz: {count} spikes in {time} ms.", { ...said, time: three(run.duration) });
  return swing >= 10
    ? tr("Fires at {rate} Hz without full spikes: {swing} mV from peak to trough.", said)
    : tr("Oscillates at {rate} Hz without full spikes: {swing} mV from peak to trough.", said);
}

/* One spike, and what explains it, if a pulse does. */
function single({ stimulus }, spikes, finish) {
  const pulses = stimulus.parts.filter((p) => !p.f && p.b < Infinity), [first, second] = pulses;
  const said = { t: three(spikes[0]), finish };
  if (pulses.length === 1 && first.constant < 0 && spikes[0] >= first.b)
    return tr("One spike at {t} ms, after the hyperpolarising pulse ends: anode break.", said);
  if (pulses.length === 2 && first.constant > 0 && spikes[0] < second.a)
    return tr("One spike at {t} ms: the second pulse finds the membrane refractory.", said);
  return tr("One spike at {t} ms, then it {finish}.", said);
}

/* Where chance has its hand in it: what is counted. */
function counted({ duration }, { length: count }) {
  const said = { count, time: three(duration) };
  return count === 0 ? tr("No spike in {time} ms.", said) : count === 1 ? tr("One spike in {time} ms.", said)
    : tr("{count} spikes in {time} ms.", said);
}

/* {kind, rate, text}: kind is fires, block, settles (no spike), one or some (spikes). */
export function describe(run) {
  const rate = rateOf(run), spikes = spikesOf(run);
  if (run.method === "channels") return { kind: "counted", rate, text: counted(run, spikes) };
  if (rate > 0) return { kind: "fires", rate, text: firing(run, rate, spikes) };
  const { stimulus, size, duration } = run, end = run.y[0][size - 1], V = millivolts(end);
  const count = spikes.length, settled = span(run, Math.floor(0.9 * (size - 1))) < 0.5;
  const current = stimulus.at(duration, duration * (1 - 1e-9)), rest = restVoltage(run.model, run.k);
  if (settled && current > 0 && end - rest > 10 && firesWhenWeaker(run)) {
    const text = count === 0 ? tr("Depolarisation block: no spike, then it settles at {V} mV.", { V })
      : count === 1 ? tr("Depolarisation block: one spike, then it settles at {V} mV.", { V })
      : tr("Depolarisation block: {count} spikes, then it settles at {V} mV.", { V, count });
    return { kind: "block", rate, text };
  }
  const moved = count || stimulus.edges(duration).length;
  const home = moved && Math.abs(end - rest) < 1 && Math.abs(current) < 1e-9;
  const finish = !settled ? tr("is still changing at the end ({V} mV)", { V })
    : home ? tr("returns to rest at {V} mV", { V }) : tr("settles at {V} mV", { V });
  if (count === 0) return { kind: "settles", rate, text: tr("No spike: {finish}.", { finish }) };
  if (count === 1) return { kind: "one", rate, text: single(run, spikes, finish) };
  const said = { count, finish, times: spikes.slice(0, 3).map(three).join(", "), time: three(duration), V };
  const text = !settled
    ? tr("{count} spikes in {time} ms; the potential is still changing at the end ({V} mV).", said)
    : count <= 3 ? tr("{count} spikes at {times} ms, then it {finish}.", said)
    : tr("{count} spikes, then it {finish}.", said);
  return { kind: "some", rate, text };
}
