"""Look into the zip that `agentcore package` made: `python tests/clients/package_contents.py ZIP`.

What has to be in it is, what must not be is not, it is small enough, and what is compiled is for the Runtime's
processor: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html
"""

import sys
import zipfile
from pathlib import Path, PurePosixPath

LARGEST_ZIP, LARGEST_CONTENT = 250 * 1024**2, 750 * 1024**2
NEEDED = {"main.py", "agent/app.py", "tools/drive.py", "prompts/system.md", "strands/__init__.py"}
FORBIDDEN = {".env", ".git", ".venv"}
# Of tools: they hold copies of it, what tests made up, or what an agent answered.
CACHES = {".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache", "test-output"}
AARCH64 = (183).to_bytes(2, "little")  # e_machine of an ELF file


def main(path):
    size = Path(path).stat().st_size
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        unpacked = sum(entry.file_size for entry in archive.infolist())
        compiled = [name for name in names if name.endswith(".so")]
        foreign = sorted(name for name in compiled if _machine(archive, name) != AARCH64)
    secret = sorted(name for name in names if any(_is_forbidden(part) for part in PurePosixPath(name).parts))
    cached = sorted(name for name in names if CACHES.intersection(PurePosixPath(name).parts))
    if cached:
        return f"The package holds the caches of a developer's tools: {cached[:5]}"
    if secret:
        return f"The package holds what must not leave this machine: {secret[:5]}"
    if NEEDED - names:
        return f"The package lacks {sorted(NEEDED - names)}."
    if size >= LARGEST_ZIP or unpacked >= LARGEST_CONTENT:
        return f"The package is too large for the Runtime: {size} bytes, {unpacked} unpacked."
    if foreign or not compiled:
        return f"The package holds code for another processor than arm64: {foreign[:5]}"
    sys.stdout.write(f"{len(names)} files, {size / 1024**2:.0f} MiB, {unpacked / 1024**2:.0f} MiB unpacked\n")
    return 0


def _is_forbidden(part):
    return part in FORBIDDEN or part.startswith(".env.")


def _machine(archive, name):
    with archive.open(name) as library:
        return library.read(20)[18:20]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
