"""Somebody else's conversation: got into by its id, connected, looked at, or shut out of."""

import hashlib
import json

import httpx
import pytest

from tests.attacks.forgery import claims_of
from tests.attacks.world import CONNECT, FIND, WORDS, code_of, tolerant

ACTIONS = [
    {"prompt": "what did I ask before?"},
    {"action": "resume"},
    {"action": "status"},
    {"action": "connect"},
    {"action": "connect", "force": True, "state": "x" * 43},
    {"action": "cancel"},
    {"action": "disconnect"},
    {"action": "conversation"},
    {"action": "forget"},
]


@pytest.mark.parametrize("is_connected", [False, True])
def test_knowing_a_conversations_id_gives_nothing(field, is_connected):
    """Hijacking: the id is in links, logs and front ends, and so no secret."""

    def attack(world):
        if is_connected:
            world.connect(world.victim)
        victims = world.talk(world.victim)
        victims.ask(f"find the {WORDS}")
        bobs = world.talk(world.attacker, victims.runtime_session)
        replies = [bobs.send(payload) for payload in ACTIONS]
        for payload, reply in zip(ACTIONS, replies, strict=True):
            if code_of(reply) != "not_owner" or len(reply.events) != 1:
                world.note(f"{payload} was answered: {reply.events}")
        if not victims.ask("list my files").text:
            world.note("the conversation is broken for its owner")
        return replies

    field.withstands(attack)


def another_ones_link(world):
    """Alice opens the link of Bob's conversation, and signed in as herself presses whatever there is to press."""
    talk = world.talk(world.attacker)
    link = talk.ask(FIND).auth_urls[0]
    victims = world.victims()
    page = victims.follow_from("https://chat.example/", link)
    tolerant(lambda: victims.submit(CONNECT))
    tolerant(victims.allow)
    return page


def test_a_link_of_somebody_elses_conversation_connects_nobody(field):
    field.withstands(another_ones_link, code="agent_not_owner", status=403)


def victims_link_in_the_attackers_browser(world):
    """What the page says about a conversation (where it is, since when) it says to its owner alone."""
    talk = world.victims_conversation()
    attackers = world.attackers()
    confirm = attackers.confirm(talk.runtime_session)
    # Without the page: the button's form, with a value of Bob's own page.
    fields = {"csrf": attackers.csrf(CONNECT), "session": talk.runtime_session, "ask": "contents", "force": "1"}
    started = attackers.hop(CONNECT, "POST", fields, site="same-origin", origin=world.origin)
    if "refresh" in started.headers:
        world.note("a flow was started in somebody else's conversation")
    return [confirm, started]


def test_the_link_of_a_conversation_shows_and_starts_nothing_for_others(field):
    outcome = field.withstands(victims_link_in_the_attackers_browser)
    assert outcome.codes == ("agent_not_owner", "agent_not_owner")


def what_refusals_tell(world):
    """Whether somebody else's conversation is new, waiting, answered or connected, or what it is about."""
    waiting = world.victims_conversation()
    answered = world.talk(world.victim)
    answered.ask("hello")
    attackers = world.attackers()
    seen = []
    for talk in (waiting, answered):
        bobs = world.talk(world.attacker, talk.runtime_session)
        page = attackers.confirm(talk.runtime_session)
        seen.append([page.status, page.html, *(str(bobs.send(payload).events) for payload in ACTIONS)])
    if seen[0] != seen[1]:
        world.note("the refusals differ")
    return []


def test_refusals_are_the_same_whatever_the_conversation_holds(field):
    field.withstands(what_refusals_tell)


def ids_that_are_almost_the_same(world):
    """Upper case, a prefix, a suffix, a path: another id is another conversation, and an odd one is none."""
    own = world.victims_conversation().runtime_session
    replies = []
    for almost in (own.upper(), own[:-1], f"{own}0", f"{own}-", own.replace("-", "_")):
        bobs = world.talk(world.attacker, almost)
        replies.append(bobs.action("conversation"))
        if replies[-1].get("conversation") is not None:
            world.note(f"{almost} is known")
    for odd in (f"../{own}", f"{own}/../x", f"{own}%00", f"{own}*", f"owner/{own}", f"{own}?a", "*" * 40):
        reply = world.talk(world.attacker, odd).send({"action": "conversation"})
        if reply.status < 400 and reply.events[0].get("conversation") is not None:
            world.note(f"{odd} is known")
    return replies


def test_an_id_that_is_almost_a_conversations_is_another_conversation(field):
    field.withstands(ids_that_are_almost_the_same)


