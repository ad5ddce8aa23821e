import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EventStreamError
from strands import Agent, ModelRetryStrategy, tool
from strands.models import BedrockModel
from strands.models.model import CacheConfig
from strands.types.exceptions import ModelThrottledException

from tests.local.bedrock.samples import BEN, DETAILS, MODEL_ID, NOT_CONNECTED, RECENT, SYSTEM


def build(url: str, session: boto3.Session, *, connected: bool = True) -> Agent:
    """A Strands agent with tools of the product's schema and the real Bedrock model class."""

    def answer(text: str) -> dict:
        shown = text if connected else NOT_CONNECTED
        return {"status": "success" if connected else "error", "content": [{"text": shown}]}

    @tool
    def list_files(view: str = "recent", folder: str = "", kind: str = "any", order: str = "", limit: int = 20) -> dict:
        """List files."""
        return answer(RECENT)

    @tool
    def search_files(
        words: str = "", content: str = "", phrase: str = "", kind: str = "any", owner: str = "", changed_by: str = "",
        modified: str = "", created: str = "", opened: str = "", folder: str = "", shared_with_me: bool = False,
        starred: bool = False, trash: str = "exclude", order: str = "", limit: int = 20,
    ) -> dict:  # fmt: skip
        """Find files."""
        return answer(BEN)

    @tool
    def get_file(file: str) -> dict:
        """Show one file."""
        return answer(DETAILS)

    model = BedrockModel(
        model_id=MODEL_ID,
        boto_session=session,
        endpoint_url=url,
        boto_client_config=Config(retries={"total_max_attempts": 1}),
        cache_config=CacheConfig(strategy="auto"),
    )
    return Agent(
        model=model,
        tools=[list_files, search_files, get_file],
        system_prompt=SYSTEM,
        callback_handler=None,
        retry_strategy=ModelRetryStrategy(max_attempts=2, initial_delay=0, max_delay=0),
    )


def calls(agent: Agent) -> list[tuple[str, dict]]:
    uses = (block["toolUse"] for message in agent.messages for block in message["content"] if "toolUse" in block)
    return [(use["name"], use["input"]) for use in uses]


def test_a_strands_agent_asks_calls_and_answers(url, session):
    agent = build(url, session)
    answer = str(agent("which spreadsheets did Ben change last week?"))
    assert calls(agent) == [
        (
            "search_files",
            {"kind": "spreadsheet", "changed_by": "Ben", "modified": "2026-11-09..2026-11-15"},
        )
    ]
    assert answer.startswith("Ben changed 3 spreadsheets between 9 and 15 November:\n1. [1]")


def test_two_questions_become_two_calls_in_one_message_and_one_answer(url, session):
    agent = build(url, session)
    answer = str(agent("find the budget and list my recent files"))
    assert [name for name, _ in calls(agent)] == ["search_files", "list_files"]
    assert len(agent.messages) == 4
    assert "1. [1]" in answer
    assert "4. [6]" in answer


def test_a_whole_conversation_stays_valid(url, session):
    agent = build(url, session)
    for text in ("hello", "find the budget", "open the second one's folder", "thanks", "最近開いたファイル"):
        agent(text)
    assert [arguments for _, arguments in calls(agent)] == [{"words": "budget"}, {"folder": "[2]"}, {}]


def test_a_question_about_a_file_that_was_listed_is_answered_with_its_details(url, session):
    agent = build(url, session)
    agent("find the budget")
    assert str(agent("who can see the first one?")).startswith("Who can see [1]: Alice Archer")
    assert calls(agent)[-1] == ("get_file", {"file": "[1]"})


def test_a_tool_that_is_not_connected_is_answered_kindly(url, session):
    assert "not connected" in str(build(url, session, connected=False)("find the budget"))


def test_throttling_reaches_strands_as_throttling(url, session, admin):
    admin.post("/_standin/model-script", json={"turns": [{"fault": "throttle", "times": 2}]})
    with pytest.raises(ModelThrottledException):
        build(url, session)("hello")


def test_a_broken_stream_reaches_strands_as_an_error(url, session, admin, open_streams_are_dropped):
    admin.post("/_standin/model-script", json={"turns": [{"fault": "stream_error"}]})
    with pytest.raises(EventStreamError):
        build(url, session)("hello")
