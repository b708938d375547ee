/* Numbers: how they are found, rounded, read and said. No document, no physiology. */

import { decimal, tr } from "./words.js";

const EXPONENT_LIMIT = 700;
export const exp = (x) => Math.exp(Math.min(EXPONENT_LIMIT, Math.max(-EXPONENT_LIMIT, x)));
/* x / (1 - exp(-x)), exact at and around 0. */
export const linexp = (x) => (x === 0 ? 1 : -x / Math.expm1(Math.min(EXPONENT_LIMIT, -x)));

/* x, or what is nearest to it from low to high. */
export const within = (x, low, high) => Math.min(high, Math.max(low, x));

/* Where f changes its sign between a and b, by bisection. */
export function root(f, a, b, steps = 50) {
  const sign = f(b) >= 0;
  for (let n = 0; n < steps; n++) {
    const mid = 0.5 * (a + b);
    if (f(mid) >= 0 === sign) b = mid; else a = mid;
  }
  return 0.5 * (a + b);
}

/* The lowest and highest of a series, and of the range that is given. */
export function extent(series, [low, high] = [Infinity, -Infinity]) {
  for (let n = 0; n < series.length; n++) {
    if (series[n] < low) low = series[n];
    if (series[n] > high) high = series[n];
  }
  return [low, high];
}

/* `count` numbers from low to high, both among them. */
export const spaced = (low, high, count) =>
  Array.from({ length: count }, (_, n) => low + ((high - low) * n) / (count - 1));

/* The round step of which about `count` make up a span. */
function roundStep(span, count, factors) {
  const raw = span / count, power = Math.pow(10, Math.floor(Math.log10(raw)));
  return factors.map((x) => x * power).find((x) => x >= raw * 0.999);
}

/* Round numbers between low and high, about `count` of them. */
export function ticks(low, high, count) {
  const span = high - low, step = roundStep(span, Math.max(1, count), [1, 2, 2.5, 5, 10]), out = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * span; n++)
    out.push(+(n * step).toPrecision(12));
  return out;
}

/* A range that holds [low, high] and ends on round numbers, so that axes jump rarely while a slider moves. */
export function niceRange(low, high) {
  const spread = high > low ? 0 : 0.5 * (Math.abs(low) || 1), a = low - spread, b = high + spread;
  const step = roundStep(b - a, 4, [1, 2, 5, 10]);
  return [step * Math.floor(a / step + 1e-6), step * Math.ceil(b / step - 1e-6)];
}

/* With a minus sign instead of a hyphen. */
export const signed = (x) => decimal(x).replace("-", "−");
export const show = (x, digits = 8) => signed(+x.toPrecision(digits));
export const millivolts = (x) => signed(Math.abs(x) < 0.05 ? "0.0" : x.toFixed(1));

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/* A number as people type it, comma or point, minus sign or hyphen: {value} or {problem}. */
export function readNumber(text, field) {
  const clean = String(text).trim().replace("−", "-").replace(",", ".");
  const value = DECIMAL.test(clean) ? +clean : NaN;
  const [low, high] = [field.low, field.high].map(signed);
  const range = tr("{low} to {high}", { low, high }) + (field.unit && ` ${field.unit}`);
  const problem =
    !Number.isFinite(value) ? tr("Not a number. Allowed: {range}.", { range })
    : value < field.low || value > field.high ? tr("Out of range. Allowed: {range}.", { range })
    : field.whole && value !== Math.round(value) ? tr("Whole numbers only: {range}.", { range }) : "";
  if (problem) return { problem };
  return { value };
}
