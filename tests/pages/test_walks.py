"""What people do on the real service with a real browser, and what its safety expects of browsers."""

import re
from urllib.parse import urlsplit

import pytest

from tests.pages.chromium import PHONE, Tab, fit, new_context

CONNECT = "/connect/google-drive?session=conversation-of-alice-0123456789abcdef"


@pytest.fixture
def visit(chromium):
    """Open a tab of somebody's own browser."""
    contexts = []

    def open_tab(language="en", **options):
        contexts.append(new_context(chromium, language, **options))
        return Tab(contexts[-1].new_page())

    yield open_tab
    for context in contexts:
        context.close()


def heading(tab):
    return tab.page.locator("h1").inner_text()


def tab_to(page, name):
    """Press the Tab key until the control with that name has the focus, which must be seen."""
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                const element = document.activeElement, style = getComputedStyle(element);
                return [element.textContent.trim(), style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        if focused[0] == name:
            assert focused[1] == "solid"
            assert focused[2] >= 2
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def connect(tab, service):
    tab.page.goto(f"{service.origin}{CONNECT}")
    tab.page.click("main button")
    tab.page.click("#allow")
    tab.page.wait_for_url("**/connected")


def test_with_the_keyboard_alone_from_sign_in_to_connected(visit, make_service, cloud):
    service = make_service(DRIVE_AGENT_LOCAL_AGENT_URL=cloud.url)
    page = (tab := visit()).page
    page.goto(f"{service.origin}{CONNECT}")
    assert heading(tab) == "Who is there?"
    tab_to(page, "Sign in with your account")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pair")
    assert heading(tab) == "Connect Google Drive for alice@example.com?"
    tab_to(page, "Connect Google Drive")
    page.keyboard.press("Enter")
    page.wait_for_selector("#allow")
    page.focus("#allow")  # not our page
    page.keyboard.press("Enter")
    page.wait_for_url("**/connected")
    assert heading(tab) == "Connected as alice@gmail.example."
    assert len(cloud.completions) == 1
    tab_to(page, "See your connections")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connections")
    tab_to(page, "Disconnect")
    page.keyboard.press("Space")
    page.wait_for_url("**/disconnected")
    assert heading(tab) == "Google Drive is disconnected"
    assert cloud.bound == []
    assert tab.faults == []


def test_an_unticked_box_is_explained_and_one_press_later_all_is_well(visit, service, cloud):
    cloud.insufficient = True
    tab = visit()
    connect(tab, service)
    assert heading(tab) == "One tick is missing"
    cloud.insufficient = False
    tab.page.click("main button")
    assert cloud.invocations[-1].payload["force"] is True
    tab.page.click("#allow")
    tab.page.wait_for_selector("text=You can go back to the conversation")
    assert heading(tab) == "Connected as alice@gmail.example."
    assert tab.faults == []


def test_a_refused_account_is_given_back_and_another_one_can_be_used(visit, make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="example.com,example.org")
    tab = visit("ja")
    connect(tab, service)
    assert heading(tab) == "このアカウントは接続できません"
    assert "example.com または example.org" in tab.page.inner_text("main")
    assert cloud.bound == []
    cloud.google_email = "alice@example.org"
    tab.page.click("main button")
    tab.page.click("#allow")
    tab.page.wait_for_url("**/connected")
    assert heading(tab) == "alice@example.org として接続しました"
    assert tab.faults == []


def test_a_form_then_refresh_then_redirects_lead_to_agentcore_under_the_policy(visit, service, cloud):
    tab = visit()
    tab.page.goto(f"{service.origin}{CONNECT}")
    tab.forget()
    tab.page.click("main button")
    tab.page.wait_for_selector("#allow")
    steps = [url for url in tab.requests if not urlsplit(url).path.startswith("/static/")]
    assert [urlsplit(url).path for url in steps] == [
        "/connect/google-drive",
        "/connect/google-drive/continue",
        "/identities/oauth2/authorize",
    ]
    assert f"http://{urlsplit(steps[-1]).netloc}" == cloud.url
    assert tab.faults == []


def test_on_a_phone_in_japanese_everything_from_sign_in_to_connected(visit, service, cloud):
    cloud.conversation = {"client": "slack", "started": (service.clock()).isoformat()}
    tab = visit("ja", color_scheme="dark")
    fit(tab.page, PHONE)
    tab.page.goto(f"{service.origin}{CONNECT}")
    assert heading(tab) == "Google ドライブを alice@example.com に接続しますか？"  # noqa: RUF001 - Japanese
    assert "Slack で始めた会話" in tab.page.inner_text("main")
    assert tab.page.locator("time").get_attribute("title").endswith("UTC")
    connect(tab, service)
    assert heading(tab) == "alice@gmail.example として接続しました"
    tab.page.goto(f"{service.origin}/no-such-page")
    assert heading(tab) == "ページが見つかりません"


def test_no_page_asks_another_site_for_anything_but_to_go_there(visit, service, cloud):
    tab = visit()
    connect(tab, service)
    tab.page.goto(f"{service.origin}/connections")
    tab.page.goto(f"{service.origin}/nowhere")
    foreign = {urlsplit(url).path for url in tab.requests if not url.startswith(service.origin)}
    assert foreign == {"/oidc/authorize", "/identities/oauth2/authorize"}
    assert [fault for fault in tab.faults if "404" not in fault] == []


def test_host_cookies_are_kept_on_localhost_and_out_of_reach_of_scripts(visit, service):
    tab = visit()
    connect(tab, service)
    cookies = tab.page.context.cookies(service.origin)
    assert {re.sub(r"[0-9a-f]{16}$", "…", cookie["name"]) for cookie in cookies} == {"__Host-session", "__Host-flow-…"}
    for cookie in cookies:
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "localhost")
    assert tab.page.evaluate("document.cookie") == ""


