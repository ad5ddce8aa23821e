"""What an answer's Markdown becomes on a page, whatever it says."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.web.markdown import Drawing, clean, render

ALLOWED = {
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
MARKS = st.sampled_from(
    [
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "```",
        "`",
        "*",
        "**",
        "_",
        "~~",
        "|",
        "---",
        "# ",
        "=",
        "    ",
        "a",
        "b ",
        "\\",
        "[x](https://a.example)",
        "[x](javascript:alert(1))",
        "![i](https://a.example/i.png)",
        "<b>",
        "<script>",
        "&lt;",
        "<https://a.example>",
        "[r]: https://a.example",
        "[r]",
        "www.a.example",
        "\t",
        "|---|",
        "a|b",
        "日本",
        "\r\n",
        "+",
        "#",
        "-",
        "1.",
    ]
)
ANY = st.text(st.characters(codec=None, categories=None, exclude_categories=[]), max_size=6)
TEXTS = st.lists(MARKS | ANY, max_size=40).map("".join)


class Reader(HTMLParser):
    """Collects every element with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def html_of(text):
    return "\n".join(render(text))


def test_an_answer_is_paragraphs_lists_tables_and_code():
    text = (
        "# Two files\n\n1. [Q3 budget](https://docs.google.com/d/1) in *Finance*\n2. **Plan**\n\n"
        "|a|b|\n|-|:-:|\n|1|2|\n\n```py\nx < 1\n```"
    )
    link = '<a href="https://docs.google.com/d/1" target="_blank" rel="noopener noreferrer nofollow">Q3 budget</a>'
    table = (
        "<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>"
    )
    assert render(text) == [
        "<h3>Two files</h3>",
        f"<ol>\n<li>{link} in <em>Finance</em></li>\n<li><strong>Plan</strong></li>\n</ol>",
        f"<table>\n{table}\n</table>",
        "<pre><code>x &lt; 1\n</code></pre>",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "![logo](https://tracker.example/pixel.png)",
        "[![logo](https://tracker.example/pixel.png)](https://a.example)",
        '<img src="https://tracker.example/pixel.png">',
        "![logo][1]\n\n[1]: https://tracker.example/pixel.png",
    ],
)
def test_no_image_is_ever_loaded(text):
    assert "img" not in {tag for tag, _ in Reader(html_of(text)).found}


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@b.c",
        "//evil.example",
        "/chat/api/me",
        "#top",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "ftp://a.example",
    ],
)
def test_a_link_that_is_not_to_the_web_stays_text(target):
    assert "<a" not in html_of(f"[words]({target})")
    assert "<a" not in html_of(f"<{target}>")


@pytest.mark.parametrize("text", ["drive.example.com", "www.example.com", "https://example.com/x", "a@example.com"])
def test_a_bare_address_is_not_made_a_link(text):
    assert "<a" not in html_of(text)


def test_html_in_an_answer_is_shown_and_does_nothing():
    html = html_of("<script>alert(1)</script>\n\n<b onclick=x>bold</b> &lt;i&gt; <!-- c -->")
    assert {tag for tag, _ in Reader(html).found} == {"p"}
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=https://evil.example/?d=1>",
        "<p onclick=alert(1) style='color:red' id=x class=y>x</p>",
        "<a href='javascript:alert(1)' target=_self rel=opener ping=https://evil.example>x</a>",
        "<a href='https://a.example' target=_self rel=opener>x</a>",
        "<iframe src=https://evil.example></iframe><svg><a href=data:x>x</a></svg><form action=x><input name=csrf>",
        "<style>p{background:url(https://evil.example)}</style><link rel=stylesheet href=https://evil.example>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
        "<ol start=3 type=i><li value=4>x</ol>",
    ],
)
def test_what_takes_out_what_is_not_listed_needs_no_help_of_what_renders(html):
    for tag, attributes in Reader(clean(html)).found:
        assert tag in ALLOWED
        assert attributes.keys() <= {"a": {"href", "rel", "target"}, "ol": {"start"}}.get(tag, set())
        assert attributes.get("href", "https://").startswith("https://")
        assert attributes.get("target", "_blank") == "_blank"
        assert attributes.get("rel", "noopener noreferrer nofollow") == "noopener noreferrer nofollow"
    assert "alert" not in clean(html)
    assert "evil" not in clean(html)


