/* Controls: a row for every number. A change is told as a "setting" event of the panel, with its key. */

import { STIMULI } from "./data.js";
import { $, choices, make, on, put } from "./dom.js";
import { readNumber, show } from "./numbers.js";
import { symbolHTML } from "./plot.js";
import { changedKeys, defaultsOf, experimentOf, fieldsOf, followIons, idleKeys, modelOf,
  settings, ui } from "./settings.js";
import { tr } from "./words.js";

const rows = {};

function buildRow(field) {
  const { key, words, unit } = field, base = defaultsOf(modelOf(settings.model), settings.stimulus)[key];
  const error = make("p", { class: "error", id: `e-${key}`, hidden: true });
  const number = make("input", {
    id: `n-${key}`, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    "aria-label": unit ? `${words}, ${unit}` : words, "aria-describedby": `e-${key}`,
    oninput: () => typed(key, number.value),
    onblur: () => { if (!rows[key].problem) number.value = show(settings[key], field.digits); },
  });
  const slider = make("input", {
    id: `s-${key}`, type: "range", min: field.min, max: field.max, step: field.step,
    "aria-label": tr("{words}, slider", { words }), oninput: () => set(key, Number(slider.value), slider),
  });
  const back = () => { set(key, base); number.focus(); };
  const reset = make("button", {
    class: "reset", type: "button", title: tr("Reset to {value}", { value: show(base, field.digits) }),
    "aria-label": tr("Reset {name} to {value}", { name: words, value: show(base, field.digits) }),
    onclick: back,
  }, "↺");
  const name = make("label", { for: `n-${key}`, title: words });
  name.innerHTML = symbolHTML(field.symbol);
  const said = make("span", { class: "words", title: words, "aria-hidden": "true" }, words);
  const element = make("div", { class: "row", "data-key": key, style: `--hue: var(--${field.hue})` },
    name, said, number, make("span", { class: "unit" }, unit), reset, stepButton(field, -1), slider,
    stepButton(field, 1), error);
  rows[key] = { field, base, problem: "", number, slider, reset, error, element };
  return element;
}

/* A step less or more; held, step after step. */
function stepButton({ key, words, low, high, step }, way) {
  const go = () => {
    const value = +(settings[key] + way * step).toPrecision(12);
    if (value >= low && value <= high) set(key, value, null);
  };
  const name = way > 0 ? tr("More: {words}", { words }) : tr("Less: {words}", { words });
  const attributes = { class: "step", type: "button", tabindex: -1, "aria-label": name };
  const button = make("button", attributes, way > 0 ? "+" : "−");
  const held = { timer: 0 }, stop = () => clearTimeout(held.timer);
  const again = () => { go(); held.timer = setTimeout(again, 70); };
  button.addEventListener("pointerdown", () => { stop(); held.timer = setTimeout(again, 450); });
  for (const type of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(type, stop);
  button.addEventListener("click", go);
  return button;
}

export function buildControls() {
  const model = modelOf(settings.model), fields = fieldsOf(model, settings.stimulus);
  for (const key of Object.keys(rows)) delete rows[key];
  for (const id of ["model", "method"]) $(id).value = settings[id];
  $("method-row").hidden = experimentOf() !== "current";
  $("method").querySelector("[value=euler]").hidden = !model.reduced;
  const kinds = Object.entries(STIMULI).filter(([, kind]) => kind.experiment === experimentOf());
  choices("stimulus", kinds.map(([key, { words }]) => [key, words]));
  $("stimulus").value = settings.stimulus;
  $("stimulus-rows").replaceChildren(...STIMULI[settings.stimulus].rows.map((key) => buildRow(fields[key])));
  $("membrane-rows").replaceChildren(...model.parameters.map(buildRow));
  const nernst = settings.reversal === "nernst", idle = idleKeys(settings);
  $("reversal").value = settings.reversal;
  $("reversal-row").hidden = !model.ions.length;
  const ofIons = nernst ? model.ions.flatMap((ion) => ion.fields) : [];
  $("ion-rows").replaceChildren(...ofIons.map(buildRow));
  // What follows is shown, not set.
  for (const key of Object.keys(rows).filter((some) => idle.includes(some)))
    rows[key].element.querySelectorAll("input, button").forEach((part) => { part.disabled = true; });
  $("source").textContent = model.source;
  refreshAll();
}

/* What is chosen among words; where changes wait, Enter in a field runs them. */
export function wireChoices() {
  on("panel", "keydown", ({ key, target }) => {
    if (key === "Enter" && !ui.live && target.matches("input")) $("run").click();
  });
  for (const key of ["method", "reversal"]) on(key, "change", () => {
    settings[key] = $(key).value;
    followIons(settings);
    buildControls();
    told(key);
  });
}

const told = (key) => $("panel").dispatchEvent(new CustomEvent("setting", { detail: key }));

/* Set a number from elsewhere than its row, as by a handle in a picture. */
export function setNumber(key, value) { if (rows[key]) set(key, value, null); }

/* Show what is set, but leave alone what is being typed or dragged. */
function refreshRow(key, used = null) {
  const { field, base, problem, number, slider, reset, error, element } = rows[key], value = settings[key];
  rows[key].shown = value;
  if (used !== number && document.activeElement !== number) number.value = show(value, field.digits);
  if (used !== slider) slider.value = value;
  // A slider is as long as is usual; what is beyond makes it as long as is allowed.
  const beyond = value < field.min || value > field.max;
  const [min, max] = beyond ? [field.low, field.high] : [field.min, field.max];
  if (used !== slider && Number(slider.max) !== max) Object.assign(slider, { min, max, value });
  const share = (value - slider.min) / (slider.max - slider.min);
  slider.style.setProperty("--share", `${100 * share}%`);
  slider.setAttribute("aria-valuetext", `${show(value, field.digits)} ${field.unit}`.trim());
  element.classList.toggle("changed", value !== base);
  element.classList.toggle("bad", Boolean(problem));
  reset.disabled = (value === base && !problem) || number.disabled;
  number.setAttribute("aria-invalid", Boolean(problem));
  put(error, { textContent: problem, hidden: !problem });
}

export function refreshAll() {
  const count = changedKeys().length;
  for (const key of Object.keys(rows))
    if (rows[key].shown !== settings[key] || rows[key].problem) refreshRow(key);
  $("reset-all").disabled = count === 0 && !Object.values(rows).some((row) => row.problem);
  put($("reset-all"), { textContent: count ? tr("Reset all ({count})", { count }) : tr("Reset all") });
}

/* Say beside a number what is wrong; false if there is no such row. */
export function complain(key, problem) {
  if (!rows[key]) return false;
  rows[key].problem = problem;
  refreshRow(key, rows[key].number);
  $("reset-all").disabled = false;
  return true;
}

function typed(key, text) {
  const { field, number } = rows[key], { value, problem } = readNumber(text, field);
  if (problem) complain(key, problem); else set(key, value, number);
}

function set(key, value, used) {
  rows[key].problem = "";
  settings[key] = value;
  followIons(settings);
  refreshRow(key, used);
  told(key);
}
