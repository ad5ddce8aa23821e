"""The page on which one can be alice, bob or carol."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.browser import Browser
from local.slack.rendering import markdown_html, mrkdwn_html, rich_html
from tests.local.slack.conftest import ALICE, GENERAL, TEAM


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


def pane(browser, standin, person, channel="general"):
    return browser.open(f"{standin.url}/as/{person}/{channel}/pane")


def test_one_writes_as_somebody_and_others_see_it(standin, browser):
    page = browser.open(standin.url)
    assert page.url.endswith("/as/alice/general")
    assert "stand-in, not Slack" in page.text
    browser.press("Send", text="@Drive Agent <b>new</b> files & *more*")
    assert standin.app.wait()[-1].event["type"] == "app_mention"
    seen = pane(browser, standin, "bob")
    assert "Alice Archer" in seen.text
    assert "@Drive Agent <b>new</b> files & more" in seen.text, "what looks like markup is text"
    assert "<strong>more</strong>" in seen.html
    assert seen.headers["refresh"] == "2"


def test_a_thread_can_be_answered_and_lead_back(standin, browser, question):
    browser.open(f"{standin.url}/as/bob/general?thread={question}")
    browser.press("Send", text="I know")
    assert browser.page.url.endswith(f"?thread={question}")
    thread = standin.see("alice", thread_ts=question)["messages"]
    assert [message["text"] for message in thread] == ["which files are new?", "I know"]


def test_a_stream_with_its_status_and_stop_button(standin, browser, client, question):
    session = {"channel_id": GENERAL, "thread_ts": question}
    client.agents_sessions_setStatus(**session, status="processing")
    task = {"type": "task_update", "id": "1", "title": "Searching Drive", "status": "in_progress"}
    client.chat_startStream(
        channel=GENERAL,
        thread_ts=question,
        recipient_team_id=TEAM,
        recipient_user_id=ALICE,
        chunks=[task, {"type": "markdown_text", "text": "**Two** [files](https://drive.example/1)"}],
    )
    page = pane(browser, standin, "alice")
    assert "Searching Drive" in page.text
    assert '<a href="https://drive.example/1" target="_blank" rel="noopener noreferrer">files</a>' in page.html
    assert page.headers["refresh"] == "1", "while something happens it looks more often"
    browser.press("Stop")
    assert standin.app.wait()[-1].event["type"] == "agent_session_stopped"


def test_buttons_are_pressed_and_link_buttons_lead_away(standin, browser, client):
    def button(action, **more):
        return {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": action}, **more}

    sure = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": "It goes to everybody."},
        "confirm": {"type": "plain_text", "text": "Yes, share"},
        "deny": {"type": "plain_text", "text": "No"},
    }
    row = [button("Again"), button("Share", confirm=sure), button("Connect", url=f"{standin.url}/_standin")]
    client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "actions", "elements": row}])
    pane(browser, standin, "alice")
    assert browser.press("Again").url.endswith("/as/alice/general/pane")
    assert "Sure? It goes to everybody." in browser.page.text
    browser.press("Yes, share")
    assert browser.press("Connect").url == f"{standin.url}/_standin"
    pressed = [told.payload["actions"][0]["action_id"] for told in standin.app.wait(3)]
    assert pressed == ["Again", "Share", "Connect"]


def test_a_click_that_nobody_takes_is_said(standin, browser, client):
    row = [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Again"}}]
    client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "actions", "elements": row}])
    standin.app.answers = [500]
    pane(browser, standin, "alice")
    assert "did not respond in time" in browser.press("Again").text


def test_the_home_is_shown_and_looking_at_it_is_told(standin, browser, client):
    page = browser.open(f"{standin.url}/as/alice/dm?tab=home")
    assert standin.app.wait()[-1].event["tab"] == "home"
    assert 'src="/as/alice/dm/home"' in page.html
    row = [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Disconnect"}}]
    header = {"type": "header", "text": {"type": "plain_text", "text": "Your Drive"}}
    client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [header, {"type": "actions", "elements": row}]})
    assert "Your Drive" in browser.open(f"{standin.url}/as/alice/dm/home").text
    browser.press("Disconnect")
    assert standin.app.wait()[-1].payload["container"]["type"] == "view"


def test_suggested_prompts_are_asked_with_one_press(standin, browser, client):
    client.conversations_open(users=ALICE)
    prompt = {"title": "New files", "message": "which files are new?"}
    client.assistant_threads_setSuggestedPrompts(channel_id="D0ALICE001", prompts=[prompt])
    browser.open(f"{standin.url}/as/alice/dm?tab=messages")
    browser.press("New files")
    assert standin.app.wait(2)[-1].event["text"] == "which files are new?"


def test_a_form_of_another_site_does_nothing(standin):
    answer = httpx.post(
        f"{standin.url}/as/alice/general/say",
        data={"text": "spam"},
        headers={"sec-fetch-site": "cross-site"},
        trust_env=False,
    )
    assert answer.status_code == 403
    assert standin.see("alice")["messages"] == []


def test_pages_run_no_script_and_nobody_frames_them(standin):
    policy = httpx.get(f"{standin.url}/as/alice/general", trust_env=False).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy


@pytest.mark.parametrize("path", ["/as/mallory/general", "/as/carol/project-apollo", "/as/alice/nowhere/pane"])
def test_who_is_not_there_sees_nothing(standin, path):
    assert httpx.get(f"{standin.url}{path}", trust_env=False).status_code == 404


def name(_):
    return "<Somebody>"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~ `c`", "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
        ("a * b * c", "a * b * c"),
        ("<@U1>", '<span class="mention">@&lt;Somebody&gt;</span>'),
        (
            "<https://x.example/?a=1&amp;b=2|here>",
            '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>',
        ),
        ("<javascript:alert(1)|x>", "x"),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ("one\ntwo", "one<br>two"),
        (":white_check_mark: done", "✔ done"),
        ("```a *b*```", "<pre>a *b*</pre>"),
    ],
)
def test_mrkdwn_looks_as_in_slack(text, html):
    assert mrkdwn_html(text, name) == html


@given(st.text(alphabet="<>&\"'`*_~|@#:/abc \n"))
def test_no_text_becomes_markup_of_its_own(text):
    allowed = {"strong", "em", "s", "code", "pre", "br", "a", "span", "p", "blockquote", "ul", "li", "h1", "hr", "h2"}
    for html in (
        mrkdwn_html(text, name),
        markdown_html(text),
        rich_html({"elements": [{"elements": [{"type": "text", "text": text}]}]}, name),
    ):
        tags = {piece.split(">")[0].split()[0].strip("/") for piece in html.split("<")[1:]}
        assert tags <= allowed | {"div", "ol", "h3", "h4", "h5", "h6"}


def test_images_of_markdown_are_not_loaded():
    assert "<img" not in markdown_html("![a cat](https://x.example/cat.png)")
