/* Pins: runs that are kept to be compared with others, of any model, each in its colour. */

import { $, make, on } from "./dom.js";
import { shown } from "./runs.js";
import { changedKeys } from "./settings.js";
import { tr } from "./words.js";

const HUES = ["other1", "calcium", "other2", "chloride"];

/* What a run differs in, in a few words. */
function nameOf({ model, settings }) {
  const keys = changedKeys(settings).filter((key) => key !== "model");
  return [model.name, ...keys.map((key) => `${key} = ${settings[key]}`)].join(", ");
}

function showPins(redraw) {
  $("pins").replaceChildren(...shown.pinned.map((pin) => make("button", {
    class: "small", type: "button", style: `--hue: var(--${pin.hue})`, title: pin.run.sentence,
    "aria-label": tr("Let go: {run}", { run: `${pin.name}. ${pin.run.sentence}` }),
    onclick: () => {
      shown.pinned = shown.pinned.filter((other) => other !== pin);
      showPins(redraw);
    },
  }, `${pin.name} ×`)));
  $("pins").hidden = !shown.pinned.length;
  redraw();
}

export function wirePins(redraw) {
  on("pin", "click", () => {
    const { run, pinned } = shown;
    if (!run.y || run.running || pinned.some((pin) => pin.run === run)) return;
    const kept = pinned.slice(1 - HUES.length), taken = kept.map((pin) => pin.hue);
    const hue = HUES.find((some) => !taken.includes(some));
    shown.pinned = [...kept, { run, hue, name: nameOf(run) }];
    showPins(redraw);
  });
}
