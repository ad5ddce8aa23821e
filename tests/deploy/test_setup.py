import json
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.config import Config

from deploy import app_clients, settings_file, setup, token
from deploy.clients import Clients
from deploy.errors import AwsRefusedError, ConflictingResourceError, InvalidOptionError
from deploy.settings import TokenSettings

PROJECT_FILE = Path(__file__).parents[2] / "agentcore" / "agentcore.json"
IMPATIENT = Config(connect_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})
PASSWORD = "sample-password-of-nobody"
SECRET = "GOCSPX-sample-secret"
PEOPLE = {"test_users": ("alice@example.com", "bob@example.com")}
GOOGLE = {"google_client_id": "sample.apps.googleusercontent.com"}
FULL_ENV = {"DRIVE_AGENT_TEST_PASSWORD": PASSWORD, "GOOGLE_CLIENT_SECRET": SECRET}


def run(options, clients, **kwargs):
    lines = []
    values = setup.run(options, clients=clients, out=lines.append, **kwargs)
    return values, lines


def test_first_run_creates_everything_and_the_second_writes_nothing(aws, clients, options):
    full = options(FULL_ENV, **PEOPLE, **GOOGLE)
    aws.workloads["drive_agent"] = aws._workload({"name": "drive_agent"})

    first, first_lines = run(full, clients)
    assert [line for line in first_lines if line.startswith("created")] == [
        "created    Google credential provider google-drive-provider",
        f"created    user pool drive-agent ({first['DRIVE_AGENT_USER_POOL_ID']})",
        "created    sign-in domain drive-agent-123456789012",
        f"created    app client drive-agent-web ({first['DRIVE_AGENT_OIDC_CLIENT_ID']})",
        f"created    app client drive-agent-cli ({first['DRIVE_AGENT_CLI_CLIENT_ID']})",
        "created    test user alice@example.com",
        "created    test user bob@example.com",
        "created    workload identity drive-agent-local (http://localhost:9090/callback)",
        f"created    settings file {full.settings_path}",
    ]

    aws.calls.clear()
    before = full.settings_path.stat().st_mtime_ns
    second, second_lines = run(full, clients)
    assert aws.writes == []
    assert second == first
    assert full.settings_path.stat().st_mtime_ns == before
    steps = [line for line in second_lines if line.startswith(("created", "updated", "unchanged"))]
    assert len(steps) == 10
    assert all(line.startswith("unchanged") for line in steps)


def test_settings_name_what_was_made(aws, clients, options):
    values, _ = run(options(FULL_ENV, **PEOPLE), clients)
    pool = values["DRIVE_AGENT_USER_POOL_ID"]
    assert {key: value for key, value in values.items() if key.startswith("AWS_")} == {
        "AWS_REGION": "us-west-2",
        "AWS_ENDPOINT_URL": aws.url,
    }
    assert values["DRIVE_AGENT_OIDC_DISCOVERY_URL"] == f"{aws.url}/{pool}/.well-known/openid-configuration"
    assert values["DRIVE_AGENT_RUNTIME_ARN"] == "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent"
    assert values["DRIVE_AGENT_RUNTIME_URL"] == aws.url
    assert values["DRIVE_AGENT_TEST_PASSWORD"] == PASSWORD
    web = clients.cognito.describe_user_pool_client(UserPoolId=pool, ClientId=values["DRIVE_AGENT_OIDC_CLIENT_ID"])
    assert web["UserPoolClient"]["CallbackURLs"] == ["http://localhost:9090/sign-in/callback"]
    assert web["UserPoolClient"]["AllowedOAuthFlows"] == ["code"]
    assert web["UserPoolClient"]["ClientSecret"] == values["DRIVE_AGENT_OIDC_CLIENT_SECRET"]
    cli = clients.cognito.describe_user_pool_client(UserPoolId=pool, ClientId=values["DRIVE_AGENT_CLI_CLIENT_ID"])
    assert "ClientSecret" not in cli["UserPoolClient"]
    assert cli["UserPoolClient"]["AllowedOAuthFlows"] == ["code"]
    assert cli["UserPoolClient"]["CallbackURLs"] == list(app_clients.CLI_CALLBACK_URLS)
    assert cli["UserPoolClient"]["RefreshTokenRotation"]["Feature"] == "ENABLED"
    assert cli["UserPoolClient"]["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"]


