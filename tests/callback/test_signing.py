"""What is signed, with which credentials, and what happens where there are none."""

import asyncio
import sys
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import botocore.session
import httpx
import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import ProfileNotFound
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from callback.aws.signing import Signer
from callback.service_errors import NoAwsCredentialsError
from tests.callback.cloud import ARN
from tests.callback.servers import Server
from tests.callback.sigv4 import check_signature

SECRETS = {"AKIDSAMPLE": "sample-secret"}
URL = f"https://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/{quote(ARN, safe='')}/invocations?qualifier=DEFAULT"
USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"
HEADERS = {"Content-Type": "application/json", USER_ID: "slack:T1:U1"}


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch, tmp_path):
    """Other tests' credentials, and those of whoever runs them, are not found here."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)
header_names = st.from_regex(r"\AX-Sample-[A-Za-z]{1,12}\Z")


def session(access_key: str = "AKIDSAMPLE", token: str | None = None) -> botocore.session.Session:
    made = botocore.session.Session()
    made.set_credentials(access_key, "sample-secret", token)
    return made


def sign(signer: Signer, url: str = URL, headers: dict[str, str] = HEADERS, body: bytes = b"{}") -> dict[str, str]:
    return asyncio.run(signer.sign("POST", url, headers, body))


def check(sent: dict[str, str], url: str = URL, body: bytes = b"{}", method: str = "POST") -> frozenset[str]:
    parts = httpx.URL(url)
    headers = {name.lower(): value for name, value in sent.items()} | {"host": parts.netloc.decode()}
    path, _, query = parts.raw_path.decode().partition("?")
    return check_signature(SECRETS, method, path, query, headers, body)


def test_method_address_body_and_the_persons_headers_are_signed():
    sent = sign(Signer("us-west-2", session()))
    assert sent.items() >= HEADERS.items()
    assert check(sent) == {"content-type", "host", USER_ID.lower(), "x-amz-date"}
    changed: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({**sent, USER_ID: "slack:T1:U2"}, {}),
        (sent, {"body": b'{"action": "disconnect"}'}),
        (sent, {"method": "GET"}),
        (sent, {"url": URL.replace("DEFAULT", "other")}),
        (sent, {"url": URL.replace("drive", "other")}),
    ]
    assert changed[-1][1]["url"] != URL
    for headers, rest in changed:
        with pytest.raises(ValueError, match=r"^signature$"):
            check(headers, **rest)


@given(st.dictionaries(header_names, printable, max_size=4), st.binary(max_size=200))
def test_whatever_is_sent_is_signed_as_aws_describes_it(headers, body):
    headers = {name.title(): value for name, value in headers.items()}
    sent = sign(Signer("us-west-2", session()), headers=headers, body=body)
    assert check(sent, body=body) == {name.lower() for name in headers} | {"host", "x-amz-date"}


def test_credentials_are_looked_for_by_one_thread_at_a_time():
    first_is_in, second_is_in = threading.Event(), threading.Event()
    met = []

    class OneAtATime(botocore.session.Session):
        def get_credentials(self):
            if first_is_in.is_set():
                second_is_in.set()
            else:
                first_is_in.set()
                met.append(second_is_in.wait(0.2))
            return Credentials("AKIDSAMPLE", "sample-secret")

    signer = Signer("us-west-2", OneAtATime())

    async def both():
        async with asyncio.TaskGroup() as tasks:
            for _ in range(2):
                tasks.create_task(signer.sign("POST", URL, HEADERS, b"{}"))

    asyncio.run(both())
    assert met == [False]
    assert second_is_in.is_set()


def test_what_proxies_change_is_left_out_of_the_signature():
    sent = sign(
        Signer("us-west-2", session()), headers={"traceparent": "00-1", "User-Agent": "sample", "Accept": "*/*"}
    )
    assert sent["traceparent"] == "00-1"
    assert check(sent) == {"accept", "host", "x-amz-date"}


def test_an_authorization_that_was_given_is_replaced():
    sent = sign(Signer("us-west-2", session()), headers={"authorization": "Bearer sample"})
    assert [name for name in sent if name.lower() == "authorization"] == ["Authorization"]
    assert check(sent) == {"host", "x-amz-date"}


def test_the_token_of_a_role_is_sent_and_signed():
    sent = sign(Signer("us-west-2", session(token="sample-token")))
    assert sent["X-Amz-Security-Token"] == "sample-token"
    assert "x-amz-security-token" in check(sent)


def test_a_port_belongs_to_the_host_that_is_signed():
    """Whoever really receives the request finds the signature right, over HTTP."""
    seen: list[frozenset[str]] = []

    async def receive(request: Request) -> JSONResponse:
        path, query = request.scope["raw_path"].decode(), request.url.query
        body = await request.body()
        seen.append(check_signature(SECRETS, "POST", path, query, dict(request.headers), body))
        return JSONResponse({})

    server = Server(Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])]))
    url = URL.replace("https://bedrock-agentcore.us-west-2.amazonaws.com", f"http://127.0.0.1:{server.port}")

    async def send() -> httpx.Response:
        headers = await Signer("us-west-2", session()).sign("POST", url, HEADERS, b'{"a": 1}')
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.post(url, headers=headers, content=b'{"a": 1}')

    try:
        assert asyncio.run(send()).status_code == 200
    finally:
        server.stop()
    assert seen == [frozenset({"content-type", "host", USER_ID.lower(), "x-amz-date"})]


def test_credentials_of_the_environment_are_found(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample-secret")
    check(sign(Signer("us-west-2")))


def test_credentials_are_looked_for_off_the_event_loop_and_refreshed_before_they_end():
    threads: set[int] = set()
    given_out = iter(["first", "second"])

    def refresh() -> dict[str, str]:
        threads.add(threading.get_ident())
        life = timedelta(minutes=1)  # less than botocore's margin: every use asks again
        return {
            "access_key": "AKIDSAMPLE",
            "secret_key": "sample-secret",
            "token": next(given_out),
            "expiry_time": (datetime.now(UTC) + life).isoformat(),
        }

    def load() -> Credentials:
        return RefreshableCredentials.create_from_metadata(refresh(), refresh, "sample")

    kept: list[Credentials] = []

    def get_credentials() -> Credentials:
        kept.extend([] if kept else [load()])
        return kept[0]

    signer = Signer("us-west-2", SimpleNamespace(get_credentials=get_credentials))  # type: ignore[arg-type]
    sent = sign(signer)
    assert sent["X-Amz-Security-Token"] == "second"
    check(sent)
    assert threading.get_ident() not in threads


def test_without_credentials_there_is_an_error_and_a_line_for_the_operator(caplog):
    with pytest.raises(NoAwsCredentialsError):
        sign(Signer("us-west-2"))
    assert "there are no AWS credentials" in caplog.text


@pytest.mark.parametrize(
    "lines",
    [
        f"credential_process = {sys.executable} -c 1/0",
        "credential_process = /there/is/no/such/program",
        "role_arn = arn:aws:iam::123456789012:role/sample\nsource_profile = gone",
        "aws_access_key_id = sample",
    ],
)
def test_credentials_that_cannot_be_had_are_none(monkeypatch, tmp_path, caplog, lines):
    config = tmp_path / "config"
    config.write_text(f"[default]\n{lines}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with pytest.raises(NoAwsCredentialsError):
        sign(Signer("us-west-2"))
    assert "credentials of this process cannot be used" in caplog.text
    assert "such/program" not in caplog.text


def test_a_profile_that_is_not_there_is_no_credentials(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "gone")
    with pytest.raises(NoAwsCredentialsError) as refusal:
        sign(Signer("us-west-2"))
    assert isinstance(refusal.value.__cause__, ProfileNotFound)