def test_headings_of_an_answer_stand_below_those_of_the_page():
    assert render("# One\n\nTwo\n===\n\n> ##### Five\n\n###### Six") == [
        "<h3>One</h3>",
        "<h3>Two</h3>",
        "<blockquote>\n<h6>Five</h6>\n</blockquote>",
        "<h6>Six</h6>",
    ]


def test_a_definition_further_down_changes_nothing_above():
    assert render("[a]\n\n[a]: https://a.example")[0] == "<p>[a]</p>"


@given(TEXTS)
def test_whatever_an_answer_says_the_page_gets_listed_elements_and_web_links_only(text):
    for tag, attributes in Reader(html_of(text)).found:
        assert tag in ALLOWED
        if tag == "a":
            assert attributes.keys() == {"href", "rel", "target"}
            assert re.match("https?://", attributes["href"], re.IGNORECASE)
            assert attributes["target"] == "_blank"
            assert attributes["rel"] == "noopener noreferrer nofollow"
        elif tag == "ol":
            assert attributes.keys() <= {"start"}
        else:
            assert not attributes


@given(st.lists(MARKS | st.text(max_size=3), max_size=60))
def test_a_text_that_comes_in_pieces_looks_as_if_it_had_come_at_once(pieces):
    drawing, shown, text = Drawing(), [], ""
    for piece in pieces:
        text += piece
        changed = drawing.draw(text)
        if changed is not None:
            shown[changed[0] :] = changed[1]
        assert shown == render(text)


@pytest.mark.parametrize(
    "text",
    [
        "words\n#tag\n\nmore",
        "words\na|b\n-|-z\n\nmore",
        "words\na|b\n-|-\n1|2\n\nmore",
        "words\n-\n- x\n\nmore\n=\nand",
        "words\n1.5 is\n2. no\n\n1. list\n\n   goes on\n2. and on\n\nends",
        "> quote\ngoes on\n\n```\ncode\n``\n```\nwords\n***\n    more\n\n    code",
    ],
)
def test_every_step_of_the_way_looks_as_if_it_were_the_whole(text):
    drawing, drawn = Drawing(), []
    for end in range(1, len(text) + 1):
        changed = drawing.draw(text[:end])
        if changed is not None:
            drawn[changed[0] :] = changed[1]
        assert drawn == render(text[:end])


def test_what_is_settled_is_not_sent_again():
    drawing = Drawing()
    drawing.draw("one\n\ntwo\n\nthree\n\nfour")
    assert drawing.draw("one\n\ntwo\n\nthree\n\nfour and more") == (3, ["<p>four and more</p>"])
    assert drawing.draw("one\n\ntwo\n\nthree\n\nfour and more") is None


def test_a_text_that_was_taken_back_is_drawn_anew():
    drawing = Drawing()
    drawing.draw("one\n\ntwo\n\nthree\n\nfour")
    assert drawing.draw("one") == (1, [])


@pytest.mark.parametrize(
    "text",
    [
        "> " * 5000 + "x",
        "- " * 5000 + "x",
        "[" * 10_000,
        "[a](" * 2500,
        "**a*" * 2500,
        "`" * 10_000,
        "a|" * 3000 + "\n" + "-|" * 3000,
        "![a](" * 2000,
        "<a" * 5000,
        "*a **a " * 1500,
        "\\" * 10_000,
        "((" * 5000 + "](https://a.example" + "))" * 5000,
    ],
)
def test_a_hostile_text_costs_no_more_than_a_moment(text):
    began = time.perf_counter()
    html_of(text)
    assert time.perf_counter() - began < 3


def test_a_long_answer_in_small_pieces_is_drawn_from_where_it_can_still_change():
    paragraph = "Here is **something** about [a file](https://docs.google.com/d/1) that is long enough to count.\n\n"
    text, drawing, looked_at = paragraph * 300, Drawing(), []
    for end in range(0, len(text), 60):
        looked_at.append(drawing.tail_chars(text[:end]))
        drawing.draw(text[:end])
    assert max(looked_at) < 4 * len(paragraph)
