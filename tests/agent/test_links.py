import itertools
import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.links import LinkWriter
from agent.markdown import file_link, safe_link

BUDGET = "https://docs.google.com/spreadsheets/d/1_a-B/edit?usp=drivesdk&ouid=1"
PLAN = "https://drive.google.com/file/d/2/view"
FILES = {1: ("Q3 budget", BUDGET), 2: ("Plan (final)", PLAN), 3: ("no_link", "")}
BARE = re.compile(r"://|(?<!:)//\w|(?<![a-z0-9])www\.|(?<![a-z0-9])mailto:\S", re.IGNORECASE)

HOSTILE = [
    *(
        "[1]",
        "[2]",
        "[3]",
        "[99]",
        "[1, 2]",
        "[",
        "]",
        "](",
        "]:",
        "(",
        ")",
        "![",
        "!",
        "\\",
        "`",
        "```",
        "~~~",
        "<",
        ">",
    ),
    *(
        "https://evil.example/x",
        "http",
        "s:",
        "//",
        "/",
        ":",
        "www",
        ".",
        "mailto:",
        "javascript:",
        "data:",
        "//e.example",
    ),
    *(
        "<a href='https://e.example'>",
        "<img src=x onerror=y>",
        "<!--",
        "</b>",
        "<https://e.example>",
        "<br>",
        "&lt;",
        "&#91;",
    ),
    *(
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "# ",
        "|",
        "---",
        "*",
        "_",
        '"t"',
        "a",
        "Z",
        "9",
        "日",
        "@",
        "\x1b",
        "\u200b",
        "\r",
        "a[1]",
        BUDGET,
        PLAN,
    ),
]
TEXTS = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=14).map("".join)
NAMES = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=6).map("".join)


def writer(files=FILES):
    return LinkWriter(files.get, {link for _, link in files.values()}.__contains__)


def written(text, files=FILES):
    links = writer(files)
    return links.feed(text) + links.close()


def tokens(markdown):
    for token in MarkdownIt("commonmark", {"linkify": False}).parse(markdown):
        yield token
        yield from token.children or ()


