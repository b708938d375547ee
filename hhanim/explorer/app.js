/* App: the page. One object of settings goes in, one run comes out, every view is drawn from that run. */

const $ = (id) => document.getElementById(id);
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
};
const modelOf = (name) => MODELS.find((m) => m.name === name);
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const darkGround = matchMedia("(prefers-color-scheme: dark)");

/* ---- Settings: what is simulated. Everything else (theme, head, views) is how it is shown. ---- */

const KINDS = {
  step: { words: "Step", fields: ["I", "onset"] },
  pulse: { words: "Pulse", fields: ["I", "onset", "width"] },
  pair: { words: "Pair of pulses", fields: ["I", "onset", "width", "interval"] },
  train: { words: "Train of pulses", fields: ["I", "onset", "width", "interval", "count"] },
  ramp: { words: "Ramp", fields: ["I", "onset", "width"] },
  sine: { words: "Sine wave", fields: ["I", "onset", "frequency"] },
};
const METHODS = { converged: "Converged (error below 0.01 mV)", euler: "Forward Euler, 0.5 ms (lecture)" };
const EULER_STEP = 0.5;

function defaultsOf(model) {
  return {
    model: model.name, stimulus: "step", I: model.I.value, onset: model.reduced ? 0 : 5, width: 1, interval: 12,
    count: 5, frequency: 50, holding: 0, duration: model.duration, method: "converged", ...model.defaults,
  };
}

/* Every number of a setting: words, symbol, unit, slider and allowed range. */
function fieldsOf(model, kind) {
  const plain = (key, words, symbol, unit, min, max, step, low, high, extra = {}) =>
    ({ key, words, symbol: [[symbol, ""]], unit, hue: "stimulus", min, max, step, low, high, ...extra });
  const I = { ramp: "Current at the end of the ramp", sine: "Amplitude of the current" }[kind] || "Injected current";
  const broad = model.reduced ? 500 : 150;
  const fields = {
    I: { ...plain("I", I, "I", "µA/cm²", model.I.min, model.I.max, model.I.step, model.I.low, model.I.high), symbol: [["I", "i"]] },
    onset: plain("onset", "Onset of the stimulus", "onset", "ms", 0, broad, 0.5, 0, 5000),
    width: kind === "ramp"
      ? plain("width", "Duration of the ramp", "width", "ms", 5, 500, 5, 0.01, 5000)
      : plain("width", "Width of a pulse", "width", "ms", 0.1, 50, 0.1, 0.01, 5000),
    interval: plain("interval", "Interval between pulse onsets", "interval", "ms", 1, 60, 0.5, 0.1, 5000),
    count: plain("count", "Number of pulses", "count", "", 1, 20, 1, 1, 100, { whole: true }),
    frequency: plain("frequency", "Frequency", "frequency", "Hz", 1, 300, 1, 0.1, 2000),
    holding: plain("holding", "Constant current added from the start", "bias", "µA/cm²", model.reduced ? 0 : -20, model.reduced ? 10 : 50, 0.1, -200, 200),
    duration: plain("duration", "Duration of the run", "run", "ms", 10, model.reduced ? 2000 : 500, model.reduced ? 10 : 5, 1, 5000, { hue: "ink" }),
  };
  for (const p of model.parameters) fields[p.key] = p;
  return fields;
}

/* A number as people type it: comma or point, minus sign or hyphen. Returns {value} or {problem}. */
function readNumber(text, field) {
  const clean = String(text).trim().replace("−", "-").replace(",", ".");
  const value = Number(clean), show = (x) => String(x).replace("-", "−");
  const unit = field.unit ? ` ${field.unit}` : "";
  const range = `${show(field.low)} to ${show(field.high)}${unit}`;
  if (clean === "" || !Number.isFinite(value)) return { problem: `Not a number. Allowed: ${range}.` };
  if (value < field.low || value > field.high) return { problem: `Out of range. Allowed: ${range}.` };
  if (field.whole && value !== Math.round(value)) return { problem: `Whole numbers only: ${range}.` };
  return { value };
}

const settings = {};                    // what the controls say
const ui = { theme: "auto", rate: null, views: null, open: false, previous: true, live: true };
const VIEWS = ["V", "gates", "currents", "conductances", "phase", "curves", "fi"];
const HIGHER = { V: "Membrane potential", gates: "Gates", currents: "Currents", conductances: "Conductances",
  phase: "Phase plane", curves: "Steady states and time constants", fi: "Firing rate and current" };

let run = null, reference = null, previous = null, head = 1, playing = null, lastChange = -1e9, lastKey = "";
let problems = {};                      // field key → what is wrong with it
const rows = {};

/* ---- URL fragment ---- */

function fragment() {
  const base = defaultsOf(modelOf(settings.model)), out = new URLSearchParams();
  out.set("model", settings.model);
  for (const [key, value] of Object.entries(settings)) if (key !== "model" && value !== base[key]) out.set(key, value);
  if (ui.theme !== "auto") out.set("theme", ui.theme);
  if (ui.views) out.set("views", ui.views.join(","));
  if (ui.open) out.set("open", "1");
  if (ui.rate) out.set("rate", ui.rate);
  if (head < 1 && !playing) out.set("t", +(head * settings.duration).toPrecision(5));
  return out.toString();
}

/* Settings from a fragment or an object of strings or numbers; what is not understood is said, not guessed. */
function understand(entries) {
  const given = new Map(entries), notes = [];
  let model = modelOf(given.get("model") || INITIAL.model || MODELS[0].name);
  if (!model) { notes.push(`Unknown model "${given.get("model")}"; known are ${MODELS.map((m) => m.name).join(", ")}.`); model = modelOf("modern") || MODELS[0]; }
  const next = defaultsOf(model), shown = { theme: "auto", rate: null, views: null, open: false, t: null };
  const kind = given.get("stimulus");
  if (kind !== undefined) { if (KINDS[kind]) next.stimulus = kind; else notes.push(`Unknown stimulus "${kind}"; known are ${Object.keys(KINDS).join(", ")}.`); }
  const fields = fieldsOf(model, next.stimulus);
  for (const [key, text] of given) {
    if (key === "model" || key === "stimulus") continue;
    if (key === "method") { if (METHODS[text] && (text === "converged" || model.reduced)) next.method = text; else notes.push(`Method "${text}" is not available here.`); }
    else if (key === "theme") { if (["dark", "light", "auto"].includes(text)) shown.theme = text; }
    else if (key === "views") { const some = String(text).split(",").filter((v) => VIEWS.includes(v)); if (some.length) shown.views = some; }
    else if (key === "open") shown.open = text === "1" || text === true;
    else if (key === "rate") shown.rate = Number(text) > 0 ? Number(text) : null;
    else if (key === "t") shown.t = Number(text);
    else if (key === "live" || key === "play") shown[key] = text;
    else if (fields[key]) {
      const { value, problem } = readNumber(text, fields[key]);
      if (problem) notes.push(`${key} = ${text}: ${problem}`); else next[key] = value;
    } else notes.push(`Unknown setting "${key}" was left out.`);
  }
  return { next, shown, notes };
}

