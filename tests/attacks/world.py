"""Who is in an attack, what they can do, and how it ended.

Alice is the victim, Bob the attacker; each has browsers and conversations of their own. Whatever Bob's get to read is
searched for Alice's things, and whatever any browser is told to open is looked at.
"""

import base64
import contextlib
import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from local.browser import Browser, BrowserError, Page, _read
from local.demo import bearer_token, choose_account
from local.people import PEOPLE, SAMPLE_PASSWORD
from local.stack import RUNTIME_ARN
from local.talk import Talk

FIND = "find the budget"
CONNECT = "/connect/google-drive"
# In what Alice writes, so that it can be told when somebody else gets to read it.
WORDS = "zanzibarcanary"
# The one address where the product may send browsers besides its own: these all answer on loopback.
EVIL = "evil.example"


class Held(Exception):  # noqa: N818 - no error: the browser was stopped on its way
    """The browser was about to open `url`."""

    def __init__(self, url):
        super().__init__(url)
        self.url = url


class Visitor(Browser):
    """Somebody's browser that remembers every answer, and can be stopped on its way."""

    def __init__(self, world, person):
        super().__init__()
        self.world, self.person = world, person
        self.got: list[httpx.Response] = []
        self.hold_at = ""

    def _send(self, method, url, headers, body):
        if self.hold_at and url.startswith(self.hold_at):
            raise Held(url)
        response = super()._send(method, url, headers, body)
        self.got.append(response)
        return response

    def held(self, at, act):
        """What the browser would open below `at` in the course of `act`."""
        self.hold_at = at
        try:
            act()
        except Held as held:
            return held.url
        finally:
            self.hold_at = ""
        raise BrowserError(
            f"It never came to {at}, but to {self.page and self.page.url}: {self.page and self.page.text}"
        )

    def go(self, path):
        """Open one of our pages by its path, as if its address were typed."""
        return self.open(self.world.origin + path)

    def follow_from(self, initiator, url):
        """Open an address from a page of another site."""
        return self._go("GET", url, None, initiator=initiator)

    def hop(self, path, method="GET", body=None, site="none", **headers):
        """One request, no redirects: `headers` in snake case."""
        sent = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"} if site else {}
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value is not None}
        return self._send(method, urljoin(self.world.origin, path), sent, urlencode(body).encode() if body else None)

    def submit(self, action, **values):
        """Send the form of this page that goes to `action`."""
        for form in self.page.forms:
            if urlsplit(urljoin(self.page.url, form.action)).path == action:
                fields = [(key, values.pop(key, value)) for key, value in form.fields]
                return self._go(
                    form.method,
                    urljoin(self.page.url, form.action),
                    [*fields, *values.items()],
                    initiator=self.page.url,
                )
        raise BrowserError(f"No form for {action} on {self.page.url}, which says: {self.page.text[:300]}")

    def sign_in(self):
        """Sign in as its person, with a password where one is asked for."""
        page = self.go("/sign-in/start")
        if any(key == "password" for form in page.forms for key, _ in form.fields):
            page = self.press("Sign in", username=self.person.email, password=SAMPLE_PASSWORD)
        return self

    def sign_out(self):
        self.go("/")
        self.submit("/sign-out")
        return self

    def confirm(self, conversation=""):
        """The page with the button."""
        return self.go(f"{CONNECT}?{urlencode({'session': conversation})}" if conversation else CONNECT)

    def start(self, conversation=""):
        """Press our button, and stop at Google, whose page is about to open."""
        self.confirm(conversation)
        self.submit(CONNECT)
        return self

    def start_and_hold(self, conversation=""):
        """Press our button; the address at AgentCore that the browser would open next."""
        self.confirm(conversation)
        return self.held(f"{self.world.stack.aws_url}/identities", lambda: self.submit(CONNECT))

    def allow(self, person=None):
        """Say yes at Google, where the browser is, and come back to us."""
        choose_account(self, person or self.person)
        return self.press("Allow")

    def allow_and_hold(self, person=None):
        """Say yes at Google; the address at which the browser would come back to us."""
        return self.held(f"{self.world.origin}/callback", lambda: self.allow(person))

    def cookies(self, prefix="__Host-"):
        return {cookie.name: cookie.value for cookie in self.jar if cookie.name.startswith(prefix)}

    def take_cookies(self, other, prefix=""):
        """Have the other browser's cookies of our service, as if stolen or planted."""
        for cookie in list(other.jar):
            if cookie.name.startswith(prefix) and cookie.domain.startswith("localhost"):
                self.jar.set_cookie(cookie)

    def drop_cookies(self, prefix=""):
        for cookie in list(self.jar):
            if cookie.name.startswith(prefix):
                self.jar.clear(cookie.domain, cookie.path, cookie.name)

    def csrf(self, path="/"):
        """The CSRF value on one of our pages."""
        self.go(path)
        return next(value for form in self.page.forms for key, value in form.fields if key == "csrf")


