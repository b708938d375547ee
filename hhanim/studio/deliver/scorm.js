"use strict";
// What a learning platform is told (SCORM 1.2): where the film is, how much of it has been seen, and that it has been
// seen whole. The score is the share that has been seen, in percent.
const api = (() => {
  const look = from => {
    for (let k = 0, here = from; here && k < 10; k++) {
      try { if (here.API) return here.API; } catch { return null; }  // a page of somebody else's
      if (here === here.parent) break;
      here = here.parent;
    }
    return null;
  };
  return look(window) ?? (window.opener ? look(window.opener) : null);
})();
if (api && String(api.LMSInitialize("")) === "true") {
  const get = name => api.LMSGetValue(`cmi.${name}`), set = (name, value) => api.LMSSetValue(`cmi.${name}`, String(value));
  const began = Date.now(), WHOLE = 0.95;
  // The stretches that have been seen, in an earlier session too: [from, until], apart and in order.
  const before = (get("suspend_data").match(/\d+(\.\d+)?/g) ?? []).map(Number);
  const stretches = () => {
    const found = [];
    for (let k = 0; k + 1 < before.length; k += 2) found.push([before[k], before[k + 1]]);
    for (const video of document.querySelectorAll("video"))
      for (let k = 0; k < video.played.length; k++) found.push([video.played.start(k), video.played.end(k)]);
    found.sort(([a], [b]) => a - b);
    const apart = [];
    for (const [from, until] of found) {
      const last = apart.at(-1);
      if (last && from <= last[1] + 0.2) last[1] = Math.max(last[1], until); else apart.push([from, until]);
    }
    return apart;
  };
  const time = seconds => {
    const two = number => String(number).padStart(2, "0");
    return `${String(Math.floor(seconds / 3600)).padStart(4, "0")}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
  };
  const tell = () => {
    const {video} = player(shown()[0]), seen = stretches();
    const share = Math.min(seen.reduce((sum, [from, until]) => sum + until - from, 0) / video.duration, 1) || 0;
    const done = share >= WHOLE || get("core.lesson_status") === "completed";
    if (video.readyState) set("core.lesson_location", video.currentTime.toFixed(2));  // else it is yet to go where it was
    // Of many stretches the longest: a platform keeps 4096 letters.
    const kept = seen.sort(([a, b], [c, d]) => d - c - (b - a)).slice(0, 200).sort(([a], [b]) => a - b);
    set("suspend_data", kept.map(stretch => stretch.map(s => s.toFixed(1)).join("-")).join(" "));
    set("core.score.min", 0);
    set("core.score.max", 100);
    set("core.score.raw", Math.round(100 * share));
    set("core.lesson_status", done ? "completed" : "incomplete");
    set("core.session_time", time((Date.now() - began) / 1000));
    api.LMSCommit("");
  };
  document.addEventListener("DOMContentLoaded", () => {
    const at = Number(get("core.lesson_location")) || 0, {video} = player(shown()[0]);
    const resume = () => { video.currentTime = Math.min(at, video.duration); };
    if (at && get("core.lesson_status") !== "completed") {
      if (video.readyState) resume(); else video.addEventListener("loadedmetadata", resume, {once: true});
    }
    for (const one of document.querySelectorAll("video"))
      for (const kind of ["pause", "ended"]) one.addEventListener(kind, tell);
    tell();
  });
  let open = true;
  addEventListener("pagehide", () => {
    if (!open) return;
    open = false;
    tell();
    api.LMSFinish("");
  });
}
