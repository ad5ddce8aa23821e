"""The folder and DynamoDB (moto's server, by boto3 and real HTTP) behave alike; what they hold is sealed."""

import base64
import json
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import boto3
import pytest
from a2wsgi import WSGIMiddleware
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callback.errors import CallbackError
from callback.records import BrowserSession, Flow, PendingSignIn, UserProof, sha256
from callback.settings import Settings, SettingsError
from callback.sign_in.tokens import local_person
from callback.state.dynamodb import DynamoDbStore, StateUnavailableError
from callback.state.flows import Flows
from callback.state.sessions import Sessions
from callback.state.store import Records, encrypted, open_store
from tests.callback.servers import Server
from tests.callback.test_settings import LOCAL

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LIFE = timedelta(minutes=5)
KEY = "sample-session-key-sample-session-key"
REGION = "us-west-2"


@dataclass(frozen=True)
class Record:
    text: str
    at: datetime = NOW


@dataclass(frozen=True)
class Place:
    """Where the state is. Every opening is another process, as far as the state is concerned."""

    settings: Settings

    def run(self, work: Callable[..., Awaitable[Any]], openings: int = 1) -> Any:
        async def opened() -> Any:
            async with AsyncExitStack() as close:
                stores = [await close.enter_async_context(open_store(self.settings)) for _ in range(openings)]
                return await work(*stores)

        return anyio.run(opened)


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    # One worker: DynamoDB does one thing after the other to an item, and moto has no lock for that.
    server = Server(WSGIMiddleware(DomainDispatcherApplication(create_backend_app), workers=1))  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "sample")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "sample")
        yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def dynamodb(moto_url: str) -> Iterator[Any]:
    client = boto3.client("dynamodb", endpoint_url=moto_url, region_name=REGION)
    yield client
    for table in client.list_tables()["TableNames"]:
        client.delete_table(TableName=table)
    client.close()


def make_table(client: Any, name: str = "sessions", key: str = "key", kind: str = "S", ttl: str = "ttl") -> None:
    """What docs/settings.md tells one to do."""
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind}],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    if ttl:
        what = {"Enabled": True, "AttributeName": ttl}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=what)


def table_settings(moto_url: str, name: str = "sessions") -> Settings:
    variables = {"DRIVE_AGENT_CALLBACK_STATE": f"dynamodb://{name}", "AWS_ENDPOINT_URL_DYNAMODB": moto_url}
    return Settings.load(LOCAL | variables)


@pytest.fixture
def table(dynamodb: Any, moto_url: str) -> Place:
    make_table(dynamodb)
    return Place(table_settings(moto_url))


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    return Place(Settings.load(LOCAL | {"DRIVE_AGENT_CALLBACK_STATE": str(tmp_path / "state")}))


@pytest.fixture(params=["folder", "table"])
def place(request: pytest.FixtureRequest) -> Place:
    made: Place = request.getfixturevalue(request.param)
    return made


def records(store: Any, key: str = KEY) -> Records[Record]:
    return Records(encrypted(store, key), "samples", Record)


def raced(place: Place, work: Callable[[Any], Awaitable[Any]], racers: int = 4) -> list[Any]:
    """Do the same thing at the same moment in threads that have nothing but the state in common."""
    start, ended = threading.Barrier(racers), []

    async def one(store: Any) -> None:
        await store.get("warm", collection="samples")
        start.wait(10)
        ended.append(await work(store))

    threads = [threading.Thread(target=place.run, args=(one,)) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ended) == racers
    return ended


# --- what both stores do


def test_a_record_is_read_by_another_process_as_it_was_written(place):
    async def work(here, there):
        await records(here).put("handle", Record("café"), LIFE)
        return await records(there).get("handle"), await records(there).get("another")

    assert place.run(work, 2) == (Record("café"), None)


def test_a_record_is_replaced(place):
    async def work(store):
        await records(store).put("handle", Record("first"), LIFE)
        await records(store).put("handle", Record("second"), LIFE)
        return await records(store).get("handle")

    assert place.run(work) == Record("second")


def test_collections_do_not_meet(place):
    async def work(store):
        other = Records(encrypted(store, KEY), "others", Record)
        await records(store).put("handle", Record("mine"), LIFE)
        return await other.get("handle"), await other.delete("handle"), await records(store).get("handle")

    assert place.run(work) == (None, False, Record("mine"))


def test_a_record_that_has_run_out_is_gone_and_nobody_deletes_it(place):
    async def work(store):
        await records(store).put("handle", Record("old"), timedelta(milliseconds=1))
        await anyio.sleep(0.01)
        return await records(store).get("handle"), await records(store).delete("handle")

    assert place.run(work) == (None, False)