def to_paste(lines):
    """What the report has for agentcore.json."""
    [start] = [number for number, line in enumerate(lines) if line.startswith("For agentcore/agentcore.json")]
    return json.loads("{" + "\n".join(lines[start + 1 :]) + "}")


def test_report_shows_all_that_agentcore_json_needs_ready_to_paste(clients, options):
    values, lines = run(options({"DRIVE_AGENT_PROVIDER": "mine"}, callback_url="https://drive.example.org"), clients)
    block = to_paste(lines)
    assert block["authorizerType"] == "CUSTOM_JWT"
    assert block["authorizerConfiguration"]["customJwtAuthorizer"] == {
        "discoveryUrl": values["DRIVE_AGENT_OIDC_DISCOVERY_URL"],
        "allowedClients": [values["DRIVE_AGENT_OIDC_CLIENT_ID"], values["DRIVE_AGENT_CLI_CLIENT_ID"]],
    }
    told = {variable["name"]: variable["value"] for variable in block["envVars"]}
    assert told["DRIVE_AGENT_PROVIDER"] == "mine"
    assert told["DRIVE_AGENT_RETURN_URL"] == "https://drive.example.org/callback"
    assert told["DRIVE_AGENT_CONNECT_URL"] == "https://drive.example.org/connect/google-drive"

    [runtime] = json.loads(PROJECT_FILE.read_text(encoding="utf-8"))["runtimes"]
    placed = {variable["name"]: variable["value"] for variable in runtime["envVars"]}
    assert block.keys() <= runtime.keys()
    assert told.keys() == placed.keys()
    for name in ("DRIVE_AGENT_MODEL", "DRIVE_AGENT_STATE"):
        assert told[name] == placed[name]


def test_report_names_no_connect_url_that_is_switched_off_and_the_model_that_was_chosen(clients, options):
    _, lines = run(options({"DRIVE_AGENT_CONNECT_URL": "", "DRIVE_AGENT_MODEL": "bedrock:sample"}), clients)
    told = {variable["name"]: variable["value"] for variable in to_paste(lines)["envVars"]}
    assert "DRIVE_AGENT_CONNECT_URL" not in told
    assert told["DRIVE_AGENT_MODEL"] == "bedrock:sample"


def test_the_key_of_the_audit_is_made_once_for_both_services(clients, options):
    values, lines = run(options(), clients)
    key = values["DRIVE_AGENT_AUDIT_KEY"]
    assert len(key) >= 43
    assert key != values["DRIVE_AGENT_SESSION_KEY"]
    assert settings_file.read(options().settings_path)["DRIVE_AGENT_AUDIT_KEY"] == key
    assert {"name": "DRIVE_AGENT_AUDIT_KEY", "value": key} in to_paste(lines)["envVars"]
    again, lines = run(options(), clients)
    assert again["DRIVE_AGENT_AUDIT_KEY"] == key
    assert {"name": "DRIVE_AGENT_AUDIT_KEY", "value": key} in to_paste(lines)["envVars"]


def test_a_key_and_a_file_of_the_audit_that_are_given_are_kept(clients, options):
    given = {"DRIVE_AGENT_AUDIT_KEY": "sample-audit-key", "DRIVE_AGENT_AUDIT_FILE": "logs/audit.jsonl"}
    assert given.items() <= run(options(given), clients)[0].items()
    run(options(), clients)
    assert given.items() <= settings_file.read(options().settings_path).items()


