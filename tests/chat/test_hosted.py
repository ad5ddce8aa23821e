"""As whom a front end on the callback service asks the agent: each kind of proof has one way, and no other."""

from types import SimpleNamespace

import pytest

from callback.door import Visitor
from callback.errors import SignInAgainError
from callback.records import UserProof
from chat.callers import DirectCaller, IamCaller, JwtCaller
from chat.hosted import caller_for

LOCAL_AGENT = "http://127.0.0.1:8080"


def door(runtime_auth, local_agent_url=None):
    return SimpleNamespace(
        settings=SimpleNamespace(
            runtime_auth=runtime_auth,
            local_agent_url=local_agent_url,
            runtime_url="https://runtime.example",
            runtime_arn="arn",
        ),
        sign=None,
    )


def visitor(source, kind):
    return Visitor("key", "alice", "", source, "csrf", "handle", UserProof(kind, "proof"))


@pytest.mark.parametrize(
    ("runtime_auth", "source", "kind", "caller"),
    [
        ("jwt", "oidc", "userToken", JwtCaller),
        ("jwt", "loopback", "userToken", JwtCaller),
        ("jwt", "local", "userId", DirectCaller),
        ("iam", "slack", "userId", IamCaller),
    ],
)
def test_each_proof_has_its_way(runtime_auth, source, kind, caller):
    assert type(caller_for(door(runtime_auth, LOCAL_AGENT), visitor(source, kind))) is caller


@pytest.mark.parametrize(
    ("runtime_auth", "source", "kind"),
    [
        ("jwt", "slack", "userId"),
        ("iam", "oidc", "userToken"),
        ("iam", "local", "userId"),
        ("iam", "slack", "userToken"),
    ],
)
def test_no_name_goes_where_tokens_are_asked_for_and_no_token_where_names_are(runtime_auth, source, kind):
    with pytest.raises(SignInAgainError):
        caller_for(door(runtime_auth, LOCAL_AGENT), visitor(source, kind))


def test_without_an_agent_on_this_machine_nobody_is_the_person_at_it():
    with pytest.raises(SignInAgainError):
        caller_for(door("jwt"), visitor("local", "userId"))
