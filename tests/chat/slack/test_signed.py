"""What comes to `/slack/events` is read within a bound, and is Slack's, before anything else looks at it."""

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest
from slack_sdk.signature import SignatureVerifier

from chat.slack.signed import LONGEST_BODY_BYTES
from local.slack.workspace import APP

BROKEN = [
    ("application/json", b'{"x'),
    ("application/json", b"[1]"),
    ("application/json", b"null"),
    ("application/json", b"7"),
    ("application/x-www-form-urlencoded", b"payload=%7Bx"),
    ("application/x-www-form-urlencoded", b"payload=[1]"),
    ("application/json", b"[" * 100_000),
]


def signed(body, stamp=None):
    stamp = stamp or str(int(time.time()))
    signature = SignatureVerifier(APP.signing_secret).generate_signature(timestamp=stamp, body=body)
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature or ""}


def post(world, body, kind="application/json", **headers):
    return httpx.post(f"{world.url}/slack/events", content=body, headers={"content-type": kind} | headers, timeout=10)


@pytest.mark.parametrize("kind_and_body", BROKEN, ids=range(len(BROKEN)))
def test_what_nobody_signed_is_refused_whatever_it_is_and_nothing_is_logged(world, caplog, kind_and_body):
    caplog.set_level("INFO")
    kind, body = kind_and_body
    assert post(world, body, kind).status_code == 401
    assert not [one for one in caplog.records if one.name.split(".")[0] in {"chat", "slack_bolt", "uvicorn"}]


@pytest.mark.parametrize("kind_and_body", BROKEN, ids=range(len(BROKEN)))
def test_what_is_signed_and_means_nothing_is_refused_without_a_traceback(world, caplog, kind_and_body):
    kind, body = kind_and_body
    assert post(world, body, kind, **signed(body)).status_code == 400
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("stamp", ["", "now", "-", "9" * 5000, "1e9"])
def test_a_timestamp_that_is_none_is_no_signature(world, stamp):
    assert post(world, b"{}", **(signed(b"{}") | {"x-slack-request-timestamp": stamp})).status_code == 401


def test_a_signature_and_a_body_of_other_characters_are_none(world):
    body = b"\xff{}"
    assert post(world, body, **signed("{}")).status_code == 401
    headers = [(b"x-slack-request-timestamp", str(int(time.time())).encode()), (b"x-slack-signature", b"v0=\xe9")]
    assert httpx.post(f"{world.url}/slack/events", content=b"{}", headers=headers).status_code == 401


def test_what_bolt_answers_unsigned_is_refused_too(world):
    assert post(world, b"ssl_check=1&token=x", "application/x-www-form-urlencoded").status_code == 401


def test_a_body_without_an_end_is_read_no_further_than_one_of_slacks_can_be(world):
    address = urlsplit(world.url)
    sent, piece = 0, b"x" * 65_536
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.settimeout(0.01)
        answer = b""
        while not answer and sent < 100 * LONGEST_BODY_BYTES:
            try:
                answer = line.recv(100)
            except TimeoutError:
                line.settimeout(10)
                line.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
                line.settimeout(0.01)
                sent += len(piece)
    assert answer.startswith(b"HTTP/1.1 413")
    assert sent < 20 * LONGEST_BODY_BYTES


def test_a_long_body_that_is_signed_is_refused_too(world):
    body = b'{"x": "' + b"x" * LONGEST_BODY_BYTES + b'"}'
    assert post(world, body, **signed(body)).status_code == 413
