/* Plot: axes, lines, dots and labels on a canvas. Knows colours and pixels, not physiology. */

import { signed, ticks, within } from "./numbers.js";

/* Symbols: [[text, style]…] with "i" italic, "" upright, "_" and "_i" lowered, "^" raised. */
export function drawSymbol(ctx, parts, x, y, size) {
  for (const [text, style] of parts) {
    const low = style[0] === "_", high = style === "^";
    ctx.font = fontOf(low || high ? 0.72 * size : size, 600, style.endsWith("i") ? "italic " : "");
    ctx.fillText(text, x, y + (low ? 0.24 : high ? -0.32 : 0) * size);
    x += ctx.measureText(text).width + (style === "i" ? 0.04 * size : 0);
  }
}

export const fontOf = (size, weight = 400, style = "") =>
  `${style}${weight} ${size}px "Source Sans hhanim", sans-serif`;

export function symbolHTML(parts) {
  const safe = (x) => x.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return parts.map(([text, style]) => {
    const inner = style.endsWith("i") ? `<i>${safe(text)}</i>` : safe(text);
    return style[0] === "_" ? `<sub>${inner}</sub>` : style === "^" ? `<sup>${inner}</sup>` : inner;
  }).join("");
}

/* Draw with a line style that does not outlive the call. */
export function styled(ctx, { color, width = 1, dash = [], alpha = 1, join = "bevel" }, draw) {
  ctx.save();
  Object.assign(ctx, { strokeStyle: color, lineWidth: width, globalAlpha: alpha, lineJoin: join });
  ctx.setLineDash(dash);
  draw();
  ctx.restore();
}

/* Lines through points, one after the other. */
export function polyline(ctx, ...points) {
  ctx.beginPath();
  points.forEach(([x, y]) => ctx.lineTo(x, y));
  ctx.stroke();
}

/* Drawn by the processor: layers are copied all the time, and few lecture rooms have a graphics card. */
const CONTEXT = { willReadFrequently: true };

/* One canvas with a cached picture of what does not move. */
export class Surface {
  constructor(canvas) {
    Object.assign(this, { canvas, ctx: canvas.getContext("2d", CONTEXT), layers: {}, width: 0, height: 0 });
  }
  /* Bitmap pixels per CSS pixel, when not the screen's own. */
  static scale = null;
  measure() {
    const box = this.canvas.getBoundingClientRect();
    this.width = Math.round(box.width);
    this.height = Math.round(box.height);
  }
  /* Fit the bitmap to the element; true if there is something to draw on. */
  fit() {
    if (!this.width) this.measure();
    this.ratio = Surface.scale || Math.min(2, window.devicePixelRatio || 1);
    if (this.width < 40 || this.height < 30) return false;
    this.size(this.canvas);
    return true;
  }
  size(canvas) {
    const width = Math.round(this.width * this.ratio), height = Math.round(this.height * this.ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  }
  /* Let go of the bitmap, which whoever composes the page would carry along. */
  release() { this.canvas.width = this.canvas.height = 0; }
  /* A hidden canvas of the same size, cleared, ready to draw in CSS pixels. */
  layer(name) {
    const canvas = (this.layers[name] ||= document.createElement("canvas"));
    this.size(canvas);
    return this.begin(canvas.getContext("2d", CONTEXT));
  }
  begin(ctx = this.ctx) {
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.height);
    return ctx;
  }
  /* Copy a layer, or only the part of it left (from = 0) or right of x. */
  paste(name, left = 0, right = this.width) {
    const r = this.ratio, a = Math.round(left * r), height = this.canvas.height;
    const width = Math.min(this.canvas.width, Math.round(right * r)) - a;
    if (width <= 0) return;
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.drawImage(this.layers[name], a, 0, width, height, a, 0, width, height);
    this.ctx.setTransform(r, 0, 0, r, 0, 0);
  }
}

