"""At most one forced flow a turn, however many tools meet a grant that Drive refuses, in whatever order they do."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.drive import SECRET_URL, TOKEN, WIDE_TOKEN, MemoryTokens, StubbornTokens
from tools.errors import AccessTokenRejectedError, ConsentRequired, IdentityUnavailableError, ScopeNotGrantedError
from tools.pause import Forcing, with_access_token
from tools.scopes import CONTENTS, DETAILS

TOOLS = 8


def refused(_access_token):
    raise AccessTokenRejectedError("no")


def forced(tokens):
    return [question for question in tokens.asked if question.get("discard")]


@pytest.mark.parametrize("vault", [MemoryTokens, StubbornTokens])
def test_tools_that_are_refused_at_the_same_moment_force_one_flow_and_all_of_them_wait(vault):
    tokens, forcing = vault(), Forcing()
    together = threading.Barrier(TOOLS)

    def work(access_token):
        together.wait(timeout=10)  # everybody holds the dead token before anybody is refused
        return refused(access_token)

    def tool():
        with pytest.raises(ConsentRequired) as required:
            with_access_token(tokens, work, forcing)
        return required.value.authorization_url

    with ThreadPoolExecutor(TOOLS) as threads:
        urls = list(threads.map(lambda _: tool(), range(TOOLS)))
    assert len(forced(tokens)) == 1
    assert SECRET_URL in urls
    assert set(urls) <= {SECRET_URL, ""}


def test_while_a_flow_is_being_forced_the_other_tools_wait_for_what_comes_of_it():
    begun, looked = threading.Event(), threading.Event()

    class Slow(MemoryTokens):
        def read(self):
            if begun.is_set():
                looked.set()
            return super().read()

        def require_consent(self, *, state="", discard=False):
            begun.set()
            assert not looked.wait(0.2), "somebody has looked into the vault that is being cleared"
            begun.clear()
            return super().require_consent(state=state, discard=discard)

    tokens, forcing = Slow(), Forcing()

    def tool(first):
        if not first:
            begun.wait(timeout=10)
        with pytest.raises(ConsentRequired) as required:
            forcing.replace(tokens, TOKEN)
        return required.value.authorization_url

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(tool, [True, False, False, False])) == {SECRET_URL}
    assert len(forced(tokens)) == 1


def test_each_turn_may_force_again():
    for _ in range(2):
        tokens = MemoryTokens()
        with pytest.raises(ConsentRequired):
            with_access_token(tokens, refused, Forcing())
        assert len(forced(tokens)) == 1


def test_a_grant_that_the_person_has_given_meanwhile_is_used_and_not_discarded():
    tokens = MemoryTokens()

    def work(access_token):
        if access_token != WIDE_TOKEN:
            if len(tokens.asked) == 2:  # while Drive answers for the second time, consent comes in the browser
                tokens.vault[()] = WIDE_TOKEN
            raise AccessTokenRejectedError("no")
        return "answer"

    assert with_access_token(tokens, work) == "answer"
    assert forced(tokens) == []


def test_an_access_token_that_was_refreshed_is_used_without_a_third_look():
    tokens = MemoryTokens()

    def work(access_token):
        tokens.vault[()] = WIDE_TOKEN
        return refused(access_token) if access_token == TOKEN else "answer"

    assert with_access_token(tokens, work) == "answer"
    assert tokens.asked == [{}, {}]


def test_a_forced_flow_that_fails_is_not_tried_again_in_that_turn():
    class Failing(MemoryTokens):
        def require_consent(self, *, state="", discard=False):
            self.asked.append({"state": state, "discard": discard})
            raise IdentityUnavailableError("no")

    tokens, forcing = Failing(), Forcing()
    with pytest.raises(IdentityUnavailableError):
        with_access_token(tokens, refused, forcing)
    with pytest.raises(ConsentRequired):
        with_access_token(tokens, refused, forcing)
    assert len(forced(tokens)) == 1


def test_grants_for_two_sets_of_scopes_that_died_together_cost_one_flow_a_turn():
    tokens, forcing = MemoryTokens(by_scopes=True), Forcing()
    tokens.consent(CONTENTS)
    for each in tokens.every():
        with pytest.raises(ConsentRequired):
            with_access_token(each, refused, forcing)
    assert len(forced(tokens)) == 1
    assert list(tokens.vault) == [CONTENTS]
    with pytest.raises(ConsentRequired):
        with_access_token(tokens.contents(), refused, Forcing())
    assert tokens.vault == {}


@pytest.mark.parametrize(("has_connect_page", "left"), [(True, {(): TOKEN}), (False, {})])
def test_a_grant_that_is_too_narrow_is_discarded_only_where_no_page_of_ours_does_it(has_connect_page, left):
    def work(_access_token):
        raise ScopeNotGrantedError("no")

    tokens = MemoryTokens(has_connect_page=has_connect_page)
    with pytest.raises(ConsentRequired):
        with_access_token(tokens, work)
    assert tokens.vault == left


def test_a_grant_that_is_left_as_it_is_does_not_use_up_the_turns_leave():
    tokens, forcing = MemoryTokens(by_scopes=True), Forcing()
    tokens.consent(CONTENTS, granted=DETAILS)

    def narrow(_access_token):
        raise ScopeNotGrantedError("no")

    with pytest.raises(ConsentRequired):
        with_access_token(tokens.contents(), narrow, forcing)
    with pytest.raises(ConsentRequired) as required:
        with_access_token(tokens, refused, forcing)
    assert required.value.authorization_url == SECRET_URL
