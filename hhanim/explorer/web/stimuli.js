/* Stimuli: injected currents as parts that are active on [a, b), each constant or a function of time. */

import { STIMULI } from "./data.js";

const part = (a, b, constant, f = null) => ({ a, b, constant, f });

/* What each protocol of the Python core is made of, by its name there and from its own arguments. */
const PARTS = {
  step: ({ amplitude, start }) => [part(start, Infinity, amplitude)],
  pulse: ({ amplitude, start, width }) => [part(start, start + width, amplitude)],
  train: ({ amplitude, start, width, period, count }) => Array.from({ length: count },
    (_, n) => part(start + n * period, start + n * period + width, amplitude)),
  ramp: ({ last, start, stop }) => [part(start, stop, 0, (t) => (last * (t - start)) / (stop - start))],
  sine: ({ amplitude, frequency, start }) => [part(start, Infinity, 0,
    (t) => amplitude * Math.sin(2e-3 * Math.PI * frequency * (t - start)))],
};

/* An argument of a kind's protocol is a number, or a sum of settings. */
const valued = (argument, settings) => (typeof argument === "number" ? argument
  : argument.split("+").reduce((sum, key) => sum + settings[key], 0));

/* As in Python: the first argument bare, a start at 0 left out. */
function written(protocol, values) {
  const words = values.map(([name, x], n) => (n ? `${name}=${x}` : String(x)));
  return `${protocol}(${words.filter((word) => word !== "start=0").join(", ")})`;
}

export function makeStimulus(settings) {
  const kind = STIMULI[settings.stimulus];
  const values = Object.entries(kind.arguments).map(([name, argument]) => [name, valued(argument, settings)]);
  const named = Object.fromEntries(values);
  const parts = PARTS[kind.protocol](named), texts = [written(kind.protocol, values)];
  const lasting = [parts[0].a, parts.at(-1).b];
  if (settings.holding !== 0) {
    parts.push(part(0, Infinity, settings.holding));
    texts.push(written("step", [["amplitude", settings.holding]]));
  }
  return {
    parts,
    text: texts.join(" + "),
    /* The longest time (ms) over which it may be taken as featureless. */
    maxStep: named.frequency ? 1000 / named.frequency / 16 : Infinity,
    /* Value at t; which parts are active is decided at `at`, so that both ends of a piece belong to it. */
    at(t, at = t) {
      let i = 0;
      for (const p of parts) if (at >= p.a && at < p.b) i += p.f ? p.f(t) : p.constant;
      return i;
    },
    constantOn: (at) => parts.every((p) => !p.f || at < p.a || at >= p.b),
    edges(duration) {
      const all = parts.flatMap((p) => [p.a, p.b]).filter((edge) => edge > 0 && edge < duration);
      return [...new Set(all)].sort((a, b) => a - b);
    },
    /* When it last began, ended or changed to stay so before `end`, 0 if never; a train of pulses is one. */
    lastChange: (end) => Math.max(0, ...lasting.filter((edge) => edge < end)),
    scaled: (factor) =>
      makeStimulus({ ...settings, I: settings.I * factor, holding: settings.holding * factor }),
  };
}
