/* App: the page. The settings become a run, and every view is drawn from that run. */

import { simulateAxon, speedOf } from "./axon.js";
import { describe, rateOf } from "./behaviour.js";
import { wireBenches } from "./benches.js";
import { describeAxon } from "./benchwords.js";
import { simulateClamp } from "./clamp.js";
import { Channels } from "./channels.js";
import { adoptSettings, endRunning, goOn, isRunning, rewind, toggleRunning, wireContinuous,
} from "./continuous.js";
import { buildControls, complain, refreshAll, wireChoices } from "./controls.js";
import { measureCurves, wireCurves } from "./curves.js";
import { CHANNELS, LESSONS, MODELS, VIEWS } from "./data.js";
import { $, choices, inside, on, put } from "./dom.js";
import { simulate, simulateEuler } from "./engine.js";
import { saveAnswers, wireExport } from "./export.js";
import { refuseFiles } from "./files.js";
import { answers, attend, turnLesson, wireLessons } from "./lessons.js";
import { asked, fragment, hearFragments, kept, understand, writeFragment } from "./link.js";
import { fixedPoints, nullclines } from "./phaseplane.js";
import { wirePins } from "./pins.js";
import { chooseRate, moveHead, play, setHead, stop, watch } from "./player.js";
import { wirePrint } from "./print.js";
import { wireReadout } from "./readout.js";
import { keepPrevious, runSettings, shown, simulateSettings } from "./runs.js";
import { BENCHES, changeStimulus, changedKeys, defaultsOf, experimentOf, followIons, membraneFields, modelOf,
  settings, ui } from "./settings.js";
import { commandLine, csvText, numbersLine, pythonCode, tomlText } from "./snippets.js";
import { RunError } from "./stepper.js";
import { makeStimulus } from "./stimuli.js";
import { remember, wireUndo } from "./undo.js";
import { applyTheme, hearGround, turnTheme } from "./view.js";
import { applyViews, chooseViews, describeAll, drawAll, live, traces, views, watchViews,
  widen } from "./views.js";
import { wireZoom } from "./zoom.js";
import { tr } from "./words.js";

const waiting = { frame: 0, drawing: 0, quiet: 0, later: 0 }; // what has been put off
const last = { time: -Infinity, key: "" }; // the last change

function schedule() {
  waiting.frame ||= requestAnimationFrame(() => { waiting.frame = 0; compute(); });
}

/* Run the settings. A run that fails says why beside what was changed and leaves the last good picture. */
function compute() {
  if (isRunning()) return adoptSettings();
  refreshAll();
  const why = tryRun();
  if (!why) return showRun();
  const text = tr("No picture for this setting: {why}. The last good run is still shown.", { why });
  if (settings.method === "euler") tell("method-error", text);
  else if (!complain(last.key, text)) tell("notice", text);
}

/* Run the settings; why they cannot be run, or "". */
function tryRun() {
  try {
    runSettings();
    return "";
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.message;
  }
}

function showRun() {
  tell("method-error", "");
  pending(false);
  say();
  setHead(shown.head);
  drawAll();
  attend();
  afterwards();
}

function pending(waits) {
  $("run").classList.toggle("pending", waits);
  put($("run"), { textContent: waits ? tr("Run the changes") : tr("Run") });
}

/* While something moves the sentence changes silently; screen readers hear the one it ends with. */
function say() {
  const sentence = $("sentence"), busy = (is) => sentence.setAttribute("aria-busy", is);
  busy(true);
  put(sentence, { textContent: shown.run.sentence });
  sentence.dataset.kind = shown.run.says.kind;
  clearTimeout(waiting.quiet);
  waiting.quiet = setTimeout(busy, 400, false);
}

/* What may wait until nothing is dragged any more: the address, the point of f–I, the views in words. */
function afterwards() {
  clearTimeout(waiting.later);
  waiting.later = setTimeout(() => {
    writeFragment();
    if (!shown.run) return;
    measureCurves();
    describeAll();
  }, 200);
}

function tell(id, text) { put($(id), { textContent: text, hidden: !text }); }

/* Begin anew with these settings, or, where they cannot be run, with the model's first ones; the dotted run
   is forgotten, or another one. */
function load(entries, previous = null, undone = false, notice = "") {
  const { next, how: { t, ...rest }, notes } = understand(entries), before = { ...ui };
  if (settings.model && !undone) remember(settings);
  stop();
  if (next.stimulus !== settings.stimulus) endRunning();
  for (const key of Object.keys(settings)) delete settings[key];
  Object.assign(settings, next);
  Object.assign(ui, rest);
  Object.assign(shown, { previous, head: t !== null && t >= 0 ? Math.min(1, t / settings.duration) : 1 });
  const why = isRunning() ? "" : tryRun();
  if (why && !notice) {
    const first = tr("No picture for this setting: {why}. The model's first setting is shown.", { why });
    return load([["model", settings.model], ...kept()], previous, true, first);
  }
  buildControls();
  $("channels").value = ui.channels;
  $("live").checked = ui.live;
  applyTheme();
  applyViews();
  $(`experiment-${experimentOf()}`).checked = true;
  tell("notice", [notice, ...notes].join(" ").trim());
  turnLesson(before);
  if (isRunning()) adoptSettings(); else showRun();
  redraw();
}

/* A run of its own, whatever was going on. */
function openAnew(entries) {
  endRunning();
  load(entries);
}

/* Change some settings as by hand. */
function apply({ stimulus, ...numbers }) {
  stop();
  endRunning();
  keepPrevious();
  if (stimulus) changeStimulus(stimulus);
  followIons(Object.assign(settings, numbers));
  showExperiment();
}

