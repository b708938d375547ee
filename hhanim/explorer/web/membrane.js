/* Membrane: what the run does to it, at the head: one channel of each kind, a patch of many, the ions, the charge. */

import { quantitiesOf } from "./engine.js";
import { Gating } from "./gating.js";
import { cloud, jostled, paintIons, Stream } from "./ions.js";
import { extent, signed } from "./numbers.js";
import { Patch } from "./patch.js";
import { disc, drawSymbol, fontOf, polyline, styled } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { ballAt, channelShape, chargePlaces, letterSize, paintCharge, paintGates, paintLight, paintLipids,
  paintProtein } from "./section.js";
import { ui } from "./settings.js";
import { View, color, look, mix } from "./view.js";

/* 1 µA/cm² for 1 ms is 1 nC/cm²: so many elementary charges on a square micrometre. */
const CHARGES = 62.415;
const WAITING = { Na: [1, 0.13], K: [0.07, 1], Ca: [0.3, 0], Cl: [0.9, 0.1] }; // outside, inside
const sum = (some) => some.reduce((a, b) => a + b, 0);
const grouped = (x) => (x < 1000 ? String(Math.round(x)) : `${+(x / 1000).toPrecision(3)}k`);

/* The ions (on 1 µm²) that channel c has let out, or in if negative, up to sample n. */
function crossed(run, c, n) {
  const q = quantitiesOf(run);
  q.crossed ||= run.model.channels.map((channel, m) => {
    const all = new Float64Array(run.size);
    for (let j = 1; j < run.size; j++)
      all[j] = all[j - 1] + (0.5 * (q.i[m][j] + q.i[m][j - 1]) * run.dt * CHARGES) / channel.charge;
    return all;
  });
  return q.crossed[c][n];
}

export class MembraneView extends View {
  /* Which run's gates are drawn, with what seed. */
  get gating() {
    const { run } = shown;
    if (this.of !== run) Object.assign(this, { of: run, chances: new Gating(run, quantitiesOf(run).gates) });
    return this.chances;
  }

  layOut() {
    const { run } = shown, { surface: { width, height, ratio }, font } = this;
    const count = ui.channels, blocks = run.model.channels.map((c) => run.settings[c.blocker] || 0);
    const key = [run.model.name, width, height, ratio, look.theme.name, font, document.fonts.status, count,
      ...blocks].join(" ");
    if (key === this.key) return;
    const blocked = blocks.map((share) => Math.floor(share * count + 1e-9));
    Object.assign(this, { key, count, blocked, base: false, drawnAt: null });
    const levels = 4.6 * font, tall = height > 1.1 * width, far = 0.4 * font;
    const upper = tall || height > 0.55 * width ? 0.6 : 1, w = width - levels;
    this.levels = { x: width - levels, y: 0.9 * font, w: levels, h: upper * height - 1.8 * font };
    this.section(far, 0, w - far, upper * height);
    this.lower(far, upper * height, width - 2 * far, (1 - upper) * height - 0.3 * font);
    this.stars ||= [];
    if (this.starsOf !== run.model.name) this.stars = run.model.channels.map(() => 0);
    this.starsOf = run.model.name;
    this.stars = this.stars.map((star, c) => Math.max(blocked[c] < count ? blocked[c] : 0, star % count));
  }

