"""Every page in every state, in both languages, light and dark, wide and narrow, as Chromium shows it."""

from functools import cache
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from callback.web.languages import LANGUAGES, choose_language
from callback.web.rendering import FOLDER, Pages
from tests.callback.servers import Server
from tests.pages.chromium import DESKTOP, NARROWEST, PHONE, PICTURES, Tab, fit, new_context, overflow
from tests.pages.states import STATES

BY_ID = {state.id: state for state in STATES}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# WCAG 2.2, 1.4.12: the reader's own spacing. Set on elements, because the pages' policy allows no style from elsewhere.
SPACED = """() => document.querySelectorAll("body, body *").forEach(element => {
    element.style.lineHeight = "1.5"; element.style.letterSpacing = "0.12em"; element.style.wordSpacing = "0.16em";
    if (element.matches("p, li")) element.style.marginBlockEnd = "2em";
})"""
pages = cache(Pages)


async def show(request):
    state = BY_ID[request.path_params["state"]]
    language = choose_language(request.headers["accept-language"])
    return pages(state.banner).show(state.page, language, state.who, **state.values)


@pytest.fixture(scope="module")
def gallery():
    static = StaticFiles(directory=FOLDER / "static")
    server = Server(Starlette(routes=[Route("/page/{state}", show), Mount("/static", static)]))
    yield f"http://localhost:{server.port}"
    server.stop()


@pytest.fixture(scope="module")
def tabs(chromium):
    """A tab for each language, and whether axe goes along."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    script, made = Axe().axe_script, {}
    for language in LANGUAGES:
        for has_axe in (True, False):
            context = new_context(chromium, language)
            if has_axe:
                context.add_init_script(script)
            made[language, has_axe] = Tab(context.new_page())
    yield made
    for tab in made.values():
        tab.page.context.close()


def violations(page, **run_only):
    # Without preloading: axe would fetch the style sheet by script, which the pages' policy forbids.
    options = {"runOnly": run_only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.id)
def test_a_page_is_accessible_fits_and_asks_nobody_else(state, language, tabs, gallery):
    tab = tabs[language, state.has_own_elements]
    tab.forget()
    page = tab.page
    page.goto(f"{gallery}/page/{state.id}")
    assert page.locator("html").get_attribute("lang") == language
    for width in (DESKTOP, PHONE):
        fit(page, width)
        assert overflow(page) == 0
        for scheme in ("light", "dark") if state.has_own_elements else ():
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=PICTURES / f"{state.id}-{language}-{scheme}-{width}.png")
            if (scheme, width) == ("light", DESKTOP):
                assert violations(page, type="tag", values=WCAG) == []
            elif width == DESKTOP:  # the other scheme changes colours, the other width sizes, and neither more
                assert violations(page, type="rule", values=["color-contrast", "link-in-text-block"]) == []
            elif scheme == "light":
                assert violations(page, type="rule", values=["target-size", "scrollable-region-focusable"]) == []
    if not state.has_own_elements:
        page.screenshot(path=PICTURES / f"{state.id}-{language}-light-{PHONE}.png")
    fit(page, NARROWEST)
    page.evaluate(SPACED)
    assert overflow(page) == 0
    assert tab.faults == []
    assert {urlsplit(url).netloc for url in tab.requests} == {urlsplit(gallery).netloc}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", [state for state in STATES if state.page == "confirm"], ids=lambda state: state.id)
@pytest.mark.parametrize(("width", "height"), [(DESKTOP, 800), (390, 844)])
def test_the_button_that_a_person_came_for_is_seen_without_scrolling(width, height, state, language, tabs, gallery):
    page = tabs[language, False].page
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{gallery}/page/{state.id}")
    button = page.locator("main button").bounding_box()
    assert button["y"] + button["height"] <= height


def test_axe_sees_what_is_wrong(tabs, gallery):
    """The tests above would be worth nothing if it did not."""
    page = tabs["en", True].page
    page.goto(f"{gallery}/page/confirm-slack")
    fit(page, DESKTOP)
    page.emulate_media(color_scheme="light")
    page.evaluate("() => { document.documentElement.lang = ''; document.querySelector('h1').style.color = '#eee'; }")
    page.evaluate("() => { document.querySelector('main button').textContent = ''; }")
    assert {rule for rule, _ in violations(page, type="tag", values=WCAG)} == {
        "button-name",
        "color-contrast",
        "html-has-lang",
    }


def test_what_does_not_fit_is_noticed(tabs, gallery):
    page = tabs["en", True].page
    page.goto(f"{gallery}/page/home")
    fit(page, PHONE)
    page.evaluate("() => { document.querySelector('h1').style.whiteSpace = 'nowrap'; }")
    assert overflow(page) > 0


def test_the_policy_stops_and_reports_a_style_that_is_not_ours(tabs, gallery):
    tab = tabs["en", False]
    tab.forget()
    tab.page.goto(f"{gallery}/page/home")
    tab.page.evaluate("() => { document.body.innerHTML += '<p style=\"color: red\">x</p><img src=//127.0.0.1:1/x>'; }")
    tab.page.wait_for_function("() => document.querySelector('img').complete")
    assert [fault for fault in tab.faults if "Content Security Policy" in fault]
    tab.forget()
