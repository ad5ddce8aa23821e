// What opens at the name of who is signed in: what is connected, and signing out.

import { $, ask, button, make, outside, start, text } from "./drawing.js";
import { api, drafts, json, person } from "./server.js";
import { initial } from "./turns.js";

export function showAccount(fail) {
  for (const element of document.querySelectorAll("#who .name, #account .name")) element.textContent = person.name;
  $("who").querySelector(".face").textContent = initial();
  $("account").addEventListener("toggle", ({ newState }) => { if (newState === "open") drawConnections(fail); });
  $("sign-out").addEventListener("submit", drafts.clear); // who signs out leaves nothing in this browser
}

let note = ""; // what to say when it opens next

async function drawConnections(fail) {
  const fine = (words) => make("p", { class: "fine", role: "status" }, words);
  $("connections").replaceChildren(fine(text("account.looking")));
  try {
    const { connections } = await json("/chat/api/connections");
    if (!connections.length) connections.push({ provider: "google-drive", connected: false });
    if (person.isStrange) return;
    $("connections").replaceChildren(note ? fine(note) : "", ...connections.map((one) => cardOf(one, fail)));
    note = "";
  } catch (error) { $("connections").replaceChildren(fine(error.message)); fail(error); }
}

function cardOf({ provider, connected, account }, fail) {
  const named = account ? text("account.connected_as", { account }) : text("account.connected");
  return make("div", { class: "connection" },
    make("strong", {}, start.words[`providers.${provider.replace(/^google-drive.*/, "google-drive")}`] ?? provider),
    make("span", {}, connected ? named : text("account.not_connected")),
    connected ? button(text("account.disconnect"), null, () => disconnect(fail).catch(fail), { class: "second" })
      : outside("/connect/google-drive", { class: "button second" }, text("account.connect")));
}

async function disconnect(fail) {
  const words = { heading: text("dialog.disconnect"), body: text("dialog.disconnect_text") };
  if (!(await ask({ ...words, yes: text("account.disconnect"), isDanger: true }))) return;
  await api("/chat/api/disconnect", { method: "POST" });
  note = text("account.disconnected");
  $("account").showPopover();
}