function load(entries) {
  const { next, shown, notes } = understand(entries);
  stop();
  for (const key of Object.keys(settings)) delete settings[key];
  Object.assign(settings, next);
  Object.assign(ui, { theme: shown.theme, rate: shown.rate, views: shown.views, open: shown.open });
  problems = {};
  buildControls();
  applyTheme();
  applyViews();
  head = shown.t !== null && shown.t >= 0 ? Math.min(1, shown.t / settings.duration) : 1;
  notice(notes.join(" "));
  $("open-fraction").setAttribute("aria-pressed", ui.open);
  compute(true);
}

let written = "";
function writeFragment() {
  const text = fragment();
  if (text === written) return;
  written = text;
  // A page inside srcdoc has no address to write to.
  try { history.replaceState(null, "", `#${text}`); } catch { /* nothing to do */ }
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

/* ---- Controls ---- */

const show = (x) => String(+x.toPrecision(8)).replace("-", "−");

function buildRow(field) {
  const { key } = field, base = defaultsOf(modelOf(settings.model))[key];
  const error = make("p", { class: "error", id: `e-${key}`, hidden: true });
  const number = make("input", { id: `n-${key}`, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    "aria-label": `${field.words}${field.unit ? `, ${field.unit}` : ""}`, "aria-describedby": `e-${key}` });
  const slider = make("input", { id: `s-${key}`, type: "range", min: field.min, max: field.max, step: field.step,
    "aria-label": `${field.words}, slider` });
  const reset = make("button", { class: "reset", type: "button", title: `Reset to ${show(base)}`,
    "aria-label": `Reset ${field.words} to ${show(base)}`, onclick: () => { set(key, base); number.focus(); } }, "↺");
  const name = make("label", { for: `n-${key}`, title: field.words });
  name.innerHTML = symbolHTML(field.symbol);
  slider.addEventListener("input", () => set(key, Number(slider.value), "slider"));
  number.addEventListener("input", () => type(key, number.value));
  number.addEventListener("blur", () => { if (!problems[key]) number.value = show(settings[key]); });
  const element = make("div", { class: "row", "data-key": key, style: `--hue: var(--${field.hue})` },
    name, slider, number, make("span", { class: "unit" }, field.unit), reset, error);
  rows[key] = { field, number, slider, reset, error, element, base };
  return element;
}

function buildControls() {
  const model = modelOf(settings.model), fields = fieldsOf(model, settings.stimulus);
  for (const key of Object.keys(rows)) delete rows[key];
  $("model").value = settings.model;
  $("stimulus").value = settings.stimulus;
  $("method").value = settings.method;
  $("method-row").hidden = !model.reduced;
  const stimulus = [...KINDS[settings.stimulus].fields, "holding", "duration"].map((key) => buildRow(fields[key]));
  $("stimulus-rows").replaceChildren(...stimulus);
  $("membrane-rows").replaceChildren(...model.parameters.map(buildRow));
  $("source").textContent = model.source;
  for (const key of Object.keys(rows)) refreshRow(key);
}

function refreshRow(key, except = "") {
  const row = rows[key];
  if (!row) return;
  const value = settings[key], problem = problems[key];
  if (except !== "number" && document.activeElement !== row.number) row.number.value = show(value);
  else if (except !== "number" && !problem) row.number.value = show(value);
  if (except !== "slider") row.slider.value = value;
  const share = (Math.min(row.field.max, Math.max(row.field.min, value)) - row.field.min) / (row.field.max - row.field.min);
  row.slider.style.setProperty("--share", `${100 * share}%`);
  row.slider.setAttribute("aria-valuetext", `${show(value)} ${row.field.unit}`.trim());
  const changed = value !== row.base;
  row.element.classList.toggle("changed", changed);
  row.reset.disabled = !changed && !problem;
  row.element.classList.toggle("bad", Boolean(problem));
  row.number.setAttribute("aria-invalid", Boolean(problem));
  row.error.textContent = problem || "";
  row.error.hidden = !problem;
}

function refreshAll() {
  for (const key of Object.keys(rows)) refreshRow(key);
  const base = defaultsOf(modelOf(settings.model));
  const changed = Object.keys(settings).filter((key) => settings[key] !== base[key]).length;
  $("reset-all").disabled = changed === 0 && Object.keys(problems).length === 0;
  $("reset-all").textContent = changed ? `Reset all (${changed})` : "Reset all";
}

function type(key, text) {
  const { value, problem } = readNumber(text, rows[key].field);
  if (problem) {
    problems[key] = problem;
    refreshRow(key, "number");
    $("reset-all").disabled = false;
  } else set(key, value, "number");
}

function set(key, value, from = "") {
  delete problems[key];
  settings[key] = value;
  refreshRow(key, from);
  changed(key);
}

function changed(key) {
  const now = performance.now();
  if (now - lastChange > 700 || key !== lastKey) keepPrevious();
  lastChange = now; lastKey = key;
  $("demonstration").value = "";
  $("story").hidden = true;
  refreshAll();
  if (ui.live) schedule(); else { $("run").classList.add("pending"); $("run").textContent = "Run the changes"; }
}

function keepPrevious() { if (run && run.model.name === settings.model) previous = run; }

/* ---- Running ---- */

let scheduled = 0;
function schedule() {
  if (!scheduled) scheduled = requestAnimationFrame(() => { scheduled = 0; compute(false); });
}

function simulateSettings(s, method) {
  const model = modelOf(s.model), k = model.constants(s), stimulus = makeStimulus(s);
  return method === "euler" ? simulateEuler(model, k, stimulus, s.duration, EULER_STEP) : simulate(model, k, stimulus, s.duration);
}

/* Run the settings. A run that fails says why beside what was changed and leaves the last good picture. */
function compute(fresh) {
  const key = rows[lastKey] ? lastKey : "";
  let next, exact = null;
  try {
    const before = performance.now();
    next = simulateSettings(settings, settings.method);
    next.took = performance.now() - before;
    if (settings.method === "euler") exact = simulateSettings(settings, "converged");
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const text = `No picture for this setting: ${error.message}. The last good run is still shown.`;
    if (settings.method === "euler") { $("method-error").textContent = text; $("method-error").hidden = false; }
    else if (key) { problems[key] = text; refreshRow(key, "number"); } else notice(text);
    return;
  }
  if (fresh) previous = null;
  $("method-error").hidden = true;
  run = next; reference = exact;
  run.settings = { ...settings };
  run.says = describe(run);
  run.sentence = sentenceOf();
  $("run").classList.remove("pending"); $("run").textContent = "Run";
  say();
  refreshAll();
  setTimeHead(head, false);
  drawAll();
  afterwards();
}

function sentenceOf() {
  if (run.method !== "euler") return run.says.text;
  const exact = describe(reference), small = (text) => text[0].toLowerCase() + text.slice(1);
  if (run.says.rate > 0 && exact.rate > 0) {
    const off = 100 * (exact.rate / run.says.rate - 1);
    return `Euler, 0.5 ms: fires at ${run.says.rate.toFixed(1)} Hz. Converged: ${exact.rate.toFixed(1)} Hz; `
      + `Euler's period is ${Math.abs(off).toFixed(1)} % too ${off < 0 ? "short" : "long"}.`;
  }
  return `Euler, 0.5 ms: ${small(run.says.text)} Converged: ${small(exact.text)}`;
}

/* While something moves the sentence changes silently; screen readers hear the one it ends with. */
let quiet = 0;
function say() {
  const sentence = $("sentence");
  sentence.setAttribute("aria-busy", "true");
  sentence.textContent = run.sentence;
  sentence.dataset.kind = run.says.kind;
  clearTimeout(quiet);
  quiet = setTimeout(() => { sentence.setAttribute("aria-busy", "false"); }, 400);
}

/* What may wait until the picture is on the screen: the address, the f–I point, the descriptions of the views. */
let later = 0;
function afterwards() {
  clearTimeout(later);
  later = setTimeout(() => {
    writeFragment();
    measureRate();
    describeViews();
  }, 60);
}

/* ---- f–I ---- */

const rates = new Map();                // membrane signature → Map of current → rate
const signature = (s) => [s.model, ...modelOf(s.model).parameters.map((p) => s[p.key])].join(" ");

function steadyRate(s, I) {
  const model = modelOf(s.model), k = model.constants(s);
  const stimulus = makeStimulus({ ...s, stimulus: "step", I, onset: 0, holding: 0 });
  return rateOf(simulate(model, k, stimulus, model.reduced ? 1000 : 300, { tolerance: 1e-5 }));
}

function addRate(s, I) {
  const name = signature(s);
  if (!rates.has(name)) { rates.set(name, new Map()); if (rates.size > 5) rates.delete(rates.keys().next().value); }
  const points = rates.get(name);
  if (!points.has(I)) { try { points.set(I, steadyRate(s, I)); } catch { return; } }
}

function measureRate() {
  if (!run || run.settings.stimulus !== "step" || !visible("fi")) return;
  addRate(run.settings, +(run.settings.I + run.settings.holding).toFixed(6));
  drawRates();
}

let sweeping = 0;
function sweep() {
  cancelAnimationFrame(sweeping);
  const s = { ...settings }, model = modelOf(s.model), top = model.reduced ? 10 : s.model === "wang_buzsaki" ? 20 : 200;
  const currents = Array.from({ length: 41 }, (_, n) => +((top * n) / 40).toFixed(6));
  const next = () => {
    const until = performance.now() + 10;
    while (currents.length && performance.now() < until) addRate(s, currents.shift());
    drawRates();
    if (currents.length) sweeping = requestAnimationFrame(next);
  };
  next();
}

/* ---- Head and play ---- */

const PLAY_SECONDS = 8;
const RATES = [1, 2, 5, 10, 20, 50, 100, 200];
const defaultRate = () => RATES.reduce((best, r) => (Math.abs(Math.log((settings.duration / r) / PLAY_SECONDS)) < Math.abs(Math.log((settings.duration / best) / PLAY_SECONDS)) ? r : best));

function setTimeHead(share, draw = true) {
  head = Math.min(1, Math.max(0, share));
  const slider = $("time"), t = head * run.t[run.size - 1];
  slider.max = run.duration; slider.step = run.dt;
  slider.value = t;
  slider.style.setProperty("--share", `${100 * head}%`);
  slider.setAttribute("aria-valuetext", `${t.toFixed(1)} ms`);
  $("clock").textContent = `${t.toFixed(1)} ms`;
  if (!$("rate").dataset.chosen) $("rate").value = ui.rate || defaultRate();
  if (draw) composeAll();
}

function play() {
  if (playing) { stop(); return; }
  if (head >= 0.999) head = 0;
  const still = reducedMotion.matches;
  let before = performance.now();
  playing = { frame: 0 };
  $("play").setAttribute("aria-pressed", "true");
  $("play").classList.add("on");
  $("play-word").textContent = "Pause";
  const tick = (now) => {
    // Without motion the head still visits every instant, in steps of half a second.
    if (!still || now - before >= 500) {
      setTimeHead(head + (Math.max(0, now - before) * 1e-3 * Number($("rate").value)) / settings.duration);
      before = now;
    }
    if (head >= 1) { stop(); return; }
    playing.frame = requestAnimationFrame(tick);
  };
  playing.frame = requestAnimationFrame(tick);
}

function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing.frame);
  playing = null;
  $("play").setAttribute("aria-pressed", "false");
  $("play").classList.remove("on");
  $("play-word").textContent = "Play";
  writeFragment();
}

