"""`make up`: says what runs where and what to paste next, then waits for Ctrl-C."""

import time
import uuid

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from local.people import PEOPLE, SAMPLE_PASSWORD
from local.stack import RUNTIME_ARN, STAND_IN_MODEL, Stack

QUESTION = "which spreadsheets did Ben change last week?"


def serve(stack: Stack) -> None:
    """Print the banner and wait until Ctrl-C. Raises: `StackError` where a process ends by itself."""
    console = Console(highlight=False)
    console.print(
        Panel(_addresses(stack), title="Drive Agent on this machine", title_align="left", border_style="cyan")
    )
    console.print(_folders(stack), soft_wrap=True)  # a path that is cut by a line break cannot be copied
    console.print(_people())
    console.print(_next_steps(stack), soft_wrap=True)  # a wrapped command cannot be pasted
    console.print("[dim]Ctrl-C ends it.[/]")
    try:
        while True:
            stack.check()
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.print("\nEnding …")


def _addresses(stack: Stack) -> Table:
    table = Table.grid(padding=(0, 2))
    for is_whole in (True, True, False):  # names, then addresses
        table.add_column(overflow="fold", no_wrap=is_whole)
    ports = stack.options.ports
    table.add_row("agent", stack.agent_url, "the product; a direct call is the person at this computer")
    table.add_row("web chat", stack.callback_url, "the product: web chat, connect, callback, connections")
    table.add_row(
        "AWS", f"http://127.0.0.1:{ports.aws}", "[yellow]stand-in[/]: AgentCore, Bedrock, Cognito and the rest (moto)"
    )
    table.add_row("Google", f"http://127.0.0.1:{ports.google}", "[yellow]stand-in[/]: accounts and Drive")
    if stack.options.slack:
        table.add_row("Slack", stack.slack_url, "[yellow]stand-in[/]: open it and be alice, bob or carol")
        table.add_row(
            "Slack service", stack.slack_service_url, "the product: the Slack app, and connecting for its people"
        )
    if stack.options.model:
        table.add_row("model", escape(stack.options.model), "a real model, at its own price")
    else:
        model = STAND_IN_MODEL.partition(":")[2]
        table.add_row(
            "model", model, "[yellow]stand-in: a scripted planner, not a language model[/]; MODEL=… for a real one"
        )
    return table


def _folders(stack: Stack) -> str:
    lines = [f"[bold]Logs[/]     {escape(str(stack.options.home / 'logs'))}"]
    if stack.options.drive_dir:
        lines.append(
            f"[bold]Drive[/]    {escape(stack.options.drive_dir)} (a real folder, served read-only as alice's Drive)"
        )
    return "\n".join(lines)


def _people() -> str:
    names = ", ".join(person.email for person in PEOPLE)
    return f"\n[bold]People[/]   {names}; password [bold]{SAMPLE_PASSWORD}[/] (a sample that opens nothing else)"


def _next_steps(stack: Stack) -> str:
    session = f"curl-{uuid.uuid4()}"
    url = (
        f"{stack.aws_url}/runtimes/{RUNTIME_ARN.replace(':', '%3A').replace('/', '%2F')}/invocations?qualifier=DEFAULT"
    )
    slack = ["", "[bold]Slack, without an account there[/]", f"  {stack.slack_url}"] if stack.options.slack else []
    lines = [
        "",
        "[bold]In a browser[/] (sign in as one of the people)",
        f"  {stack.callback_url}",
        *slack,
        "",
        "[bold]In this terminal's neighbour[/]",
        "  make chat",
        "",
        "[bold]curl, through the Runtime as alice[/] (open the link it answers with, then send the same again)",
        f"  curl -sN '{url}' \\",
        '    -H "Authorization: Bearer $(.venv/bin/drive-agent token --local --user alice@example.com)" \\',
        f"    -H 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id: {session}' \\",
        f"    -H 'Content-Type: application/json' -d '{{\"prompt\": \"{QUESTION}\"}}'",
        "",
        "[bold]AgentCore CLI, as the person at this computer[/]",
        f'  agentcore dev --skip-deploy "{QUESTION}"',
        "",
    ]
    return "\n".join(lines)
