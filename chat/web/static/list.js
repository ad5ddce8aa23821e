// The list of conversations, and what can be done with one of them: renaming and deleting.

import { $, ask, dayInWords, make, text, tool, unseen } from "./drawing.js";
import { api, drafts, json, person } from "./server.js";
import { acts, fail, page, tellOtherTabs } from "./state.js";
import { waits } from "./turns.js";
import { showList } from "./view.js";

const menu = $("menu");

export function drawList() {
  if (menu.matches(":popover-open")) return; // it belongs to a row, and gives the focus back to it: drawn afterwards
  const { shown, live } = page, focused = document.activeElement, focusedRow = focused?.closest("#list li")?.dataset.id;
  let group = "";
  const rows = page.conversations.flatMap(({ id, title, updated, state: kept }) => {
    const state = id !== shown.id || !live ? kept : waits(live.turn) ? "waiting" : "running"; // the page knows first
    const heading = dayInWords(updated, { month: "long", year: "numeric" });
    const name = title || text("list.untitled");
    const mark = state !== "idle" && make("span", { class: `mark-${state}` }, unseen(text(`list.${state}`)));
    const attributes = { href: `/chat/c/${id}`, title: name, "aria-current": id === shown.id && "page" };
    const row = make("li", { "data-id": id },
      make("a", { ...attributes, click: (event) => visit(event, id) }, make("span", {}, name), mark),
      tool(text("list.more", { title: name }), "more", (event) => openMenu(event, id),
        { popovertarget: "menu", title: null }));
    if (heading === group) return [row];
    group = heading;
    return [make("li", { class: "day" }, heading), row];
  });
  $("list").replaceChildren(
    rows.length ? make("ul", {}, ...rows) : make("p", { class: "fine" }, text("empty.none")));
  if (!focusedRow) return;
  $("list").querySelector(`[data-id="${CSS.escape(focusedRow)}"] ${focused.matches("a") ? "a" : "button"}`)?.focus();
}

// Look what the list has become; a conversation that has changed elsewhere is loaded again.
export async function refresh(isOurs) {
  const summary = () => JSON.stringify(page.conversations.find(({ id }) => id === page.shown.id));
  const before = summary();
  const { conversations } = await json("/chat/api/conversations");
  if (person.isStrange) return;
  page.conversations = conversations;
  drawList();
  const { isNew, isLoaded, id } = page.shown;
  if (isOurs || page.live || isNew || (isLoaded && (!summary() || summary() === before))) return;
  await acts.load(id);
}

function visit(event, id) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab or window
  event.preventDefault();
  showList(false);
  if (id === page.shown.id) return;
  history.pushState(null, "", `/chat/c/${id}`);
  acts.load(id);
}

// --- The menu of a conversation

export function openMenu({ currentTarget }, id) {
  const { bottom, left } = currentTarget.getBoundingClientRect();
  menu.dataset.id = id;
  menu.style.top = `${Math.min(bottom + 4, innerHeight - 110)}px`;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 200))}px`;
}

menu.addEventListener("toggle", ({ newState }) => { if (newState === "closed") drawList(); });
menu.addEventListener("click", ({ target }) => {
  const does = { rename, delete: forget }[target.closest("[data-do]")?.dataset.do];
  const { id } = menu.dataset, title = page.conversations.find((known) => known.id === id)?.title ?? "";
  menu.hidePopover();
  does?.(id, title).catch(fail);
});

async function rename(id, title) {
  const words = { heading: text("dialog.rename"), label: text("dialog.rename_label"), yes: text("dialog.save") };
  const name = await ask({ ...words, value: title });
  if (!name) return;
  const asked = { method: "PATCH", body: JSON.stringify({ title: name }) };
  const renamed = await json(`/chat/api/conversations/${id}`, asked);
  if (id === page.shown.id) page.shown.title = renamed.title;
  await hasChanged();
}

async function forget(id, title) {
  const body = text("dialog.delete_text", { title: title || text("list.untitled") });
  if (!(await ask({ heading: text("dialog.delete"), body, yes: text("list.delete"), isDanger: true }))) return;
  try { await api(`/chat/api/conversations/${id}`, { method: "DELETE" }); } catch (error) {
    if (error.code !== "no_conversation") throw error; // else it has been deleted elsewhere
  }
  drafts.set(id, "");
  if (id === page.shown.id) acts.startNew(true);
  await hasChanged();
}

async function hasChanged() {
  await refresh(true);
  acts.drawFrame();
  tellOtherTabs();
}
