"""The settings file: `KEY=value` lines, readable by its owner only.

Values are taken literally: no quotes, no escapes, no interpolation. Comments and keys that are not ours
survive a rewrite, in their places.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.errors import DeployError

_OWNER_ONLY = 0o600


class UnreadableSettingsError(DeployError):
    """The file holds something other than `KEY=value` lines, or cannot be read or written."""


def read(path: Path) -> dict[str, str]:
    """Return the keys and values of `path`; empty when there is no such file."""
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(path), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        key, equals, value = stripped.partition("=")
        if not equals or not key.strip():
            # The line itself may hold a secret, so only its number is shown.
            raise UnreadableSettingsError(f"Line {number} of {path} is not of the form KEY=value.")
        found[key.strip()] = value.strip()
    return found


def write(path: Path, values: Mapping[str, str], forget: frozenset[str] = frozenset()) -> bool:
    """Put `values` into `path` and remove the keys in `forget`; return whether anything changed.

    The new file replaces the old one in one step, with mode 0600 from its first byte on.
    """
    for key, value in values.items():
        if "\n" in value or "\r" in value or value != value.strip():
            raise UnreadableSettingsError(f"The value of {key} cannot be kept in {path}: it has line breaks or blanks.")
    before = _lines(path)
    after = _merged(before, values, forget)
    if after == before and (not after or path.stat().st_mode & 0o777 == _OWNER_ONLY):
        return False
    try:
        _replace(path, "".join(f"{line}\n" for line in after))
    except OSError as error:
        raise UnreadableSettingsError(f"{path} cannot be written ({error.strerror}).") from error
    return True


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSettingsError(f"{path} cannot be read ({type(error).__name__}).") from error


def _merged(before: list[str], values: Mapping[str, str], forget: frozenset[str]) -> list[str]:
    after: list[str] = []
    missing = dict(values)
    for line in before:
        key = line.partition("=")[0].strip()
        if line.lstrip().startswith("#") or (key not in values and key not in forget):
            after.append(line)
        elif key in missing:
            after.append(f"{key}={missing.pop(key)}")
    return after + [f"{key}={value}" for key, value in missing.items()]


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp creates the file with mode 0600, so that the secrets are never readable by others.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