/* ---- Views ---- */

let theme = null, em = 16;
const color = (hue) => (hue === "ink" ? theme.ink : theme.hues[hue] || theme.hues.other1);
const surfaces = {};
const visible = (id) => !$(`card-${id}`).hidden;
const index = () => Math.min(run.size - 1, Math.round(head * (run.size - 1)));

function applyTheme() {
  const name = ui.theme === "auto" ? (darkGround.matches ? "dark" : "light") : ui.theme;
  theme = THEMES[name];
  document.documentElement.dataset.theme = name;
  $("theme").textContent = name === "dark" ? "Light" : "Dark";
  $("theme").setAttribute("aria-label", name === "dark" ? "Light theme" : "Dark theme");
}

function applyViews() {
  const shown = ui.views || VIEWS;
  for (const id of VIEWS) {
    $(`card-${id}`).hidden = !shown.includes(id);
    $(`show-${id}`).checked = shown.includes(id);
  }
  const state = ["phase", "curves", "fi"].some((v) => shown.includes(v)), times = ["gates", "currents", "conductances"].some((v) => shown.includes(v));
  document.body.classList.toggle("no-states", !state);
  document.body.classList.toggle("no-times", !times);
  document.body.classList.toggle("no-v", !shown.includes("V"));
}

function surface(id) {
  const s = (surfaces[id] ||= new Surface($(`canvas-${id}`)));
  return s.fit() ? s : null;
}

