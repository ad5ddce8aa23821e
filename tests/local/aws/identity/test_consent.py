from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

RETURN_URL = "http://localhost:9090/callback"
INVALID_SESSION = "Invalid or expired session"


def refused(agent, session_uri, **identifier):
    with pytest.raises(ClientError) as raised:
        agent.complete(session_uri, **identifier)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_consent_ends_with_the_persons_token_in_the_vault(agent, provider):
    asked = agent.ask(customState="opaque")
    assert asked.keys() == {"authorizationUrl", "sessionUri", "sessionStatus"}
    assert asked["sessionStatus"] == "IN_PROGRESS"
    request_uri = parse_qs(urlsplit(asked["authorizationUrl"]).query)["request_uri"]
    assert request_uri == [asked["sessionUri"]]

    back = agent.browse(asked["authorizationUrl"])
    assert back == {"session_id": asked["sessionUri"], "state": "opaque"}
    assert provider.forms == []  # the code is exchanged only when the flow is completed
    assert agent.ask(sessionUri=asked["sessionUri"])["sessionStatus"] == "IN_PROGRESS"

    agent.complete(asked["sessionUri"])
    assert provider.forms[0]["client_secret"] == "sample-secret"
    token = agent.ask()
    assert token.keys() == {"accessToken"}
    assert token["accessToken"].startswith("at-")
    (bound,) = agent.vault()
    assert (bound["workload"], bound["user"]) == ("drive-agent-local", "alice")


def test_provider_gets_pkce_and_the_custom_parameters_which_override_nothing(agent, provider):
    agent.consent(customParameters={"access_type": "offline", "client_id": "evil", "state": "evil"})
    (asked,) = provider.asked
    assert asked["access_type"] == "offline"
    assert asked["client_id"] == "sample-client"
    assert asked["state"] != "evil"
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert asked["scope"] == "drive.metadata.readonly"


def test_without_custom_state_no_state_comes_back(agent):
    assert agent.browse(agent.ask()["authorizationUrl"]).keys() == {"session_id"}


def test_each_request_without_a_session_uri_begins_its_own_flow(agent):
    assert agent.ask()["sessionUri"] != agent.ask()["sessionUri"]


def test_link_works_once(agent, http):
    url = agent.ask()["authorizationUrl"]
    agent.browse(url)
    again = http.get(url)
    assert (again.status_code, again.json()["message"]) == (400, "Invalid request")


def test_link_and_session_are_over_after_ten_minutes(agent, clock, http):
    url = agent.ask()["authorizationUrl"]
    returned = agent.consent()
    clock.ahead = timedelta(minutes=10)
    assert http.get(url).status_code == 400
    assert refused(agent, returned) == ("AccessDeniedException", INVALID_SESSION)
    assert agent.ask(sessionUri=returned)["sessionStatus"] == "FAILED"
    assert agent.vault() == []


def test_session_is_completed_once(agent, provider):
    session_uri = agent.consent()
    agent.complete(session_uri)
    assert refused(agent, session_uri) == ("AccessDeniedException", INVALID_SESSION)
    assert len(provider.forms) == 1


def test_session_that_never_saw_the_provider_is_refused(agent):
    assert refused(agent, agent.ask()["sessionUri"]) == ("AccessDeniedException", INVALID_SESSION)
    unknown = "urn:ietf:params:oauth:request_uri:unknown"
    assert refused(agent, unknown) == ("AccessDeniedException", INVALID_SESSION)


def test_another_user_cannot_complete_and_the_right_one_still_can(agent, provider):
    session_uri = agent.consent()
    for other in ("bob", "Alice", "alice ", "*"):
        assert refused(agent, session_uri, userId=other) == ("AccessDeniedException", INVALID_SESSION)
    assert agent.vault() == []
    assert provider.forms == []
    agent.complete(session_uri)
    assert len(agent.vault()) == 1


def test_strictly_only_the_very_jwt_of_the_turn_completes(agent, pool, http):
    first, second, bobs = pool.token(), pool.token(), pool.token("bob@example.com")
    session_uri = agent.consent(agent.wat_for_jwt(first))
    for other in (second, bobs, first + "x", first.split(".")[0] + ".e30.x"):
        assert refused(agent, session_uri, userToken=other) == ("AccessDeniedException", INVALID_SESSION)
    assert agent.vault() == []
    agent.complete(session_uri, userToken=first)
    # The vault is keyed on issuer and subject: a later login of the same person finds the token.
    assert "accessToken" in agent.ask(agent.wat_for_jwt(second))
    assert "authorizationUrl" in agent.ask(agent.wat_for_jwt(bobs))