def test_a_record_outlives_the_process_that_wrote_it(place):
    place.run(lambda store: records(store).put("handle", Record("kept"), LIFE))
    assert place.run(lambda store: records(store).get("handle")) == Record("kept")


def test_deleting_tells_who_was_first(place):
    async def work(here, there):
        await records(here).put("handle", Record("once"), LIFE)
        return await records(there).delete("handle"), await records(here).delete("handle")

    assert place.run(work, 2) == (True, False)


def test_of_many_processes_that_take_a_record_at_once_one_gets_it(place):
    place.run(lambda store: records(store).put("handle", Record("once"), LIFE))
    taken = raced(place, lambda store: records(store).take("handle"))
    assert [each for each in taken if each is not None] == [Record("once")]


def test_of_many_processes_that_add_a_record_at_once_one_does_and_after_its_time_another(place):
    assert sorted(raced(place, lambda store: records(store).add("handle", Record("mine"), LIFE))) == [False] * 3 + [
        True
    ]
    short = timedelta(seconds=1)

    async def over_and_again(store: Any) -> tuple[bool, bool]:
        kept = encrypted(store, KEY)
        long_ago = datetime.now(UTC) - timedelta(minutes=1)
        return (
            await kept.add("records", "over", 1, short, long_ago),
            await kept.add("records", "over", 2, short, long_ago + timedelta(seconds=30)),
        )

    assert place.run(over_and_again) == (True, True)


def test_of_many_processes_that_take_a_flow_at_once_one_gets_it_and_after_a_crash_one_more(place):
    handle = place.run(lambda store: Flows(encrypted(store, KEY)).open(flow()))
    later = NOW + timedelta(seconds=20)
    first = raced(place, lambda store: Flows(encrypted(store, KEY)).take(handle, NOW))
    meanwhile = raced(place, lambda store: Flows(encrypted(store, KEY)).take(handle, NOW + timedelta(seconds=19)))
    second = raced(place, lambda store: Flows(encrypted(store, KEY)).take(handle, later))
    third = raced(place, lambda store: Flows(encrypted(store, KEY)).take(handle, later + timedelta(minutes=1)))
    won = [[each for each in got if each is not None] for got in (first, meanwhile, second, third)]
    assert won == [[flow()], [], [replace(flow(), is_retry=True)], []]


def test_of_many_processes_that_get_the_answer_of_a_sign_in_at_once_one_goes_on(place):
    async def begin(store):
        sessions = Sessions(encrypted(store, KEY))
        handle, _ = await sessions.begin(NOW)
        await sessions.open_sign_in(handle, NOW, "state", PendingSignIn("n", "v", "/", sha256(handle), NOW))
        return handle

    handle = place.run(begin)
    taken = raced(place, lambda store: Sessions(encrypted(store, KEY)).take_sign_in(handle, NOW, "state"))
    assert len([each for each in taken if each is not None]) == 1


def test_a_session_that_ends_in_one_process_is_not_written_back_by_another(place):
    """The other one has read it before the end, and writes it after."""

    async def work(here, there):
        ending, changing = Sessions(encrypted(here, KEY)), Sessions(encrypted(there, KEY))
        handle, _ = await ending.begin(NOW)

        async def change(current):
            await ending.end(handle, NOW)
            return replace(current, name="written after the end")

        await changing.change(handle, NOW, lambda current: replace(current, person=local_person("local")))
        changed = await changing.change_person(handle, NOW, change)
        return changed, await ending.find(handle, NOW), await changing.find(handle, NOW)

    assert place.run(work, 2) == (None, None, None)


# --- what is in the store


async def stored(store: Any) -> dict[str, Any]:
    await records(store).put("handle", Record("secret text"), LIFE)
    found: dict[str, Any] = await store.get(sha256("handle"), collection="samples")
    return found


def test_neither_text_nor_handle_can_be_read_in_the_store(place):
    held = json.dumps(place.run(stored))
    assert "secret" not in held
    assert "handle" not in held
    token = json.loads(held)["sealed"]
    assert b"secret" not in base64.urlsafe_b64decode(token)


def test_after_a_change_of_the_key_records_count_as_missing(place):
    async def work(store):
        await records(store).put("handle", Record("x"), LIFE)
        return await records(store, KEY[::-1]).get("handle"), await records(store).get("handle")

    assert place.run(work) == (None, Record("x"))