function fontFor(id) { return ($(`card-${id}`).classList.contains("wide") ? 1.25 : 0.88) * em; }

function lines(q, width) { return q.dash.map((x) => x * width); }

/* The lines of each view over time: [{series, hue, dash, symbol}…] and the range they are drawn in. */
function timeSeries(id, r) {
  const q = quantitiesOf(r), model = r.model;
  if (id === "V") return [{ series: r.y[0], hue: "ink", dash: [], symbol: [["V", "i"]] }];
  if (id === "gates") return model.gateList.map((g, n) => ({ series: q.gates[n], ...g }));
  const real = model.channels.map((c, n) => [c, n]);
  if (id === "currents") return real.map(([c, n]) => ({ series: q.i[n], ...c }));
  if (ui.open) return real.filter(([c]) => c.symbolOpen.length).map(([c, n]) => ({ series: q.open[n], ...c, symbol: c.symbolOpen }));
  return real.map(([c, n]) => ({ series: q.g[n], ...c, symbol: c.symbolG }));
}

function timeRange(id, all) {
  if (id === "V") {
    const [low, high] = run.model.vRange, [a, b] = all.reduce((range, l) => extent(l.series, range), [low, high]);
    return a < low || b > high ? niceRange(a, b) : [low, high];
  }
  const range = all.reduce((sum, l) => extent(l.series, sum), [0, 0]);
  if (id === "gates") return [Math.min(0, Math.floor(range[0] * 5) / 5), Math.max(1, Math.ceil(range[1] * 5 - 1e-9) / 5)];
  return niceRange(range[0], Math.max(range[1], range[0] + 1e-6));
}

const TIME_VIEWS = ["V", "gates", "currents", "conductances"];
const geometry = {};

function drawTime(id) {
  const s = surface(id);
  if (!s) return;
  const font = fontFor(id), wide = $(`card-${id}`).classList.contains("wide");
  const left = 3.5 * font, right = 3.0 * font, top = 0.5 * font, shown = TIME_VIEWS.filter(visible);
  const numbers = wide || id === shown[shown.length - 1] || window.innerWidth < 900;
  const bottom = numbers ? 1.75 * font : 0.35 * font;
  const strip = id === "V" ? Math.max(2.6 * font, 0.16 * s.height) : 0, gap = id === "V" ? 0.9 * font : 0;
  const box = { x: left, y: top, w: s.width - left - right, h: s.height - top - bottom - strip - gap };
  const now = timeSeries(id, run), past = ui.previous && previous ? timeSeries(id, previous) : [];
  const exact = reference ? timeSeries(id, reference) : [];
  const axes = new Axes(box, [0, run.duration], timeRange(id, [...now, ...past, ...exact]));
  const weight = (id === "V" ? 0.17 : 0.145) * font;
  let stimulus = null;
  const base = s.layer("base");
  axes.grid(base, theme, font, { xTicks: numbers && !strip, xLabel: "ms" });
  if (strip) {
    const I = quantitiesOf(run).I, [a, b] = extent(I, [0, 0]);
    stimulus = new Axes({ x: left, y: box.y + box.h + gap, w: box.w, h: strip }, [0, run.duration], a === b ? [0, 1] : [a - 0.06 * (b - a), b + 0.06 * (b - a)]);
    stimulus.grid(base, theme, font, { xTicks: numbers, xLabel: "ms", yTicks: [...new Set([0, +(b > -a ? b : a).toPrecision(3)])] });
  }
  axes.inside(base, () => {
    base.lineJoin = "bevel";
    base.globalAlpha = 0.75;
    base.lineWidth = 1.2;
    past.forEach((l) => { base.strokeStyle = color(l.hue); base.setLineDash([1.5, 3.5]); axes.trace(base, previous.t, l.series, 0, Math.min(l.series.length - 1, Math.round(run.duration / previous.dt))); });
    base.setLineDash([]);
    exact.forEach((l) => { base.strokeStyle = id === "V" ? theme.muted : color(l.hue); base.setLineDash([6, 3]); axes.trace(base, reference.t, l.series); });
    base.globalAlpha = theme.ghost; base.lineWidth = weight;
    // The rest of a run is pale behind the moving head; with the head at the end there is no rest.
    if (head < 1) now.forEach((l) => { base.strokeStyle = color(l.hue); base.setLineDash(lines(l, weight)); axes.trace(base, run.t, l.series); });
    base.setLineDash([]);
  });
  const ink = s.layer("ink");
  axes.inside(ink, () => {
    ink.lineJoin = "bevel"; ink.lineWidth = weight;
    now.slice().reverse().forEach((l) => { ink.strokeStyle = color(l.hue); ink.setLineDash(lines(l, weight)); axes.trace(ink, run.t, l.series); });
    ink.setLineDash([]);
  });
  if (stimulus) {
    for (const [ctx, alpha] of [[base, theme.ghost], [ink, 1]]) {
      ctx.globalAlpha = alpha; ctx.strokeStyle = color("stimulus"); ctx.lineWidth = weight;
      stimulus.inside(ctx, () => drawStimulus(ctx, stimulus));
      ctx.globalAlpha = 1;
    }
  }
  geometry[id] = { s, axes, stimulus, now, font, ghosts: head < 1 };
}

/* The stimulus exactly, with its vertical edges, not from samples. */
function drawStimulus(ctx, axes) {
  const bounds = [0, ...run.stimulus.edges(run.duration), run.duration];
  ctx.beginPath();
  for (let n = 0; n + 1 < bounds.length; n++) {
    const [a, b] = [bounds[n], bounds[n + 1]], mid = 0.5 * (a + b), count = run.stimulus.constantOn(mid) ? 1 : 200;
    for (let m = 0; m <= count; m++) { const t = a + ((b - a) * m) / count; ctx.lineTo(axes.x(t), axes.y(run.stimulus.at(t, mid))); }
  }
  ctx.stroke();
}