class Listener(Talk):
    """Somebody's conversation that remembers every answer."""

    def __init__(self, *arguments, heard, **values):
        super().__init__(*arguments, **values)
        self.heard = heard

    def send(self, payload):
        reply = super().send(payload)
        self.heard.append(json.dumps(reply.events, ensure_ascii=False) + reply.text)
        return reply


@dataclass(frozen=True)
class Outcome:
    """How an attack ended. `harm` says in words what was bound, revealed or opened that must not be."""

    statuses: tuple[int, ...]
    codes: tuple[str, ...]
    bound: dict[str, str]
    harm: frozenset[str]


class World:
    """One attack's people and places. `rightful` is who may be connected to which account at the end."""

    victim, attacker = PEOPLE[0], PEOPLE[1]

    def __init__(self, stack, origin=""):
        self.stack = stack
        self.clock = stack.clock
        self.origin = origin or stack.callback_url
        self.rightful: dict[str, str] = {}
        self.visitors: list[Visitor] = []
        self.talks: list[Listener] = []
        self.heard: list[str] = []  # by the attacker, in conversations
        self.notes: set[str] = set()
        self.others_here: set[str] = set()  # origins of this test to which our pages may lead
        self.completions_before: set[str] = set()

    # --- people

    def browser(self, person, *, signed_in=True):
        visitor = Visitor(self, person)
        self.visitors.append(visitor)
        return visitor.sign_in() if signed_in else visitor

    def victims(self, *, signed_in=True):
        return self.browser(self.victim, signed_in=signed_in)

    def attackers(self, *, signed_in=True):
        return self.browser(self.attacker, signed_in=signed_in)

    def talk(self, person, runtime_session="", runtime_arn=RUNTIME_ARN, **values):
        values.setdefault("bearer", self.bearer(person))
        heard = self.heard if person is self.attacker else []
        made = Listener(self.stack.aws_url, runtime_arn, runtime_session=runtime_session, heard=heard, **values)
        self.talks.append(made)
        return made

    def direct(self, runtime_session=""):
        """The agent's own port, where the person at this computer is."""
        made = Listener(self.stack.agent_url, runtime_session=runtime_session, heard=[])
        self.talks.append(made)
        return made

    def bearer(self, person):
        known = self.stack.__dict__.setdefault("bearers", {})
        if person.email not in known:
            known[person.email] = bearer_token(self.stack, person)
        return known[person.email]

    def victims_conversation(self):
        """A conversation of Alice that waits for her consent."""
        talk = self.talk(self.victim)
        assert talk.ask(f"find the {WORDS}").auth_urls
        return talk

    def connect(self, person):
        """Let somebody connect their own Drive, as they should."""
        browser = self.browser(person).start()
        browser.allow()
        self.rightful[person.name] = person.google.email
        return browser

    # --- how it ended

    def note(self, harm):
        """Say what went wrong that no general rule here sees."""
        self.notes.add(harm)

    def outcome(self, *answers):
        bound = self.bound()
        return Outcome(
            statuses=tuple(_status(answer) for answer in answers),
            codes=tuple(code for answer in answers if (code := code_of(answer))),
            bound=bound,
            harm=frozenset(
                {f"{name}: {account}" for name, account in bound.items() if self.rightful.get(name) != account}
                | {f"{name} lost {self.rightful[name]}" for name in self.rightful.keys() - bound.keys()}
                | {f"revealed {what}" for what in self.revealed()}
                | {f"led to {where}" for where in self.led_to()}
                | self.notes
            ),
        )

    def bound(self):
        """Who is connected to which Google account: the vault says who, the agent which."""
        found = {}
        for entry in self.aws("GET", "/_standin/vault")["tokens"]:
            person = next((person for person in PEOPLE if _subject(self.bearer(person)) in entry["user"]), None)
            talk = self.talk(person) if person else self.direct()
            talk.heard = []
            account = talk.action("status")["connections"][0]["account"]
            found[person.name if person else entry["user"]] = account["email"] if account else "an account"
        return found

    def revealed(self):
        """What of Alice's Bob's browsers and conversations got to read from us."""
        ours = [response for visitor in self.visitors if visitor.person is self.attacker for response in visitor.got]
        texts = [
            response.text + str(response.headers) for response in ours if str(response.url).startswith(self.origin)
        ]
        everything = "\n".join([*texts, *self.heard])
        return {what for what, secret in self._secrets().items() if secret in everything}

    def _secrets(self):
        victim = self.victim
        known = {
            "the work e-mail address": victim.email,
            "the name": victim.display_name,
            "the Google account": victim.google.email,
            "what was asked": WORDS,
        }
        for visitor in self.visitors:
            for response in visitor.got:
                if visitor.person is victim and victim.email in response.text:
                    known |= {
                        f"CSRF value {value}": value
                        for value in re.findall(r'name="csrf" value="([^"]+)', response.text)
                    }
        return known

    def led_to(self):
        """Origins that are nobody's here, to which one of our pages led."""
        ours = {
            urlsplit(url)[:2] for url in (self.origin, self.stack.aws_url, self.stack.google_url, *self.others_here)
        }
        found = set()
        for visitor in self.visitors:
            for response in visitor.got:
                if str(response.url).startswith(self.origin):
                    found |= {urlsplit(url)[:2] for url in _targets(response)} - ours
        return {f"{scheme}://{netloc}" for scheme, netloc in found}

    def completions(self):
        """When AWS was asked to complete a flow, as far as its journal goes back."""
        journal = self.aws("GET", "/_standin/requests")["requests"]
        return {entry["at"] for entry in journal if entry["operation"] == "CompleteResourceTokenAuth"}

    def new_completions(self):
        return len(self.completions() - self.completions_before)

    # --- places

    def aws(self, method, path, **json):
        return _json(method, self.stack.aws_url + path, json)

    def google(self, method, path, **json):
        return _json(method, self.stack.google_url + path, json)

    def clean(self):
        """Nobody is connected, nothing is planned."""
        self.clock.ahead *= 0
        self.aws("DELETE", "/_standin/faults")
        self.google("DELETE", "/_standin/faults")
        for entry in self.aws("GET", "/_standin/vault")["tokens"]:
            person = next((person for person in PEOPLE if _subject(self.bearer(person)) in entry["user"]), None)
            assert (self.talk(person) if person else self.direct()).action("disconnect") == {"status": "disconnected"}
        self.heard.clear()
        self.completions_before = self.completions()

    def close(self):
        for client in (*self.visitors, *self.talks):
            client.close()


