"""What overlaps in a store that takes its time: nothing late undoes what came after, and one question begins."""

import asyncio
import json
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.agui import read_input
from callback.service_errors import StateUnavailableError
from callback.state.dynamodb import DynamoDbStore
from tests.callback.browser import form_fields
from tests.callback.servers import Server
from tests.chat.web.scripted import (
    ANSWER,
    Beside,
    Gate,
    Page,
    RefusedError,
    asking,
    done,
    read_events,
    text,
    tool,
    until_said,
)
from tests.chat.web.test_answers import until

HERE = "conversation-1"


@dataclass
class Table:
    """As much of DynamoDB as putting and getting needs; a put waits for its gate."""

    items: dict[str, Any] = field(default_factory=dict)
    gate: Gate | None = None

    async def answer(self, request: Request) -> Response:
        body = json.loads(await request.body())
        if request.headers["x-amz-target"].endswith("PutItem"):
            gate, self.gate = self.gate, None
            if gate is not None:
                await gate.pass_through()
            self.items[body["Item"]["key"]["S"]] = body["Item"]
            return JSONResponse({})
        found = self.items.get(body["Key"]["key"]["S"])
        return JSONResponse({"Item": found} if found else {})


def test_who_is_cancelled_while_the_table_takes_a_write_waits_for_its_end(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sample")
    table = Table(gate=Gate())
    gate = table.gate
    server = Server(Starlette(routes=[Route("/", table.answer, methods=["POST"])]))

    async def story():
        store = DynamoDbStore("sessions", "us-west-2", f"http://127.0.0.1:{server.port}")
        early = asyncio.create_task(store.put("k", {"is": "early"}, collection="c"))
        assert await asyncio.to_thread(gate.is_reached.wait, 5)
        early.cancel()
        threading.Timer(0.1, gate.open).start()
        with pytest.raises(asyncio.CancelledError):
            await early
        assert table.items  # it was written before anybody went on
        await store.put("k", {"is": "late"}, collection="c")
        assert await store.get("k", collection="c") == {"is": "late"}
        store.close()

    try:
        asyncio.run(story())
    finally:
        server.stop()


@pytest.mark.parametrize("is_deleted", [False, True])
def test_no_copy_of_an_answer_is_written_behind_its_end_or_its_deletion(chat, alice, agent, is_deleted):
    asked = Gate()
    agent.turns = [[text("The whole answer"), asked, text(" and its end."), done()]]
    with alice.stream("POST", "/agui", alice.input(HERE, "Where?")) as response:
        written = chat.line.gates["put", "chat-turns"] = Gate()
        until_said(response, "whole")
        assert written.is_reached.wait(5)  # the answer as it grows
        tab = Page(alice.browser)
        if is_deleted:
            ending = Beside(tab.api, "DELETE", f"/chat/api/conversations/{HERE}")
            until(lambda: any("forget" in str(said) for said in agent.said()))
        asked.open()
        threading.Timer(0.3, written.open).start()
        if is_deleted:
            ending.result()
            assert written.is_open.is_set()
            assert [place[0] for place in chat.kept if place[0].startswith("chat-")] == ["chat-indexes"]
            return
        until_said(response, "its end")
        list(read_events(response))
        assert written.is_open.is_set()  # the run's end waited for it
    until(lambda: tab.turn(HERE)["outcome"] == "answered")
    assert tab.turn(HERE)["parts"][0]["markdown"] == "The whole answer and its end."


def test_of_two_processes_that_begin_at_once_one_does(chat, alice, agent):
    first = chat.app
    chat.start()
    gate = Gate()
    agent.turns = [[gate, text("One."), done()], [gate, text("Two."), done()]]

    async def send(app, question):
        request = alice.request("POST", "/agui", alice.input(HERE, question))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=chat.settings.callback_url) as client:
            answer = await client.post(str(request.url), content=request.content, headers=dict(request.headers))
        if answer.status_code == 409:
            gate.open()
        return answer.status_code

    async def both():
        return await asyncio.wait_for(asyncio.gather(send(first, "One?"), send(chat.app, "Two?")), 10)

    assert sorted(chat.stage.server.run(both())) == [200, 409]
    assert len(agent.said()) == 1
    [turn] = alice.conversation(HERE)["turns"]
    assert (turn["question"], turn["outcome"]) == (agent.said()[0]["prompt"], "answered")
    assert not [place for place in chat.kept if place[0] == "chat-claims"]


