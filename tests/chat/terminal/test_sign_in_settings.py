"""Which identity provider the terminal signs in at, from the environment."""

from pathlib import Path

import pytest

from chat.errors import InvalidSettingError
from chat.terminal.sign_in.discovery import read_endpoints
from chat.terminal.sign_in.issuer import REDIRECT_URLS, IssuerSettings

URL = "https://id.example/tenant/.well-known/openid-configuration"
NAMED = {"DRIVE_AGENT_OIDC_DISCOVERY_URL": URL, "DRIVE_AGENT_CLI_CLIENT_ID": "sample", "HOME": "/home/sample"}


def load(platform="linux", **environ):
    return IssuerSettings.load(NAMED | environ, platform)


@pytest.mark.parametrize("missing", ["DRIVE_AGENT_OIDC_DISCOVERY_URL", "DRIVE_AGENT_CLI_CLIENT_ID"])
def test_without_a_provider_or_a_client_there_is_nowhere_to_sign_in(missing):
    assert load() is not None
    assert IssuerSettings.load({name: value for name, value in NAMED.items() if name != missing}) is None


def test_what_is_not_said_has_the_default_that_setup_goes_by():
    found = load()
    assert (found.scopes, found.audience, found.redirect_urls) == ("openid email", "", REDIRECT_URLS)


def test_scopes_audience_and_redirect_urls_are_taken():
    found = load(
        DRIVE_AGENT_OIDC_SCOPES=" openid  offline_access ",
        DRIVE_AGENT_OIDC_AUDIENCE="api",
        DRIVE_AGENT_CLI_REDIRECT_URLS="http://localhost:0, http://[::1]:8400/back",
    )
    assert (found.scopes, found.audience) == ("openid offline_access", "api")
    assert found.redirect_urls == ("http://localhost:0/", "http://[::1]:8400/back")


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example/x",
        "ftp://id.example/x",
        "id.example",
        "https://",
        "https://[x",
        "https://id.example:port/",
    ],
)
def test_a_provider_in_the_clear_or_nowhere_is_refused(url):
    with pytest.raises(InvalidSettingError, match="DRIVE_AGENT_OIDC_DISCOVERY_URL"):
        load(DRIVE_AGENT_OIDC_DISCOVERY_URL=url)


def test_a_provider_on_this_machine_may_be_in_the_clear():
    assert load(DRIVE_AGENT_OIDC_DISCOVERY_URL="http://127.0.0.1:4566/pool/x").discovery_url.startswith("http:")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:8400/",
        "https://localhost:8400/",
        "http://localhost/",
        "http://localhost:8400/?a=b",
        "http://localhost:8400/#a",
        "http://me@localhost:8400/",
        "http://localhost:99999/",
        "http://localhost:8400/é",
    ],
)
def test_a_redirect_url_that_is_not_this_machines_is_refused(url):
    with pytest.raises(InvalidSettingError, match="DRIVE_AGENT_CLI_REDIRECT_URLS"):
        load(DRIVE_AGENT_CLI_REDIRECT_URLS=url)


@pytest.mark.parametrize(
    ("platform", "environ", "has_browser"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("darwin", {"SSH_CONNECTION": "a b c d"}, False),
        ("linux", {"DISPLAY": "localhost:10.0", "SSH_TTY": "/dev/pts/1"}, False),
        ("linux", {"SSH_TTY": "/dev/pts/1", "BROWSER": "/opt/editor/helper"}, True),
    ],
)
def test_a_browser_is_here_where_there_is_a_display_that_is_not_somewhere_else(platform, environ, has_browser):
    assert load(platform, **environ).has_browser is has_browser


def test_state_is_kept_where_the_system_says(tmp_path):
    assert load(XDG_STATE_HOME=str(tmp_path)).state_dir == tmp_path / "drive-agent"
    assert load(XDG_STATE_HOME="relative").state_dir == Path.home() / ".local/state/drive-agent"
    assert load(DRIVE_AGENT_CHAT_STATE=str(tmp_path / "x"), XDG_STATE_HOME="/y").state_dir == tmp_path / "x"


def document(issuer, url=URL, **more):
    said = {
        "issuer": issuer,
        "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://id.example/keys",
    }
    return read_endpoints(said | more, url)


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://id.example/tenant", URL),
        ("https://id.example/tenant/", URL),
        ("https://id.example/{tenantid}/v2.0", URL),
        ("https://sts.windows.net/t/", "https://login.microsoftonline.com/t/.well-known/openid-configuration"),
        ("https://t.ciamlogin.com/t/v2.0", "https://x.ciamlogin.com/t/v2.0/.well-known/openid-configuration"),
        ("https://anybody.example", "http://127.0.0.1:4566/pool/.well-known/openid-configuration"),
    ],
)
def test_a_document_may_name_its_own_party(issuer, url):
    assert document(issuer, url).issuer == issuer


@pytest.mark.parametrize(
    "issuer", ["https://evil.example", "http://id.example/tenant", "https://sts.windows.net/t/", ""]
)
def test_a_document_may_not_name_somebody_else(issuer):
    with pytest.raises(ValueError, match="issuer"):
        document(issuer)


def test_a_template_takes_the_tenant_that_the_token_names():
    found = document("https://id.example/{tenantid}/v2.0")
    assert found.issuer_of({"tid": "t1"}) == "https://id.example/t1/v2.0"
    assert found.issuer_of({}) == "https://id.example/{tenantid}/v2.0"


@pytest.mark.parametrize("name", ["revocation_endpoint", "device_authorization_endpoint"])
def test_what_a_provider_may_leave_out_has_to_be_right_where_it_is_there(name):
    document("https://id.example/tenant", **{name: "https://id.example/x"})
    with pytest.raises(ValueError, match="address"):
        document("https://id.example/tenant", **{name: "http://id.example/x"})
