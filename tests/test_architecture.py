"""Rules that import-linter cannot see: pure modules, the environment, print, requires_access_token, sizes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["agent", "bench", "callback", "chat", "deploy", "evals", "local", "prompts", "tools"]
MODULES = [
    *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")),
    ROOT / "main.py",
    ROOT / "cli.py",
]
IMPURE = {
    "os",
    "time",
    "random",
    "socket",
    "subprocess",
    "logging",
    "threading",
    "boto3",
    "botocore",
    "httpx",
    "httplib2",
}
IMPURE |= {"asyncio", "authlib", "getpass", "httpx2", "shutil", "sqlite3", "tempfile", "uvicorn"}
IMPURE |= {"requests", "strands", "fastapi", "starlette", "googleapiclient", "bedrock_agentcore", "secrets", "uuid"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
READS_ENVIRONMENT = {"main.py", "cli.py"}  # they hand it to a settings object


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def dotted(node: ast.AST) -> str:
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_called_pure(path: Path) -> bool:
    """A module whose docstring says so in its first paragraph: "Pure.", "Pure: …", but not "Pure but for …"."""
    first = (ast.get_docstring(tree_of(path)) or "").partition("\n\n")[0]
    return re.search(r"\bPure\b(?! but\b)", first) is not None


PURE = [path for path in MODULES if is_called_pure(path)]


def test_the_modules_on_which_safety_rests_are_called_pure() -> None:
    assert {"callback/binding.py", "tools/query.py", "agent/wire.py", "agent/caller.py"} <= set(map(name_of, PURE))


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_a_pure_module_imports_nothing_that_acts(path: Path) -> None:
    tops = {module.split(".")[0] for module in imported(tree_of(path))}
    assert not tops & IMPURE


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_a_pure_module_takes_the_clock_as_an_argument_and_opens_nothing(path: Path) -> None:
    calls = {dotted(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    acting = (".now", ".utcnow", ".today", ".read_text", ".read_bytes", ".write_text", ".write_bytes", ".open")
    assert not {call for call in calls if call.endswith(acting) or call in {"open", "print", "input"}}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_environment_is_read_in_settings_only(path: Path) -> None:
    if (
        path.name in {"settings.py", "__main__.py"}
        or name_of(path) in READS_ENVIRONMENT
        or name_of(path).startswith("bench/")
    ):
        return
    names = {dotted(node) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)}
    assert not names & {"os.environ", "os.getenv", "os.environ.get"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_done_at_import(path: Path) -> None:
    if path.name == "__main__.py" or name_of(path) in {"main.py", "cli.py"}:
        return
    forbidden = (
        "boto3.client",
        "boto3.Session",
        "httpx.Client",
        "httpx.AsyncClient",
        "open",
        "print",
        "logging.basicConfig",
    )
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        calls = {dotted(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        assert not calls & set(forbidden), calls


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nobody_waits_in_the_way_that_loses_a_cancellation(path: Path) -> None:
    """Python 3.11's `wait_for` swallows one that comes as its future ends; `asyncio.timeout` does not.

    https://github.com/python/cpython/issues/86296
    """
    calls = {dotted(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}
    assert "asyncio.wait_for" not in calls


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_tools_consent_uses_requires_access_token(path: Path) -> None:
    if name_of(path) != "tools/consent.py":
        assert "bedrock_agentcore.identity.auth" not in set(imported(tree_of(path)))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_FILE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
            inner = [child for child in ast.walk(node) if child is not node]
            if any(isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) for child in inner):
                continue  # a factory of routes or tools is as long as what it makes, and each of those is counted
            assert (node.end_lineno or 0) - (start or 0) <= LONGEST_FUNCTION, node.name


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parts[len(ROOT.parts)] in {"callback", "chat"}], ids=name_of
)
def test_no_name_is_a_bare_token_or_session(path: Path) -> None:
    names = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr.strip("_"))
    assert not names & {"token", "session"}


@pytest.mark.parametrize("package", ["agent", "bench", "callback", "chat", "deploy", "evals", "prompts", "tools"])
def test_a_package_says_what_it_holds(package: str) -> None:
    assert len((ast.get_docstring(tree_of(ROOT / package / "__init__.py")) or "").split()) > 5


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_variable_of_the_makefile_is_used() -> None:
    exported = set(re.findall(r"^export (\w+)", MAKEFILE, re.MULTILINE))  # for the tools that read them
    defined = set(re.findall(r"^(?:export )?(\w+)\s*[:?]?=", MAKEFILE, re.MULTILINE)) - {"SHELL"}
    assert defined - exported - set(re.findall(r"\$\((\w+)\)", MAKEFILE)) == set()


def test_make_leaves_nothing_installed_that_left_the_requirements_but_uv_itself() -> None:
    [made_equal] = re.findall(r"uv pip sync [^&]*", MAKEFILE)
    assert {"--require-hashes", "requirements/dev.txt", "requirements/uv.txt"} <= set(made_equal.split())


def test_caches_live_where_the_agentcore_cli_does_not_package_them() -> None:
    assert "CACHE := .env." in MAKEFILE
    for name in ("HYPOTHESIS_STORAGE_DIRECTORY", "MYPY_CACHE_DIR", "RUFF_CACHE_DIR"):
        assert f"export {name} := $(CACHE)/" in MAKEFILE


def test_no_write_scope_and_no_write_call_to_drive_exists() -> None:
    scopes, calls = set(), set()
    for path in MODULES:
        if name_of(path).startswith("local/"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.startswith("https://www.googleapis.com/auth/"):
                    scopes.add(node.value.rsplit("/", 1)[1])
            elif isinstance(node, ast.Attribute) and name_of(path).startswith("tools/"):
                calls.add(node.attr)
    assert all(scope.endswith(".readonly") for scope in scopes if scope.startswith("drive"))
    assert not calls & {"create", "update", "delete", "copy", "emptyTrash", "hide", "unhide", "watch", "modifyLabels"}
