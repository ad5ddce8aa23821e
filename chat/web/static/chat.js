// The web chat's page: conversations, the runs it follows, and how it comes back from whatever can happen to a page.
// Plain DOM, no library. What it asks the server, and what comes back, is in docs/web.md.

import { showAccount } from "./account.js";
import { $, ask, button, dayInWords, hush, icon, locale, make, notify, outward, start, text, tool, unseen } from "./drawing.js";
import { api, drafts, events, json, person, recognise, Refused } from "./server.js";
import { acts, elementOf, put, settleTurn, unsay, waits } from "./turns.js";
import { closeList, fitComposer, reading, readOn, showList, toLatest } from "./view.js";

const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const composer = $("question"), scroller = $("scroll"), thread = $("thread"), dialog = $("dialog");
const otherTabs = new BroadcastChannel("drive-agent");
const touch = matchMedia("(hover: none)");
let { conversations } = start;
let shown = null; // the conversation on the page: {id, title, isNew, turns, hasEarlier, …}
let live = null; // the run that is followed: {id, turn, seq, abort, …}
let nudge = () => {}; // ends a pause early

const pause = (seconds) => new Promise((go) => { nudge = go; if (seconds < Infinity) setTimeout(go, seconds * 1000); });

const draftName = ({ isNew, id } = shown) => (isNew ? "new" : id);
const saveDraft = (name = draftName()) => drafts.set(name, composer.value);
const write = (value) => { composer.value = value; fitComposer(); };

// --- What is wrong, and the way on

function fail(error) {
  if (error.name === "AbortError" || person.isStrange) return;
  if (!(error instanceof Refused)) throw error;
  const again = `/chat/sign-in?to=${encodeURIComponent(location.pathname)}`;
  if (error.code === "sign_in") notify("sign_in", text("notice.signed_out"), make("a", { class: "button", href: again }, text("notice.sign_in")));
  else if (error.code === "offline") notify("offline", error.message, button(text("notice.retry"), null, wake));
  else notify(error.code, error.message);
}

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

async function refresh(isOurs) {
  const summary = () => JSON.stringify(conversations.find(({ id }) => id === shown.id));
  const before = summary();
  ({ conversations } = await json("/chat/api/conversations"));
  drawList();
  if (!isOurs && !live && !shown.isNew && (!shown.isLoaded || (summary() && summary() !== before))) await load(shown.id);
}

// --- Drawing