/* Show the experiment that is set. Sweeps and a spike on an axon are watched as they come about. */
function showExperiment() {
  shown.head = 1;
  buildControls();
  applyViews();
  $(`experiment-${experimentOf()}`).checked = true;
  compute();
  redraw();
  if (experimentOf() !== "current") watch();
}

/* What is changed in one go, as by dragging, is compared with what was before all of it. */
function changed(key) {
  const now = performance.now(), held = document.querySelector("#panel input:active");
  if (key !== last.key || (now - last.time > 700 && !held)) {
    keepPrevious();
    remember(shown.run?.settings);
  }
  Object.assign(last, { time: now, key });
  if (ui.live) return schedule();
  refreshAll();
  pending(true);
}

/* Another experiment with the same membrane, and back to what was done there before. */
const lastKind = { current: "step", clamp: "family", axon: "propagation" };
function turnTo(experiment) {
  stop();
  endRunning();
  lastKind[experimentOf()] = settings.stimulus;
  changeStimulus(lastKind[experiment]);
  shown.previous = null;
  showExperiment();
}

function redraw() {
  cancelAnimationFrame(waiting.drawing);
  waiting.drawing = requestAnimationFrame(drawAll);
}

function retheme() { applyTheme(); drawAll(); }

function wireSettings() {
  wireChoices();
  choices("model", MODELS.map((model) => [model.name, model.title]));
  choices("channels", CHANNELS.map((n) => [n, String(n)]));
  on("panel", "submit", (event) => event.preventDefault());
  on("panel", "setting", (event) => changed(event.detail));
  on("model", "change", () => {
    // The same stimulus, another neuron, and what the first did dotted behind it.
    const ours = new Set(membraneFields(modelOf(settings.model)).map((field) => field.key));
    const same = changedKeys().filter((key) => !ours.has(key) && !["method", "reversal"].includes(key));
    const stimulus = same.map((key) => [key, settings[key]]);
    load([...stimulus, ["model", $("model").value], ...kept()], shown.run?.y ? shown.run : null);
  });
  wireUndo((entries) => load([...entries, ...kept()], shown.run?.y ? shown.run : null, true));
  on("stimulus", "change", () => {
    changeStimulus($("stimulus").value);
    buildControls();
    changed("stimulus");
  });
  for (const name of Object.keys(BENCHES)) on(`experiment-${name}`, "change", () => turnTo(name));
  on("run", "click", () => { keepPrevious(); compute(); if (!shown.playing) moveHead(1); });
  on("live", "change", () => { ui.live = $("live").checked; if (ui.live) schedule(); });
  on("reset-all", "click", () => {
    keepPrevious();
    const goesOn = isRunning() ? [["stimulus", settings.stimulus]] : [];
    load([["model", settings.model], ...goesOn, ...kept()], shown.previous);
  });
}

function wirePlayer() {
  const scrub = (event, { axes, canvas }) => {
    if (!axes || isRunning()) return;
    stop();
    moveHead(axes.xAt(inside(canvas, event)[0]) / shown.run.duration);
  };
  const playOrPause = () => (isRunning() ? toggleRunning() : play());
  on("play", "click", playOrPause);
  wireContinuous(playOrPause, compute);
  on("time", "input", () => {
    const { t } = shown.run, share = ($("time").value - t[0]) / (t.at(-1) - t[0]);
    if (isRunning()) return rewind(share);
    stop();
    moveHead(share);
    afterwards();
  });
  on("rate", "change", () => {
    chooseRate(Number($("rate").value));
    writeFragment();
    if (isRunning()) drawAll();
  });
  for (const view of traces) {
    const { canvas } = view, hear = (type, heard) => canvas.addEventListener(type, heard);
    hear("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event, view); });
    hear("pointermove", (event) => { if (event.buttons) scrub(event, view); });
    hear("pointerup", afterwards);
  }
}

function wireViews() {
  on("theme", "click", () => { turnTheme(); retheme(); writeFragment(); });
  hearGround(retheme);
  on("overlay", "change", () => { ui.previous = $("overlay").checked; drawAll(); });
  on("open-fraction", "click", () => { ui.open = !ui.open; drawAll(); afterwards(); });
  on("channels", "change", () => {
    ui.channels = Number($("channels").value);
    if (settings.method === "channels") compute(); else drawAll();
    afterwards();
  });
  wireCurves(afterwards);
  for (const id of VIEWS)
    on(`show-${id}`, "change", () => { chooseViews(); drawAll(); redraw(); writeFragment(); });
  for (const id of Object.values(BENCHES).flat())
    views[id].card.querySelector(".widen").addEventListener("click", () => widen(id));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("export").open) return;
    $("views").open = false;
    const wide = Object.keys(views).find((id) => views[id].wide);
    if (wide) widen(wide);
  });
  wireReadout(Object.values(views));
  wireZoom(traces, redraw);
  wirePins(redraw);
  watchViews(redraw);
}

const first = asked();
wireSettings();
wirePlayer();
wireViews();
wirePrint(retheme);
refuseFiles(tell);
wireExport();
wireBenches(drawAll);
wireLessons(openAnew, apply, saveAnswers);
hearFragments(openAnew);
load(first);
document.fonts.ready.then(drawAll);
live();
if (new Map(first).get("play")) play();
window.hhanim = {
  MODELS, makeStimulus, simulate, simulateEuler, simulateSettings, defaultsOf, describe, rateOf, nullclines,
  fixedPoints, simulateClamp, simulateAxon, speedOf, describeAxon, shown, settings, ui,
  fragment, commandLine, numbersLine, pythonCode, tomlText, csvText,
  Channels, goOn, views, redraw: () => drawAll(true),
  get membrane() { return views.membrane; },
  LESSONS, answers, handle: (key) => views.axon.handle(key),
  get run() { return shown.run; }, get previous() { return shown.previous; },
  get head() { return shown.head; },
};