def test_report_shows_no_secret(clients, options):
    values, lines = run(options(FULL_ENV, **PEOPLE, **GOOGLE), clients)
    text = "\n".join(lines)
    for secret in (PASSWORD, SECRET, values["DRIVE_AGENT_SESSION_KEY"], values["DRIVE_AGENT_OIDC_CLIENT_SECRET"]):
        assert secret not in text


def test_without_a_google_client_a_placeholder_is_made_and_the_next_step_is_said(aws, clients, options):
    _, lines = run(options(), clients)
    text = "\n".join(lines)
    assert (
        "authorized redirect URI: https://bedrock-agentcore.us-west-2.amazonaws.com/identities/oauth2/callback" in text
    )
    assert "drive-agent setup --google-client-id" in text

    aws.calls.clear()
    _, again = run(options(), clients)
    assert aws.writes == []
    assert "drive-agent setup --google-client-id" in "\n".join(again)

    _, real = run(options(FULL_ENV, **GOOGLE), clients)
    assert "updated    Google credential provider google-drive-provider" in real
    assert aws.given_secrets == ["placeholder", SECRET]


def test_a_new_google_secret_is_noticed_and_written(aws, clients, options):
    run(options(FULL_ENV, **GOOGLE), clients)
    _, lines = run(options(FULL_ENV | {"GOOGLE_CLIENT_SECRET": "GOCSPX-sample-new"}, **GOOGLE), clients)
    assert "updated    Google credential provider google-drive-provider" in lines
    assert aws.given_secrets == [SECRET, "GOCSPX-sample-new"]


def test_googles_secret_is_asked_for_when_it_is_needed_and_only_then(aws, clients, options):
    asked = []

    def answer(prompt):
        asked.append(prompt)
        return SECRET

    run(options(**GOOGLE), clients, ask_secret=answer)
    run(options(**GOOGLE), clients, ask_secret=answer)
    assert len(asked) == 1
    assert aws.given_secrets == [SECRET]


def test_a_google_client_id_without_its_secret_is_refused(clients, options):
    with pytest.raises(InvalidOptionError, match="GOOGLE_CLIENT_SECRET"):
        run(options(**GOOGLE), clients)


def test_a_provider_of_another_vendor_is_left_alone(aws, clients, options):
    run(options(), clients)
    aws.providers["google-drive-provider"]["credentialProviderVendor"] = "GithubOauth2"
    aws.calls.clear()
    with pytest.raises(ConflictingResourceError, match="DRIVE_AGENT_PROVIDER"):
        run(options(), clients)
    assert aws.writes == []


def test_return_urls_of_others_survive_and_ours_is_added_once(aws, clients, options):
    aws.workloads["drive_agent"] = aws._workload(
        {"name": "drive_agent", "allowedResourceOauth2ReturnUrls": ["https://other.example.com/callback"]}
    )
    _, lines = run(options(), clients)
    assert "updated    workload identity drive_agent (http://localhost:9090/callback)" in lines
    assert aws.workloads["drive_agent"]["allowedResourceOauth2ReturnUrls"] == [
        "https://other.example.com/callback",
        "http://localhost:9090/callback",
    ]


def test_a_runtime_that_is_not_deployed_yet_is_said_and_not_invented(aws, clients, options):
    _, lines = run(options(), clients)
    assert "waiting    workload identity drive_agent (does not exist yet: deploy first, then run setup again)" in lines
    assert list(aws.workloads) == ["drive-agent-local"]


def test_addresses_and_token_lifetimes_that_others_set_survive_an_update(clients, options):
    values, _ = run(options(), clients)
    chosen = {"UserPoolId": values["DRIVE_AGENT_USER_POOL_ID"], "ClientId": values["DRIVE_AGENT_OIDC_CLIENT_ID"]}
    clients.cognito.update_user_pool_client(
        **chosen, CallbackURLs=["https://other.example.com/sign-in/callback"], AccessTokenValidity=5
    )
    _, lines = run(options(callback_url="https://drive-agent.example.com"), clients)
    after = clients.cognito.describe_user_pool_client(**chosen)["UserPoolClient"]
    assert after["CallbackURLs"] == [
        "https://other.example.com/sign-in/callback",
        "https://drive-agent.example.com/sign-in/callback",
    ]
    assert after["AccessTokenValidity"] == 5
    assert f"updated    app client drive-agent-web ({chosen['ClientId']})" in lines


