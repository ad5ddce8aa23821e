"""Whatever anybody sends: never a 5xx, never a grant bound by it, never an answer that the description does not have.

Requests are handed to the app itself, in the loop that it serves in, without a socket: ten thousand take seconds.
"""

import string
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import schemathesis
import schemathesis.checks
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from callback.binding import Reason
from tests.callback.cloud import URN
from tests.callback.conftest import Service, csrf
from tests.callback.description import describe

RETURNS = 10_000
FORMS = 1_000
BATCH = 10
OVERLONG = 20_000
RIGHT = "(right)"


@dataclass(frozen=True)
class Question:
    """One request. `fields` are in the order sent, repeated names too; `raw` is sent as it is behind them.

    `RIGHT` as a cookie's or a field's value stands for the person's own: session handle, or CSRF value.
    """

    method: str
    path: str
    fields: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()

    @property
    def sent(self) -> bytes:
        return urlencode(self.fields, errors="surrogatepass").encode() + self.raw


@dataclass
class Answer:
    question: Question
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Wire:
    """The app without sockets. What it raises reaches the test, as it would reach the server's log."""

    service: Service

    @property
    def app(self) -> FastAPI:
        app = self.service.stage.app
        assert isinstance(app, FastAPI)
        return app

    def ask(self, questions: Iterable[Question]) -> list[Answer]:
        async def all_of_them() -> list[Answer]:
            return [await self._ask(question) for question in questions]

        answers: list[Answer] = self.service.stage.server.run(all_of_them())
        return answers

    async def _ask(self, question: Question) -> Answer:
        answer, body = Answer(question), question.sent if question.method == "POST" else b""
        headers = {"host": self.service.origin.removeprefix("http://")}
        if question.method == "POST":
            headers |= {"content-length": str(len(body)), "content-type": "application/x-www-form-urlencoded"}
        if question.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in question.cookies)
        headers |= dict(question.headers)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": question.method,
            "scheme": "http",
            "path": question.path,
            "raw_path": question.path.encode(),
            "root_path": "",
            "query_string": question.sent if question.method == "GET" else b"",
            "headers": [(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", self.service.stage.server.port),
        }

        async def receive() -> Mapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
            else:
                answer.body += message.get("body", b"")

        await self.app(scope, receive, send)
        return answer


def reason(answer: Answer) -> str:
    """The code that an error page shows, in any language; else the status."""
    return answer.body.partition(b"<code>")[2].partition(b"</code>")[0].decode() or str(answer.status)


def refused(answers: Iterable[Answer]) -> None:
    """Each is a page, and none says that something broke here."""
    for answer in answers:
        assert 300 <= answer.status < 500, answer
        assert answer.headers.get("content-type", "text/html").startswith("text/html") or answer.status < 400, answer


@dataclass(frozen=True)
class Known:
    """A real flow: who started it, what its browser would bring back, and the cookie that opens it."""

    who: str
    session_uri: str
    state: str
    cookie: tuple[str, str]


@dataclass
class Stage:
    """Alice with three flows, one of them finished; Bob with one; and the number of completions until now."""

    wire: Wire
    flows: list[Known]
    sessions: dict[str, tuple[str, str]]
    completed: int


@pytest.fixture
def stage_set(service: Service) -> Stage:
    browsers = {who: service.browser(who) for who in ("alice", "bob")}
    flows = []
    for who in ("alice", "alice", "alice", "bob"):
        before = {cookie.name for cookie in browsers[who].jar}
        session_uri, state = service.start_flow(browsers[who])
        [cookie] = [cookie for cookie in browsers[who].jar if cookie.name not in before]
        flows.append(Known(who, session_uri, state, (cookie.name, cookie.value or "")))
    assert service.come_back(browsers["alice"], flows[2].session_uri, flows[2].state).status_code == 303
    sessions = {who: ("__Host-session", browser.cookie("__Host-session") or "") for who, browser in browsers.items()}
    return Stage(Wire(service), flows, sessions, len(service.cloud.completions))


ODD = st.one_of(
    st.text(max_size=20),
    st.text(string.ascii_letters + string.digits + "-_", min_size=20, max_size=60),
    st.sampled_from(
        ["", " ", "\0", "null", "../..", "%00", "<b>", "\ud800", "\u202e", "\U0001d54f" * 60, "' or 1=1 --"]
    ),
    st.integers(200, OVERLONG).map(lambda size: "m" * size),
)
FETCHES = st.sampled_from(
    [
        (),
        (),
        (("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate")),
        (("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate")),
        (("sec-fetch-site", "same-origin"), ("sec-fetch-dest", "document"), ("accept-language", "ja;q=0.9, *;q=x")),
        (("sec-purpose", "prefetch"), ("sec-fetch-dest", "document")),
        (("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe")),
        (("origin", "null"), ("accept-language", "\U0001d54f" * 40)),
    ]
)
RAW = st.one_of(st.just(b""), st.just(b"&"), st.binary(max_size=12).map(lambda tail: b"&" + tail))


def nearly(value: str) -> list[str]:
    """A value that is right, and values that look like it."""
    return [value, value, value[:-1], f"{value}A", value.swapcase()]


def returns(stage: Stage) -> st.SearchStrategy[Question]:
    states = st.sampled_from([text for flow in stage.flows for text in nearly(flow.state)] + ["m" * 43])
    uris = st.sampled_from([text for flow in stage.flows for text in nearly(flow.session_uri)] + [f"{URN}made-up"])
    mangled = st.one_of(st.one_of(states, uris).map(lambda text: f" {quote(text)}"), ODD)
    state, uri = st.tuples(st.just("state"), states), st.tuples(st.just("session_id"), uris)
    other = st.tuples(st.sampled_from(["error_description", "iss", "code", "x"]), ODD)
    names_of_ours = st.sampled_from(["error", "state", "session_id", "iss", "code"])
    wild = st.one_of(state, uri, st.tuples(names_of_ours, mangled), other)
    of_one_flow = [(("session_id", flow.session_uri), ("state", flow.state)) for flow in stage.flows]
    fields = st.one_of(
        st.sampled_from(of_one_flow),
        st.tuples(uri, state),
        st.tuples(uri, state),
        st.tuples(state, uri, other),
        st.lists(wild, max_size=5).map(tuple),
    )
    names = [flow.cookie[0] for flow in stage.flows]
    handles = [flow.cookie[1] for flow in stage.flows]
    cookies = st.one_of(
        st.just(tuple(flow.cookie for flow in stage.flows)),
        st.permutations(handles).map(lambda mixed: tuple(zip(names, mixed, strict=True))),
        st.lists(st.sampled_from([flow.cookie for flow in stage.flows]), max_size=3, unique=True).map(tuple),
        # Handles under each other's names, and handles that open nothing.
        st.tuples(
            st.tuples(
                st.sampled_from([*names, "__Host-flow-", "__Host-flow-0000000000000000"]),
                st.sampled_from([*handles, "", "x", "m" * 43, '"', "%ff"]),
            )
        ),
    )
    sessions = [(each,) for each in stage.sessions.values()]
    session = st.sampled_from(
        [*sessions * 3, (), (("__Host-session", "m" * 43),), (("__Host-session", "\xff"),)],
    )
    return st.builds(
        lambda fields, raw, headers, flow_cookies, session: without_luck(
            stage, Question("GET", "/callback", fields, raw, headers, (*session, *flow_cookies))
        ),
        fields,
        RAW,
        FETCHES,
        cookies,
        session,
    )


def without_luck(stage: Stage, question: Question) -> Question:
    """The question, signed out where everything in it is right: that one has to work (and does, at the end)."""
    brought = parse_qs(question.sent.decode("latin-1"))
    for flow in stage.flows:
        right = {"state": [flow.state], "session_id": [flow.session_uri]}
        if (
            {name: brought.get(name) for name in right} == right
            and flow.cookie in question.cookies
            and stage.sessions[flow.who] in question.cookies
        ):
            kept = tuple(cookie for cookie in question.cookies if cookie[0] != "__Host-session")
            return Question(question.method, question.path, question.fields, question.raw, question.headers, kept)
    return question


def test_ten_thousand_made_up_returns_bind_nothing_and_break_nothing(stage_set: Stage):
    asked: Counter[str] = Counter()

    @settings(max_examples=RETURNS // BATCH, suppress_health_check=list(HealthCheck))
    @given(st.lists(returns(stage_set), min_size=BATCH, max_size=BATCH))
    def fuzz(questions: list[Question]) -> None:
        answers = stage_set.wire.ask(questions)
        refused(answers)
        asked.update(reason(answer) for answer in answers)
        assert len(stage_set.wire.service.cloud.completions) == stage_set.completed

    begun = time.perf_counter()
    fuzz()
    print(f"\n{asked.total()} returns in {time.perf_counter() - begun:.1f} s: {dict(asked)}")  # noqa: T201 - figures, for `pytest -s`
    assert asked.total() >= RETURNS
    assert set(asked) == {*Reason, "bad_request", "consent_refused", "forged_request"} - {
        Reason.EXPIRED,
        Reason.UNDER_WAY,
    } | {"303"}
    assert min(asked.values()) >= 20, "each refusal was met, and often"

    # The right answer came to the wrong browser among these, so the flows are over for whom they belong to as well.
    open_flows = [stage_set.flows[0], stage_set.flows[1], stage_set.flows[3]]
    last = stage_set.wire.ask(
        Question(
            "GET",
            "/callback",
            (("session_id", flow.session_uri), ("state", flow.state)),
            cookies=(stage_set.sessions[flow.who], flow.cookie),
        )
        for flow in open_flows
    )
    assert [reason(answer) for answer in last] == [Reason.UNKNOWN_FLOW] * 3
    assert len(stage_set.wire.service.cloud.completions) == stage_set.completed


@dataclass
class Person:
    """Somebody who is signed in, and signs in again when a request has signed them out."""

    service: Service
    name: str
    handle: str = ""
    csrf: str = ""

    def __post_init__(self) -> None:
        browser = self.service.browser(self.name)
        self.handle = browser.cookie("__Host-session") or ""
        self.csrf = csrf(browser.get("/"))
        assert self.csrf

    def filled_in(self, question: Question) -> Question:
        fields = tuple((name, self.csrf if value == RIGHT else value) for name, value in question.fields)
        cookies = tuple((name, self.handle if value == RIGHT else value) for name, value in question.cookies)
        return replace(question, fields=fields, cookies=cookies)


def posts(path: str, names: Iterable[str]) -> st.SearchStrategy[Question]:
    value = st.one_of(ODD, st.sampled_from([RIGHT, "1", "details", "contents", "local", "c" * 40, "s" * 257]))
    named = st.tuples(st.sampled_from([*names, "x"]), value)
    own = st.just(("csrf", RIGHT))
    fields = st.one_of(
        st.tuples(own, named),
        st.tuples(own, named, named),
        st.lists(named, max_size=4).map(tuple),
    )
    kinds = st.sampled_from(
        [
            *[()] * 6,
            *((("content-type", kind),) for kind in ("", "text/plain", "multipart/form-data", "application/json")),
        ]
    )
    lengths = st.sampled_from([*[()] * 8, (("content-length", "x"),), (("content-length", str(10**9)),)])
    cookies = st.sampled_from(
        [*[(("__Host-session", RIGHT),)] * 3, (), (("__Host-session", "x"), ("__Host-flow-", "x"))]
    )
    return st.builds(
        lambda fields, raw, fetch, kind, length, cookies: Question(
            "POST", path, fields, raw, (*fetch, *kind, *length), cookies
        ),
        fields,
        RAW,
        FETCHES,
        kinds,
        lengths,
        cookies,
    )


FORMS_OF_OURS = {
    "/sign-in": ("csrf", "who"),
    "/sign-out": ("csrf",),
    "/connect/google-drive": ("csrf", "session", "ask", "force"),
    "/connections/disconnect": ("csrf",),
}


def test_these_are_all_the_forms(service):
    described = describe(Wire(service).app)["paths"]
    forms = {path: methods["post"] for path, methods in described.items() if "post" in methods}
    schemas = {
        path: tuple(post["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"])
        for path, post in forms.items()
    }
    assert schemas == FORMS_OF_OURS


@pytest.mark.parametrize("path", FORMS_OF_OURS)
def test_a_thousand_made_up_forms_break_nothing(service, path):
    alice, wire, asked = Person(service, "alice"), Wire(service), Counter[int]()
    documented = {int(status) for status in describe(wire.app)["paths"][path]["post"]["responses"]}

    @settings(max_examples=FORMS // BATCH, suppress_health_check=list(HealthCheck))
    @given(st.lists(posts(path, FORMS_OF_OURS[path]), min_size=BATCH, max_size=BATCH))
    def fuzz(questions: list[Question]) -> None:
        nonlocal alice
        for question in questions:
            [answer] = wire.ask([alice.filled_in(question)])
            asked[answer.status] += 1
            assert answer.status < 500, answer
            assert answer.status in documented
            if path == "/sign-out" and answer.status == 303:
                alice = Person(service, "alice")
        assert service.cloud.completions == []

    fuzz()
    print(f"\n{path}: {asked.total()} forms, by status {dict(asked)}")  # noqa: T201 - figures, for `pytest -s`
    assert asked.total() >= FORMS
    assert asked[403] > 0
    assert path == "/sign-in" or asked[200] + asked[303] > 0, "some forms were right"


def test_a_thousand_made_up_answers_of_an_identity_provider_sign_nobody_in(service):
    wire, asked = Wire(service), Counter[str]()
    alice = Person(service, "alice")
    known = set(service.cloud.access_tokens)
    names = st.sampled_from(["state", "code", "error", "iss", "x"])
    fields = st.one_of(
        st.tuples(st.just(("state", RIGHT)), st.tuples(st.just("code"), ODD)),
        st.tuples(st.just(("state", RIGHT)), st.tuples(names, ODD), st.tuples(names, ODD)),
        st.lists(st.tuples(names, ODD), max_size=4).map(tuple),
    )
    strategy = st.builds(
        lambda fields, raw, fetch, cookies: Question("GET", "/sign-in/callback", fields, raw, fetch, cookies),
        fields,
        RAW,
        FETCHES,
        st.sampled_from([(("__Host-session", RIGHT),), (("__Host-session", RIGHT),), (), (("__Host-session", "x"),)]),
    )

    @settings(max_examples=FORMS // BATCH, suppress_health_check=list(HealthCheck))
    @given(st.lists(strategy, min_size=BATCH, max_size=BATCH))
    def fuzz(questions: list[Question]) -> None:
        [begun] = wire.ask([alice.filled_in(Question("GET", "/sign-in/start", cookies=(("__Host-session", RIGHT),)))])
        alice.csrf = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]  # what is right in this story
        answers = wire.ask(alice.filled_in(question) for question in questions)
        refused(answers)
        asked.update(reason(answer) for answer in answers)
        assert {answer.status for answer in answers} <= {400, 403}

    fuzz()
    print(f"\n{asked.total()} answers of a provider: {dict(asked)}")  # noqa: T201 - figures, for `pytest -s`
    assert asked.total() >= FORMS
    assert len(service.cloud.token_requests) > FORMS // BATCH // 4, "some came as far as the provider's token endpoint"
    assert set(service.cloud.access_tokens) == known


CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.mark.parametrize("who", ["", "alice"])
def test_the_running_service_is_as_it_is_described(service, who):
    cookies = {"__Host-session": Person(service, who).handle} if who else {}
    schema = schemathesis.openapi.from_dict(describe(Wire(service).app))
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
                continue

            @settings(max_examples=15, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def conforms(case: Any) -> None:
                nonlocal asked
                asked += 1
                answer = case.call(base_url=service.origin, cookies=cookies, allow_redirects=False, timeout=10)
                case.validate_response(answer, checks=CHECKS)

            conforms()
    print(f"\n{asked} requests of schemathesis as {who or 'nobody'}")  # noqa: T201 - figures, for `pytest -s`
    assert asked > 100
    assert service.cloud.completions == []


def test_no_page_serves_the_description(service):
    answers = Wire(service).ask(Question("GET", path) for path in ("/openapi.json", "/docs", "/redoc"))
    assert [answer.status for answer in answers] == [404, 404, 404]
