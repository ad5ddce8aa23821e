"""One Chromium a module, and one fake backend that every test begins anew with."""

import pytest

from tests.pages.chromium import HOW_TO_GET_ONE, IS_REQUIRED, PROGRAM, Tab, new_context, running_chromium
from tests.web.fake import Fake


@pytest.fixture(scope="module")
def chromium():
    if PROGRAM is None and not IS_REQUIRED:
        pytest.skip(HOW_TO_GET_ONE)
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def _fake():
    made = Fake()
    yield made
    made.server.stop()


@pytest.fixture
def fake(_fake):
    _fake.reset()
    return _fake


@pytest.fixture
def visit(chromium, fake):
    """Open the chat in somebody's own browser. `has_clock`: its time can be turned forward."""
    contexts = []

    def open_tab(path="/chat", language="en", *, has_clock=False, **options):
        contexts.append(new_context(chromium, language, **options))
        contexts[-1].set_default_timeout(5_000)
        tab = Tab(contexts[-1].new_page())
        if has_clock:
            tab.page.clock.install()
        tab.page.goto(f"{fake.origin}{path}")
        return tab

    yield open_tab
    for context in contexts:
        context.close()
