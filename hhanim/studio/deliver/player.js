"use strict";
// Films that stop at their cues, in pages, notebooks and decks of every kind. A film is
//
//     <figure data-cues="[0, 5.4, 8, …, 90]"> <video> <i data-step>… </figure>
//
// seconds at which it rests: the start of each section, then its end. Of a deck, each step (a fragment of reveal.js
// or Marp, a click of Slidev) is one section: when the deck shows one more, the film plays on to where it rests next;
// when it hides one, the film is where it was before. Nothing else is asked of the deck, so its own "next" and "back",
// from whatever key, clicker or finger, go through the film. Without steps, next() and back() are for buttons and keys.
// A figure with data-loop plays while it is seen, except for those who want less motion. Whatever comes between, a film
// that is on its way to a rest gets there: at once, where it cannot play or is not seen any more.
if (!window.CuePlayer) {
window.CuePlayer = class CuePlayer {
  static SHOWN = "[data-step]:is(.visible, [data-bespoke-marp-fragment=active], .slidev-vclick-target:not(.slidev-vclick-hidden))";
  static SPEAKER = /[?&](receiver|view=(presenter|next))\b|\/presenter\b/;  // the window that the hall does not see: without sound
  static BIT = 0.001;  // seconds: beyond the border between two frames, so that rounding does not show the one before

  constructor(film) {
    this.film = film;
    this.video = film.querySelector("video");
    if (CuePlayer.SPEAKER.test(location.href)) this.video.muted = true;
    this.rests = JSON.parse(film.dataset.cues);
    this.loop = film.hasAttribute("data-loop") && matchMedia("(prefers-reduced-motion: no-preference)").matches;
    this.at = 0;  // of the rests, where the film is or goes to
    this.until = Infinity;  // seconds at which it stops; a film that was started by its own controls does not
    this.video.addEventListener("play", () => this.follow());
    this.video.addEventListener("ended", () => { this.until = Infinity; });
    this.video.addEventListener("timeupdate", () => this.stop());  // where the window is not drawn
    this.video.addEventListener("loadedmetadata", () => this.whole());
    film.cues = this;
    this.told = this.shown;  // how many steps the deck shows
    this.go(this.told, false);
    this.look();
  }
  get last() { return this.rests.length - 1; }
  get seen() {  // reveal.js makes the slides that are not shown inert
    return this.video.checkVisibility({visibilityProperty: true}) && !this.video.closest("[inert], [hidden], [aria-hidden=true]");
  }
  get shown() { return this.film.querySelectorAll(CuePlayer.SHOWN).length; }
  get here() { return this.rests.findLastIndex(rest => rest <= this.video.currentTime + 2 * CuePlayer.BIT); }

  // To rest k, played there if it is the next one; true, for whoever asks whether there was one.
  go(k, play = k === this.at + 1) {
    const {video, rests, at} = this;
    this.at = k;
    this.until = play ? rests[k] : Infinity;
    if (!play) video.pause();
    if (!play) this.put(rests[k]);
    else if (!(rests[at] <= video.currentTime && video.currentTime < rests[k]) || !video.paused) this.put(rests[at]);
    if (play) this.play();
    return true;
  }
  next() {
    if (this.until === Infinity || this.video.paused) this.at = this.here;
    return this.at < this.last && this.go(this.at + 1, true);
  }
  back() {
    const begun = !this.video.paused || this.video.currentTime > this.rests[this.here] + 1, k = this.here - (begun ? 0 : 1);
    return k >= 0 && this.go(k, false);
  }
  // Without its sound where a browser lets nobody hear what nobody has touched.
  play() {
    const {video} = this;
    video.play().catch(error => {
      if (error.name === "AbortError") return;  // it was told something else meanwhile
      if (error.name === "NotAllowedError" && !video.muted) { video.muted = true; this.play(); }
      else if (this.until < Infinity) this.go(this.at, false);
    });
  }
  put(seconds) { this.video.currentTime = seconds && Math.min(seconds + CuePlayer.BIT, this.video.duration || Infinity); }

  // A server that sends no parts of files lets nobody seek: then a film is fetched as a whole, once it is on the way.
  async whole() {
    const {video} = this, seeks = video.seekable.length && video.seekable.end(0) > 0;
    if (this.fetched || seeks || !video.readyState || video.currentSrc.startsWith("blob:") || video.closest("[hidden]")) return;
    this.fetched = true;
    video.src = URL.createObjectURL(await (await fetch(video.currentSrc)).blob());
    this.go(this.at, false);
  }

  // Frame by frame while it plays.
  follow() {
    this.stop();
    if (this.video.paused) return;
    const again = () => this.follow();
    if (this.video.requestVideoFrameCallback) this.video.requestVideoFrameCallback(again); else requestAnimationFrame(again);
  }
  stop() {
    const {video, until, at} = this;
    if (until < Infinity && (at < this.last && video.currentTime >= until || !this.seen)) this.go(at, false);
    else if (!video.paused && !this.seen) video.pause();
  }
  look() {
    const {shown, told} = this;
    this.told = shown;
    this.whole();
    if (this.loop) { if (!this.seen) this.video.pause(); else if (this.video.paused) this.play(); }
    else if (shown !== told) this.go(shown, this.seen && shown === this.at + 1);
    else this.stop();  // the deck may have left it
  }
};
  const look = () => document.querySelectorAll("[data-cues]").forEach(film => { if (film.cues) film.cues.look(); else new CuePlayer(film); });
  const changes = {subtree: true, childList: true, attributeFilter: ["class", "inert", "data-bespoke-marp-fragment"]};
  // Films in the page itself, as text, become Blobs, which every browser plays and seeks in.
  const unpack = async video => {
    const text = document.getElementById(video.dataset.film).textContent.trim();
    video.src = URL.createObjectURL(new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))], {type: "video/mp4"}));
  };
  const begin = () => {
    document.querySelectorAll("video[data-film]").forEach(unpack);
    look();
    new MutationObserver(look).observe(document.documentElement, changes);
  };
  // Not before: of a page that is being read there may be half a film.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  // c shows the captions, as in a player: a deck has no controls.
  document.addEventListener("keydown", event => {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
    const tracks = [...document.querySelectorAll("[data-cues] track")].map(element => element.track);
    const mode = tracks.some(track => track.mode === "showing") ? "hidden" : "showing";
    for (const track of tracks) track.mode = mode;
  });
}
