/* Link: settings to and from the fragment of the page's address. */

import { FRAME, INITIAL, LESSONS, MODELS, SHOWN, STIMULI, VIEWS } from "./data.js";
import { readNumber } from "./numbers.js";
import { shown } from "./runs.js";
import { LOOK, changedKeys, defaultsOf, fieldsOf, followIons, modelOf, settings, ui } from "./settings.js";
import { tr } from "./words.js";

const hash = () => location.hash.slice(1);
let address = "";

export function fragment() {
  const out = new URLSearchParams({ model: settings.model });
  for (const key of changedKeys()) out.set(key, settings[key]);
  const told = (key) => (key === "step" ? ui.lesson : ui[key] !== LOOK[key]);
  const keys = ["theme", "views", "open", "live", "curve", "lesson", "step", "rate", "channels"];
  for (const key of keys.filter(told))
    out.set(key, typeof ui[key] === "boolean" ? Number(ui[key]) : ui[key]);
  if (shown.head < 1 && !shown.playing) out.set("t", +(shown.head * settings.duration).toPrecision(5));
  return out.toString();
}

export function writeFragment() {
  const text = fragment();
  if (text === address) return;
  address = text;
  // Whoever put this page into a frame of a notebook is told what is set.
  if (FRAME && window.parent !== window) window.parent.postMessage({ hhanim: FRAME, settings: text }, "*");
  // A page inside srcdoc has no address to write to.
  try { history.replaceState(null, "", `#${text}`); } catch { /* nothing to do */ }
}

/* Hear of fragments that somebody else wrote. */
export const hearFragments = (heard) =>
  addEventListener("hashchange", () => { if (hash() !== address) heard(new URLSearchParams(hash())); });

/* What the page is to begin with: entries of the address, or of the one who made the page. */
export const asked = () => (hash() ? [...new URLSearchParams(hash())] : Object.entries(INITIAL));

/* How things are shown: what stays when another model is chosen or all is reset. */
export function kept() {
  const { theme, views, open, live, channels, curve, lesson, step } = ui;
  const taught = lesson ? { lesson, step } : {};
  return Object.entries({ theme, views: views || "", open, live, channels, curve, ...taught });
}

export const lessonOf = (key) => LESSONS.find((lesson) => lesson.key === key);

/* What somebody else wrote, as long as it can be read; what is wrong, as much as one can take in. */
const quoted = (text) => (text.length > 40 ? `${[...text].slice(0, 40).join("")}…` : text);
const MOST_NOTES = 6;

/* Whether a table has an entry of its own: not what every object has, such as `constructor`. */
const own = (table, key) => Object.hasOwn(table, key);

/* Settings from entries of strings or numbers; what is not understood is said, not guessed. */
export function understand(entries) {
  const asks = new Map(entries), taught = !asks.has("model") && lessonOf(asks.get("lesson"));
  // A lesson without settings of its own begins with those of its step.
  const start = taught && (taught.steps[asks.get("step") - 1] || taught.steps[0]).start;
  const given = new Map([...Object.entries(start || {}), ...asks]);
  const name = given.get("model") || INITIAL.model, kind = given.get("stimulus");
  const model = modelOf(name) || modelOf("modern") || MODELS[0], notes = [];
  const known = (what) => what.join(", ");
  const among = (key, value, all) => {
    if (!all.includes(value))
      notes.push(`${key}: ${tr("“{value}” is not known; known are {known}.",
        { value: quoted(String(value)), known: known(all) })}`);
    return all.includes(value);
  };
  if (!modelOf(name)) notes.push(tr("Unknown model “{name}”; known are {known}.",
    { name: quoted(name), known: known(MODELS.map((m) => m.name)) }));
  const next = defaultsOf(model, own(STIMULI, kind) ? kind : "step");
  if (own(STIMULI, kind)) next.stimulus = kind;
  else if (kind !== undefined) notes.push(tr("Unknown stimulus “{name}”; known are {known}.",
    { name: quoted(kind), known: known(Object.keys(STIMULI)) }));
  const fields = fieldsOf(model, next.stimulus);
  const how = { ...LOOK, t: null }, ignored = ["model", "stimulus", "play"];
  const choose = (key, text) => {
    const value = typeof SHOWN[key][0] === "number" ? Number(text) : text;
    if (among(key, value, SHOWN[key])) how[key] = typeof how[key] === "boolean" ? value === 1 : value;
  };
  const readers = {
    method(text) {
      if (text === "euler" ? model.reduced : ["converged", "channels"].includes(text)) next.method = text;
      else notes.push(tr("Method “{name}” is not available here.", { name: quoted(text) }));
    },
    reversal(text) {
      if (among("reversal", text, ["given", "nernst"])) next.reversal = text;
    },
    views(text) {
      how.views = String(text).split(",").filter((view) => view && among("views", view, VIEWS));
    },
    t(text) {
      const { value, problem } = readNumber(text, { low: 0, high: 1e6, unit: "ms" });
      if (problem) notes.push(`t = ${quoted(text)}: ${problem}`); else how.t = value;
    },
    lesson(text) {
      if (lessonOf(text)) how.lesson = text;
      else if (text) notes.push(tr("Unknown lesson “{name}”; known are {known}.",
        { name: quoted(text), known: known(LESSONS.map(({ key }) => key)) }));
    },
    step(text) { how.step = Number(text); },
  };
  for (const [key, text] of given) {
    const { value, problem } = own(fields, key) ? readNumber(text, fields[key]) : {};
    if (problem) notes.push(`${key} = ${quoted(String(text))}: ${problem}`);
    else if (own(fields, key)) next[key] = value;
    else if (own(readers, key)) readers[key](text ?? "");
    else if (ignored.includes(key)) continue;
    else if (own(SHOWN, key)) choose(key, text ?? "");
    else notes.push(tr("Unknown setting “{name}” was left out.", { name: quoted(key) }));
  }
  if (!lessonOf(how.lesson)?.steps[how.step - 1]) {
    if (how.step !== 1) notes.push(tr("Unknown setting “{name}” was left out.", { name: "step" }));
    how.step = 1;
  }
  if (how.views && !how.views.length) how.views = null;
  const more = notes.splice(MOST_NOTES).length;
  if (more) notes.push(tr("And {count} more.", { count: more }));
  return { next: followIons(next), how, notes };
}