  /* The cut through the membrane in a box. */
  section(x, y, w, h) {
    const { run: { model } } = shown, { font } = this, order = model.channels.map((_, c) => c);
    const gated = order.filter((c) => model.gateList.some((g) => g.channel === c));
    const usual = [...gated.slice(0, 1), ...order.filter((c) => !gated.includes(c)), ...gated.slice(1)];
    const shapes = usual.map((c) => channelShape(model, c)), wide = sum(shapes.map((s) => 2 * s.wide));
    const top = y + 1.5 * font, tall = Math.min(w / (wide + 0.42 * (shapes.length + 1)), 0.45 * (h - 1.5 * font));
    const middle = top + 0.5 * (h - 1.5 * font) - 0.02 * h, room = (w - tall * wide) / (shapes.length + 1);
    let at = x;
    const places = shapes.map((shape) => {
      at += room + shape.wide * tall;
      const place = { shape, x: at, y: middle, height: tall, c: shape.c };
      at += shape.wide * tall;
      return place;
    });
    const gaps = places.map((p) => [p.x - p.shape.wide * tall, p.x + p.shape.wide * tall]);
    const radius = Math.max(1.8, 0.045 * tall), free = Math.min(middle - 0.5 * tall - top, y + h - middle - 0.5 * tall);
    const reach = 0.8 * free, ends = [x, ...places.map((p) => p.x), x + w];
    const streams = places.map((p, n) => new Stream({
      x: p.x, outer: middle - 0.5 * tall, inner: middle + 0.5 * tall, reach, radius, seed: 31 + n,
      aside: Math.min(0.5 * reach, 0.5 * Math.min(ends[n + 1] - ends[n], ends[n + 2] - ends[n + 1]) - 1.5 * radius),
      free: p.shape.plugs.length === 1 ? -1 : 0,
    }));
    const thickness = 0.66 * tall, signs = 0.05 * tall;
    const charges = chargePlaces(x, x + w, gaps, Math.max(0.12 * tall, 3 * signs));
    Object.assign(this, { box: { x, y, w, h, top }, places, gaps, radius, streams, thickness, signs, charges, middle });
    this.waiting = this.ionsThatWait();
  }

  /* By ion: what waits on both sides, clear of channels, ways and words. */
  ionsThatWait() {
    const { box: { x, y, w, h, top }, middle, places, radius: r, streams, font } = this, tall = places[0].height;
    const taken = streams.flatMap((stream) => stream.ways()), { model } = shown.run;
    for (const { x: at, shape } of places)
      for (const ball of shape.plugs)
        for (const open of [true, false]) {
          const [bx, by] = ballAt(shape, ball, open), far = ball.radius * tall;
          for (const [u, v] of [[0, 0], [far, 0], [-far, 0], [0, far]])
            taken.push([at + bx * tall + u, middle + by * tall + v]);
        }
    for (let n = 0; n < 8; n++) taken.push([x + n * 0.5 * font, top + 0.4 * font], [x + n * 0.5 * font, y + h - 0.8 * font]);
    const clear = 0.5 * tall + 2 * r;
    const sides = [[x + 2 * r, x + w - 2 * r, top + r, middle - clear], [x + 2 * r, x + w - 2 * r, middle + clear, y + h - r]];
    const many = Math.min(40, Math.max(5, (w * (sides[0][3] - sides[0][2])) / (6.5 * r) ** 2));
    const ions = [...new Set(model.channels.map((c) => c.ion))].filter((ion) => WAITING[ion]);
    return ions.flatMap((ion) => {
      const { hue } = model.channels.find((c) => c.ion === ion);
      return WAITING[ion].flatMap((share, side) => {
        const count = Math.round(share * many);
        const found = count ? cloud(count, sides[side], 4.2 * r, taken, ion.charCodeAt(0) + side) : [];
        taken.push(...found);
        return [{ hue, places: found }];
      });
    });
  }

  /* The patch, and beside it a line for each kind. */
  lower(x, y, w, h) {
    const { model } = shown.run, gated = this.places.map((p) => p.shape).filter((s) => s.pairs.length || s.plugs.length);
    const kinds = gated.map(({ c, hue }) => ({ c, hue })).sort((a, b) => a.c - b.c);
    const words = Math.min(0.52 * w, 15 * this.font);
    this.patch = h > 3 * this.font && kinds.length ? new Patch(kinds, this.count, { x, y, w: w - words, h }) : null;
    this.rows = { x: x + w - words + 1.2 * this.font, y, w: words - 1.2 * this.font, h, all: model.channels };
  }

  paint(ctx) { this.compose(ctx); }