function composeTime(id) {
  if (!geometry[id] || !visible(id)) return;
  if (head < 1 && !geometry[id].ghosts) drawTime(id);
  const { s, axes, stimulus, now, font } = geometry[id], n = index(), x = axes.x(run.t[n]), ctx = s.begin();
  s.paste("base");
  s.paste("ink", 0, head >= 1 ? s.width : x);
  if (head < 1) {
    ctx.strokeStyle = theme.line; ctx.lineWidth = 1;
    ctx.beginPath(); ctx.moveTo(x, axes.box.y); ctx.lineTo(x, (stimulus || axes).box.y + (stimulus || axes).box.h); ctx.stroke();
  }
  const labels = [], at = axes.box.x + axes.box.w + 0.55 * font;
  for (const l of now) {
    const y = axes.y(l.series[n]);
    dot(ctx, x, y, 0.28 * font, color(l.hue), theme.panel);
    labels.push({ x: at, y, symbol: l.symbol, color: color(l.hue) });
  }
  placeLabels(ctx, labels, 1.08 * font, axes.box.y + 0.3 * font, axes.box.y + axes.box.h - 0.1 * font);
  if (stimulus) {
    const y = stimulus.y(quantitiesOf(run).I[n]);
    dot(ctx, x, y, 0.24 * font, color("stimulus"), theme.panel);
    placeLabels(ctx, [{ x: at, y, symbol: [["I", "i"]], color: color("stimulus") }], 1.08 * font, stimulus.box.y, stimulus.box.y + stimulus.box.h);
  }
  if (id === "V") $("value-V").textContent = `${run.y[0][n].toFixed(1).replace("-", "−")} mV`;
}

/* Phase plane: V and the recovery gate, nullclines at the present current. */
function drawPhase() {
  const s = surface("phase");
  if (!s) return;
  const font = fontFor("phase"), model = run.model;
  const { gate } = phaseGate(model, run.k), series = quantitiesOf(run).gates[gate], way = run.path.y[model.gateList[gate].state];
  const [a, b] = extent(run.y[0], model.reduced ? [-90, 60] : model.vRange);
  const y = extent(series, [0, 0.8]);
  const box = { x: 3.0 * font, y: 0.5 * font, w: s.width - 4.0 * font, h: s.height - 2.4 * font };
  const [from, to] = model.reduced ? [-90, 60] : model.vRange;
  const axes = new Axes(box, a < from || b > to ? niceRange(a, b) : [from, to], [Math.min(0, y[0]), Math.min(1.05, Math.max(0.8, y[1] + 0.05))]);
  geometry.phase = { s, axes, font, gate, series, way, key: null };
}

function composePhase() {
  const g = geometry.phase;
  if (!g || !visible("phase")) return;
  const { s, axes, font, gate, series, way } = g, n = index(), v = run.y[0], I = quantitiesOf(run).I[n];
  const weight = 0.145 * font;
  if (g.key !== I) {
    g.key = I;
    const base = s.layer("base"), N = nullclines(run.model, run.k, I, ...axes.xRange), q = run.model.gateList[gate];
    axes.grid(base, theme, font, { xLabel: "mV" });
    axes.inside(base, () => {
      base.lineJoin = "bevel"; base.lineWidth = 1.6;
      if (ui.previous && previous) {
        base.strokeStyle = theme.muted; base.globalAlpha = 0.75; base.lineWidth = 1.2; base.setLineDash([1.5, 3.5]);
        const old = previous.path;
        axes.path(base, old.y[0], old.y[q.state], 0, old.t.length - 1, 0.7);
        base.globalAlpha = 1; base.lineWidth = 1.6;
      }
      base.strokeStyle = color(q.hue); base.setLineDash([7, 4]); axes.path(base, N.v, N.recovery);
      base.strokeStyle = color("stimulus"); base.setLineDash([7, 4]); axes.path(base, N.v, N.voltage);
      base.setLineDash([]);
      base.globalAlpha = theme.ghost; base.strokeStyle = theme.ink; base.lineWidth = weight;
      axes.path(base, run.path.y[0], way, 0, way.length - 1, 0.7);
      base.globalAlpha = 1;
    });
    for (const p of fixedPoints(run.model, run.k, I, ...axes.xRange)) {
      const x = axes.x(p.v), y = axes.y(run.model.inf[gate](p.v));
      base.beginPath(); base.arc(x, y, 0.34 * font, 0, 7);
      base.fillStyle = p.stable ? theme.muted : theme.panel; base.fill();
      base.strokeStyle = theme.muted; base.lineWidth = 1.8; base.stroke();
    }
  }
  const ctx = s.begin();
  s.paste("base");
  axes.inside(ctx, () => {
    ctx.strokeStyle = theme.ink; ctx.lineWidth = weight; ctx.lineJoin = "bevel";
    let last = 0, high = way.length;
    while (high - last > 1) { const mid = (last + high) >> 1; if (run.path.t[mid] <= run.t[n] + 1e-9) last = mid; else high = mid; }
    axes.path(ctx, run.path.y[0], way, 0, last, 0.7);
  });
  dot(ctx, axes.x(v[n]), axes.y(series[n]), 0.32 * font, theme.ink, theme.panel);
}

/* x_inf and tau over V, the present voltage marked. */
function drawCurves() {
  const s = surface("curves");
  if (!s) return;
  const font = fontFor("curves"), model = run.model, [low, high] = model.curveRange, count = 181;
  const vs = Float64Array.from({ length: count }, (_, n) => low + ((high - low) * n) / (count - 1));
  const left = 3.0 * font, right = 2.6 * font, half = (s.height - 3.2 * font) / 2, base = s.layer("base");
  const inf = model.gateList.map((g, n) => ({ ...g, series: vs.map(model.inf[n]), symbol: g.symbolInf, f: model.inf[n] }));
  const tau = model.gateList.map((g, n) => model.tau[n] && { ...g, series: vs.map((v) => model.tau[n](v, run.k)), symbol: g.symbolTau, f: (v) => model.tau[n](v, run.k) }).filter(Boolean);
  const [, top] = tau.reduce((range, l) => extent(l.series, range), [0, 0.1]);
  const yInf = inf.reduce((range, l) => extent(l.series, range), [0, 1]);
  const upper = new Axes({ x: left, y: 0.5 * font, w: s.width - left - right, h: half }, [low, high], [Math.min(0, Math.floor(yInf[0] * 5 + 0.01) / 5), 1]);
  const lower = new Axes({ x: left, y: 1.4 * font + half, w: s.width - left - right, h: half }, [low, high], [0, niceRange(0, top * 1.02)[1]]);
  upper.grid(base, theme, font, { xTicks: false, yCount: 2 });
  lower.grid(base, theme, font, { xLabel: "mV", yCount: 2 });
  const weight = 0.14 * font;
  for (const [axes, group] of [[upper, inf], [lower, tau]]) {
    axes.inside(base, () => {
      base.lineWidth = weight; base.lineJoin = "bevel";
      group.forEach((l) => { base.strokeStyle = color(l.hue); base.setLineDash(lines(l, weight)); axes.path(base, vs, l.series); });
      base.setLineDash([]);
    });
    placeLabels(base, group.map((l) => ({ x: left + axes.box.w + 0.4 * font, y: axes.y(l.series[count - 1]), symbol: l.symbol, color: color(l.hue) })), 1.05 * font, axes.box.y + 0.4 * font, axes.box.y + axes.box.h - 0.2 * font);
  }
  geometry.curves = { s, upper, lower, inf, tau, font };
}

