// AG-UI's own client (@ag-ui/client) through a conversation with this agent; every step is asserted. See agui_client.sh.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { randomUUID } from "node:crypto";

const installed = createRequire(`${process.env.AGUI_INSTALLED}/package.json`);
const { HttpAgent } = installed("@ag-ui/client");

const url = process.env.AGUI_URL;
const sent = JSON.parse(process.env.AGUI_HEADERS || "{}");
const sessionHeader = process.env.AGUI_SESSION_HEADER; // where the endpoint takes its conversation from a header
const question = "which files did I open last?";

function conversation() {
  const threadId = `agui-${randomUUID()}`;
  const headers = sessionHeader ? { ...sent, [sessionHeader]: threadId } : sent;
  return new HttpAgent({ url, threadId, headers });
}

// Run the agent; return what the events of this run were and where it ended.
async function run(agent, parameters = {}, onEvent = () => {}) {
  const events = [];
  const hear = ({ event }) => {
    events.push(event);
    onEvent(event);
  };
  await agent.runAgent({ forwardedProps: { timezone: "Asia/Tokyo", client: "agui-test" }, ...parameters }, { onEvent: hear });
  const of = (type) => events.filter((event) => event.type === type);
  return {
    of,
    last: events.at(-1),
    text: of("TEXT_MESSAGE_CONTENT").map((event) => event.delta).join(""),
    custom: (name) => of("CUSTOM").filter((event) => event.name === name).map((event) => event.value),
  };
}

function ask(agent, words, onEvent) {
  agent.addMessage({ id: randomUUID(), role: "user", content: words });
  return run(agent, {}, onEvent);
}

const answers = (agent, status) => ({ resume: agent.pendingInterrupts.map(({ id }) => ({ interruptId: id, status })) });

const agent = conversation();
const asked = await ask(agent, question);
assert.equal(agent.pendingInterrupts.length, 1, "a question without consent ends in one interrupt");
const [interrupt] = agent.pendingInterrupts;
assert.equal(interrupt.reason, "oauth_consent");
assert.ok(asked.text.includes(interrupt.metadata.url), "the link is in the text, too");
assert.equal(interrupt.metadata.provider, "google-drive");
console.log(`asks for consent: ${interrupt.metadata.url}`);

const other = conversation();
await ask(other, question);
const refused = await run(other, answers(other, "cancelled"));
assert.equal(refused.last.outcome.type, "success");
assert.ok(refused.text, "who does not want to connect now gets an answer");
console.log(`who does not want to: ${refused.text.split("\n")[0]}`);

const early = await run(agent, answers(agent, "resolved"));
assert.equal(early.last.outcome.type, "interrupt", "a resume before consent waits on");

const atTheLink = [process.env.AGUI_CONSENT, interrupt.metadata.url, process.env.AGUI_PERSON].filter(Boolean);
console.log(execFileSync(process.env.PYTHON, atTheLink, { encoding: "utf8" }).trim());

const late = answers(agent, "resolved");
const answered = await run(agent, late);
assert.equal(answered.last.outcome.type, "success");
assert.equal(agent.pendingInterrupts.length, 0);
assert.match(answered.text, /\[Roadmap 2026\]\(https:/);
assert.ok(answered.custom("drive-agent.files")[0].files.some((file) => file.name === "Roadmap 2026"));
assert.ok(answered.custom("drive-agent.tool").every((tool) => tool.label && tool.status));
console.log(`resumed: ${answered.text.split("\n")[0]}`);

// What the client has put together of it all: every tool call has one result, and nothing was asked twice.
const calls = agent.messages.flatMap((message) => message.toolCalls ?? []).map((call) => call.id);
const results = agent.messages.filter((message) => message.role === "tool").map((message) => message.toolCallId);
assert.ok(calls.length > 0);
assert.deepEqual(results.toSorted(), calls.toSorted());
assert.equal(new Set(agent.messages.map((message) => message.id)).size, agent.messages.length);
assert.equal(agent.messages.filter((message) => message.role === "user").length, 1);

const again = await run(agent, late).catch(({ status }) => ({ status }));
if (sessionHeader) assert.equal(again.last.result.stopReason, "nothing_pending", "what was answered stays answered");
else assert.ok(again.status === 409 || again.last.outcome.type === "success", "or the endpoint knows that nothing waits");

// From here on the model's stand-in writes slowly, so that there is something left to stop.
async function slowly() {
  const turns = [{ delay_s: 0.2, times: 2 }]; // the call of the tool, and the answer
  const body = JSON.stringify({ turns });
  const headers = { "content-type": "application/json" };
  const laidDown = await fetch(`${process.env.AGUI_STAND_IN}/_standin/model-script`, { method: "POST", headers, body });
  assert.ok(laidDown.ok, await laidDown.text());
}

// Ask, and do something as soon as there is a piece of the answer.
async function askAnd(doOnce, words) {
  await slowly();
  let isDone = false;
  const onEvent = (event) => {
    if (event.type === "TEXT_MESSAGE_CONTENT" && !isDone) {
      isDone = true;
      doOnce();
    }
  };
  const happened = await ask(agent, words, onEvent).catch((error) => ({ text: String(error) }));
  assert.ok(isDone);
  assert.doesNotMatch(happened.text, /That is all/, "a run that was stopped has no end");
  return happened;
}

const stopUrl = (process.env.AGUI_STOP_URL || url).replace("{thread}", agent.threadId);
const headers = { ...agent.headers, "content-type": "application/json" };
const cancel = () => fetch(stopUrl, { method: "POST", headers, body: JSON.stringify({ action: "cancel" }) });
const stopped = await askAnd(cancel, "find the budget");
assert.equal(stopped.last.outcome.type, "cancelled");
console.log("cancelled");

// Elsewhere a run may outlive its connection.
if (sessionHeader) {
  await askAnd(() => agent.abortRun(), "find the budget");
  assert.equal(agent.isRunning, false);
  console.log("aborted");
}

const next = await ask(agent, "find the roadmap");
assert.match(next.text, /\[Roadmap 2026\]\(https:/, "after a stop the conversation goes on");
console.log(`then: ${next.text.split("\n")[0]}`);