/* A box with a scale in both directions. */
export class Axes {
  constructor(box, xRange, yRange) {
    Object.assign(this, { box, xRange, yRange });
    this.sx = box.w / (xRange[1] - xRange[0]);
    this.sy = box.h / (yRange[1] - yRange[0]);
  }
  x(value) { return this.box.x + (value - this.xRange[0]) * this.sx; }
  y(value) { return this.box.y + this.box.h - (value - this.yRange[0]) * this.sy; }
  xAt(px) { return this.xRange[0] + (px - this.box.x) / this.sx; }
  yAt(px) { return this.yRange[0] + (this.box.y + this.box.h - px) / this.sy; }
  has(px, py) {
    const { x, y, w, h } = this.box;
    return px >= x && px <= x + w && py >= y && py <= y + h;
  }
  inside(ctx, draw) {
    const { x, y, w, h } = this.box;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y - 1, w + 1, h + 2);
    ctx.clip();
    draw();
    ctx.restore();
  }
  grid(ctx, theme, font, { xLabel = "", xTicks = true, yCount = null, yTicks = null } = {}) {
    const { x, y, w, h } = this.box, foot = y + h;
    const count = yCount ?? within(h / (2.6 * font), 2, 5);
    Object.assign(ctx, { lineWidth: 1, font: fontOf(font), fillStyle: theme.muted });
    Object.assign(ctx, { strokeStyle: theme.faint, textBaseline: "middle", textAlign: "right" });
    for (const v of yTicks ?? ticks(Math.min(...this.yRange), Math.max(...this.yRange), count)) {
      const at = Math.round(this.y(v)) + 0.5;
      polyline(ctx, [x, at], [x + w, at]);
      ctx.fillText(signed(v), x - 0.45 * font, at);
    }
    Object.assign(ctx, { strokeStyle: theme.line, textBaseline: "top", textAlign: "center" });
    // The unit takes the place of a number that would run into it.
    const end = xLabel ? x + w - ctx.measureText(xLabel).width - 0.5 * font : Infinity;
    for (const v of xTicks ? ticks(...this.xRange, within(w / (4.6 * font), 2, 8)) : []) {
      const at = Math.round(this.x(v)) + 0.5, text = signed(v);
      polyline(ctx, [at, foot], [at, foot + 0.3 * font]);
      if (at + ctx.measureText(text).width / 2 < end) ctx.fillText(text, at, foot + 0.45 * font);
    }
    ctx.textAlign = "right";
    if (xTicks) ctx.fillText(xLabel, x + w, foot + 0.45 * font);
    polyline(ctx, [x, foot + 0.5], [x + w, foot + 0.5]);
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
  }
  /* A line through samples [0, to] over evenly spaced times, at most four points a pixel column; where it is
     level, one in four. The times are less by `shift`. */
  trace(ctx, t, series, to = series.length - 1, shift = 0) {
    const perPixel = to / Math.max(1, this.sx * (t[to] - t[0]));
    const chunk = perPixel < 2.5 ? 1 : Math.ceil(perPixel);
    let last = 0, drawn = 0;
    const point = (n) => {
      const level = n > 0 && n < to && Math.abs(series[n] - series[drawn]) * this.sy < 0.3;
      if (!level || (t[n] - t[drawn]) * this.sx > 4) {
        if (last > drawn) ctx.lineTo(this.x(t[last] - shift), this.y(series[last]));
        ctx.lineTo(this.x(t[n] - shift), this.y(series[n]));
        drawn = n;
      }
      last = n;
    };
    ctx.beginPath();
    for (let a = 0; a <= to; a += chunk) {
      const b = Math.min(to, a + chunk - 1);
      let low = a, high = a;
      for (let n = a + 1; n <= b; n++) {
        if (series[n] < series[low]) low = n;
        else if (series[n] > series[high]) high = n;
      }
      point(a);
      if ((series[high] - series[low]) * this.sy < 0.5) continue;
      const first = Math.min(low, high), second = Math.max(low, high);
      if (first > a) point(first);
      if (second > first) point(second);
      if (b > second) point(b);
    }
    point(to);
    ctx.stroke();
  }
  /* A line through points, without those so close to the last one that they cannot be seen. */
  path(ctx, xs, ys, to = xs.length - 1, gap = 0.7) {
    let px = NaN, py = NaN;
    ctx.beginPath();
    for (let n = 0; n <= to; n++) {
      const x = this.x(xs[n]), y = Number.isFinite(ys[n]) ? this.y(ys[n]) : NaN;
      if (n < to && Math.abs(x - px) < gap && Math.abs(y - py) < gap) continue;
      if (Number.isNaN(py)) ctx.moveTo(x, y); else if (!Number.isNaN(y)) ctx.lineTo(x, y);
      px = x;
      py = y;
    }
    ctx.stroke();
  }
}

export function disc(ctx, x, y, radius, fill) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 7);
  ctx.fillStyle = fill;
  ctx.fill();
}

export function dot(ctx, x, y, radius, color, ground) {
  disc(ctx, x, y, radius + 1.5, ground);
  disc(ctx, x, y, radius, color);
}

/* Move things apart, each {at, …}, until there is a gap from one to the next and all are between two ends. */
export function moveApart(things, gap, low, high) {
  const sorted = things.slice().sort((a, b) => a.at - b.at);
  const wide = (high - low) / Math.max(1, things.length - 1);
  sorted.forEach((thing) => { thing.at = within(thing.at, low, high); });
  for (let pass = 0; sorted.length && pass < 20; pass++) {
    for (let n = 0; n + 1 < sorted.length; n++) {
      const short = Math.max(0, Math.min(gap, wide) - (sorted[n + 1].at - sorted[n].at));
      sorted[n].at -= short / 2;
      sorted[n + 1].at += short / 2;
    }
    sorted.at(-1).at = Math.min(high, sorted.at(-1).at);
    sorted[0].at = Math.max(low, sorted[0].at);
  }
}

/* Labels beside points, moved apart vertically until none covers another; each {x, y, symbol, color}. */
export function placeLabels(ctx, labels, size, top, bottom) {
  const foot = ctx.canvas.height / ctx.getTransform().d - 0.5 * size;
  top -= 0.45 * size; // a little above and below the axes is free
  bottom = Math.min(bottom + 0.45 * size, foot);
  const all = labels.map((label) => ({ ...label, at: label.y }));
  moveApart(all, 1.05 * size, top, bottom);
  Object.assign(ctx, { textAlign: "left", textBaseline: "middle" });
  for (const label of all) {
    ctx.fillStyle = label.color;
    drawSymbol(ctx, label.symbol, label.x, label.at, size);
  }
  ctx.textBaseline = "alphabetic";
}
