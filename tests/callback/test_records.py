from callback.records import Person, UserProof


def person(key):
    return Person(key=key, name="x", source="oidc", proof=UserProof("userToken", "sample"), expires_at=None)


def test_the_session_outside_conversations_is_ones_own_and_cannot_be_worked_out():
    alice, bob = person("issuer|alice"), person("issuer|bob")
    sessions = {alice.runtime_session("key"), bob.runtime_session("key"), alice.runtime_session("other key")}
    assert len(sessions) == 3
    assert alice.runtime_session("key") in sessions
    assert all(33 <= len(session) <= 256 for session in sessions)
    assert not any("alice" in session for session in sessions)
