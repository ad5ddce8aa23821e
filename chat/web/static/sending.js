// Sending a question: it is kept until the server has it, and never asked twice.

import { $, button, hush, notify, text } from "./drawing.js";
import { refresh } from "./list.js";
import { begin, goOn, leave } from "./runs.js";
import { drafts, person } from "./server.js";
import { acts, draftName, fail, page, saveDraft, tellOtherTabs, write } from "./state.js";
import { drawFrame, drawThread, drawTurn, settle } from "./thread.js";
import { waits } from "./turns.js";
import { toLatest } from "./view.js";

const composer = $("question"), thread = $("thread");

// `isTyped`: it stands in the composer, and goes out of it.
export async function send(asked, isTyped) {
  const conversation = page.shown, last = conversation.turns.at(-1), question = asked.trim(), wasWaiting = waits(last);
  if (!question) return;
  if (page.live && !wasWaiting) return notify("busy", text("notice.busy"));
  if (!navigator.onLine) return notify("offline", text("notice.offline"));
  // The same run, sent twice, is one: where the answer to sending was lost, sending again does no harm.
  const run = conversation.unsent?.question === question ? conversation.unsent.run : crypto.randomUUID();
  const draft = draftName();
  conversation.unsent = { question, run };
  hush();
  leave(); // a run that only waits makes way
  if (isTyped) write(""); // the draft is forgotten only when the server has the question
  const turn = { run, asked: new Date().toISOString(), question, parts: [], outcome: "running" };
  if (!conversation.turns.length) thread.replaceChildren();
  drawTurn(turn, conversation.turns.push(turn) - 1);
  if (last) { if (wasWaiting) last.outcome = "answered"; settle(last); }
  toLatest();
  try {
    await begin(turn, { messages: [{ id: crypto.randomUUID(), role: "user", content: question }] }, run);
  } catch (error) {
    conversation.turns = conversation.turns.filter((other) => other !== turn);
    if (wasWaiting) last.outcome = "waiting";
    if (page.shown !== conversation || person.isStrange) return;
    if (!(await isTaken(error, question, run, isTyped || !composer.value.trim()))) return;
  }
  delete conversation.unsent;
  if (isTyped && drafts.get(draft).trim() === question) drafts.set(draft, "");
  if (isTyped && composer.value.trim() === question) write("");
  if (page.shown === conversation) settleIn(conversation, turn);
  else refresh(true).catch(fail);
  tellOtherTabs();
}

// Say why a question was not sent, with the question in the composer where it `isKept` there. True where the server
// had it all the same.
async function isTaken(error, question, run, isKept) {
  const { id } = page.shown;
  if (isKept) { write([question, composer.value].filter(Boolean).join("\n")); saveDraft(); }
  drawThread();
  if (error.code === "busy") {
    await acts.load(id);
    if (page.shown.turns.some((turn) => turn.run === run)) return true;
    notify("busy", text("notice.busy"));
  } else if (error.code === "offline") {
    const again = button(text("notice.retry"), null, () => acts.ask(isKept ? composer.value : question, isKept));
    notify("offline", `${text("notice.not_sent")} ${error.message}`, again);
  } else { fail(error); goOn(); }
  return false;
}

// The server knows this conversation now.
export function settleIn(conversation, { question, asked }) {
  if (!conversation.isNew) return;
  if (drafts.get("new") === composer.value) drafts.set("new", ""); // else it was typed in another tab
  Object.assign(conversation, { isNew: false, isLoaded: true, title: conversation.title || question.slice(0, 80) });
  saveDraft();
  const { id, title } = conversation, others = page.conversations.filter((other) => other.id !== id);
  history.replaceState(null, "", `/chat/c/${id}`);
  page.conversations = [{ id, title, updated: asked, state: "running" }, ...others];
  drawFrame();
}