function composeCurves() {
  const g = geometry.curves;
  if (!g || !visible("curves")) return;
  const { s, upper, lower, inf, tau, font } = g, ctx = s.begin(), v = run.y[0][index()], x = upper.x(v);
  s.paste("base");
  if (v < upper.xRange[0] || v > upper.xRange[1]) return;
  ctx.strokeStyle = theme.line; ctx.lineWidth = 1;
  for (const [axes, group] of [[upper, inf], [lower, tau]]) {
    ctx.beginPath(); ctx.moveTo(x, axes.box.y); ctx.lineTo(x, axes.box.y + axes.box.h); ctx.stroke();
    group.forEach((l) => dot(ctx, x, axes.y(l.f(v)), 0.26 * font, color(l.hue), theme.panel));
  }
}

/* Firing rate over current: one point a run; points of other settings are pale. */
function drawRates() {
  if (!run || !visible("fi")) return;
  const s = surface("fi");
  if (!s) return;
  const font = fontFor("fi"), mine = signature(settings), ctx = s.begin();
  const same = [...rates].filter(([name]) => name.startsWith(`${settings.model} `));
  const all = same.flatMap(([, points]) => [...points]);
  const xs = extent(all.map((p) => p[0]), [0, modelOf(settings.model).reduced ? 5 : 20]), ys = extent(all.map((p) => p[1]), [0, 20]);
  const axes = new Axes({ x: 3.0 * font, y: 0.5 * font, w: s.width - 4.2 * font, h: s.height - 2.4 * font }, niceRange(...xs), niceRange(...ys));
  axes.grid(ctx, theme, font, { xLabel: "µA/cm²" });
  for (const [name, points] of same) {
    const own = name === mine, sorted = [...points].sort((a, b) => a[0] - b[0]);
    ctx.globalAlpha = own ? 1 : 0.35;
    ctx.strokeStyle = theme.muted; ctx.lineWidth = 1.2;
    // Joined only where both ends fire: the onset of firing is a jump, not a slope.
    ctx.beginPath();
    sorted.forEach(([I, rate], n) => { if (n && rate > 0 && sorted[n - 1][1] > 0) { ctx.moveTo(axes.x(sorted[n - 1][0]), axes.y(sorted[n - 1][1])); ctx.lineTo(axes.x(I), axes.y(rate)); } });
    ctx.stroke();
    ctx.fillStyle = theme.ink;
    sorted.forEach(([I, rate]) => { ctx.beginPath(); ctx.arc(axes.x(I), axes.y(rate), 0.2 * font, 0, 7); ctx.fill(); });
  }
  ctx.globalAlpha = 1;
  const I = +(settings.I + settings.holding).toFixed(6), here = rates.get(mine)?.get(I);
  if (here !== undefined && settings.stimulus === "step") {
    ctx.beginPath(); ctx.arc(axes.x(I), axes.y(here), 0.42 * font, 0, 7); ctx.strokeStyle = color("stimulus"); ctx.lineWidth = 2; ctx.stroke();
  }
}

function composeAll() {
  if (!run) return;
  TIME_VIEWS.forEach(composeTime);
  composePhase();
  composeCurves();
}

function drawAll() {
  if (!run) return;
  em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  TIME_VIEWS.filter(visible).forEach(drawTime);
  if (visible("phase")) drawPhase();
  if (visible("curves")) drawCurves();
  drawRates();
  composeAll();
  const q = run.model.gateList[phaseGate(run.model, run.k).gate];
  $("recovery-name").innerHTML = $("recovery-key").innerHTML = symbolHTML(q.symbol);
  $("key-recovery").style.setProperty("--hue", `var(--${q.hue})`);
  $("key-previous").hidden = !(ui.previous && previous);
  $("key-exact").hidden = !reference;
  $("unit-conductances").textContent = ui.open ? "" : "(mS/cm²)";
  $("name-conductances").textContent = ui.open ? "Open fraction" : "Conductances";
}

/* What a screen reader finds where others see a picture. */
function describeViews() {
  if (!run) return;
  const about = (id, text) => $(`canvas-${id}`).setAttribute("aria-label", text);
  const range = (series, unit) => { const [a, b] = extent(series); return `${+a.toPrecision(3)} to ${+b.toPrecision(3)}${unit}`; };
  const q = quantitiesOf(run), m = run.model;
  about("V", `Membrane potential and stimulus over ${run.duration} ms: ${range(run.y[0], " mV")}. Stimulus ${run.stimulus.text || "none"}. ${run.sentence}`);
  about("gates", `Gates over time: ${m.gateList.map((g, n) => `${g.name} ${range(q.gates[n], "")}`).join(", ")}.`);
  about("currents", `Currents over time: ${m.channels.map((c, n) => `${c.words} ${range(q.i[n], " µA/cm²")}`).join(", ")}.`);
  about("conductances", ui.open
    ? `Open fractions over time: ${m.channels.map((c, n) => `${c.name} ${range(q.open[n], "")}`).join(", ")}.`
    : `Conductances over time: ${m.channels.map((c, n) => `${c.name} ${range(q.g[n], " mS/cm²")}`).join(", ")}.`);
  const I = q.I[index()], points = fixedPoints(m, run.k, I, ...m.curveRange);
  about("phase", `Phase plane of V and ${m.gateList[phaseGate(m, run.k).gate].name} at ${+I.toPrecision(3)} µA/cm². ${points.map((p) => `${p.stable ? "Stable" : "Unstable"} fixed point at ${p.v.toFixed(1)} mV.`).join(" ")}`);
  about("curves", `Steady states and time constants over voltage, marked at ${run.y[0][index()].toFixed(1)} mV.`);
  const mine = [...(rates.get(signature(settings)) || [])].sort((a, b) => a[0] - b[0]);
  about("fi", `Firing rate against current: ${mine.slice(-12).map(([i, r]) => `${+i.toPrecision(4)} µA/cm² ${+r.toPrecision(3)} Hz`).join(", ") || "no points yet"}.`);
}

