from pathlib import Path

import pytest

from callback.hosts import is_loopback
from callback.settings import OidcSettings, Settings, SettingsError
from callback.sign_in_settings import SlackPeople

CLOUD = {
    "DRIVE_AGENT_CALLBACK_URL": "https://drive.example.com",
    "DRIVE_AGENT_OIDC_DISCOVERY_URL": "https://id.example.com/.well-known/openid-configuration",
    "DRIVE_AGENT_OIDC_CLIENT_ID": "sample-client",
    "DRIVE_AGENT_OIDC_CLIENT_SECRET": "sample-secret",
    "DRIVE_AGENT_RUNTIME_ARN": "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent",
    "DRIVE_AGENT_SESSION_KEY": "sample-session-key-sample-session-key",
}
LOCAL = CLOUD | {"DRIVE_AGENT_MODE": "local", "DRIVE_AGENT_CALLBACK_URL": "http://localhost:9090"}
SLACK = {
    **CLOUD,
    "DRIVE_AGENT_SIGN_IN": "slack",
    "DRIVE_AGENT_RUNTIME_AUTH": "iam",
    "DRIVE_AGENT_OIDC_DISCOVERY_URL": "",
}
LOOPBACK = {"DRIVE_AGENT_SIGN_IN": "loopback", "DRIVE_AGENT_TOKEN": "sample"}


def test_the_cloud_is_the_default_and_listens_for_its_load_balancer():
    settings = Settings.load(CLOUD)
    assert (settings.mode, settings.sign_in) == ("cloud", "oidc")
    assert (settings.bind_host, settings.bind_port) == ("0.0.0.0", 9090)  # noqa: S104
    assert settings.runtime_url == "https://bedrock-agentcore.us-west-2.amazonaws.com"
    assert settings.authorization_origins == {"https://bedrock-agentcore.us-west-2.amazonaws.com"}
    assert settings.local_agent_url is None


def test_a_desk_listens_on_loopback_at_the_port_of_its_address():
    settings = Settings.load(LOCAL | {"DRIVE_AGENT_CALLBACK_URL": "http://localhost:1234/"})
    assert (settings.bind_host, settings.bind_port) == ("127.0.0.1", 1234)
    assert settings.callback_url == "http://localhost:1234"


