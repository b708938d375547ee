/* Views: which are there, which are seen, and how all are drawn, described and put into one picture. */

import { AxonView, RecordingsView } from "./axonviews.js";
import { ClampGatesView, CurrentVoltageView, SweepsView } from "./clampviews.js";
import { VIEWS } from "./data.js";
import { $, make, press, put } from "./dom.js";
import { MembraneView } from "./membrane.js";
import { fontOf, Surface } from "./plot.js";
import { RateView } from "./rates.js";
import { shown } from "./runs.js";
import { BENCHES, experimentOf, ui } from "./settings.js";
import { CurvesView, PhaseView } from "./states.js";
import { StrengthView } from "./strength.js";
import { TraceView } from "./traces.js";
import { color, look } from "./view.js";
import { tr } from "./words.js";

const KINDS = {
  membrane: MembraneView, phase: PhaseView, curves: CurvesView, fi: RateView,
  strength: StrengthView, clamp: SweepsView, iv: CurrentVoltageView, clampgates: ClampGatesView,
  axon: AxonView, recordings: RecordingsView,
};
const ALL = Object.values(BENCHES).flat();
export const views = Object.fromEntries(ALL.map((id) => [id, new (KINDS[id] || TraceView)(id)]));
export const traces = Object.values(views).filter((view) => view instanceof TraceView);

export function applyViews() {
  const seen = (id) => (ui.views || VIEWS).includes(id), none = (...ids) => !ids.some(seen);
  const here = BENCHES[experimentOf()];
  for (const id of ALL) views[id].card.hidden = !here.includes(id) || (VIEWS.includes(id) && !seen(id));
  // Two curves take turns in one place.
  const strong = ui.curve === "strength";
  views.strength.card.hidden = !here.includes("strength") || !seen("fi") || !strong;
  if (strong) views.fi.card.hidden = true;
  for (const id of VIEWS) $(`show-${id}`).checked = seen(id);
  document.body.dataset.experiment = experimentOf();
  document.body.classList.toggle("no-states", none("phase", "curves", "fi"));
  document.body.classList.toggle("no-times", none("gates", "currents", "conductances"));
  document.body.classList.toggle("no-membrane", none("membrane"));
  document.body.classList.toggle("no-v", none("V"));
}

export function chooseViews() {
  const some = VIEWS.filter((id) => $(`show-${id}`).checked);
  ui.views = some.length === VIEWS.length ? null : some.length ? some : ["V"];
  applyViews();
}

/* V, or what stands first, is drawn in every frame. Of the others, which wait in turn, as many as keep the
   frames coming, each once in a frame: one more after a frame that came in time, half as many after one that
   came late, at least one in two frames. Where there is time the membrane does not wait. */
const due = { views: new Set(), drawn: new Set(), frame: 0, at: 0, quickest: 50, many: 3, left: 0 };

/* The views of the experiment that is shown. */
const present = () => BENCHES[experimentOf(shown.run.settings)].map((id) => views[id]);

function drawDue(all = false) {
  const now = document.timeline.currentTime, passed = now - due.at; // from frame to frame, 0 within one
  if (passed > 0 && passed < 500) {
    due.quickest = Math.max(6, Math.min(due.quickest, passed));
    const late = passed > 1.4 * due.quickest + 2;
    due.many = late ? Math.max(0.5, due.many / 2) : Math.min(VIEWS.length, due.many + 1);
  }
  if (passed > 0) {
    due.left = (due.left % 1) + due.many;
    due.drawn.clear();
  }
  due.at = now;
  cancelAnimationFrame(due.frame);
  const here = present(), first = here.includes(views.V) ? views.V : here[0], { membrane } = views;
  if (due.views.delete(first)) first.show();
  const waiting = () => [...due.views].filter((view) => view.inSight);
  const turns = all ? waiting() : waiting().filter((view) => !due.drawn.has(view));
  if (due.many > 1) turns.sort((a, b) => (b === membrane) - (a === membrane));
  for (const view of all ? turns : turns.slice(0, due.left)) {
    due.views.delete(view);
    due.drawn.add(view);
    due.left = Math.max(0, due.left - 1);
    view.show();
  }
  due.frame = waiting().length ? requestAnimationFrame(() => drawDue()) : 0;
}

/* Show the head where it is now. */
export function composeAll(all) {
  if (!shown.run) return;
  const here = present();
  for (const view of due.views) if (!here.includes(view)) due.views.delete(view);
  here.forEach((view) => due.views.add(view));
  drawDue(all);
}

