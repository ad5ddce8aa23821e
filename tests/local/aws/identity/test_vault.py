from datetime import timedelta

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def bound(agent):
    """An agent with alice's consent."""
    agent.complete(agent.consent())
    return agent


def expire(agent):
    assert agent.http.post("/_standin/vault/expire", json={}).json() == {"expired": 1}


def switch(agent, **switches):
    agent.http.post("/_standin/switches", json=switches).raise_for_status()


def test_expired_access_token_is_refreshed_without_the_person(bound, provider):
    first = bound.ask()["accessToken"]
    assert bound.ask()["accessToken"] == first
    expire(bound)
    assert bound.ask()["accessToken"] != first
    assert provider.forms[-1]["grant_type"] == "refresh_token"
    expire(bound)
    assert "accessToken" in bound.ask()  # the refresh token outlives a refresh


def test_access_token_expires_when_the_provider_said(bound, provider, clock):
    first = bound.ask()["accessToken"]
    clock.ahead = timedelta(seconds=3600)
    assert bound.ask()["accessToken"] != first


def test_refused_refresh_leads_back_to_consent(bound, provider):
    expire(bound)
    provider.status = 400
    assert "authorizationUrl" in bound.ask()
    assert bound.vault() == []


def test_provider_that_fails_is_no_reason_for_consent(bound, provider):
    expire(bound)
    provider.status = 503
    with pytest.raises(ClientError, match="InternalServerException"):
        bound.ask()
    provider.status = 200
    assert "accessToken" in bound.ask()


def test_without_offline_access_there_is_nothing_to_refresh_with(agent):
    agent.complete(agent.consent(customParameters={"prompt": "consent"}))
    expire(agent)
    assert "authorizationUrl" in agent.ask(customParameters={"prompt": "consent"})


def test_forced_authentication_forgets_the_token(bound):
    forced = bound.ask(forceAuthentication=True)
    assert "authorizationUrl" in forced
    assert bound.vault() == []
    assert bound.ask(sessionUri=forced["sessionUri"])["sessionStatus"] == "IN_PROGRESS"


def test_token_that_the_provider_has_revoked_is_still_handed_out(bound, provider):
    provider.status = 400
    assert "accessToken" in bound.ask()


def test_other_parameters_than_at_consent_ask_for_consent_unless_switched_off(bound):
    assert "authorizationUrl" in bound.ask(customParameters={"access_type": "offline"})
    assert "accessToken" in bound.ask()
    switch(bound, parameters_must_match=False)
    assert "accessToken" in bound.ask(customParameters={})


def test_scopes_are_part_of_the_key_only_by_switch(bound):
    assert "accessToken" in bound.ask(scopes=["drive.readonly"])
    switch(bound, scopes_in_vault_key=True)
    assert "authorizationUrl" in bound.ask(scopes=["drive.readonly"])


def test_nobody_else_gets_a_persons_token(bound, client):
    assert "authorizationUrl" in bound.ask(bound.wat("bob"))
    client("bedrock-agentcore-control").create_workload_identity(
        name="another", allowedResourceOauth2ReturnUrls=["http://localhost:9090/callback"]
    )
    bound.name = "another"
    assert "authorizationUrl" in bound.ask()


def test_deleting_a_provider_forgets_everybodys_tokens(bound, client):
    client("bedrock-agentcore-control").delete_oauth2_credential_provider(name="google-drive-provider")
    assert bound.vault() == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        bound.ask()
