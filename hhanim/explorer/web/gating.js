/* Gating: channels one by one along a run. Every gate is a Markov chain with the rates of the equations.

   A gate that relaxes to x_inf with the time constant tau forgets its state at the rate 1/tau and is then
   open with the probability x_inf: the chain that opens at x_inf/tau and closes at (1 - x_inf)/tau. In the
   time h, which passes at that rate, the moments at which it forgets are a Poisson process of rate 1:
   they are drawn once and for all, any moment can be asked for, and a channel does alike in runs that are
   alike. */

import { quantitiesOf } from "./engine.js";

/* A number in [0, 1) that only its three whole numbers decide (a hash of good avalanche, as in C. Wellons,
   "Prospecting for hash functions", 2018). */
export function chance(a, b, c) {
  let h = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b) ^ Math.imul(c + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/* The distribution of how many events of a Poisson process of rate 1 fall into a unit of time. */
const POISSON = [0, 1, 2, 3, 4, 5, 6, 7].reduce((sums, n) => {
  const one = Math.exp(-1) / [1, 1, 2, 6, 24, 120, 720, 5040][n];
  return [...sums, (sums.at(-1) || 0) + one];
}, []);

const SAME_GATES = 16; // more than a gate has of a kind
const MOST_CHANNELS = 8192;

/* The gates of a run, which may grow at its end and lose its beginning; see runs of running time. */
export class Gating {
  constructor(run, seed = 1) {
    Object.assign(this, { run, seed, done: 0, dropped: 0 });
    this.h = run.model.tau.map((tau) => tau && new Float64Array(run.capacity || run.size));
  }

  /* Take in what the run has become. */
  grow() {
    const { run: { model, k, t, y: [v], size, dropped = 0 }, h } = this;
    if (dropped > this.dropped) this.drop(dropped - this.dropped);
    this.dropped = dropped;
    model.tau.forEach((tau, g) => {
      for (let n = this.done, own = h[g]; own && n < size; n++)
        own[n] = n ? own[n - 1] + (t[n] - t[n - 1]) / tau(0.5 * (v[n] + v[n - 1]), k) : 0;
    });
    this.done = size;
    return this;
  }

  /* Forget the first samples. */
  drop(count) {
    for (const h of this.h) h?.copyWithin(0, count, this.done);
    this.done -= count;
  }

  /* Is this part of gate g of a channel open at sample n? */
  isOpen(g, part, channel, n) {
    const id = ((g * SAME_GATES + part) * MOST_CHANNELS + channel) ^ Math.imul(this.seed, 0x3c6ef372);
    const h = this.h[g], values = quantitiesOf(this.run).gates[g];
    if (!h) return chance(id, -2, 0) < values[n]; // without kinetics: it follows the others at once
    const now = h[n], begin = h[0];
    for (let cell = Math.floor(now); cell >= Math.floor(begin); cell--) {
      const left = chance(id, cell, 0);
      let last = -1, which = 0;
      for (let m = 0; m < POISSON.length && left >= POISSON[m]; m++) {
        const at = cell + chance(id, cell, m + 1);
        if (at <= now && at > last) { last = at; which = m; }
      }
      if (last >= begin) return chance(id, cell, which + 9) < this.steady(g, last, n);
    }
    return chance(id, -2, 0) < values[0];
  }

  /* Where gate g was going at the time h, which is before sample n. */
  steady(g, at, n) {
    const { h: { [g]: h }, run } = this;
    let low = 0, high = n;
    while (high - low > 1) {
      const mid = (low + high) >> 1;
      if (h[mid] <= at) low = mid; else high = mid;
    }
    return run.model.inf[g](0.5 * (run.y[0][low] + run.y[0][high]));
  }

  /* Are all gates of a channel of kind c open? */
  conducts(c, channel, n) {
    const gates = this.run.model.gateList;
    for (let g = 0; g < gates.length; g++) {
      if (gates[g].channel !== c) continue;
      for (let part = 0; part < gates[g].power; part++)
        if (!this.isOpen(g, part, channel, n)) return false;
    }
    return true;
  }

  /* Of channels [from, to) of kind c the one that is most like the many: open while most are, else shut. */
  typical(c, open, from, to) {
    const { size } = this.run, most = open.reduce((a, b) => Math.max(a, b), 0.1);
    let best = from, likest = -Infinity;
    for (let channel = from; channel < to; channel++) {
      let likeness = 0;
      for (let m = 0; m <= 100; m++) {
        const n = Math.round((m / 100) * (size - 1));
        if (this.conducts(c, channel, n)) likeness += open[n] / most - 0.5;
      }
      if (likeness > likest) { likest = likeness; best = channel; }
    }
    return best;
  }
}
