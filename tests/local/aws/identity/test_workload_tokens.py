from datetime import timedelta

import pytest
from botocore.exceptions import ClientError


def code_of(raised):
    return raised.value.response["Error"]["Code"]


def test_runtimes_identity_gives_no_token_to_a_caller(agent, pool):
    agent.name = "drive_agent"
    for attempt in (
        agent.wat,
        lambda: agent.wat_for_jwt(pool.token()),
        lambda: agent.data.get_workload_access_token(workloadName="drive_agent"),
    ):
        with pytest.raises(ClientError, match="linked to a service and cannot retrieve an access token by the caller"):
            attempt()


def test_forged_jwt_of_a_local_pool_is_refused(agent, pool):
    header, claims, _ = pool.token().split(".")
    _, _, other_signature = pool.token().split(".")
    with pytest.raises(ClientError) as raised:
        agent.wat_for_jwt(f"{header}.{claims}.{other_signature}")
    assert code_of(raised) == "UnauthorizedException"


def test_expired_jwt_is_refused(agent, pool, clock):
    token = pool.token()
    clock.ahead = timedelta(minutes=61)
    with pytest.raises(ClientError) as raised:
        agent.wat_for_jwt(token)
    assert code_of(raised) == "UnauthorizedException"


def test_workload_access_token_is_opaque_and_ends_after_an_hour(agent, clock):
    wat = agent.wat()
    assert "alice" not in wat
    clock.ahead = timedelta(hours=1)
    for token in (wat, "invented"):
        with pytest.raises(ClientError) as raised:
            agent.ask(token)
        assert code_of(raised) == "UnauthorizedException"


def test_user_federation_needs_a_user(agent):
    wat = agent.data.get_workload_access_token(workloadName=agent.name)["workloadAccessToken"]
    with pytest.raises(ClientError, match="names no user"):
        agent.ask(wat)


def test_identity_without_return_urls_gets_the_sentence_of_aws(agent, client):
    client("bedrock-agentcore-control").create_workload_identity(name="bare")
    agent.name = "bare"
    with pytest.raises(ClientError, match="You must register and use at least one ResourceOauth2ReturnUrl"):
        agent.ask()


def test_unknown_workload_is_not_found(agent):
    agent.name = "unknown"
    with pytest.raises(ClientError) as raised:
        agent.wat()
    assert code_of(raised) == "ResourceNotFoundException"


def test_planned_fault_hits_the_named_operation_as_often_as_asked(agent):
    wish = {"target": "GetResourceOauth2Token", "kind": "throttle", "times": 2}
    agent.http.post("/_standin/faults", json=wish).raise_for_status()
    wat = agent.wat()
    for _ in range(2):
        with pytest.raises(ClientError) as raised:
            agent.ask(wat)
        assert code_of(raised) == "ThrottlingException"
    assert "authorizationUrl" in agent.ask(wat)
