import json

import httpx
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.exceptions import ClientError, EventStreamError
from botocore.validate import ParamValidator

from local.aws.bedrock import eventstream
from tests.local.bedrock.samples import BEN, MODEL_ID, SYSTEM, TOOL_CONFIG, assistant, result, use, user

SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=sample"}


def ask(client, *messages, **more):
    return client.converse(
        modelId=MODEL_ID,
        messages=list(messages),
        system=[{"text": SYSTEM}, {"cachePoint": {"type": "default"}}],
        toolConfig={"tools": [*TOOL_CONFIG["tools"], {"cachePoint": {"type": "default"}}]},
        **more,
    )


def assert_fits_the_model(client, operation, answer):
    shape = client.meta.service_model.operation_model(operation).output_shape
    body = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    report = ParamValidator().validate(body, shape)
    assert not report.has_errors(), report.generate_report()


def stream(client, text="find the budget", **more):
    answer = client.converse_stream(
        modelId=MODEL_ID, messages=[user(text)], system=[{"text": SYSTEM}], toolConfig=TOOL_CONFIG, **more
    )
    return list(answer["stream"])


def test_a_question_is_answered_with_a_tool_call_that_fits_botocores_model(client):
    answer = ask(client, user("find the budget"), inferenceConfig={"temperature": 0.2, "maxTokens": 500})
    assert_fits_the_model(client, "Converse", answer)
    [block] = answer["output"]["message"]["content"]
    assert block["toolUse"]["name"] == "search_files"
    assert block["toolUse"]["input"] == {"words": "budget"}
    assert answer["stopReason"] == "tool_use"
    assert answer["ResponseMetadata"]["RequestId"]


def test_a_tool_result_is_answered_with_text(client):
    answer = ask(client, user("find the budget"), assistant(use("t1", words="budget")), user(result("t1", BEN)))
    assert_fits_the_model(client, "Converse", answer)
    assert "1. [1]" in answer["output"]["message"]["content"][0]["text"]
    assert answer["stopReason"] == "end_turn"


def test_tokens_are_estimated_from_everything_that_is_said(client):
    short = ask(client, user("find the budget"))["usage"]
    long = ask(client, user("find the budget " + "x" * 4000))["usage"]
    assert long["inputTokens"] - short["inputTokens"] == 1000
    assert short["totalTokens"] == short["inputTokens"] + short["outputTokens"]


def test_a_stream_has_the_events_of_the_model_in_their_order(client):
    events = stream(client)
    names = [next(iter(event)) for event in events]
    assert names[0] == "messageStart"
    assert names[1] == "contentBlockStart"
    assert names[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    shape = client.meta.service_model.shape_for("ConverseStreamOutput")
    for event in events:
        [(name, payload)] = event.items()
        assert not ParamValidator().validate(payload, shape.members[name]).has_errors()
    parts = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    assert json.loads("".join(part["toolUse"]["input"] for part in parts)) == {"words": "budget"}
    assert events[-1]["metadata"]["usage"]["totalTokens"] > 0


def test_text_is_streamed_in_small_chunks(client):
    parts = [
        event["contentBlockDelta"]["delta"]["text"] for event in stream(client, "hello") if "contentBlockDelta" in event
    ]
    assert len(parts) > 3
    assert max(map(len, parts)) <= 16
    assert "".join(parts).startswith("Hello!")


def test_a_reply_longer_than_max_tokens_is_cut_and_says_so(client):
    answer = ask(client, user("hello"), inferenceConfig={"maxTokens": 5})
    assert answer["stopReason"] == "max_tokens"
    assert len(answer["output"]["message"]["content"][0]["text"]) == 20


def test_a_model_id_may_be_an_arn_with_slashes_and_colons(client, admin):
    arn = f"arn:aws:bedrock:us-west-2:123456789012:inference-profile/{MODEL_ID}"
    client.converse(modelId=arn, messages=[user("hello")])
    [request] = admin.get("/_standin/model-requests").json()["requests"]
    assert request["modelId"] == arn


def test_additional_fields_and_thinking_are_accepted(client):
    ask(client, user("hello"), additionalModelRequestFields={"thinking": {"type": "disabled"}})


def test_an_unsigned_request_is_refused(url):
    answer = httpx.post(f"{url}/model/{MODEL_ID}/converse", json={"messages": [user("hello")]})
    assert answer.status_code == 403
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


def test_a_body_that_is_not_json_is_refused_with_a_sentence(url):
    answer = httpx.post(f"{url}/model/{MODEL_ID}/converse-stream", content=b"{", headers=SIGNED)
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, "ValidationException")
    assert answer.json() == {"message": "The request body must be a JSON object."}


