"""Events and clicks on their way to the app: signed, in time, again."""

import time

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from local.slack.workspace import APP
from tests.local.slack.conftest import ALICE, GENERAL, TEAM


def button(**values):
    text = {"type": "plain_text", "text": "Again"}
    return {"type": "button", "action_id": "again", "value": "q1", "text": text, **values}


def post(client, *buttons, channel=GENERAL, **more):
    blocks = [{"type": "actions", "block_id": "row", "elements": list(buttons)}]
    return client.chat_postMessage(channel=channel, text="x", blocks=blocks, **more)["ts"]


def deliveries(standin):
    return httpx.get(f"{standin.url}/_standin/deliveries", trust_env=False).json()["deliveries"]


def until(check):
    for _ in range(400):
        if found := check():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen")


def test_a_mention_is_told_with_slacks_signature(standin):
    said = standin.act("alice", "say", channel="general", text="@Drive Agent which files are new?")
    [told] = standin.app.wait()
    assert SignatureVerifier(APP.signing_secret).is_valid_request(told.body, told.headers)
    assert told.headers["user-agent"].startswith("Slackbot 1.0")
    payload = told.payload
    assert (payload["type"], payload["team_id"], payload["event_id"]) == ("event_callback", TEAM, said["event_id"])
    event = payload["event"]
    assert (event["type"], event["channel"], event["user"], event["ts"]) == ("app_mention", GENERAL, ALICE, said["ts"])
    assert event["text"] == f"<@{APP.bot_user_id}> which files are new?"
    assert "channel_type" not in event


def test_direct_messages_are_told_those_of_the_app_too(standin, client):
    said = standin.act("alice", "say", channel="dm", text="hello")
    event = standin.app.wait()[-1].event
    assert (event["type"], event["channel_type"], event["text"]) == ("message", "im", "hello")
    ts = client.chat_postMessage(channel=said["channel"], thread_ts=said["ts"], text="hi")["ts"]
    own = standin.app.wait()[-1].event
    assert (own["bot_id"], own["ts"], own["thread_ts"]) == (APP.bot_id, ts, said["ts"])
    client.chat_update(channel=said["channel"], ts=ts, text="hi again")
    changed = standin.app.wait()[-1].event
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "hi again")
    standin.admin("/switches", own_events="off")
    client.chat_postMessage(channel=said["channel"], text="unheard")
    standin.act("alice", "say", channel="dm", text="heard")
    assert standin.app.wait()[-1].event["text"] == "heard"


def test_what_is_not_meant_for_the_app_is_not_told(standin):
    standin.act("alice", "say", channel="general", text="just among us")
    hint = standin.act("alice", "say", channel="random", text="@Drive Agent are you there?")
    assert hint["event_id"] == "", "the app was not invited there"
    assert "is not in this channel" in standin.see("alice", "random")["messages"][-1]["words"]
    standin.act("alice", "say", channel="general", text="@Drive Agent hello")
    assert [told.event["type"] for told in standin.app.wait()] == ["app_mention"]


def test_people_cannot_write_markup_that_is_slacks(standin):
    said = standin.act("alice", "say", channel="general", text="<https://x.example|bank> & <@U0BOB00001>")
    assert said["text"] == "&lt;https://x.example|bank&gt; &amp; &lt;@U0BOB00001&gt;"


@pytest.mark.parametrize(("answer", "reason"), [(500, "http_error"), (1.0, "http_timeout")])
def test_an_event_that_is_not_taken_comes_again(standin, answer, reason):
    standin.admin("/pace", answer_within_s=0.2, retry_after_s=[0, 0.01, 0.02])
    standin.app.answers = [answer, answer]
    said = standin.act("alice", "say", channel="dm", text="hello")
    told = standin.app.wait(3)
    retries = [(each.headers.get("x-slack-retry-num"), each.headers.get("x-slack-retry-reason")) for each in told]
    assert retries == [(None, None), ("1", reason), ("2", reason)]
    assert {each.payload["event_id"] for each in told} == {said["event_id"]}
    outcomes = until(lambda: len(each := deliveries(standin)) == 3 and each)
    assert [each["outcome"] for each in outcomes] == [reason, reason, "taken"]


def test_an_app_can_ask_for_no_retry(standin):
    standin.admin("/pace", retry_after_s=[0])
    standin.app.answers = [501]
    standin.act("alice", "say", channel="dm", text="hello")
    standin.act("alice", "say", channel="dm", text="next")
    assert sorted(told.event["text"] for told in standin.app.wait(2)) == ["hello", "next"]
    outcomes = until(lambda: len(each := deliveries(standin)) == 2 and each)
    assert {each["outcome"] for each in outcomes} == {"http_error no_retry", "taken"}