def code_of(answer):
    """The code that an error page or an event of the agent names; empty where there is none."""
    if isinstance(answer, Page):
        text = answer.html
    elif isinstance(answer, httpx.Response):
        text = answer.text
    elif isinstance(answer, str):
        text = answer
    else:
        events = answer.events if hasattr(answer, "events") else [answer]
        return next((str(event["code"]) for event in events if "code" in event), "")
    found = re.search(r"<code>([a-z_0-9]+)</code>", text)
    return found[1] if found else ""


def _status(answer):
    if isinstance(answer, httpx.Response):
        return answer.status_code
    if isinstance(answer, str):
        return int(answer.split(maxsplit=2)[1]) if answer.startswith("HTTP/") else 0
    return getattr(answer, "status", 200)


def _targets(response):
    """Where an answer leads: by redirect, by refresh, by its links and by its forms."""
    base = str(response.url)
    refresh = response.headers.get("refresh", "").partition("url=")[2]
    found = [response.headers.get("location", ""), refresh]
    if "html" in response.headers.get("content-type", ""):
        page = _read(response)
        found += [href for _, href in page.links] + [form.action for form in page.forms]
        found += re.findall(r'http-equiv="refresh" content="[^"]*url=([^"]+)', response.text, re.IGNORECASE)
    for target in found:
        with contextlib.suppress(ValueError):
            # As a browser reads it: a backslash is a slash, and control characters are not there.
            yield urljoin(base, re.sub(r"[\t\r\n]", "", target).replace("\\", "/")) if target else base


def _subject(bearer):
    payload = bearer.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def _json(method, url, json):
    answer = httpx.request(method, url, json=json or None, trust_env=False, timeout=10)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


def tolerant(act):
    """Do what a person would do if the page before had been there; None where it is not."""
    with contextlib.suppress(BrowserError):
        return act()
    return None
