"""The whole stack on this machine: the stand-ins, the agent and the callback service, as processes on loopback.

With `slack` also a stand-in for Slack, and for its people a second agent and a second service.

The product's processes get nothing but settings; what they import is the product. Nothing here is imported by it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from local import children
from local.children import Child, StackError
from local.people import PEOPLE, SAMPLE_PASSWORD
from local.ports import Ports
from local.shell import AGENT_SETTINGS, CALLBACK_SETTINGS, chosen, inherited, model_credentials
from local.slack_settings import agent_settings, service_settings, stand_in_arguments

__all__ = ["IAM_RUNTIME_ARN", "REGION", "RUNTIME_ARN", "STAND_IN_MODEL", "Options", "Ports", "Stack", "StackError"]

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT, REGION = "123456789012", "us-west-2"
RUNTIME_ARN = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/drive_agent"
IAM_RUNTIME_ARN = f"{RUNTIME_ARN}_iam"
STAND_IN_MODEL = "bedrock:global.anthropic.claude-sonnet-4-6"

# moto makes the ids of a user pool and its clients from what they were created with, so that they are the same at every
# start: they stand in the issuer and the settings under which people are known. The client secret stays random.
_STEADY_IDS = {
    "MOTO_COGNITO_IDP_USER_POOL_ID_STRATEGY": "HASH",
    "MOTO_COGNITO_IDP_USER_POOL_CLIENT_ID_STRATEGY": "HASH",
}
# The same at every start, so that audit lines of yesterday and today can be put together.
_SAMPLE_AUDIT_KEY = "sample-audit-key-of-the-stack-on-this-machine"


@dataclass(frozen=True, slots=True)
class Options:
    """How to run the stack. `home` holds settings, state and logs; `model` and `drive_dir` may be empty.

    `files` gives alice so many made-up files beside her seeds. `log_level` is the agent's; empty: the environment's.
    `slack`: with a stand-in for Slack and the Slack app.
    """

    home: Path
    ports: Ports = field(default_factory=Ports)
    model: str = ""
    drive_dir: str = ""
    files: int = 0
    log_level: str = ""
    slack: bool = False


class Stack:
    """Starts on enter, ends on exit. Raises: `StackError` where a part does not come up."""

    def __init__(self, options: Options, environ: Mapping[str, str]) -> None:
        self.options = options
        self._environ = environ
        self._children: dict[str, Child] = {}
        self.settings: dict[str, str] = {}

    @property
    def aws_url(self) -> str:
        """The AWS stand-in: every AWS endpoint."""
        return f"http://127.0.0.1:{self.options.ports.aws}"

    @property
    def google_url(self) -> str:
        """The Google stand-in: accounts and Drive."""
        return f"http://127.0.0.1:{self.options.ports.google}"

    @property
    def agent_url(self) -> str:
        """The agent's own port, which carries no identity."""
        return f"http://127.0.0.1:{self.options.ports.agent}"

    @property
    def callback_url(self) -> str:
        """The callback service; another host than Google's, so that cookies behave as in life."""
        return f"http://localhost:{self.options.ports.callback}"

    @property
    def slack_url(self) -> str:
        """The Slack stand-in, where there is one."""
        return f"http://127.0.0.1:{self.options.ports.slack}"

    @property
    def slack_service_url(self) -> str:
        """The service of Slack's people: another host than the callback service's, which keeps their cookies apart."""
        return f"http://127.0.0.1:{self.options.ports.slack_service}"

    @property
    def settings_path(self) -> Path:
        """The settings file that `drive-agent setup` writes."""
        return self.options.home / "settings.env"

    def __enter__(self) -> Self:
        """Start everything and wait until it answers."""
        names = ["aws", "google", "agent", "callback"]
        self.options.ports.check(names + (["slack", "slack_agent", "slack_service"] if self.options.slack else []))
        folder = self.options.drive_dir
        if folder and not Path(folder).expanduser().is_dir():
            raise StackError(f"DRIVE_DIR={folder} is not a folder.")
        (self.options.home / "logs").mkdir(parents=True, exist_ok=True, mode=0o700)
        for log in (self.options.home / "logs").glob("*.log"):
            log.unlink()  # of an earlier run
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything."""
        self.stop()

    def stop(self) -> None:
        """End every process that was started here."""
        for name in reversed(list(self._children)):
            children.stop(self._children.pop(name))

    def kill_agent(self) -> None:
        """Kill the agent as a crash or the Runtime would: at once."""
        children.stop(self._children.pop("agent"), kill=True)

    def start_agent(self) -> None:
        """Start the agent and wait for its first ping."""
        self._start_agent()
        children.wait_until_ready(self._children["agent"])

    def restart_callback(self) -> None:
        """Kill the callback service and start it again on the same state."""
        children.stop(self._children.pop("callback"), kill=True)
        self._start_callback()
        children.wait_until_ready(self._children["callback"])

    def restart_slack_service(self, *, socket_mode: bool = False) -> None:
        """Kill the service of Slack's people and start it again on the same state, over HTTP or Socket Mode."""
        children.stop(self._children.pop("slack-service"), kill=True)
        self._start_slack_service(socket_mode=socket_mode)
        children.wait_until_ready(self._children["slack-service"])

    def log(self, name: str) -> str:
        """Return what a process has logged so far."""
        return (self.options.home / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def check(self) -> None:
        """Raise `StackError` where a process has ended by itself."""
        for child in self._children.values():
            if child.process.poll() is not None:
                raise StackError(f"{child.name} has ended.\n{children.tail(child.log)}")

    def agent_environ(self) -> dict[str, str]:
        """Return the agent's environment: the settings by which it finds the stand-ins instead of the clouds."""
        environ = self._base_environ() | {
            "PORT": str(self.options.ports.agent),
            "DRIVE_AGENT_RETURN_URL": f"{self.callback_url}/callback",
            "DRIVE_AGENT_CONNECT_URL": f"{self.callback_url}/connect/google-drive",
            "DRIVE_AGENT_GOOGLE_API_URL": f"{self.google_url}/",
            "DRIVE_AGENT_GOOGLE_REVOKE_URL": f"{self.google_url}/revoke",
            "DRIVE_AGENT_STATE": str(self.options.home / "state"),
            "DRIVE_AGENT_MODEL": self.options.model or STAND_IN_MODEL,
        }
        environ |= self._audit_environ()
        environ |= chosen(self._environ, AGENT_SETTINGS)
        if self.options.log_level:
            environ["DRIVE_AGENT_LOG_LEVEL"] = self.options.log_level
        if self.options.model:
            if self.options.model.startswith("bedrock:"):  # the samples would win over a profile or a role
                del environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
                environ["AWS_EC2_METADATA_DISABLED"] = "false"
            environ |= model_credentials(self._environ)
            environ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = f"https://bedrock-runtime.{REGION}.amazonaws.com"
        return environ

    def _start(self) -> None:
        ports = self.options.ports
        google = ["local.google", "--port", str(ports.google)]
        if self.options.drive_dir:
            google += ["--drive-dir", str(Path(self.options.drive_dir).expanduser())]
        if self.options.files:
            google += ["--files", str(self.options.files)]
        aws = ["local.aws", "--port", str(ports.aws), "--google-url", self.google_url, "--agent-url", self.agent_url]
        aws += ["--people", ",".join(person.email for person in PEOPLE)]
        if self.options.slack:
            aws += ["--iam-agent-url", f"http://127.0.0.1:{ports.slack_agent}"]
            slack = ["-m", "local.slack", *stand_in_arguments(ports.slack, self.slack_service_url)]
            self._spawn("slack", slack, f"{self.slack_url}/_standin", self._base_environ())
        self._spawn("google", ["-m", *google], f"{self.google_url}/_standin", self._base_environ())
        self._spawn("aws", ["-m", *aws], f"{self.aws_url}/_standin", self._base_environ() | _STEADY_IDS)
        self._start_agent()
        children.wait_until_ready(self._children["google"])
        children.wait_until_ready(self._children["aws"])
        self._set_up()
        self._start_callback()
        if self.options.slack:
            self._start_slack()
        for child in self._children.values():
            children.wait_until_ready(child)

    def _set_up(self) -> None:
        """Run the command that sets up AWS, against the stand-in; then, as a deployment does, set the authorizer."""
        arguments = ["setup", "--callback-url", self.callback_url, "--google-client-id", "sample-client-id"]
        for person in PEOPLE:
            arguments += ["--test-user", person.email]
        environ = self._base_environ() | {
            "DRIVE_AGENT_TEST_PASSWORD": SAMPLE_PASSWORD,
            "DRIVE_AGENT_RUNTIME_ARN": RUNTIME_ARN,
            "DRIVE_AGENT_RUNTIME_URL": self.aws_url,
            "GOOGLE_CLIENT_SECRET": "sample-client-secret",
            **self._audit_environ(),  # kept in the settings file, from which `drive-agent audit` reads them
        }
        log = self.options.home / "logs" / "setup.log"
        command = [sys.executable, "cli.py", *arguments]
        children.run("drive-agent setup", command, environ=environ, cwd=ROOT, log=log)
        lines = self.settings_path.read_text(encoding="utf-8").splitlines()
        self.settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        authorizer = {
            "discoveryUrl": self.settings["DRIVE_AGENT_OIDC_DISCOVERY_URL"],
            "allowedClients": [self.settings["DRIVE_AGENT_OIDC_CLIENT_ID"], self.settings["DRIVE_AGENT_CLI_CLIENT_ID"]],
        }
        answer = httpx.put(f"{self.aws_url}/_standin/runtimes/drive_agent", json=authorizer, trust_env=False)
        answer.raise_for_status()

    def _start_agent(self) -> None:
        self._spawn("agent", ["main.py"], f"{self.agent_url}/ping", self.agent_environ())

    def _start_callback(self) -> None:
        environ = self._base_environ() | self.settings
        environ |= chosen(self._environ, CALLBACK_SETTINGS)
        environ |= {
            "DRIVE_AGENT_CALLBACK_STATE": str(self.options.home / "callback"),
            "DRIVE_AGENT_LOCAL_AGENT_URL": self.agent_url,
            **self._audit_environ(),
        }
        self._spawn("callback", ["cli.py", "serve"], f"{self.callback_url}/healthz", environ)

    def _start_slack(self) -> None:
        """Let consent come back to the second service, as a deployment does; then start it and its agent."""
        name = IAM_RUNTIME_ARN.rpartition("/")[2]
        wish = {"returnUrls": [f"{self.slack_service_url}/callback"]}
        httpx.put(f"{self.aws_url}/_standin/runtimes/{name}", json=wish, trust_env=False).raise_for_status()
        port, state = self.options.ports.slack_agent, str(self.options.home / "slack-state")
        environ = self.agent_environ() | agent_settings(self.slack_service_url, port, state)
        self._spawn("slack-agent", ["main.py"], f"http://127.0.0.1:{port}/ping", environ)
        self._start_slack_service()

    def _start_slack_service(self, *, socket_mode: bool = False) -> None:
        environ = service_settings(
            self._base_environ() | self.settings | self._audit_environ(),
            service_url=self.slack_service_url,
            slack_url=self.slack_url,
            runtime_arn=IAM_RUNTIME_ARN,
            state=str(self.options.home / "slack-service"),
            socket_mode=socket_mode,
        )
        self._spawn("slack-service", ["cli.py", "serve"], f"{self.slack_service_url}/healthz", environ)

    def _spawn(self, name: str, arguments: list[str], health_url: str, environ: dict[str, str]) -> None:
        log = self.options.home / "logs" / f"{name}.log"
        self._children[name] = children.start(
            name, [sys.executable, *arguments], environ=environ, cwd=ROOT, log=log, health_url=health_url
        )

    def _base_environ(self) -> dict[str, str]:
        return inherited(self._environ) | {
            "AWS_ACCESS_KEY_ID": "sample",
            "AWS_SECRET_ACCESS_KEY": "sample",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_REGION": REGION,
            "DRIVE_AGENT_MODE": "local",
            "DRIVE_AGENT_SETTINGS": str(self.settings_path),
            "PYTHONUNBUFFERED": "1",
        }

    def _audit_environ(self) -> dict[str, str]:
        """Both services name people alike and write into one file, which outlives the stack."""
        return {
            "DRIVE_AGENT_AUDIT_KEY": self._environ.get("DRIVE_AGENT_AUDIT_KEY") or _SAMPLE_AUDIT_KEY,
            "DRIVE_AGENT_AUDIT_FILE": str(self.options.home / "logs" / "audit.jsonl"),
        }