def test_an_event_can_be_replayed(standin):
    said = standin.act("alice", "say", channel="dm", text="hello")
    standin.app.wait()
    standin.admin("/deliver", event_id=said["event_id"])
    first, again = standin.app.wait()
    assert first.body == again.body
    assert again.headers["x-slack-retry-num"] == "1"


def test_the_request_url_can_be_verified(standin):
    assert standin.admin("/verify") == {"verified": True}
    standin.app.answers = [404]
    assert standin.admin("/verify") == {"verified": False}


def test_a_click_is_told_with_a_place_to_answer_to(standin, client):
    ts = post(client, button())
    done = standin.act("alice", "press", channel="general", ts=ts, action_id="again")
    assert done["is_taken"] is True
    told = standin.app.wait()[-1]
    assert SignatureVerifier(APP.signing_secret).is_valid_request(told.body, told.headers)
    payload = told.payload
    [action] = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("again", "row", "q1")
    assert (payload["user"]["id"], payload["channel"]["id"], payload["message"]["ts"]) == (ALICE, GENERAL, ts)
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": GENERAL, "is_ephemeral": False}

    def respond(**said):
        return httpx.post(payload["response_url"], json=said, trust_env=False)

    assert respond(text="only you").text == "ok"
    assert standin.see("alice")["messages"][-1]["only_for"] == ALICE
    assert standin.see("bob")["messages"][-1]["ts"] == ts
    respond(replace_original=True, text="clicked")
    assert standin.see("bob")["messages"][-1]["words"] == "clicked"
    respond(text="all of you", response_type="in_channel")
    assert standin.see("bob")["messages"][-1]["words"] == "all of you"
    assert respond(text="x", blocks=[{"type": "blink"}]).json()["error"] == "invalid_blocks"
    respond(delete_original=True)
    assert "clicked" not in str(standin.see("bob"))
    refused = respond(text="a sixth time")
    assert (refused.status_code, refused.json()["error"]) == (404, "used_url")


def test_the_place_to_answer_to_is_gone_after_half_an_hour(standin, client):
    ts = post(client, button())
    standin.act("alice", "press", channel="general", ts=ts, action_id="again")
    url = standin.app.wait()[-1].payload["response_url"]
    standin.clock.pass_(minutes=31)
    assert httpx.post(url, json={"text": "late"}, trust_env=False).json()["error"] == "expired_url"


def test_a_link_button_opens_its_address_and_is_told_all_the_same(standin, client):
    ts = post(client, button(url="http://127.0.0.1:9/connect"))
    standin.app.answers = [500]
    done = standin.act("alice", "press", channel="general", ts=ts, action_id="again")
    assert (done["url"], done["is_taken"]) == ("http://127.0.0.1:9/connect", False)
    assert standin.app.wait()[-1].payload["actions"][0]["url"] == "http://127.0.0.1:9/connect"


def test_a_click_on_what_only_one_person_sees_comes_without_the_message(standin, client):
    blocks = [{"type": "actions", "elements": [button()]}]
    ts = client.chat_postEphemeral(channel=GENERAL, user=ALICE, text="x", blocks=blocks)["message_ts"]
    standin.act("alice", "press", channel="general", ts=ts, action_id="again")
    payload = standin.app.wait()[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    refused = httpx.post(
        f"{standin.url}/_standin/act",
        json={"as": "bob", "do": "press", "channel": "general", "ts": ts, "action_id": "again"},
        trust_env=False,
    )
    assert refused.json() == {"error": "There is no such message."}


def test_feedback_has_the_value_of_the_thumb(standin, client):
    thumb = {
        "type": "feedback_buttons",
        "action_id": "feedback",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "good"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
    }
    blocks = [{"type": "context_actions", "elements": [thumb]}]
    ts = client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks)["ts"]
    standin.act("bob", "press", channel="general", ts=ts, action_id="feedback", value="bad")
    [action] = standin.app.wait()[-1].payload["actions"]
    assert (action["value"], action["text"]["text"]) == ("bad", "Bad")


def test_an_app_without_an_address_is_told_nothing(standin, client):
    standin.admin("/app", "PUT", request_url="")
    standin.admin("/pace", retry_after_s=[])
    standin.act("alice", "say", channel="dm", text="hello")
    [entry] = until(lambda: deliveries(standin))
    assert entry["outcome"] == "no_request_url"
    assert client.chat_postMessage(channel=GENERAL, text="hi")["ok"], "everything else works"
