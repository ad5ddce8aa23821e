// How the web chat's page asks its server, and how it knows for whom. Nothing here draws.

import { start, text } from "./drawing.js";

// Who is signed in, as far as this page knows: `{id, name, csrf}`. `onStranger` hears of somebody else, once.
export const person = { ...start.me, isStrange: false, onStranger: () => {}, onKnown: () => {} };

// What was typed and not yet taken by the server, for each person and conversation.
const place = (name) => `drive-agent.draft.${person.id}.${name}`;
export const drafts = {
  get: (name) => localStorage.getItem(place(name)) ?? "",
  set: (name, words) => (words ? localStorage.setItem(place(name), words) : localStorage.removeItem(place(name))),
  clear: () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith(place(""))) localStorage.removeItem(key);
  },
};

export class Refused extends Error {
  constructor(code, message) { super(message); this.code = code; }
}

export async function api(path, options = {}) {
  const headers = { "X-CSRF": person.csrf, ...(options.body && { "Content-Type": "application/json" }) };
  const response = await fetch(path, { ...options, headers }).catch((error) => {
    if (error.name === "AbortError" || error instanceof Refused) throw error;
    throw new Refused("offline", text(navigator.onLine ? "errors.unreachable" : "notice.offline"));
  });
  if (response.ok) return response;
  const { error, code } = await response.json().catch(() => ({}));
  // The value against forged requests changes with every sign-in, which may have been in another tab.
  const isOld = response.status === 403 && !options.isAgain;
  if (isOld && (await recognise())) return api(path, { ...options, isAgain: true });
  throw new Refused(response.status === 401 ? "sign_in" : code ?? "unreachable", error ?? text("errors.unreachable"));
}

// A request that hangs must not keep everything else waiting.
const PATIENCE_MS = 30_000;

export async function json(path, options) {
  const abort = new AbortController();
  const limit = setTimeout(() => abort.abort(new Refused("offline", text("errors.unreachable"))), PATIENCE_MS);
  try {
    return await (await api(path, { ...options, signal: abort.signal })).json();
  } finally { clearTimeout(limit); }
}

export async function* events(response) { // [sequence number, event], and [NaN, null] for a sign of life
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) {
      const lines = frame.split(/\r?\n/);
      const field = (name) =>
        lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim()).join("");
      yield [parseInt(field("id:")), field("data:") ? JSON.parse(field("data:")) : null];
    }
  }
}

// Is it still the same person? False where somebody else has signed in; raises where nobody is signed in.
export async function recognise() {
  const now = await json("/chat/api/me");
  if (person.isStrange) return false;
  if (now.id === person.id) {
    Object.assign(person, now);
    person.onKnown();
    return true;
  }
  person.isStrange = true;
  person.onStranger(now);
  return false;
}
