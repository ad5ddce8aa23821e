// The web chat's page: which conversation it shows, what people do, and what can happen to a page.
// Plain DOM, no library. What it asks the server, and what comes back, is in docs/web.md.

import { showAccount } from "./account.js";
import { $, ask, hush, notify, text } from "./drawing.js";
import { openMenu, refresh } from "./list.js";
import { follow, goOn, leave, refuse, stop } from "./runs.js";
import { send, settleIn } from "./sending.js";
import { drafts, json, person, recognise } from "./server.js";
import { acts, blank, draftName, fail, isHere, nudge, page, pause, saveDraft, write } from "./state.js";
import { drawFrame, drawThread } from "./thread.js";
import { closeList, fitComposer, reading, readOn, showList, toLatest } from "./view.js";

const composer = $("question"), dialog = $("dialog");
const touch = matchMedia("(hover: none)");

Object.assign(acts, {
  edit: (turn) => { write(turn.question); saveDraft(); composer.focus(); },
  again: (turn) => acts.ask(turn.question),
  ask: (question, isTyped) => send(question, isTyped).catch(fail),
  refuse: (turn, part) => refuse(turn, part).catch(fail),
  goOn: () => goOn(true),
  load,
  startNew,
  wake,
  drawFrame,
});

// --- The conversation that is shown

function route() {
  if (person.isStrange) return;
  const [, id] = location.pathname.match(/^\/chat\/c\/([\w-]{8,64})$/) ?? [];
  if (id) load(id);
  else startNew();
}

function startNew(isPushed) {
  leave();
  page.shown = blank();
  if (isPushed && location.pathname !== "/chat") history.pushState(null, "", "/chat");
  show();
}

function show() {
  hush("busy");
  write(drafts.get(draftName()));
  showList(false);
  drawThread();
  toLatest();
  if (!touch.matches) composer.focus();
}

async function load(id) {
  const isSame = page.shown?.id === id, place = isSame ? reading() : null;
  leave();
  if (!isSame) {
    page.shown = { id, title: page.conversations.find((known) => known.id === id)?.title ?? "", turns: [] };
    show();
  }
  const conversation = page.shown, loading = (conversation.loading = {});
  const isOld = () => page.shown !== conversation || conversation.loading !== loading;
  let answer;
  try { answer = await json(`/chat/api/conversations/${id}`); } catch (error) {
    return isOld() ? null : notLoaded(conversation, error);
  }
  if (isOld()) return;
  const turn = answer.turns.at(-1);
  if (answer.run && turn?.run !== answer.run) { // it is only about to begin
    await pause(1);
    return isOld() ? null : load(id);
  }
  hush("reconnecting", "offline");
  const { title, turns, earlier: hasEarlier } = answer;
  Object.assign(conversation, { title, turns, hasEarlier, isLoaded: true, failures: 0 });
  if (turn) settleIn(conversation, turn);
  if (answer.run && answer.run === conversation.lost) turn.note = text("turn.back");
  if (answer.run) page.live = { id: answer.run, turn, seq: 0, abort: new AbortController() };
  drawThread();
  readOn(place);
  if (page.live) follow(page.live).catch(fail);
  else goOn();
}

async function notLoaded(conversation, error) {
  conversation.isLoaded = false;
  if (error.code === "no_conversation" && !conversation.isNew) {
    history.replaceState(null, "", "/chat");
    startNew();
    refresh(true).catch(fail);
  }
  fail(error);
  if (error.code !== "offline" || !navigator.onLine) return;
  conversation.failures = (conversation.failures ?? 0) + 1;
  await pause(Math.min(10, conversation.failures));
  if (page.shown === conversation && !conversation.isLoaded) load(conversation.id);
}

// --- What people do

const on = (target, type, act) => (typeof target === "string" ? $(target) : target).addEventListener(type, act);
on(composer, "input", () => { fitComposer(); saveDraft(); });
on(composer, "keydown", (event) => {
  // Enter that ends a composition (Japanese and others) chooses a word. Safari says so by the key code alone.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  acts.ask(composer.value, true);
});
on("composer", "submit", (event) => { event.preventDefault(); acts.ask(composer.value, true); });
on("stop", "click", () => stop().catch(fail));
for (const id of ["new", "home"]) on(id, "click", (event) => { event.preventDefault(); startNew(true); });
on("manage", "click", (event) => openMenu(event, page.shown.id));
on(document, "keydown", (event) => {
  if (event.key?.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !dialog.open) {
    event.preventDefault();
    startNew(true);
  }
  if (event.key !== "Escape" || event.isComposing || dialog.open || document.querySelector(":popover-open")) return;
  if (!closeList() && !$("stop").hidden) stop().catch(fail);
});
for (const type of ["keydown", "pointerdown", "pointermove"]) on(document, type, isHere);

// --- What happens to the page

// Back from sleep, from another tab, from being offline: everything may have changed.
let isWaking = false;
async function wake() {
  if (isWaking || document.hidden || person.isStrange) return;
  isWaking = true;
  try {
    if (!(await recognise())) return;
    nudge();
    await refresh();
    goOn();
  } catch (error) { fail(error); } finally { isWaking = false; }
}

let hiddenSince = 0;
on(document, "visibilitychange", () => {
  if (document.hidden) { hiddenSince = Date.now(); return; }
  const { live } = page;
  if (live?.isFollowed && Date.now() - hiddenSince > 15_000) live.abort.abort(); // it may be dead without knowing
  isHere();
  wake();
});
on(window, "focus", () => { isHere(); wake(); });
on(window, "online", () => { hush("offline", "reconnecting"); wake(); });
on(window, "offline", () => notify("offline", text("notice.offline")));
on(window, "popstate", route);

person.onKnown = () => {
  $("sign-out").csrf.value = person.csrf;
  hush("sign_in", "offline");
};

// Nothing of the person who was here is left for the next one.
person.onStranger = (now) => {
  leave();
  Object.assign(page, { shown: blank(), conversations: [] });
  drawFrame();
  const places = ["start", "thread", "list", "title", "said", "status", "connections"].map($);
  const names = document.querySelectorAll(".name, .face.person");
  for (const element of [...places, ...names]) element.replaceChildren();
  $("sign-out").csrf.value = "";
  write("");
  hush();
  const body = text("dialog.somebody_else_text", now), yes = text("dialog.go_on", now);
  ask({ heading: text("dialog.somebody_else"), body, yes, isFinal: true }).then(() => location.replace("/chat"));
};

showAccount(fail);
if (/Mac|iP(hone|ad)/.test(navigator.platform)) $("new").querySelector("kbd").textContent = "⌘ K";
route();
