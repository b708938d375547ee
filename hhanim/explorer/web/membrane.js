/* Membrane: what the run does to it at the head: a cut with one channel of each kind, and a patch of many. */

import { Cut } from "./cut.js";
import { crossingsOf, quantitiesOf } from "./engine.js";
import { Gating } from "./gating.js";
import { extent, millivolts } from "./numbers.js";
import { Patch } from "./patch.js";
import { disc, drawSymbol, fontOf, polyline, styled } from "./plot.js";
import { sampleAtHead, shown } from "./runs.js";
import { ui } from "./settings.js";
import { View, color, look } from "./view.js";
import { decimal, tr } from "./words.js";

const grouped = (x) => (x < 1000 ? String(Math.round(x)) : `${decimal(+(x / 1000).toPrecision(3))}k`);

const traffic = (ions) => (ions > 0 ? tr("{count} out", { count: grouped(ions) })
  : tr("{count} in", { count: grouped(-ions) }));

/* The open share of channel c that the gates' fractions give, m³h or n⁴. */
function lawOf({ model, q }, c, n) {
  return model.gateList.reduce((law, gate, g) =>
    (gate.channel === c ? law * Math.pow(q.gates[g][n], gate.power) : law), 1);
}

export class MembraneView extends View {
  get gating() {
    const { run } = shown;
    if (this.of !== run) Object.assign(this, { of: run, chances: new Gating(run) });
    return this.chances.grow();
  }

  /* Only what does not depend on the run is laid out, and only when it is another. */
  layOut() {
    const { run: { model, settings } } = shown, { surface: { width, height, ratio }, font } = this;
    const blocks = model.channels.map((c) => settings[c.blocker] || 0), { fonts } = document;
    const size = [width, height, ratio, font, fonts.status];
    const key = [model.name, look.theme.name, ...size, ui.channels, ...blocks];
    if (key.join() === this.key) return;
    const count = ui.channels, blocked = blocks.map((share) => Math.floor(share * count + 1e-9));
    Object.assign(this, { key: key.join(), count, blocked, base: false, drawnAt: null });
    const levels = 4.6 * font, edge = 0.4 * font, upper = height * (height > 0.55 * width ? 0.6 : 1);
    this.levels = { x: width - levels, y: 0.9 * font, h: upper - 1.8 * font };
    this.cut = new Cut(model, { x: edge, y: 0, w: width - levels - edge, h: upper }, font);
    this.layPatch(edge, upper, width - 2 * edge, height - upper - 0.3 * font);
    // Which channel of the patch is drawn in the cut: none that is plugged, if there is another.
    if (this.starsOf !== model) this.stars = blocked.map(() => 0);
    this.starsOf = model;
    this.stars = this.stars.map((star, c) => Math.max(blocked[c] % count, star % count));
  }

  /* The patch, and beside it a line for each kind. */
  layPatch(x, y, w, h) {
    const { model } = shown.run, { font } = this, words = Math.min(0.52 * w, 15 * font), gap = 1.2 * font;
    const gated = model.channels.map(({ hue }, c) => ({ c, hue }))
      .filter(({ c }) => model.gateList.some((g) => g.channel === c));
    const room = h > 3 * font && gated.length > 0;
    this.patch = room ? new Patch(gated, this.count, { x, y, w: w - words, h }) : null;
    const step = Math.min(3.2 * font, (h - gap) / model.channels.length);
    // Name, share and ions in one line, however narrow it is, clear of the bar above.
    const letters = Math.min(font, (words - gap) / 11, step / 1.5);
    this.rows = { x: x + w - words + gap, y, w: words - gap, step, font: letters };
  }

  paint(ctx) { this.compose(ctx); }

  compose(ctx = this.surface.begin()) {
    const { cut, surface, gating, stars, blocked, count } = this, { run } = shown, n = sampleAtHead();
    const now = performance.now();
    if (!this.base) this.paintStill(surface.layer("base"));
    this.base = true;
    surface.paste("base");
    const v = run.y[0][n], passed = Math.min(0.1, (now - this.drawnAt) / 1000);
    const seconds = this.drawnAt === null ? null : passed;
    this.drawnAt = now;
    const dots = cut.paint(ctx, seconds, {
      v, absolute: v - run.model.zero, reversal: (c) => run.model.e(run.k, c),
      isOpen: ({ c }, g, part) => gating.isOpen(g, part, stars[c], n),
      plugged: ({ c }) => stars[c] < blocked[c],
    });
    const open = Object.fromEntries(cut.places.map((place) => [place.shape.name, place.open]));
    this.drawn = { open, dots, share: {} };
    this.paintLevels(ctx, v);
    if (!this.patch) return;
    const conducts = (c, channel) => channel >= blocked[c] && gating.conducts(c, channel, n);
    // Channels that decide the voltage were counted in the run: just as many are lit.
    const counted = (c) => (run.method === "channels" ? quantitiesOf(run).open[c][n] * count : null);
    this.patch.paint(ctx, conducts, stars, counted).forEach((some, k) => {
      const { c } = this.patch.kinds[k], law = lawOf(run, c, n) * (1 - blocked[c] / count);
      this.drawn.share[run.model.channels[c].name] = { open: some, of: count, law };
    });
    this.paintRows(ctx, n);
  }

