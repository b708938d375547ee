/* Plot: axes, lines, heads and labels on a canvas. Knows colours and pixels, not physiology. */

/* Round numbers between low and high, about `count` of them. */
function ticks(low, high, count) {
  const span = high - low, raw = span / Math.max(1, count), power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = [1, 2, 2.5, 5, 10].map((x) => x * power).find((x) => x >= raw * 0.999);
  const out = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * span; n++) out.push(+(n * step).toPrecision(12));
  return out;
}

/* A range that holds [low, high] and ends on round numbers, so that axes jump rarely while a slider moves. */
function niceRange(low, high) {
  if (!(high > low)) { const x = Math.abs(low) || 1; low -= 0.5 * x; high += 0.5 * x; }
  const raw = (high - low) / 4, power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = [1, 2, 5, 10].map((x) => x * power).find((x) => x >= raw * 0.999);
  return [step * Math.floor(low / step + 1e-6), step * Math.ceil(high / step - 1e-6)];
}

function extent(series, range = [Infinity, -Infinity]) {
  let [a, b] = range;
  for (let n = 0; n < series.length; n++) { const x = series[n]; if (x < a) a = x; if (x > b) b = x; }
  return [a, b];
}

/* Symbols: [[text, style]…] with "i" italic, "" upright, "_" and "_i" lowered, "^" raised. */
function drawSymbol(ctx, parts, x, y, size, measureOnly = false) {
  let at = x;
  for (const [text, style] of parts) {
    const small = style[0] === "_" || style === "^";
    ctx.font = `${style.endsWith("i") ? "italic " : ""}600 ${small ? 0.72 * size : size}px "Source Sans hhanim", sans-serif`;
    if (!measureOnly) ctx.fillText(text, at, y + (style[0] === "_" ? 0.24 : style === "^" ? -0.32 : 0) * size);
    at += ctx.measureText(text).width + (style === "i" ? 0.04 * size : 0);
  }
  return at - x;
}

function symbolHTML(parts) {
  const safe = (x) => x.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return parts.map(([text, style]) => {
    const inner = style.endsWith("i") ? `<i>${safe(text)}</i>` : safe(text);
    return style[0] === "_" ? `<sub>${inner}</sub>` : style === "^" ? `<sup>${inner}</sup>` : inner;
  }).join("");
}

/* Drawn by the processor: layers are copied all the time, and a lecture room's computer has no graphics card to speak of. */
const CONTEXT = { willReadFrequently: true };

/* One canvas with a cached picture of what does not move. */
class Surface {
  constructor(canvas) {
    this.canvas = canvas;
    this.ctx = canvas.getContext("2d", CONTEXT);
    this.layers = {};
    this.width = this.height = 0;
  }
  /* Bitmap pixels per CSS pixel, when not the screen's own. */
  static scale = null;
  /* Fit the bitmap to the element; true if there is something to draw on. */
  fit() {
    const box = this.canvas.getBoundingClientRect(), ratio = Surface.scale || Math.min(2, window.devicePixelRatio || 1);
    this.width = Math.round(box.width); this.height = Math.round(box.height); this.ratio = ratio;
    if (this.width < 40 || this.height < 30) return false;
    this.size(this.canvas);
    return true;
  }
  size(canvas) {
    const w = Math.round(this.width * this.ratio), h = Math.round(this.height * this.ratio);
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
  }
  /* A hidden canvas of the same size, cleared, ready to draw in CSS pixels. */
  layer(name) {
    const canvas = (this.layers[name] ||= document.createElement("canvas"));
    this.size(canvas);
    const ctx = canvas.getContext("2d", CONTEXT);
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.height);
    return ctx;
  }
  begin() {
    this.ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.ctx.clearRect(0, 0, this.width, this.height);
    return this.ctx;
  }
  /* Copy a layer, or only the part of it left (from = 0) or right of x. */
  paste(name, left = 0, right = this.width) {
    const r = this.ratio, a = Math.round(left * r), b = Math.min(this.canvas.width, Math.round(right * r));
    if (b <= a) return;
    this.ctx.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx.drawImage(this.layers[name], a, 0, b - a, this.canvas.height, a, 0, b - a, this.canvas.height);
    this.ctx.setTransform(r, 0, 0, r, 0, 0);
  }
}

