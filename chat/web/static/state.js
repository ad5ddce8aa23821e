// What the page has before it: the conversation, the run that is followed, the list. And how it waits, and says no.

import { $, button, make, notify, start, text } from "./drawing.js";
import { drafts, person, Refused } from "./server.js";
import { fitComposer } from "./view.js";

export const page = {
  shown: null, // the conversation on the page: {id, title, isNew, turns, hasEarlier, …}
  live: null, // the run that is followed: {id, turn, seq, abort, …}
  conversations: start.conversations, // the list, as the server has told it
};

// What the page does, for those who draw and follow: chat.js says how.
export const acts = {
  ask: null, again: null, edit: null, refuse: null, goOn: null, load: null, startNew: null, wake: null, drawFrame: null,
};

// A new conversation, which the server does not know yet.
export const blank = () => ({ id: crypto.randomUUID(), title: "", isNew: true, turns: [] });

const otherTabs = new BroadcastChannel("drive-agent");
export const tellOtherTabs = () => otherTabs.postMessage(person.id);
otherTabs.addEventListener("message", ({ data }) => { if (data === person.id) acts.wake(); });

// --- What was typed

const composer = $("question");
export const draftName = ({ isNew, id } = page.shown) => (isNew ? "new" : id);
export const saveDraft = (name = draftName()) => drafts.set(name, composer.value);
export const write = (value) => { composer.value = value; fitComposer(); };

// --- Waiting

const pauses = new Set();

// For so many seconds, or until `nudge`.
export const pause = (seconds) => new Promise((go) => {
  const end = () => { pauses.delete(end); go(); };
  pauses.add(end);
  if (seconds < Infinity) setTimeout(end, seconds * 1000);
});
export const nudge = () => { for (const end of [...pauses]) end(); };

// Whether anybody sits before the page: a tab that is left open asks for nothing all night.
let lastSeen = Date.now();
export const isAway = () => Date.now() - lastSeen > 20 * 60_000;
export function isHere() {
  const wasAway = isAway();
  lastSeen = Date.now();
  if (wasAway) acts.wake();
}

// --- What is wrong, and the way on

export function fail(error) {
  if (error.name === "AbortError" || person.isStrange) return;
  if (!(error instanceof Refused)) throw error;
  if (error.code === "sign_in") {
    const again = `/chat/sign-in?to=${encodeURIComponent(location.pathname)}`;
    notify("sign_in", text("notice.signed_out"), make("a", { class: "button", href: again }, text("notice.sign_in")));
  } else if (error.code === "offline") notify("offline", error.message, button(text("notice.retry"), null, acts.wake));
  else notify(error.code, error.message);
}
