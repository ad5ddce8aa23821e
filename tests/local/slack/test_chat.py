"""Messages: who may write where, who sees what, how it is changed."""

import httpx
import pytest

from local.slack.workspace import APP
from tests.local.slack.conftest import ALICE, BOB, CAROL, GENERAL, RANDOM, TEAM, error

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}


def words(standin, person, channel="general", **query):
    return [message["words"] for message in standin.see(person, channel, **query)["messages"]]


def test_the_app_knows_itself(client):
    answer = client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == (TEAM, APP.bot_user_id, APP.bot_id)
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), (APP.app_token, "not_allowed_token_type")],
)
def test_who_has_no_right_token_is_told_so(standin, token, code):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with standin.http(headers=headers) as http:
        assert http.post("/api/auth.test").json() == {"ok": False, "error": code}


def test_a_method_that_does_not_exist_and_a_scope_that_was_not_given(standin, client):
    assert error(client.api_call, api_method="chat.shout") == "unknown_method"
    standin.admin("/app", "PUT", scopes=["chat:write"])
    answer = httpx.post(
        f"{standin.url}/api/users.info",
        data={"user": ALICE},
        headers={"authorization": f"Bearer {APP.bot_token}"},
        trust_env=False,
    ).json()
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "users:read", "chat:write")


def test_what_is_no_json_object_is_refused(standin):
    headers = {"authorization": f"Bearer {APP.bot_token}", "content-type": "application/json"}
    with standin.http(headers=headers) as http:
        assert http.post("/api/auth.test", content=b"{").json()["error"] == "invalid_json"
        assert http.post("/api/auth.test", content=b"[]").json()["error"] == "json_not_object"
        assert http.post("/api/auth.test", content=b"x", headers={"content-type": "text/plain"}).json()["error"] == (
            "invalid_post_type"
        )


