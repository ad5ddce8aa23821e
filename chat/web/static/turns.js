// Turns of a conversation: a question, the parts of its answer, and what can be done with them.

import { $, button, dayInWords, draw, icon, isConnected, make, moment, text, tool } from "./drawing.js";
import { person } from "./server.js";
import { acts } from "./state.js";

// The element of a turn; `before` is the turn above it.
export function elementOf(turn, before) {
  const day = new Date(turn.asked).toDateString();
  turn.body = make("div", { class: "parts" });
  turn.foot = make("div", { class: "after" });
  turn.element = make("article", { class: "turn" },
    (!before || new Date(before.asked).toDateString() !== day) &&
      make("p", { class: "day" }, make("span", {}, dayInWords(turn.asked))),
    turn.question && make("div", { class: "row asked" },
      make("span", { class: "face person", "aria-hidden": "true" }, initial()),
      make("div", { class: "said" }, make("h2", {}, text("turn.you"), moment(turn.asked, { timeStyle: "short" })),
        make("p", { class: "question" }, turn.question),
        tool(text("turn.edit"), "edit", () => acts.edit(turn), { class: "bare edit" }))),
    make("div", { class: "row answered" }, make("span", { class: "face" }, icon("mark")),
      make("div", { class: "said" }, make("h2", {}, text("turn.agent")), turn.body, turn.foot)));
  turn.parts = turn.parts.filter(({ kind }) => draw[kind]); // a newer server may know more
  for (const part of turn.parts) put(turn, {}, part);
  return turn.element;
}

export const initial = () => ([...person.name.trim()][0] ?? "?").toUpperCase();
export const waits = (turn) => isOpen(turn, turn?.parts.at(-1));
const isOpen = (turn, part) =>
  part?.kind === "consent" && !isConnected(part) && !part.isRefused && ["waiting", "running"].includes(turn.outcome);

// Add a part to a turn, or change the one that there is, and show it.
export function put(turn, part, existing) {
  if (existing) Object.assign(existing, part);
  else turn.parts.push((existing = part));
  const before = existing.element;
  existing.element = draw[existing.kind](existing, isOpen(turn, existing), () => acts.refuse(turn, existing));
  if (before?.parentNode === turn.body) before.replaceWith(existing.element);
  else turn.body.append(existing.element);
}

// The message of a card has come as text, too, for clients without cards.
export function unsay(turn, message) {
  const said = turn.parts.findLast(({ kind }) => kind === "text");
  if (!said?.markdown.endsWith(message)) return;
  said.markdown = said.markdown.slice(0, said.markdown.length - message.length).trimEnd();
  if (said.markdown) return;
  said.element.remove();
  turn.parts.splice(turn.parts.indexOf(said), 1);
}

// Everything that follows from how far a turn has come: cards that are over, the line below, what can be done now.
export function settleTurn(turn, isLast, isTired) {
  const isWaiting = waits(turn);
  for (const part of turn.parts) {
    if (part.kind === "consent" && part.element.matches("section") !== isOpen(turn, part)) put(turn, {}, part);
  }
  const tools = make("div", { class: "tools" }, ...toolsOf(turn, isWaiting, isLast, isTired));
  turn.foot.replaceChildren(...standing(turn, isWaiting, isLast, isTired), tools.childElementCount ? tools : "");
  turn.element.dataset.state = isWaiting ? "waiting" : turn.outcome;
  turn.element.classList.toggle("last", isLast);
}

// What is said of how a turn stands; `note` is what it waits for, if that is something else than the agent's thoughts.
function standing({ outcome, parts, note }, isWaiting, isLast, isTired) {
  const last = parts.at(-1), line = (picture, words) => make("p", { class: "outcome" }, icon(picture), words);
  if (outcome === "stopped") return [line("stop", text("turn.stopped"))];
  if (outcome === "cut_off") {
    if (!isLast) return [line("alert", text("turn.cut_off"))];
    if (!isTired) return [line("alert", text("turn.going_on"))];
    return [line("alert", text("turn.cut_off")), button(text("turn.continue"), null, acts.goOn, { class: "second" })];
  }
  const isSilent = last?.kind !== "text" && last?.status !== "running";
  if (outcome !== "running" || isWaiting || !(note || isSilent)) return [];
  return [make("p", { class: "tool" }, make("span", { class: "dots" }), note || text("turn.thinking"))];
}

function toolsOf(turn, isWaiting, isLast, isTired) {
  if (turn.outcome === "running") return [];
  const answer = turn.parts.filter(({ kind }) => kind === "text").map(({ markdown }) => markdown.trim()).join("\n\n");
  const canAsk = !isWaiting && isLast && turn.question && (turn.outcome !== "cut_off" || isTired);
  return [answer && button(text("turn.copy"), "copy", ({ currentTarget }) => copy(currentTarget, answer)),
    canAsk && button(text("turn.again"), "again", () => acts.again(turn))];
}

async function copy(control, answer) {
  let done = text("turn.copied");
  try { await navigator.clipboard.writeText(answer); } catch { done = text("turn.not_copied"); } // not allowed here
  const say = (words, status) => { control.lastChild.data = words; $("status").textContent = status; };
  say(done, done);
  setTimeout(() => say(text("turn.copy"), ""), 2000);
}
