import pytest

from prompts import load


def test_a_value_is_filled_in():
    assert "https://c.example/x" in load("consent.en", link="https://c.example/x")


def test_a_missing_value_is_refused():
    with pytest.raises(KeyError):
        load("consent.ja")


def test_an_unused_value_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        load("consent.en", link="x", nobody="y")


def test_an_unknown_text_is_refused():
    with pytest.raises(FileNotFoundError):
        load("no-such-text")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_two_permissions_are_asked_for_in_different_words(language):
    names, contents = load(f"consent.{language}", link="LINK"), load(f"consent.contents.{language}", link="LINK")
    assert names != contents
    assert all(text.count("LINK") == 1 for text in (names, contents))


@pytest.mark.parametrize(("language", "says"), [("en", "box for it: tick it."), ("ja", "チェックを入れてください。")])
def test_a_person_is_told_to_tick_the_box_for_google_leaves_it_to_them(language, says):
    for name in ("consent", "consent.contents"):
        assert says in load(f"{name}.{language}", link="LINK")
