/* Continuous: the neuron's time goes on while one plays with it: stimulate, hold, change anything, pause,
   step, rewind. */

import { spikesOf } from "./behaviour.js";
import { buildControls, refreshAll } from "./controls.js";
import { $, on, press } from "./dom.js";
import { RunError } from "./stepper.js";
import { millivolts } from "./numbers.js";
import { moveHead, setHead, showPlaying, stop } from "./player.js";
import { Running } from "./running.js";
import { shown } from "./runs.js";
import { modelOf, settings, ui, windowOf } from "./settings.js";
import { composeAll, drawAll } from "./views.js";
import { decimal, tr } from "./words.js";

const state = { running: null, before: 0, frame: 0, told: 0, stimulus: "step" };
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const STEP_SECONDS = 0.05; // of a second, by the button

export const isRunning = () => state.running !== null;
const deciding = () => (settings.method === "channels" ? ui.channels : 0);
const rate = () => Number($("rate").value);

/* Begin to run on, from rest. */
function restart() {
  const model = modelOf(settings.model);
  state.running = new Running(model, settings, deciding());
  Object.assign(shown, { run: state.running.run, exact: null, previous: null, head: 1 });
}

/* What is set now holds from now on; another model begins anew. */
export function adoptSettings() {
  try {
    if (state.running.model !== modelOf(settings.model)) restart();
    else state.running.adopt(settings, deciding());
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return fail(error);
  }
  refreshAll();
  setHead(1);
  drawAll();
}

function fail(error) {
  pause();
  $("notice").textContent = error.message;
  $("notice").hidden = false;
}

/* So many seconds of time, once or several times, and everything as it then is. */
export function goOn(seconds, times = 1) {
  try {
    for (let n = 0; n < times; n++) state.running.advance((seconds / times) * rate());
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return fail(error);
  }
  shown.head = 1;
  if (performance.now() - state.told > 200) tellState();
  composeAll();
}

function frame(now) {
  state.frame = requestAnimationFrame(frame);
  const passed = Math.min(reduced.matches ? 0.5 : 0.1, (now - state.before) / 1000);
  if (reduced.matches && passed < 0.5) return; // without motion, steps of half a second
  state.before = now;
  goOn(passed);
}

function pause() {
  cancelAnimationFrame(state.frame);
  state.frame = 0;
  showPlaying(false);
  tellState();
}

function resume() {
  state.before = performance.now();
  state.frame = requestAnimationFrame(frame);
  shown.head = 1;
  showPlaying(true);
}

/* What the neuron is doing, in the sentence and on the clock. */
function tellState() {
  const { running } = state, { run } = running, span = windowOf(ui.rate), n = run.size - 1;
  const recent = spikesOf(run).filter((spike) => spike > run.t[n] - span), last = recent.at(-1);
  const values = { v: millivolts(run.y[0][n]), ago: decimal((run.t[n] - last).toFixed(0)) };
  if (recent.length > 2) values.hz = decimal(((1000 * (recent.length - 1)) / (last - recent[0])).toFixed(1));
  const text = recent.length > 2 ? tr("Fires at {hz} Hz.", values)
    : recent.length ? tr("A spike {ago} ms ago.", values)
      : tr("V = {v} mV. Press Stimulate, or the space bar.", values);
  state.told = performance.now();
  $("sentence").textContent = text;
  setHead(shown.head);
}

function turnOn() {
  stop();
  state.stimulus = settings.stimulus;
  settings.stimulus = "pulse";
  settings.width = Math.min(settings.width, 5);
  ui.rate = Math.min(ui.rate || 10, 50);
  $("rate").value = ui.rate;
  restart();
  showMode(true);
  resume();
  $("stimulate").focus(); // so that the space bar is the stimulus, not the button that was pressed
}

/* Time no longer goes on by itself; what is shown is yet to be run. */
export function endRunning() {
  if (!isRunning()) return;
  pause();
  state.running = null;
  settings.stimulus = state.stimulus;
  shown.head = 1;
  showMode(false);
}

function showMode(running) {
  document.body.classList.toggle("running", running);
  press("continuous", running);
  $("sentence").setAttribute("aria-live", running ? "off" : "polite");
  buildControls();
  drawAll();
}

/* Down and up of the button, the space bar, a finger. */
function stimulate(down) {
  if (!isRunning()) return;
  if (down && !state.frame) resume();
  if (down) state.running.press(); else state.running.release();
  press("stimulate", down);
}

const typing = (target) => target.closest?.("input:not([type=range]), select, textarea, button, summary, a");

export function wireContinuous(play, compute) {
  on("continuous", "click", () => {
    if (!isRunning()) return turnOn();
    endRunning();
    compute();
  });
  on("step", "click", () => { pause(); goOn(STEP_SECONDS); tellState(); });
  const button = $("stimulate"), hear = (type, heard) => button.addEventListener(type, heard);
  hear("pointerdown", (event) => { button.setPointerCapture(event.pointerId); stimulate(true); });
  for (const type of ["pointerup", "pointercancel", "blur"]) hear(type, () => stimulate(false));
  hear("contextmenu", (event) => event.preventDefault());
  const keys = (down) => (event) => {
    const here = event.target === button;
    if (event.key !== " " && !(here && event.key === "Enter")) return;
    if (!here && typing(event.target)) return;
    event.preventDefault();
    if (isRunning()) return event.repeat || stimulate(down);
    if (down && !event.repeat && !$("export").open) play();
  };
  document.addEventListener("keydown", keys(true));
  document.addEventListener("keyup", keys(false));
}

/* The head goes back in what has been: time stands still meanwhile. */
export function rewind(share) {
  if (state.frame) pause();
  moveHead(share);
}

export const toggleRunning = () => (state.frame ? pause() : resume());
