"use strict";
// A page of films: groups of versions of one film, of which one is shown or several side by side, and perhaps an index.
// What is pressed goes to all that are shown. CuePlayer knows where each of them rests.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const index = document.getElementById("index"), groups = all(".group"), blank = document.getElementById("blank");
const visible = () => all(".group:not([hidden]) .film:not([hidden])");
const player = film => film.querySelector("figure").cues;  // none of a picture
const shown = () => visible().filter(player);

// A film that is in the page itself, as text, becomes a Blob, which every browser plays and seeks in.
const fill = film => {
  const video = film.querySelector("video"), link = film.querySelector("[data-blob]");
  if (!video) return;
  if (video.dataset.from && !video.src) {
    const {textContent, type} = document.getElementById(video.dataset.from), text = atob(textContent.trim());
    video.src = URL.createObjectURL(new Blob([Uint8Array.from(text, c => c.charCodeAt(0))], {type}));
  }
  if (link) link.href = video.src;
  player(film).whole();
  if (video.loop) video.play().catch(() => {});  // where a browser wants to be asked first
};
// What loops is a clip. It begins by itself, but for those who want less motion.
if (matchMedia("(prefers-reduced-motion: reduce)").matches) for (const video of all("video")) video.loop = false;
const choose = (group, films) => {
  for (const film of all(".film", group)) {
    film.hidden = !films.includes(film);
    if (film.hidden) film.querySelector("video")?.pause(); else fill(film);
  }
  for (const button of all("[data-film]", group))
    button.setAttribute("aria-pressed", films.some(film => film.dataset.name === button.dataset.film));
};
// Of several versions the one in the reader's language and of the screen's shape.
const fitting = films => {
  const tall = matchMedia("(max-aspect-ratio: 4/5)").matches, spoken = navigator.language.split("-")[0];
  const worth = film => 2 * (film.lang.split("-")[0] === spoken) + ((film.dataset.shape === "tall") === tall);
  return films.reduce((best, film) => worth(film) > worth(best) ? film : best);
};
const show = () => {
  const [name, version] = decodeURIComponent(location.hash.slice(1)).split("/");
  const group = groups.find(g => g.id === name) ?? (index ? null : groups[0]);
  if (index) index.hidden = Boolean(group);
  for (const g of groups) {
    g.hidden = g !== group;
    if (g.hidden) all("video", g).forEach(video => video.pause());
  }
  if (!group) return;
  const films = all(".film", group), asked = films.find(film => film.dataset.name === version);
  if (asked || !films.some(film => !film.hidden)) choose(group, [asked ?? fitting(films)]);
  document.title = group.querySelector(".film:not([hidden]) h1").textContent;
};

const acts = {
  next: film => player(film).next(),
  back: film => player(film).back(),
  play: film => { const {video} = player(film); if (video.paused) video.play(); else video.pause(); },
  sound: film => toggle(film, "sound", !(player(film).video.muted = !player(film).video.muted)),
  captions: film => caption(film, film.captions ? "" : film.asked),
  descriptions: film => toggle(film, "descriptions", !film.classList.contains("described")),
  full: film => {
    const figure = film.querySelector("figure");
    if (document.fullscreenElement) document.exitFullscreen();
    else if (figure.requestFullscreen) figure.requestFullscreen();
    else player(film).video.webkitEnterFullscreen();  // an iPhone knows only that of films
  },
};
// What is said, in a language that it is there in, or not at all.
const caption = (film, code) => {
  const choice = film.querySelector(".bar select");
  film.captions = code;
  if (code) film.asked = code;
  film.querySelector(".caption").classList.toggle("off", !code);
  film.querySelector("[data-do=captions]")?.setAttribute("aria-pressed", Boolean(code));
  if (choice) choice.value = code;
  film.dispatchEvent(new Event("said"));
};
const toggle = (film, what, on) => {
  if (what === "descriptions") { film.classList.toggle("described", on); film.dispatchEvent(new Event("said")); }
  film.querySelector(`[data-do=${what}]`).setAttribute("aria-pressed", on);
};
const act = name => { for (const film of name === "full" ? shown().slice(0, 1) : shown()) acts[name](film); };
const from = k => {
  for (const film of shown()) if (k < player(film).last) { player(film).go(k, false); player(film).video.play(); }
};

