"""A stand-in for AWS, over HTTP: moto for Cognito, a page of our own for AgentCore's control plane."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.clients import Clients
from deploy.settings import SetupOptions

ARN_OF_VAULT = "arn:aws:acps:us-west-2:123456789012:token-vault/default"
ARN_OF_DIRECTORY = "arn:aws:bedrock-agentcore:us-west-2:123456789012:workload-identity-directory/default"
READS = ("Get", "List", "Describe", "AdminGet", "Initiate")
IMPATIENT = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})


@dataclass
class StandIn:
    """`calls` holds the operations in order; `faults` maps an operation to (status, code, message)."""

    url: str = ""
    calls: list[str] = field(default_factory=list)
    faults: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    workloads: dict[str, dict[str, Any]] = field(default_factory=dict)
    runtimes: list[dict[str, Any]] = field(default_factory=list)
    given_secrets: list[str] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(READS)]

    def answer(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = body.get("name", "")
        if operation == "ListAgentRuntimes":
            return 200, {"agentRuntimes": self.runtimes}
        store = self.providers if operation.endswith("Oauth2CredentialProvider") else self.workloads
        if operation.startswith("Create"):
            if name in store:
                return 409, {"__type": "ConflictException", "message": "it exists"}
        elif name not in store:
            return 404, {"__type": "ResourceNotFoundException", "message": "no such thing"}
        if not operation.startswith("Get"):
            store[name] = self._provider(body) if store is self.providers else self._workload(body)
        return (201 if operation.startswith("Create") else 200), store[name]

    def _provider(self, body: dict[str, Any]) -> dict[str, Any]:
        google = body["oauth2ProviderConfigInput"]["googleOauth2ProviderConfig"]
        self.given_secrets.append(google["clientSecret"])
        return {
            "name": body["name"],
            "credentialProviderVendor": body["credentialProviderVendor"],
            "credentialProviderArn": f"{ARN_OF_VAULT}/oauth2credentialprovider/x",
            "clientSecretArn": {"secretArn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:x"},
            "callbackUrl": "https://bedrock-agentcore.us-west-2.amazonaws.com/identities/oauth2/callback/sample",
            "oauth2ProviderConfigOutput": {
                "googleOauth2ProviderConfig": {
                    "oauthDiscovery": {"discoveryUrl": "https://accounts.google.com/.well-known/openid-configuration"},
                    "clientId": google["clientId"],
                }
            },
            "status": "READY",
            "createdTime": 1.0,
            "lastUpdatedTime": 1.0,
        }

    @staticmethod
    def _workload(body: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": body["name"],
            "workloadIdentityArn": ARN_OF_DIRECTORY,
            "allowedResourceOauth2ReturnUrls": body.get("allowedResourceOauth2ReturnUrls", []),
            "createdTime": 1.0,
            "lastUpdatedTime": 1.0,
        }


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None: ...


@dataclass
class _Server:
    url: str
    stand_in: StandIn


@pytest.fixture(scope="session")
def _server() -> Iterator[_Server]:
    """One server for all tests; each puts a new `StandIn` behind it."""
    moto_app = DomainDispatcherApplication(create_backend_app)
    held = _Server("", StandIn())

    def app(environ: WSGIEnvironment, start: StartResponse) -> Any:
        path, target = environ["PATH_INFO"], environ.get("HTTP_X_AMZ_TARGET", "")
        operation = (target.rpartition(".") if target else path.rpartition("/"))[2] or "ListAgentRuntimes"
        held.stand_in.calls.append(operation)
        if operation in held.stand_in.faults:
            status, code, message = held.stand_in.faults[operation]
            body: dict[str, Any] = {"__type": code, "message": message}
        elif path.startswith(("/identities/", "/runtimes")):
            size = int(environ.get("CONTENT_LENGTH") or 0)
            status, body = held.stand_in.answer(operation, json.loads(environ["wsgi.input"].read(size) or b"{}"))
        else:
            return moto_app(environ, start)
        start(f"{status} -", [("Content-Type", "application/json"), ("x-amzn-ErrorType", body.get("__type", ""))])
        return [json.dumps(body).encode()]

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield held
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def aws(_server: _Server) -> Iterator[StandIn]:
    _server.stand_in = StandIn(url=_server.url)
    yield _server.stand_in
    _reset_moto()


def _reset_moto() -> None:
    from moto.core.model_instances import reset_model_data
    from moto.moto_api._internal.models import moto_api_backend

    moto_api_backend.reset()
    reset_model_data()


@pytest.fixture(scope="session")
def _clients(_server: _Server) -> Clients:
    return Clients.connect("us-west-2", _server.url, IMPATIENT)


@pytest.fixture
def clients(aws: StandIn, _clients: Clients) -> Clients:
    return _clients


@pytest.fixture
def options(aws: StandIn, tmp_path: Any) -> Callable[..., SetupOptions]:
    """Build `SetupOptions` for the stand-in; `env` adds to the environment, the rest are arguments."""

    def build(env: dict[str, str] | None = None, **arguments: Any) -> SetupOptions:
        environ = {"AWS_ENDPOINT_URL": aws.url, "DRIVE_AGENT_SETTINGS": str(tmp_path / "state" / "settings.env")}
        return SetupOptions.load(environ | (env or {}), **arguments)

    return build
