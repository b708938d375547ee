/* Export: what leaves the page: files, links, and snippets to copy. */

import { BASE } from "./data.js";
import { $, make, on } from "./dom.js";
import { answersText } from "./lessons.js";
import { fragment } from "./link.js";
import { shown } from "./runs.js";
import { ui } from "./settings.js";
import { changes, commandLine, csvText, modelName, numbersLine, protocolText, pythonCode, sets,
  tomlText } from "./snippets.js";
import { picture } from "./views.js";
import { tr } from "./words.js";

/* The page as it was written, before anything moved in it. */
const source = `<!DOCTYPE html>\n${document.documentElement.outerHTML}\n`;

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
  const { model, duration, arrival, span } = shown.run;
  const some = changes().map(([key, x]) => `${key} = ${x}`).join(", ");
  const what = arrival ? "" : protocolText();
  const about = [model.title, some, what, `${span ?? duration} ms`].filter(Boolean).join(" · ");
  picture(about).toBlob((blob) => download("png", blob));
}

/* This page as a file that opens with these settings: only what it is asked to begin with is another. */
function savePage() {
  const asked = JSON.stringify(Object.fromEntries(new URLSearchParams(fragment()))).replace(/</g, "\\u003c");
  const place = /(<script type="application\/json" id="initial"[^>]*>)[^<]*/;
  const text = source.replace(place, (_, head) => head + asked);
  download("html", new Blob([text], { type: "text/html" }), "explorer");
}

async function copy(text, button) {
  const word = (button.dataset.word ||= button.textContent);
  const done = await navigator.clipboard?.writeText(text).then(() => true, () => false) || copySelected(text);
  button.focus();
  button.textContent = done ? tr("Copied") : tr("Copy failed");
  $("told").textContent = done ? tr("Copied.") : tr("Copying failed; select the text by hand.");
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

/* How others open this: by the address it is published at; from a file only who has the file; in a notebook's
   frame, which has no address, by what makes the page anew. */
function places() {
  const text = fragment(), entries = [...new URLSearchParams(text)].slice(1);
  const size = 'width="1280" height="720"';
  const iframe = (from) => `<iframe src="${from}" ${size} title="hhanim explorer"></iframe>`;
  const [address, file] = [BASE || location.href.split("#")[0], BASE || location.pathname.split("/").pop()];
  if (BASE || location.protocol !== "about:")
    return { link: `${address}#${text}`, embed: iframe(`${file}#${text.replace(/&/g, "&amp;")}`) };
  const { run } = shown, words = entries.map(([key, x]) => `, ${key}=${Number.isFinite(+x) ? x : `"${x}"`}`);
  const model = run.model.preset ? `"${run.model.name}"` : run.model.python;
  const theme = ui.theme === "auto" ? "" : ` --theme ${ui.theme}`;
  const rest = entries.filter(([key]) => key !== "theme" && key !== "lesson");
  const lesson = ui.lesson ? ` --lesson ${ui.lesson}` : "";
  const write = `hhanim explore --no-open --model ${modelName(run)}${sets(rest)}${lesson}${theme}`;
  const embed = `${write}\n${iframe("output/explorer.html")}`;
  return { link: `hh.explore(${model}${words.join("")})`, embed };
}

function open() {
  const { link, embed } = places(), command = `${commandLine()}\n${numbersLine()}`.trim();
  for (const [name, text] of Object.entries({ link, command, python: pythonCode(), toml: tomlText(), embed }))
    $(`export-${name}`).textContent = text;
  $("link-here").hidden = Boolean(BASE) || location.protocol !== "file:";
  $("export").showModal();
}

export function wireExport() {
  on("share", "click", open);
  on("close", "click", () => $("export").close());
  on("png", "click", savePicture);
  on("page", "click", savePage);
  on("csv", "click", () => download("csv", new Blob([csvText()], { type: "text/csv" })));
  for (const name of ["link", "command", "python", "toml", "embed"])
    on(`copy-${name}`, "click", (event) => copy($(`export-${name}`).textContent, event.target));
}
