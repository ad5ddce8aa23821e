"""The whole consent with the Google stand-in in place of the small provider, in a browser that fills in forms."""

from urllib.parse import parse_qs, urlsplit

import pytest

from local.browser import Browser
from local.google.app import create_app
from local.google.state import build_state

SCOPE = "https://www.googleapis.com/auth/drive.metadata.readonly"
PROVIDER = "custom-google"


@pytest.fixture(scope="module")
def google(serve):
    return serve(create_app(build_state()))


@pytest.fixture
def person():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def return_url(agent, aws, client, google):
    """A page that exists, so that the browser has somewhere to arrive."""
    control = client("bedrock-agentcore-control")
    config = {
        "oauthDiscovery": {"discoveryUrl": f"{google}/.well-known/openid-configuration"},
        "clientId": "sample-client",
        "clientSecret": "sample-secret",
    }
    control.create_oauth2_credential_provider(
        name=PROVIDER,
        credentialProviderVendor="CustomOauth2",
        oauth2ProviderConfigInput={"customOauth2ProviderConfig": config},
    )
    url = f"{aws}/_standin?page=1"
    control.update_workload_identity(name=agent.name, allowedResourceOauth2ReturnUrls=[url])
    return url


def ask(agent, return_url):
    return agent.ask(
        resourceCredentialProviderName=PROVIDER,
        scopes=[SCOPE],
        resourceOauth2ReturnUrl=return_url,
        customState="opaque",
    )


def test_consent_at_the_google_stand_in_is_bound_and_refreshed(agent, person, return_url):
    asked = ask(agent, return_url)
    person.open(asked["authorizationUrl"])
    person.press("alice@gmail.example")
    arrived = person.press("Allow").url
    query = parse_qs(urlsplit(arrived).query)
    assert query == {"page": ["1"], "session_id": [asked["sessionUri"]], "state": ["opaque"]}
    agent.complete(asked["sessionUri"])
    first = ask(agent, return_url)["accessToken"]
    assert agent.vault()[0]["scopes"] == [SCOPE]
    agent.http.post("/_standin/vault/expire").raise_for_status()
    assert ask(agent, return_url)["accessToken"] != first


def test_denial_at_the_google_stand_in_ends_on_agentcores_page(agent, person, return_url):
    person.open(ask(agent, return_url)["authorizationUrl"])
    person.press("alice@gmail.example")
    page = person.press("Deny")
    assert page.status == 400
    assert "Value at 'authorizationCode' failed to satisfy constraint" in page.text
    assert agent.vault() == []
