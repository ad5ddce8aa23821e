import base64
import json

import pytest

from agent.caller import Caller
from callback.errors import TokenUnusableError
from callback.records import person_key
from callback.sign_in.tokens import local_person, person_of, verified_email


def token(**claims):
    payload = base64.urlsafe_b64encode(json.dumps({"exp": 2e9} | claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.sample"


@pytest.mark.parametrize(("issuer", "subject"), [("https://id.example", "alice"), ('a"b\\', "日本"), ("a|b", "c")])
def test_the_key_of_a_person_is_the_one_by_which_the_agent_knows_them(issuer, subject):
    assert person_of(token(iss=issuer, sub=subject), "oidc").key == Caller("jwt", issuer, subject).key
    assert person_of(token(iss=issuer, sub=subject), "loopback").key == Caller("jwt", issuer, subject).key
    assert local_person(subject).key == Caller("local", "", subject).key


def test_issuer_and_subject_do_not_run_into_each_other():
    assert person_key("jwt", "a", "b|c") != person_key("jwt", "a|b", "c")
    assert person_key("jwt", "", "x") != person_key("local", "", "x")


def test_an_e_mail_address_for_which_nobody_vouches_is_none():
    assert verified_email({"email": "alice@example.com"}) == ""
    assert verified_email({"email": "alice@example.com", "email_verified": True}) == "alice@example.com"
    assert verified_email({"email_verified": True}) == ""


def test_claims_of_an_access_token_verify_no_e_mail_address():
    """They are read here without checking the signature."""
    claims = {"iss": "i", "sub": "s", "email": "alice@example.com", "email_verified": True}
    assert person_of(token(**claims), "oidc").email == ""


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c.d", "é.e30.x", "e30.W10.x", token(iss="i"), token(iss="i", sub="s", exp=1e300)]
)
def test_what_is_no_usable_access_token_is_told(text):
    with pytest.raises(TokenUnusableError):
        person_of(text, "oidc")


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"email": "a@x.example", "email_verified": True, "name": "Alice"}, "a@x.example"),
        ({"email": "a@x.example", "name": "Alice"}, "Alice"),
        ({"email": "a@x.example", "preferred_username": "alice"}, "alice"),
        ({"preferred_username": "b@x.example", "name": "c@x.example"}, "alice-sub"),
        ({"cognito:username": "a@x.example", "name": "Alice"}, "a@x.example"),
        ({"name": 7, "username": ["x"]}, "alice-sub"),
        ({"name": "  "}, "alice-sub"),
        ({"name": "Al\r\nice\u202e\u200b\x00"}, "Al ice"),
        ({"name": "x" * 1_000_000}, "x" * 120),
        ({}, "alice-sub"),
    ],
)
def test_a_person_is_called_what_others_vouch_for_and_never_by_an_address_of_their_own_choosing(profile, name):
    assert person_of(token(iss="i", sub="alice-sub"), "oidc", profile).name == name