Q3 = f"[Q3 budget]({BUDGET})"
FINAL = f"[Plan (final)]({PLAN})"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is [1].", f"It is {Q3}."),
        ("[1][2] [1], [2] [1, 2] [1,2]", f"{Q3}{FINAL} {Q3}, {FINAL} {Q3}, {FINAL} {Q3}, {FINAL}"),
        ("[1](https://evil.example) [1](Q3) [1](the one of May)", f"{Q3} {Q3} {Q3}(the one of May)"),
        ("[3] has no link", "no_link has no link"),
        ("[99] [0] [^1] [x] [1-2] [1, 99]", f"[99] [0] [^1] [x] [1-2] {Q3}, [99]"),
        ("![1] \\[1] **[1]**", f"! {Q3} \\ {Q3} **{Q3}**"),
        ("`[1]`", f"`{Q3}`"),
        ("```py\na[1](x)\n```\n[1]", f"```py\na[1] (x)\n```\n{Q3}"),
        ("data:[1] mailto:[1] metadata:[1]", f"data: {Q3} mailto: {Q3} metadata:{Q3}"),
        ("https://[1]", f"https{Q3}"),
        ("- [1]: in Finance\n- [ ] to do", f"- {Q3}: in Finance\n- [ ] to do"),
        ("[see [1]](https://evil.example)", f"see {Q3}"),
        ("[99](b) [99](https://evil.example)", "[99] (b) [99] (`evil.example`)"),
        ("[see [99](b)](https://evil.example)", "see [99] (b)"),
        ("a[1] rows[1](x) f2[1, 2]", "a[1] rows[1] (x) f2[1, 2]"),
        ("予算[1]を *[1]* ([1]) _[1]_", f"予算{Q3}を *{Q3}* ({Q3}) _{Q3}_"),
    ],
)
def test_a_handle_becomes_the_name_of_its_file_and_drives_link(text, shown):
    assert written(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[text](https://evil.example) [t](x 'title') [t](<a b>)", "text t t"),
        ("![alt](https://evil.example/p.png) [![alt](a)](b)", "alt alt"),
        ("[a [b](x) c](y)", "a b c"),
        ("[text][ref]\n\n[ref]: https://evil.example", "[text][ref]\n\n[ref] : `evil.example`"),
        ("<https://evil.example/a?b> <ben@example.com>", "`evil.example/a?b` ben@example.com"),
        ("at https://evil.example/login.", "at `evil.example/login`."),
        ("(HTTP://evil.example) **https://evil.example**", "(`evil.example`) **`evil.example`**"),
        ("www.evil.example //evil.example/x ftp://f.example", "`evil.example` `evil.example/x` `f.example`"),
        ("mailto:ben@example.com javascript:alert data:text/html", "`ben@example.com` `alert` `text/html`"),
        ("slack://open and data: none, https:// links", "slack: `open` and data: none, https links"),
        ("<a href='https://evil.example'>here</a><br><img src=x>!", "here !"),
        (
            f"https://日本.example/x {PLAN}を見る https://evil.exampleを",
            f"`日本.example/x` <{PLAN}>を見る `evil.example`を",
        ),
        ("`curl https://evil.example/x`", "`curl evil.example/x`"),
        ("https://evil.example/`x`", "`evil.example/``x`"),
        ("a < b, List<T>, 2 <3", "a < b, List< T>, 2 <3"),
        ("[no link] (aside), f(x), 10:30, and/or", "[no link] (aside), f(x), 10:30, and/or"),
        (f"[my words]({BUDGET}), {PLAN}.", f"[my words]({BUDGET}), <{PLAN}>."),
        ("<@U1> <#C1> <!channel> <!subteam^S1>", "< @U1> < #C1> < !channel> < !subteam^S1>"),
        ("\x1b]52;c;ZXZpbA==\x07 \x1b[2J \u202egpj.exe a\u200bb\ufeff\r\u2028", "]52;c;ZXZpbA== [2J gpj.exe ab"),
        ("\ud800\x85\ue000\xa0 \t日本\u3000é 🙂", "\xa0 \t日本\u3000é 🙂"),
        ("ht\u200btps://evil.example [\x001]", f"`evil.example` {Q3}"),
        (f"{PLAN}x", "`drive.google.com/file/d/2/viewx`"),
    ],
)
def test_any_other_link_keeps_its_words_and_is_none(text, shown):
    assert written(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "<[img src=x](u)>",
        "x][(https://evil.example)](u)",
        "https:/[/evil.example](u)",
        "https:/[/日本.example](u)",
        "Finance/[/evil.example](u)",
        "www[.evil.example](u)",
        "mailto[:a@b.example](u)",
        " ```\n```\n<img src=x>[a](https://evil.example)",
        "- ```\n```\n<img src=x>",
        "`[a](https://evil.example)",
        "![x `[2]",
    ],
)
def test_what_is_taken_away_or_taken_for_code_leaves_no_link_behind(text):
    found = list(tokens(written(text, {2: ("a`b", PLAN)})))
    assert not [token for token in found if token.type in {"image", "html_inline", "html_block"}]
    assert {token.attrGet("href") for token in found if token.type == "link_open"} <= {PLAN}
    assert not BARE.search(written(text, {}))


@given(TEXTS, NAMES, NAMES)
def test_no_text_and_no_name_makes_a_link_an_image_or_html(text, name, other):
    files = {1: (name, BUDGET), 2: (other, PLAN), 3: (name, "")}
    shown = written(text, files)
    found = list(tokens(shown))
    assert not [token for token in found if token.type in {"image", "html_inline", "html_block"}]
    assert {token.attrGet("href") for token in found if token.type == "link_open"} <= {BUDGET, PLAN}
    assert not BARE.search(shown.replace(BUDGET, "").replace(PLAN, ""))


@given(TEXTS)
def test_nothing_unseen_is_shown(text):
    assert not [one for one in written(text) if one not in "\n\t" and unicodedata.category(one) in {"Cc", "Cf", "Cs"}]