def claimed_before(world):
    """Bob uses the id that Alice's page will use outside any conversation, if he can work it out."""
    claims = world.bearer(world.victim)
    known = claims_of(claims)
    keys = [
        f"{known['iss']}|{known['sub']}",
        json.dumps(["jwt", known["iss"], known["sub"]]),
        known["sub"],
        world.victim.email,
    ]
    keys += [hashlib.sha256(key.encode()).hexdigest() for key in keys]
    for key in keys:
        for guess in (key, hashlib.sha256(key.encode()).hexdigest()):
            runtime_session = f"connections-{guess}"
            if runtime_session.replace("-", "").isalnum():
                world.talk(world.attacker, runtime_session).ask("hello")
    victims = world.victims()
    page = victims.go("/connections")
    if page.status != 200:
        world.note("the victim is shut out of her page")
    return page


def test_nobody_can_claim_the_id_under_which_somebodys_page_asks(field):
    field.withstands(claimed_before, status=200)


def a_preview_of_the_link(world):
    """A chat shows a preview of every link: it opens it, follows redirects, has no cookies and sends no headers."""
    talk = world.victims_conversation()
    before = operations(world, "GetResourceOauth2Token")
    invoked = operations(world, "InvokeAgentRuntime")
    bot = world.attackers(signed_in=False)
    answers = [
        bot.hop(f"{CONNECT}?session={talk.runtime_session}", method=method, site=None) for method in ("GET", "HEAD")
    ]
    answers.append(bot.confirm(talk.runtime_session))
    if operations(world, "GetResourceOauth2Token") - before or operations(world, "InvokeAgentRuntime") - invoked:
        world.note("the preview asked the agent or AWS")
    if talk.runtime_session in "".join(response.text for response in bot.got):
        world.note("the preview shows the conversation")
    return answers


def test_a_preview_of_a_link_starts_nothing_and_shows_nothing(field):
    field.withstands(a_preview_of_the_link)


def a_prefetch_by_the_victims_browser(world):
    """A page of the attacker's makes the signed-in browser fetch the link ahead."""
    talk = world.victims_conversation()
    victims = world.victims()
    before = operations(world, "GetResourceOauth2Token")
    for purpose in ({"sec_purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"sec_fetch_dest": "image"}):
        victims.hop(f"{CONNECT}?session={talk.runtime_session}", site="cross-site", **purpose)
        victims.hop(f"{CONNECT}/continue?flow=0123456789abcdef", site="cross-site", **purpose)
    if operations(world, "GetResourceOauth2Token") - before:
        world.note("looking has started a flow")
    return []


def test_looking_at_a_link_starts_nothing(field):
    field.withstands(a_prefetch_by_the_victims_browser)


def operations(world, name):
    journal = world.aws("GET", "/_standin/requests")["requests"]
    return {entry["at"] for entry in journal if entry["operation"] == name}


def a_web_page_asks_the_agent_on_this_machine(world):
    """In local mode the agent's own port needs no sign-in, and a page that a browser has open can reach it."""
    at_desk = world.victims(signed_in=False)
    at_desk.go("/sign-in")
    at_desk.submit("/sign-in", who="local")
    at_desk.start()
    at_desk.allow()
    world.rightful = world.bound()
    answers = []
    for headers in (
        {"origin": "https://evil.example", "content-type": "text/plain"},
        {"host": "evil.example", "origin": "http://evil.example"},
        {"host": "evil.example"},
        {"origin": "null", "content-type": "text/plain"},
        {"origin": "http://localhost.evil.example"},
    ):
        for payload in ({"prompt": FIND}, {"action": "status"}, {"action": "disconnect"}):
            answers.append(
                httpx.post(
                    f"{world.stack.agent_url}/invocations",
                    content=json.dumps(payload),
                    headers={"x-amzn-bedrock-agentcore-runtime-session-id": "s" * 40, **headers},
                    trust_env=False,
                )
            )
            world.heard.append(answers[-1].text)
            if answers[-1].status_code < 400:
                world.note(f"{payload} was answered to {headers}")
    return answers


def test_a_web_page_cannot_ask_the_agent_on_this_machine(field):
    field.withstands(a_web_page_asks_the_agent_on_this_machine, status=403)


BAD_SESSIONS = [
    "x",
    "../../../../etc/passwd",
    "a" * 257,
    "a" * 33 + "\0",
    "a" * 33 + "%0d%0aX: y",
    "a b" * 12,
    "<script>" + "a" * 33,
    "\N{CYRILLIC SMALL LETTER A}" * 40,
    "a" * 33 + "?x",
    '{"a":1}' * 8,
]


def test_a_link_with_an_odd_conversation_is_refused_before_anybody_is_asked(field):
    def attack(world):
        victims = world.victims()
        before = operations(world, "InvokeAgentRuntime")
        pages = [victims.confirm(odd) for odd in BAD_SESSIONS]
        if any(page.status != 400 or "<script>" in page.html for page in pages):
            world.note(f"taken: {[page.status for page in pages]}")
        if operations(world, "InvokeAgentRuntime") - before:
            world.note("the agent was asked")
        return pages

    field.withstands(attack, code="bad_request")
