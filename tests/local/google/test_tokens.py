"""The token endpoint and what its tokens are good for."""

import base64
import hashlib

import httplib2
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2 import id_token
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import Request as HttpRequest

AUTH = "https://www.googleapis.com/auth/"
METADATA = f"{AUTH}drive.metadata.readonly"


def error(response):
    return response.status_code, response.json()["error"], response.json()["error_description"]


def test_a_code_becomes_tokens_for_3599_seconds(browser, exchange):
    back = browser.consent("alice@gmail.example", access_type="offline")
    response = exchange(back["code"])
    body = response.json()
    assert set(body) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (body["expires_in"], body["scope"], body["token_type"]) == (3599, METADATA, "Bearer")
    assert "no-store" in response.headers["cache-control"]


def test_a_code_is_good_for_one_exchange(browser, exchange):
    code = browser.consent("alice@gmail.example")["code"]
    assert exchange(code).status_code == 200
    assert error(exchange(code)) == (400, "invalid_grant", "Bad Request")


def test_a_failed_exchange_uses_the_code_up(browser, exchange):
    code = browser.consent("alice@gmail.example")["code"]
    wrong = exchange(code, redirect_uri="http://127.0.0.1:9/other")
    assert error(wrong) == (400, "redirect_uri_mismatch", "Bad Request")
    assert error(exchange(code))[1] == "invalid_grant"


def test_a_code_is_over_after_ten_minutes(browser, exchange, standin):
    code = browser.consent("alice@gmail.example")["code"]
    standin.clock.pass_(minutes=10)
    assert error(exchange(code)) == (400, "invalid_grant", "Bad Request")


def test_a_code_belongs_to_its_client(browser, exchange):
    code = browser.consent("alice@gmail.example")["code"]
    assert error(exchange(code, client_id="client-2"))[1] == "invalid_grant"
    assert exchange(code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grant_type": None}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"client_id": None}, (400, "invalid_request")),
        ({"client_secret": None}, (400, "invalid_request")),
        ({"code": None}, (400, "invalid_request")),
        ({"redirect_uri": None}, (400, "invalid_request")),
        ({"code": "nonsense"}, (400, "invalid_grant")),
    ],
)
def test_a_request_that_lacks_something_is_refused(browser, exchange, changes, expected):
    code = browser.consent("alice@gmail.example")["code"]
    assert error(exchange(**{"code": code, **changes}))[:2] == expected


def test_a_client_is_held_to_the_secret_of_its_first_exchange(browser, exchange):
    exchange(browser.consent("alice@gmail.example")["code"])
    again = browser.consent("bob@gmail.example")["code"]
    assert error(exchange(again, client_secret="another"))[:2] == (401, "invalid_client")
    other = browser.consent("bob@gmail.example", client_id="client-2")["code"]
    assert exchange(other, client_id="client-2", client_secret="another").status_code == 200


def test_a_client_may_use_the_authorization_header(browser, standin):
    code = browser.consent("alice@gmail.example")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:9/callback"}
    with standin.http() as http:
        assert http.post("/token", data=form, auth=("client-1", "secret-1")).status_code == 200
        assert http.post("/token", data=form, headers={"authorization": "Basic !"}).status_code == 401


def test_pkce_needs_the_verifier_of_the_challenge(browser, exchange):
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    codes = [browser.consent("alice@gmail.example", **asked)["code"] for _ in range(3)]
    assert error(exchange(codes[0])) == (400, "invalid_grant", "Missing code verifier.")
    assert error(exchange(codes[1], code_verifier="w" * 43)) == (400, "invalid_grant", "Invalid code verifier.")
    assert exchange(codes[2], code_verifier=verifier).status_code == 200


def test_a_refresh_token_needs_offline_access_and_a_first_or_forced_consent(browser, exchange):
    def asks(**changes):
        return "refresh_token" in exchange(browser.consent("alice@gmail.example", **changes)["code"]).json()

    assert not asks(client_id="client-1", access_type="online")
    assert not asks(access_type="offline")
    assert asks(access_type="offline", prompt="consent")


def test_refreshing_gives_a_new_access_token_and_no_refresh_token(sign_in, exchange, standin):
    tokens = sign_in("alice")
    standin.clock.pass_(hours=2)
    body = exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"], redirect_uri=None).json()
    assert set(body) == {"access_token", "expires_in", "scope", "token_type"}
    assert body["access_token"] != tokens["access_token"]


