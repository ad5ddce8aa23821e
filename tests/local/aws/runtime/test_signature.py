"""Who calls the IAM runtime has to sign, for this service, now, and the person's name with it."""

from datetime import timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.local.aws.runtime.conftest import path_of

PATH = f"{path_of('drive_agent_iam')}?qualifier=DEFAULT"
USER = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"


def signed(http, body=b"{}", service="bedrock-agentcore", region="us-west-2", secret="sample", key="sample", **headers):
    headers = {"Content-Type": "application/json", USER: "slack:T1:U1", **headers}
    asked = AWSRequest("POST", f"{str(http.base_url).rstrip('/')}{PATH}", data=body, headers=headers)
    SigV4Auth(Credentials(key, secret), service, region).add_auth(asked)
    return dict(asked.headers)


def refusal(http, headers, body=b"{}"):
    answer = http.post(PATH, content=body, headers=headers)
    return answer.status_code, answer.headers.get("x-amzn-errortype", "").partition(":")[0]


def test_what_was_signed_as_it_came_is_let_in(http, container):
    assert http.post(PATH, content=b"{}", headers=signed(http)).status_code == 200
    assert container.seen[0]["workloadaccesstoken"]


# Of other credentials than the samples the secret is not known here: the rest has to be right all the same.
OTHER = {"key": "other", "secret": "own"}


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "another"},
        {"service": "bedrock"},
        {"region": "eu-west-1"},
        OTHER | {"service": "bedrock"},
        OTHER | {"region": "eu-west-1"},
    ],
    ids="-".join,
)
def test_a_signature_of_another_secret_service_or_region_is_refused(http, container, how):
    assert refusal(http, signed(http, **how)) == (403, "InvalidSignatureException")
    assert container.seen == []


@pytest.mark.parametrize(("name", "value"), [(USER, "slack:T1:U2"), ("X-Amz-Date", "20200101T000000Z")])
def test_what_is_changed_after_signing_is_refused(http, container, name, value):
    assert refusal(http, signed(http) | {name: value}) == (403, "InvalidSignatureException")


def test_another_body_than_the_signed_one_is_refused(http, container):
    assert refusal(http, signed(http), b'{"prompt": "another"}') == (403, "InvalidSignatureException")


@pytest.mark.parametrize("who", [{}, OTHER], ids=["sample", "other"])
def test_a_person_who_is_named_beside_the_signature_is_refused(http, container, who):
    headers = signed(http, **who)
    headers["Authorization"] = headers["Authorization"].replace(f"{USER.lower()}", "accept")
    assert refusal(http, headers) == (403, "InvalidSignatureException")


def test_a_signature_is_good_for_five_minutes(http, clock, container):
    headers = signed(http)
    clock.ahead = timedelta(minutes=4)
    assert http.post(PATH, content=b"{}", headers=headers).status_code == 200
    clock.ahead = timedelta(minutes=6)
    assert refusal(http, headers) == (403, "InvalidSignatureException")


def test_half_a_signature_is_refused(http, container):
    headers = signed(http)
    headers["Authorization"] = headers["Authorization"].partition(", SignedHeaders")[0]
    assert refusal(http, headers) == (403, "IncompleteSignatureException")


def test_of_other_credentials_the_secret_is_not_known_here(http, container):
    assert http.post(PATH, content=b"{}", headers=signed(http, **OTHER)).status_code == 200


def test_a_deployments_return_urls_are_set_with_the_runtime(http, client):
    wish = {"returnUrls": ["http://127.0.0.1:9091/callback"]}
    http.put("/_standin/runtimes/drive_agent_iam", json=wish).raise_for_status()
    found = client("bedrock-agentcore-control").get_workload_identity(name="drive_agent_iam")
    assert found["allowedResourceOauth2ReturnUrls"] == wish["returnUrls"]
    refused = http.put("/_standin/runtimes/drive_agent_iam", json={"returnUrls": "http://127.0.0.1"})
    assert refused.status_code == 400
