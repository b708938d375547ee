/* Player: the head that moves through the run in all views. */

import { RATES } from "./data.js";
import { $, choices, press, put } from "./dom.js";
import { writeFragment } from "./link.js";
import { within } from "./numbers.js";
import { shown } from "./runs.js";
import { ui } from "./settings.js";
import { composeAll } from "./views.js";
import { decimal, tr } from "./words.js";

const PLAY_SECONDS = 8;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const playing = { frame: 0, chosen: false };

choices("rate", RATES.map((rate) => [rate, `1 s = ${rate} ms`]));

/* The rate (ms of the run in a second) at which playing takes about PLAY_SECONDS. */
function usualRate() {
  const off = (rate) => Math.abs(Math.log(shown.run.duration / rate / PLAY_SECONDS));
  return RATES.reduce((best, rate) => (off(rate) < off(best) ? rate : best));
}

export function setHead(share) {
  const { run } = shown, slider = $("time"), head = within(share, 0, 1);
  const from = run.t[0], t = from + head * (run.t[run.size - 1] - from);
  shown.head = head;
  put(slider, { min: from, max: +run.duration.toFixed(6), step: run.dt, value: t });
  slider.style.setProperty("--share", `${100 * head}%`);
  const passed = run.span && head < 1 ? t % run.span : run.span || t;
  slider.setAttribute("aria-valuetext", `${decimal(t.toFixed(1))} ms`);
  put($("clock"), { textContent: `${decimal(passed.toFixed(1))} ms` });
  if (!playing.chosen) $("rate").value = ui.rate || usualRate();
}

export function chooseRate(rate) { ui.rate = rate; playing.chosen = true; }

export function moveHead(share) { setHead(share); composeAll(); }

export function showPlaying(moves) {
  shown.playing = moves;
  press("play", moves);
  $("play").classList.toggle("on", moves);
  $("play-word").textContent = moves ? tr("Pause") : tr("Play");
}

export function play() {
  if (shown.playing) return stop();
  if (shown.head >= 0.999) shown.head = 0;
  const still = reducedMotion.matches;
  let before = performance.now();
  const tick = (now) => {
    // Without motion the head still visits every instant, in steps of half a second.
    if (!still || now - before >= 500) {
      const passed = Math.max(0, now - before) * 1e-3 * Number($("rate").value);
      moveHead(shown.head + passed / shown.run.duration);
      before = now;
    }
    if (shown.head >= 1) stop(); else playing.frame = requestAnimationFrame(tick);
  };
  showPlaying(true);
  playing.frame = requestAnimationFrame(tick);
}

export function stop() {
  if (!shown.playing) return;
  cancelAnimationFrame(playing.frame);
  showPlaying(false);
  writeFragment();
}

/* Play a run by itself, unless the reader wants nothing to move by itself. */
export function watch() { if (!reducedMotion.matches) play(); }