@given(TEXTS, st.lists(st.integers(0, 80), max_size=8), st.integers(1, 3))
def test_the_cuts_make_no_difference(text, cuts, size):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for pieces in (
        [text[start:end] for start, end in itertools.pairwise(edges)],
        [text[start : start + size] for start in range(0, len(text), size)],
    ):
        links = writer()
        assert "".join(map(links.feed, pieces)) + links.close() == written(text)


@pytest.mark.parametrize("part", ["[", "![1", "[a](", "https://", "<a ", "`", "x[y", "](", "<https:x", " ", "\n ```"])
@pytest.mark.parametrize("size", [1, 999, 5000])
def test_the_cuts_make_no_difference_in_long_texts(part, size):
    text = part + "x" * 995 + part * 2000 + ")] [1]"
    links = writer()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert "".join(map(links.feed, pieces)) + links.close() == written(text)


@given(NAMES)
def test_a_name_is_shown_as_it_is_on_one_line(name):
    [paragraph] = [token for token in tokens(file_link(name, PLAN)) if token.type == "inline"]
    assert [child.type for child in paragraph.children] == ["link_open", "text", "link_close"]
    shown = paragraph.children[1].content
    assert 1 <= len(shown) <= 120
    if name.isascii() and name.isprintable() and name == " ".join(name.split()) and 0 < len(name) < 120:
        assert shown == name.replace("`", "'")


@pytest.mark.parametrize(
    "name", ["- item", "1. item", "2) item", "# head", "> quote", "+ item", "===", "* item", "~~~"]
)
def test_a_name_without_a_link_begins_no_block(name):
    assert [token.content for token in tokens(written("[1]", {1: (name, "")})) if token.type == "text"] == [name]


def test_a_long_name_and_invisible_characters_are_cut():
    assert file_link("a\u202eb\u200bc\nd\x1b" + "x" * 200, "") == "abc d" + "x" * 114 + "…"
    assert file_link("\u200b", PLAN) == f"[untitled]({PLAN})"


@pytest.mark.parametrize("link", ["http://drive.example", "javascript:x", "//drive.example", ""])
def test_a_link_that_is_no_https_address_is_left_out(link):
    assert written("[1]", {1: ("a", link)}) == "a"
    assert written(f"[b]({link})", {1: ("a", link)}) == "b"


def test_a_link_cannot_end_early():
    hostile = "https://d.example/a) b\"'<>\\`(\n&lt;|é"
    assert safe_link(hostile) == "https://d.example/a%29%20b%22%27%3C%3E%5C%60%28%0A&lt%3B%7C%C3%A9"
    assert [t.attrGet("href") for t in tokens(file_link("a", hostile)) if t.type == "link_open"] == [safe_link(hostile)]


def test_plain_text_passes_at_once_and_only_a_beginning_waits():
    links = writer()
    pieces = [
        "Two files",
        ", changed *today*: ",
        "see [",
        "1",
        "]",
        " and [note",
        "] h",
        "ttps:/",
        "/e.example",
        " x < y",
    ]
    assert [links.feed(piece) for piece in pieces] == [
        *("Two files", ", changed *today*: ", "see ", "", "", f"{Q3} and ", "[note] ", "", "", "`e.example` x < y")
    ]
    assert links.close() == ""


def test_nothing_that_was_held_back_is_lost_at_the_end():
    for held in ["[1]", "[1", "[no", "htt", "https://e.example", "<a", "!", "[a](b", "``"]:
        links = writer()
        before = links.feed(held)
        assert before + links.close() == written(held) != ""
    assert written("[a](b") == "[a] (b"


def test_little_is_held_back():
    for begun in ["[", "[a](", "https://e.example/", "<a ", "<https:"]:
        links = writer()
        assert len(links.feed(begun + "x" * 1200)) > 1000


@pytest.mark.parametrize(
    "part",
    ["[", "![", "https://", "[a](", "<a", "<a ", "[1](", "](", "](((", "`", "//", "[ ", '[x]("', "\n```", "*_", "h"],
)
def test_hostile_text_takes_linear_time(part):
    text = part * (100_000 // len(part))
    started = time.process_time()
    written(text)
    assert time.process_time() - started < 0.5
