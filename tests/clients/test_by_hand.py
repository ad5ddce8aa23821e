"""What a developer writes by hand, unchanged, with AWS_ENDPOINT_URL and sample credentials as its whole environment.

The programs are in `by_hand/`. Together they are one story: a provider, a user pool, an agent, its callback, a consent.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local import children
from local.browser import Browser
from local.demo import choose_account
from local.people import PEOPLE
from local.stack import Ports
from local.talk import Talk

PROGRAMS = Path(__file__).parent / "by_hand"
PROVIDER, RUNTIME = "by-hand-provider", "by_hand"
ARN = f"arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/{RUNTIME}"
ALICE = PEOPLE[0]


@pytest.fixture(scope="module")
def environ(stack, tmp_path_factory):
    return {
        "AWS_ENDPOINT_URL": stack.aws_url,
        "AWS_REGION": "us-west-2",
        "AWS_ACCESS_KEY_ID": "sample",
        "AWS_SECRET_ACCESS_KEY": "sample",
        "HOME": str(tmp_path_factory.mktemp("home")),  # no settings of this machine's owner
        "PATH": os.environ["PATH"],
    }


@pytest.fixture(scope="module")
def start(environ):
    """Start a program; it is ended with the module."""
    running = []

    def start(name, *arguments):
        process = subprocess.Popen(
            [sys.executable, PROGRAMS / name, *arguments],
            env=environ,
            cwd=environ["HOME"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def result_of(start):
    """Run a program to its end and return the JSON that it prints."""

    def run(name, *arguments):
        process = start(name, *arguments)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return json.loads(said)

    return run


@pytest.fixture(scope="module")
def provider(result_of):
    return result_of("credential_provider.py", PROVIDER)


@pytest.fixture(scope="module")
def caller(result_of):
    return result_of("user_pool.py", "dev@example.com")


@pytest.fixture(scope="module")
def callback(start, caller):
    """The return URL of a callback server that completes with the caller's token."""
    process = start("callback_server.py")
    process.stdin.write(f"{caller['access_token']}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def runtime(stack, caller, agent_port):
    """The runtime that a deployment would have made, with the hand-written agent in it."""
    wish = {
        "agentUrl": f"http://127.0.0.1:{agent_port}",
        "authorizer": "jwt",
        "discoveryUrl": f"https://cognito-idp.us-west-2.amazonaws.com/{caller['pool_id']}/.well-known/openid-configuration",
        "allowedClients": [caller["client_id"]],
    }
    httpx.put(f"{stack.aws_url}/_standin/runtimes/{RUNTIME}", json=wish, trust_env=False).raise_for_status()
    return RUNTIME


@pytest.fixture(scope="module")
def agent_port():
    return Ports.free().agent


@pytest.fixture(scope="module")
def return_urls(result_of, runtime, callback):
    return result_of("workload_identity.py", runtime, callback)


@pytest.fixture(scope="module")
def agent(stack, environ, provider, return_urls, callback, agent_port, tmp_path_factory):
    child = children.start(
        "agent.py",
        [
            sys.executable,
            str(PROGRAMS / "agent.py"),
            str(agent_port),
            PROVIDER,
            callback,
            f"{stack.google_url}/drive/v3/",
        ],
        environ=environ,
        cwd=Path(environ["HOME"]),
        log=tmp_path_factory.mktemp("agent") / "agent.log",
        health_url=f"http://127.0.0.1:{agent_port}/ping",
    )
    try:
        children.wait_until_ready(child)
        yield child
    finally:
        children.stop(child)


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def talk():
    """Begin conversations that are ended with the test."""
    begun = []

    def begin(*arguments, **values):
        begun.append(Talk(*arguments, **values))
        return begun[-1]

    yield begin
    for conversation in begun:
        conversation.close()


def test_a_credential_provider_is_created_once_and_read_back(provider):
    assert provider["arn"] == provider["created_arn"]
    assert provider["arn"].endswith(f"oauth2credentialprovider/{PROVIDER}")
    assert provider["second_create"] == "ConflictException"
    assert provider["vendor"] == "GoogleOauth2"
    assert provider["client_id"] == "sample-client-id"
    assert ":secretsmanager:" in provider["secret_arn"]
    assert "/identities/oauth2/callback/" in provider["callback_url"]


def test_a_person_of_a_new_pool_signs_in_with_a_secret_hash_and_not_without(caller):
    assert caller["access_token"].count(".") == 2
    assert (
        caller["without_secret_hash"]
        == f"Client {caller['client_id']} is configured with secret but SECRET_HASH was not received"
    )


def test_a_workload_identity_takes_a_return_url(return_urls, callback):
    assert return_urls == {"before": [], "after": [callback]}


def test_a_program_that_is_its_own_callback_completes_for_its_user(start, provider, browser):
    process = start("complete.py", PROVIDER, "by-hand-user")
    browser.open(process.stdout.readline().strip())
    choose_account(browser, ALICE)
    assert browser.press("Allow").text == "Done. You can close this page."
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "a token\n")


def test_a_hand_written_agent_reads_drive_when_its_caller_has_consented(stack, agent, caller, browser, talk, environ):
    conversation = talk(stack.aws_url, ARN, caller["access_token"])
    events = conversation.stream({"prompt": "which files did I open last?"})
    browser.open(next(events)["open"])
    choose_account(browser, ALICE)
    assert browser.press("Allow").text == "Done. You can close this page."
    answer = next(events)  # in the same answer, when the SDK asks again: it does every five seconds
    assert answer["whose"] == ALICE.google.email
    assert answer["files"][0] == "Roadmap 2026"
    assert list(events) == []
    assert conversation.send({"prompt": "and now?"}).events == [answer]
    assert not (Path(environ["HOME"]) / ".agentcore.json").exists()  # that would be the SDK's way around the Runtime


def test_a_client_that_knows_no_resume_asks_again_and_is_answered_once(stack, browser, talk):
    question = "which files did I open last?"
    conversation = talk(stack.agent_url)
    link = conversation.ask(question).auth_urls[0]
    browser.open(link)
    browser.press("Continue as the person at this computer")
    browser.press("Connect")
    choose_account(browser, ALICE)
    browser.press("Allow")
    answer = conversation.ask(question)
    assert answer.text.count("Roadmap 2026") == 1
    assert answer.stop_reason == "end_turn"