def test_an_unknown_refresh_token_is_expired_or_revoked(exchange):
    response = exchange(grant_type="refresh_token", refresh_token="1//0unknown")
    assert error(response) == (400, "invalid_grant", "Token has been expired or revoked.")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_whole_grant(sign_in, exchange, standin, which):
    tokens = sign_in("alice")
    with standin.http() as http:
        assert http.post("/revoke", data={"token": tokens[which]}).json() == {}
        again = http.post("/revoke", data={"token": tokens[which]})
        assert again.status_code == 400
        assert again.json() == {"error": "invalid_token", "error_description": "Token expired or revoked"}
        drive = http.get("/drive/v3/files", headers={"authorization": f"Bearer {tokens['access_token']}"})
        assert drive.status_code == 401
    refreshed = exchange(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert error(refreshed)[1] == "invalid_grant"


def test_revoking_leaves_other_people_and_other_clients_alone(browser, exchange, sign_in, standin):
    mine, bobs = sign_in("alice"), sign_in("bob")
    other_code = browser.consent("alice@gmail.example", client_id="client-2")["code"]
    other = exchange(other_code, client_id="client-2").json()
    with standin.http() as http:
        http.post("/revoke", data={"token": mine["access_token"]})
        for tokens in (bobs, other):
            answer = http.get("/tokeninfo", params={"access_token": tokens["access_token"]})
            assert answer.status_code == 200


def test_after_a_revocation_consent_is_asked_for_again(browser, sign_in, standin):
    tokens = sign_in("alice")
    with standin.http() as http:
        http.post("/revoke", data={"token": tokens["access_token"]})
    assert "wants access" in browser.choose(browser.open(), "alice@gmail.example").text


def test_tokeninfo_tells_what_an_access_token_is_for(sign_in, standin):
    tokens = sign_in("alice", "openid", "email", "drive.readonly")
    with standin.http() as http:
        body = http.get("/tokeninfo", params={"access_token": tokens["access_token"]}).json()
        bad = http.get("/tokeninfo", params={"access_token": "nonsense"})
    assert body == {
        "azp": "client-1",
        "aud": "client-1",
        "sub": "100000000000000000001",
        "scope": f"{AUTH}drive.readonly {AUTH}userinfo.email openid",
        "exp": body["exp"],
        "expires_in": "3599",
        "access_type": "offline",
        "email": "alice@gmail.example",
        "email_verified": "true",
    }
    assert (bad.status_code, bad.json()) == (400, {"error": "invalid_token", "error_description": "Invalid Value"})


def test_googles_own_library_verifies_the_id_token(sign_in, standin):
    standin.clock.now = standin.clock.now.now(standin.clock.now.tzinfo)  # the library has a clock of its own
    tokens = sign_in("alice", "openid", "email", "profile", nonce="n-1")
    http = httplib2.Http(timeout=20)
    claims = id_token.verify_token(
        tokens["id_token"], HttpRequest(http), audience="client-1", certs_url=f"{standin.url}/oauth2/v1/certs"
    )
    http.close()
    assert claims["iss"] == standin.url
    assert (claims["sub"], claims["email"], claims["name"], claims["nonce"]) == (
        "100000000000000000001", "alice@gmail.example", "Alice Archer", "n-1",
    )  # fmt: skip
    with standin.http() as http:
        (key,) = http.get("/oauth2/v3/certs").json()["keys"]
        assert (key["kty"], key["alg"], "d" in key) == ("RSA", "RS256", False)
        info = http.get("/tokeninfo", params={"id_token": tokens["id_token"]}).json()
        assert info["email"] == "alice@gmail.example"


def test_userinfo_tells_no_more_than_the_scopes(sign_in, standin):
    with standin.http() as http:
        for scopes, fields in ((("openid", "email"), {"sub", "email", "email_verified"}), (("openid",), {"sub"})):
            token = sign_in("yuki", *scopes)["access_token"]
            assert set(http.get("/v1/userinfo", headers={"authorization": f"Bearer {token}"}).json()) == fields
        assert http.get("/v1/userinfo").status_code == 401


def test_discovery_names_addresses_of_this_stand_in(standin):
    with standin.http() as http:
        body = http.get("/.well-known/openid-configuration").json()
        assert body["issuer"] == standin.url
        assert http.get(body["jwks_uri"]).status_code == 200
    addresses = [value for name, value in body.items() if name.endswith(("_endpoint", "_uri"))]
    assert all(value.startswith(standin.url) for value in addresses)


def test_googles_credentials_refresh_here(sign_in, standin):
    tokens = sign_in("alice")
    credentials = Credentials(
        token=None,
        refresh_token=tokens["refresh_token"],
        token_uri=f"{standin.url}/token",
        client_id="client-1",
        client_secret="secret-1",
    )
    http = httplib2.Http(timeout=20)
    credentials.refresh(HttpRequest(http))
    assert credentials.token.startswith("ya29.")
    standin.state.grants.revoke_account("alice@gmail.example")
    with pytest.raises(RefreshError, match="Token has been expired or revoked"):
        credentials.refresh(HttpRequest(http))
    http.close()
