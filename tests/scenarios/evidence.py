"""Everything that people, front ends, models and disks have got to see, and a search for secrets in it.

The stand-ins tell every secret that they ever issued or were shown. Each is looked for plain, URL-encoded, in base64.
"""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, urljoin, urlsplit

import httpx

from local.talk import Talk

# Where the protocol itself carries a secret in the address of a request: session binding (AgentCore), RFC 6749 (codes
# and `state`). Each of these addresses answers with a redirect, and none of them stays in the address bar.
IN_ADDRESSES = {
    "/identities/oauth2/authorize": {"session URI"},
    "/o/oauth2/v2/auth": {"state between AgentCore and Google"},
    "/identities/oauth2/callback": {"Google authorization code", "state between AgentCore and Google"},
    "/callback": {"session URI", "state of the caller"},
    "/sign-in/callback": {"Cognito authorization code"},
}
# What the documented action `connect` hands to a callback service, which keeps it to itself.
IN_CONNECT_ANSWERS = frozenset({"session URI", "state of the caller"})

# Shorter ones of tests' own making (`state=x`) would be found in any text.
_SHORTEST = 12
_RUN = re.compile(rf"[A-Za-z0-9]{{{_SHORTEST},}}")


@dataclass(frozen=True)
class Secret:
    kind: str
    value: str

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """What to look for. A long run of letters and digits is the same in a text, in a URL and in JSON."""
        telling = self.value.rpartition(".")[2] if self.value.startswith("eyJ") else self.value  # a JWT's signature
        found = [_core(telling), *(_core(shifted) for shifted in _in_base64(telling))]
        return tuple(form for form in found if form)


def _core(text: str) -> str:
    """The longest run of letters and digits, or, where that tells too little, all of it."""
    longest = max(_RUN.findall(text), key=len, default="")
    return longest or text


def _in_base64(text: str) -> Iterator[str]:
    """The text in base64 wherever it begins in what was encoded, without what its neighbours change."""
    for shift in range(3):
        made = base64.b64encode(b"\0" * shift + text.encode()).decode().rstrip("=")
        yield made[(0, 2, 3)[shift] : len(made) - 2]


class Search:
    """Looks for many secrets in one pass: each run of letters and digits is met with what secrets begin with."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._beginnings: defaultdict[str, list[tuple[str, Secret]]] = defaultdict(list)
        self._others: list[tuple[str, Secret]] = []
        for secret in secrets:
            for form in secret.forms:
                if _RUN.fullmatch(form):
                    self._beginnings[form[:_SHORTEST]].append((form, secret))
                else:
                    self._others += [(form, secret), (quote(form, safe=""), secret)]

    def kinds_in(self, texts: Iterable[str]) -> set[str]:
        """Return the kinds of secrets that are in there, whole."""
        texts = list(texts)
        found = {secret.kind for form, secret in self._others if any(form in text for text in texts)}
        for run in {run for text in texts for run in _RUN.findall(text)}:
            for place in range(len(run) - _SHORTEST + 1):
                for form, secret in self._beginnings.get(run[place : place + _SHORTEST], ()):
                    if run.startswith(form, place):
                        found.add(secret.kind)
        return found


@dataclass
class Evidence:
    """Texts by where they were seen. `allowed` are the kinds of secrets that such a place may hold."""

    texts: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    allowed: defaultdict[str, frozenset[str]] = field(default_factory=lambda: defaultdict(frozenset))
    is_complete: bool = False

    def page(self, response: httpx.Response) -> None:
        """A browser's answer: its address, where it leads, its other headers and its body."""
        self._address(str(response.request.url))
        shown = []
        for name, value in response.headers.items():
            target = value if name == "location" else value.partition("url=")[2] if name == "refresh" else ""
            if target:
                self._address(urljoin(str(response.request.url), target))
            else:
                shown.append(f"{name}: {value}")
        path = urlsplit(str(response.request.url)).path
        self.texts[f"headers of pages at {path}"] += shown
        self.texts[f"bodies of pages at {path}"].append(response.text)

    def answer(self, place: str, response: httpx.Response) -> None:
        """Any other answer over HTTP."""
        self.texts[place] += [f"{name}: {value}" for name, value in response.headers.items()]
        self.texts[place].append(response.text)

    def event(self, payload: object, event: object) -> None:
        """What a front end was sent for `payload`."""
        action = payload.get("action", "a turn") if isinstance(payload, dict) else "bad input"
        place = f"answers to {action}"
        if action == "connect":
            self.allowed[place] = IN_CONNECT_ANSWERS
        self.texts[place].append(json.dumps(event, ensure_ascii=False))

    def model_requests(self, requests: list[object]) -> None:
        self.texts["model requests"] += [json.dumps(request, ensure_ascii=False) for request in requests]

    def _address(self, url: str) -> None:
        path = urlsplit(url).path
        if path.startswith("/identities/oauth2/callback/"):  # with the provider's own id behind it
            path = "/identities/oauth2/callback"
        place = f"addresses of {path}" if path in IN_ADDRESSES else "addresses of other pages"
        self.allowed[place] = frozenset(IN_ADDRESSES.get(path, ()))
        self.texts[place].append(url)


class WatchedTalk(Talk):
    """A conversation of which everything that arrives is evidence."""

    def __init__(self, evidence, *arguments, **values):
        super().__init__(*arguments, **values)
        self._evidence = evidence

    def stream(self, payload, reply=None):
        for event in super().stream(payload, reply):
            self._evidence.event(payload, event)
            yield event


def secrets_of(stack) -> list[Secret]:
    """Every secret that the stand-ins know of, but those that are too short to be looked for."""
    found = []
    for url in (stack.aws_url, stack.google_url):
        answer = httpx.get(f"{url}/_standin/secrets", trust_env=False, timeout=30).raise_for_status().json()
        found += [Secret(**each) for each in answer["secrets"] if len(each["value"]) >= _SHORTEST]
    return found


def kept_by(stack) -> dict[str, list[str]]:
    """Every byte that the processes have written, by file: logs, audit, snapshots, browser sessions.

    The settings are left out: client secrets and keys are kept there and nowhere else.
    """
    home = stack.options.home
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and path != stack.settings_path]
    return {str(path.relative_to(home)): [path.read_bytes().decode("utf-8", "replace")] for path in files}


def findings(secrets: list[Secret], texts: dict[str, list[str]], allowed=()) -> list[str]:
    """Which kind of secret is where it must not be; never the secret itself."""
    search, allowed = Search(secrets), dict(allowed)
    return sorted(
        f"{kind} in {place}"
        for place, pieces in texts.items()
        for kind in search.kinds_in(pieces) - set(allowed.get(place, ()))
    )
