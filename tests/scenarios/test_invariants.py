"""The invariants of the design, on the whole running stack. Each test fails when its invariant is broken.

The first, that no secret is anywhere but where it belongs, is in `test_canary`.
"""

import json
import re
from urllib.parse import parse_qs

import boto3
import httpx
import pytest

from local.stack import IAM_RUNTIME_ARN, RUNTIME_ARN
from tests.scenarios.conftest import FIND


def test_every_drive_call_is_in_the_audit_with_who_it_was_for(world):
    talks = [world.connected(person) for person in (world.alice, world.bob)]
    audit = world.stack.options.home / "logs" / "audit.jsonl"
    before = audit.stat().st_size
    for talk in talks:
        talk.ask(FIND)
    written = audit.read_bytes()[before:].decode()
    assert set(written.splitlines()) <= set(world.stack.log("agent").splitlines()), "standard output has them, too"
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(line["event"], line["method"]) for line in lines] == [("drive_call", "files.list")] * 2
    assert len({line["who"] for line in lines}) == 2
    assert all(line["outcome"] == "ok" and line["files"] > 0 and len(line["who"]) == 16 for line in lines)
    for person in (world.alice, world.bob):
        assert person.email.partition("@")[0] not in audit.read_text().lower()


def test_what_people_say_and_what_files_are_called_is_not_logged(world):
    talk = world.connected()
    talk.ask('find files named "Q3 budget"')
    talk.ask("find the zanzibarcanary")
    for name in ("agent", "callback"):
        log = world.stack.log(name)
        assert "zanzibarcanary" not in log
        assert "Q3 budget" not in log
        assert "alice@" not in log


def test_one_conversation_has_one_owner(world):
    """Invariant 2; the rest of it is in test_wrong_person."""
    talk = world.talk(world.alice)
    talk.ask(FIND)
    world.stack.kill_agent()
    world.stack.start_agent()
    assert "somebody else" in world.talk(world.bob, runtime_session=talk.runtime_session).ask(FIND).error


def test_the_model_is_given_no_identity_endpoint_scope_or_raw_query(world):
    """Invariant 4."""
    world.connected()
    tools = world.model_requests()[0]["body"]["toolConfig"]["tools"]
    specs = [tool["toolSpec"] for tool in tools if "toolSpec" in tool]
    arguments = {spec["name"]: set(spec["inputSchema"]["json"]["properties"]) for spec in specs}
    assert arguments == {
        "list_files": {"view", "folder", "kind", "order", "limit"},
        "search_files": {
            *("words", "content", "phrase", "kind", "owner", "changed_by", "modified", "created", "opened"),
            *("folder", "shared_with_me", "starred", "trash", "order", "limit"),
        },
        "more_files": {"listing"},
        "get_file": {"file"},
        "list_shared_drives": set(),
        "read_file": {"file", "start"},
    }


def test_a_raw_query_of_the_model_is_a_word_and_nothing_more(world):
    """Invariant 4: what the model writes never becomes syntax."""
    talk = world.connected()
    evil = "x' or trashed = true or name contains '"
    script = [{"toolUse": {"name": "search_files", "input": {"words": evil}}}]
    world.aws("POST", "/_standin/model-script", turns=[script])
    talk.ask("anything")
    listed = [
        entry
        for entry in world.google("GET", "/_standin/requests")["requests"]
        if entry.get("drive_method") == "files.list"
    ]
    queries = [entry["params"]["q"] for entry in listed if "x\\'" in entry["params"]["q"]]
    assert len(queries) > 1  # nothing was found, so wider searches were made of the same words
    for query in queries:
        outside = re.sub(r"'(?:\\.|[^'\\])*'", "''", query)
        terms = set(re.split(r" and | or ", outside.replace("(", "").replace(")", "")))
        assert terms <= {"name contains ''", "fullText contains ''", "trashed = false", "trashed = true"}
        assert outside.count("trashed") == 1


def test_an_argument_that_is_no_tool_argument_changes_nothing(world):
    talk = world.connected()
    script = [
        {
            "toolUse": {
                "name": "search_files",
                "input": {"words": "budget", "access_token": "x", "user": "bob", "q": "y"},
            }
        }
    ]
    world.aws("POST", "/_standin/model-script", turns=[script])
    talk.ask("anything")
    authorizations = {
        entry["authorization"]
        for entry in world.google("GET", "/_standin/requests")["requests"]
        if entry.get("drive_method") == "files.list"
    }
    assert talk.action("status")["connections"][0]["account"]["email"] == world.alice.google.email
    assert all(value.startswith("sha256:") for value in authorizations if value)


def test_hostile_file_names_change_nothing_but_the_text(world):
    """Invariant 5."""
    talk = world.connected()
    reply = talk.ask("list my files")
    every = talk.ask("show me more")
    names = reply.file_names + every.file_names
    assert any("gnore your instructions" in name for name in names + talk.ask("find ignore").file_names)
    for event in [*reply.of_type("files"), *every.of_type("files")]:
        for card in event["files"]:
            assert card.get("link", "https://").startswith("https://")
            assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x1f]", card["name"])
    results = json.dumps(world.model_requests(), ensure_ascii=False)
    assert not re.search("[\u202a-\u202e\u200b]", results)
    assert "webViewLink" not in results
    assert "docs.google.com" not in results


