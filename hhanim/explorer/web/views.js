/* Views: which are there, which are seen, and how all are drawn, described and put into one picture. */

import { AxonView, RecordingsView } from "./axonviews.js";
import { ClampGatesView, CurrentVoltageView, SweepsView } from "./clampviews.js";
import { VIEWS } from "./data.js";
import { $, make, press } from "./dom.js";
import { MembraneView } from "./membrane.js";
import { fontOf, Surface } from "./plot.js";
import { RateView } from "./rates.js";
import { shown } from "./runs.js";
import { BENCHES, experimentOf, ui } from "./settings.js";
import { CurvesView, PhaseView } from "./states.js";
import { TraceView } from "./traces.js";
import { color, look } from "./view.js";
import { tr } from "./words.js";

const KINDS = {
  membrane: MembraneView, phase: PhaseView, curves: CurvesView, fi: RateView, clamp: SweepsView,
  iv: CurrentVoltageView, clampgates: ClampGatesView, axon: AxonView, recordings: RecordingsView,
};
const ALL = Object.values(BENCHES).flat();
export const views = Object.fromEntries(ALL.map((id) => [id, new (KINDS[id] || TraceView)(id)]));
export const traces = Object.values(views).filter((view) => view instanceof TraceView);

export function applyViews() {
  const seen = (id) => (ui.views || VIEWS).includes(id), none = (...ids) => !ids.some(seen);
  const here = BENCHES[experimentOf()];
  for (const id of ALL) views[id].card.hidden = !here.includes(id) || (VIEWS.includes(id) && !seen(id));
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

/* The first views are drawn in every frame. Of the others, which wait in turn, as many as keep the frames
   coming: one more after a frame that came in time, half as many after one that came late. */
const due = { views: new Set(), frame: 0, at: 0, quickest: 50, many: 3 };

/* The views of the experiment that is shown. */
const present = () => BENCHES[experimentOf(shown.run.settings)].map((id) => views[id]);

function drawDue(all = false) {
  const now = performance.now(), passed = now - due.at;
  if (passed > 4 && passed < 500) {
    due.quickest = Math.max(6, Math.min(due.quickest, passed));
    const late = passed > 1.4 * due.quickest + 2;
    due.many = late ? Math.max(1, due.many >> 1) : Math.min(VIEWS.length, due.many + 1);
  }
  due.at = now;
  cancelAnimationFrame(due.frame);
  const here = present(), star = here[0] === views.membrane;
  // Where time is short the membrane waits with the others; V does not.
  const first = !star ? here.slice(0, 1) : due.many > 1 ? here.slice(0, 2) : [views.V];
  const others = [...due.views].filter((view) => !first.includes(view) && view.inSight);
  for (const view of [...first, ...(all ? others : others.slice(0, due.many))])
    if (due.views.delete(view)) view.show();
  due.frame = others.length > due.many ? requestAnimationFrame(() => drawDue()) : 0;
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
  $("unit-conductances").textContent = ui.open ? "" : "(mS/cm²)";
  $("name-conductances").textContent = ui.open ? tr("Open fraction") : tr("Conductances");
  press("open-fraction", ui.open);
}

/* Views that come into sight are drawn; sizes are asked for when they change. */
export function watchViews(redraw) {
  const byCanvas = new Map(Object.values(views).map((view) => [view.canvas, view]));
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) byCanvas.get(target).onScreen = isIntersecting;
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
  const frame = () => {
    requestAnimationFrame(frame);
    if (!shown.run || still.matches || !membrane.inSight || membrane.stale) return;
    if (performance.now() - membrane.drawnAt > 30) membrane.show();
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
    for (const [gate, of] of [["V", "stimulus"], [name, hue]])
      at += em + text(tr("{gate} nullcline", { gate }), at, above, 0.9 * em, 400, color(of));
  }
  Surface.scale = null;
  drawAll();
  return canvas;
}
