import httpx
import pytest

SESSION = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
SESSION_ID = "conversation-0123456789-0123456789-0123456789"


@pytest.fixture
def bearer(runtime, pool):
    return {"Authorization": f"Bearer {pool.token()}"}


def test_body_goes_through_untouched_and_the_answer_comes_back(http, bearer, path, container):
    body = b'{ "prompt" : "\xc3\xbc\\u00fc" }'
    answer = http.post(path, content=body, headers=bearer | {"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert container.bodies == [body]
    assert answer.json() == {"you said": {"prompt": "üü"}}
    assert answer.headers["Mcp-Session-Id"] == "mcp"


def test_container_gets_the_runtimes_headers_and_no_others_of_the_caller(http, bearer, path, container):
    http.post(
        path,
        json={},
        headers=bearer
        | {
            SESSION: SESSION_ID,
            "X-Amzn-Bedrock-AgentCore-Runtime-User-Id": "mallory",
            "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Timezone": "Europe/Berlin",
            "WorkloadAccessToken": "forged",
            "X-Amz-Bedrock-AgentCore-Identity-WAT": "forged",
            "X-Amzn-Bedrock-AgentCore-Runtime-Request-Id": "forged",
            "OAuth2CallbackUrl": "http://evil.example/",
            "Cookie": "a=b",
            "X-Other": "x",
            "baggage": "a=b",
        },
    ).raise_for_status()
    (seen,) = container.seen
    assert seen.pop("workloadaccesstoken") != "forged"
    assert seen.pop("x-amzn-bedrock-agentcore-runtime-request-id") != "forged"
    assert seen.pop(SESSION.lower()) == SESSION_ID
    assert seen.pop("authorization") == bearer["Authorization"]
    assert seen.pop("x-amzn-bedrock-agentcore-runtime-custom-timezone") == "Europe/Berlin"
    assert seen.pop("baggage") == "a=b"
    assert seen.keys() <= {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }


def test_session_id_is_echoed_or_made(http, bearer, path, container):
    assert http.post(path, json={}, headers=bearer | {SESSION: SESSION_ID}).headers[SESSION] == SESSION_ID
    made = http.post(path, json={}, headers=bearer).headers[SESSION]
    assert len(made) >= 33
    assert container.seen[1][SESSION.lower()] == made


@pytest.mark.parametrize("session_id", ["local-dev-session", "s" * 32, "s" * 257])
def test_session_id_of_another_length_is_refused_at_the_edge(http, bearer, path, container, session_id):
    answer = http.post(path, json={}, headers=bearer | {SESSION: session_id})
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (400, "ValidationException")
    assert container.seen == []


def test_chunks_arrive_while_the_container_is_still_speaking(http, bearer, path, container):
    with http.stream("POST", path, json={"do": "stream"}, headers=bearer) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert "X-Secret" not in answer.headers
        chunks = answer.iter_raw()
        assert next(chunks) == b'data: "first"\n\n'
        container.go_on()
        assert next(chunks) == b'data: "second"\n\n'


def test_caller_that_leaves_during_the_stream_ends_the_containers_request(http, bearer, path, container):
    with http.stream("POST", path, json={"do": "stream"}, headers=bearer) as answer:
        next(answer.iter_raw())
    assert container.left.wait(5)


def test_caller_that_leaves_before_the_answer_ends_the_containers_request(http, bearer, path, container):
    with pytest.raises(httpx.ReadTimeout):
        http.post(path, json={"do": "wait"}, headers=bearer, timeout=0.3)
    assert container.left.wait(5)


@pytest.mark.parametrize("status", [400, 422, 500])
def test_containers_failure_is_a_424_with_its_sentence(http, bearer, path, container, status):
    failing = {"do": "fail", "status": status, "body": {"error": "No prompt.", "type": "error"}}
    answer = http.post(path, json=failing, headers=bearer)
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (424, "RuntimeClientError")
    assert answer.json()["message"] == (
        f"Received error ({status}) from runtime. Please check your CloudWatch logs for more information."
        " The container said: No prompt."
    )


def test_containers_failure_without_a_sentence_says_what_aws_says(http, bearer, path, container):
    answer = http.post(path, json={"do": "fail", "status": 500, "body": ["x"]}, headers=bearer)
    assert answer.json()["message"].endswith("CloudWatch logs for more information.")


def test_agent_that_is_not_running_is_a_424_that_says_so(http, bearer, path, listen):
    silent = listen()
    silent.sock.close()
    http.put("/_standin/runtimes/drive_agent", json={"agentUrl": silent.url}).raise_for_status()
    answer = http.post(path, json={}, headers=bearer)
    assert answer.status_code == 424
    assert silent.url in answer.json()["message"]


def test_workload_access_token_of_a_turn_is_for_the_person_of_the_jwt(http, bearer, path, container, client):
    control, data = client("bedrock-agentcore-control"), client("bedrock-agentcore")
    http.post(path, json={}, headers=bearer).raise_for_status()
    control.update_workload_identity(name="drive_agent", allowedResourceOauth2ReturnUrls=["http://localhost/cb"])
    control.create_oauth2_credential_provider(
        name="p",
        credentialProviderVendor="GoogleOauth2",
        oauth2ProviderConfigInput={"googleOauth2ProviderConfig": {"clientId": "c", "clientSecret": "s"}},
    )
    asked = data.get_resource_oauth2_token(
        workloadIdentityToken=container.seen[0]["workloadaccesstoken"],
        resourceCredentialProviderName="p",
        scopes=["s"],
        oauth2Flow="USER_FEDERATION",
        resourceOauth2ReturnUrl="http://localhost/cb",
    )
    assert asked["sessionStatus"] == "IN_PROGRESS"


def test_callback_header_is_injected_only_by_switch(http, bearer, path, container, client):
    control = client("bedrock-agentcore-control")
    control.update_workload_identity(name="drive_agent", allowedResourceOauth2ReturnUrls=["http://localhost/cb"])
    http.post(path, json={}, headers=bearer).raise_for_status()
    http.post("/_standin/switches", json={"inject_oauth2_callback_url": True}).raise_for_status()
    http.post(path, json={}, headers=bearer).raise_for_status()
    assert "oauth2callbackurl" not in container.seen[0]
    assert container.seen[1]["oauth2callbackurl"] == "http://localhost/cb"


def test_runtime_may_be_named_by_id_and_account(http, bearer, container):
    by_id = "/runtimes/drive_agent/invocations"
    assert http.post(by_id, params={"accountId": "123456789012"}, json={}, headers=bearer).status_code == 200
    assert http.post(by_id, params={"accountId": "999999999999"}, json={}, headers=bearer).status_code == 404
    assert http.post("/runtimes/unknown/invocations", json={}, headers=bearer).status_code == 404
    assert http.post(by_id, params={"qualifier": "PROD"}, json={}, headers=bearer).status_code == 404


def test_stopping_a_session_ends_what_runs_in_it(http, bearer, path, container):
    stop = path.replace("/invocations", "/stopruntimesession")
    headers = bearer | {SESSION: SESSION_ID}
    assert http.post(stop, json={}, headers=headers).status_code == 404
    with http.stream("POST", path, json={"do": "stream"}, headers=headers) as answer:
        chunks = answer.iter_raw()
        next(chunks)
        stopped = http.post(stop, json={}, headers=headers)
        assert (stopped.status_code, stopped.headers[SESSION]) == (200, SESSION_ID)
        with pytest.raises(httpx.RemoteProtocolError):
            next(chunks)
    assert container.left.wait(5)
    assert http.post(stop, json={}, headers=headers).status_code == 404
