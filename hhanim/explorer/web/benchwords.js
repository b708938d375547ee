/* Bench words: what a family of sweeps and a run of the axon show, in a sentence. */

import { arrivalAt, speedOf } from "./axon.js";
import { together } from "./clamp.js";
import { signed } from "./numbers.js";
import { decimal, tr } from "./words.js";

const oneDigit = (x) => signed(x.toFixed(1));
const brief = (x) => signed(+x.toPrecision(3));

/* The level at which values, in the order of their levels, pass 0; null if they do not. */
function crossing(levels, values) {
  const order = levels.map((_, n) => n).sort((a, b) => levels[a] - levels[b]);
  for (let m = 1; m < order.length; m++) {
    const [a, b] = [order[m - 1], order[m]];
    if (values[a] < 0 !== values[b] < 0)
      return levels[a] + ((levels[b] - levels[a]) * values[a]) / (values[a] - values[b]);
  }
  return null;
}

const largest = (values) =>
  values.reduce((best, x, n) => (Math.abs(x) > Math.abs(values[best]) ? n : best), 0);

export function describeClamp(run) {
  const { levels, settings: { stimulus: kind, step_time } } = run, t = decimal(step_time);
  const [first = 0] = run.model.inward;
  const { words: name } = run.model.channels[first], peaks = run.peaks[first].map(({ i }) => i);
  if (kind === "tails") {
    const reversal = crossing(levels, together(run.first)), V = reversal === null ? "" : oneDigit(reversal);
    return { kind, reversal, text: reversal === null
      ? tr("The current just after the step does not reverse between these levels.")
      : tr("The current just after the step reverses at {V} mV.", { V }) };
  }
  if (kind === "inactivation") {
    const top = Math.abs(peaks[largest(peaks)]) || 1, share = peaks.map((x) => Math.abs(x) / top);
    const half = crossing(levels, share.map((x) => x - 0.5)), V = half === null ? "" : oneDigit(half);
    return { kind, half, text: half === null
      ? tr("{name}: after {t} ms no level between these inactivates half of it.", { name, t })
      : tr("{name}: after {t} ms at {V} mV half of it is inactivated.", { name, t, V }) };
  }
  const least = peaks.reduce((best, x, n) => (x < peaks[best] ? n : best), 0), peak = peaks[least];
  const reversal = crossing(levels, peaks), said = { name, peak: brief(peak), V: brief(levels[least]) };
  if (!(peak < -0.005))
    return { kind, peak, reversal, text: tr("{name}: no inward current at any of these levels.", { name }) };
  return { kind, peak, reversal, text: reversal === null
    ? tr("{name}: largest inward at {V} mV, {peak} µA/cm².", said)
    : tr("{name}: largest inward at {V} mV, {peak} µA/cm²; it reverses at {E} mV.",
      { ...said, E: oneDigit(reversal) }) };
}

/* {kind, speed, text}: kind is none, travels, meet, stops (at a block) or short (the run is). */
export function describeAxon(run) {
  const { settings: s, arrival, x } = run, came = (place) => Number.isFinite(arrivalAt(run, place));
  const there = Array.from(x).filter((_, n) => Number.isFinite(arrival[n]));
  const speed = Math.abs(speedOf(run, s.near, s.far)), last = Math.max(...arrival.filter(Number.isFinite));
  const at = x[arrival.indexOf(last)], all = there.length === run.cells;
  const where = { x: oneDigit(at ?? 0) };
  if (there.length < 0.1 * run.cells)
    return { kind: "none", speed, text: tr("No spike travels: the stimulus is too weak.") };
  if (s.stimulus === "collision" && all && at > x[2] && at < x.at(-3))
    return { kind: "meet", speed, text: tr("Two spikes meet at {x} mm, and both end there.", where) };
  if (came(s.near) && came(s.far)) {
    const text = tr("The spike travels at {speed} m/s from a to b.", { speed: oneDigit(speed) });
    return { kind: "travels", speed, text };
  }
  const edge = { x: oneDigit(s.position <= at ? Math.max(...there) : Math.min(...there)) };
  return s.blocked > 0 && last < run.duration - 1.5
    ? { kind: "stops", speed, text: tr("The spike stops at {x} mm.", edge) }
    : { kind: "short", speed, text: tr("The run ends when the spike is at {x} mm.", edge) };
}
