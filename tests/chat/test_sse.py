import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.sse import EventStream, OversizedEventError

BODY = (
    ': keep-alive\n\ndata: {"a": "é日"}\n\nevent: x\ndata:one\ndata:  two\nid: 1\n\n\ndata: ends\n\ndata: unfinished\n'
)
EVENTS = ['{"a": "é日"}', "one\n two", "ends"]


def read(chunks):
    stream = EventStream()
    return [event for chunk in chunks for event in stream.feed(chunk)]


def test_comments_unknown_fields_and_blank_events_are_skipped_and_lines_joined():
    assert read([BODY.encode()]) == EVENTS


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
@given(cuts=st.lists(st.integers(0, len(BODY.encode()) * 2), max_size=12))
def test_chunks_may_be_cut_anywhere_with_any_line_end(line_end, cuts):
    body = BODY.replace("\n", line_end).encode() + line_end.encode()
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[start:end] for start, end in itertools.pairwise(edges)]
    assert read(chunks) == [*EVENTS, "unfinished"]


def test_byte_order_mark_and_broken_characters_do_no_harm():
    assert read([b"\xef\xbb\xbfdata: a\xff\n\n"]) == ["a\ufffd"]


def test_a_line_without_a_colon_is_a_field_without_a_value():
    assert read([b"data\n\n"]) == [""]


def test_an_event_without_end_is_refused_before_it_fills_the_memory():
    with pytest.raises(OversizedEventError):
        read([b"data: " + b"x" * 1_000_000] * 11)


def test_a_long_line_in_small_pieces_costs_no_more_than_its_length():
    stream = EventStream()
    for piece in [b"data: ", *[b"x" * 100] * 20_000]:
        assert list(stream.feed(piece)) == []
    assert list(stream.feed(b"\n\n")) == ["x" * 2_000_000]
