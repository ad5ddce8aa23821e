"""What has been drawn is not drawn again, and nobody holds up the others by looking at what takes long."""

import asyncio
import threading
import time

import pytest

from chat.web.drawn import Drawn
from chat.web.markdown import MAX_BLOCKS, Drawing, render


def test_a_text_is_drawn_once_until_others_need_the_room():
    drawn = []
    cache = Drawn(10, lambda text: [drawn.append(text) or text])
    for text in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb", "too long for it"):
        assert cache.html(text) == text
    assert drawn == ["aaaa", "bbbb", "cccc", "bbbb", "too long for it"]


def test_a_person_has_one_thing_drawn_at_a_time_and_nobody_waits_for_others():
    async def story():
        cache, gate, has_begun, begun = Drawn(), threading.Event(), threading.Event(), []

        def hold(name):
            begun.append(name)
            has_begun.set()
            assert gate.wait(5)

        first = asyncio.create_task(cache.beside("alice", lambda: hold("one")))
        second = asyncio.create_task(cache.beside("alice", lambda: hold("two")))
        assert await asyncio.to_thread(has_begun.wait, 5)
        assert await cache.beside("bob", lambda: "drawn") == "drawn"
        assert begun == ["one"]
        gate.set()
        await asyncio.gather(first, second)
        assert begun == ["one", "two"]

    asyncio.run(story())


ROW = "| 1 | 2 | 3 | 4 |\n"
MANY = [
    "a\n\n" * (MAX_BLOCKS + 300),
    "a <b> & c\n\n" * 6000,
    "# a\n" * 3000,
    "| a | b | c | d |\n|---|---|---|---|\n" + ROW * 700 + "\nThe *end*.",
    "- a\n" * 2500,
]


@pytest.mark.parametrize("text", MANY, ids=["blocks", "long", "headings", "table", "list"])
def test_of_more_than_anybody_reads_the_rest_is_shown_as_it_is(text):
    html = "\n".join(render(text))
    assert len(render(text)) < 2 * MAX_BLOCKS
    assert html.count("<td") + html.count("<li") <= 2000
    # Nothing is lost.
    assert html.count("a") + html.count("1") + html.count("2") >= text.count("a") + text.count("1")


@pytest.mark.parametrize("text", MANY, ids=["blocks", "long", "headings", "table", "list"])
def test_a_text_that_grows_beyond_that_looks_as_if_it_had_come_at_once(text):
    drawing, shown = Drawing(), []
    for end in (*range(500, len(text), max(700, len(text) // 12)), len(text)):
        changed = drawing.draw(text[:end])
        if changed is not None:
            shown[changed[0] :] = changed[1]
        assert shown == render(text[:end])


def test_the_rest_of_a_text_is_text():
    html = "".join(render("a\n\n" * MAX_BLOCKS + "<script>x</script> [b](https://b.example)"))
    assert html.endswith("<p>&lt;script&gt;x&lt;/script&gt; [b](https://b.example)</p>")


def test_the_longest_text_of_small_blocks_costs_a_moment():
    began = time.perf_counter()
    render("a\n\n" * 32_000)
    assert time.perf_counter() - began < 1.5
