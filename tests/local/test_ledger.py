from local.ledger import Ledger


def test_every_secret_is_told_once_under_the_first_name_it_was_noted_by():
    ledger = Ledger()
    ledger.note("user token", "one")
    ledger.note("Cognito access token", "one")
    ledger.note("session URI", "two")
    assert ledger.as_list([("Cognito ID token", "three"), ("Cognito ID token", "two")]) == [
        {"kind": "user token", "value": "one"},
        {"kind": "session URI", "value": "two"},
        {"kind": "Cognito ID token", "value": "three"},
    ]


def test_nothing_is_no_secret():
    ledger = Ledger()
    ledger.note("state of the caller", None)
    ledger.note("PKCE verifier for Google", "")
    assert ledger.as_list() == []
