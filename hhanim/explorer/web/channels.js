/* Channels: N of each kind that open and shut at random, and so decide the voltage themselves.

   A gate forgets its state at the rate 1/tau and is then open with the probability x_inf, as in gating.js. In
   a short step the voltage is taken as constant, and as many gates forget as a Poisson variable says: that is
   exact for the gates; the voltage relaxes exactly under the conductances that are open. A gate without
   kinetics of its own follows at once, without noise. */

import { emptyQuantities, emptyRun, fillQuantities, initialState, noteSpike } from "./engine.js";
import { RunError } from "./stepper.js";
import { tr } from "./words.js";

export const CHANNEL_STEP = 0.005; // ms
const LONGEST = 1000; // ms of a finite run: beyond it one would wait for seconds

/* A stream of random numbers, the same for the same seed (mulberry32). */
class Random {
  constructor(seed) { this.state = seed | 0; }
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }
  poisson(mean) {
    if (mean > 40) { // near enough to normal
      const away = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * away));
    }
    let count = 0;
    for (let left = this.next(), limit = Math.exp(-mean); left > limit; left *= this.next()) count++;
    return count;
  }
}

export class Channels {
  /* count of each kind, open or shut by chance as the state y says. */
  constructor(model, k, y, count, seed) {
    Object.assign(this, { model, k, count, y: Float64Array.from(y), random: new Random(seed) });
    this.shut = model.channels.map(() => new Uint8Array(count)); // how many gates of each channel are
    this.conducting = model.channels.map(() => count);
    this.gates = model.gateList.flatMap(({ channel, power, state }, g) => {
      if (state < 0) return [];
      const open = Uint8Array.from({ length: count * power }, () => (this.random.next() < y[state] ? 1 : 0));
      open.forEach((is, part) => { if (!is) this.close(channel, part % count); });
      return [{ g, channel, state, open, many: open.reduce((a, b) => a + b, 0) }];
    });
    this.instant = new Float64Array(model.gateList.length);
    this.shareOpen = new Float64Array(model.channels.length);
    this.measure();
  }

  close(channel, one) { if (this.shut[channel][one]++ === 0) this.conducting[channel]--; }
  reopen(channel, one) { if (--this.shut[channel][one] === 0) this.conducting[channel]++; }

  /* The state and the open share of each kind, counted. */
  measure() {
    const { model, y, instant, shareOpen, count, conducting } = this;
    for (const { state, open, many } of this.gates) y[state] = many / open.length;
    for (let c = 0; c < shareOpen.length; c++) shareOpen[c] = conducting[c] / count;
    if (this.gates.length === model.gateList.length) return;
    model.gates(y, instant);
    model.gateList.forEach((gate, g) => {
      if (gate.state < 0) shareOpen[gate.channel] *= Math.pow(instant[g], gate.power);
    });
  }

  /* One step under a constant current. */
  step(I, dt = CHANNEL_STEP) {
    const { model, k, y, random, count, shareOpen } = this, v = y[0];
    let total = 0, towards = I;
    for (let c = 0; c < shareOpen.length; c++) {
      const g = model.g(k, c) * shareOpen[c];
      total += g;
      towards += g * model.e(k, c);
    }
    y[0] = total > 0 ? towards / total + (v - towards / total) * Math.exp((-total * dt) / k[0])
      : v + (I * dt) / k[0];
    for (const gate of this.gates) {
      const { g, channel, open } = gate, inf = model.inf[g](v);
      for (let n = random.poisson((open.length * dt) / model.tau[g](v, k)); n > 0; n--) {
        const part = Math.floor(random.next() * open.length), now = random.next() < inf ? 1 : 0;
        if (open[part] === now) continue;
        open[part] = now;
        if (now) this.reopen(channel, part % count); else this.close(channel, part % count);
        gate.many += now ? 1 : -1;
      }
    }
    this.measure();
  }
}

/* Sample n of a run, for which the channels go on from the one before under the current at any time. */
export function followChannels(q, run, n, channels, currentAt) {
  const { y, t, dt } = run, [before] = channels.y, steps = n && Math.round(dt / CHANNEL_STEP);
  for (let m = 0; m < steps; m++) channels.step(currentAt(t[n - 1] + (m + 0.5) * CHANNEL_STEP));
  for (let s = 0; s < y.length; s++) y[s][n] = channels.y[s];
  fillQuantities(q, run, n, n + 1, channels.shareOpen);
  if (n) noteSpike(run, t[n - 1], before, channels.y[0]);
}

/* A run in which `count` channels of each kind decide. */
export function simulateChannels(model, k, stimulus, duration, count, seed) {
  if (duration > LONGEST)
    throw new RunError(tr("channels that open by chance are followed for {most} ms at most",
      { most: LONGEST }));
  const run = emptyRun(model, k, stimulus, duration);
  const channels = new Channels(model, k, initialState(model, k), count, seed);
  const q = (run.q = emptyQuantities(model, run.size)), { at } = stimulus;
  run.method = "channels";
  for (let n = 0; n < run.size; n++) {
    followChannels(q, run, n, channels, at);
    q.I[n] = at(run.t[n]);
  }
  run.path = { t: Array.from(run.t), y: run.y };
  return run;
}
