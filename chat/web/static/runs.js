// A run lives in the server; the page begins one, follows it, comes back to it, stops it, and lets it go.

import { $, hush, locale, notify, text } from "./drawing.js";
import { feed } from "./feed.js";
import { refresh } from "./list.js";
import { api, events, json, person } from "./server.js";
import { acts, fail, isAway, nudge, page, pause, tellOtherTabs } from "./state.js";
import { drawFrame, settle } from "./thread.js";
import { waits } from "./turns.js";

const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const SILENCE_MS = 60_000; // the server says something every 15 seconds

// Ask the server to run. Returns once it has taken the question; raises what it says otherwise.
export async function begin(turn, members, id = crypto.randomUUID()) {
  const run = { id, turn, seq: 0, abort: new AbortController(), isFresh: Boolean(members.messages) };
  const wait = members.resume?.[0].status === "resolved";
  const forwardedProps = { html: true, wait, timezone, locale };
  const empty = { state: {}, messages: [], tools: [], context: [] };
  const body = JSON.stringify({ threadId: page.shown.id, runId: id, ...empty, forwardedProps, ...members });
  const conversation = page.shown;
  page.live = run;
  drawFrame();
  try {
    // A question must not overtake the wait that it ends: the server would be busy with beginning that.
    if (conversation.sent) await Promise.race([conversation.sent, pause(5)]);
    const asked = api("/agui", { method: "POST", body, signal: run.abort.signal });
    const sent = (conversation.sent = asked.catch(() => {}).then(() => {
      if (conversation.sent === sent) conversation.sent = null;
    }));
    const response = await asked;
    turn.run = id;
    follow(run, response).catch(fail);
  } catch (error) {
    if (page.live === run) page.live = null;
    drawFrame();
    throw error;
  }
}

export async function follow(run, response) {
  run.isFollowed = true;
  if (page.live !== run) run.abort.abort();
  for (let tries = 0; page.live === run; tries += 1) {
    let watch;
    const isAlive = () => { clearTimeout(watch); watch = setTimeout(() => run.abort.abort(), SILENCE_MS); };
    try {
      isAlive();
      response ??= await api(`/chat/api/runs/${run.id}?after=${run.seq}`, { signal: run.abort.signal });
      hush("reconnecting", "offline");
      for await (const [seq, event] of events(response)) {
        if (page.live !== run) return;
        isAlive();
        tries = 0;
        run.seq = seq || run.seq;
        if (event) feed(run, event);
        else if (run.seq) hush("waiting"); // the agent has been asked, and has not failed
        if (run.isOver) return finish(run);
      }
    } catch (error) {
      if (page.live !== run) return;
      if (error.code === "no_run") {
        if (run.seq) page.shown.lost = run.id; // it was here, so this is another process
        return acts.load(page.shown.id);
      }
      if (error.code === "sign_in") { fail(error); await pause(Infinity); }
      else if (tries) notify("reconnecting", text(navigator.onLine ? "notice.reconnecting" : "notice.offline"));
    } finally { clearTimeout(watch); }
    response = null;
    run.abort = new AbortController();
    if (tries) await pause(Math.min(10, tries));
  }
}

async function finish({ turn, isFresh, hasFailed }) {
  const conversation = page.shown;
  page.live = null;
  $("status").textContent = "";
  const said = turn.parts.filter(({ kind }) => kind !== "tool" && kind !== "files");
  $("said").textContent = said.map(({ element }) => element.textContent).join("\n");
  drawFrame();
  tellOtherTabs();
  refresh(true).catch(fail);
  if (!isFresh) await pause(hasFailed ? 15 : 1);
  if (page.shown === conversation) goOn();
}

// A turn that waits for consent, or that was cut off, is continued without anything being typed.
export async function goOn(isAsked) {
  const conversation = page.shown, turn = conversation.turns.at(-1);
  const before = turn?.outcome, isCutOff = before === "cut_off";
  if (document.hidden || page.live || person.isStrange || !(waits(turn) || isCutOff)) return;
  if (!isCutOff && !isAsked && isAway()) return; // asked for again when the person is back
  if (isCutOff) {
    turn.note = text("turn.going_on");
    conversation.continued = isAsked ? 1 : (conversation.continued ?? 0) + 1;
    conversation.isTired = conversation.continued > 2 || (conversation.isTired && !isAsked);
    settle(turn);
    if (conversation.isTired) return;
  }
  try { await begin(turn, { resume: [{ interruptId: interruptOf(turn), status: "resolved" }] }); } catch (error) {
    if (page.shown !== conversation) return;
    if (isAnsweredElsewhere(error)) return acts.load(conversation.id);
    conversation.isTired = isCutOff;
    turn.outcome = before;
    settle(turn);
    if (isCutOff || ["sign_in", "offline"].includes(error.code)) fail(error);
    else notify("waiting", text("notice.waiting"));
    await pause(error.code === "sign_in" || !navigator.onLine ? Infinity : 15);
    if (page.shown === conversation && waits(turn)) goOn();
  }
}

const interruptOf = (turn) => turn.parts.findLast(({ kind }) => kind === "consent")?.interrupt ?? `consent-${turn.run}`;
const isAnsweredElsewhere = ({ code }) => code === "busy" || code === "nothing_waiting";

// The person does not want to connect now.
export async function refuse(turn, part) {
  const conversation = page.shown;
  part.isRefused = true;
  turn.outcome = "running";
  leave();
  settle(turn);
  try { await begin(turn, { resume: [{ interruptId: interruptOf(turn), status: "cancelled" }] }); } catch (error) {
    part.isRefused = false;
    turn.outcome = "waiting";
    if (page.shown !== conversation) return;
    settle(turn);
    if (isAnsweredElsewhere(error)) return acts.load(conversation.id);
    fail(error);
    goOn();
  }
}

// Stop what is followed. A run that only begins is not there to be stopped yet.
export async function stop() {
  const run = page.live, path = `/chat/api/conversations/${page.shown.id}/stop`;
  while (run && page.live === run) {
    const { stopped } = await json(path, { method: "POST" });
    if (stopped) return;
    await pause(1);
  }
}

// Follow no longer. The run goes on.
export function leave() {
  const run = page.live;
  page.live = null;
  if (run?.isFollowed) run.abort.abort(); // what is being sent still goes out
  nudge();
}
