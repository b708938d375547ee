/* Runs: settings become a run; what is shown is the last one that came to an end. */

import { simulateAxon } from "./axon.js";
import { simulateChannels } from "./channels.js";
import { describe } from "./behaviour.js";
import { EULER_STEP } from "./data.js";
import { describeAxon, describeClamp } from "./benchwords.js";
import { simulateClamp } from "./clamp.js";
import { simulate, simulateEuler } from "./engine.js";
import { experimentOf, modelOf, settings, ui } from "./settings.js";
import { makeStimulus } from "./stimuli.js";
import { decimal, tr } from "./words.js";

/* exact: the converged solution beside an Euler run. head: the share of the run that has been played. */
export const shown = { run: null, exact: null, previous: null, pinned: [], head: 1, playing: false };

export const sampleAtHead = () => Math.round(shown.head * (shown.run.size - 1));

export function keepPrevious() {
  if (shown.run?.y && shown.run.model.name === settings.model) shown.previous = shown.run;
}

export function simulateSettings(s, method, channels = ui.channels) {
  const model = modelOf(s.model), k = model.constants(s), stimulus = makeStimulus(s);
  if (method === "channels") return simulateChannels(model, k, stimulus, s.duration, channels, 1952);
  return method === "euler" ? simulateEuler(model, k, stimulus, s.duration, EULER_STEP)
    : simulate(model, k, stimulus, s.duration);
}

/* The other experiments: how they are run, and what is said of it. */
const RUNS = { clamp: [simulateClamp, describeClamp], axon: [simulateAxon, describeAxon] };

function runBench([simulateIt, describeIt]) {
  const run = simulateIt(modelOf(settings.model), settings);
  run.settings = { ...settings };
  run.says = describeIt(run);
  run.sentence = run.says.text;
  Object.assign(shown, { exact: null, previous: null, run });
}

/* Run the settings and show it; a RunError leaves what is shown as it is. */
export function runSettings() {
  const bench = RUNS[experimentOf()];
  if (bench) return runBench(bench);
  const run = simulateSettings(settings, settings.method), says = describe(run);
  const exact = settings.method === "euler" ? simulateSettings(settings, "converged") : null;
  const sentence = exact ? comparison(says, describe(exact)) : says.text;
  Object.assign(shown, { exact, run: Object.assign(run, { settings: { ...settings }, says, sentence }) });
}

function comparison(euler, exact) {
  const small = (text) => text[0].toLowerCase() + text.slice(1);
  if (!(euler.rate > 0 && exact.rate > 0))
    return tr("Euler, 0.5 ms: {euler} Converged: {exact}",
      { euler: small(euler.text), exact: small(exact.text) });
  const off = 100 * (exact.rate / euler.rate - 1), one = (x) => decimal(Math.abs(x).toFixed(1));
  const said = { euler: one(euler.rate), exact: one(exact.rate), off: one(off) };
  return off < 0
    ? tr("Euler, 0.5 ms: fires at {euler} Hz. Converged: {exact} Hz; Euler's period is {off} % too short.",
      said)
    : tr("Euler, 0.5 ms: fires at {euler} Hz. Converged: {exact} Hz; Euler's period is {off} % too long.",
      said);
}
