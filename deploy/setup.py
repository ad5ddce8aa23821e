"""`drive-agent setup`: create what is missing, update what differs, leave the rest. Safe to repeat.

Order matters: the app clients need the pool, test users need the terminal's client, and the settings file
is written last so that it never names something that does not exist.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from deploy import app_clients, google_provider, people, runtime, settings_file, user_pool, workloads
from deploy.clients import Clients
from deploy.desired import Desired, agent_variables, desired, same_cloud
from deploy.errors import explain
from deploy.report import Outcome, Step, google_lines, runtime_lines
from deploy.settings import SetupOptions

__all__ = ["run"]

_SESSION_KEY = "DRIVE_AGENT_SESSION_KEY"
_AUDIT_KEY = "DRIVE_AGENT_AUDIT_KEY"
_AUDIT_FILE = "DRIVE_AGENT_AUDIT_FILE"
_GOOGLE_CHECK = "DRIVE_AGENT_GOOGLE_CLIENT_CHECK"
_TEST_PASSWORD = "DRIVE_AGENT_TEST_PASSWORD"  # noqa: S105 - the name of a setting
# Removed when this run has no value for them: they belong to another cloud.
_CLOUD_BOUND = frozenset({"AWS_ENDPOINT_URL", "DRIVE_AGENT_RUNTIME_ARN", _TEST_PASSWORD, _GOOGLE_CHECK})


@dataclass(frozen=True)
class _Run:
    """What every step needs."""

    options: SetupOptions
    want: Desired
    clients: Clients
    remembered: Mapping[str, str]
    session_key: str
    audit_key: str
    out: Callable[[str], None]

    def tell(self, step: Step) -> None:
        self.out(step.line())


def run(
    options: SetupOptions,
    *,
    clients: Clients | None = None,
    out: Callable[[str], None],
    ask_secret: Callable[[str], str] | None = None,
) -> Mapping[str, str]:
    """Bring AWS and the settings file into the wanted state and return the settings.

    `out` gets the report, line by line, without secrets. `ask_secret` prompts for Google's client secret
    when a new client id came without one; leave it out where nobody can answer.

    Raises:
        DeployError: nothing more was done after it; `user_message` says what to do.
    """
    file = settings_file.read(options.settings_path)
    remembered = same_cloud(options, file)
    try:
        connected = clients or Clients.connect(options.region, options.endpoint_url)
        want = _with_runtime(desired(options, remembered), options, remembered, connected)
        # The keys outlive a change of cloud: one belongs to this machine's browser sessions, with the other the audit
        # names people, and lines of before and after a change of it cannot be put together.
        key = file.get(_SESSION_KEY) or secrets.token_urlsafe(48)
        audit_key = options.audit_key or file.get(_AUDIT_KEY) or secrets.token_urlsafe(48)
        task = _Run(options, want, connected, remembered, key, audit_key, out)
        written = _google(task, ask_secret) | _user_pool(task)
        _workloads(task)
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise explain(error, options.endpoint_url) from error
    values = _common(task) | written
    is_changed = settings_file.write(options.settings_path, values, forget=_CLOUD_BOUND)
    outcome = (Outcome.UPDATED if file else Outcome.CREATED) if is_changed else Outcome.UNCHANGED
    task.tell(Step(f"settings file {options.settings_path}", outcome))
    for line in runtime_lines(
        values["DRIVE_AGENT_OIDC_DISCOVERY_URL"],
        (values["DRIVE_AGENT_OIDC_CLIENT_ID"], values["DRIVE_AGENT_CLI_CLIENT_ID"]),
        agent_variables(want, options, audit_key),
    ):
        out(line)
    return values


def _with_runtime(want: Desired, options: SetupOptions, remembered: Mapping[str, str], clients: Clients) -> Desired:
    """Look the deployed agent up when nothing names it yet."""
    if want.runtime_arn is not None:
        return want
    arn = runtime.find_arn(clients.control)
    return desired(replace(options, runtime_arn=arn), remembered) if arn else want


def _google(task: _Run, ask_secret: Callable[[str], str] | None) -> dict[str, str]:
    options, name = task.options, task.want.provider
    client = None
    if options.google_client_id is not None:
        client = google_provider.GoogleClient(options.google_client_id, options.google_client_secret)
    provider = google_provider.ensure(
        task.clients.control,
        name,
        client,
        key=task.session_key,
        remembered_check=task.remembered.get(_GOOGLE_CHECK),
        ask_secret=ask_secret,
    )
    task.tell(provider.step)
    if provider.callback_url and (provider.is_placeholder or provider.step.outcome is Outcome.CREATED):
        host = urlsplit(provider.callback_url).hostname or ""
        for line in google_lines(provider.callback_url, host, is_placeholder=provider.is_placeholder):
            task.out(line)
    return {_GOOGLE_CHECK: provider.check} if provider.check else {}


def _user_pool(task: _Run) -> dict[str, str]:
    cognito, want, options = task.clients.cognito, task.want, task.options
    step, pool_id = user_pool.ensure(cognito, want.user_pool_id, is_chosen=options.user_pool_id is not None)
    task.tell(step)
    task.tell(user_pool.ensure_domain(cognito, pool_id, options.domain_prefix))
    web = app_clients.ensure_web(cognito, pool_id, want.callback_url)
    cli = app_clients.ensure_cli(cognito, pool_id)
    task.tell(web.step)
    task.tell(cli.step)
    written = {
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": want.discovery_url(pool_id),
        "DRIVE_AGENT_OIDC_CLIENT_ID": web.client_id,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": web.client_secret,
        "DRIVE_AGENT_USER_POOL_ID": pool_id,
        "DRIVE_AGENT_CLI_CLIENT_ID": cli.client_id,
    }
    password = options.test_password or ""
    for email in options.test_users:
        task.tell(people.ensure(cognito, pool_id, cli.client_id, email, password))
    kept = password if options.test_users else task.remembered.get(_TEST_PASSWORD, "")
    # Passwords of real pools are nobody's business but their owner's: only a stand-in's is kept.
    return written | ({_TEST_PASSWORD: kept} if want.is_stand_in and kept else {})


def _workloads(task: _Run) -> None:
    control, want = task.clients.control, task.want
    task.tell(workloads.ensure_own(control, want.workload, want.return_url))
    for name in want.managed_workloads:
        task.tell(workloads.ensure_managed(control, name, want.return_url))
    if want.runtime_arn is None:
        task.tell(Step("runtime drive_agent", Outcome.WAITING, "not deployed yet: deploy first, then run setup again"))


def _common(task: _Run) -> dict[str, str]:
    want = task.want
    values = {
        "DRIVE_AGENT_MODE": "local" if want.is_local else "cloud",
        "AWS_REGION": want.region,
        "DRIVE_AGENT_PROVIDER": want.provider,
        "DRIVE_AGENT_CALLBACK_URL": want.callback_url,
        "DRIVE_AGENT_RETURN_URL": want.return_url,
        "DRIVE_AGENT_CONNECT_URL": want.connect_url,
        "DRIVE_AGENT_WORKLOAD": want.workload,
        "DRIVE_AGENT_RUNTIME_URL": want.runtime_url,
        _SESSION_KEY: task.session_key,
        _AUDIT_KEY: task.audit_key,
    }
    if task.options.audit_file:
        values[_AUDIT_FILE] = task.options.audit_file
    if want.endpoint_url:
        values["AWS_ENDPOINT_URL"] = want.endpoint_url
    if want.runtime_arn:
        values["DRIVE_AGENT_RUNTIME_ARN"] = want.runtime_arn
    return values
