/* Ions: those that wait on both sides of a membrane, and those that cross it because the run says so.

   As in the films, the ions on their way through a channel are a file of places that moves along at one calm
   speed; the driving force is told by how many places are taken. In a frame none moves more than a quarter of
   the way to the next, so the eye can follow each; those that wait jostle each about its place. */

import { chance } from "./gating.js";
import { within } from "./numbers.js";

const PLACES = 10;
const MV_PER_ION = 15; // of driving force, for one more ion on its way
const SPEED = 2; // places a second
const SLACK = 0.1; // of an ion: below it the file slows down
const FADE = 0.2; // s, in which ions come and go as their channel opens and shuts
const MOST = 0.23; // places in a frame

const RANK = (() => {
  const spread = Array.from({ length: PLACES }, (_, n) => (n * 0.6180339887498949) % 1);
  return spread.map((x) => spread.filter((y) => y < x).length);
})();

/* The ions on their way through one channel. Upwards is out of the cell. */
export class Stream {
  /* x, and the heights of the pore's mouths; how far from them and how far aside ions go; free: the side that
     no ball takes inside, or 0. */
  constructor({ x, outer, inner, reach, aside, free, radius, seed }) {
    Object.assign(this, { x, outer, inner, reach, aside, radius });
    Object.assign(this, { at: 0, seen: 0, front: PLACES, way: 0 });
    this.spread = Array.from({ length: PLACES }, (_, k) => [0.7548776662, 0.569840291].map((step, side) => {
      const s = 2 * ((chance(seed, side, 0) + k * step) % 1) - 1;
      return side && free ? free * (0.35 + 0.65 * Math.abs(s)) : s;
    }));
  }

  get spacing() { return (this.inner - this.outer + 2 * this.reach) / (PLACES + 1); }

  /* After so many seconds, driven by so many mV upwards; null where the channel is shut. */
  advance(seconds, drive) {
    const open = drive !== null, way = open ? Math.sign(drive) : this.way;
    const gone = open ? within(SPEED * Math.tanh(drive / (SLACK * MV_PER_ION)) * seconds, -MOST, MOST) : 0;
    if (open && (this.seen === 0 || way !== this.way)) this.front = 0;
    this.at += gone;
    this.way = way;
    this.front = Math.min(PLACES, this.front + Math.abs(gone));
    this.seen = within(this.seen + ((open ? 1 : -1) * seconds) / FADE, 0, 1);
    this.drive = open ? drive : this.drive;
  }

  /* As it stands in a run that was put here: the file is whole. */
  put(drive) {
    Object.assign(this, { drive: drive ?? 0, seen: drive === null ? 0 : 1, front: PLACES });
    this.way = Math.sign(this.drive);
  }

  /* The dots: [x, y, radius, which]…, which telling one ion from the next. */
  dots() {
    const { at, way, front, seen, drive, radius } = this, whole = Math.floor(at);
    const many = Math.abs(drive) / MV_PER_ION, out = [];
    for (let n = 0; seen > 0 && n <= PLACES; n++) {
      const c = n + (at - whole) - 0.5, k = (((n - whole) % PLACES) + PLACES) % PLACES;
      if (way * (c - 0.5 * PLACES) > front + 1e-9) continue; // beyond the pore, where none has come yet
      const taken = many <= PLACES ? within(many - RANK[k], 0, 1) : many / PLACES;
      const share = taken * within(Math.min(c, PLACES - c) + 0.5, 0, 1) * seen;
      if (share > 0.01) out.push([...this.place(c, k), radius * Math.sqrt(share), n - whole]);
    }
    return out;
  }

  place(c, k) {
    const { x, outer, inner, reach, aside, spread } = this;
    const y = inner + reach - (c + 0.5) * this.spacing;
    const away = within(Math.max(outer - y, y - inner) / reach, 0, 1);
    return [x + aside * spread[k][y < outer ? 0 : 1] * away ** 1.5, y];
  }

  /* Points along all ways that ions take. */
  ways() {
    const some = Array.from({ length: 13 }, (_, n) => -0.5 + (n / 12) * (PLACES + 1));
    return some.flatMap((c) => RANK.map((_, k) => this.place(c, k)));
  }
}

/* Up to `count` places in a box [left, right, top, bottom], apart from each other and from what is taken. */
export function cloud(count, [left, right, top, bottom], apart, taken, seed) {
  const found = [];
  for (let n = 0; n < 60 * count && found.length < count; n++) {
    const p = [left + chance(seed, n, 0) * (right - left), top + chance(seed, n, 1) * (bottom - top)];
    if ([...taken, ...found].every(([x, y]) => Math.hypot(x - p[0], y - p[1]) >= apart)) found.push(p);
  }
  return found;
}

/* Where an ion that waits at a place is at a time (s): within `swing`, on three sines of unrelated rates. */
export function jostled([x, y], n, seconds, swing) {
  const away = (axis) => [0, 1, 2].reduce((sum, m) => {
    const rate = 2.2 + 4.7 * chance(n, m, axis), phase = 6.2832 * chance(n, m + 3, axis);
    return sum + Math.sin(rate * seconds + phase);
  }, 0);
  return [x + (swing / 3) * away(0), y + (swing / 3) * away(1)];
}

/* Each on a disc of its rim: a third of the cost of drawing lines around them. */
export function paintIons(ctx, dots, fill, rim) {
  for (const [style, wider] of [[rim, 0.5], [fill, -0.5]]) {
    ctx.beginPath();
    for (const [x, y, radius] of dots) {
      const r = Math.max(0, radius + wider);
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 7);
    }
    ctx.fillStyle = style;
    ctx.fill();
  }
}
