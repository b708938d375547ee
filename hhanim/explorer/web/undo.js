/* Undo: the settings as they were before each change, the last first. */

import { $, on } from "./dom.js";
import { idleKeys, settings } from "./settings.js";

const MOST_CHANGES = 100;
const past = [];

/* What was set before the change that is beginning. */
export function remember(before) {
  if (!before || JSON.stringify(before) === JSON.stringify(past.at(-1))) return;
  past.push({ ...before });
  if (past.length > MOST_CHANGES) past.shift();
  $("undo").disabled = false;
}

/* Go back: `restore` gets the settings as entries. */
export function wireUndo(restore) {
  const undo = () => {
    const now = Object.keys(settings), same = (before) => now.every((key) => before[key] === settings[key]);
    while (past.length && same(past.at(-1))) past.pop();
    const before = past.pop();
    const idle = before ? idleKeys(before) : [];
    if (before) restore(Object.entries(before).filter(([key]) => !idle.includes(key)));
    $("undo").disabled = !past.length;
  };
  on("undo", "click", undo);
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input[type=text], textarea");
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== "z" || typing) return;
    event.preventDefault();
    undo();
  });
}