def test_the_last_200_requests_are_kept_for_leak_searches(client, admin):
    for number in range(201):
        client.converse(modelId=MODEL_ID, messages=[user(f"hello {number}")])
    requests = admin.get("/_standin/model-requests").json()["requests"]
    assert len(requests) == 200
    assert requests[-1]["body"]["messages"][0]["content"][0]["text"] == "hello 200"
    assert "hello 0" not in [request["body"]["messages"][0]["content"][0]["text"] for request in requests]
    admin.delete("/_standin/model-requests")
    assert admin.get("/_standin/model-requests").json() == {"requests": []}


def test_refused_requests_are_kept_too(client, admin):
    with pytest.raises(ClientError):
        client.converse(modelId=MODEL_ID, messages=[assistant("canary")])
    assert "canary" in admin.get("/_standin/model-requests").text


def test_a_scripted_turn_wins_over_the_planner_and_is_played_once(client, admin):
    admin.post("/_standin/model-script", json={"turns": [[{"text": "Scripted."}]]})
    first, second = (ask(client, user("find the budget")) for _ in range(2))
    assert first["output"]["message"]["content"] == [{"text": "Scripted."}]
    assert second["stopReason"] == "tool_use"


def test_a_scripted_tool_call_gets_an_id_unless_it_has_one(client, admin):
    turns = [[{"toolUse": {"name": "list_files", "input": {}}}], [use("mine")]]
    admin.post("/_standin/model-script", json={"turns": turns})
    first, second = (ask(client, user("hello"))["output"]["message"]["content"][0]["toolUse"] for _ in range(2))
    assert first["toolUseId"].startswith("tooluse_")
    assert second["toolUseId"] == "mine"


def test_a_throttled_turn_answers_429_as_often_as_asked(client, admin):
    admin.post("/_standin/model-script", json={"turns": [{"fault": "throttle", "times": 2}]})
    for _ in range(2):
        with pytest.raises(client.exceptions.ThrottlingException) as error:
            stream(client)
        assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert stream(client)


def test_a_server_error_answers_500(client, admin):
    admin.post("/_standin/model-script", json={"turns": [{"fault": "server_error"}]})
    with pytest.raises(client.exceptions.InternalServerException):
        ask(client, user("hello"))


def test_a_stream_error_breaks_the_stream_after_some_text(client, admin):
    admin.post("/_standin/model-script", json={"turns": [{"content": [{"text": "x" * 100}], "fault": "stream_error"}]})
    answer = client.converse_stream(modelId=MODEL_ID, messages=[user("hello")])
    heard = []
    with pytest.raises(EventStreamError, match="modelStreamErrorException"):
        heard.extend(answer["stream"])
    answer["stream"].close()
    assert any("contentBlockDelta" in event for event in heard)


def test_a_slow_turn_reports_its_time(client, admin):
    admin.post("/_standin/model-script", json={"default": {"first_byte_s": 0.05}})
    assert stream(client, "hello")[-1]["metadata"]["metrics"]["latencyMs"] >= 50
    admin.delete("/_standin/model-script")
    admin.post("/_standin/model-script", json={"turns": [{"delay_s": 0.01}]})
    assert stream(client, "thanks")[-1]["metadata"]["metrics"]["latencyMs"] >= 40


@pytest.mark.parametrize(
    "script",
    [
        [],
        {"turn": []},
        {"turns": "x"},
        {"turns": [{"fault": "explode"}]},
        {"turns": [{"content": []}]},
        {"turns": [[{"text": ""}]]},
        {"turns": [[{"image": {}}]]},
        {"turns": [{"delay_s": -1}]},
        {"turns": [{"times": 0}]},
    ],
)
def test_a_script_that_cannot_be_played_is_refused_and_changes_nothing(admin, script):
    assert admin.post("/_standin/model-script", json=script).status_code == 400
    assert admin.post("/_standin/model-script", json={}).json() == {"queued": 0}


def test_frames_are_decoded_by_botocore_whatever_they_hold():
    buffer = EventStreamBuffer()
    buffer.add_data(eventstream.event("messageStart", {"role": "日本語 \x00"}))
    buffer.add_data(eventstream.exception("throttlingException", "slow"))
    first, second = (message.to_response_dict() for message in buffer)
    assert json.loads(first["body"]) == {"role": "日本語 \x00"}
    assert second["headers"][":exception-type"] == "throttlingException"
