"""Every way in which something fails has a sentence for a person, in every language."""

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
    assert problem.to_json() == {"error": problem.sentence, "code": problem.code}


def test_what_the_agent_says_and_what_helps_a_developer_is_said_as_it_is():
    assert problem_of(AgentRefusedError("drive_failed", "Google says no."), words("en")).sentence == "Google says no."
    assert problem_of(errors.BadRequestError("Send a question."), words("en")).sentence == "Send a question."
