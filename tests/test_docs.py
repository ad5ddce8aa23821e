"""What the documents promise exists, and what exists is documented."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agent import errors as agent_errors
from agent.events import AuthRequired, Done, Failed, Files, Notice, Text, ToolProgress
from agent.wire import to_wire
from tools.drive import drive_tools

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = [ROOT / name for name in ("agent", "callback", "chat", "deploy", "tools", "main.py", "cli.py")]
DOCS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "local" / "README.md",
]


def text_of(*paths):
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def product_source():
    files = [path for place in PRODUCT for path in ([place] if place.is_file() else place.rglob("*.py"))]
    return text_of(*files)


def test_every_setting_is_documented_and_every_documented_setting_exists():
    documented = set(re.findall(r"DRIVE_AGENT_[A-Z_]+", text_of(ROOT / "docs" / "settings.md")))
    used = set(re.findall(r"[\"'](DRIVE_AGENT_[A-Z_]+)[\"']", product_source()))
    assert used - documented == set()
    assert documented - used == set()


def test_every_tool_is_documented_with_its_arguments():
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", text_of(ROOT / "docs" / "tools.md"), re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", arguments)) for name, arguments in rows}
    tools = drive_tools()
    offered = {tool.tool_name: set(tool.tool_spec["inputSchema"]["json"]["properties"]) for tool in tools}
    assert documented == offered


def test_every_event_is_documented():
    wire = text_of(ROOT / "docs" / "wire.md")
    events = [
        Text(""),
        ToolProgress("", "", "", "done"),
        Files([]),
        AuthRequired("", "", "", []),
        Notice(""),
        Done(""),
        Failed("", ""),
    ]
    for event in events:
        shape = to_wire(event)
        # Text is the one event without a type.
        name = f"`{shape['type']}`" if "type" in shape else "text"
        [row] = [line for line in wire.splitlines() if line.startswith(f"| {name} |")]
        for key in shape:
            assert f'"{key}"' in row, f"{type(event).__name__}.{key}"


def test_every_error_code_is_documented():
    wire = text_of(ROOT / "docs" / "wire.md")
    codes = {getattr(kind, "code", None) for kind in vars(agent_errors).values()} - {None}
    codes |= set(re.findall(r'Failed\([^)]*?"([a-z_]+)"', product_source()))
    codes |= set(re.findall(r'wire\.error\([^)]*?"([a-z_]+)"\)', product_source()))
    assert len(codes) > 10
    for code in codes:
        assert f"`{code}`" in wire, code


def make_targets():
    return set(re.findall(r"^([a-z]+):.*## ", text_of(ROOT / "Makefile"), re.MULTILINE))


def test_every_make_target_that_is_promised_exists():
    promised = set(
        re.findall(r"\bmake ([a-z]+)\b", "\n".join(re.findall(r"`[^`]+`|^    .+$", text_of(*DOCS), re.MULTILINE)))
    )
    assert promised <= make_targets()
    assert {"demo", "up", "chat", "test", "check", "evals", "bench", "help"} <= make_targets()


def test_every_option_of_a_command_that_is_promised_exists():
    options = r"(?: --[a-z-]+(?: [^-`\s)\"][^`\s)\"]*)?(?=[\s`]))*"
    promised = set(re.findall(rf"drive-agent ([a-z]+(?:-[a-z]+)*)({options})", text_of(*DOCS)))
    for command, options in promised:
        shown = subprocess.run(
            [sys.executable, "cli.py", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0, command
        for option in re.findall(r"--[a-z-]+", options):
            assert option in shown.stdout, f"{command} {option}"


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_inside_the_documents_leads_somewhere(document):
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (document.parent / target).exists(), target


def test_the_agentcore_project_sets_settings_that_exist():
    project = json.loads((ROOT / "agentcore" / "agentcore.json").read_text(encoding="utf-8"))
    names = {variable["name"] for runtime in project["runtimes"] for variable in runtime["envVars"]}
    used = set(re.findall(r"[\"'](DRIVE_AGENT_[A-Z_]+|AWS_REGION|PORT)[\"']", product_source()))
    assert names <= used


def test_no_tracked_file_names_a_machine_or_a_registry():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        content = (ROOT / name).read_bytes()
        assert not re.search(rb"(^|[^A-Za-z0-9_.-])/(" + rb"|".join([b"work", b"farm", b"root"]) + rb")/", content), (
            name
        )


def test_the_pinned_requirements_record_hashes_and_no_addresses():
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        pins = re.findall(r"^[A-Za-z0-9_.-]+==.*$", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text
        assert "index" not in text.partition("==")[0]


def test_every_test_that_the_threat_model_names_exists():
    named = set(re.findall(r"`(test_\w+)`", text_of(ROOT / "docs" / "security.md")))
    known = set(re.findall(r"^(?:async )?def (test_\w+)", text_of(*(ROOT / "tests").rglob("*.py")), re.MULTILINE))
    assert len(named) > 40
    assert named - known == set()
