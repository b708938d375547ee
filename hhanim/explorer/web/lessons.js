/* Lessons: predict, do, see, why. A lesson stays while one works, and sees for itself when what it asks for
   has been done. */

import { LESSONS } from "./data.js";
import { $, choices, make, on } from "./dom.js";
import { tellCourse } from "./course.js";
import { wireHint } from "./hint.js";
import { kept, lessonOf, understand } from "./link.js";
import { settings, ui } from "./settings.js";
import { tr } from "./words.js";

/* Of the step that is shown: the choice that was made, whether it has been done, when it was asked. */
const taught = { answer: null, done: false, since: 0 };
/* Every question that has been answered: {lesson, step, question, answer, right, correct, seconds}. */
export const answers = [];

const stepOf = () => lessonOf(ui.lesson)?.steps[ui.step - 1];

/* All settings before the step, or once it has been done. */
function settingsOf(step, ...more) {
  return understand(Object.entries(Object.assign({}, step.start, ...more))).next;
}

/* The settings that differ from what the step wants them to be, but for those it asks to change. */
function astray(step) {
  const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
  const want = settingsOf(step, step.set);
  const same = (key) => settings[key] === want[key] || near(settings[key], want[key]);
  const off = Object.keys(want).filter((key) => !same(key));
  return { missing: off.filter((key) => key in step.set), other: off.filter((key) => !(key in step.set)) };
}

/* After every run: has what was asked for been done? */
export function attend() {
  const step = stepOf();
  if (!step) return;
  const { missing, other } = astray(step);
  if (taught.answer !== null && !taught.done && !missing.length && !other.length) finish(step);
  const elsewhere = taught.answer !== null && !taught.done && !missing.length && other.length;
  const what = other.join(", ");
  $("lesson-astray").textContent = elsewhere
    ? tr("Something else has changed as well: {what}. Start the step again to compare.", { what }) : "";
}

function finish(step) {
  const { lesson, step: number } = ui, correct = taught.answer === step.right;
  taught.done = true;
  answers.push({
    lesson, step: number, question: step.ask, answer: step.choices[taught.answer],
    right: step.choices[step.right], correct, seconds: Math.round((performance.now() - taught.since) / 1000),
  });
  const last = number === lessonOf(lesson).steps.length;
  const mine = new Map(answers.filter((a) => a.lesson === lesson).map((a) => [a.step, a.correct]));
  tellCourse(lesson, [...mine.values()].filter(Boolean).length / lessonOf(lesson).steps.length, last);
  paintStep();
}

function choose(n) {
  if (taught.done) return;
  taught.answer = n;
  paintStep();
  attend();
  $("lesson-try").focus({ preventScroll: true });
}

/* The lesson's place on the page: what is asked, then what to do, then what was seen and why. */
function paintStep() {
  const lesson = lessonOf(ui.lesson), step = stepOf(), { answer, done } = taught;
  $("lesson").hidden = !step;
  $("lesson-choice").value = lesson ? lesson.key : "";
  if (!step) return;
  const count = lesson.steps.length, last = ui.step === count;
  $("lesson-title").textContent = lesson.title;
  $("lesson-count").textContent = tr("{step} of {count}", { step: ui.step, count });
  $("lesson-text").textContent = step.text;
  $("lesson-ask").textContent = step.ask;
  $("lesson-choices").replaceChildren(...step.choices.map((text, n) => make("button", {
    type: "button", "aria-pressed": String(answer === n), disabled: done && n !== answer && n !== step.right,
    class: done ? (n === step.right ? "right" : n === answer ? "wrong" : "") : "", onclick: () => choose(n),
  }, text)));
  $("lesson-do").hidden = answer === null;
  $("lesson-task").textContent = step.do;
  $("lesson-try").hidden = done;
  $("lesson-found").hidden = !done;
  const verdict = answer === step.right ? tr("As you predicted.") : tr("Not what you predicted.");
  $("lesson-verdict").textContent = verdict;
  $("lesson-see").textContent = done ? step.see : "";
  $("lesson-why").textContent = done ? step.why : "";
  $("lesson-next").textContent = last ? tr("Another lesson") : tr("Next");
  $("lesson-answers").hidden = !answers.length;
}

function begin() { Object.assign(taught, { answer: null, done: false, since: performance.now() }); }

/* Whether another step is shown than before; its settings are loaded with it. */
export function turnLesson(before) {
  if (before.lesson !== ui.lesson || before.step !== ui.step) begin();
  paintStep();
}

/* The answers as a table. */
export function answersText() {
  const cell = (x) => (/[",\n]/.test(x) ? `"${String(x).replace(/"/g, '""')}"` : x);
  const head = ["lesson", "step", "question", "answer", "right", "correct", "seconds"];
  const rows = [head, ...answers.map((a) => head.map((key) => cell(a[key])))];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

/* load(entries) begins anew with settings, apply(settings) changes some by hand, save() keeps the answers. */
export function wireLessons(load, apply, save) {
  const menu = (some, label) => make("optgroup", { label }, ...some.map(({ key, title }) =>
    make("option", { value: key }, title)));
  const long = LESSONS.filter(({ steps }) => steps.length > 1);
  const short = LESSONS.filter(({ steps }) => steps.length === 1);
  choices("lesson-choice", [["", tr("Choose a lesson…")]]);
  $("lesson-choice").append(menu(long, tr("Lessons")), menu(short, tr("One question each")));
  const look = () => kept().filter(([key]) => key !== "lesson" && key !== "step");
  const open = (key, step = 1) => {
    begin();
    load([["lesson", key], ["step", step], ...look()]);
  };
  on("lesson-choice", "change", () => {
    if ($("lesson-choice").value) open($("lesson-choice").value); else leave();
  });
  wireHint(() => open(LESSONS[0].key));
  const leave = () => {
    ui.lesson = null;
    paintStep();
    $("lesson-choice").focus();
  };
  on("lesson-again", "click", () => open(ui.lesson, ui.step));
  on("lesson-close", "click", leave);
  on("lesson-try", "click", () => apply(stepOf().set));
  on("lesson-answers", "click", save);
  on("lesson-next", "click", () => {
    const keys = LESSONS.map(({ key }) => key), last = ui.step === lessonOf(ui.lesson).steps.length;
    if (last) open(keys[(keys.indexOf(ui.lesson) + 1) % keys.length]); else open(ui.lesson, ui.step + 1);
    $("lesson-choices").querySelector("button").focus({ preventScroll: true });
  });
}
