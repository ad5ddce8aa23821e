"""The SDK of AgentCore, unchanged, with AWS_ENDPOINT_URL as its only setting."""

import json

import pytest
from bedrock_agentcore import BedrockAgentCoreApp
from bedrock_agentcore.identity.auth import requires_access_token
from bedrock_agentcore.runtime import BedrockAgentCoreContext
from bedrock_agentcore.services.identity import IdentityClient, UserIdIdentifier

RETURN_URL = "http://localhost:9090/callback"
ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent_iam"


class ConsentNeededError(Exception):
    pass


def raise_url(url):
    raise ConsentNeededError(url)


@pytest.fixture(scope="module")
def identity(environment):
    made = IdentityClient("us-west-2")
    yield made
    made.dp_client.close()
    made.cp_client.close()


@pytest.fixture(scope="module")
def read_drive(environment):
    """A hand-written tool; the decorator builds its clients, so it is applied with the environment set."""

    @requires_access_token(
        provider_name="google-drive-provider",
        scopes=["drive.metadata.readonly"],
        auth_flow="USER_FEDERATION",
        callback_url=RETURN_URL,
        on_auth_url=raise_url,
        custom_parameters={"access_type": "offline", "prompt": "consent"},
    )
    def read(*, access_token):
        return access_token

    return read


@pytest.fixture(scope="module")
def agent_url(serve, read_drive):
    app = BedrockAgentCoreApp()

    @app.entrypoint
    def invoke(_payload):
        try:
            return {"token": read_drive()}
        except ConsentNeededError as needed:
            return {"auth_url": str(needed)}

    return serve(app)


def test_identity_client_plays_the_whole_flow(agent, identity):
    identity.update_workload_identity("drive-agent-local", [RETURN_URL, "http://localhost/other"])
    known = identity.get_workload_identity("drive-agent-local")
    assert known["allowedResourceOauth2ReturnUrls"] == [RETURN_URL, "http://localhost/other"]
    wat = identity.get_workload_access_token("drive-agent-local", user_id="alice")["workloadAccessToken"]
    session_uri = agent.consent(wat)
    identity.complete_resource_token_auth(session_uri, UserIdIdentifier(user_id="alice"))
    assert "accessToken" in agent.ask(wat)


def test_hand_written_agent_gets_the_token_of_the_person_who_consented(agent, agent_url, client, http):
    http.put("/_standin/runtimes/drive_agent_iam", json={"agentUrl": agent_url}).raise_for_status()
    client("bedrock-agentcore-control").update_workload_identity(
        name="drive_agent_iam", allowedResourceOauth2ReturnUrls=[RETURN_URL]
    )

    def turn(user_id):
        answer = agent.data.invoke_agent_runtime(
            agentRuntimeArn=ARN, payload=b'{"prompt": "files?"}', runtimeUserId=user_id
        )
        return json.loads(answer["response"].read())

    back = agent.browse(turn("slack:T1:U1")["auth_url"])
    agent.complete(back["session_id"], userId="slack:T1:U1")
    assert turn("slack:T1:U1")["token"].startswith("at-")
    assert "auth_url" in turn("slack:T1:U2")


def test_local_auth_path_makes_an_identity_that_needs_return_urls(agent, read_drive, tmp_path, monkeypatch, client):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOCKER_CONTAINER", raising=False)
    assert BedrockAgentCoreContext.get_workload_access_token() is None
    with pytest.raises(Exception, match="You must register and use at least one ResourceOauth2ReturnUrl"):
        read_drive()
    local = json.loads((tmp_path / ".agentcore.json").read_text())
    client("bedrock-agentcore-control").update_workload_identity(
        name=local["workload_identity_name"], allowedResourceOauth2ReturnUrls=[RETURN_URL]
    )
    with pytest.raises(ConsentNeededError) as needed:
        read_drive()
    back = agent.browse(str(needed.value))
    agent.complete(back["session_id"], userId=local["user_id"])
    assert read_drive().startswith("at-")
