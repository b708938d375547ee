/* Section: a membrane cut across, outside above: lipids, channels, their gates, the charge on both faces.
   Shapes come with the model: lengths are parts of a channel's height, upwards positive. */

import { FLAP, MOUTH } from "./data.js";
import { chance } from "./gating.js";
import { within } from "./numbers.js";
import { disc, drawSymbol, fontOf } from "./plot.js";
import { color, look, shades } from "./view.js";

/* How one kind of channel is drawn; each part with its gate. */
export function channelShape(model, c) {
  const { shape, ...channel } = model.channels[c];
  const own = (parts) => parts.map((part) => ({ ...part, ...model.gateList[part.gate] }));
  return { c, ...channel, ...shape, flaps: own(shape.flaps), balls: own(shape.balls) };
}

function rounded(ctx, corners, radii) {
  const middle = (a, b) => [0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])];
  ctx.moveTo(...middle(corners.at(-1), corners[0]));
  corners.forEach((corner, n) => {
    const next = corners[(n + 1) % corners.length], back = corners.at(n - 1);
    const reach = (to) => 0.5 * Math.hypot(to[0] - corner[0], to[1] - corner[1]);
    ctx.arcTo(...corner, ...middle(corner, next), Math.min(radii[n], 0.8 * reach(next), 0.8 * reach(back)));
  });
  ctx.closePath();
}

/* A channel that stands at x across a membrane whose middle is at y: {shape, x, y, height}. */
export function paintProtein(ctx, { shape, x, y, height }, letters) {
  const { wall, wide, lobe, hue } = shape, h = height;
  ctx.fillStyle = look.theme.panel;
  ctx.fillRect(x - wall * h, y - 0.48 * h, 2 * wall * h, 0.96 * h);
  ctx.beginPath();
  for (const side of [-1, 1]) {
    rounded(ctx, lobe.map(([a, b]) => [x + side * a * h, y - b * h]), lobe.map(([, , r]) => r * h));
  }
  ctx.fillStyle = shades(hue).protein;
  Object.assign(ctx, { strokeStyle: color(hue), lineWidth: Math.max(1.2, 0.017 * h) });
  ctx.fill();
  ctx.stroke();
  if (letters < 8) return;
  ctx.fillStyle = look.theme.ink;
  Object.assign(ctx, { textAlign: "left", textBaseline: "middle" });
  for (const { symbol, y: at } of shape.flaps) {
    const left = x - 0.5 * (wall + wide) * h - 0.26 * letters;
    drawSymbol(ctx, symbol, left, y - (at - 0.5 * shape.pore) * h, letters);
  }
}

/* How large the letters of the gates can be. */
export function letterSize({ flaps }, height) {
  const apart = flaps.length > 1 ? (flaps[0].y - flaps[1].y) * height : height;
  return Math.min(0.15 * height, apart / 0.62);
}

/* The light in the pore of a channel that conducts. */
export function paintLight(ctx, { shape: { wall, hue }, x, y, height: h }) {
  ctx.fillStyle = shades(hue).lit;
  ctx.fillRect(x - wall * h, y - (0.5 - 0.6 * MOUTH) * h, 2 * wall * h, (1 - 1.2 * MOUTH) * h);
}

/* The gates: flaps across the pore or hanging down, balls in the inner mouth or below. isOpen(g, part). */
export function paintGates(ctx, place, isOpen) {
  const { shape: { flaps, balls, pore, hue }, x, y, height: h } = place;
  ctx.lineCap = "round";
  ctx.lineWidth = 2 * FLAP * h;
  for (const state of [false, true]) {
    ctx.beginPath();
    for (const { gate, part, y: at } of flaps) {
      if (isOpen(gate, part) !== state) continue;
      for (const side of [-1, 1]) {
        const hinge = [x + side * pore * h, y - at * h];
        ctx.moveTo(...hinge);
        if (state) ctx.lineTo(hinge[0], hinge[1] + (pore - FLAP) * h);
        else ctx.lineTo(hinge[0] - side * (pore - FLAP) * h, hinge[1]);
      }
    }
    ctx.strokeStyle = shades(hue)[state ? "open" : "shut"];
    ctx.stroke();
  }
  ctx.lineCap = "butt";
  for (const ball of balls) paintBall(ctx, place, ball, isOpen(ball.gate, ball.part));
}

