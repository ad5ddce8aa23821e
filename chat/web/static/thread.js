// What the page shows of the conversation: its title, its turns, and what to ask where there are none yet.

import { $, button, icon, make, start, text } from "./drawing.js";
import { drawList } from "./list.js";
import { json } from "./server.js";
import { acts, fail, page } from "./state.js";
import { elementOf, settleTurn, waits } from "./turns.js";

const composer = $("question"), scroller = $("scroll"), thread = $("thread");

export function drawFrame() {
  const { shown, live } = page, isAnswering = Boolean(live) && !waits(live.turn);
  const title = shown.title || text("list.untitled");
  $("title").textContent = title;
  document.title = shown.title ? `${title} – ${text("page.name")}` : text("page.name");
  $("manage").hidden = shown.isNew;
  $("manage").setAttribute("aria-label", text("list.more", { title }));
  if (document.activeElement === $(isAnswering ? "send" : "stop")) composer.focus();
  [$("stop").hidden, $("send").hidden] = [!isAnswering, isAnswering];
  drawList();
}

export function drawThread() {
  const earlier = page.shown.hasEarlier && button(text("turn.earlier"), null, loadEarlier, { class: "second earlier" });
  thread.replaceChildren(earlier || "");
  page.shown.turns.forEach(drawTurn);
  if (page.shown.isNew && !page.shown.turns.length) thread.append(invitation());
  drawFrame();
}

function invitation() {
  const suggest = (words) => make("li", {}, button(words, null, () => acts.ask(words)));
  return make("div", { class: "empty" }, icon("mark"),
    make("h2", {}, text("empty.heading")), make("p", {}, text("empty.what")),
    make("h3", {}, text("empty.try")), make("ul", {}, ...start.suggestions.map(suggest)));
}

export function drawTurn(turn, index) {
  thread.append(elementOf(turn, page.shown.turns[index - 1]));
  settle(turn);
}

export const settle = (turn) => settleTurn(turn, turn === page.shown.turns.at(-1), page.shown.isTired);

async function loadEarlier() {
  const conversation = page.shown, below = scroller.scrollHeight - scroller.scrollTop;
  try {
    const path = `/chat/api/conversations/${conversation.id}?before=${conversation.turns[0].n}`;
    const { turns, earlier } = await json(path);
    if (page.shown !== conversation) return;
    Object.assign(conversation, { turns: [...turns, ...conversation.turns], hasEarlier: earlier });
    drawThread();
    scroller.scrollTop = scroller.scrollHeight - below;
    scroller.focus();
  } catch (error) { fail(error); }
}