const clock = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;
const begin = film => {
  const video = film.querySelector("video"), buttons = all("[data-cue]", film);
  const place = film.querySelector("[type=range]"), time = film.querySelector("output");
  video.controls = false;  // they would lie on the picture; the bar below has them
  const tell = () => {
    film.classList.toggle("playing", !video.paused);
    place.value = video.currentTime;
    time.textContent = `${clock(video.currentTime)} / ${clock(place.max)}`;
    place.setAttribute("aria-valuetext", time.textContent);
    const now = player(film).here;
    for (const button of buttons) {
      if (Number(button.dataset.cue) === Math.min(now, player(film).last - 1)) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  };
  place.addEventListener("input", () => {
    for (const one of shown()) { player(one).until = Infinity; player(one).video.currentTime = place.value; }
  });
  video.addEventListener("click", () => act("play"));
  for (const kind of ["play", "pause", "seeked", "timeupdate", "ended"]) video.addEventListener(kind, tell);
  for (const element of all("track", film)) {
    const {track} = element, place = film.querySelector(track.kind === "captions" ? ".caption" : ".description");
    track.mode = "hidden";  // read, and written below the picture
    const say = () => {  // activeCues is empty until a film has begun
      if (track.kind === "captions" && track.language !== film.captions) return;
      const at = video.currentTime, said = [...track.cues ?? []].filter(cue => cue.startTime <= at && at < cue.endTime);
      if (track.kind === "captions" || film.classList.contains("described"))
        place.replaceChildren(...said.map(cue => cue.getCueAsHTML()));
    };
    element.addEventListener("load", say);
    track.addEventListener("cuechange", say);
    video.addEventListener("seeked", say);
    film.addEventListener("said", say);
  }
  const codes = [...video.textTracks].filter(track => track.kind === "captions").map(track => track.language);
  const own = navigator.language.split("-")[0];
  caption(film, codes.find(code => code.split("-")[0] === own) ?? codes[0] ?? "");
  film.querySelector(".bar select")?.addEventListener("change", event => shown().forEach(one => caption(one, event.target.value)));
  tell();
  for (const button of all("[data-do]", film)) button.addEventListener("click", () => act(button.dataset.do));
  for (const button of all("[data-cue]", film)) button.addEventListener("click", () => from(Number(button.dataset.cue)));
};
// A browser's own full screen shows the picture alone, which keeps its lowest tenth free for what is said.
const alone = filling => {
  for (const video of all("video")) for (const track of [...video.textTracks].filter(track => track.kind === "captions"))
    track.mode = filling === video && track.language === video.closest(".film").captions ? "showing" : "hidden";
};
document.addEventListener("fullscreenchange", () => alone(document.fullscreenElement));
document.addEventListener("webkitbeginfullscreen", event => alone(event.target), true);
document.addEventListener("webkitendfullscreen", () => alone(null), true);

// As presenters send them. They work while a film is in sight; elsewhere they scroll, as ever.
const KEYS = {
  PageDown: "next", ArrowRight: "next", n: "next", PageUp: "back", ArrowLeft: "back", p: "back",
  c: "captions", m: "sound", d: "descriptions", f: "full", " ": "space", ".": "blank", b: "blank",
};
const inSight = element => { const box = element.getBoundingClientRect(); return box.bottom > 100 && box.top < innerHeight - 100; };
document.addEventListener("keydown", event => {
  const films = shown(), focus = document.activeElement;
  if (!films.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (focus.matches("input:not([type=range], [type=checkbox]), select, textarea")) return;
  if (focus.type === "range" && event.key.startsWith("Arrow")) return;
  let what = KEYS[event.key];
  const within = document.fullscreenElement || focus.closest("figure");
  if (within && event.key === "ArrowDown") what = "next";
  if (within && event.key === "ArrowUp") what = "back";
  if (!blank.hidden) what = "blank";
  if (event.key === " " && focus.matches("button, summary, a, input")) return;
  if (!what || !films.some(film => inSight(film.querySelector("video")))) return;
  if (["descriptions", "sound"].includes(what) && !films[0].querySelector(`[data-do=${what}]`)) return;
  event.preventDefault();
  event.stopPropagation();
  if (what === "blank") { blank.hidden = !blank.hidden; films.forEach(film => player(film).video.pause()); }
  else if (what === "space") act(player(films[0]).video.paused ? "next" : "play");
  else act(what);
}, true);
blank.addEventListener("click", () => { blank.hidden = true; });

for (const group of groups) {
  const together = group.querySelector("[data-together]");
  for (const button of all("[data-film]", group)) button.addEventListener("click", () => {
    const film = all(".film", group).find(one => one.dataset.name === button.dataset.film), seen = visible();
    const others = together?.checked ? seen.filter(other => other !== film) : [];
    choose(group, seen.includes(film) && others.length ? others : all(".film", group).filter(f => f === film || others.includes(f)));
  });
  together?.addEventListener("change", () => {
    if (!together.checked) { choose(group, visible().slice(0, 1)); return; }
    const video = shown().map(player)[0]?.video, playing = video && !video.paused;
    choose(group, all(".film", group));
    for (const film of shown()) { player(film).video.currentTime = playing ? 0 : video?.currentTime ?? 0; if (playing) player(film).video.play(); }
  });
}
if (index) {
  const form = index.querySelector("form"), cards = all(".cards li"), count = index.querySelector("output");
  const filter = () => {
    const asked = Object.fromEntries(new FormData(form)), words = asked.words.toLowerCase().split(/\s+/);
    for (const card of cards) {
      const said = (card.textContent + card.dataset.words).toLowerCase();
      card.hidden = !(words.every(word => said.includes(word)) && (!asked.kind || card.dataset.kind === asked.kind)
        && (!asked.language || card.dataset.languages.split(" ").includes(asked.language)));
    }
    count.textContent = `${cards.filter(card => !card.hidden).length} / ${cards.length}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  filter();
}
addEventListener("hashchange", () => { show(); scrollTo(0, 0); });
document.addEventListener("DOMContentLoaded", () => { all(".film").filter(player).forEach(begin); show(); });