/* A box with a scale in both directions. */
class Axes {
  constructor(box, xRange, yRange) {
    Object.assign(this, { box, xRange, yRange });
    this.sx = box.w / (xRange[1] - xRange[0]);
    this.sy = box.h / (yRange[1] - yRange[0]);
  }
  x(value) { return this.box.x + (value - this.xRange[0]) * this.sx; }
  y(value) { return this.box.y + this.box.h - (value - this.yRange[0]) * this.sy; }
  inside(ctx, draw) {
    const { x, y, w, h } = this.box;
    ctx.save();
    ctx.beginPath(); ctx.rect(x, y - 1, w + 1, h + 2); ctx.clip();
    draw();
    ctx.restore();
  }
  grid(ctx, theme, font, { xLabel = "", xTicks = true, yCount = null, yTicks = null } = {}) {
    const { x, y, w, h } = this.box;
    ctx.lineWidth = 1;
    ctx.font = `${font}px "Source Sans hhanim", sans-serif`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    for (const v of yTicks ?? ticks(...this.yRange, yCount ?? Math.max(2, Math.min(5, h / (2.6 * font))))) {
      const at = Math.round(this.y(v)) + 0.5;
      ctx.strokeStyle = theme.faint;
      ctx.beginPath(); ctx.moveTo(x, at); ctx.lineTo(x + w, at); ctx.stroke();
      ctx.fillStyle = theme.muted;
      ctx.fillText(String(v).replace("-", "−"), x - 0.45 * font, at);
    }
    if (xTicks) {
      ctx.textAlign = "center";
      ctx.textBaseline = "top";
      const room = xLabel ? ctx.measureText(xLabel).width : 0;
      for (const v of ticks(...this.xRange, Math.max(2, Math.min(8, w / (4.6 * font))))) {
        const at = Math.round(this.x(v)) + 0.5;
        ctx.strokeStyle = theme.line;
        ctx.beginPath(); ctx.moveTo(at, y + h); ctx.lineTo(at, y + h + 0.3 * font); ctx.stroke();
        const text = String(v).replace("-", "−"), half = ctx.measureText(text).width / 2;
        // The unit takes the place of a number that would run into it.
        ctx.fillStyle = theme.muted;
        if (!xLabel || at + half < x + w - room - 0.5 * font) ctx.fillText(text, at, y + h + 0.45 * font);
      }
      if (xLabel) { ctx.textAlign = "right"; ctx.fillStyle = theme.muted; ctx.fillText(xLabel, x + w, y + h + 0.45 * font); }
    }
    ctx.strokeStyle = theme.line;
    ctx.beginPath(); ctx.moveTo(x, y + h + 0.5); ctx.lineTo(x + w, y + h + 0.5); ctx.stroke();
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
  }
  /* A line through samples [from, to] of series over evenly spaced times; at most four points a pixel column. */
  trace(ctx, t, series, from = 0, to = series.length - 1) {
    const perPixel = (to - from) / Math.max(1, this.sx * (t[to] - t[from]));
    ctx.beginPath();
    if (perPixel < 2.5) {
      for (let n = from; n <= to; n++) ctx.lineTo(this.x(t[n]), this.y(series[n]));
    } else {
      const chunk = Math.ceil(perPixel);
      for (let a = from; a <= to; a += chunk) {
        const b = Math.min(to, a + chunk - 1);
        let low = a, high = a;
        for (let n = a + 1; n <= b; n++) { if (series[n] < series[low]) low = n; if (series[n] > series[high]) high = n; }
        if ((series[high] - series[low]) * this.sy < 0.5) { ctx.lineTo(this.x(t[a]), this.y(series[a])); continue; }
        const first = Math.min(low, high), second = Math.max(low, high);
        ctx.lineTo(this.x(t[a]), this.y(series[a]));
        if (first > a) ctx.lineTo(this.x(t[first]), this.y(series[first]));
        if (second > first) ctx.lineTo(this.x(t[second]), this.y(series[second]));
        if (b > second) ctx.lineTo(this.x(t[b]), this.y(series[b]));
      }
    }
    ctx.lineTo(this.x(t[to]), this.y(series[to]));
    ctx.stroke();
  }
  /* A line through pairs, skipping those so close to the last one that they cannot be seen. */
  path(ctx, xs, ys, from = 0, to = xs.length - 1, gap = 0) {
    ctx.beginPath();
    let px = NaN, py = NaN;
    for (let n = from; n <= to; n++) {
      if (!Number.isFinite(ys[n])) { px = NaN; continue; }
      const x = this.x(xs[n]), y = this.y(ys[n]);
      if (n > from && n < to && Math.abs(x - px) < gap && Math.abs(y - py) < gap) continue;
      if (Number.isNaN(px)) ctx.moveTo(x, y); else ctx.lineTo(x, y);
      px = x; py = y;
    }
    ctx.stroke();
  }
}

function dot(ctx, x, y, radius, color, ground) {
  ctx.beginPath(); ctx.arc(x, y, radius + 1.5, 0, 7); ctx.fillStyle = ground; ctx.fill();
  ctx.beginPath(); ctx.arc(x, y, radius, 0, 7); ctx.fillStyle = color; ctx.fill();
}

/* Labels beside points, moved apart vertically until none covers another; each {x, y, symbol, color}. */
function placeLabels(ctx, labels, size, top, bottom) {
  top -= 0.45 * size; bottom += 0.45 * size; // a little above and below the axes is free
  const gap = 1.05 * size, sorted = labels.slice().sort((a, b) => a.y - b.y);
  sorted.forEach((l) => { l.at = Math.min(bottom, Math.max(top, l.y)); });
  for (let pass = 0; pass < 20; pass++) {
    for (let n = 0; n + 1 < sorted.length; n++) {
      const short = gap - (sorted[n + 1].at - sorted[n].at);
      if (short > 0) { sorted[n].at -= short / 2; sorted[n + 1].at += short / 2; }
    }
    if (sorted.length) {
      const over = sorted[sorted.length - 1].at - bottom;
      if (over > 0) sorted[sorted.length - 1].at = bottom;
      if (sorted[0].at < top) sorted[0].at = top;
    }
  }
  ctx.textAlign = "left"; ctx.textBaseline = "middle";
  for (const l of sorted) {
    ctx.fillStyle = l.color;
    drawSymbol(ctx, l.symbol, l.x, l.at, size);
  }
  ctx.textBaseline = "alphabetic";
}