/* ---- Export ---- */

const quote = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `"${text}"`);

/* What differs from the preset, as key=value, in the words of the command line and of Python. */
function changes() {
  const s = run ? run.settings : settings, model = modelOf(s.model), base = defaultsOf(model);
  return model.parameters.filter((p) => s[p.key] !== base[p.key]).map((p) => [p.key, s[p.key]]);
}

/* A film of this run. The clip starts where it is told to; the explorer starts at rest or at the preset's own start. */
function commandLine() {
  const s = run.settings, set = (words) => words.map(([k, v]) => `--set ${quote(`${k}=${v}`)}`).join(" ");
  const model = run.model.preset ? run.model.name : `FILE.py:${run.model.name}`;
  if (s.method === "euler") return `hhanim render reduced ${set([["model", model], ...changes(), ["I", s.I], ["duration", s.duration], ["dt", EULER_STEP]])}`;
  const start = run.model.start ? run.model.states.map((name, n) => `${name}=${+run.y[n][0].toPrecision(7)}`).join(",") : "rest";
  return `hhanim render simulation ${set([["model", model], ...changes(), ["stimulus", run.stimulus.text || "step(0)"], ["duration", s.duration], ["start", start]])}`;
}

/* The same numbers from the Python core. */
function numbersLine() {
  const s = run.settings, model = run.model.preset ? run.model.name : `FILE.py:${run.model.name}`;
  const method = s.method === "euler" ? ` --method euler --dt ${EULER_STEP}` : "";
  const sets = changes().map(([k, v]) => ` --set ${k}=${v}`).join("");
  return `hhanim simulate --model ${model} --stimulus ${quote(run.stimulus.text || "step(0)")} --duration ${s.duration}${sets}${method} --out run.csv`;
}

function pythonCode() {
  const s = run.settings, some = changes().map(([k, v]) => `${k}=${v}`).join(", ");
  const method = s.method === "euler" ? `, method="euler", dt=${EULER_STEP}` : "";
  const name = run.model.preset ? `hh.presets.${s.model.toUpperCase()}` : s.model;
  return `import hhanim as hh\nmembrane = ${name}${some ? `.with_(${some})` : ""}\n`
    + `run = hh.simulate(membrane, "${run.stimulus.text || "step(0)"}", duration=${s.duration}${method})`;
}

const link = () => `${location.href.split("#")[0]}#${fragment()}`;

/* The columns of Trajectory.to_csv(). */
function csvText() {
  const q = quantitiesOf(run), m = run.model;
  const columns = [["t", run.t], ["V", run.y[0]], ...m.gateList.map((g, n) => [g.name, q.gates[n]]), ["I", q.I],
    ...m.channels.flatMap((c, n) => [[`I_${c.name}`, q.i[n]], [`g_${c.name}`, q.g[n]]])];
  const out = [columns.map((c) => c[0]).join(",")];
  for (let n = 0; n < run.size; n++) out.push(columns.map(([name, x]) => (name === "t" ? +x[n].toFixed(6) : x[n])).join(","));
  return `${out.join("\r\n")}\r\n`;
}

/* All views on one canvas, drawn anew at twice the size on the screen or finer. */
function picture() {
  Surface.scale = Math.max(2, window.devicePixelRatio || 1);
  drawAll();
  const shown = VIEWS.filter((id) => visible(id) && surfaces[id] && surfaces[id].width), pad = 1.2 * em, top = 5.2 * em, ratio = Surface.scale;
  const boxes = shown.map((id) => [id, $(`canvas-${id}`).getBoundingClientRect(), $(`card-${id}`).getBoundingClientRect()]);
  const x0 = Math.min(...boxes.map((b) => b[2].left)), y0 = Math.min(...boxes.map((b) => b[2].top));
  const x1 = Math.max(...boxes.map((b) => b[2].right)), y1 = Math.max(...boxes.map((b) => b[2].bottom));
  const canvas = make("canvas", { width: Math.round(ratio * (x1 - x0 + 2 * pad)), height: Math.round(ratio * (y1 - y0 + 2 * pad + top)) });
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.fillStyle = theme.panel; ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = "top";
  const text = (words, x, y, size, weight, fill) => { ctx.font = `${weight} ${size}px "Source Sans hhanim", sans-serif`; ctx.fillStyle = fill; ctx.fillText(words, x, y); return ctx.measureText(words).width; };
  text(run.sentence, pad, pad, 1.5 * em, 600, theme.ink);
  const some = changes().map(([k, v]) => `${k} = ${v}`).join(", ");
  text(`${run.model.title}${some ? ` · ${some}` : ""} · ${run.stimulus.text} · ${run.duration} ms`, pad, pad + 2.2 * em, em, 400, theme.muted);
  for (const [id, b] of boxes) {
    const x = b.left - x0 + pad, y = b.top - y0 + pad + top;
    ctx.drawImage(surfaces[id].canvas, x, y, b.width, b.height);
    const wide = text($(`title-${id}`).textContent.replace(/\s+/g, " ").trim(), x + 0.5 * em, y - 1.4 * em, 0.95 * em, 600, theme.ink);
    if (id === "phase") {
      const q = run.model.gateList[geometry.phase.gate], first = text("V nullcline", x + wide + 2 * em, y - 1.4 * em, 0.9 * em, 400, color("stimulus"));
      text(`${q.name} nullcline`, x + wide + first + 3 * em, y - 1.4 * em, 0.9 * em, 400, color(q.hue));
    }
  }
  Surface.scale = null;
  drawAll();
  return canvas;
}

