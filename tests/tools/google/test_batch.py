"""Batches as text: what is written, and what is made of an answer."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.google.batch import MAX_CALLS, read_batch, write_batch

TYPE = "multipart/mixed; boundary=b"
TARGETS = st.lists(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
    .map(lambda text: "/" + text.lstrip("/"))
    .filter(lambda text: len(text) > 1),
    max_size=MAX_CALLS,
)


def part(number, body, status=200, newline="\r\n", **headers):
    lines = [
        "Content-Type: application/http",
        f"Content-ID: <response-{number}>",
        "",
        f"HTTP/1.1 {status} Whatever",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        "",
        body,
    ]
    return newline.join(lines)


def answer(*parts, newline="\r\n"):
    text = newline.join(["--b" + newline + each for each in parts] + ["--b--" + newline])
    return text.encode()


@given(TARGETS)
def test_every_call_is_written_once_and_in_order(targets):
    content_type, body = write_batch(targets)
    assert content_type.startswith("multipart/mixed; boundary=")
    lines = [line for line in body.split("\r\n") if line.startswith("GET ")]
    assert lines == [f"GET {target} HTTP/1.1" for target in targets]


@pytest.mark.parametrize(
    "target", ["", "/", "files/a", "//evil.example/x", "https://evil.example/x", "/a b", "/a\r\nHost: evil", "/ä"]
)
def test_a_call_that_is_no_path_is_never_written(target):
    with pytest.raises(ValueError, match="path"):
        write_batch(["/drive/v3/files/a", target])


def test_more_calls_than_google_takes_are_refused():
    write_batch(["/a"] * MAX_CALLS)
    with pytest.raises(ValueError, match="100"):
        write_batch(["/a"] * (MAX_CALLS + 1))


@given(
    st.dictionaries(
        st.integers(0, 99),
        st.tuples(st.sampled_from([200, 403, 404, 429, 503]), st.dictionaries(st.text(), st.text())),
        min_size=1,
    ),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([None, 1]),
)
def test_answers_come_back_by_number_whatever_is_in_them(parts, newline, indent):
    written = [
        part(number, json.dumps(body, indent=indent), status, newline, Retry_After="7")
        for number, (status, body) in parts.items()
    ]
    answers = read_batch(TYPE, answer(*written, newline=newline))
    assert {number: (each.status, json.loads(each.body)) for number, each in answers.items()} == parts
    assert all(each.headers == {"retry-after": "7"} for each in answers.values())


@given(st.binary() | st.binary().map(lambda noise: answer(part(1, "{}")) + noise))
def test_noise_is_no_answer_and_no_crash(noise):
    for answered in read_batch(TYPE, noise).values():
        assert isinstance(answered.body, bytes)


def test_a_part_without_a_body_a_number_or_a_status_is_told_apart():
    empty = "Content-ID: <response-1>\r\n\r\nHTTP/1.1 204 No Content"
    lost = "Content-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}"
    broken = "Content-ID: <response-3>\r\n\r\nwhat\r\n\r\n{}"
    answers = read_batch('multipart/mixed; boundary="b"', answer(empty, lost, broken))
    assert {number: (each.status, each.body) for number, each in answers.items()} == {1: (204, b"")}


def test_a_body_with_an_empty_line_in_it_is_whole():
    assert json.loads(read_batch(TYPE, answer(part(1, "[1,\r\n\r\n2]")))[1].body) == [1, 2]


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/mixed", "text/plain; boundary=b"])
def test_what_is_not_multipart_is_no_batch(content_type):
    with pytest.raises(ValueError, match="batch"):
        read_batch(content_type, answer(part(1, "{}")))