/* Show another run, or the same in another look or size. */
export function drawAll(all) {
  if (!shown.run) return;
  const last = traces.filter((view) => view.visible).at(-1);
  for (const view of traces) view.numbers = view.wide || view === last || look.narrow;
  for (const view of Object.values(views)) view.stale = true;
  composeAll(all);
  $("key-previous").hidden = !(ui.previous && shown.previous);
  $("key-exact").hidden = !shown.exact;
  put($("unit-conductances"), { textContent: ui.open ? "" : "(mS/cm²)" });
  put($("name-conductances"), { textContent: ui.open ? tr("Open fraction") : tr("Conductances") });
  press("open-fraction", ui.open);
}

/* Views that come into sight are drawn; sizes are asked for when they change. */
export function watchViews(redraw) {
  const byCanvas = new Map(Object.values(views).map((view) => [view.canvas, view]));
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) byCanvas.get(target).appear(isIntersecting);
    composeAll();
  }, { rootMargin: "20%" });
  const size = new ResizeObserver((entries) => {
    look.em = parseFloat(getComputedStyle(document.documentElement).fontSize);
    look.narrow = innerWidth < 700;
    entries.forEach(({ target }) => byCanvas.get(target).surface.measure());
    redraw();
  });
  for (const canvas of byCanvas.keys()) {
    sight.observe(canvas);
    size.observe(canvas);
  }
}

/* What is alive on the screen: the ions of the membrane move also while the run stands. */
export function live() {
  const { membrane } = views, still = matchMedia("(prefers-reduced-motion: reduce)");
  let before = 0;
  const frame = () => {
    const driven = membrane.drawnAt > before; // by a run, or a head, that moves: it will be again
    before = performance.now();
    requestAnimationFrame(frame);
    if (driven || !shown.run || still.matches || !membrane.inSight || membrane.stale) return;
    if (before - membrane.drawnAt > 30) membrane.show();
    before = performance.now();
  };
  frame();
}

export const describeAll = () => present().forEach((view) => view.describe());

/* Let one view fill the page, or all stand side by side again. */
export function widen(id) {
  const wide = views[id].card.classList.toggle("wide");
  document.body.classList.toggle("one", wide);
  for (const view of Object.values(views)) {
    if (view.id !== id) view.card.classList.remove("wide");
    view.card.querySelector(".widen").setAttribute("aria-pressed", view.wide);
  }
  drawAll();
}

/* All views on one canvas, drawn anew at twice the size on the screen or finer. */
export function picture(subtitle) {
  const { run } = shown, ratio = (Surface.scale = Math.max(2, window.devicePixelRatio || 1));
  drawAll(true);
  const seen = present().filter((view) => view.visible && view.ready);
  const { theme, em } = look, pad = 1.2 * em, top = 5.2 * em;
  const cards = seen.map((view) => view.card.getBoundingClientRect());
  const edge = (side, pick) => pick(...cards.map((box) => box[side]));
  const x0 = edge("left", Math.min) - pad, y0 = edge("top", Math.min) - pad;
  const width = Math.round(ratio * (edge("right", Math.max) + pad - x0));
  const height = Math.round(ratio * (edge("bottom", Math.max) + pad + top - y0));
  const canvas = make("canvas", { width, height }), ctx = canvas.getContext("2d");
  const text = (words, x, y, size, weight, fill) => {
    Object.assign(ctx, { font: fontOf(size, weight), fillStyle: fill, textBaseline: "top" });
    ctx.fillText(words, x, y);
    return ctx.measureText(words).width;
  };
  ctx.scale(ratio, ratio);
  ctx.fillStyle = theme.panel;
  ctx.fillRect(0, 0, width, height);
  text(run.sentence, pad, pad, 1.5 * em, 600, theme.ink);
  text(subtitle, pad, pad + 2.2 * em, em, 400, theme.muted);
  for (const view of seen) {
    const box = view.canvas.getBoundingClientRect();
    const x = box.left - x0, y = box.top - y0 + top, above = y - 1.4 * em;
    const title = $(`title-${view.id}`).textContent.replace(/\s+/g, " ").trim();
    ctx.drawImage(view.canvas, x, y, box.width, box.height);
    const wide = text(title, x + 0.5 * em, above, 0.95 * em, 600, theme.ink);
    if (view !== views.phase) continue;
    const { name, hue } = view.recovery;
    let at = x + wide + 2 * em;
    for (const [gate, of] of [["V", "V-nullcline"], [name, hue]])
      at += em + text(tr("{gate} nullcline", { gate }), at, above, 0.9 * em, 400, color(of));
  }
  Surface.scale = null;
  drawAll();
  return canvas;
}