def test_a_message_is_posted_and_everybody_in_the_channel_sees_it(standin, client, question):
    posted = client.chat_postMessage(channel=GENERAL, text="Hello", blocks=[SECTION], thread_ts=question)
    assert posted["message"]["thread_ts"] == question
    assert posted["message"]["blocks"][0]["block_id"], "Slack gives an id to blocks without"
    for person in ("alice", "bob", "carol"):
        assert words(standin, person, thread_ts=question)[1:] == ["*Hello*"]
    assert words(standin, "alice") == ["which files are new?"], "a reply is in the thread alone"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": "general", "text": "x"}, "channel_not_found"),
        ({"channel": RANDOM, "text": "x"}, "not_in_channel"),
        ({"channel": GENERAL, "text": ""}, "no_text"),
        ({"channel": GENERAL, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": GENERAL, "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"channel": GENERAL, "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
        ({"channel": GENERAL, "text": "x", "blocks": [{"type": "blink"}]}, "invalid_blocks"),
        ({"channel": GENERAL, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
    ],
)
def test_what_cannot_be_posted_is_refused_as_slack_refuses_it(client, arguments, code):
    assert error(client.api_call, api_method="chat.postMessage", json=arguments) == code


def test_a_reply_has_no_replies_of_its_own(client, question):
    reply = client.chat_postMessage(channel=GENERAL, text="one", thread_ts=question)["ts"]
    assert error(client.chat_postMessage, channel=GENERAL, text="two", thread_ts=reply) == "cannot_reply_to_message"


def test_direct_messages_are_between_one_person_and_the_app(standin, client):
    opened = client.conversations_open(users=ALICE, return_im=True)
    channel = opened["channel"]["id"]
    assert opened["channel"]["user"] == ALICE
    assert client.conversations_open(users=[ALICE])["already_open"] is True
    client.chat_postMessage(channel=channel, text="between us")
    assert client.chat_postMessage(channel=ALICE, text="by person")["channel"] == channel
    assert words(standin, "alice", "dm") == ["between us", "by person"]
    assert words(standin, "bob", "dm") == []
    answer = httpx.get(f"{standin.url}/_standin/see", params={"as": "bob", "channel": channel}, trust_env=False)
    assert answer.status_code == 400
    assert error(client.conversations_open, users="U0NOBODY") == "user_not_found"
    assert error(client.conversations_open, users=f"{ALICE},{BOB}") == "method_not_supported_for_channel_type"
    assert error(client.api_call, api_method="conversations.open") == "users_list_not_supplied"


def test_an_ephemeral_message_is_seen_by_one_person_and_cannot_be_changed(standin, client, question):
    ts = client.chat_postEphemeral(channel=GENERAL, user=ALICE, text="psst", thread_ts=question)["message_ts"]
    assert words(standin, "alice", thread_ts=question)[1:] == ["psst"]
    assert words(standin, "bob", thread_ts=question)[1:] == []
    assert error(client.chat_update, channel=GENERAL, ts=ts, text="louder") == "message_not_found"
    assert error(client.chat_delete, channel=GENERAL, ts=ts) == "message_not_found"
    client.conversations_open(users=ALICE)
    assert error(client.chat_postEphemeral, channel="D0ALICE001", user=BOB, text="x") == "user_not_in_channel"


def test_only_what_the_app_has_written_is_changed_and_deleted(standin, client, question):
    ts = client.chat_postMessage(channel=GENERAL, text="first", blocks=[SECTION])["ts"]
    assert client.chat_update(channel=GENERAL, ts=ts, text="second")["text"] == "second"
    assert words(standin, "bob") == ["which files are new?", "second"], "a text alone takes the blocks away"
    assert error(client.chat_update, channel=GENERAL, ts=ts, text="x" * 4001) == "msg_too_long"
    assert error(client.chat_update, channel=GENERAL, ts=question, text="mine") == "cant_update_message"
    assert error(client.chat_delete, channel=GENERAL, ts=question) == "cant_delete_message"
    client.chat_delete(channel=GENERAL, ts=ts)
    assert words(standin, "bob") == ["which files are new?"]
    assert error(client.chat_update, channel=GENERAL, ts=ts, text="third") == "message_not_found"


def test_people_and_channels_are_told_about(standin, client):
    user = client.users_info(user=CAROL, include_locale=True)["user"]
    assert (user["name"], user["locale"], user["is_bot"]) == ("carol", "ja-JP", False)
    assert "locale" not in client.users_info(user=CAROL)["user"]
    assert "email" not in user["profile"], "that needs users:read.email"
    assert error(client.users_info, user="U0NOBODY") == "user_not_found"
    assert error(client.conversations_info, channel=GENERAL) == "missing_scope"
    standin.admin("/app", "PUT", scopes=["channels:read", "im:read"])
    channel = client.conversations_info(channel=GENERAL, include_num_members=True)["channel"]
    assert (channel["name"], channel["is_member"], channel["num_members"]) == ("general", True, 4)
    assert client.conversations_info(channel=RANDOM)["channel"]["is_member"] is False


def test_the_journal_shows_calls_without_their_secrets(standin, client):
    client.chat_postMessage(channel=GENERAL, text="hello", unfurl_links=False, unfurl_media=False)
    [entry] = httpx.get(f"{standin.url}/_standin/requests", trust_env=False).json()["requests"]
    assert entry["method"] == "chat.postMessage"
    assert (entry["ok"], entry["status"], entry["arguments"]["text"]) == (True, 200, "hello")
    assert APP.bot_token not in str(entry)
    assert standin.see("alice")["messages"][0]["unfurls"] is False


def test_blocks_that_say_too_much_together_are_refused_and_those_that_just_fit_are_not(client):
    def sections(*lengths):
        return [{"type": "section", "text": {"type": "plain_text", "text": "x" * length}} for length in lengths]

    fitting = sections(3000, 3000, 3000, 3000, 1000)
    assert client.chat_postMessage(channel=GENERAL, text="x", blocks=fitting)["ok"]
    too_long = error(client.chat_postMessage, channel=GENERAL, text="x", blocks=[*fitting, *sections(1)])
    assert too_long == "msg_blocks_too_long"