@pytest.mark.parametrize(
    "planted",
    [
        {"text": "planted", "at": NOW.isoformat()},
        {"place": ["samples", sha256("handle")], "value": {"text": "planted", "at": NOW.isoformat()}},
        {"sealed": "gAAAAA"},
        {"sealed": ""},
        {"sealed": None},
        {},
    ],
)
def test_what_somebody_else_has_put_into_the_store_counts_as_missing(folder, planted):
    async def work(store):
        await store.put(sha256("handle"), planted, collection="samples")
        return await records(store).get("handle")

    assert folder.run(work) is None


@pytest.mark.parametrize(("collection", "handle"), [("samples", "mine"), ("others", "theirs")])
def test_a_record_that_was_moved_to_another_place_counts_as_missing(folder, collection, handle):
    async def work(store):
        await records(store).put("theirs", Record("x"), LIFE)
        held = await store.get(sha256("theirs"), collection="samples")
        await store.put(sha256(handle), held, collection=collection)
        return await Records(encrypted(store, KEY), collection, Record).get(handle)

    assert folder.run(work) is None


def test_a_record_of_another_shape_counts_as_missing(folder):
    async def work(store):
        await records(store).put("handle", Record("x"), LIFE)
        return await Records(encrypted(store, KEY), "samples", BrowserSession).get("handle")

    assert folder.run(work) is None


DEEP = "[" * 5_000 + "]" * 5_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{broken",
        "[]",
        "5",
        "{}",
        '{"value": []}',
        '{"value": {}, "expires_at": 5}',
        '{"value": {}, "expires_at": "2126-01-01T00:00:00"}',
        pytest.param("9" * 5_000, id="a long number"),
        pytest.param(f'{{"value": {{"sealed": {DEEP}}}}}', id="deep"),
        pytest.param(f'{{"value": {{"sealed": {"[" * 200 + "]" * 200}}}}}', id="less deep"),
        '{"value": {"sealed": "\\ud800"}}',
    ],
)
def test_a_record_that_is_damaged_counts_as_missing_and_can_be_replaced(request, place, text):
    """As bytes on the disk, below what a store would write itself."""
    place.run(lambda store: records(store).put("handle", Record("x"), LIFE))
    if place.settings.state_table is None:
        with sqlite3.connect(place.settings.state_dir / "cache.db") as database:
            assert database.execute("UPDATE Cache SET value = ?", (text,)).rowcount == 1
        database.close()
    else:
        item = {"key": {"S": f"samples/{sha256('handle')}"}, "value": {"S": text}}
        request.getfixturevalue("dynamodb").put_item(TableName="sessions", Item=item)

    async def work(store):
        found = await records(store).get("handle"), await records(store).take("handle")
        await records(store).put("handle", Record("new"), LIFE)
        return *found, await records(store).get("handle")

    assert place.run(work) == (None, None, Record("new"))


def test_deleting_a_damaged_item_of_the_table_is_nobodys_success(table, dynamodb):
    item = {"key": {"S": f"samples/{sha256('handle')}"}, "value": {"S": "{broken"}}
    dynamodb.put_item(TableName="sessions", Item=item)
    assert table.run(lambda store: records(store).delete("handle")) is False


# --- the table


def test_an_item_has_one_key_and_the_time_from_which_dynamodb_may_remove_it(table, dynamodb):
    before = datetime.now(UTC)
    table.run(lambda store: records(store).put("handle", Record("secret text"), LIFE))
    [item] = dynamodb.scan(TableName="sessions")["Items"]
    assert item["key"] == {"S": f"samples/{sha256('handle')}"}
    assert set(item) == {"key", "value", "ttl"}
    ends = datetime.fromtimestamp(int(item["ttl"]["N"]), UTC)
    assert before + LIFE <= ends <= datetime.now(UTC) + LIFE + timedelta(seconds=1)
    assert "secret" not in item["value"]["S"]


def test_a_table_that_is_missing_is_told_at_the_start(dynamodb, moto_url):
    with pytest.raises(SettingsError, match=r"DRIVE_AGENT_CALLBACK_STATE.*'nowhere'.*ResourceNotFound.*settings\.md"):
        Place(table_settings(moto_url, "nowhere")).run(stored)


@pytest.mark.parametrize(("key", "kind"), [("id", "S"), ("key", "N")])
def test_a_table_with_another_key_is_told_at_the_start(dynamodb, moto_url, key, kind):
    make_table(dynamodb, key=key, kind=kind)
    with pytest.raises(SettingsError, match="must have the partition key 'key'"):
        Place(table_settings(moto_url)).run(stored)