  paintStill(ctx) {
    const { rows: { x, y, w, font } } = this;
    this.cut.paintStill(ctx);
    if (!this.patch) return;
    this.patch.paintStill(ctx, this.blocked);
    Object.assign(ctx, { textBaseline: "middle", fillStyle: look.theme.muted, font: fontOf(0.88 * font) });
    const [open, ions] = [tr("open"), tr("ions / µm²")], wide = ctx.measureText(`${open} ${ions}`).width;
    ctx.fillText(open, Math.min(x + 3.9 * font, x + w - wide - 0.4 * font), y + 0.4 * font);
    ctx.textAlign = "right";
    ctx.fillText(ions, x + w, y + 0.4 * font);
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
  }

  /* V on a scale, and beside it the voltage at which each current would stand still. */
  paintLevels(ctx, v) {
    const { levels: { x, y, h }, font } = this, { run: { model, k } } = shown, { theme } = look;
    const all = model.channels.map((c, n) => ({ e: model.e(k, n), ...c })).sort((a, b) => a.e - b.e);
    const [low, high] = extent([...all.map(({ e }) => e), v], model.vRange), axis = x + font;
    const at = (mv) => y + h - ((mv - low) / (high - low)) * h;
    styled(ctx, { color: theme.line }, () => polyline(ctx, [axis, y], [axis, y + h]));
    Object.assign(ctx, { textAlign: "left", textBaseline: "middle" });
    let last = Infinity;
    for (const { e, hue, symbolE } of all) {
      const ends = [-0.35, 0.8].map((far) => [axis + far * font, at(e)]);
      styled(ctx, { color: color(hue), width: 2 }, () => polyline(ctx, ...ends));
      last = Math.min(at(e), last - 1.05 * font);
      ctx.fillStyle = color(hue);
      drawSymbol(ctx, symbolE, axis + 1.05 * font, last, font);
    }
    disc(ctx, axis, at(v), 0.34 * font, theme.ink);
    Object.assign(ctx, { fillStyle: theme.ink, textAlign: "right", font: fontOf(font, 600, "italic ") });
    ctx.fillText("V", axis - 0.6 * font, at(v));
    Object.assign(ctx, { textAlign: "left", textBaseline: "alphabetic" });
  }

  /* How much of the patch is open beside what the equations say, and how many ions went through. */
  paintRows(ctx, n) {
    const { rows, rows: { font }, drawn } = this, { run } = shown, { theme } = look;
    const crossed = crossingsOf(run);
    const bar = Math.min(0.55 * font, 0.16 * rows.step), { x, w } = rows;
    ctx.textBaseline = "middle";
    run.model.channels.forEach(({ name, label, hue }, c) => {
      const y = rows.y + 1.2 * font + (c + 0.25) * rows.step, share = drawn.share[name];
      Object.assign(ctx, { fillStyle: color(hue), font: fontOf(font, 600) });
      ctx.fillText(label, x, y);
      Object.assign(ctx, { fillStyle: theme.ink, font: fontOf(0.95 * font), textAlign: "right" });
      ctx.fillText(traffic(crossed[c][n]), x + w, y);
      ctx.textAlign = "left";
      if (!share) return;
      const part = share.open / share.of, top = y + 0.75 * font, mark = x + share.law * w;
      ctx.fillText(`${Math.round(100 * part)} %`, x + 3.9 * font, y);
      ctx.fillStyle = theme.track;
      ctx.fillRect(x, top, w, bar);
      ctx.fillStyle = color(hue);
      ctx.fillRect(x, top, part * w, bar);
      const ends = [[mark, top - 0.15 * font], [mark, top + 0.15 * font + bar]];
      styled(ctx, { color: theme.ink, width: 2 }, () => polyline(ctx, ...ends));
    });
    ctx.textBaseline = "alphabetic";
  }

  /* Once the run stays: of each kind the channel to be drawn is one that does as most do. */
  choose() {
    const { run } = shown, { blocked, count } = this, q = quantitiesOf(run);
    if (this.chosenOf === run) return;
    this.chosenOf = run;
    this.stars = blocked.map((plugged, c) => {
      const from = plugged % count;
      return this.gating.typical(c, q.open[c], from, Math.min(count, from + 100));
    });
    this.show();
  }

  describe() {
    if (!this.ready) return;
    this.choose();
    const { run } = shown, n = sampleAtHead(), crossed = crossingsOf(run), { drawn } = this;
    const said = run.model.channels.map(({ name, label }, c) => {
      const ions = traffic(crossed[c][n]), share = drawn.share[name];
      const alone = drawn.open[name] ? tr("{channel} channel open", { channel: label })
        : tr("{channel} channel shut", { channel: label });
      if (!share) return `${alone}; ${ions}`;
      const values = { ...share, law: decimal((100 * share.law).toFixed(1)) };
      return `${alone}; ${tr("{open} of {of} open, expected {law} %", values)}; ${ions}`;
    });
    const values = { t: decimal(run.t[n].toFixed(1)), v: millivolts(run.y[0][n]), said: said.join(". ") };
    this.about(tr("Membrane at {t} ms, V = {v} mV. {said} (ions per square micrometre).", values));
  }
}