def test_a_stand_in_for_aws_is_also_where_the_runtime_is():
    settings = Settings.load(LOCAL | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_REGION": "eu-west-1"})
    assert settings.runtime_url == "http://127.0.0.1:4566"
    assert settings.authorization_origins == {
        "http://127.0.0.1:4566",
        "https://bedrock-agentcore.eu-west-1.amazonaws.com",
    }


def test_the_region_may_come_from_where_the_aws_cli_keeps_it():
    assert Settings.load(CLOUD | {"AWS_DEFAULT_REGION": "eu-west-1"}).region == "eu-west-1"
    both = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    assert Settings.load(CLOUD | both).region == "us-east-1"


def test_agentcore_dev_means_local():
    assert Settings.load({**LOCAL, "DRIVE_AGENT_MODE": "", "LOCAL_DEV": "1"}).mode == "local"


def test_with_a_local_agent_nothing_else_is_needed_and_keys_are_made_up():
    minimal = {"DRIVE_AGENT_MODE": "local", "DRIVE_AGENT_LOCAL_AGENT_URL": "http://127.0.0.1:8080"}
    first, second = Settings.load(minimal), Settings.load(minimal)
    assert first.oidc is None
    assert first.local_user == "local"
    assert len(first.session_key) >= 32
    assert first.session_key != second.session_key


def test_what_is_kept_and_checked_is_as_simple_as_it_can_be_unless_settings_say_more():
    settings = Settings.load(CLOUD)
    assert (settings.state_dir, settings.state_table) == (Path(".env.drive-agent/callback"), None)
    assert (settings.audit_key, settings.audit_file) == ("", None)
    assert (settings.google_domains, settings.google_email) == (frozenset(), "any")
    assert settings.oidc is not None
    assert (settings.oidc.scopes, settings.oidc.audience) == ("openid email", None)


def test_state_audit_accounts_and_sign_in_are_set_by_variables():
    settings = Settings.load(
        CLOUD
        | {
            "DRIVE_AGENT_CALLBACK_STATE": "dynamodb://drive-agent.sessions_1",
            "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.example",
            "DRIVE_AGENT_AUDIT_KEY": " sample audit key ",
            "DRIVE_AGENT_AUDIT_FILE": "audit/lines.jsonl",
            "DRIVE_AGENT_GOOGLE_DOMAINS": " Example.com, xn--bcher-kva.example,,example.org ",
            "DRIVE_AGENT_GOOGLE_EMAIL": "same",
            "DRIVE_AGENT_OIDC_SCOPES": " openid  email offline_access https://agent.example/.default ",
            "DRIVE_AGENT_OIDC_AUDIENCE": "https://agent.example",
        }
    )
    assert settings.state_table == "drive-agent.sessions_1"
    assert settings.dynamodb_endpoint_url == "https://dynamodb.example"
    assert settings.audit_key == " sample audit key ", "exactly as the agent reads it"
    assert settings.audit_file == Path("audit/lines.jsonl")
    assert settings.google_domains == {"example.com", "xn--bcher-kva.example", "example.org"}
    assert settings.google_email == "same"
    assert settings.oidc is not None
    assert settings.oidc.scopes == "openid email offline_access https://agent.example/.default"
    assert settings.oidc.audience == "https://agent.example"
    assert "sample audit key" not in repr(settings)


def test_a_stand_in_for_aws_is_also_where_the_table_is():
    everything = LOCAL | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert Settings.load(everything).dynamodb_endpoint_url == "http://127.0.0.1:4566"
    elsewhere = {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"}
    assert Settings.load(everything | elsewhere).dynamodb_endpoint_url == "http://127.0.0.1:8000"


def test_slack_is_known_so_that_an_id_and_a_secret_are_enough():
    settings = Settings.load(SLACK)
    assert (settings.sign_in, settings.runtime_auth) == ("slack", "iam")
    assert settings.oidc == OidcSettings(
        "https://slack.com/.well-known/openid-configuration",
        "sample-client",
        "sample-secret",
        scopes="openid profile",
        slack=SlackPeople(),
    )


def test_slacks_workspaces_and_scopes_are_set_by_variables_and_a_stand_in_by_its_address():
    stand_in = "http://127.0.0.1:4568/.well-known/openid-configuration"
    settings = Settings.load(
        SLACK
        | {
            "DRIVE_AGENT_MODE": "local",
            "DRIVE_AGENT_OIDC_DISCOVERY_URL": stand_in,
            "DRIVE_AGENT_OIDC_SCOPES": "openid profile email",
            "DRIVE_AGENT_OIDC_AUDIENCE": "https://agent.example",
            "DRIVE_AGENT_SLACK_TEAMS": " T0ACME,,T0OTHER ",
            "DRIVE_AGENT_GOOGLE_EMAIL": "same",
        }
    )
    assert settings.oidc is not None
    assert settings.oidc.discovery_url == stand_in
    assert settings.oidc.scopes == "openid profile email"
    assert settings.oidc.audience is None, "Slack knows none"
    assert settings.oidc.slack == SlackPeople(frozenset({"T0ACME", "T0OTHER"}))


def test_the_runtime_is_called_as_the_person_unless_slack_proves_people():
    assert Settings.load(CLOUD).runtime_auth == "jwt"
    assert Settings.load(LOCAL | LOOPBACK | {"DRIVE_AGENT_RUNTIME_AUTH": "jwt"}).runtime_auth == "jwt"
    settings = Settings.load(CLOUD | {"DRIVE_AGENT_SLACK_TEAMS": "whatever another service takes"})
    assert settings.oidc is not None
    assert settings.oidc.slack is None


@pytest.mark.parametrize(
    ("base", "change", "variable"),
    [
        (SLACK, {"DRIVE_AGENT_RUNTIME_AUTH": ""}, "DRIVE_AGENT_RUNTIME_AUTH=iam"),
        (SLACK, {"DRIVE_AGENT_RUNTIME_AUTH": "jwt"}, "DRIVE_AGENT_RUNTIME_AUTH=iam"),
        (SLACK, {"DRIVE_AGENT_SIGN_IN": "oidc"}, "DRIVE_AGENT_SIGN_IN=slack"),
        (LOCAL, LOOPBACK | {"DRIVE_AGENT_RUNTIME_AUTH": "iam"}, "DRIVE_AGENT_SIGN_IN=slack"),
        (CLOUD, {"DRIVE_AGENT_RUNTIME_AUTH": "none"}, "DRIVE_AGENT_RUNTIME_AUTH"),
        (SLACK, {"DRIVE_AGENT_OIDC_CLIENT_ID": ""}, "DRIVE_AGENT_OIDC_CLIENT_ID"),
        (SLACK, {"DRIVE_AGENT_OIDC_CLIENT_SECRET": ""}, "DRIVE_AGENT_OIDC_CLIENT_SECRET"),
        (SLACK, {"DRIVE_AGENT_RUNTIME_ARN": ""}, "DRIVE_AGENT_RUNTIME_ARN"),
        (SLACK, {"DRIVE_AGENT_SLACK_TEAMS": "T0ACME;T0OTHER"}, "DRIVE_AGENT_SLACK_TEAMS"),
        (SLACK, {"DRIVE_AGENT_SLACK_TEAMS": "acme"}, "DRIVE_AGENT_SLACK_TEAMS"),
        (SLACK, {"DRIVE_AGENT_SLACK_TEAMS": ", ,"}, "DRIVE_AGENT_SLACK_TEAMS"),
        (SLACK, {"DRIVE_AGENT_GOOGLE_EMAIL": "same"}, "DRIVE_AGENT_GOOGLE_EMAIL"),
        (SLACK, {"DRIVE_AGENT_OIDC_DISCOVERY_URL": "https://id.example.com/x"}, "DRIVE_AGENT_OIDC_DISCOVERY_URL"),
        (SLACK, {"DRIVE_AGENT_OIDC_DISCOVERY_URL": "https://slack.com.example/x"}, "DRIVE_AGENT_OIDC_DISCOVERY_URL"),
        (SLACK, {"DRIVE_AGENT_OIDC_DISCOVERY_URL": "https://slack.com:444/x"}, "DRIVE_AGENT_OIDC_DISCOVERY_URL"),
        (
            SLACK,
            {"DRIVE_AGENT_MODE": "local", "DRIVE_AGENT_OIDC_DISCOVERY_URL": "http://slack.com/x"},
            "DRIVE_AGENT_OIDC_DISCOVERY_URL",
        ),
        (
            SLACK,
            {
                "DRIVE_AGENT_MODE": "local",
                "DRIVE_AGENT_CALLBACK_URL": "http://localhost:9090",
                "DRIVE_AGENT_LOCAL_AGENT_URL": "http://127.0.0.1:8080",
            },
            "DRIVE_AGENT_LOCAL_AGENT_URL",
        ),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": ""}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": "http://drive.example.com"}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": "https://localhost"}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": "https://drive.example.com/path"}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": "https://a@drive.example.com"}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_URL": "https://drive.example.com:port"}, "DRIVE_AGENT_CALLBACK_URL"),
        (CLOUD, {"DRIVE_AGENT_OIDC_DISCOVERY_URL": ""}, "DRIVE_AGENT_OIDC_DISCOVERY_URL"),
        (CLOUD, {"DRIVE_AGENT_OIDC_DISCOVERY_URL": "http://id.example.com/x"}, "DRIVE_AGENT_OIDC_DISCOVERY_URL"),
        (CLOUD, {"DRIVE_AGENT_OIDC_CLIENT_ID": ""}, "DRIVE_AGENT_OIDC_CLIENT_ID"),
        (CLOUD, {"DRIVE_AGENT_OIDC_CLIENT_SECRET": " "}, "DRIVE_AGENT_OIDC_CLIENT_SECRET"),
        (CLOUD, {"DRIVE_AGENT_RUNTIME_ARN": ""}, "DRIVE_AGENT_RUNTIME_ARN"),
        (CLOUD, {"DRIVE_AGENT_RUNTIME_ARN": "drive_agent"}, "DRIVE_AGENT_RUNTIME_ARN"),
        (CLOUD, {"DRIVE_AGENT_RUNTIME_URL": "http://127.0.0.1:4566"}, "DRIVE_AGENT_RUNTIME_URL"),
        (CLOUD, {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "AWS_ENDPOINT_URL"),
        (CLOUD, {"DRIVE_AGENT_SESSION_KEY": ""}, "DRIVE_AGENT_SESSION_KEY"),
        (LOCAL, {"DRIVE_AGENT_SESSION_KEY": "short"}, "DRIVE_AGENT_SESSION_KEY"),
        (CLOUD, {"DRIVE_AGENT_MODE": "prod"}, "DRIVE_AGENT_MODE"),
        (CLOUD, {"DRIVE_AGENT_SIGN_IN": "none"}, "DRIVE_AGENT_SIGN_IN"),
        (CLOUD, {"DRIVE_AGENT_RUNTIME_AUTH": "iam"}, "DRIVE_AGENT_RUNTIME_AUTH"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_BIND": "9090"}, "DRIVE_AGENT_CALLBACK_BIND"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_STATE": "s3://bucket"}, "DRIVE_AGENT_CALLBACK_STATE"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_STATE": "dynamodb://"}, "DRIVE_AGENT_CALLBACK_STATE"),
        (CLOUD, {"DRIVE_AGENT_CALLBACK_STATE": "dynamodb://table/x"}, "DRIVE_AGENT_CALLBACK_STATE"),
        (CLOUD, {"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000"}, "AWS_ENDPOINT_URL_DYNAMODB"),
        (CLOUD, {"DRIVE_AGENT_GOOGLE_DOMAINS": "example.com;example.org"}, "DRIVE_AGENT_GOOGLE_DOMAINS"),
        (CLOUD, {"DRIVE_AGENT_GOOGLE_DOMAINS": "@example.com"}, "DRIVE_AGENT_GOOGLE_DOMAINS"),
        (CLOUD, {"DRIVE_AGENT_GOOGLE_DOMAINS": ", ,"}, "DRIVE_AGENT_GOOGLE_DOMAINS"),
        (CLOUD, {"DRIVE_AGENT_GOOGLE_EMAIL": "same", "DRIVE_AGENT_OIDC_SCOPES": "openid"}, "DRIVE_AGENT_GOOGLE_EMAIL"),
        (CLOUD, {"DRIVE_AGENT_GOOGLE_EMAIL": "different"}, "DRIVE_AGENT_GOOGLE_EMAIL"),
        (CLOUD, {"DRIVE_AGENT_OIDC_SCOPES": "email"}, "DRIVE_AGENT_OIDC_SCOPES"),
        (CLOUD, {"DRIVE_AGENT_OIDC_SCOPES": 'openid "email"'}, "DRIVE_AGENT_OIDC_SCOPES"),
        (CLOUD, LOOPBACK, "DRIVE_AGENT_SIGN_IN"),
        (LOCAL, LOOPBACK | {"DRIVE_AGENT_CALLBACK_BIND": "0.0.0.0:9090"}, "DRIVE_AGENT_SIGN_IN"),
        (LOCAL, LOOPBACK | {"DRIVE_AGENT_CALLBACK_BIND": "192.0.2.1:9090"}, "DRIVE_AGENT_SIGN_IN"),
        (LOCAL, LOOPBACK | {"DRIVE_AGENT_CALLBACK_URL": "http://desk.example:9090"}, "DRIVE_AGENT_SIGN_IN"),
        (LOCAL, LOOPBACK | {"DRIVE_AGENT_TOKEN": ""}, "DRIVE_AGENT_TOKEN"),
        (LOCAL, {"DRIVE_AGENT_LOCAL_AGENT_URL": "http://192.0.2.1:8080"}, "DRIVE_AGENT_LOCAL_AGENT_URL"),
        (
            LOCAL,
            {"DRIVE_AGENT_LOCAL_AGENT_URL": "http://127.0.0.1:8080", "DRIVE_AGENT_CALLBACK_BIND": "0.0.0.0:9090"},
            "DRIVE_AGENT_LOCAL_AGENT_URL",
        ),
    ],
)
def test_a_missing_or_dangerous_setting_is_refused_with_a_sentence_that_names_it(base, change, variable):
    with pytest.raises(SettingsError, match=variable) as refusal:
        Settings.load(base | change)
    assert str(refusal.value).endswith(".")
    assert "sample-secret" not in str(refusal.value)


def test_the_local_agent_is_never_offered_in_the_cloud():
    assert Settings.load(CLOUD | {"DRIVE_AGENT_LOCAL_AGENT_URL": "http://127.0.0.1:8080"}).local_agent_url is None


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False),  # noqa: S104
     ("localhost.evil.example", False), ("192.0.2.1", False), ("", False), ("127.0.0.1.evil.example", False)],
)  # fmt: skip
def test_only_this_machine_is_loopback(host, is_ours):
    assert is_loopback(host) is is_ours