def test_google_is_only_ever_read_and_revoked(world):
    """Invariant 6."""
    talk = world.connected()
    talk.ask(FIND)
    talk.action("disconnect")
    journal = world.google("GET", "/_standin/requests")["requests"]
    ours = [entry for entry in journal if entry.get("drive_method")]
    # A batch holds nothing but files.get; drives.list and permissions.list ask for names, of drives and of people.
    reads = {"files.list", "files.get", "about.get", "batch", "drives.list", "permissions.list"}
    assert {entry["drive_method"] for entry in ours} <= reads
    asked = [parse_qs(entry["query"]) for entry in journal if entry["path"] == "/o/oauth2/v2/auth" and entry["query"]]
    scopes = {scope for query in asked for value in query.get("scope", []) for scope in value.split()}
    assert "https://www.googleapis.com/auth/drive.metadata.readonly" in scopes
    # Another test may have asked to read contents before.
    assert scopes <= {f"https://www.googleapis.com/auth/drive{kind}.readonly" for kind in ("", ".metadata")}
    assert all(query["access_type"] == ["offline"] and query["prompt"] == ["consent select_account"] for query in asked)


def test_a_backend_that_names_no_user_is_refused_before_any_drive_is_opened(world):
    """Invariant 7, through the IAM runtime."""
    client = boto3.client(
        "bedrock-agentcore",
        endpoint_url=world.stack.aws_url,
        region_name="us-west-2",
        aws_access_key_id="sample",
        aws_secret_access_key="sample",
    )
    before = world.calls("GetResourceOauth2Token")
    session = "backend-0123456789abcdef0123456789abcdef"
    try:
        answer = client.invoke_agent_runtime(
            agentRuntimeArn=IAM_RUNTIME_ARN, runtimeSessionId=session, payload=json.dumps({"prompt": FIND})
        )
        # In local mode a call without a workload access token is the person at this computer; never anybody else.
        text = answer["response"].read().decode()
        assert "auth_required" in text
        assert world.vault() == []
        named = client.invoke_agent_runtime(
            agentRuntimeArn=IAM_RUNTIME_ARN,
            runtimeSessionId=session,
            runtimeUserId="slack:T1:U1",
            payload=json.dumps({"prompt": FIND}),
        )
        assert "no_identity" in named["response"].read().decode(), "a workload token without a named user is refused"
    finally:
        client.close()
    assert len(world.calls("GetResourceOauth2Token") - before) <= 2  # the first call alone: either scope would do


@pytest.mark.parametrize("service", ["aws", "google"])
def test_stand_ins_answer_on_loopback_only_and_say_what_they_are(world, service):
    """Invariant 8; that production settings refuse them is in tests/agent/test_settings.py and tests/callback."""
    url = getattr(world.stack, f"{service}_url")
    about = httpx.get(f"{url}/_standin", trust_env=False).json()
    assert about["standin"] is True
    assert "NOT" in world.stack.log(service).upper()
    rebinding = httpx.get(f"{url}/_standin", headers={"host": "evil.example"}, trust_env=False)
    assert rebinding.status_code in {403, 421}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer not-a-token"}, 401),
        ({"authorization": "Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4Iiwic3ViIjoiYWxpY2UifQ."}, 401),
        ({"authorization": "Basic YWxpY2U6eA=="}, 401),
    ],
)
def test_a_caller_without_a_good_token_does_not_get_past_the_runtime(world, headers, status):
    url = world.talk().url
    answer = httpx.post(
        url,
        json={"prompt": FIND},
        headers={"X-Amzn-Bedrock-AgentCore-Runtime-Session-Id": "x" * 40, **headers},
        trust_env=False,
    )
    assert answer.status_code in {status, 403}
    assert answer.json()["message"]
    assert world.talk().ask("hello").stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("body", "session", "says"),
    [
        (b'{"prompt": ', "s" * 40, "not valid JSON"),
        (b'{"prompt": ""}', "s" * 40, "empty"),
        (b'{"action": "explode"}', "s" * 40, "Use one of"),
        (json.dumps({"prompt": "x" * 1_000_000}).encode(), "s" * 40, "larger"),
        (b'{"prompt": "hi"}', "s", "33"),
        (b'{"prompt": "hi"}', "s" * 10_000, "256"),
        (b'{"prompt": "hi"}', "../" * 20, "letters"),
    ],
)
def test_bad_input_through_the_runtime_gets_a_4xx_with_a_sentence(world, body, session, says):
    talk = world.talk()
    answer = httpx.post(
        talk.url,
        content=body,
        headers={
            "authorization": talk.headers["authorization"],
            "content-type": "application/json",
            "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id": session,
        },
        trust_env=False,
    )
    assert 400 <= answer.status_code < 500
    assert says in answer.text
    assert talk.ask("hello").stop_reason == "end_turn"


def test_the_runtimes_are_the_ones_the_design_names(world):
    known = {runtime["arn"] for runtime in world.aws("GET", "/_standin/runtimes")["runtimes"]}
    assert {RUNTIME_ARN, IAM_RUNTIME_ARN} <= known