function paintBall(ctx, { shape: { hue }, x, y, height: h }, ball, open) {
  const { side, radius: r, name, tied: [ax, ay] } = ball, [bx, by] = open ? ball.free : ball.shut;
  const sag = 0.225 * Math.sqrt(Math.max((4.185 * r) ** 2 - (bx - ax) ** 2 - (by - ay) ** 2, 0));
  const middle = [0.5 * (ax + bx) + side * 0.6 * sag, 0.5 * (ay + by) - 0.4 * sag];
  const at = ([u, v]) => [x + u * h, y - v * h];
  // The curve passes through its middle.
  const through = [2 * middle[0] - 0.5 * (ax + bx), 2 * middle[1] - 0.5 * (ay + by)];
  ctx.beginPath();
  ctx.moveTo(...at([ax, ay]));
  ctx.quadraticCurveTo(...at(through), ...at([bx, by]));
  Object.assign(ctx, { strokeStyle: color(hue), lineWidth: Math.max(1.5, 0.033 * h) });
  ctx.stroke();
  disc(ctx, ...at([bx, by]), r * h, shades(hue)[open ? "open" : "shut"]);
  ctx.lineWidth = Math.max(1, 0.016 * h);
  ctx.stroke();
  if (r * h < 6) return;
  Object.assign(ctx, { fillStyle: look.theme.panel, textAlign: "center", textBaseline: "middle" });
  ctx.font = fontOf(1.3 * r * h, 600, "italic ");
  ctx.fillText(name, ...at([bx, by + 0.05 * r]));
  ctx.textAlign = "left";
}

/* The stretches between gaps [[a, b]…], which go from left to right. */
function between(left, right, gaps) {
  const ends = [...gaps.map(([a]) => a), right];
  return ends.map((end, n) => [n ? gaps[n - 1][1] : left, end]).filter(([a, b]) => b > a);
}

/* Two leaflets of lipids about y, as thick as from head to head. */
export function paintLipids(ctx, left, right, y, thickness, gaps) {
  const radius = 0.072 * thickness, half = 0.5 * thickness, { line, heads: fill, tails } = look.theme;
  const heads = [];
  Object.assign(ctx, { strokeStyle: tails, lineWidth: Math.max(0.8, 0.3 * radius) });
  ctx.beginPath();
  for (const [a, b] of between(left, right, gaps)) {
    const count = Math.max(0, Math.floor((b - a) / (2.1 * radius) + 0.3));
    for (let n = 0; n < count; n++)
      for (const side of [-1, 1]) {
        const x = a + ((n + 0.5) * (b - a)) / count, bend = (m) => (chance(n, m, side) - 0.5) * 0.75 * radius;
        const head = y + side * (half - radius + (chance(n, 9, side) - 0.5) * 0.035 * thickness);
        heads.push([x, head]);
        for (const leg of [0, 1]) {
          const top = head - side * 0.85 * radius, long = side * (1.3 * radius - half + 0.85 * radius);
          const at = x + (leg ? 0.42 : -0.42) * radius;
          ctx.moveTo(at, top);
          ctx.bezierCurveTo(at + bend(leg), top + 0.4 * long, at + bend(leg + 2), top + 0.7 * long,
            at + bend(leg + 4), top + long);
        }
      }
  }
  ctx.stroke();
  ctx.beginPath();
  for (const [x, at] of heads) { ctx.moveTo(x + radius, at); ctx.arc(x, at, radius, 0, 7); }
  Object.assign(ctx, { fillStyle: fill, strokeStyle: line, lineWidth: 0.8 });
  ctx.fill();
  ctx.stroke();
}

const GOLDEN = 0.6180339887498949;

/* Places along the membrane for the signs of charge, in an order that keeps them evenly spread. */
export function chargePlaces(left, right, gaps, step) {
  const places = between(left, right, gaps).filter(([a, b]) => b - a > step).flatMap(([a, b]) => {
    const count = Math.max(1, Math.floor((b - a) / step));
    return Array.from({ length: count }, (_, n) => a + ((n + 0.5) * (b - a)) / count);
  });
  const rank = places.map((x, n) => [(n * GOLDEN) % 1, x]).sort((a, b) => a[0] - b[0]);
  return rank.map(([, x]) => x);
}

/* The separated charge Q = C V: pairs of signs in proportion to v (mV, inside minus outside), none at 0. */
export function paintCharge(ctx, places, y, half, size, v, full = 90) {
  const pairs = (Math.abs(v) / full) * places.length, above = v > 0 ? -1 : 1;
  const signs = (place, bars) => places.forEach((x, n) => {
    const s = size * Math.sqrt(within(pairs - n, 0, 1));
    if (s > 0) bars(x, place, s);
  });
  Object.assign(ctx, { strokeStyle: look.theme.muted, lineWidth: Math.max(1.2, 0.36 * size) });
  ctx.beginPath();
  signs(y + above * half, (x, at, s) => { ctx.moveTo(x - s, at); ctx.lineTo(x + s, at); });
  ctx.stroke();
  ctx.strokeStyle = look.theme.ink;
  ctx.beginPath();
  signs(y - above * half, (x, at, s) => {
    ctx.moveTo(x - s, at);
    ctx.lineTo(x + s, at);
    ctx.moveTo(x, at - s);
    ctx.lineTo(x, at + s);
  });
  ctx.stroke();
}
