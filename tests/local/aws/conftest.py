"""One AWS stand-in for the folder, on a free loopback port; every answer to boto3 is held against the service model."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
import uvicorn
from botocore.model import ListShape, MapShape, Shape, StructureShape

from local.aws.app import build_app
from local.aws.cloud import Cloud, Config
from local.people import SAMPLE_PASSWORD

RETURN_URL = "http://localhost:9090/callback"
# Null where the model demands a value, as reported of AWS: samples#656.
KNOWN_BROKEN = "Failed to retrieve token"


@dataclass
class Clock:
    """The time, as far ahead as a test wants it."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Listener:
    sock: socket.socket
    url: str


def listener() -> Listener:
    # Named so that asyncio sets TCP_NODELAY: see `local.aws.__main__`.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return Listener(sock, f"http://127.0.0.1:{sock.getsockname()[1]}")


@pytest.fixture(scope="session")
def listen() -> Callable[[], Listener]:
    return listener


@pytest.fixture(scope="session")
def serve(addresses: dict[str, Listener]) -> Iterator[Callable[..., str]]:
    """Serve an ASGI application in a thread until the session ends; returns its URL."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: Any, at: Listener | None = None) -> str:
        at = at or listener()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at.sock]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        running.append((server, thread))
        return at.url

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def addresses(listen: Any) -> Iterator[dict[str, Listener]]:
    """Free ports, known to the stand-in before anybody serves them."""
    bound = {name: listen() for name in ("aws", "google", "agent")}
    yield bound
    for each in bound.values():
        each.sock.close()


@pytest.fixture(scope="session")
def aws(serve: Any, clock: Clock, addresses: dict[str, Listener]) -> str:
    config = Config(
        origin=addresses["aws"].url,
        google_url=addresses["google"].url,
        agent_url=addresses["agent"].url,
        people=("alice@example.com",),
    )
    return serve(build_app(Cloud(config, clock)), addresses["aws"])


@pytest.fixture(scope="session")
def http(aws: str) -> Iterator[httpx.Client]:
    """Plain HTTP to the stand-in, without cookies of a browser."""
    with httpx.Client(base_url=aws, trust_env=False) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(http: httpx.Client, clock: Clock, checked: list[str]) -> Iterator[None]:
    clock.ahead = timedelta()
    http.cookies.clear()
    http.post("/_standin/reset", json={"moto": False}).raise_for_status()
    checked.clear()
    yield
    assert checked == []


@pytest.fixture(scope="session")
def checked() -> list[str]:
    """What answers had that the service model has not, or the other way round."""
    return []


@pytest.fixture(scope="session")
def environment(aws: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", aws)
        patch.setenv("AWS_ACCESS_KEY_ID", "sample")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "sample")
        patch.setenv("AWS_REGION", "us-west-2")
        patch.setenv("AWS_DEFAULT_REGION", "us-west-2")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield


@pytest.fixture(scope="session")
def client(environment: None, checked: list[str]) -> Iterator[Callable[[str], Any]]:
    """A boto3 client for a service, configured by the environment alone."""
    made: dict[str, Any] = {}

    def make(service: str) -> Any:
        if service not in made:
            made[service] = boto3.client(service)
            if service.startswith("bedrock-agentcore"):
                made[service].meta.events.register("before-parse.*.*", _checker(checked))
        return made[service]

    yield make
    for each in made.values():
        each.close()


def _checker(checked: list[str]) -> Callable[..., None]:
    def check(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        status, body = response_dict["status_code"], response_dict["body"]
        shape = operation_model.output_shape
        if status >= 400:
            code = response_dict["headers"]["x-amzn-errortype"]
            shape = next((known for known in operation_model.error_shapes if known.name == code), None)
            if shape is None:
                checked.append(f"{operation_model.name}: no error {code}")
                return
            if status != shape.metadata["error"]["httpStatusCode"]:
                checked.append(f"{operation_model.name}: {code} with status {status}")
        elif status != operation_model.http["responseCode"]:
            checked.append(f"{operation_model.name}: status {status}")
        if isinstance(body, bytes) and body and KNOWN_BROKEN.encode() not in body:
            checked.extend(f"{operation_model.name}: {each}" for each in differences(shape, json.loads(body)))

    return check


def differences(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Unknown members, missing required ones, and wrong JSON types."""
    if isinstance(shape, StructureShape):
        body = {name for name, member in shape.members.items() if "location" not in member.serialization}
        yield from (f"{path}.{name} is unknown" for name in value.keys() - body)
        yield from (f"{path}.{name} is missing" for name in set(shape.required_members) & body - value.keys())
        for name in value.keys() & body:
            yield from differences(shape.members[name], value[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for item in value:
            yield from differences(shape.member, item, f"{path}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            yield from differences(shape.value, item, f"{path}{{}}")
    else:
        types = {"string": str, "timestamp": (int, float), "boolean": bool, "integer": int, "long": int}
        if not isinstance(value, types[shape.type_name]):
            yield f"{path} is not a {shape.type_name}"


@dataclass
class Pool:
    """A user pool with a confidential and a public client, and people."""

    cognito: Any
    origin: str
    pool_id: str
    web: str
    web_secret: str
    cli: str
    redirect_uri: str = "http://localhost:9090/login/callback"
    people: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"https://cognito-idp.us-west-2.amazonaws.com/{self.pool_id}"

    @property
    def discovery_url(self) -> str:
        return f"{self.origin}/{self.pool_id}/.well-known/openid-configuration"

    def add(self, name: str) -> None:
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}],
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=SAMPLE_PASSWORD, Permanent=True
        )

    def secret_hash(self, name: str) -> str:
        digest = hmac.new(self.web_secret.encode(), (name + self.web).encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()

    def token(self, name: str = "alice@example.com") -> str:
        """An access token by password."""
        answer = self.cognito.initiate_auth(
            ClientId=self.cli,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": SAMPLE_PASSWORD},
        )
        return answer["AuthenticationResult"]["AccessToken"]


@pytest.fixture(scope="session")
def pool(client: Any, aws: str) -> Pool:
    cognito = client("cognito-idp")
    policy = {
        "MinimumLength": 8,
        "RequireUppercase": False,
        "RequireLowercase": False,
        "RequireNumbers": False,
        "RequireSymbols": False,
    }
    pool_id = cognito.create_user_pool(PoolName="drive-agent", Policies={"PasswordPolicy": policy})["UserPool"]["Id"]
    web = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="drive-agent-web",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "profile"],
        CallbackURLs=["http://localhost:9090/login/callback"],
        LogoutURLs=["http://localhost:9090/"],
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    cli = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="drive-agent-cli", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]
    made = Pool(cognito, aws, pool_id, web["ClientId"], web["ClientSecret"], cli["ClientId"])
    made.add("alice@example.com")
    made.add("bob@example.com")
    return made
