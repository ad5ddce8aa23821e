"""The IAM runtime through boto3, and a hand-written agent with the real SDK behind the Runtime."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent_iam"
SESSION_ID = "conversation-0123456789-0123456789-0123456789"


def invoke(data, payload, **more: Any):
    answer = data.invoke_agent_runtime(agentRuntimeArn=ARN, payload=json.dumps(payload).encode(), **more)
    return answer, answer["response"].read()


def test_boto3_invokes_with_a_signature_and_names_the_user(client, container):
    answer, body = invoke(
        client("bedrock-agentcore"),
        {"prompt": "hello"},
        runtimeSessionId=SESSION_ID,
        runtimeUserId="slack:T1:U1",
        contentType="application/json",
    )
    assert json.loads(body) == {"you said": {"prompt": "hello"}}
    assert answer["runtimeSessionId"] == SESSION_ID
    assert answer["contentType"] == "application/json"
    assert answer["statusCode"] == 200
    (seen,) = container.seen
    assert seen["workloadaccesstoken"]
    assert "authorization" not in seen
    assert "x-amzn-bedrock-agentcore-runtime-user-id" not in seen


def test_without_a_user_there_is_no_workload_access_token(client, container):
    invoke(client("bedrock-agentcore"), {})
    assert "workloadaccesstoken" not in container.seen[0]


def test_user_id_longer_than_identity_allows_is_refused(client, container):
    with pytest.raises(ClientError, match="ValidationException"):
        invoke(client("bedrock-agentcore"), {}, runtimeUserId="u" * 129)


def test_stream_is_read_while_it_is_written(client, container):
    answer = client("bedrock-agentcore").invoke_agent_runtime(agentRuntimeArn=ARN, payload=b'{"do": "stream"}')
    lines = answer["response"].iter_lines(chunk_size=1)
    assert next(lines) == b'data: "first"'
    container.go_on()
    assert b'data: "second"' in list(lines)


def test_containers_failure_is_the_modelled_error(client, container):
    data = client("bedrock-agentcore")
    with pytest.raises(data.exceptions.RuntimeClientError, match="The container said: Broken"):
        invoke(data, {"do": "fail", "status": 500, "body": {"error": "Broken."}})


def test_session_is_stopped_through_boto3(client, container):
    data = client("bedrock-agentcore")
    invoke(data, {}, runtimeSessionId=SESSION_ID)
    stopped = data.stop_runtime_session(agentRuntimeArn=ARN, runtimeSessionId=SESSION_ID)
    assert stopped["runtimeSessionId"] == SESSION_ID
    with pytest.raises(data.exceptions.ResourceNotFoundException):
        data.stop_runtime_session(agentRuntimeArn=ARN, runtimeSessionId=SESSION_ID)