def test_a_changed_test_password_is_set_and_the_person_stays_the_same(clients, options):
    values, _ = run(options(FULL_ENV, **PEOPLE), clients)
    pool = values["DRIVE_AGENT_USER_POOL_ID"]
    before = clients.cognito.admin_get_user(UserPoolId=pool, Username="alice@example.com")
    changed = {"DRIVE_AGENT_TEST_PASSWORD": "another-sample-password"}
    _, lines = run(options(changed, **PEOPLE), clients)
    assert "updated    test user alice@example.com" in lines
    after = clients.cognito.admin_get_user(UserPoolId=pool, Username="alice@example.com")
    assert after["Username"] == before["Username"]
    assert after["UserStatus"] == "CONFIRMED"


def test_a_forgotten_settings_file_finds_the_same_pool_again(clients, options):
    first, _ = run(options(), clients)
    options().settings_path.unlink()
    second, _ = run(options(), clients)
    assert second["DRIVE_AGENT_USER_POOL_ID"] == first["DRIVE_AGENT_USER_POOL_ID"]
    assert second["DRIVE_AGENT_SESSION_KEY"] != first["DRIVE_AGENT_SESSION_KEY"]


def test_two_pools_of_our_name_are_not_guessed_between(clients, options):
    ids = [clients.cognito.create_user_pool(PoolName="drive-agent")["UserPool"]["Id"] for _ in range(2)]
    with pytest.raises(ConflictingResourceError, match="--user-pool-id"):
        run(options(), clients)
    values, _ = run(options(user_pool_id=ids[1]), clients)
    assert values["DRIVE_AGENT_USER_POOL_ID"] == ids[1]


def test_a_chosen_pool_that_does_not_exist_is_not_replaced_by_another(clients, options):
    with pytest.raises(ConflictingResourceError, match="us-west-2_nope"):
        run(options(user_pool_id="us-west-2_nope"), clients)


def test_what_a_stand_in_left_in_the_file_is_not_used_for_another_cloud(aws, clients, options):
    run(options(FULL_ENV, **PEOPLE), clients)
    path = options().settings_path
    key = settings_file.read(path)["DRIVE_AGENT_SESSION_KEY"]
    settings_file.write(path, {"DRIVE_AGENT_RUNTIME_ARN": "arn:of-the-stand-in", "DRIVE_AGENT_USER_POOL_ID": "gone"})
    aws.runtimes.append(
        {
            "agentRuntimeArn": "arn:aws:bedrock-agentcore:us-west-2:111122223333:runtime/DriveAgent_drive_agent-Ab1",
            "agentRuntimeId": "DriveAgent_drive_agent-Ab1",
            "agentRuntimeName": "DriveAgent_drive_agent",
        }
    )
    elsewhere = options({"AWS_ENDPOINT_URL": ""}, callback_url="https://drive-agent.example.com")
    values, lines = run(elsewhere, clients)
    kept = settings_file.read(path)
    assert values["DRIVE_AGENT_RUNTIME_ARN"].endswith("runtime/DriveAgent_drive_agent-Ab1")
    assert values["DRIVE_AGENT_OIDC_DISCOVERY_URL"].startswith("https://cognito-idp.us-west-2.amazonaws.com/us-west-2_")
    assert kept["DRIVE_AGENT_SESSION_KEY"] == key
    assert kept["DRIVE_AGENT_MODE"] == "cloud"
    assert not {"AWS_ENDPOINT_URL", "DRIVE_AGENT_TEST_PASSWORD"} & set(kept)
    assert any("workload identity DriveAgent_drive_agent-Ab1" in line for line in lines)


