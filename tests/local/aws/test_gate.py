import json

import pytest
from botocore.exceptions import ClientError


def fault(http, **wish):
    return http.post("/_standin/faults", json=wish)


def test_other_services_are_motos_behind_the_same_address(client):
    assert client("sts").get_caller_identity()["Account"] == "123456789012"
    s3 = client("s3")
    s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    # Paths of ours are a bucket's keys as well when the request is signed for S3.
    s3.put_object(Bucket="state", Key="oauth2/authorize", Body=b"1")
    assert s3.get_object(Bucket="state", Key="oauth2/authorize")["Body"].read() == b"1"
    s3.delete_object(Bucket="state", Key="oauth2/authorize")
    s3.delete_bucket(Bucket="state")
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_bedrock_is_mounted(client):
    answer = client("bedrock-runtime").converse(
        modelId="global.anthropic.claude-sonnet-4-6",
        messages=[{"role": "user", "content": [{"text": "hello"}]}],
    )
    assert answer["output"]["message"]["role"] == "assistant"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttle", "ThrottlingException"),
        ("error", "InternalServerException"),
        ("unavailable", "ServiceUnavailableException"),
        ("access_denied", "AccessDeniedException"),
    ],
)
def test_planned_faults_reach_bedrock(client, http, kind, code):
    fault(http, target="bedrock", kind=kind).raise_for_status()
    with pytest.raises(ClientError) as raised:
        client("bedrock-runtime").converse(modelId="m", messages=[{"role": "user", "content": [{"text": "x"}]}])
    assert raised.value.response["Error"]["Code"] == code


def test_planned_faults_reach_a_whole_service_or_one_operation(client, http, pool):
    fault(http, target="cognito", kind="throttle").raise_for_status()
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        pool.token()
    assert pool.token()
    fault(http, target="identity", kind="access_denied").raise_for_status()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client("bedrock-agentcore-control").get_workload_identity(name="drive_agent")
    fault(http, target="runtime", kind="error").raise_for_status()
    assert http.post("/runtimes/drive_agent/invocations", json={}).status_code == 500


def test_faults_can_be_taken_back(client, http):
    fault(http, target="identity", kind="error", times=5).raise_for_status()
    assert http.get("/_standin").json()["faults"][0]["times"] == 5
    http.delete("/_standin/faults").raise_for_status()
    client("bedrock-agentcore-control").get_workload_identity(name="drive_agent")


def test_stall_delays_and_then_answers(client, http):
    fault(http, target="GetWorkloadIdentity", kind="stall", seconds=0.05).raise_for_status()
    control = client("bedrock-agentcore-control")
    assert control.get_workload_identity(name="drive_agent")["name"] == "drive_agent"


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"target": "identity", "kind": "explode"},
        {"target": "identity", "kind": "error", "times": 0},
        {"target": "identity", "kind": "stall", "seconds": 1e9},
    ],
)
def test_fault_that_makes_no_sense_is_refused_with_a_sentence(http, wish):
    answer = fault(http, **wish)
    assert (answer.status_code, answer.text.startswith("A fault")) == (400, True)


def test_unknown_switch_and_bad_json_are_refused(http):
    assert http.post("/_standin/switches", json={"unknown": True}).status_code == 400
    assert http.post("/_standin/switches", json={"strict_identifier": "no"}).status_code == 400
    assert http.post("/_standin/switches", content=b"{").status_code == 400
    assert http.post("/_standin/switches", json=[]).status_code == 400


def test_names_that_are_not_loopback_are_refused(http):
    for host in ("evil.example", "evil.example:4566", "127.0.0.1.evil.example"):
        assert http.get("/_standin", headers={"Host": host}).status_code == 403
    for host in ("localhost:4566", "127.0.0.1", "bucket.localhost:4566", "[::1]:4566"):
        assert http.get("/_standin", headers={"Host": host}).status_code == 200


def test_requests_are_listed_without_queries_or_secrets(client, http, pool):
    token = pool.token()
    http.get("/identities/oauth2/authorize", params={"request_uri": "secret"})
    http.post("/runtimes/drive_agent/invocations", json={"prompt": "secret"}, headers={"Authorization": token})
    listed = http.get("/_standin/requests").json()["requests"]
    assert [(each["service"], each["operation"], each["status"]) for each in listed] == [
        ("cognito", "InitiateAuth", 200),
        ("identity-front", "Authorize", 400),
        ("runtime", "InvokeAgentRuntime", 403),
    ]
    assert "secret" not in json.dumps(listed)
    assert token not in json.dumps(listed)


def test_reset_forgets_everything_and_turns_switches_back(client, http):
    control = client("bedrock-agentcore-control")
    control.create_workload_identity(name="w-1")
    client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    http.post("/_standin/switches", json={"strict_identifier": False}).raise_for_status()
    http.post("/_standin/reset", json={"moto": False}).raise_for_status()
    assert client("dynamodb").list_tables()["TableNames"] == ["t"]
    assert http.get("/_standin").json()["switches"]["strict_identifier"] is True
    names = [each["name"] for each in control.list_workload_identities()["workloadIdentities"]]
    assert names == ["drive_agent", "drive_agent_iam"]
    client("dynamodb").delete_table(TableName="t")


def test_about_says_that_it_is_a_stand_in(http):
    about = http.get("/_standin").json()
    assert (about["service"], about["standin"]) == ("aws", True)
