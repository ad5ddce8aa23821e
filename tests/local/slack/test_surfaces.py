"""The App Home, modals, statuses and suggested prompts."""

import pytest

from tests.local.slack.conftest import ALICE, BOB, GENERAL, error

HOME = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Not connected"}}]}


def test_each_person_has_their_own_home(standin, client):
    view = client.views_publish(user_id=ALICE, view=HOME)["view"]
    assert standin.see("alice")["home"]["blocks"][0]["text"]["text"] == "Not connected"
    assert standin.see("bob")["home"] is None
    assert client.views_publish(user_id=ALICE, view=HOME, hash=view["hash"])["view"]["id"] == view["id"]
    assert error(client.views_publish, user_id=ALICE, view=HOME, hash="1.000001") == "hash_conflict"
    assert error(client.views_publish, user_id="U0NOBODY", view=HOME) == "user_not_found"
    assert error(client.views_publish, user_id=BOB, view={"type": "home"}) == "invalid_arguments"
    long = {"type": "home", "blocks": HOME["blocks"], "private_metadata": "x" * 250_001}
    assert error(client.views_publish, user_id=BOB, view=long) == "view_too_large"


def test_looking_at_the_app_is_an_event(standin, client):
    client.views_publish(user_id=ALICE, view=HOME)
    standin.act("alice", "open_home", tab="home")
    event = standin.app.wait()[-1].event
    assert (event["type"], event["tab"], event["user"], event["channel"]) == (
        "app_home_opened",
        "home",
        ALICE,
        "D0ALICE001",
    )
    assert event["view"]["type"] == "home"
    standin.act("bob", "open_home", tab="messages")
    assert "view" not in standin.app.wait()[-1].event


def test_a_modal_needs_a_click_that_is_fresh(standin, client):
    button = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}
    client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [{"type": "actions", "elements": [button]}]})
    field = {
        "type": "input",
        "block_id": "name",
        "label": {"type": "plain_text", "text": "Name"},
        "element": {"type": "plain_text_input", "action_id": "typed"},
    }
    title = {"type": "plain_text", "text": "More"}
    modal = {"type": "modal", "title": title, "submit": title, "blocks": [field]}
    assert error(client.views_open, trigger_id="1.2.x", view=modal) == "invalid_trigger_id"
    standin.act("alice", "press_in_view", view="home", action_id="more")
    pressed = standin.app.wait()[-1].payload
    assert (pressed["type"], pressed["container"]["type"], pressed["view"]["type"]) == ("block_actions", "view", "home")
    client.views_open(trigger_id=pressed["trigger_id"], view=modal)
    assert error(client.views_open, trigger_id=pressed["trigger_id"], view=modal) == "exchanged_trigger_id"
    standin.app.answers = [{"response_action": "errors", "errors": {"name": "too short"}}]
    standin.act("alice", "submit", name="x")
    assert standin.see("alice")["modal"] is not None
    standin.act("alice", "submit", name="xyz")
    sent = standin.app.wait(2)[-1].payload
    assert sent["view"]["state"]["values"]["name"]["typed"]["value"] == "xyz"
    assert standin.see("alice")["modal"] is None
    standin.act("alice", "press_in_view", view="home", action_id="more")
    late = standin.app.wait()[-1].payload["trigger_id"]
    standin.clock.pass_(seconds=4)
    assert error(client.views_open, trigger_id=late, view=modal) == "expired_trigger_id"


def test_a_status_stands_until_the_app_answers_or_two_minutes_are_over(standin, client, question):
    place = {"channel_id": GENERAL, "thread_ts": question}

    def status():
        return standin.see("bob", thread_ts=question)["status"]

    client.assistant_threads_setStatus(**place, status="is searching", loading_messages=["Looking …"])
    assert status() == "is searching"
    client.chat_postMessage(channel=GENERAL, thread_ts=question, text="Here")
    assert status() == ""
    client.assistant_threads_setStatus(**place, status="is searching")
    client.assistant_threads_setStatus(**place, status="")
    assert status() == ""
    client.assistant_threads_setStatus(**place, status="is searching")
    standin.clock.pass_(minutes=2)
    assert status() == ""
    call = client.assistant_threads_setStatus
    assert error(call, channel_id=GENERAL, thread_ts="1.000001", status="x") == "invalid_thread_ts"
    assert error(call, **place, status="x", loading_messages=["a"] * 11) == "invalid_arguments"


@pytest.mark.parametrize("prompts", [[], [{"title": "x"}], [{"title": "x", "message": "y"}] * 5])
def test_there_are_one_to_four_prompts_with_title_and_message(client, prompts):
    client.conversations_open(users=ALICE)
    call = client.assistant_threads_setSuggestedPrompts
    assert error(call, channel_id="D0ALICE001", prompts=prompts) == "invalid_arguments"


def test_prompts_are_shown_in_direct_messages(standin, client):
    client.conversations_open(users=ALICE)
    prompt = {"title": "New files", "message": "which files are new?"}
    client.assistant_threads_setSuggestedPrompts(channel_id="D0ALICE001", prompts=[prompt])
    assert standin.see("alice", "dm")["prompts"]["prompts"] == [prompt]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"status": "busy"}, "invalid_status"),
        ({"status": "active", "thread_ts": None}, "thread_ts_required"),
        ({"status": "active", "channel_id": "C0RANDOM01"}, "not_authorized"),
        ({"status": "active", "initiator_user_id": "U0NOBODY"}, "user_not_found"),
    ],
)
def test_an_agent_session_is_checked(client, question, more, code):
    place = {"channel_id": GENERAL, "thread_ts": question}
    assert error(client.agents_sessions_setStatus, **(place | more)) == code