def test_laxly_a_later_jwt_of_the_same_person_completes(agent, pool, http):
    http.post("/_standin/switches", json={"strict_identifier": False}).raise_for_status()
    session_uri = agent.consent(agent.wat_for_jwt(pool.token()))
    bobs = pool.token("bob@example.com")
    assert refused(agent, session_uri, userToken=bobs) == ("AccessDeniedException", INVALID_SESSION)
    agent.complete(session_uri, userToken=pool.token())


def test_user_id_equal_to_a_jwts_issuer_and_subject_is_another_person(agent, pool):
    session_uri = agent.consent(agent.wat_for_jwt(pool.token()))
    subject = pool.cognito.admin_get_user(UserPoolId=pool.pool_id, Username="alice@example.com")["UserAttributes"]
    sub = next(each["Value"] for each in subject if each["Name"] == "sub")
    name = f"{pool.issuer}#{sub}"[:128]
    assert refused(agent, session_uri, userId=name) == ("AccessDeniedException", INVALID_SESSION)


@pytest.mark.parametrize(
    ("return_url", "message"),
    [
        (None, "You must provide a ResourceOauth2ReturnUrl to proceed with this flow"),
        (RETURN_URL + "/", "You must register and use at least one ResourceOauth2ReturnUrl on your workload identity"),
        (RETURN_URL + "?a=b", "You must register and use at least one ResourceOauth2ReturnUrl"),
        ("http://localhost:9091/callback", "You must register and use at least one ResourceOauth2ReturnUrl"),
    ],
)
def test_return_url_has_to_be_exactly_a_registered_one(agent, return_url, message):
    wish = {
        "workloadIdentityToken": agent.wat(),
        "resourceCredentialProviderName": "google-drive-provider",
        "scopes": ["s"],
        "oauth2Flow": "USER_FEDERATION",
        **({"resourceOauth2ReturnUrl": return_url} if return_url else {}),
    }
    with pytest.raises(ClientError, match="ValidationException") as raised:
        agent.data.get_resource_oauth2_token(**wish)
    assert raised.value.response["Error"]["Message"].startswith(message)


def test_denied_consent_ends_on_agentcores_page_and_never_reaches_the_return_url(agent, provider, http):
    provider.deny = True
    asked = agent.ask()
    answer = http.get(asked["authorizationUrl"], follow_redirects=True)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "1 validation error detected: Value at 'authorizationCode' failed to satisfy constraint: "
        "Member must not be null"
    )
    assert refused(agent, asked["sessionUri"]) == ("AccessDeniedException", INVALID_SESSION)


def test_denial_reaches_the_return_url_when_that_switch_is_on(agent, provider, http):
    http.post("/_standin/switches", json={"denial_redirects": True}).raise_for_status()
    provider.deny = True
    asked = agent.ask()
    assert agent.browse(asked["authorizationUrl"]) == {"session_id": asked["sessionUri"], "error": "access_denied"}


def test_callback_without_anything_names_both_missing_members(agent, client, http):
    url = client("bedrock-agentcore-control").get_oauth2_credential_provider(name="google-drive-provider")[
        "callbackUrl"
    ]
    answer = http.get(url)
    assert answer.json()["message"].startswith("2 validation errors detected: Value at 'authorizationCode' failed")
    assert http.get(url, params={"code": "c", "state": "forged"}).json()["message"] == "Invalid request"
    assert http.get("/identities/oauth2/callback/unknown").status_code == 404


def test_failed_code_exchange_binds_nothing_and_uses_the_session_up(agent, provider):
    session_uri = agent.consent()
    provider.status = 400
    assert refused(agent, session_uri) == ("ValidationException", "Failed to retrieve token")
    provider.status = 200
    assert refused(agent, session_uri) == ("AccessDeniedException", INVALID_SESSION)
    assert agent.ask(sessionUri=session_uri)["sessionStatus"] == "FAILED"
    assert agent.vault() == []
