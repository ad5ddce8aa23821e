"""The console command `drive-agent`: wiring only. Every command imports what it needs when it runs."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import MutableMapping, Sequence
from pathlib import Path

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it

SETTINGS = Path(".env.drive-agent/settings.env")
LOCAL_HOME = Path(".env.drive-agent/local")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    _keep_loopback_off_proxies(os.environ)
    # So that `kill` ends what a command has started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print()
        return 130


def _keep_loopback_off_proxies(environ: MutableMapping[str, str]) -> None:
    """Let no client of this process, boto3's included, ask a proxy for a stand-in on this machine."""
    named = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    # Programs differ in which spelling they read first.
    environ["no_proxy"] = environ["NO_PROXY"] = ",".join(filter(None, [named, "localhost", "127.0.0.1", "::1"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drive-agent", description="Find things in Google Drive, with consent.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    _add_local_commands(commands)
    _add_cloud_commands(commands)
    return parser


def _add_local_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="play one whole conversation on this machine")
    demo.set_defaults(run=_demo)

    up = commands.add_parser("up", help="run the whole stack on this machine until Ctrl-C")
    up.set_defaults(run=_up)

    from chat.terminal.arguments import add_arguments

    chat = commands.add_parser("chat", help="talk to the agent in this terminal")
    add_arguments(chat)
    chat.set_defaults(run=_chat)

    serve = commands.add_parser(
        "serve", help="run the callback service with the web chat, and with Slack where it is set up"
    )
    serve.set_defaults(run=_serve)

    evals = commands.add_parser("evals", help="run the eval suite on the stand-in model")
    evals.add_argument("--only", metavar="ID", action="append", help="run this case")
    evals.set_defaults(run=_evals)


def _add_cloud_commands(commands: "Commands[argparse.ArgumentParser]") -> None:
    from chat.terminal.sign_in.arguments import add_sign_in_arguments, add_sign_out_arguments
    from deploy.arguments import add_arguments as add_setup_arguments
    from deploy.audit.arguments import add_arguments as add_audit_arguments

    setup = commands.add_parser("setup", help="create or update what the agent needs at AWS")
    add_setup_arguments(setup)
    setup.set_defaults(run=_setup)

    sign_in = commands.add_parser("sign-in", help="sign in to the agent from this terminal, and stay so")
    add_sign_in_arguments(sign_in)
    sign_in.set_defaults(run=_sign_in)
    sign_out = commands.add_parser("sign-out", help="forget who is signed in on this terminal")
    add_sign_out_arguments(sign_out)
    sign_out.set_defaults(run=_sign_in)

    token = commands.add_parser("token", help="print a fresh bearer token, for `agentcore invoke --bearer-token`")
    token.add_argument("--user", default="alice@example.com", help="whose (default: %(default)s)")
    token.add_argument("--local", action="store_true", help="from the stack of `make up`")
    token.set_defaults(run=_token)

    audit = commands.add_parser("audit", help="say who accessed what between two times")
    audit.add_argument("--local", action="store_true", help="with the settings of `make up`")
    add_audit_arguments(audit)
    audit.set_defaults(run=_audit)


def _demo(_: argparse.Namespace) -> int:
    from local.commands import demo

    return demo(os.environ)


def _up(_: argparse.Namespace) -> int:
    from local.commands import up

    return up(os.environ, LOCAL_HOME)


def _chat(options: argparse.Namespace) -> int:
    from chat.errors import ChatError, SignInNeededError
    from chat.terminal.arguments import ChatOptions
    from chat.terminal.command import main
    from chat.terminal.people import person_of
    from chat.terminal.settings import ChatSettings
    from chat.terminal.sign_in.issuer import IssuerSettings
    from deploy.errors import DeployError

    if options.local and not (LOCAL_HOME / "settings.env").exists():
        print("There is no stack to talk to: run `make up` in another terminal first.", file=sys.stderr)
        return 2
    try:
        environ = _environ(is_local=options.local)
        settings = ChatSettings.load(environ)
        # The stack of `make up` has sample people, of whom alice is meant where nobody is named.
        password = environ.get("DRIVE_AGENT_TEST_PASSWORD", "")
        user = options.user or ("alice@example.com" if password else "")
        if user and not (password or options.direct or settings.has_bearer):
            # Asked for now: later, the terminal is the conversation's.
            password = _ask_secret(f"Password of {user}: ")

        def fetch() -> str:
            try:
                # Read anew: `make up` that was started again has another user pool.
                return _fetch_token(user, {"DRIVE_AGENT_TEST_PASSWORD": password} | _environ(is_local=options.local))
            except DeployError as error:
                raise SignInNeededError(error.user_message) from error

        issuer = IssuerSettings.load(environ)
        may_open = not options.no_browser
        person = person_of(settings, issuer, user, fetch if user else None, may_open_browser=may_open)
    except (ChatError, DeployError) as error:
        print(error.user_message, file=sys.stderr)
        return 2
    return main(ChatOptions.of(options), settings, signed_in=person)


def _serve(_: argparse.Namespace) -> int:
    from chat.service import main

    main()
    return 0


def _evals(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from evals.run import MODEL_THRESHOLD, STAND_IN_THRESHOLD, run_suite
    from evals.target import Target
    from local.browser import BrowserError
    from local.children import StackError
    from local.demo import bearer_token, connect
    from local.people import PEOPLE
    from local.stack import RUNTIME_ARN, Options, Ports, Stack

    model = os.environ.get("MODEL", "")
    by_email = {person.email: person for person in PEOPLE}
    with tempfile.TemporaryDirectory(prefix="drive-agent-") as home:
        try:
            # Gold answers about days are told in UTC, and so must the seeds be.
            environ = {**os.environ, "TZ": "UTC"}
            with Stack(Options(home=Path(home), ports=Ports.free(), model=model), environ) as stack:
                for person in PEOPLE[:2]:  # the third is asked for consent by a case
                    connect(stack, person)
                target = Target(
                    stack.aws_url,
                    RUNTIME_ARN,
                    bearer_for=lambda email: bearer_token(stack, by_email[email]),
                    give_consent=lambda email, link: connect(stack, by_email[email], link),
                )
                threshold = MODEL_THRESHOLD if model else STAND_IN_THRESHOLD
                return run_suite(target, now=datetime.now(UTC), threshold=threshold, only=options.only)
        except (StackError, BrowserError) as error:
            print(error, file=sys.stderr)
            return 1


def _setup(options: argparse.Namespace) -> int:
    from deploy import setup
    from deploy.errors import DeployError
    from deploy.settings import SetupOptions

    try:
        wanted = SetupOptions.load(
            os.environ,
            callback_url=options.callback_url,
            runtime_arn=options.runtime_arn,
            workloads=tuple(options.workload),
            user_pool_id=options.user_pool_id,
            domain_prefix=options.domain_prefix,
            google_client_id=options.google_client_id,
            google_client_secret_file=options.google_client_secret_file,
            test_users=tuple(options.test_user),
        )
        setup.run(wanted, out=print, ask_secret=_ask_secret if sys.stdin.isatty() else None)
    except DeployError as error:
        print(error.user_message, file=sys.stderr)
        return 1
    return 0


def _sign_in(options: argparse.Namespace) -> int:
    from chat.errors import ChatError
    from chat.terminal.sign_in.command import run
    from deploy.errors import DeployError

    try:
        # Whoever reads a pipe has to get the address now.
        run(options, _environ(is_local=options.local), say=lambda line: print(line, flush=True))
    except (ChatError, DeployError) as error:
        print(error.user_message, file=sys.stderr)
        return 1
    return 0


def _token(options: argparse.Namespace) -> int:
    from deploy.errors import DeployError

    try:
        print(_fetch_token(options.user, _environ(is_local=options.local)))
    except DeployError as error:
        print(error.user_message, file=sys.stderr)
        return 1
    return 0


def _audit(options: argparse.Namespace) -> int:
    from deploy.audit.arguments import AuditOptions
    from deploy.audit.command import report
    from deploy.errors import AwsRefusedError, DeployError
    from deploy.settings import AuditSettings

    try:
        asked = AuditOptions.load(AuditSettings.load(_environ(is_local=options.local)), options)
        report(asked, standard_input=sys.stdin.buffer, out=sys.stdout, err=sys.stderr)
    except DeployError as error:
        print(error.user_message, file=sys.stderr)
        return 1 if isinstance(error, AwsRefusedError) else 2
    except BrokenPipeError:  # `… | head`: nobody reads what is left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _fetch_token(user: str, environ: dict[str, str]) -> str:
    from deploy import token
    from deploy.settings import TokenSettings

    settings = TokenSettings.load(environ)
    password = environ.get("DRIVE_AGENT_TEST_PASSWORD") or _ask_secret(f"Password of {user}: ")
    return token.fetch(settings, user, password)


def _ask_secret(prompt: str) -> str:
    """Ask at the terminal, without echo. Raises: `InvalidOptionError` where there is none, or no answer."""
    import warnings
    from getpass import GetPassWarning, getpass

    from deploy.errors import InvalidOptionError

    try:
        with warnings.catch_warnings():
            # Without a terminal getpass warns, then reads and shows what is typed.
            warnings.simplefilter("error", GetPassWarning)
            return getpass(prompt)
    except (EOFError, GetPassWarning) as error:
        raise InvalidOptionError(
            "A secret is needed and nobody can be asked for it here:"
            " set DRIVE_AGENT_TEST_PASSWORD (a person's password) or GOOGLE_CLIENT_SECRET."
        ) from error


def _environ(*, is_local: bool) -> dict[str, str]:
    """Return the settings file's values with the process environment over them.

    Without settings of a cloud, those of `make up` are meant.
    """
    from deploy import settings_file

    local = LOCAL_HOME / "settings.env"
    path = local if is_local or not SETTINGS.exists() else SETTINGS
    path = path if is_local else Path(os.environ.get("DRIVE_AGENT_SETTINGS") or path)
    return settings_file.read(path) | dict(os.environ)


if __name__ == "__main__":
    sys.exit(main())
