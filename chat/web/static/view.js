// The window: what of the thread is in sight, how high the composer is, and the list as the drawer of a phone.

import { $ } from "./drawing.js";

const composer = $("question"), scroller = $("scroll");
const narrow = matchMedia("(max-width: 47.99rem)");
let sticks = true; // the latest stays in sight, until the person scrolls up
let lastTop = 0;
const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
const isEmpty = () => Boolean(scroller.querySelector(".empty"));
const stick = () => {
  if (sticks && !isEmpty()) scroller.scrollTop = scroller.scrollHeight;
  if (sticks) lastTop = scroller.scrollTop;
  $("jump").hidden = sticks || isAtEnd() || isEmpty();
};
export const toLatest = () => { sticks = true; stick(); };
export function fitComposer() {
  composer.style.height = "auto";
  composer.style.height = `${composer.scrollHeight}px`;
}

export function showList(isShown) {
  document.body.classList.toggle("list-open", isShown);
  $("open-list").setAttribute("aria-expanded", isShown);
  $("main").inert = isShown && narrow.matches;
}

// Where the person reads, to come back to after drawing anew; null at the end.
export const reading = () => (sticks ? null : scroller.scrollTop);
export function readOn(place) {
  if (place === null) toLatest();
  else scroller.scrollTop = place;
}

const resized = new ResizeObserver(stick);
for (const element of [$("thread"), scroller]) resized.observe(element);
scroller.addEventListener("scroll", () => {
  // The event comes a frame late, when more may have arrived below: only a way up is the person's.
  sticks = isAtEnd() || (sticks && scroller.scrollTop >= lastTop);
  lastTop = scroller.scrollTop;
  $("jump").hidden = sticks || isEmpty();
});
$("jump").addEventListener("click", () => { toLatest(); composer.focus(); });

// False where it was not open.
export function closeList() {
  if (!document.body.classList.contains("list-open")) return false;
  showList(false);
  $("open-list").focus();
  return true;
}

$("open-list").addEventListener("click", () => { showList(true); $("close-list").focus(); });
for (const id of ["close-list", "shade"]) $(id).addEventListener("click", closeList);
