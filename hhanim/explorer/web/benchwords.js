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
  const { levels, reads: kind, settings: { step_time } } = run, t = decimal(step_time);
  const [first = 0] = run.model.inward;
  const { words: name } = run.model.channels[first], peaks = run.peaks[first].map(({ i }) => i);
  if (kind === "first") {
    const reversal = crossing(levels, together(run.first)), V = reversal === null ? "" : oneDigit(reversal);
    return { kind, reversal, text: reversal === null
      ? tr("The current just after the step does not reverse between these levels.")
      : tr("The current just after the step reverses at {V} mV.", { V }) };
  }
  if (kind === "share") {
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

/* When (ms) a spike came to the places between two, as far as it came. */
function arrivalsBetween({ x, arrival }, one, other) {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  return Array.from(arrival).filter((t, n) => x[n] >= low && x[n] <= high && Number.isFinite(t));
}

/* Whether it ran from the first of them to the last: no place between was reached before both, or after. */
function isOneWay(times) {
  const [low, high] = [times[0], times.at(-1)].sort((a, b) => a - b);
  return low < high && times.every((t) => t >= low && t <= high);
}

/* {kind, speed, text}: kind is none, travels, both (ways), meet, stops (at a block) or short (the run is). */
export function describeAxon(run) {
  const { settings: s, arrival, x } = run, came = (place) => Number.isFinite(arrivalAt(run, place));
  const there = Array.from(x).filter((_, n) => Number.isFinite(arrival[n]));
  const speed = Math.abs(speedOf(run, s.near, s.far)), last = Math.max(...arrival.filter(Number.isFinite));
  const at = x[arrival.indexOf(last)], between = arrivalsBetween(run, s.position, s.second);
  const latest = Math.max(...between), meeting = arrival.indexOf(latest);
  if (there.length < 0.1 * run.cells && Math.abs(s.position - s.block) < 0.5 * s.blocked)
    return { kind: "none", speed,
      text: tr("No spike travels: the stimulus is where the channels are blocked.") };
  if (there.length < 0.1 * run.cells)
    return { kind: "none", speed, text: tr("No spike travels: the stimulus is too weak.") };
  if (s.stimulus === "collision" && latest > Math.max(between[0], between.at(-1)))
    return { kind: "meet", speed,
      text: tr("Two spikes meet at {x} mm, and both end there.", { x: oneDigit(x[meeting]) }) };
  if (came(s.near) && came(s.far)) {
    if (!isOneWay(arrivalsBetween(run, s.near, s.far)))
      return { kind: "both", speed: NaN,
        text: tr("No speed to read: no spike runs all the way between a and b.") };
    const [from, to] = arrivalAt(run, s.near) < arrivalAt(run, s.far) ? ["a", "b"] : ["b", "a"];
    const said = { speed: oneDigit(speed), from, to };
    return { kind: "travels", speed,
      text: tr("The spike travels at {speed} m/s from {from} to {to}.", said) };
  }
  const edge = { x: oneDigit(s.position <= at ? Math.max(...there) : Math.min(...there)) };
  return s.blocked > 0 && last < run.duration - 1.5
    ? { kind: "stops", speed, text: tr("The spike stops at {x} mm.", edge) }
    : { kind: "short", speed, text: tr("The run ends when the spike is at {x} mm.", edge) };
}
