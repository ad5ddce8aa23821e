import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.accounts import AccountPolicy, is_refused, judge_account

ANY = AccountPolicy(frozenset(), "any")
ONE_DOMAIN = AccountPolicy(frozenset({"corp.example"}), "any")
SAME = AccountPolicy(frozenset(), "same")
WARN = AccountPolicy(frozenset(), "warn")


@pytest.mark.parametrize(
    ("account", "person", "policy", "concern"),
    [
        ("alice@gmail.example", "alice@corp.example", ANY, ""),
        ("alice@corp.example", "", ONE_DOMAIN, ""),
        ("Alice@Corp.Example", "", ONE_DOMAIN, ""),
        ("alice@gmail.example", "alice@corp.example", ONE_DOMAIN, "refused_domain"),
        ("alice@sub.corp.example", "", ONE_DOMAIN, "refused_domain"),
        ("alice@notcorp.example", "", ONE_DOMAIN, "refused_domain"),
        ("alice@evil.example@corp.example.evil.example", "", ONE_DOMAIN, "refused_domain"),
        ("corp.example", "", ONE_DOMAIN, "refused_domain"),
        ("alice@corp.example", "ALICE@corp.example", SAME, ""),
        ("alice@gmail.example", "alice@corp.example", SAME, "refused_email"),
        ("alice@gmail.example", "", SAME, "refused_email"),
        ("alice@gmail.example", "alice@corp.example", WARN, "other_email"),
        ("alice@corp.example", "alice@corp.example", WARN, ""),
        ("alice@gmail.example", "", WARN, ""),
        ("", "alice@corp.example", SAME, "refused_unknown"),
        ("", "alice@corp.example", ONE_DOMAIN, "refused_unknown"),
        ("", "alice@corp.example", WARN, "unknown"),
        ("", "", ANY, "unknown"),
    ],
)
def test_an_account_is_judged_by_the_address_that_google_names(account, person, policy, concern):
    assert judge_account(account, person, policy) == concern


def test_what_is_expected_is_the_persons_own_address_where_it_must_match_else_the_domains():
    assert SAME.expected("alice@corp.example") == ("alice@corp.example",)
    assert AccountPolicy(frozenset({"b.example", "a.example"}), "any").expected("x@y") == ("a.example", "b.example")
    assert AccountPolicy(frozenset({"a.example"}), "same").expected("") == ("a.example",)
    assert ANY.expected("alice@corp.example") == ()


def test_only_what_the_settings_forbid_is_given_back():
    assert is_refused("refused_domain")
    assert is_refused("refused_email")
    assert is_refused("refused_unknown")
    for concern in ("", "unknown", "insufficient", "other_email"):
        assert not is_refused(concern)


@given(st.text(), st.text())
def test_no_address_outside_the_domains_ever_passes(account, person):
    concern = judge_account(account, person, ONE_DOMAIN)
    assert is_refused(concern) or account.lower().endswith("@corp.example")
