import httpx
import pytest

from tests.local.bedrock.samples import MODEL_ID, TOOL_CONFIG, assistant, result, use, user

ASKED = [user("find"), assistant(use("t1"))]


def post(url, body, model_id=MODEL_ID):
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=sample"}
    return httpx.post(f"{url}/model/{model_id}/converse", json=body, headers=headers)


REFUSED = {
    "no messages": ([], "must start with a user message"),
    "the assistant begins": ([assistant("hi"), user("hi")], "must start with a user message"),
    "two user messages in a row": ([user("a"), user("b")], "must alternate"),
    "two assistant messages in a row": ([user("a"), assistant("b"), assistant("c"), user("d")], "must alternate"),
    "the assistant ends": ([user("a"), assistant("b")], "must end with a user message"),
    "an empty message": ([user("a"), assistant(), user("b")], "messages.1 is empty"),
    "a blank text": ([user(" \n")], "messages.0.content.0 is blank"),
    "no result for a tool call": ([*ASKED, user("never mind")], "Expected toolResult blocks at messages.2.content"),
    "a result for another call": ([*ASKED, user(result("t2", "x"))], "for the following Ids: t1"),
    "a result too many": ([*ASKED, user(result("t1", "x"), result("t2", "x"))], "exceeds the number of toolUse"),
    "a result twice": ([*ASKED, user(result("t1", "x"), result("t1", "x"))], "duplicate Ids: t1"),
    "a result out of nowhere": ([user(result("t1", "x"))], "exceeds the number of toolUse"),
    "text before the result": ([*ASKED, user("hm", result("t1", "x"))], "must come before"),
    "a call id used twice": (
        [*ASKED, user(result("t1", "x")), assistant(use("t1")), user(result("t1", "x"))],
        "duplicate Ids: t1",
    ),
    "a tool call by the user": ([user(use("t1"))], "cannot hold toolUse"),
    "an unknown role": ([{"role": "system", "content": [{"text": "a"}]}], "messages.role"),
    "a field of the wrong type": ([{"role": "user", "content": "a"}], "Invalid type for parameter messages"),
    "a tool use id with spaces": ([user("a"), assistant(use("t 1")), user(result("t 1", "x"))], "toolUseId"),
    "five cache points": ([user("a", *[{"cachePoint": {"type": "default"}}] * 5)], "maximum of 4 cache points"),
}


@pytest.mark.parametrize(("messages", "sentence"), REFUSED.values(), ids=REFUSED)
def test_a_history_that_bedrock_would_refuse_is_refused_with_its_reason(url, messages, sentence):
    answer = post(url, {"messages": messages, "toolConfig": TOOL_CONFIG})
    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (400, "ValidationException")
    assert sentence in answer.json()["message"]


def test_tool_blocks_in_the_history_need_a_tool_config(url):
    answer = post(url, {"messages": [*ASKED, user(result("t1", "x"))]})
    assert answer.json() == {
        "message": "The toolConfig field must be defined when using toolUse and toolResult content blocks."
    }


@pytest.mark.parametrize(
    "model_id", ["claude", "no spaces allowed", "arn:aws:s3:::bucket", "arn:aws:bedrock:us-west-2:1:agent%2Fx"]
)
def test_a_model_id_of_an_unknown_shape_is_refused(url, model_id):
    answer = post(url, {"messages": [user("hello")]}, model_id)
    assert answer.json() == {"message": "The provided model identifier is invalid."}


@pytest.mark.parametrize("model_id", [MODEL_ID, "anthropic.claude-3-5-sonnet-20240620-v1:0", "amazon.nova-lite-v1:0"])
def test_model_ids_of_bedrocks_shapes_are_accepted(url, model_id):
    assert post(url, {"messages": [user("hello")]}, model_id).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"inferenceConfig": {"maxTokens": 0}},
        {"inferenceConfig": {"temperature": 2}},
        {"toolConfig": {"tools": []}},
        {"toolConfig": {"tools": TOOL_CONFIG["tools"][:1] * 2}},
        {"madeUp": True},
    ],
)
def test_settings_out_of_range_are_refused(url, wrong):
    assert post(url, {"messages": [user("hello")], **wrong}).status_code == 400


def test_text_behind_tool_results_is_accepted(url):
    messages = [*ASKED, user(result("t1", "Not connected: x", "error"), "never mind")]
    assert post(url, {"messages": messages, "toolConfig": TOOL_CONFIG}).status_code == 200
