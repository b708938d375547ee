/* Export: the run that is shown as a command, as Python, as a link, as numbers and as a picture. */

import { $, make, on } from "./dom.js";
import { quantitiesOf } from "./engine.js";
import { answersText } from "./lessons.js";
import { fragment } from "./link.js";
import { shown } from "./runs.js";
import { EULER_STEP, changedKeys, ui } from "./settings.js";
import { picture } from "./views.js";

const quote = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `"${text}"`);
const sets = (pairs) => pairs.map(([key, value]) => ` --set ${quote(`${key}=${value}`)}`).join("");

/* What differs from the preset, as pairs, in the words of the command line and of Python. */
function changes() {
  const { model, settings } = shown.run, changed = changedKeys(settings);
  return model.parameters.filter((p) => changed.includes(p.key)).map((p) => [p.key, settings[p.key]]);
}

const modelName = ({ model }) => (model.preset ? model.name : `FILE.py:${model.name}`);
const protocolOf = ({ stimulus }) => stimulus.text || "step(0)";

/* A film of this run. The clip starts where it is told to, the explorer at rest or where the preset does. */
export function commandLine() {
  const { run } = shown, { I, duration, method } = run.settings;
  const some = [["model", modelName(run)], ...changes()];
  if (method === "euler")
    return `hhanim render reduced${sets([...some, ["I", I], ["duration", duration], ["dt", EULER_STEP]])}`;
  const values = run.model.states.map((name, n) => `${name}=${+run.y[n][0].toPrecision(7)}`);
  const start = run.model.start ? values.join(",") : "rest";
  some.push(["stimulus", protocolOf(run)], ["duration", duration], ["start", start]);
  return `hhanim render simulation${sets(some)}`;
}

/* The same numbers from the Python core. */
export function numbersLine() {
  const { run } = shown, { duration, method } = run.settings, stimulus = quote(protocolOf(run));
  const how = method === "euler" ? ` --method euler --dt ${EULER_STEP}` : "";
  return `hhanim simulate --model ${modelName(run)} --stimulus ${stimulus} --duration ${duration}`
    + `${sets(changes())}${how} --out run.csv`;
}

export function pythonCode() {
  const { run } = shown, { model, duration, method } = run.settings;
  const some = changes().map(([key, value]) => `${key}=${value}`).join(", ");
  const how = method === "euler" ? `, method="euler", dt=${EULER_STEP}` : "";
  const name = run.model.preset ? `hh.presets.${model.toUpperCase()}` : model;
  return `import hhanim as hh\nmembrane = ${name}${some && `.with_(${some})`}\n`
    + `run = hh.simulate(membrane, "${protocolOf(run)}", duration=${duration}${how})`;
}

/* The columns of Trajectory.to_csv(). */
export function csvText() {
  const { run } = shown, q = quantitiesOf(run), { gateList, channels } = run.model;
  const t = Array.from(run.t, (x) => +x.toFixed(6));
  const gates = gateList.map((gate, n) => [gate.name, q.gates[n]]);
  const ofChannels = channels.flatMap((c, n) => [[`I_${c.name}`, q.i[n]], [`g_${c.name}`, q.g[n]]]);
  const columns = [["t", t], ["V", run.y[0]], ...gates, ["I", q.I], ...ofChannels];
  const rows = t.map((_, n) => columns.map(([, values]) => values[n]));
  return [columns.map(([name]) => name), ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

function download(suffix, blob, what = "") {
  const { model, settings } = shown.run, url = URL.createObjectURL(blob);
  const about = what || `${model.name}-${settings.stimulus}-${settings.I}`;
  const name = `hhanim-${about}`.replace(/[^\w.-]/g, "_");
  const link = make("a", { href: url, download: `${name}.${suffix}` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export const saveAnswers = () => download("csv", new Blob([answersText()], { type: "text/csv" }), "answers");

function savePicture() {
  const { model, stimulus, duration } = shown.run;
  const some = changes().map(([key, x]) => `${key} = ${x}`).join(", ");
  const about = [model.title, some, stimulus.text, `${duration} ms`].filter(Boolean).join(" · ");
  picture(about).toBlob((blob) => download("png", blob));
}

async function copy(text, button) {
  const word = (button.dataset.word ||= button.textContent);
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false) || copySelected(text);
  button.focus();
  button.textContent = done ? "Copied" : "Copy failed";
  $("told").textContent = done ? "Copied." : "Copying failed; select the text by hand.";
  setTimeout(() => {
    button.textContent = word;
    $("told").textContent = "";
  }, 1600);
}

/* The way where a page may not write to the clipboard, as in a notebook's frame. */
function copySelected(text) {
  const area = make("textarea", { readonly: true, "aria-hidden": "true" });
  area.value = text;
  $("export").append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/* A page in a notebook's frame has no address and is no file: what opens it anew, what writes the file. */
function places() {
  const text = fragment(), entries = [...new URLSearchParams(text)].slice(1);
  const size = 'width="1280" height="720"';
  const iframe = (source) => `<iframe src="${source}" ${size} title="hhanim explorer"></iframe>`;
  if (location.protocol !== "about:") {
    const [address, file] = [location.href.split("#")[0], location.pathname.split("/").pop()];
    return { link: `${address}#${text}`, embed: iframe(`${file}#${text.replace(/&/g, "&amp;")}`) };
  }
  const { run } = shown, words = entries.map(([key, x]) => `, ${key}=${Number.isFinite(+x) ? x : `"${x}"`}`);
  const model = run.model.preset ? `"${run.model.name}"` : run.model.name;
  const theme = ui.theme === "auto" ? "" : ` --theme ${ui.theme}`;
  const rest = entries.filter(([key]) => key !== "theme");
  const write = `hhanim explore --no-open --model ${modelName(run)}${sets(rest)}${theme}`;
  const embed = `${write}\n${iframe("output/explorer.html")}`;
  return { link: `hh.explore(${model}${words.join("")})`, embed };
}

function open() {
  const { link, embed } = places(), command = `${commandLine()}\n${numbersLine()}`;
  for (const [name, text] of Object.entries({ link, command, python: pythonCode(), embed }))
    $(`export-${name}`).textContent = text;
  $("export").showModal();
}

export function wireExport() {
  on("share", "click", open);
  on("close", "click", () => $("export").close());
  on("png", "click", savePicture);
  on("csv", "click", () => download("csv", new Blob([csvText()], { type: "text/csv" })));
  for (const name of ["link", "command", "python", "embed"])
    on(`copy-${name}`, "click", (event) => copy($(`export-${name}`).textContent, event.target));
}
