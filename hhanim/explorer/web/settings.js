/* Settings: what is simulated, and how it is shown. */

import { FIELDS, MODELS, STIMULI, VIEWS } from "./data.js";

/* The views of each experiment. */
export const BENCHES = { current: VIEWS, clamp: ["clamp", "iv", "clampgates"], axon: ["axon", "recordings"] };
/* How many channels of each kind the patch of membrane has to begin with. */
export const USUAL_CHANNELS = 200;

/* How many ms a scope shows, at so many ms in a second: what happened in the last ten seconds. */
export const windowOf = (rate) => 10 * (rate || 10);

export const settings = {}; // what the controls say
export const ui = {
  theme: "auto", rate: null, views: null, open: false, previous: true, live: true, channels: USUAL_CHANNELS,
  lesson: null, step: 1,
};

export const experimentOf = (some = settings) => STIMULI[some.stimulus].experiment;
export const modelOf = (name) => MODELS.find((model) => model.name === name);

const known = new Map(); // the fields of each model under each stimulus

/* Every number of a setting: words, symbol, unit, value to begin with, slider, allowed range. */
export function fieldsOf(model, stimulus) {
  const key = `${model.name} ${stimulus}`;
  if (!known.has(key)) known.set(key, makeFields(model, stimulus));
  return known.get(key);
}

function makeFields(model, stimulus) {
  const own = { I: model.I, duration: { value: model.duration } }, fields = {};
  for (const { reduced, level, ...field } of FIELDS) {
    const special = [model.reduced && reduced, own[field.key], STIMULI[stimulus].fields[field.key]];
    fields[field.key] = Object.assign(field, ...special);
    for (const edge of level ? ["value", "min", "max", "low", "high"] : []) field[edge] += model.zero;
  }
  for (const field of model.parameters) fields[field.key] = field;
  return fields;
}

export function defaultsOf(model, stimulus = "step") {
  const fields = fieldsOf(model, stimulus);
  const values = Object.fromEntries(Object.values(fields).map((field) => [field.key, field.value]));
  return { model: model.name, stimulus, ...values, ...model.defaults, method: "converged" };
}

/* Another kind of stimulus: what stood at the old kind's first value stands at the new one's. */
export function changeStimulus(kind) {
  const [before, next] = [settings.stimulus, kind].map((some) => defaultsOf(modelOf(settings.model), some));
  for (const key of Object.keys(next)) if (settings[key] === before[key]) settings[key] = next[key];
  settings.stimulus = kind;
}

/* The keys of what differs from the defaults. */
export function changedKeys(some = settings) {
  const base = { ...defaultsOf(modelOf(some.model), some.stimulus), stimulus: "step" };
  return Object.keys(some).filter((key) => some[key] !== base[key]);
}
