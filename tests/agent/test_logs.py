import logging

import pytest

from agent.logs import RedactingFormatter, redact

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzYW1wbGUifQ.c2FtcGxlLXNpZ25hdHVyZQ"


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"authorization: Bearer {JWT}", JWT),
        (f"token={JWT}", JWT),
        ("got ya29.sample-canary-token from google", "ya29.sample-canary-token"),
        ("urn:ietf:params:oauth:request_uri:canary-1", "canary-1"),
        ("GET /authorize?request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Acanary-2", "canary-2"),
        ("GET /callback?code=canary-3&state=canary-4", "canary-3"),
        ("GET /callback?code=canary-3&state=canary-4", "canary-4"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(line, secret):
    assert secret not in redact(line)


def test_an_ordinary_line_stays_as_it_is():
    line = "status=503 outcome=DriveUnavailableError | drive refused a request"
    assert redact(line) == line


def test_the_text_of_an_exception_is_covered_too():
    formatter = RedactingFormatter(logging.Formatter("%(message)s"))
    error = RuntimeError(f"Bearer {JWT}")
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", None, (type(error), error, None))
    assert JWT not in formatter.format(record)
