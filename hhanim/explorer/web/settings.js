/* Settings: what is simulated, and how it is shown. */

import { FIELDS, MODELS, PER_KELVIN, STIMULI, VIEWS, ZERO_CELSIUS } from "./data.js";

/* The views of each experiment. */
export const BENCHES = {
  current: [...VIEWS, "strength"], clamp: ["clamp", "iv", "clampgates"], axon: ["axon", "recordings"],
};
/* How many ms a scope shows, at so many ms in a second: what happened in the last ten seconds. */
export const windowOf = (rate) => 10 * (rate || 10);

export const settings = {}; // what the controls say
/* How it is shown to begin with; channels: of each kind in the patch of membrane. */
export const LOOK = {
  theme: "auto", rate: null, views: null, open: false, live: true, channels: 200, curve: "rate", lesson: null,
  step: 1,
};
export const ui = { ...LOOK, previous: true };

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
  for (const field of membraneFields(model)) fields[field.key] = field;
  return fields;
}

export function defaultsOf(model, stimulus = "step") {
  const fields = fieldsOf(model, stimulus);
  const values = Object.fromEntries(Object.values(fields).map((field) => [field.key, field.value]));
  const first = { method: "converged", reversal: "given" };
  return { model: model.name, stimulus, ...values, ...model.defaults, ...first };
}

/* What a membrane is made of: its parameters, and where its ions are. */
export const membraneFields = ({ parameters, ions }) => [...parameters, ...ions.flatMap((ion) => ion.fields)];

/* The keys that say nothing of their own: reversal potentials that follow the concentrations, or
   concentrations that nothing follows. */
export function idleKeys(s) {
  const { ions } = modelOf(s.model);
  return ions.flatMap(({ channels, fields }) =>
    (s.reversal === "nernst" ? channels.map((name) => `E${name}`) : fields.map(({ key }) => key)));
}

/* Let the reversal potentials follow the concentrations by Nernst's equation, if they are to. */
export function followIons(s) {
  const { ions, zero } = modelOf(s.model), thermal = PER_KELVIN * (s.celsius + ZERO_CELSIUS);
  for (const { charge, channels, fields: [out, inside] } of s.reversal === "nernst" ? ions : []) {
    const at = (thermal / charge) * Math.log(s[out.key] / s[inside.key]) + zero;
    for (const name of channels) s[`E${name}`] = +at.toFixed(9);
  }
  return s;
}

/* Another kind of stimulus: what stood at the old kind's first value stands at the new one's. */
export function changeStimulus(kind) {
  const [before, next] = [settings.stimulus, kind].map((some) => defaultsOf(modelOf(settings.model), some));
  for (const key of Object.keys(next)) if (settings[key] === before[key]) settings[key] = next[key];
  settings.stimulus = kind;
}

/* The keys of what differs from the defaults. */
export function changedKeys(some = settings) {
  const base = { ...defaultsOf(modelOf(some.model), some.stimulus), stimulus: "step" }, idle = idleKeys(some);
  return Object.keys(some).filter((key) => some[key] !== base[key] && !idle.includes(key));
}