function drawList() {
  const focused = document.activeElement?.getAttribute("href");
  let group = "";
  const rows = conversations.flatMap(({ id, title, updated, state }) => {
    const heading = dayInWords(updated, { month: "long", year: "numeric" });
    const name = title || text("list.untitled");
    const mark = state !== "idle" && make("span", { class: `mark-${state}` }, unseen(text(`list.${state}`)));
    const attributes = { href: `/chat/c/${id}`, title: name, "aria-current": id === shown.id && "page" };
    const row = make("li", {}, make("a", { ...attributes, click: (event) => visit(event, id) }, make("span", {}, name), mark),
      tool(text("list.more", { title: name }), "more", (event) => openMenu(event, id), { popovertarget: "menu", title: null }));
    if (heading === group) return [row];
    group = heading;
    return [make("li", { class: "day" }, heading), row];
  });
  $("list").replaceChildren(rows.length ? make("ul", {}, ...rows) : make("p", { class: "fine" }, text("empty.none")));
  if (focused) $("list").querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function drawFrame() {
  const title = shown.title || text("list.untitled"), isAnswering = Boolean(live) && !waits(live.turn);
  $("title").textContent = title;
  document.title = shown.title ? `${title} – ${text("page.name")}` : text("page.name");
  $("manage").hidden = shown.isNew;
  $("manage").setAttribute("aria-label", text("list.more", { title }));
  if (document.activeElement === $(isAnswering ? "send" : "stop")) composer.focus();
  [$("stop").hidden, $("send").hidden] = [!isAnswering, isAnswering];
  drawList();
}

function drawThread() {
  thread.replaceChildren(shown.hasEarlier ? button(text("turn.earlier"), null, loadEarlier, { class: "second earlier" }) : "");
  shown.turns.forEach(drawTurn);
  if (shown.isNew && !shown.turns.length) {
    const suggest = (suggestion) => make("li", {}, button(suggestion, null, () => send(suggestion)));
    thread.append(make("div", { class: "empty" }, icon("mark"), make("h2", {}, text("empty.heading")), make("p", {}, text("empty.what")),
      make("h3", {}, text("empty.try")), make("ul", {}, ...start.suggestions.map(suggest))));
  }
  drawFrame();
}

function drawTurn(turn, index) {
  thread.append(elementOf(turn, shown.turns[index - 1]));
  settle(turn);
}

const settle = (turn) => settleTurn(turn, turn === shown.turns.at(-1), shown.isTired);
Object.assign(acts, {
  edit: (turn) => { write(turn.question); saveDraft(); composer.focus(); },
  again: (turn) => send(turn.question).catch(fail),
  refuse: (turn, part) => refuse(turn, part).catch(fail),
  goOn: () => goOn(true),
});

// --- Runs: a run lives in the server; the page follows it, and comes back to it

function feed(run, { type, name, value, messageId, delta, message, code, outcome, result }) {
  const { turn } = run, find = (kind, id) => turn.parts.findLast((part) => part.kind === kind && (!id || part.id === id));
  if (type === "RUN_STARTED") startOver(turn);
  else if (type === "TEXT_MESSAGE_START") put(turn, { kind: "text", id: messageId, html: "", markdown: "" });
  else if (type === "TEXT_MESSAGE_CONTENT") find("text", messageId).markdown += delta;
  else if (name === "drive-agent.html") {
    const { element } = find("text", value.messageId);
    while (element.children.length > value.from) element.lastElementChild.remove();
    element.append(...value.blocks.map((block) => outward(block)));
  } else if (name === "drive-agent.tool") {
    put(turn, { kind: "tool", ...value }, find("tool", value.id));
    if (value.status === "running") $("status").textContent = value.label;
  } else if (name === "drive-agent.files") put(turn, { kind: "files", ...value });
  else if (name === "drive-agent.notice") put(turn, { kind: "notice", ...value });
  else if (name === "drive-agent.connected") {
    run.isFresh = true;
    if (find("consent")) put(turn, { account: value.account ?? "" }, find("consent"));
    turn.outcome = "running";
    hush("waiting");
    $("status").textContent = value.account ? text("consent.connected", value) : text("consent.connected_unnamed");
  } else if (type === "RUN_ERROR") {
    run.hasFailed = true;
    if (code === "sign_in") wake(); // of whoever began the run: who is here may have signed in again
    else if (waits(turn)) notify("waiting", message);
    if (!waits(turn)) { // else consent may come yet, and is asked for again in a while
      turn.outcome = "failed";
      put(turn, { kind: "error", message: message || text("errors.internal") });
    }
  } else if (type === "RUN_FINISHED") {
    const [asked] = outcome?.interrupts ?? [];
    const card = asked && { kind: "consent", interrupt: asked.id, message: asked.message ?? "", account: null, ...asked.metadata };
    if (card) unsay(turn, card.message);
    turn.outcome = asked || waits(turn) ? "waiting" : result?.stopReason === "cancelled" ? "stopped" : "answered";
    if (card) put(turn, card, waits(turn) ? turn.parts.at(-1) : undefined);
  }
  run.isOver = type === "RUN_ERROR" || type === "RUN_FINISHED";
  settle(turn);
  if ($("stop").hidden !== waits(turn)) drawFrame();
}

// A run brings everything behind the last card, which ended an earlier run of the turn.
function startOver(turn) {
  const kept = turn.parts.findLastIndex(({ kind }) => kind === "consent") + 1;
  for (const part of turn.parts.splice(kept)) part.element.remove();
  if (!waits(turn)) turn.outcome = "running";
}

async function follow(run, response) {
  run.isFollowed = true;
  if (live !== run) run.abort.abort();
  for (let tries = 0; live === run; tries += 1) {
    let watch;
    const isAlive = () => { clearTimeout(watch); watch = setTimeout(() => run.abort.abort(), 60_000); };
    try {
      isAlive();
      response ??= await api(`/chat/api/runs/${run.id}?after=${run.seq}`, { signal: run.abort.signal });
      hush("reconnecting", "offline");
      for await (const [seq, event] of events(response)) {
        if (live !== run) return;
        isAlive();
        tries = 0;
        run.seq = seq || run.seq;
        if (event) feed(run, event);
        if (run.isOver) return finish(run);
      }
    } catch (error) {
      if (live !== run) return;
      if (error.code === "no_run") return load(shown.id);
      if (error.code === "sign_in") { fail(error); await pause(Infinity); }
      else if (tries) notify("reconnecting", text(navigator.onLine ? "notice.reconnecting" : "notice.offline"));
    } finally { clearTimeout(watch); }
    response = null;
    run.abort = new AbortController();
    if (tries) await pause(Math.min(15, 2 ** (tries - 1)));
  }
}

async function finish({ turn, isFresh, hasFailed }) {
  live = null;
  $("status").textContent = "";
  const said = turn.parts.filter(({ kind }) => kind !== "tool" && kind !== "files");
  $("said").textContent = said.map(({ element }) => element.textContent).join("\n");
  drawFrame();
  otherTabs.postMessage(person.id);
  refresh(true).catch(fail);
  if (!isFresh) await pause(hasFailed ? 15 : 1);
  goOn();
}

// A turn that waits for consent, or that was cut off, is continued without anything being typed.
async function goOn(isAsked) {
  const turn = shown.turns.at(-1), before = turn?.outcome;
  if (document.hidden || live || person.isStrange || !(waits(turn) || before === "cut_off")) return;
  turn.isGoingOn = before === "cut_off";
  if (turn.isGoingOn) {
    shown.continued = isAsked ? 1 : (shown.continued ?? 0) + 1;
    shown.isTired = shown.continued > 2 || (shown.isTired && !isAsked);
    settle(turn);
    if (shown.isTired) return;
  }
  try { await begin(turn, { resume: [{ interruptId: interruptOf(turn), status: "resolved" }] }); } catch (error) {
    if (["busy", "nothing_waiting"].includes(error.code)) return load(shown.id);
    shown.isTired = true; // of what was cut off; a card is asked for again in a while, or on coming back
    turn.outcome = before;
    settle(turn);
    fail(error);
    await pause(["sign_in", "offline"].includes(error.code) ? Infinity : 15);
    if (waits(turn)) goOn();
  }
}

const interruptOf = (turn) => turn.parts.findLast(({ kind }) => kind === "consent")?.interrupt ?? `consent-${turn.run}`;

async function refuse(turn, part) {
  part.isRefused = true;
  turn.outcome = "running";
  leave();
  settle(turn);
  await begin(turn, { resume: [{ interruptId: interruptOf(turn), status: "cancelled" }] });
}

// Ask the server to run. Returns once it has taken the question; raises what it says otherwise.
async function begin(turn, members, id = crypto.randomUUID()) {
  const run = { id, turn, seq: 0, abort: new AbortController(), isFresh: Boolean(members.messages) };
  const forwardedProps = { html: true, wait: members.resume?.[0].status === "resolved", timezone, locale };
  const body = { threadId: shown.id, runId: id, state: {}, messages: [], tools: [], context: [], forwardedProps, ...members };
  live = run;
  drawFrame();
  try {
    const response = await api("/agui", { method: "POST", body: JSON.stringify(body), signal: run.abort.signal });
    turn.run = id;
    follow(run, response).catch(fail);
  } catch (error) {
    if (live === run) live = null;
    drawFrame();
    throw error;
  }
}

async function send(asked, isTyped) {
  const conversation = shown, last = shown.turns.at(-1), question = asked.trim(), wasWaiting = waits(last);
  if (!question) return;
  if (live && !wasWaiting) return notify("busy", text("notice.busy"));
  if (!navigator.onLine) return notify("offline", text("notice.offline"));
  // The same run, sent twice, is one: where the answer to sending was lost, sending again does no harm.
  const run = conversation.unsent?.question === question ? conversation.unsent.run : crypto.randomUUID();
  const turn = { run, asked: new Date().toISOString(), question, parts: [], outcome: "running" }, draft = draftName();
  conversation.unsent = { question, run };
  hush();
  leave(); // a run that only waits makes way
  if (isTyped) write(""); // the draft is forgotten only when the server has the question
  if (!shown.turns.length) thread.replaceChildren();
  drawTurn(turn, shown.turns.push(turn) - 1);
  if (last) { if (wasWaiting) last.outcome = "answered"; settle(last); }
  toLatest();
  try { await begin(turn, { messages: [{ id: crypto.randomUUID(), role: "user", content: question }] }, run); } catch (error) {
    conversation.turns = conversation.turns.filter((other) => other !== turn);
    if (wasWaiting) last.outcome = "waiting";
    if (shown !== conversation || person.isStrange) return;
    if (isTyped) { write([question, composer.value].filter(Boolean).join("\n")); saveDraft(draft); }
    drawThread();
    if (error.code === "busy") {
      await load(shown.id);
      if (!shown.turns.some((other) => other.run === run)) return notify("busy", text("notice.busy"));
    } else if (error.code === "offline") {
      const again = button(text("notice.retry"), null, () => send(isTyped ? composer.value : question, isTyped));
      return notify("offline", `${text("notice.not_sent")} ${error.message}`, again);
    } else { fail(error); return goOn(); }
  }
  delete conversation.unsent;
  if (isTyped && drafts.get(draft).trim() === question) drafts.set(draft, "");
  if (isTyped && composer.value.trim() === question) write("");
  if (shown === conversation) settleIn(conversation, turn);
  otherTabs.postMessage(person.id);
}

// The server knows this conversation now.
function settleIn(conversation, { question, asked }) {
  if (!conversation.isNew) return;
  drafts.set(draftName(), "");
  Object.assign(conversation, { isNew: false, isLoaded: true, title: conversation.title || question.slice(0, 80) });
  saveDraft();
  history.replaceState(null, "", `/chat/c/${conversation.id}`);
  const others = conversations.filter(({ id }) => id !== conversation.id);
  conversations = [{ id: conversation.id, title: conversation.title, updated: asked, state: "running" }, ...others];
  drawFrame();
}

const stop = () => api(`/chat/api/conversations/${shown.id}/stop`, { method: "POST" });

// --- Conversations

function leave() {
  const run = live;
  live = null;
  if (run?.isFollowed) run.abort.abort(); // what is being sent still goes out
  nudge();
}

function startNew(isPushed) { // which the server does not know yet
  leave();
  shown = { id: crypto.randomUUID(), title: "", isNew: true, turns: [] };
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
  const isSame = shown?.id === id, place = isSame ? reading() : null;
  leave();
  if (!isSame) {
    shown = { id, title: conversations.find((known) => known.id === id)?.title ?? "", turns: [] };
    show();
  }
  const conversation = shown;
  let answer;
  try { answer = await json(`/chat/api/conversations/${id}`); } catch (error) {
    if (shown !== conversation) return;
    if (error.code === "no_conversation" && !conversation.isNew) { history.replaceState(null, "", "/chat"); startNew(); }
    return fail(error);
  }
  if (shown !== conversation) return;
  const turn = answer.turns.at(-1);
  Object.assign(conversation, { title: answer.title, turns: answer.turns, hasEarlier: answer.earlier, isLoaded: true });
  if (turn) settleIn(conversation, turn);
  if (turn && answer.run) live = { id: answer.run, turn, seq: 0, abort: new AbortController() };
  drawThread();
  readOn(place);
  if (live) follow(live).catch(fail);
  else goOn();
}

async function loadEarlier() {
  const conversation = shown, below = scroller.scrollHeight - scroller.scrollTop;
  try {
    const { turns, earlier } = await json(`/chat/api/conversations/${shown.id}?before=${shown.turns[0].n}`);
    if (shown !== conversation) return;
    Object.assign(shown, { turns: [...turns, ...shown.turns], hasEarlier: earlier });
    drawThread();
    scroller.scrollTop = scroller.scrollHeight - below;
    scroller.focus();
  } catch (error) { fail(error); }
}

function visit(event, id) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab or window
  event.preventDefault();
  showList(false);
  if (id !== shown.id) { history.pushState(null, "", `/chat/c/${id}`); load(id); }
}

