/* Patch: a piece of membrane seen obliquely from outside, with N channels of each kind, each open or shut. */

import { chance } from "./gating.js";
import { color, look, shades } from "./view.js";

const STEEP = (42 * Math.PI) / 180; // how far down it is looked upon
const REAR = 0.84; // how long the rear edge is beside the front one
const SMALL = 1.7; // px, half the width of a tile: smaller ones are squares

/* Places on the screen for `count` channels in a box, with their size: {places: [[x, y, size]…], …}. */
function layOut(count, { x, y, w, h }) {
  const flat = Math.sin(STEEP), columns = Math.max(1, Math.round(Math.sqrt((count * w * flat) / h)));
  const rows = Math.ceil(count / columns), cell = Math.min(w / columns, h / flat / rows);
  const thick = Math.min(0.07 * h, cell);
  const far = (v) => 1 - (1 - REAR) * v; // how small things are at v, from 0 in front to 1 at the rear
  const project = (u, v) => {
    const deep = (v - 0.5 * (1 - REAR) * v * v) / (1 - 0.5 * (1 - REAR));
    return [x + 0.5 * w + (u - 0.5) * w * far(v), y + (h - thick) * (1 - deep)];
  };
  const cells = Array.from({ length: columns * rows }, (_, n) => n);
  for (let n = cells.length - 1; n > 0; n--) { // kinds mixed at random
    const m = Math.floor(chance(n, 1952, 0) * (n + 1));
    [cells[n], cells[m]] = [cells[m], cells[n]];
  }
  const places = cells.slice(0, count).map((n) => {
    const jitter = (axis) => 0.2 * (chance(n, axis, 7) - 0.5);
    const v = (Math.floor(n / columns) + 0.5 + jitter(0)) / rows;
    const [px, py] = project(((n % columns) + 0.5 + jitter(1)) / columns, v);
    return [px, py, 0.4 * cell * far(v)];
  });
  places.sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const corners = [project(0, 1), project(1, 1), project(1, 0), project(0, 0)];
  return { places, corners, thick, flat, cell };
}

export class Patch {
  /* kinds: [{c, hue}…], the gated channels; count: of each of them. */
  constructor(kinds, count, box) {
    const { places, ...sheet } = layOut(count * kinds.length, box);
    Object.assign(this, { kinds, count, ...sheet });
    // Which place is whose: in a random order, so that no kind lies in front.
    const order = places.map((_, n) => [chance(n, 7, count), n]).sort((a, b) => a[0] - b[0]);
    this.places = kinds.map((_, k) => order.slice(k * count, (k + 1) * count).map(([, n]) => places[n]));
  }

  /* blocked: how many of each kind a drug plugs. */
  paintStill(ctx, blocked) {
    const { corners, thick, kinds } = this, { panel, sheet, brim } = look.theme, [, , right, left] = corners;
    const face = (points, fill) => {
      ctx.beginPath();
      points.forEach((p) => ctx.lineTo(...p));
      ctx.fillStyle = fill;
      ctx.fill();
    };
    face(corners, sheet);
    const low = ([x, y]) => [x, y + thick];
    face([left, right, low(right), low(left)], brim);
    kinds.forEach(({ c, hue }, k) => {
      this.tiles(ctx, this.places[k], 1, shades(hue).lid, shades(hue).edge);
      if (this.cell > 7) this.tiles(ctx, this.places[k], 0.3, panel);
      this.tiles(ctx, this.places[k].slice(0, blocked[c]), 0.55, look.theme.muted);
    });
  }

  /* Light the channels that conduct, conducts(c, channel), or as many as were counted(c); say how many. */
  paint(ctx, conducts, stars, counted) {
    return this.kinds.map(({ c, hue }, k) => {
      const open = this.lit(k, (channel) => conducts(c, channel), counted(c));
      this.tiles(ctx, open, 1, shades(hue).tile, color(hue));
      if (this.cell > 7) this.tiles(ctx, open, 0.32, shades(hue).open);
      const star = this.places[k][stars[c]];
      if (star && this.cell > 5) this.ring(ctx, star);
      return open.length;
    });
  }

  /* The places of those that are open; if their number is given, chance leaves some out or adds some. */
  lit(k, isOpen, number) {
    const open = [], other = [];
    this.places[k].forEach((place, channel) => (isOpen(channel) ? open : other).push(place));
    return number === null ? open : [...open, ...other].slice(0, Math.round(number));
  }

  ring(ctx, [x, y, size]) {
    ctx.beginPath();
    ctx.ellipse(x, y, 1.35 * size, 1.35 * size * this.flat, 0, 0, 7);
    Object.assign(ctx, { strokeStyle: look.theme.ink, lineWidth: 1.2 });
    ctx.stroke();
  }

  tiles(ctx, places, share, fill, rim) {
    const { flat } = this;
    ctx.beginPath();
    for (const [x, y, size] of places) {
      const r = share * size;
      if (size < SMALL) ctx.rect(x - r, y - r, 2 * r, 2 * r);
      else {
        ctx.moveTo(x + r, y);
        ctx.ellipse(x, y, r, r * flat, 0, 0, 7);
      }
    }
    ctx.fillStyle = fill;
    ctx.fill();
    if (!rim || this.cell < 7) return;
    Object.assign(ctx, { strokeStyle: rim, lineWidth: 1 });
    ctx.stroke();
  }
}