  compose(ctx = this.surface.begin()) {
    const { surface } = this, { run, head } = shown, n = sampleAtHead(), now = performance.now();
    if (!this.base) this.paintStill(surface.layer("base"));
    this.base = true;
    surface.paste("base");
    const seconds = this.drawnAt === null ? null : Math.min(0.1, (now - this.drawnAt) / 1000);
    this.drawnAt = now;
    this.seconds = (this.seconds || 0) + (seconds || 0);
    const { gating, stars } = this, v = run.y[0][n];
    this.drawn = { n, open: {}, share: {}, dots: [] };
    for (const place of this.places) {
      const { c } = place, plugged = stars[c] < this.blocked[c];
      place.open = !plugged && gating.conducts(c, stars[c], n);
      if (place.open) paintLight(ctx, place);
      this.drawn.open[place.shape.name] = place.open;
    }
    for (const { hue, places } of this.waiting) {
      const dots = places.map((p, m) => [...jostled(p, m, this.seconds, this.radius), this.radius]);
      paintIons(ctx, dots, mix(color(hue), look.theme.panel, 0.32), look.theme.panel);
    }
    this.places.forEach((place, m) => {
      const { c, open, shape } = place, sign = shape.charge < 0 ? -1 : 1, stream = this.streams[m];
      const drive = open ? sign * (v - run.k[2 + 2 * c]) : null;
      if (seconds === null) stream.put(drive); else stream.advance(seconds, drive);
      const dots = stream.dots();
      paintIons(ctx, dots, mix(color(shape.hue), look.theme.ink, 0.12), look.theme.panel);
      this.drawn.dots.push(dots);
      paintGates(ctx, place, (g, part) => gating.isOpen(g, part, stars[c], n));
    });
    const half = 0.5 * this.thickness + 2.2 * this.signs;
    paintCharge(ctx, this.charges, this.middle, half, this.signs, v - run.model.zero);
    this.paintLevels(ctx, v, head);
    if (this.patch) this.paintPatch(ctx, n);
  }

  paintStill(ctx) {
    const { box: { x, y, w, h, top }, gaps, places, font, thickness, middle } = this, { muted } = look.theme;
    paintLipids(ctx, x, x + w, middle, thickness, gaps);
    for (const place of places) {
      paintProtein(ctx, place, letterSize(place.shape, place.height));
      Object.assign(ctx, { fillStyle: color(place.shape.hue), font: fontOf(1.02 * font, 600) });
      Object.assign(ctx, { textAlign: "center", textBaseline: "middle" });
      ctx.fillText(place.shape.label, place.x, y + 0.8 * font);
    }
    Object.assign(ctx, { fillStyle: muted, font: fontOf(0.92 * font), textAlign: "left", textBaseline: "top" });
    ctx.fillText("outside", x, top - 0.1 * font);
    ctx.textBaseline = "bottom";
    ctx.fillText("inside", x, y + h - 0.1 * font);
    ctx.textBaseline = "alphabetic";
    this.patch?.paintStill(ctx, this.blocked);
  }

  /* V on a scale, and beside it the voltage at which each current would stand still. */
  paintLevels(ctx, v) {
    const { levels: { x, y, h }, font } = this, { run: { model, k } } = shown, { theme } = look;
    const all = model.channels.map((c, n) => ({ e: k[2 + 2 * n], ...c })), [low, high] =
      extent([...all.map(({ e }) => e), v], model.vRange);
    const at = (mv) => y + h - ((mv - low) / (high - low)) * h, axis = x + 1.0 * font;
    styled(ctx, { color: theme.line }, () => polyline(ctx, [axis, y], [axis, y + h]));
    let last = Infinity;
    for (const { e, hue, symbolE } of all.sort((a, b) => a.e - b.e)) {
      styled(ctx, { color: color(hue), width: 2 }, () => polyline(ctx, [axis - 0.35 * font, at(e)], [axis + 0.8 * font, at(e)]));
      const text = Math.min(at(e), last - 1.05 * font);
      Object.assign(ctx, { fillStyle: color(hue), textAlign: "left", textBaseline: "middle" });
      drawSymbol(ctx, symbolE, axis + 1.05 * font, text, font);
      last = text;
    }
    disc(ctx, axis, at(v), 0.34 * font, theme.ink);
    Object.assign(ctx, { fillStyle: theme.ink, textAlign: "right" });
    ctx.font = fontOf(font, 600, "italic ");
    ctx.fillText("V", axis - 0.6 * font, at(v));
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
  }