function openMenu({ currentTarget }, id) {
  const { bottom, left } = currentTarget.getBoundingClientRect();
  $("menu").dataset.id = id;
  $("menu").style.top = `${Math.min(bottom + 4, innerHeight - 110)}px`;
  $("menu").style.left = `${Math.max(8, Math.min(left, innerWidth - 200))}px`;
}

async function manage(what, id) {
  const path = `/chat/api/conversations/${id}`, { title } = conversations.find((known) => known.id === id);
  if (what === "rename") {
    const name = await ask({ heading: text("dialog.rename"), label: text("dialog.rename_label"), value: title, yes: text("dialog.save") });
    if (!name) return;
    const renamed = await json(path, { method: "PATCH", body: JSON.stringify({ title: name }) });
    if (id === shown.id) shown.title = renamed.title;
  } else {
    const body = text("dialog.delete_text", { title: title || text("list.untitled") });
    if (!(await ask({ heading: text("dialog.delete"), body, yes: text("list.delete"), isDanger: true }))) return;
    await api(path, { method: "DELETE" });
    drafts.set(id, "");
    if (id === shown.id) startNew(true);
  }
  await refresh(true);
  drawFrame();
  otherTabs.postMessage(person.id);
}

// --- What people do, and what happens to the page

const on = (target, type, act) => (typeof target === "string" ? $(target) : target).addEventListener(type, act);
on(composer, "input", () => { fitComposer(); saveDraft(); });
on(composer, "keydown", (event) => {
  // Enter that ends a composition (Japanese and others) chooses a word. Safari says so by the key code alone.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send(composer.value, true).catch(fail);
});
on(document, "keydown", (event) => {
  if (event.key?.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !dialog.open) { event.preventDefault(); startNew(true); }
  if (event.key !== "Escape" || event.isComposing || dialog.open || document.querySelector(":popover-open")) return;
  if (!closeList() && !$("stop").hidden) stop().catch(fail);
});
let hiddenSince = 0;
on(document, "visibilitychange", () => {
  if (document.hidden) { hiddenSince = Date.now(); return; }
  if (live?.isFollowed && Date.now() - hiddenSince > 15_000) live.abort.abort(); // it may be dead without knowing
  wake();
});
on("composer", "submit", (event) => { event.preventDefault(); send(composer.value, true).catch(fail); });
on("stop", "click", () => stop().catch(fail));
for (const id of ["new", "home"]) on(id, "click", (event) => { event.preventDefault(); startNew(true); });
on("manage", "click", (event) => openMenu(event, shown.id));
on("menu", "click", ({ target }) => {
  const what = target.closest("[data-do]")?.dataset.do;
  $("menu").hidePopover();
  if (what) manage(what, $("menu").dataset.id).catch(fail);
});
on(window, "online", () => { hush("offline", "reconnecting"); wake(); });
on(window, "offline", () => notify("offline", text("notice.offline")));
on(window, "focus", wake);
on(window, "popstate", route);
on(otherTabs, "message", ({ data }) => { if (data === person.id) wake(); });

function route() {
  const [, id] = location.pathname.match(/^\/chat\/c\/([\w-]{8,64})$/) ?? [];
  if (id) load(id);
  else startNew();
}

person.onKnown = () => {
  $("sign-out").csrf.value = person.csrf;
  hush("sign_in", "offline");
};
person.onStranger = (now) => {
  leave();
  for (const element of [thread, $("list"), $("title")]) element.replaceChildren();
  write("");
  hush();
  const words = { heading: text("dialog.somebody_else"), body: text("dialog.somebody_else_text", now), yes: text("dialog.go_on", now) };
  ask({ ...words, isFinal: true }).then(() => location.replace("/chat"));
};
showAccount(fail);
if (/Mac|iP(hone|ad)/.test(navigator.platform)) $("new").querySelector("kbd").textContent = "⌘ K";
route();
