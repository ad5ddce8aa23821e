import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.caller import derive_caller
from agent.errors import NoIdentityError

USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"
CUSTOM_USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id"


def jwt(**claims):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part(claims)}.sample-signature"


def derive(headers, *, has_workload_token=True, local_user=None):
    return derive_caller(headers, has_workload_token=has_workload_token, local_user=local_user)


def test_the_caller_is_issuer_and_subject_of_the_verified_token():
    caller = derive({"Authorization": f"Bearer {jwt(iss='https://i.example', sub='alice')}"})
    assert (caller.kind, caller.issuer, caller.subject) == ("jwt", "https://i.example", "alice")


def test_two_tokens_of_one_person_are_one_caller():
    first = derive({"authorization": f"Bearer {jwt(iss='i', sub='a', jti='1')}"})
    second = derive({"AUTHORIZATION": f"bearer {jwt(iss='i', sub='a', jti='2')}"})
    assert first.key == second.key


def test_the_same_subject_of_another_issuer_is_somebody_else():
    one, other = (derive({"authorization": f"Bearer {jwt(iss=iss, sub='a')}"}) for iss in ("i", "j"))
    assert one.key != other.key


def test_issuer_and_subject_cannot_be_shifted_into_each_other():
    one, other = (derive({"authorization": f"Bearer {jwt(iss=i, sub=s)}"}) for i, s in (("a,b", "c"), ("a", "b,c")))
    assert one.key != other.key


def test_a_trusted_backend_names_the_user():
    assert derive({CUSTOM_USER_ID: "slack:T1:U1"}).subject == "slack:T1:U1"


def test_two_user_ids_that_contradict_each_other_are_refused():
    with pytest.raises(NoIdentityError):
        derive({USER_ID: "slack:T1:U1", CUSTOM_USER_ID: "slack:T1:U2"})


def test_a_token_wins_over_a_user_id_that_a_client_added():
    headers = {"authorization": f"Bearer {jwt(iss='i', sub='alice')}", CUSTOM_USER_ID: "bob"}
    assert derive(headers).subject == "alice"


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        f"Bearer {jwt(sub='a')}",
        f"Bearer {jwt(iss='i')}",
        f"Bearer {jwt(iss=1, sub=2)}",
    ],
)
def test_a_token_without_issuer_and_subject_is_refused(value):
    with pytest.raises(NoIdentityError):
        derive({"authorization": value})


def test_without_a_workload_token_nobody_is_derived_outside_local_mode():
    with pytest.raises(NoIdentityError, match="Sign in"):
        derive({"authorization": f"Bearer {jwt(iss='i', sub='a')}", USER_ID: "alice"}, has_workload_token=False)


def test_in_local_mode_a_direct_call_is_the_person_at_this_computer_whatever_it_claims():
    headers = {"authorization": f"Bearer {jwt(iss='i', sub='alice')}", USER_ID: "alice"}
    assert derive(headers, has_workload_token=False, local_user="local").kind == "local"


@given(st.text(), st.text())
def test_the_key_shows_nothing_of_the_person(issuer, subject):
    key = derive({CUSTOM_USER_ID: "u" + subject}).key
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


@given(st.text())
def test_any_authorization_header_is_a_caller_or_refused(value):
    with contextlib.suppress(NoIdentityError):
        derive({"authorization": value})
