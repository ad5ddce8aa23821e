"""Slack's part of the stack: another host, another agent, another kind of people."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from local.slack.__main__ import _arguments
from local.slack.manifest import ManifestError, app_of
from local.slack.workspace import APP
from local.slack_settings import agent_settings, service_settings, stand_in_arguments
from local.stack import IAM_RUNTIME_ARN, Options, Ports, Stack
from local.up import serve

ROOT = Path(__file__).resolve().parents[2]
SERVICE, SLACK = "http://127.0.0.1:9091", "http://127.0.0.1:4568"
COMMON = {"PATH": "/bin", "DRIVE_AGENT_OIDC_AUDIENCE": "x", "DRIVE_AGENT_OIDC_SCOPES": "openid", "AWS_REGION": "r"}
MANIFEST = json.loads((ROOT / "chat" / "slack" / "manifest.json").read_text(encoding="utf-8"))


def settings(**more):
    told = {"service_url": SERVICE, "slack_url": SLACK, "runtime_arn": IAM_RUNTIME_ARN, "state": "s"}
    return service_settings(COMMON, **told, **{"socket_mode": False} | more)


def test_the_second_service_takes_slacks_people_to_the_iam_runtime():
    environ = settings()
    assert (environ["DRIVE_AGENT_SIGN_IN"], environ["DRIVE_AGENT_RUNTIME_AUTH"]) == ("slack", "iam")
    assert environ["DRIVE_AGENT_RUNTIME_ARN"].endswith("/drive_agent_iam")
    assert environ["DRIVE_AGENT_OIDC_DISCOVERY_URL"] == f"{SLACK}/.well-known/openid-configuration"
    assert environ["AWS_REGION"] == "r"
    assert not {"DRIVE_AGENT_OIDC_AUDIENCE", "DRIVE_AGENT_OIDC_SCOPES"} & environ.keys(), "the other service's"
    assert "DRIVE_AGENT_SLACK_APP_TOKEN" not in environ
    assert settings(socket_mode=True)["DRIVE_AGENT_SLACK_APP_TOKEN"] == APP.app_token


def test_what_the_app_is_given_is_what_the_stand_in_takes():
    environ = settings()
    assert environ["DRIVE_AGENT_SLACK_BOT_TOKEN"] == APP.bot_token
    assert environ["DRIVE_AGENT_SLACK_SIGNING_SECRET"] == APP.signing_secret
    assert environ["DRIVE_AGENT_OIDC_CLIENT_ID"] == APP.client_id
    assert environ["DRIVE_AGENT_OIDC_CLIENT_SECRET"] == APP.client_secret
    assert environ["DRIVE_AGENT_SLACK_TEAMS"] == APP.team_id


def test_the_second_service_has_another_host_so_that_cookies_stay_apart(tmp_path):
    stack = Stack(Options(home=tmp_path, slack=True), {})
    assert stack.slack_service_url.startswith("http://127.0.0.1:")
    assert stack.callback_url.startswith("http://localhost:")
    agent = stack.agent_environ() | agent_settings(stack.slack_service_url, 8081, "s")
    assert agent["DRIVE_AGENT_RETURN_URL"] == f"{SERVICE}/callback"
    assert agent["DRIVE_AGENT_CONNECT_URL"] == f"{SERVICE}/connect/google-drive"


def test_every_port_is_another_one():
    for ports in (Ports(), Ports.free()):
        assert len({getattr(ports, each.name) for each in fields(Ports)}) == len(fields(Ports)) == 7


def test_the_stand_in_gets_its_addresses_and_the_apps_manifest(monkeypatch):
    monkeypatch.chdir(ROOT)
    arguments = _arguments(stand_in_arguments(4568, SERVICE))
    assert (arguments.port, arguments.request_url) == (4568, f"{SERVICE}/slack/events")
    assert arguments.redirect_url == [SERVICE]
    assert arguments.manifest.scopes == set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert arguments.manifest.events == set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert arguments.manifest.signing_secret == APP.signing_secret


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (("display_information", "name"), "x" * 36),
        (("features", "agent_view", "agent_description"), "x" * 301),
        (("features", "agent_view", "suggested_prompts"), [{}] * 5),
        (("oauth_config", "scopes", "bot"), ["chat:write"]),
        (("settings",), {}),
    ],
)
def test_a_manifest_that_slack_would_not_take_is_refused(part, value):
    manifest = json.loads(json.dumps(MANIFEST))
    place = manifest
    for name in part[:-1]:
        place = place[name]
    place[part[-1]] = value
    with pytest.raises(ManifestError):
        app_of(manifest, APP)


@pytest.mark.parametrize("slack", [True, False])
def test_the_banner_names_slack_only_where_it_runs(tmp_path, monkeypatch, capsys, slack):
    class Ended(Stack):
        def check(self):
            raise KeyboardInterrupt

    monkeypatch.setenv("COLUMNS", "80")
    serve(Ended(Options(home=tmp_path, slack=slack), {}))
    said = capsys.readouterr().out.split()
    assert (SLACK in said) == (SERVICE in said) == slack