function download(name, blob) {
  const url = URL.createObjectURL(blob), a = make("a", { href: url, download: name });
  document.body.append(a); a.click(); a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

const fileName = () => `hhanim-${run.model.name}-${run.settings.stimulus}-${run.settings.I}`.replace(/[^\w.-]/g, "_");

async function copy(text, button) {
  const word = button.dataset.word || (button.dataset.word = button.textContent);
  let done = false;
  try { await navigator.clipboard.writeText(text); done = true; } catch {
    const area = make("textarea", { readonly: true, "aria-hidden": "true" });
    area.value = text;
    (document.querySelector("dialog[open]") || document.body).append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = done ? "Copied" : "Copy failed";
  $("told").textContent = done ? "Copied." : "Copying failed; select the text by hand.";
  setTimeout(() => { button.textContent = word; $("told").textContent = ""; }, 1600);
}

function openExport() {
  $("export-link").textContent = link();
  $("export-command").textContent = `${commandLine()}\n${numbersLine()}`;
  $("export-python").textContent = pythonCode();
  $("export-embed").textContent = `<iframe src="explorer.html#${fragment().replace(/&/g, "&amp;")}" width="1280" height="720" title="hhanim explorer"></iframe>`;
  $("export").showModal();
}

/* ---- Start ---- */

function fillSelect(id, entries) {
  $(id).replaceChildren(...entries.map(([value, text]) => make("option", { value }, text)));
}

function demonstrate(key) {
  const demo = DEMONSTRATIONS.find((d) => d.key === key);
  if (!demo) return;
  const { theme: chosen, views } = ui;
  load(Object.entries(demo.settings));
  ui.theme = chosen; ui.views = views; applyTheme(); applyViews(); drawAll();
  $("demonstration").value = key;
  $("story-text").textContent = demo.text;
  $("story").hidden = false;
  lastChange = -1e9;
  resized();
}

function widen(id) {
  const card = $(`card-${id}`), wide = card.classList.toggle("wide");
  document.body.classList.toggle("one", wide);
  for (const other of VIEWS) if (other !== id) $(`card-${other}`).classList.remove("wide");
  const button = card.querySelector(".widen");
  button.setAttribute("aria-pressed", wide);
  drawAll();
}

let resizing = 0;
function resized() {
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(drawAll);
}

function scrub(event, id) {
  const g = geometry[id];
  if (!g) return;
  stop();
  const box = $(`canvas-${id}`).getBoundingClientRect();
  setTimeHead((event.clientX - box.left - g.axes.box.x) / g.axes.box.w);
}

function begin() {
  fillSelect("model", MODELS.map((m) => [m.name, m.title]));
  fillSelect("stimulus", Object.entries(KINDS).map(([k, v]) => [k, v.words]));
  fillSelect("method", Object.entries(METHODS));
  fillSelect("rate", RATES.map((r) => [r, `1 s = ${r} ms`]));
  fillSelect("demonstration", [["", "Choose a demonstration…"], ...DEMONSTRATIONS.map((d) => [d.key, d.title])]);
  $("model").addEventListener("change", () => { previous = null; load([["model", $("model").value], ...kept()]); $("story").hidden = true; resized(); });
  $("stimulus").addEventListener("change", () => {
    settings.stimulus = $("stimulus").value;
    const base = defaultsOf(modelOf(settings.model));
    settings.width = settings.stimulus === "ramp" ? Math.max(settings.width, 100) : settings.width > 50 ? base.width : settings.width;
    problems = {};
    buildControls();
    changed("stimulus");
  });
  $("method").addEventListener("change", () => { settings.method = $("method").value; changed("method"); });
  $("demonstration").addEventListener("change", () => demonstrate($("demonstration").value));
  $("run").addEventListener("click", () => { keepPrevious(); compute(false); if (!playing) { head = 1; setTimeHead(1); } });
  $("live").addEventListener("change", () => { ui.live = $("live").checked; if (ui.live) schedule(); });
  $("reset-all").addEventListener("click", () => { keepPrevious(); const p = previous; load([["model", settings.model], ...kept()]); previous = p; $("demonstration").value = ""; $("story").hidden = true; drawAll(); resized(); });
  $("play").addEventListener("click", play);
  $("time").addEventListener("input", () => { stop(); setTimeHead(Number($("time").value) / run.t[run.size - 1]); afterwards(); });
  $("rate").addEventListener("change", () => { ui.rate = Number($("rate").value); $("rate").dataset.chosen = "1"; writeFragment(); });
  $("theme").addEventListener("click", () => { ui.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark"; applyTheme(); drawAll(); writeFragment(); });
  darkGround.addEventListener("change", () => { applyTheme(); drawAll(); });
  $("overlay").addEventListener("change", () => { ui.previous = $("overlay").checked; drawAll(); });
  $("open-fraction").addEventListener("click", () => { ui.open = !ui.open; $("open-fraction").setAttribute("aria-pressed", ui.open); drawAll(); afterwards(); });
  $("sweep").addEventListener("click", sweep);
  for (const id of VIEWS) {
    $(`show-${id}`).addEventListener("change", () => {
      const some = VIEWS.filter((v) => $(`show-${v}`).checked);
      ui.views = some.length === VIEWS.length ? null : some.length ? some : ["V"];
      applyViews(); drawAll(); resized(); writeFragment();
    });
    $(`card-${id}`).querySelector(".widen").addEventListener("click", () => widen(id));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || $("export").open) return;
    $("views").open = false;
    const wide = VIEWS.find((id) => $(`card-${id}`).classList.contains("wide"));
    if (wide) widen(wide);
  });
  for (const id of TIME_VIEWS) {
    const canvas = $(`canvas-${id}`);
    canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); scrub(event, id); });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons) scrub(event, id); });
    canvas.addEventListener("pointerup", afterwards);
  }
  $("share").addEventListener("click", openExport);
  for (const name of ["link", "command", "python", "embed"]) $(`copy-${name}`).addEventListener("click", (e) => copy($(`export-${name}`).textContent, e.target));
  $("png").addEventListener("click", () => picture().toBlob((blob) => download(`${fileName()}.png`, blob)));
  $("csv").addEventListener("click", () => download(`${fileName()}.csv`, new Blob([csvText()], { type: "text/csv" })));
  $("close").addEventListener("click", () => $("export").close());
  addEventListener("hashchange", () => { if (location.hash.slice(1) !== written) load(new URLSearchParams(location.hash.slice(1))); });
  new ResizeObserver(resized).observe($("stage"));
  const asked = location.hash.length > 1 ? [...new URLSearchParams(location.hash.slice(1))] : Object.entries(INITIAL);
  load(asked);
  document.fonts.ready.then(drawAll);
  if (new Map(asked).get("play")) play();
}

/* What stays when another model is chosen or all is reset: how things are shown, not what is simulated. */
function kept() {
  return [["theme", ui.theme], ...(ui.views ? [["views", ui.views.join(",")]] : []), ...(ui.open ? [["open", "1"]] : [])];
}

begin();
window.hhanim = { MODELS, makeStimulus, simulate, simulateEuler, simulateSettings, defaultsOf, describe, rateOf, nullclines, fixedPoints,
  get run() { return run; }, get previous() { return previous; }, get head() { return head; }, settings, ui, fragment, commandLine, numbersLine, pythonCode, csvText };
