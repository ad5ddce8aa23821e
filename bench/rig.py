"""The stack under measurement: both stand-ins, the agent and the callback on free ports, with one person connected."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx

from bench.client import AgentClient, BenchError
from local import children
from local.browser import Browser
from local.demo import choose_account
from local.people import PEOPLE
from local.stack import REGION, ROOT, Options, Ports, Stack
from tools.files import LIST_FIELDS
from tools.scopes import METADATA_SCOPE

QUESTION = "which files did I open last?"
USER = "local"  # the person at this computer, by the name that the agent's settings give them
WORKLOAD = "drive-agent-local"
PROVIDER = "google-drive-provider"

_MANY = 1_000_000  # the AWS stand-in counts faults down and knows no "until cleared"


@dataclass(frozen=True, slots=True)
class Latency:
    """How long each service lets a call wait, in seconds."""

    identity_s: float = 0.0
    drive_s: float = 0.0
    model_s: float = 0.0


AS_IN_LIFE = Latency(identity_s=0.2, drive_s=0.3, model_s=0.5)


class Rig:
    """A running stack, and what the bench needs to act as the Runtime for one connected person."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._agents: dict[str, children.Child] = {}
        self._http = httpx.Client(trust_env=False, timeout=30.0)
        self._identity = boto3.client(
            "bedrock-agentcore",
            endpoint_url=stack.aws_url,
            region_name=REGION,
            aws_access_key_id="sample",
            aws_secret_access_key="sample",  # noqa: S106 - says so
        )

    def close(self) -> None:
        """Close the connections."""
        self._identity.close()
        self._http.close()

    def client(self, base_url: str = "") -> AgentClient:
        """Return a connection to an agent's port (the product's unless named), with a workload access token."""
        return AgentClient(base_url or self.stack.agent_url, self.runtime_headers())

    def runtime_headers(self) -> dict[str, str]:
        """Return what the Runtime adds for an IAM caller: a workload access token, and the user's id beside it."""
        return {
            "WorkloadAccessToken": self._workload_access_token(),
            "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id": USER,
        }

    def access_token(self) -> str:
        """Return the connected person's Google access token, for a baseline that asks no vault."""
        answer = self._identity.get_resource_oauth2_token(
            workloadIdentityToken=self._workload_access_token(),
            resourceCredentialProviderName=PROVIDER,
            scopes=[METADATA_SCOPE],
            oauth2Flow="USER_FEDERATION",
            resourceOauth2ReturnUrl=f"{self.stack.callback_url}/callback",
            customParameters={"access_type": "offline", "prompt": "consent select_account"},
        )
        return str(answer["accessToken"])

    @contextlib.contextmanager
    def agent(self, name: str, command: list[str]) -> Iterator[str]:
        """Run another agent beside the stack's, with a state of its own; yield its address when it answers."""
        port, home = Ports.free().agent, self.stack.options.home
        url = f"http://127.0.0.1:{port}"
        environ = self.stack.agent_environ() | {"PORT": str(port), "DRIVE_AGENT_STATE": str(home / name)}
        child = children.start(
            name,
            [sys.executable, *command],
            environ=environ,
            cwd=ROOT,
            log=home / "logs" / f"{name}.log",
            health_url=f"{url}/ping",
        )
        self._agents[name] = child
        try:
            children.wait_until_ready(child)
            yield url
        finally:
            children.stop(self._agents.pop(name))

    def process_id(self, name: str) -> int:
        """Return the process id of an agent that `agent` runs."""
        return self._agents[name].process.pid

    def listed_files(self, count: int) -> list[dict[str, Any]]:
        """Return Drive's own answer to our request for the connected person's first files."""
        everywhere = {"corpora": "allDrives", "supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
        answer = self._http.get(
            f"{self.stack.google_url}/drive/v3/files",
            params={
                "pageSize": str(count),
                "q": "trashed = false",
                "orderBy": "modifiedTime desc",
                "fields": f"files({LIST_FIELDS})",
                **everywhere,
            },
            headers={"authorization": f"Bearer {self.access_token()}"},
        )
        files: list[dict[str, Any]] = answer.raise_for_status().json()["files"]
        if len(files) != count:
            raise BenchError(f"The seeded Drive has {len(files)} files, fewer than {count}.")
        return files

    def connect(self, runtime_session: str = "") -> None:
        """Give consent in a browser, as the person at this computer with alice's Google account."""
        browser = Browser()
        try:
            query = f"?session={runtime_session}" if runtime_session else ""
            browser.open(f"{self.stack.callback_url}/connect/google-drive{query}")
            browser.press("Continue as the person at this computer")
            browser.press("Connect")
            choose_account(browser, PEOPLE[0])
            browser.press("Allow")
        finally:
            browser.close()

    def set_latency(self, latency: Latency) -> None:
        """Let the services answer after `latency` from now on, in place of whatever was set."""
        aws, google = self.stack.aws_url, self.stack.google_url
        self._send("DELETE", f"{aws}/_standin/faults")
        self._send("DELETE", f"{google}/_standin/faults")
        self._send("POST", f"{aws}/_standin/model-script", {"default": {"first_byte_s": latency.model_s}})
        if latency.identity_s:
            stall = {"target": "GetResourceOauth2Token", "kind": "stall", "times": _MANY, "seconds": latency.identity_s}
            self._send("POST", f"{aws}/_standin/faults", stall)
        if latency.drive_s:
            stall = {"target": "drive", "kind": "stall", "times": None, "seconds": latency.drive_s}
            self._send("POST", f"{google}/_standin/faults", stall)

    def _workload_access_token(self) -> str:
        answer = self._identity.get_workload_access_token_for_user_id(workloadName=WORKLOAD, userId=USER)
        return str(answer["workloadAccessToken"])

    def _send(self, method: str, url: str, body: Any = None) -> None:  # a JSON value
        self._http.request(method, url, json=body).raise_for_status()


def stack_in(home: Path, environ: Mapping[str, str], *, files: int = 0) -> Stack:
    """Return a stack on free ports that keeps everything below `home`; it is not started yet.

    `files` gives alice so many made-up files beside her seeds.
    """
    return Stack(Options(home=home, ports=Ports.free(), files=files), environ)