def test_a_host_cookie_cannot_be_planted_for_a_parent_domain_or_a_path(visit, service):
    tab = visit()
    tab.page.goto(service.origin)
    for attributes in ("Secure; Path=/connect", "Secure; Path=/; Domain=localhost", "Path=/"):
        tab.page.evaluate("value => { document.cookie = value; }", f"__Host-session=planted; {attributes}")
    assert tab.page.context.cookies() == []


def test_lax_cookies_come_along_when_another_site_sends_the_browser_back(visit, service, cloud):
    """A click on another site's page, not a redirect of ours: this is what finishing a consent rests on."""
    tab = visit()
    tab.page.goto(f"{service.origin}{CONNECT}")
    tab.page.click("main button")
    tab.page.wait_for_selector("#allow")
    with tab.page.expect_request("**/callback?*") as returning:
        tab.page.click("#allow")
    tab.page.wait_for_url("**/connected")
    headers = returning.value.all_headers()
    assert headers["sec-fetch-site"] == "cross-site"
    assert "__Host-session=" in headers["cookie"]
    assert "__Host-flow-" in headers["cookie"]


def test_a_form_of_another_site_sends_no_session_and_starts_nothing(visit, service, cloud):
    tab = visit()
    tab.page.goto(f"{service.origin}{CONNECT}")
    csrf = tab.page.locator("main input[name=csrf]").get_attribute("value")
    cloud.hostile = (
        f'<form method="post" action="{service.origin}/connect/google-drive">'
        f'<input name="csrf" value="{csrf}"><input name="session" value=""><button>x</button></form>'
    )
    tab.page.goto(f"{cloud.url}/hostile")
    with tab.page.expect_request("**/connect/google-drive") as posted:
        tab.page.click("button")
    tab.page.wait_for_selector("h1")
    assert "cookie" not in posted.value.all_headers()
    assert heading(tab) == "Please load the page again"
    assert cloud.sessions == {}


def refused_frame(tab, outer):
    """Open a page with a frame, and return what Chromium says about not showing it."""
    with tab.page.expect_console_message(lambda said: said.text.startswith("Framing")) as said:
        tab.page.goto(outer)
    return said.value.text


def test_a_page_cannot_be_framed_by_another_site(visit, service, cloud):
    tab = visit()
    tab.page.goto(f"{service.origin}{CONNECT}")
    cloud.hostile = f'<iframe src="{service.origin}{CONNECT}"></iframe>'
    assert "frame-ancestors 'none'" in refused_frame(tab, f"{cloud.url}/hostile")


def test_a_page_cannot_be_framed_by_its_own_site(visit, service):
    tab = visit()
    tab.page.goto(f"{service.origin}{CONNECT}")
    inner = f'<iframe src="{service.origin}{CONNECT}"></iframe>'
    tab.page.route("**/outer", lambda route: route.fulfill(body=inner, content_type="text/html"))
    assert "frame-ancestors 'none'" in refused_frame(tab, f"{service.origin}/outer")


def test_a_page_is_not_shown_again_from_memory_after_signing_out(visit, service):
    tab = visit()
    connect(tab, service)
    tab.page.goto(f"{service.origin}/connections")
    tab.page.click("header button")
    tab.page.wait_for_url("**/signed-out")
    tab.page.go_back()
    assert "alice@gmail.example" not in tab.page.content()
