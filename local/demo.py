"""`make demo`: one whole conversation over real HTTP, as a person would see it. Ends with a sentence if a step fails.

Alice asks, is asked for consent, consents in her browser, and gets her answer without asking again; when a question
needs what a file says, she is asked for that too. Bob opens the same link in his browser, and gets nothing. At the end
Alice disconnects, and the audit says who did what.
"""

import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import boto3
import httpx
from rich.console import Console

from local.browser import Browser, Page
from local.people import PEOPLE, SAMPLE_PASSWORD, Person
from local.stack import ROOT, RUNTIME_ARN, Stack
from local.talk import Talk
from local.transcript import answers, aside, beginning, says

QUESTION = "which spreadsheets did Ben change last week?"
FOLLOW_UP = "open the second one's folder, and show me more like it"
WHAT_IT_SAYS = "what does Roadmap 2026 say about hiring?"
EXPECTED = {"Q3 budget", "Hiring plan", "Vendor payments"}


class DemoError(Exception):
    """A step did not behave. The text says which and how."""


def bearer_token(stack: Stack, person: Person) -> str:
    """Sign a person in at the user pool and return their access token."""
    client = boto3.client(
        "cognito-idp",
        endpoint_url=stack.aws_url,
        region_name="us-west-2",
        aws_access_key_id="sample",
        aws_secret_access_key="sample",
    )
    answer = client.initiate_auth(
        ClientId=stack.settings["DRIVE_AGENT_CLI_CLIENT_ID"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": person.email, "PASSWORD": person.password},
    )
    client.close()
    return str(answer["AuthenticationResult"]["AccessToken"])


def sign_in(browser: Browser, person: Person) -> Page:
    """Go through the sign-in that the open page starts, if it does; stop at the page after it."""
    page = browser.page
    assert page is not None
    if any("Sign in with" in text for text, _ in page.links):
        page = browser.click("Sign in with")
    elif any("Sign in with" in text for form in page.forms for _, _, text in form.buttons):
        page = browser.press("Sign in with")
    if any(key == "password" for form in page.forms for key, _ in form.fields):
        page = browser.press("Sign in", username=person.email, password=SAMPLE_PASSWORD)
    return page


def give_consent(browser: Browser, person: Person, link: str) -> Page:
    """Open the link of the chat, sign in, connect, allow it at Google, and come back."""
    browser.open(link)
    sign_in(browser, person)
    browser.press("Connect")
    choose_account(browser, person)
    return browser.press("Allow")


def connect(stack: Stack, person: Person, link: str = "") -> None:
    """Let a person connect their Drive: by the link of a conversation, or outside any."""
    browser = Browser()
    try:
        give_consent(browser, person, link or f"{stack.callback_url}/connect/google-drive")
    finally:
        browser.close()


def choose_account(browser: Browser, person: Person) -> Page:
    """Pick the person's Google account where Google asks for one."""
    page = browser.page
    assert page is not None
    if any(person.google.email in text for text, _ in page.links):
        return browser.click(person.google.email)
    if any(person.google.email in text for form in page.forms for _, _, text in form.buttons):
        return browser.press(person.google.email)
    return page


def play(stack: Stack, console: Console) -> None:
    """Play the conversation. Raises: `DemoError`."""
    alice, bob = PEOPLE[0], PEOPLE[1]
    talk = Talk(stack.aws_url, RUNTIME_ARN, bearer_token(stack, alice))
    alices_browser, bobs_browser = Browser(), Browser()
    started = time.monotonic()
    try:
        link = _alice_asks(console, talk)
        _bob_tries(console, bobs_browser, bob, link)
        _alice_consents(console, alices_browser, alice, link)
        _the_answer_comes(console, talk)
        _alice_asks_on(console, talk)
        _alice_asks_what_a_file_says(console, talk, alices_browser, alice)
        _bob_writes(console, stack, bob, talk.runtime_session)
        _alice_disconnects(console, alices_browser, alice, stack.callback_url)
        _alice_is_asked_again(console, talk)
        _the_audit_knows(console, stack, alice)
    finally:
        talk.close()
        alices_browser.close()
        bobs_browser.close()
    console.print(f"\n[green]Everything went as it should[/], in {time.monotonic() - started:.1f} s of conversation.")


def _alice_asks(console: Console, talk: Talk) -> str:
    says(console, "alice", QUESTION)
    asked = talk.ask(QUESTION)
    answers(console, asked)
    _expect(len(asked.auth_urls) == 1, f"the agent should have asked for consent, but: {asked.text or asked.error}")
    return asked.auth_urls[0]


def _alice_consents(console: Console, browser: Browser, alice: Person, link: str) -> None:
    page = give_consent(browser, alice, link)
    _expect(alice.google.email in page.text, f"the browser should show alice's account, but it says: {page.text}")
    aside(console, "Alice opens the link, signs in, and allows it at Google. The page says:", beginning(page))


def _the_answer_comes(console: Console, talk: Talk) -> None:
    answer = talk.resume()
    answers(console, answer)
    names = answer.file_names
    _expect(set(names) == EXPECTED, f"Ben changed {sorted(EXPECTED)}, but the answer has {names or answer.error}")


def _alice_asks_on(console: Console, talk: Talk) -> None:
    says(console, "alice", FOLLOW_UP)
    more = talk.ask(FOLLOW_UP)
    answers(console, more)
    _expect(bool(more.file_names), "the second file's folder should have been listed")


def _alice_asks_what_a_file_says(console: Console, talk: Talk, browser: Browser, alice: Person) -> None:
    says(console, "alice", WHAT_IT_SAYS)
    asked = talk.ask(WHAT_IT_SAYS)
    answers(console, asked)
    _expect(
        len(asked.auth_urls) == 1, f"reading a file should have asked for consent, but: {asked.text or asked.error}"
    )
    page = give_consent(browser, alice, asked.auth_urls[0])
    _expect("contents" in page.text, f"the page should say that contents may be read, but it says: {page.text}")
    aside(console, "Alice opens the link and allows that, too. The page says:", beginning(page))
    answer = talk.resume()
    answers(console, answer)
    _expect("hiring" in answer.text, f"the answer should say what the file says, but: {answer.text or answer.error}")


def _bob_writes(console: Console, stack: Stack, bob: Person, runtime_session: str) -> None:
    bobs_talk = Talk(stack.aws_url, RUNTIME_ARN, bearer_token(stack, bob), runtime_session)
    refused = bobs_talk.ask("list my files")
    bobs_talk.close()
    _expect("somebody else" in refused.error, "Bob should not get into Alice's conversation")
    aside(console, "Bob sends a message into Alice's conversation. The agent answers him:", refused.error)


def _alice_disconnects(console: Console, browser: Browser, alice: Person, callback_url: str) -> None:
    page = browser.open(f"{callback_url}/connections")
    _expect(alice.google.email in page.main, f"the page should show alice's account, but it says: {page.main}")
    aside(console, "Alice looks at what she has connected. The page says:", beginning(page))
    page = browser.press("Disconnect")
    _expect(page.status == httpx.codes.OK, f"alice should be disconnected, but got {page.status}: {page.main}")
    aside(console, "She presses “Disconnect”. The page says:", beginning(page))


def _alice_is_asked_again(console: Console, talk: Talk) -> None:
    says(console, "alice", QUESTION)
    asked = talk.ask(QUESTION)
    answers(console, asked)
    _expect(len(asked.auth_urls) == 1, f"the agent should ask for consent again, but: {asked.text or asked.error}")


def _the_audit_knows(console: Console, stack: Stack, alice: Person) -> None:
    """Ask the command as the person who runs all this would."""
    today = datetime.now(UTC).date()
    asked = ["audit", "--from", str(today - timedelta(days=1)), "--to", str(today + timedelta(days=2)), "--user-pool"]
    answer = subprocess.run(  # noqa: S603 - our own command, no shell
        [sys.executable, "cli.py", *asked, "--who", alice.email],
        env=stack.agent_environ(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = answer.stdout.splitlines()
    found = next(
        (re.sub(r"\s{2,}", "  ", row.strip()) for row in rows if alice.email in row and "files.list" in row), ""
    )
    _expect(bool(found), f"the audit should name alice, but: {answer.stderr or answer.stdout}")
    told = (
        f"Whoever runs this asks `drive-agent audit --who {alice.email} …` what was done in her name."
        " One of its lines, which ends with how many files it was and how many milliseconds:"
    )
    aside(console, told, found)


def _bob_tries(console: Console, browser: Browser, bob: Person, link: str) -> None:
    browser.open(link)
    page = sign_in(browser, bob)
    if any("Connect" in text for form in page.forms for _, _, text in form.buttons):
        page = browser.press("Connect")
    _expect("google" not in page.url.lower() or "localhost" in page.url, "Bob should never get as far as Google")
    _expect("connected as" not in page.text.lower(), "Bob's browser should connect nothing")
    _expect(page.status in {403, 409}, f"Bob should be refused, but got {page.status}: {page.text}")
    aside(console, "Bob opens Alice's link and signs in as himself. He gets nothing:", beginning(page))


def _expect(condition: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a claim
    if not condition:
        raise DemoError(f"The demo stopped: {otherwise}")
