/* Snippets: the run that is shown as a command, as Python, as TOML and as a table of numbers. */

import { quantitiesOf } from "./engine.js";
import { shown } from "./runs.js";
import { EULER_STEP, STIMULI } from "./data.js";
import { changedKeys, experimentOf } from "./settings.js";

const quote = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `"${text}"`);
export const sets = (pairs) => pairs.map(([key, value]) => ` --set ${quote(`${key}=${value}`)}`).join("");

/* What differs from the preset, as pairs, in the words of the command line and of Python. */
export function changes() {
  const { model: { parameters, defaults }, settings } = shown.run;
  return parameters.map(({ key }) => [key, settings[key]]).filter(([key, x]) => x !== defaults[key]);
}

export const modelName = ({ model }) => (model.preset ? model.name : `FILE.py:${model.name}`);
const experiment = () => experimentOf(shown.run.settings);
const valueOf = (value) => (typeof value === "number" ? String(value) : `"${value}"`);

/* What differs from the model's first setting, as pairs. */
const settingPairs = () => changedKeys(shown.run.settings).map((key) => [key, shown.run.settings[key]]);

/* The protocol as Python reads it; a voltage clamp's with all its levels. */
export function protocolText(run = shown.run) {
  if (run.stimulus) return run.stimulus.text || "step(0)";
  const { settings: s } = run;
  let text = `clamp(${s.hold})`, t = 0;
  for (const [of, lasts] of STIMULI[s.stimulus].pieces) {
    const stop = t + (s[lasts] ?? lasts);
    const level = of === "sweep" ? `[${run.levels.join(", ")}]` : s[of];
    if (of !== "hold") text += `.step(${level}, start=${t}, stop=${stop})`;
    t = stop;
  }
  return text;
}

/* A film of this run. The clip starts where it is told to, the explorer at rest or where the preset does. */
export function commandLine() {
  const { run } = shown, { I, duration, method } = run.settings;
  const explore = `hhanim explore --model ${modelName(run)}${sets(settingPairs())}`;
  if (experiment() !== "current") return explore;
  const some = [["model", modelName(run)], ...changes()];
  if (method === "euler")
    return `hhanim render reduced${sets([...some, ["I", I], ["duration", duration], ["dt", EULER_STEP]])}`;
  return `hhanim render simulation${sets([...some, ...filmOf(run)])}`;
}

/* The clip's parameters for a run, besides the membrane's. */
function filmOf(run) {
  const values = run.model.states.map((name, n) => `${name}=${run.y[n][0]}`);
  const start = run.model.start ? values.join(",") : "rest";
  return [["stimulus", protocolText(run)], ["duration", run.settings.duration], ["start", start]];
}

/* The same numbers from the Python core; "" where that is no one-line command. */
export function numbersLine() {
  const { run } = shown, { duration, method } = run.settings;
  if (experiment() !== "current") return "";
  const how = method === "euler" ? ` --method euler --dt ${EULER_STEP}` : "";
  const what = `--model ${modelName(run)} --stimulus ${quote(protocolText())} --duration ${duration}`;
  return `hhanim simulate ${what}${sets(changes())}${how} --out run.csv`;
}

export function pythonCode() {
  const { run } = shown, { model, duration, method, near, far } = run.settings;
  if (experiment() === "axon") {
    const given = settingPairs().map(([key, value]) => `, ${key}=${valueOf(value)}`).join("");
    const name = run.model.preset ? `"${model}"` : run.model.python, places = `${1000 * near}, ${1000 * far}`;
    return `import hhanim as hh\nrun = hh.explore(${name}${given}).run()\nprint(run.speed(${places}), "m/s")`;
  }
  const some = changes().map(([key, value]) => `${key}=${value}`).join(", ");
  const how = method === "euler" ? `, method="euler", dt=${EULER_STEP}` : "", lasts = run.span ?? duration;
  return `import hhanim as hh\nmembrane = ${run.model.python}${some && `.with_(${some})`}\n`
    + `run = hh.simulate(membrane, "${protocolText()}", duration=${lasts}${how})`;
}

/* A film for hhanim.toml where there is one, and the beginning of a lesson. */
export function tomlText() {
  const { run } = shown, row = ([key, value]) => `${key} = ${valueOf(value)}`;
  const start = ["[start]", ...[["model", run.model.name], ...settingPairs()].map(row)].join("\n");
  if (experiment() !== "current" || run.method === "euler") return start;
  const film = [["model", modelName(run)], ...changes(), ...filmOf(run)].map(row).join(", ");
  const target = `[[targets]]\nscene = "simulation"\nset = { ${film} }`;
  return `${target}\n\n# or, as the beginning of a lesson:\n${start}`;
}

/* Columns as text: names first. */
const table = (columns, count) => Array.from({ length: count + 1 }, (_, n) =>
  `${columns.map(([name, values]) => (n ? values[n - 1] : name)).join(",")}\r\n`).join("");

/* The columns of Trajectory.to_csv(); sweep below sweep for a clamp; V place beside place for an axon. */
export function csvText() {
  const { run } = shown, { channels, gateList } = run.model;
  const rounded = (times) => Array.from(times, (x) => +x.toFixed(6));
  if (run.sweeps) {
    const all = (of) => run.sweeps.flatMap((sweep) => Array.from(of(sweep)));
    const level = all((sweep) => sweep.t.map(() => sweep.level));
    return table([["level", level], ["t", all(({ t }) => rounded(t))], ["V", all(({ v }) => v)],
      ...gateList.map((gate, n) => [gate.name, all(({ gates }) => gates[n])]),
      ...channels.map((c, n) => [`I_${c.name}`, all(({ i }) => i[n])])], level.length);
  }
  const t = ["t", rounded(run.t)];
  if (run.arrival) {
    const at = (n) => Array.from(run.t, (_, m) => +run.v[m * run.cells + n].toFixed(4));
    const place = (x, n) => [`V_${+x.toFixed(3)}mm`, at(n)];
    return table([t, ...Array.from(run.x).map(place)], run.size);
  }
  const q = quantitiesOf(run), gates = gateList.map((gate, n) => [gate.name, q.gates[n]]);
  const ofChannels = channels.flatMap((c, n) => [[`I_${c.name}`, q.i[n]], [`g_${c.name}`, q.g[n]]]);
  return table([t, ["V", run.y[0]], ...gates, ["I", q.I], ...ofChannels], run.size);
}
