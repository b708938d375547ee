/* Settings: what is simulated, and how it is shown. */

import { FIELDS, MODELS, STIMULI } from "./data.js";

export const EULER_STEP = 0.5;
export const VIEWS = ["membrane", "V", "gates", "currents", "conductances", "phase", "curves", "fi"];
/* How many channels of each kind the patch of membrane may have, and how many it has to begin with. */
export const CHANNELS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
export const USUAL_CHANNELS = 200;

export const settings = {}; // what the controls say
export const ui = {
  theme: "auto", rate: null, views: null, open: false, previous: true, live: true, channels: USUAL_CHANNELS,
};

export const modelOf = (name) => MODELS.find((model) => model.name === name);

/* Every number of a setting: words, symbol, unit, value to begin with, slider, allowed range. */
export function fieldsOf(model, stimulus) {
  const own = { I: model.I, duration: { value: model.duration } }, fields = {};
  for (const { reduced, ...field } of FIELDS) {
    const special = [model.reduced && reduced, own[field.key], STIMULI[stimulus].fields[field.key]];
    fields[field.key] = Object.assign(field, ...special);
  }
  for (const field of model.parameters) fields[field.key] = field;
  return fields;
}

export function defaultsOf(model) {
  const [stimulus] = Object.keys(STIMULI), fields = fieldsOf(model, stimulus);
  const values = Object.fromEntries(Object.values(fields).map((field) => [field.key, field.value]));
  return { model: model.name, stimulus, ...values, ...model.defaults, method: "converged" };
}

/* The keys of what differs from the defaults. */
export function changedKeys(some = settings) {
  const base = defaultsOf(modelOf(some.model));
  return Object.keys(some).filter((key) => some[key] !== base[key]);
}
