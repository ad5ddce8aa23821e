"""How the demo reads: pages as pages, links in one piece, sentences to their end."""

import io

import httpx
import pytest
from rich.console import Console

from local.browser import Page
from local.talk import Reply
from local.transcript import answers, aside, beginning

LINK = "http://localhost:9090/connect/google-drive?session=talk-00000000-0000-0000-0000-000000000000"
START = "<html><body><header><p>Signed in as bob</p></header><main><h1>Your connections</h1>"


def page(inside, main="all its words"):
    html = f"{START}{inside}</main><footer><p>Below</p></footer></body></html>" if inside else ""
    return Page("", 200, main, main, html, forms=[], links=[], headers=httpx.Headers())


def shown(width, show, *values):
    out = io.StringIO()
    show(Console(file=out, width=width, highlight=False), *values)
    return out.getvalue().splitlines()


def test_a_page_is_its_heading_and_its_paragraphs_each_on_a_line_without_its_buttons():
    inside = """
        <p>You are <strong>bob@example.com</strong>.
           Nobody else.</p>
        <ul><li>See <em>names</em></li></ul>
        <dl><div><dt>Last used</dt> <dd>not yet</dd></div></dl>
        <p><a class="button" href="/">Go to the start</a></p>
        <form><button>Disconnect</button><p>It ends at once. <a href="/x">See more</a></p></form>"""
    assert str(beginning(page(inside))).splitlines() == [
        "Your connections",
        "You are bob@example.com. Nobody else.",
        "· See names",
        "Last used: not yet",
        "It ends at once. See more",
    ]


@pytest.mark.parametrize("length", [200, 240, 250, 400])
def test_a_long_page_ends_with_the_end_of_a_sentence(length):
    sentence = "See www.example.com. " + "x" * (length - 30) + "y."
    said = str(beginning(page(f"<p>First one. Second one!</p><p>{sentence}</p><p>Third one.</p>"))).splitlines()
    assert said[:2] == ["Your connections", "First one. Second one!"]
    assert said[2] in {sentence, "See www.example.com."}
    assert len(" ".join(said[1:])) < 265


def test_what_is_announced_is_not_left_hanging():
    said = str(beginning(page(f"<p>First one.</p><p>The agent may:</p><ul><li>{'x' * 300}</li></ul>")))
    assert said == "Your connections\nFirst one."


def test_what_is_no_page_is_quoted_as_it_is():
    assert str(beginning(page("", main="Not Found"))) == "Not Found"


def test_a_link_stands_on_a_line_of_its_own_in_one_piece_where_the_terminal_is_narrow():
    reply = Reply(text=f"I need your permission.\nConnect Google Drive: {LINK}\nTick the box.")
    assert shown(80, answers, reply) == [
        "agent> I need your permission.",
        "       Connect Google Drive:",
        f"       {LINK}",
        "       Tick the box.",
    ]
    assert f"       Connect Google Drive: {LINK}" in shown(140, answers, reply)
    assert shown(80, answers, Reply(text=LINK))[-1] == f"       {LINK}"


def test_a_long_line_goes_on_below_its_beginning():
    lines = shown(40, answers, Reply(text="word " * 30))
    assert lines[0].startswith("agent> word")
    assert all(line.startswith("       word") for line in lines[1:])
    assert len(lines) > 2
    assert max(map(len, lines)) <= 40


def test_what_was_shown_stands_below_what_is_told():
    lines = [line.strip("│ ") for line in shown(60, aside, "Bob writes. The agent answers:", "No.")]
    assert lines[1:3] == ["Bob writes. The agent answers:", "No."]
