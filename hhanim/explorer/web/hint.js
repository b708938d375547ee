/* Hint: what to do first, until it was read; nothing is stored but that. */

import { $, on } from "./dom.js";

const KEY = "hhanim-hint";

/* A page in somebody's frame may not store anything. */
function stored() { try { return localStorage.getItem(KEY); } catch { return null; } }
function store() { try { localStorage.setItem(KEY, "read"); } catch { /* it will be said again */ } }

/* teach() opens the first lesson. */
export function wireHint(teach) {
  $("hint").hidden = Boolean(location.hash || stored());
  const read = () => {
    $("hint").hidden = true;
    store();
  };
  on("hint-done", "click", read);
  on("lesson-choice", "change", read);
  on("continuous", "click", read);
  on("hint-lesson", "click", () => { read(); teach(); });
}