@pytest.mark.parametrize(("ttl", "warnings"), [("ttl", 0), ("", 1), ("expires", 1)])
def test_a_table_that_never_removes_anything_is_worth_a_warning(dynamodb, moto_url, caplog, ttl, warnings):
    make_table(dynamodb, ttl=ttl)
    Place(table_settings(moto_url)).run(stored)
    assert len([line for line in caplog.records if line.name == "callback.state.dynamodb"]) == warnings


def test_a_table_that_goes_away_later_is_an_error_with_a_page(table, dynamodb):
    async def work(store):
        dynamodb.delete_table(TableName="sessions")
        await store.get("x", collection="samples")

    with pytest.raises(StateUnavailableError) as refusal:
        table.run(work)
    assert isinstance(refusal.value, CallbackError)
    assert refusal.value.status == 503
    assert str(refusal.value) == "state_unavailable"


@dataclass
class Failing:
    """A DynamoDB that answers with an error as often as it is told, then with nothing found."""

    failures: int
    status: int = 500
    code: str = "InternalServerError"
    asked: int = 0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        content = "application/x-amz-json-1.0"
        if self.asked > self.failures:
            return Response("{}", media_type=content)
        return Response(json.dumps({"__type": f"x#{self.code}"}), self.status, media_type=content)


@pytest.fixture
def failing(moto_url: str) -> Iterator[Callable[..., tuple[Failing, Callable[..., Any]]]]:
    servers: list[Server] = []

    def make(*args: Any) -> tuple[Failing, Callable[..., Any]]:
        trouble = Failing(*args)
        servers.append(Server(Starlette(routes=[Route("/", trouble.answer, methods=["POST"])])))
        url = f"http://127.0.0.1:{servers[-1].port}"

        def run(work: Callable[[DynamoDbStore], Awaitable[Any]]) -> Any:
            async def opened() -> Any:
                store = DynamoDbStore("sessions", REGION, url)
                try:
                    return await work(store)
                finally:
                    store.close()

            return anyio.run(opened)

        return trouble, run

    yield make
    for server in servers:
        server.stop()


def test_a_read_is_tried_again(failing):
    trouble, run = failing(1)
    assert run(lambda store: store.get("x", collection="samples")) is None
    assert trouble.asked == 2


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalServerError"), (400, "ProvisionedThroughputExceededException")]
)
def test_a_deletion_is_asked_for_once_because_a_second_answer_would_say_that_nobody_won(failing, status, code):
    trouble, run = failing(1, status, code)
    with pytest.raises(StateUnavailableError):
        run(lambda store: store.delete("x", collection="samples"))
    assert trouble.asked == 1


@pytest.mark.parametrize(
    ("work", "times"),
    [
        (lambda flows: flows.find("handle"), 3),
        (lambda flows: flows.take("handle", NOW), 3),
        (lambda flows: flows.open(flow()), 3),
        (lambda flows: flows.done("handle"), 1),
    ],
)
def test_what_fails_with_a_flow_or_its_lease_is_an_error_with_a_page_after_three_tries(failing, work, times):
    trouble, run = failing(99)
    with pytest.raises(StateUnavailableError):
        run(lambda store: work(Flows(encrypted(store, KEY))))
    assert trouble.asked == times


def test_credentials_that_cannot_be_had_are_an_error_with_a_page(moto_url, monkeypatch, tmp_path):
    """boto3 lets an error of its own out where it is a file that is missing."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/sample")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "missing"))

    async def work() -> None:
        store = DynamoDbStore("sessions", REGION, moto_url)
        try:
            await store.get("x", collection="samples")
        finally:
            store.close()

    with pytest.raises(StateUnavailableError) as refusal:
        anyio.run(work)
    assert isinstance(refusal.value.__cause__, FileNotFoundError)


def test_a_dynamodb_that_is_away_is_an_error_with_a_page(moto_url):
    async def work() -> None:
        store = DynamoDbStore("sessions", REGION, "http://127.0.0.1:1")
        try:
            await store.delete("x", collection="samples")
        finally:
            store.close()

    with pytest.raises(StateUnavailableError):
        anyio.run(work)


def flow() -> Flow:
    return Flow(
        state_sha256=sha256("state"),
        session_uri="urn:ietf:params:oauth:request_uri:sample",
        auth_url="https://bedrock-agentcore.example/authorize",
        ask="details",
        user_key="key",
        proof=UserProof("userToken", "sample"),
        runtime_session="conversation-0123456789",
        created=NOW,
    )
