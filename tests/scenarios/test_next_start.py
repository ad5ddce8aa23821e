"""The whole stack ended and started again in the same home: people go on where they were."""

import os

from local.browser import Browser
from local.demo import bearer_token, give_consent
from local.people import PEOPLE
from local.stack import RUNTIME_ARN, Options, Ports, Stack
from local.talk import Talk
from tests.scenarios.evidence import findings, kept_by, secrets_of

ALICE, BOB = PEOPLE[0], PEOPLE[1]


def connected(stack, talk, prompt):
    """Ask, give consent where it is asked for, and return the answer."""
    reply = talk.ask(prompt)
    if reply.auth_urls:
        browser = Browser()
        give_consent(browser, ALICE, reply.auth_urls[0])
        browser.close()
        reply = talk.resume()
    return reply


def test_after_a_new_start_somebody_goes_on_with_their_conversation_and_nobody_else_does(tmp_path):
    options = Options(home=tmp_path, ports=Ports.free())
    with Stack(options, os.environ) as stack:
        first = Talk(stack.aws_url, RUNTIME_ARN, bearer_token(stack, ALICE))
        listed = connected(stack, first, "which spreadsheets did Ben change last week?")
        assert len(listed.file_names) > 1
        before = dict(stack.settings)
        assert findings(secrets_of(stack), kept_by(stack)) == []
    with Stack(options, os.environ) as stack:
        bearer = bearer_token(stack, ALICE)
        again = Talk(stack.aws_url, RUNTIME_ARN, bearer, runtime_session=first.runtime_session)
        reply = connected(stack, again, "who owns the second one?")
        assert not reply.error
        assert reply.file_names == listed.file_names[1:2]
        bob = Talk(stack.aws_url, RUNTIME_ARN, bearer_token(stack, BOB), runtime_session=first.runtime_session)
        assert bob.ask("who owns the second one?").error
        ids = ("DRIVE_AGENT_USER_POOL_ID", "DRIVE_AGENT_CLI_CLIENT_ID", "DRIVE_AGENT_OIDC_CLIENT_ID")
        assert [stack.settings[name] for name in ids] == [before[name] for name in ids]
        assert stack.settings["DRIVE_AGENT_OIDC_CLIENT_SECRET"] != before["DRIVE_AGENT_OIDC_CLIENT_SECRET"]
        assert findings(secrets_of(stack), kept_by(stack)) == []
    for talk in (first, again, bob):
        talk.close()