def test_what_waits_is_not_answered_by_a_question_that_the_agent_never_got(alice, agent):
    agent.turns = [asking(), *[lambda: Response("no", 500)] * 6]
    alice.run(HERE, "First?")
    alice.run(HERE, "Second?")
    conversation = alice.conversation(HERE)
    assert [turn["outcome"] for turn in conversation["turns"]] == ["waiting", "failed"]
    assert conversation["state"] == "waiting"
    assert alice.api("GET", "/chat/api/conversations")["conversations"][0]["state"] == "waiting"
    agent.turns = [ANSWER]
    assert alice.run(HERE, resume="resolved")[-1]["outcome"] == {"type": "success"}
    assert [turn["outcome"] for turn in alice.conversation(HERE)["turns"]] == ["answered", "failed"]
    assert alice.conversation(HERE)["state"] == "idle"


def test_what_waits_goes_on_waiting_where_another_question_cannot_be_kept(chat, alice, agent):
    agent.turns = [asking()]
    alice.run(HERE, "First?")
    chat.line.broken = {("put", "chat-heads")}
    with pytest.raises(RefusedError):
        alice.run(HERE, "Second?")
    chat.line.broken = set()
    assert [turn["outcome"] for turn in alice.conversation(HERE)["turns"]] == ["waiting"]
    assert alice.conversation(HERE)["state"] == "waiting"


def test_what_waits_is_over_as_soon_as_the_agent_has_taken_another_question_up(alice, agent):
    gate = Gate()
    agent.turns = [asking(), [tool("running"), gate, done()]]
    alice.run(HERE, "First?")
    with alice.stream("POST", "/agui", alice.input(HERE, "Second?")):
        assert gate.is_reached.wait(5)
        until(lambda: Page(alice.browser).conversation(HERE)["turns"][0]["outcome"] == "answered")
        gate.open()


@pytest.mark.parametrize("status", ["resolved", "cancelled"])
def test_an_answer_to_a_card_is_for_the_question_of_that_card(alice, agent, status):
    agent.turns = [asking(), asking()]
    old = alice.run(HERE, "First?")[-1]["outcome"]["interrupts"][0]["id"]
    new = alice.run(HERE, "Second?")[-1]["outcome"]["interrupts"][0]["id"]
    for wrong in (old, "consent-of-nothing"):
        with pytest.raises(RefusedError) as refused:
            alice.run(HERE, resume=status, interrupt=wrong)
        assert (refused.value.status, refused.value.body["code"]) == (409, "nothing_waiting")
    assert len(agent.said()) == 2
    assert alice.run(HERE, resume=status, interrupt=new)[-1]["type"] == "RUN_FINISHED"


def test_a_card_can_be_answered_by_its_own_interrupt_after_a_try_that_failed(alice, agent):
    agent.turns = [asking(), *[lambda: Response("no", 500)] * 6]
    asked = alice.run(HERE, "First?")[-1]["outcome"]["interrupts"][0]["id"]
    assert alice.run(HERE, resume="resolved", interrupt=asked)[-1]["type"] == "RUN_ERROR"
    agent.turns = [ANSWER]
    assert alice.run(HERE, resume="resolved", interrupt=asked)[-1]["outcome"] == {"type": "success"}


def test_who_signs_out_leaves_no_draft_in_the_browser(alice):
    browser = alice.browser
    answer = browser.post("/sign-out", form_fields(browser.get("/connections"), "/sign-out"))
    assert (answer.status_code, answer.headers["clear-site-data"]) == (303, '"storage"')


@pytest.mark.parametrize(("ids", "named"), [(["a"], "a"), (["a", "a"], "a"), (["a", "b"], ""), ([], "")])
def test_an_answer_names_the_one_interrupt_that_it_is_for(ids, named):
    answers = [{"interruptId": each, "status": "resolved"} for each in ids]
    message = {"id": "m", "role": "user", "content": "hi"}
    given = {"threadId": HERE, "runId": "run-1", "messages": [message], "resume": answers}
    assert read_input(given).interrupt_id == named


def test_a_store_that_fails_at_the_claim_begins_nothing(chat, alice, agent):
    chat.line.broken = {("add", "chat-claims")}
    with pytest.raises(RefusedError) as refused:
        alice.run(HERE, "Where?")
    assert refused.value.body["code"] == StateUnavailableError.code
    assert agent.said() == []
