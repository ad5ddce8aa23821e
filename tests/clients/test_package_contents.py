"""What the check of a package lets pass. `agentcore_cli.sh` runs it on a real package."""

import zipfile

import pytest

from tests.clients.package_contents import AARCH64, NEEDED, main

LIBRARY = b"\x7fELF".ljust(18, b"\0") + AARCH64


@pytest.fixture
def package(tmp_path):
    """Write a package that is in order but for the files that a test adds."""

    def write(*added):
        path = tmp_path / "package.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in (*sorted(NEEDED), *added):
                archive.writestr(name, "sample")
            archive.writestr("orjson/orjson.so", LIBRARY)
        return path

    return write


def test_a_package_of_code_alone_passes(package):
    assert main(package("prompts/consent.md", "strands/cache.py")) == 0


@pytest.mark.parametrize(
    "name",
    [
        ".mypy_cache/3.11/agent/app.data.json",
        ".ruff_cache/0.17.0/1234",
        ".hypothesis/unicode_data/sample",
        ".import_linter_cache/sample",
        ".pytest_cache/README.md",
        "test-output/evals.json",
    ],
)
def test_caches_and_reports_of_a_developer_must_not_ship(package, name):
    assert "caches" in str(main(package(name)))


@pytest.mark.parametrize("name", [".env.cache/mypy/sample", ".env.drive-agent/settings.env", ".git/config", ".env"])
def test_what_only_this_machine_may_know_must_not_ship(package, name):
    assert "must not leave this machine" in str(main(package(name)))
