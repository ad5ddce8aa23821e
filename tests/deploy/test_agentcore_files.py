"""The AgentCore CLI's project files agree with the rest. `agentcore validate` itself needs Node."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from deploy import runtime
from deploy.desired import desired
from deploy.settings import SetupOptions

ROOT = Path(__file__).parents[2]
PROJECT = json.loads((ROOT / "agentcore" / "agentcore.json").read_text())
(AGENT,) = PROJECT["runtimes"]
ENVIRONMENT = {variable["name"]: variable["value"] for variable in AGENT["envVars"]}
POLICY = json.loads((ROOT / "deploy" / "execution-policy.json").read_text())
CALLBACK_POLICY = json.loads((ROOT / "deploy" / "callback-policy.json").read_text())
SLACK_POLICY = json.loads((ROOT / "deploy" / "slack-callback-policy.json").read_text())
SLACK_AGENT_POLICY = json.loads((ROOT / "deploy" / "slack-execution-policy.json").read_text())


def test_the_runtime_is_the_one_that_setup_looks_for(aws, clients):
    aws.runtimes.append({"agentRuntimeArn": "arn:sample", "agentRuntimeName": f"{PROJECT['name']}_{AGENT['name']}"})
    assert runtime.find_arn(clients.control) == "arn:sample"


def test_addresses_and_provider_are_those_that_setup_registers():
    origin = ENVIRONMENT["DRIVE_AGENT_RETURN_URL"].removesuffix("/callback")
    want = desired(SetupOptions(callback_url=origin), {})
    assert ENVIRONMENT["DRIVE_AGENT_CONNECT_URL"] == want.connect_url
    assert ENVIRONMENT["DRIVE_AGENT_PROVIDER"] == want.provider
    assert want.provider in json.dumps(POLICY)


def test_the_callers_jwt_reaches_the_agent_and_nothing_else_is_forwarded():
    assert AGENT["requestHeaderAllowlist"] == ["Authorization"]
    assert AGENT["authorizerType"] == "CUSTOM_JWT"


def test_traces_stay_off_because_the_library_for_them_is_not_shipped():
    assert AGENT["instrumentation"] == {"enableOtel": False}


@pytest.mark.parametrize("path", [AGENT["entrypoint"], *AGENT["additionalPolicies"]])
def test_files_that_are_named_exist(path):
    assert (ROOT / AGENT["codeLocation"] / path).is_file()


def test_the_agent_may_do_nothing_but_ask_for_tokens_and_the_model():
    actions = [action for statement in POLICY["Statement"] for action in _list(statement["Action"])]
    assert actions == [
        "bedrock-agentcore:GetResourceOauth2Token",
        "secretsmanager:GetSecretValue",
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
    ]
    assert "*" not in [resource for statement in POLICY["Statement"] for resource in _list(statement["Resource"])]


def test_the_callback_service_may_complete_what_the_agent_may_start_and_get_no_access_token():
    [ours] = [statement for statement in CALLBACK_POLICY["Statement"] if "agentcore" in statement["Action"]]
    [agents] = [statement for statement in POLICY["Statement"] if "GetResourceOauth2Token" in statement["Action"]]
    assert ours["Action"] == "bedrock-agentcore:CompleteResourceTokenAuth"
    assert ours["Resource"] == agents["Resource"]
    [secret] = [statement for statement in CALLBACK_POLICY["Statement"] if "secretsmanager" in str(statement["Action"])]
    assert secret in POLICY["Statement"]
    assert "deploy/callback-policy.json" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_callback_service_may_use_one_table_for_its_sessions_and_not_read_it_as_a_whole():
    [table] = [statement for statement in CALLBACK_POLICY["Statement"] if "dynamodb" in str(statement["Action"])]
    used = {"DescribeTable", "DescribeTimeToLive", "GetItem", "PutItem", "DeleteItem"}
    assert set(table["Action"]) == {f"dynamodb:{action}" for action in used}
    name = table["Resource"].rpartition("/")[2]
    assert f"dynamodb://{name}" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert len(CALLBACK_POLICY["Statement"]) == 3


def test_the_slack_service_may_name_people_to_its_own_runtime_alone():
    [ask] = [statement for statement in SLACK_POLICY["Statement"] if "Invoke" in str(statement["Action"])]
    assert ask["Action"] == ["bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeForUser"]
    runtime_id = f"runtime/{PROJECT['name']}_drive_agent_slack-*"
    assert [resource.split(":", 5)[5] for resource in ask["Resource"]] == [
        runtime_id,
        f"{runtime_id}/runtime-endpoint/DEFAULT",
    ]
    assert not any("ForUser" in str(policy) for policy in (POLICY, CALLBACK_POLICY, SLACK_AGENT_POLICY))


def test_what_is_slacks_differs_from_the_rest_in_its_runtime_and_its_table_only():
    """Neither service can complete, and neither agent can start, what is the other's."""
    _, *rest = SLACK_POLICY["Statement"]
    assert _elsewhere(rest) == CALLBACK_POLICY["Statement"]
    assert _elsewhere(SLACK_AGENT_POLICY) == POLICY
    assert not fnmatch("DriveAgent_drive_agent_slack-a1B2c3D4e5", "DriveAgent_drive_agent-*")
    assert "drive_agent-*" not in json.dumps([SLACK_POLICY, SLACK_AGENT_POLICY])


def _elsewhere(said):
    text = json.dumps(said).replace("drive_agent_slack-*", "drive_agent-*")
    return json.loads(text.replace("drive-agent-slack-sessions", "drive-agent-sessions"))


def _list(value):
    return value if isinstance(value, list) else [value]
