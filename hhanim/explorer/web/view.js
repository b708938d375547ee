/* View: a card with a canvas; the theme and the size of type that all views share. */

import { THEMES } from "./data.js";
import { $ } from "./dom.js";
import { signed } from "./numbers.js";
import { Surface, polyline, styled } from "./plot.js";
import { ui } from "./settings.js";
import { decimal, tr } from "./words.js";

const darkGround = matchMedia("(prefers-color-scheme: dark)");
export const look = { theme: null, em: 16, narrow: false };

export const color = (hue, { ink, hues } = look.theme) => (hue === "ink" ? ink : hues[hue] || hues.other1);

/* What a hue is in a picture of a membrane: see Shades of the theme. */
export const shades = (hue) => look.theme.shades[hue] || look.theme.shades.other1;

export const hearGround = (heard) => darkGround.addEventListener("change", heard);

export function applyTheme() {
  const name = ui.theme === "auto" ? (darkGround.matches ? "dark" : "light") : ui.theme;
  look.theme = THEMES[name];
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? tr("Light") : tr("Dark");
  $("theme").setAttribute("aria-label", name === "dark" ? tr("Light theme") : tr("Dark theme"));
}

export function turnTheme() { ui.theme = look.theme === THEMES.dark ? "light" : "dark"; }

/* A number as it is read off, with so many decimals at most. */
export const said = (x, decimals) => decimal(signed(+x.toFixed(decimals)));

/* How a line of a gate, channel or voltage is drawn. */
export const drawn = (line, width, alpha = 1) =>
  ({ color: color(line.hue), width, dash: line.dash.map((x) => x * width), alpha });

/* What a view shows of the run is laid out when that changes, painted at once, and kept on layers only when
   it is composed again, as by a head that moves. */
export class View {
  constructor(id) {
    const canvas = $(`canvas-${id}`);
    Object.assign(this, { id, canvas, card: $(`card-${id}`), surface: new Surface(canvas) });
    Object.assign(this, { ready: false, stale: true, onScreen: true });
  }
  get visible() { return !this.card.hidden; }
  /* A picture to save has what was scrolled away as well. */
  get inSight() { return this.visible && (this.onScreen || Surface.scale !== null); }
  appear(onScreen) {
    this.onScreen = onScreen;
    if (onScreen) return;
    this.surface.release();
    this.stale = true;
  }
  get wide() { return this.card.classList.contains("wide"); }
  get font() { return (this.wide ? 1.25 : 0.88) * look.em; }
  /* Draw what is due; what nobody sees stays stale. */
  show() {
    if (!this.inSight) return;
    if (!this.stale) return this.ready && this.compose();
    this.stale = false;
    this.ready = this.surface.fit();
    if (!this.ready) return;
    this.kept = false;
    this.layOut();
    this.paint(this.surface.begin());
  }
  /* Again, but nothing has changed save the head: from the layers, which are drawn when first asked for. */
  compose() {
    if (!this.kept) this.keep();
    this.kept = true;
    this.fromLayers(this.surface.begin());
  }
  /* Draw what stands still on the layer "base", unless it is there: of the same things, look and size. */
  layStill(things) {
    const { surface: { width, height, ratio }, font } = this;
    const all = [...things, look.theme, document.fonts.status, width, height, ratio, font];
    if (all.length === this.still?.length && all.every((thing, n) => thing === this.still[n])) return;
    this.still = all;
    this.paintStill(this.surface.layer("base"));
  }
  /* Where the axes of a single plot stand: `beside` is left and right of them together, in sizes of type. */
  plotBox(beside) {
    const { font, surface: { width, height } } = this;
    return { x: 3.0 * font, y: 0.5 * font, w: width - beside * font, h: height - 2.4 * font };
  }
  /* What stands at a place of the canvas, as HTML. */
  readAt() { return ""; }
  /* What a screen reader finds where others see a picture. */
  about(text) { this.canvas.setAttribute("aria-label", text); }
  /* The moving head: a line from the top of one pair of axes to the foot of another. */
  headLine(ctx, x, top, foot = top) {
    const ends = [[x, top.box.y], [x, foot.box.y + foot.box.h]];
    styled(ctx, { color: look.theme.line }, () => polyline(ctx, ...ends));
  }
}

/* A view of points worked out one by one: they say where the axes are, and none moves with the head. */
export class PointsView extends View {
  layOut() { /* as the points are painted */ }
  compose() { /* nothing moves */ }
  redraw() {
    this.stale = true;
    this.show();
  }
  /* Around the point that is set. */
  ring(ctx, x, y) {
    styled(ctx, { color: color("stimulus"), width: 2 }, () => {
      ctx.beginPath();
      ctx.arc(this.axes.x(x), this.axes.y(y), 0.42 * this.font, 0, 7);
      ctx.stroke();
    });
  }
  /* Of points [x, …] the one nearest to a place across the canvas. */
  nearest(points, place) {
    const far = ([x]) => Math.abs(this.axes.x(x) - place);
    return points.reduce((a, b) => (far(b) < far(a) ? b : a));
  }
}

/* A view of the clamp or the axon: laid out when the run changes, painted whenever the head moves. */
export class BenchView extends View {
  compose() { this.paint(this.surface.begin()); }
}
