/* Cut: a membrane cut across in a box, with one channel of each kind and the ions that wait and cross. */

import { WAITING } from "./data.js";
import { cloud, jostled, paintIons, Stream } from "./ions.js";
import { within } from "./numbers.js";
import { fontOf } from "./plot.js";
import { channelShape, chargePlaces, letterSize, paintCharge, paintGates, paintLight, paintLipids,
  paintProtein } from "./section.js";
import { color, look, shades } from "./view.js";
import { tr } from "./words.js";

/* From left to right: a gated channel, those without gates, the other gated ones. */
function usualOrder({ channels, gateList }) {
  const all = channels.map((_, c) => c), gated = all.filter((c) => gateList.some((g) => g.channel === c));
  return [...gated.slice(0, 1), ...all.filter((c) => !gated.includes(c)), ...gated.slice(1)];
}

export class Cut {
  constructor(model, box, font) {
    Object.assign(this, { model, font, ...box, top: box.y + 1.5 * font });
    this.standChannels();
    this.sendIons();
    this.waiting = this.ionsThatWait();
    this.seconds = 0;
  }

  /* The channels side by side, all of one height: as large as the box allows. */
  standChannels() {
    const { model, x, y, w, h, top, font } = this;
    const shapes = usualOrder(model).map((c) => channelShape(model, c));
    const wide = shapes.reduce((sum, shape) => sum + 2 * shape.wide, 0), many = shapes.length + 1;
    const room = y + h - top, tall = Math.min(w / (wide + 0.42 * many), 0.45 * room);
    const apart = (w - tall * wide) / many;
    this.tall = tall;
    this.middle = top + 0.48 * room;
    let at = x;
    this.places = shapes.map((shape) => {
      const place = { shape, c: shape.c, x: at + apart + shape.wide * tall, y: this.middle, height: tall };
      at += apart + 2 * shape.wide * tall;
      return place;
    });
    this.gaps = this.places.map((p) => [p.x - p.shape.wide * tall, p.x + p.shape.wide * tall]);
    this.sign = 0.05 * tall;
    this.charges = chargePlaces(x, x + w, this.gaps, 3 * this.sign);
    this.label = 1.02 * font;
  }

  /* A stream of ions through each; between two channels there is room for the ions of both. */
  sendIons() {
    const { x, y, w, h, top, tall, middle, places } = this;
    const outer = middle - 0.5 * tall, inner = middle + 0.5 * tall;
    const reach = 0.8 * Math.min(outer - top, y + h - inner), ends = [x, ...places.map((p) => p.x), x + w];
    const radius = (this.radius = Math.max(1.8, 0.045 * tall));
    this.streams = places.map(({ x: at, shape }, n) => {
      const room = Math.min(at - ends[n], ends[n + 2] - at), free = shape.balls.length === 1 ? -1 : 0;
      const aside = Math.min(0.5 * reach, 0.5 * room - 1.5 * radius);
      return new Stream({ x: at, outer, inner, reach, radius, aside, free, seed: 31 + n });
    });
  }

  /* What no ion may wait in: ways of others, balls, words. */
  taken() {
    const { x, y, h, top, tall, middle, places, streams, font } = this;
    const out = streams.flatMap((stream) => stream.ways());
    for (const { x: at, shape } of places)
      for (const { shut, free, radius } of shape.balls)
        for (const [bx, by] of [shut, free]) {
          const far = radius * tall;
          for (const [u, v] of [[0, 0], [far, 0], [-far, 0], [0, far]])
            out.push([at + bx * tall + u, middle - by * tall + v]);
        }
    for (let n = 0; n < 8; n++) {
      const along = x + 0.5 * n * font;
      out.push([along, top + 0.4 * font], [along, y + h - 0.8 * font]);
    }
    return out;
  }

  /* [{hue, places}…]: each ion on both sides. */
  ionsThatWait() {
    const { model, x, y, w, h, top, tall, middle, radius: r } = this, taken = this.taken();
    const clear = 0.5 * tall + 2 * r, [left, right] = [x + 2 * r, x + w - 2 * r];
    const sides = [[left, right, top + r, middle - clear], [left, right, middle + clear, y + h - r]];
    const many = within((w * (middle - clear - top)) / (6.5 * r) ** 2, 5, 40);
    const ions = new Set(model.channels.map((c) => c.ion).filter((ion) => WAITING[ion]));
    return [...ions].flatMap((ion) => WAITING[ion].map((share, side) => {
      const { hue } = model.channels.find((c) => c.ion === ion), seed = ion.charCodeAt(0) + side;
      const places = cloud(Math.round(share * many), sides[side], 4.2 * r, taken, seed);
      taken.push(...places);
      return { hue, places };
    }));
  }

  paintStill(ctx) {
    const { x, y, w, h, top, tall, middle, gaps, places, font, label } = this;
    paintLipids(ctx, x, x + w, middle, 0.66 * tall, gaps);
    for (const place of places) {
      paintProtein(ctx, place, letterSize(place.shape, tall));
      Object.assign(ctx, { fillStyle: color(place.shape.hue), font: fontOf(label, 600) });
      Object.assign(ctx, { textAlign: "center", textBaseline: "middle" });
      ctx.fillText(place.shape.label, place.x, y + 0.8 * font);
    }
    const { muted } = look.theme;
    Object.assign(ctx, { fillStyle: muted, font: fontOf(0.92 * font) });
    Object.assign(ctx, { textAlign: "left", textBaseline: "top" });
    ctx.fillText(tr("outside"), x, top - 0.1 * font);
    ctx.textBaseline = "bottom";
    ctx.fillText(tr("inside"), x, y + h - 0.1 * font);
    ctx.textBaseline = "alphabetic";
  }

  /* After so many seconds, or put here if null: v is the voltage, absolute that between the faces (mV),
     reversal(c) where a channel's current stands still, isOpen(place, g, part) its gates, plugged(place) by a
     drug. Returns the dots of each channel's ions. */
  paint(ctx, seconds, { v, absolute, reversal, isOpen, plugged }) {
    const { panel } = look.theme, { places, streams, radius, tall, middle, sign } = this;
    this.seconds += seconds || 0;
    for (const place of places) {
      const { flaps, balls } = place.shape;
      const open = ({ gate, part }) => isOpen(place, gate, part);
      place.open = !plugged(place) && [...flaps, ...balls].every(open);
      if (place.open) paintLight(ctx, place);
    }
    for (const { hue, places: waiting } of this.waiting) {
      const dots = waiting.map((p, n) => [...jostled(p, n, this.seconds, radius), radius]);
      paintIons(ctx, dots, shades(hue).waiting, panel);
    }
    const all = places.map((place, n) => {
      const { shape: { charge, hue }, c, open } = place, stream = streams[n];
      const drive = open ? Math.sign(charge) * (v - reversal(c)) : null;
      if (seconds === null) stream.put(drive); else stream.advance(seconds, drive);
      const dots = stream.dots();
      paintIons(ctx, dots, shades(hue).crossing, panel);
      return dots;
    });
    for (const place of places) paintGates(ctx, place, (g, part) => isOpen(place, g, part));
    paintCharge(ctx, this.charges, middle, 0.33 * tall + 2.2 * sign, sign, absolute);
    return all;
  }
}
