/* Running: a neuron whose time goes on, with the last second of what it did; no document, no drawing.

   Where a finite run ends, this one is asked to go on, under the current that is injected at the moment. What
   it shows is a run like any other, whose arrays grow at their end and lose their beginning. */

import { CHANNEL_STEP, Channels, followChannels } from "./channels.js";
import { emptyQuantities, fillCrossings, fillQuantities, initialState } from "./engine.js";
import { within } from "./numbers.js";
import { Stepper } from "./stepper.js";

const DT = 0.025; // ms between samples
const KEPT = 40000, CAPACITY = 60000; // samples

const settle = (x) => CHANNEL_STEP * Math.round(x / CHANNEL_STEP);

export class Running {
  /* settings: of the page; count: of the channels that decide, 0 if the equations do. */
  constructor(model, settings, count) {
    const q = emptyQuantities(model, CAPACITY), k = model.constants(settings);
    q.crossed = model.channels.map(() => new Float64Array(CAPACITY));
    const t = new Float64Array(CAPACITY), y = model.states.map(() => new Float64Array(CAPACITY));
    Object.assign(this, { model, t, y, q, size: 0, rest: 0, edges: [], pressed: null });
    this.run = {
      model, k, dt: DT, size: 0, dropped: 0, capacity: CAPACITY, running: true, spikes: [], path: null,
      method: count ? "channels" : "converged",
    };
    this.stepper = new Stepper(model, k, 2e-7);
    this.stepper.y.set(initialState(model, k));
    this.adopt(settings, count);
    this.keep(1);
  }

  get now() { return this.size ? this.t[this.size - 1] : 0; }

  /* Other settings, from now on. */
  adopt(settings, count) {
    const { model, run, stepper } = this, k = model.constants(settings);
    Object.assign(this, { settings: { ...settings }, full: 0.02 });
    Object.assign(run, { k, settings: this.settings, method: count ? "channels" : "converged" });
    stepper.k = k;
    if (!count) {
      if (this.channels) stepper.y.set(this.channels.y);
      this.channels = null;
    } else if (this.channels?.count === count) this.channels.k = k;
    else this.channels = new Channels(model, k, this.channels?.y || stepper.y, count, 1952);
  }

  /* The current from now on: a pulse lasts for its width, or for as long as it is held. */
  press() {
    if (this.pressed === null) this.pressed = this.now;
    this.edges = [];
  }
  release() {
    if (this.pressed === null) return;
    this.edges = [settle(Math.max(this.now, this.pressed + this.settings.width))];
    this.pressed = null;
  }
  current(t) {
    const { I, holding } = this.settings;
    return holding + (this.pressed !== null || t < this.edges[0] ? I : 0);
  }

  /* Go on for so many ms; what is less than a sample is left for the next time. */
  advance(ms) {
    this.rest += ms;
    const count = Math.min(KEPT / 4, Math.floor(this.rest / DT + 1e-9));
    this.rest = within(this.rest - count * DT, 0, DT);
    if (count > 0) this.keep(count);
    return count;
  }

  keep(count) {
    if (this.size + count > CAPACITY) this.drop(this.size - KEPT);
    const { model, run, t, y, q, size, channels } = this, to = size + count, first = size === 0;
    for (let n = size; n < to; n++) t[n] = n ? t[n - 1] + DT : 0;
    if (first) y.forEach((series, s) => { series[0] = this.stepper.y[s]; });
    const target = { model, t, y, size: to, spikes: run.spikes, path: { t: [], y: y.map(() => []) } };
    let sample = first ? 1 : size;
    const begin = this.now, end = t[to - 1], cut = this.edges[0];
    this.stepper.steps = 0; // there is no end to run out of steps before
    const pieces = cut > begin && cut < end ? [[begin, cut], [cut, end]] : [[begin, end]];
    for (const [a, b] of channels || first ? [] : pieces) {
      if (a === cut) this.full = 0.02;
      const done = (at, h, stop) => { sample = this.stepper.record(target, sample, at, h, stop); };
      this.full = this.stepper.follow(a, b, this.current(0.5 * (a + b)), done, { h: this.full });
    }
    for (let n = size; n < to; n++) q.I[n] = this.current(t[n]);
    const whole = { model, k: run.k, t, y, dt: DT, spikes: run.spikes };
    if (!channels) fillQuantities(q, whole, size, to);
    else for (let n = size; n < to; n++) followChannels(q, whole, n, channels, (at) => this.current(at));
    fillCrossings(q, run, size, to);
    this.size = to;
    this.expose();
  }

  drop(count) {
    const { t, y, q, run, size } = this;
    const all = [t, ...y, q.I, ...q.gates, ...q.open, ...q.g, ...q.i, ...q.crossed];
    for (const series of all) series.copyWithin(0, count, size);
    run.dropped += count;
    this.size -= count;
    run.spikes = run.spikes.filter((spike) => spike >= t[0]);
  }

  /* The run as others see it: arrays of what has been. */
  expose() {
    const { run, t, y, q, size } = this, upTo = (series) => series.subarray(0, size);
    const shown = Object.fromEntries(Object.entries(q).map(([key, some]) =>
      [key, Array.isArray(some) ? some.map(upTo) : upTo(some)]));
    Object.assign(run, { t: upTo(t), y: y.map(upTo), q: shown, size });
    run.path = { t: run.t, y: run.y };
    run.duration = t[size - 1];
    run.stimulus = { at: (time) => this.current(time), text: "", parts: [], edges: () => [] };
  }
}
