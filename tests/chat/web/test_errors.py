"""Every way in which something fails has a sentence for a person, in every language."""

from dataclasses import FrozenInstanceError

import pytest

from callback.errors import ForgedRequestError, SignInAgainError
from callback.service_errors import AgentRefusedError, RuntimeFailedError, StateUnavailableError
from callback.web.languages import LANGUAGES
from chat.errors import BrokenOffError, SignInNeededError, UnreachableError
from chat.refusals import refusal
from chat.web import errors
from chat.web.errors import WebError, problem_of
from chat.web.page import words

OURS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WebError)]
OTHERS = [
    SignInAgainError(),
    SignInNeededError("x"),
    ForgedRequestError(),
    StateUnavailableError(),
    RuntimeFailedError(),
    UnreachableError("x"),
    BrokenOffError("x"),
    refusal(424, {}, None),
    refusal(429, {}, None),
    refusal(401, {}, None),
    ValueError("secret"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", [*(kind() for kind in OURS), *OTHERS], ids=lambda error: type(error).__name__)
def test_every_error_has_its_own_words(error, language):
    problem = problem_of(error, words(language))
    assert problem.sentence == words(language)[f"errors.{problem.code}"]
    assert 400 <= problem.status < 600
    detail = {"detail": problem.detail} if problem.detail else {}
    assert problem.to_json() == {"error": problem.sentence, "code": problem.code} | detail


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (AgentRefusedError("drive_failed", "Google says no."), "Google says no."),
        (errors.BadRequestError("Send a question."), "Send a question."),
    ],
)
def test_what_the_agent_says_and_what_helps_a_developer_stands_beside_our_sentence(error, detail, language):
    problem = problem_of(error, words(language))
    assert problem.sentence == words(language)[f"errors.{problem.code}"]
    assert problem.to_json()["detail"] == detail


@pytest.mark.parametrize("error", [BrokenOffError("x"), UnreachableError("x"), refusal(424, {}, None), ValueError("x")])
def test_nobody_is_told_to_try_again_what_goes_on_by_itself(error):
    assert "try again" not in problem_of(error, words("en"), goes_on=True).sentence.lower()


def test_signing_in_does_not_come_by_itself():
    assert problem_of(SignInAgainError(), words("en"), goes_on=True).sentence == words("en")["errors.sign_in"]


def test_a_problem_is_what_it_is():
    problem = problem_of(ValueError("secret"), words("en"))
    with pytest.raises(FrozenInstanceError):
        problem.status = 200
    assert "secret" not in repr(problem)