  /* The patch, how much of it is open beside what the equations say, and how many ions went through. */
  paintPatch(ctx, n) {
    const { run } = shown, { gating, patch, rows, blocked, font, count } = this, q = quantitiesOf(run), { theme } = look;
    const counts = patch.paint(ctx, (c, channel) => channel >= blocked[c] && gating.conducts(c, channel, n), this.stars);
    const step = Math.min(3.2 * font, (rows.h - 1.2 * font) / rows.all.length), bar = Math.min(0.55 * font, 0.16 * step);
    Object.assign(ctx, { textBaseline: "middle", fillStyle: theme.muted, font: fontOf(0.88 * font) });
    ctx.fillText("open", rows.x + 2.6 * font, rows.y + 0.4 * font);
    ctx.textAlign = "right";
    ctx.fillText("ions / µm²", rows.x + rows.w, rows.y + 0.4 * font);
    ctx.textAlign = "left";
    rows.all.forEach((channel, c) => {
      const y = rows.y + c * step + 1.2 * font + 0.25 * step, k = patch.kinds.findIndex((kind) => kind.c === c);
      const ions = crossed(run, c, n), text = `${grouped(Math.abs(ions))} ${ions > 0 ? "out" : "in"}`;
      Object.assign(ctx, { fillStyle: color(channel.hue), font: fontOf(font, 600) });
      ctx.fillText(channel.label, rows.x, y);
      Object.assign(ctx, { fillStyle: theme.ink, font: fontOf(0.95 * font), textAlign: "right" });
      ctx.fillText(text, rows.x + rows.w, y);
      ctx.textAlign = "left";
      if (k < 0) return;
      const law = q.open[c][n] * (1 - blocked[c] / count), share = counts[k] / count;
      this.drawn.share[channel.name] = { open: counts[k], of: count, law };
      ctx.fillText(`${Math.round(100 * share)} %`, rows.x + 2.6 * font, y);
      ctx.fillStyle = theme.track;
      ctx.fillRect(rows.x, y + 0.75 * font, rows.w, bar);
      ctx.fillStyle = color(channel.hue);
      ctx.fillRect(rows.x, y + 0.75 * font, share * rows.w, bar);
      const x = rows.x + law * rows.w;
      styled(ctx, { color: theme.ink, width: 2 }, () => polyline(ctx, [x, y + 0.6 * font], [x, y + 0.9 * font + bar]));
    });
    ctx.textBaseline = "alphabetic";
  }

  /* Once the run stays: of each kind the channel to be drawn is one that does as most do. */
  choose() {
    const { run } = shown, most = Math.min(this.count, 100), q = quantitiesOf(run);
    if (this.chosenOf === run || !this.ready) return;
    this.chosenOf = run;
    for (const { c } of this.places) {
      const from = this.blocked[c] < this.count ? this.blocked[c] : 0;
      this.stars[c] = this.gating.typical(c, q.open[c], from, Math.min(this.count, from + most));
    }
    this.show();
  }

  describe() {
    this.choose();
    if (!this.drawn) return;
    const { run } = shown, n = sampleAtHead();
    const said = run.model.channels.map((channel, c) => {
      const ions = crossed(run, c, n), way = ions > 0 ? "out" : "in", many = `${grouped(Math.abs(ions))} ions ${way}`;
      const share = this.drawn.share[channel.name], open = this.drawn.open[channel.name] ? "open" : "shut";
      return share ? `${channel.label} channel ${open}; ${share.open} of ${share.of} open, expected `
        + `${(100 * share.law).toFixed(1)} %; ${many}` : `${channel.label} channel ${open}; ${many}`;
    });
    const v = signed(run.y[0][n].toFixed(1));
    this.about(`Membrane at ${run.t[n].toFixed(1)} ms, V = ${v} mV. ${said.join(". ")} per square micrometre.`);
  }
}
