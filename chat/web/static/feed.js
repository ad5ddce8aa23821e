// What each event of a run does to its turn. The events are told in docs/web.md.

import { $, hush, notify, outward, text } from "./drawing.js";
import { acts } from "./state.js";
import { drawFrame, settle } from "./thread.js";
import { put, unsay, waits } from "./turns.js";

export function feed(run, event) {
  const { turn } = run, { type, messageId } = event;
  if (type !== "RUN_STARTED") turn.note = null;
  if (type === "RUN_STARTED") startOver(turn);
  else if (type === "TEXT_MESSAGE_START") put(turn, { kind: "text", id: messageId, html: "", markdown: "" });
  else if (type === "TEXT_MESSAGE_CONTENT") find(turn, "text", messageId).markdown += event.delta;
  else if (type === "CUSTOM") ours[event.name]?.(run, event.value);
  else if (type === "RUN_ERROR") breakOff(run, event);
  else if (type === "RUN_FINISHED") end(turn, event);
  run.isOver = type === "RUN_ERROR" || type === "RUN_FINISHED";
  settle(turn);
  if ($("stop").hidden !== waits(turn)) drawFrame();
}

const find = ({ parts }, kind, id) => parts.findLast((part) => part.kind === kind && (!id || part.id === id));

const ours = {
  "drive-agent.html": ({ turn }, { messageId, from, blocks }) => {
    const { element } = find(turn, "text", messageId);
    while (element.children.length > from) element.lastElementChild.remove();
    element.append(...blocks.map((block) => outward(block)));
  },
  "drive-agent.tool": ({ turn }, value) => {
    put(turn, { kind: "tool", ...value }, find(turn, "tool", value.id));
    if (value.status === "running") $("status").textContent = value.label;
  },
  "drive-agent.files": ({ turn }, value) => put(turn, { kind: "files", ...value }),
  "drive-agent.notice": ({ turn }, value) => put(turn, { kind: "notice", ...value }),
  "drive-agent.connected": (run, { account }) => {
    const { turn } = run, card = find(turn, "consent");
    run.isFresh = true;
    if (card) put(turn, { account: account ?? "" }, card);
    turn.outcome = "running";
    hush("waiting");
    $("status").textContent = account ? text("consent.connected", { account }) : text("consent.connected_unnamed");
  },
};

// A run brings everything behind the last card, which ended an earlier run of the turn.
function startOver(turn) {
  const kept = turn.parts.findLastIndex(({ kind }) => kind === "consent") + 1;
  for (const part of turn.parts.splice(kept)) part.element.remove();
  if (!waits(turn)) turn.outcome = "running";
}

function breakOff(run, { message, code }) {
  run.hasFailed = true;
  if (code === "sign_in") acts.wake(); // of whoever began the run: who is here may have signed in again
  else if (waits(run.turn)) notify("waiting", text("notice.waiting"));
  if (waits(run.turn)) return; // consent may come yet, and is asked for again in a while
  run.turn.outcome = "failed";
  put(run.turn, { kind: "error", message: message || text("errors.internal") });
}

function end(turn, { outcome, result }) {
  const [asked] = outcome?.interrupts ?? [];
  const { id: interrupt, message = "", metadata } = asked ?? {};
  if (asked) unsay(turn, message);
  turn.outcome = asked || waits(turn) ? "waiting" : result?.stopReason === "cancelled" ? "stopped" : "answered";
  if (!asked) return;
  const open = waits(turn) ? turn.parts.at(-1) : undefined; // waited for in vain: the same card
  put(turn, { kind: "consent", interrupt, message, account: null, ...metadata }, open);
}
