import threading

import pytest

from chat.terminal.opener import browser_opener


@pytest.mark.parametrize("url", ["https://a.example/x", "http://localhost:9090/connect", "http://127.0.0.1/x"])
def test_a_page_is_opened_beside_the_conversation(url):
    opened, is_open = [], threading.Event()

    def open_page(address):
        opened.append(address)
        is_open.set()

    assert browser_opener(is_wanted=True, open_page=open_page)(url) is True
    assert is_open.wait(5)
    assert opened == [url]


@pytest.mark.parametrize("url", ["http://a.example/x", "file:///etc/passwd", "javascript:alert(1)", "x", ""])
def test_nothing_else_is_opened(url):
    assert browser_opener(is_wanted=True, open_page=pytest.fail)(url) is False


def test_without_a_browser_in_front_of_the_person_nothing_is_opened():
    assert browser_opener(is_wanted=False, open_page=pytest.fail)("https://a.example/x") is False


def test_a_browser_that_stays_open_holds_nothing_up():
    never = threading.Event()
    assert browser_opener(is_wanted=True, open_page=lambda _: never.wait(5))("https://a.example/x") is True
    never.set()
