import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.markdown import escaped, file_link
from chat.terminal.links import LinkReader, Part

LINK = "https://docs.google.com/d/1_a-B/edit?usp=x&y=1"
PIECES = ["[", "]", "(", ")", "](", "<", ">", "\\", "\n", " ", "a", "é", LINK, "http://x", f"[a]({LINK})", f"<{LINK}>"]


def read(text):
    reader = LinkReader()
    return reader.feed(text) + reader.close()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"See [Q3 budget]({LINK}).", [Part("See "), Part("Q3 budget", LINK), Part(".")]),
        (f"<{LINK}>!", [Part(LINK, LINK), Part("!")]),
        (f"[[a\\]b]({LINK})]", [Part("["), Part("a]b", LINK), Part("]")]),
        ("[a](http://evil.example) [99] (x) a < b", [Part("[a](http://evil.example) [99] (x) a < b")]),
        ("[a](javascript:x) [a](https://x\x1b]8;;y)", [Part("[a](javascript:x) [a](https://x\x1b]8;;y)")]),
        ("[a](https://x", [Part("[a](https://x")]),
    ],
)
def test_links_are_told_from_text(text, parts):
    assert read(text) == parts


@given(st.text())
def test_a_name_is_read_as_the_agent_was_given_it(name):
    [part] = read(file_link(name, LINK))
    assert part.link == LINK
    assert escaped(part.text) == escaped(name)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.lists(st.integers(0, 90), max_size=6))
def test_pieces_make_no_difference(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    reader = LinkReader()
    parts = [part for start, end in itertools.pairwise(edges) for part in reader.feed(text[start:end])]
    assert _joined([*parts, *reader.close()]) == _joined(read(text))


def _joined(parts):
    runs = itertools.groupby(parts, key=lambda part: part.link)
    return [("".join(part.text for part in run), link) for link, run in runs]


def test_text_is_not_held_back_and_little_of_a_link_is():
    reader = LinkReader()
    assert reader.feed("one two") == [Part("one two")]
    assert reader.feed(" [99") == [Part(" ")]
    assert reader.feed("] ") == [Part("[99] ")]
    assert reader.feed("[" + "x" * 1100) == [Part("[" + "x" * 1100)]


@pytest.mark.parametrize("part", ["[", "[\\", "<https://", "[a](https://", "[a](", "\\["])
def test_hostile_text_takes_linear_time(part):
    started = time.process_time()
    reader = LinkReader()
    for _ in range(200):
        reader.feed(part * (500 // len(part)))
    reader.close()
    assert time.process_time() - started < 0.5
