import pytest

from agent.errors import SettingsError
from agent.settings import Settings

CLOUD = {"DRIVE_AGENT_RETURN_URL": "https://drive.example.com/callback"}


def test_a_cloud_agent_needs_its_return_url_and_nothing_else():
    settings = Settings.load(CLOUD)
    assert (settings.is_local, settings.google_api_url) == (False, "https://www.googleapis.com/")
    assert settings.model.startswith("bedrock:")


def test_agentcore_dev_means_local_mode():
    assert Settings.load({"LOCAL_DEV": "1"}).is_local


def test_a_named_mode_wins_over_agentcore_dev():
    assert not Settings.load({"LOCAL_DEV": "1", "DRIVE_AGENT_MODE": "cloud", **CLOUD}).is_local


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:4566",
        "http://localhost:4566",
        "https://127.0.0.1:4566",
        "https://[::1]:1",
        "http://stand-in.example.com",
    ],
)
@pytest.mark.parametrize(
    "name",
    ["AWS_ENDPOINT_URL", "BEDROCK_AGENTCORE_DP_ENDPOINT", "DRIVE_AGENT_GOOGLE_API_URL", "DRIVE_AGENT_CONNECT_URL"],
)
def test_production_settings_refuse_the_endpoints_of_stand_ins(name, endpoint):
    with pytest.raises(SettingsError, match=name):
        Settings.load({**CLOUD, name: endpoint})


def test_local_mode_takes_the_endpoints_of_stand_ins():
    assert Settings.load({"DRIVE_AGENT_MODE": "local", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}).is_local


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "DRIVE_AGENT_RETURN_URL"),
        ({"DRIVE_AGENT_MODE": "prod"}, "DRIVE_AGENT_MODE"),
        ({**CLOUD, "DRIVE_AGENT_CONNECT_URL": "drive.example.com"}, "DRIVE_AGENT_CONNECT_URL"),
        ({**CLOUD, "DRIVE_AGENT_LOG_LEVEL": "LOUD"}, "DRIVE_AGENT_LOG_LEVEL"),
        ({**CLOUD, "DRIVE_AGENT_MODEL": "junk"}, "DRIVE_AGENT_MODEL"),
        ({**CLOUD, "PORT": "abc"}, "PORT"),
        ({**CLOUD, "PORT": "99999"}, "PORT"),
    ],
)
def test_a_wrong_setting_is_named(environ, says):
    with pytest.raises(SettingsError, match=says):
        Settings.load(environ)


@pytest.mark.parametrize(("value", "contents"), [("", True), ("on", True), ("off", False), ("OFF", False)])
def test_contents_are_looked_at_unless_switched_off(value, contents):
    assert Settings.load({**CLOUD, "DRIVE_AGENT_CONTENTS": value}).contents is contents


@pytest.mark.parametrize(
    ("value", "domains"),
    [
        ("", set()),
        (" ", set()),
        (" Example.com, xn--bcher-kva.example,,example.org ", {"example.com", "xn--bcher-kva.example", "example.org"}),
    ],
)
def test_the_domains_of_google_accounts_are_a_list_in_lower_case(value, domains):
    assert Settings.load({**CLOUD, "DRIVE_AGENT_GOOGLE_DOMAINS": value}).google_domains == domains


@pytest.mark.parametrize(
    "value",
    ["example.com;example.org", "@example.com", "example", "10.0.0.1", "*.example.com", "a." * 124 + "example"],
)
def test_what_is_no_domain_name_is_refused_and_never_means_any_account(value):
    with pytest.raises(SettingsError, match=r"DRIVE_AGENT_GOOGLE_DOMAINS holds .* which is no domain name"):
        Settings.load({**CLOUD, "DRIVE_AGENT_GOOGLE_DOMAINS": value + ",b.example"})


def test_commas_alone_are_a_rule_that_got_lost_and_not_no_rule():
    with pytest.raises(SettingsError, match="DRIVE_AGENT_GOOGLE_DOMAINS"):
        Settings.load({**CLOUD, "DRIVE_AGENT_GOOGLE_DOMAINS": " , "})


def test_a_switch_that_is_neither_on_nor_off_is_refused():
    with pytest.raises(SettingsError, match="DRIVE_AGENT_CONTENTS must be on or off"):
        Settings.load({**CLOUD, "DRIVE_AGENT_CONTENTS": "no"})