@pytest.mark.parametrize(
    ("operation", "status", "code", "said"),
    [
        ("GetOauth2CredentialProvider", 403, "AccessDeniedException", "bedrock-agentcore:GetOauth2CredentialProvider"),
        ("ListUserPools", 400, "AccessDeniedException", "cognito-idp:ListUserPools"),
        ("CreateWorkloadIdentity", 429, "ThrottlingException", "wait a minute"),
        ("ListUserPools", 400, "ExpiredTokenException", "sign in again"),
        ("CreateUserPool", 400, "LimitExceededException", "quota"),
    ],
)
def test_a_refusal_by_aws_becomes_a_sentence_that_says_what_to_do(aws, clients, options, operation, status, code, said):
    aws.faults[operation] = (status, code, "raw words of AWS")
    with pytest.raises(AwsRefusedError, match=said) as caught:
        run(options(), clients)
    assert caught.value.code == code
    assert "raw words" not in caught.value.user_message


def test_a_refusal_that_repeats_a_secret_is_not_shown(aws, clients, options):
    message = f"Value '{SECRET}' at 'clientSecret' failed to satisfy constraint"
    aws.faults["CreateOauth2CredentialProvider"] = (400, "ValidationException", message)
    with pytest.raises(AwsRefusedError) as caught:
        run(options(FULL_ENV, **GOOGLE), clients)
    assert SECRET not in str(caught.value)
    assert "ValidationException" in caught.value.user_message


def test_after_a_failure_half_way_the_next_run_finishes(aws, clients, options):
    aws.faults["CreateUserPoolClient"] = (429, "TooManyRequestsException", "slow down")
    with pytest.raises(AwsRefusedError):
        run(options(), clients)
    assert not options().settings_path.exists()
    aws.faults.clear()
    values, lines = run(options(), clients)
    assert f"unchanged  user pool drive-agent ({values['DRIVE_AGENT_USER_POOL_ID']})" in lines


def test_a_proxy_is_not_asked_for_a_stand_in_on_this_machine(aws, options, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    told = options(FULL_ENV, **PEOPLE)
    values, _ = run(told, Clients.connect("us-west-2", aws.url, IMPATIENT))
    assert token.fetch(TokenSettings.load(values), "alice@example.com", PASSWORD).count(".") == 2


def test_an_endpoint_where_nobody_answers_is_named(options):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    nowhere = options({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"})
    clients = Clients.connect("us-west-2", nowhere.endpoint_url, IMPATIENT)
    with pytest.raises(AwsRefusedError, match=f"Nothing answers at http://127.0.0.1:{port}"):
        run(nowhere, clients)


def test_where_the_pools_plan_has_no_rotation_the_terminals_refresh_tokens_stay_as_they_are(clients, options):
    real = clients.cognito

    class Lite:
        """A pool of the Lite plan: what needs a higher one is refused."""

        def __getattr__(self, name):
            return getattr(real, name)

        def create_user_pool_client(self, **request):
            if "RefreshTokenRotation" in request:
                error = {"Code": "FeatureUnavailableInTierException", "Message": "no"}
                raise real.exceptions.FeatureUnavailableInTierException({"Error": error}, "CreateUserPoolClient")
            return real.create_user_pool_client(**request)

        update_user_pool_client = create_user_pool_client

    values, _ = run(options(), replace(clients, cognito=Lite()))
    ids = {"UserPoolId": values["DRIVE_AGENT_USER_POOL_ID"], "ClientId": values["DRIVE_AGENT_CLI_CLIENT_ID"]}
    cli = real.describe_user_pool_client(**ids)["UserPoolClient"]
    assert "RefreshTokenRotation" not in cli
    assert "ALLOW_REFRESH_TOKEN_AUTH" in cli["ExplicitAuthFlows"]
    assert cli["CallbackURLs"] == list(app_clients.CLI_CALLBACK_URLS)
