/* View: a card with a canvas; the theme and the size of type that all views share. */

import { THEMES } from "./data.js";
import { $ } from "./dom.js";
import { Surface, polyline, styled } from "./plot.js";
import { ui } from "./settings.js";

const darkGround = matchMedia("(prefers-color-scheme: dark)");
export const look = { theme: null, em: 16 };

export const color = (hue, { ink, hues } = look.theme) => (hue === "ink" ? ink : hues[hue] || hues.other1);
export const hearGround = (heard) => darkGround.addEventListener("change", heard);

export function applyTheme() {
  const name = ui.theme === "auto" ? (darkGround.matches ? "dark" : "light") : ui.theme;
  look.theme = THEMES[name];
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", name === "dark" ? "Light theme" : "Dark theme");
}

export function turnTheme() { ui.theme = look.theme === THEMES.dark ? "light" : "dark"; }

/* How a line of a gate, channel or voltage is drawn. */
export const drawn = (line, width, alpha = 1) =>
  ({ color: color(line.hue), width, dash: line.dash.map((x) => x * width), alpha });

export class View {
  constructor(id) {
    const canvas = $(`canvas-${id}`);
    Object.assign(this, { id, canvas, card: $(`card-${id}`), surface: new Surface(canvas), ready: false });
  }
  get visible() { return !this.card.hidden; }
  get wide() { return this.card.classList.contains("wide"); }
  get font() { return (this.wide ? 1.25 : 0.88) * look.em; }
  /* Fit the canvas to its card; true if there is something to draw on. */
  fit() { return (this.ready = this.visible && this.surface.fit()); }
  /* Where the axes of a single plot stand: `beside` is left and right of them together, in sizes of type. */
  plotBox(beside) {
    const { font, surface: { width, height } } = this;
    return { x: 3.0 * font, y: 0.5 * font, w: width - beside * font, h: height - 2.4 * font };
  }
  /* What a screen reader finds where others see a picture. */
  about(text) { this.canvas.setAttribute("aria-label", text); }
  /* The moving head: a line from the top of one pair of axes to the foot of another. */
  headLine(ctx, x, top, foot = top) {
    const ends = [[x, top.box.y], [x, foot.box.y + foot.box.h]];
    styled(ctx, { color: look.theme.line }, () => polyline(ctx, ...ends));
  }
}
