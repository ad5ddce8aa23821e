"""What `drive-agent audit` may be asked, and what it was asked."""

import argparse
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from deploy.audit.lines import Wanted, account_hash, as_line_time, file_hash, is_hash, whos
from deploy.errors import InvalidOptionError
from deploy.settings import AuditSettings

__all__ = ["AuditOptions", "add_arguments"]


@dataclass(frozen=True, kw_only=True)
class AuditOptions:
    """Everything a report needs to know. Build it with `load`. `named`: whom `--who` means, until names are known."""

    settings: AuditSettings
    wanted: Wanted
    paths: tuple[str, ...]
    named: str = ""
    people: Path | None = None
    is_user_pool: bool = False
    is_json: bool = False
    # What the report cannot be sure of.
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def load(cls, settings: AuditSettings, said: argparse.Namespace) -> "AuditOptions":
        """Check and combine arguments and settings. Raises: `InvalidOptionError`."""
        wanted = Wanted(
            start=_moment("--from", said.start),
            end=_moment("--to", said.end),
            whos=_whos(settings, said),
            file=_file(settings, said.file),
            account=_account(settings, said.account),
        )
        if wanted.start >= wanted.end:
            raise InvalidOptionError("--from has to be before --to; what happened at --to itself is left out.")
        paths = tuple(said.paths) or ((settings.audit_file,) if settings.audit_file else ())
        if not paths:
            raise InvalidOptionError(
                "There is nothing to read: name files, or '-' for standard input, or set DRIVE_AGENT_AUDIT_FILE."
            )
        is_hashed = any(value and not is_hash(value) for value in (said.file, said.account))
        needs_key = said.person or said.people or said.user_pool or is_hashed
        notes: tuple[str, ...] = ()
        if needs_key and not settings.audit_key:
            notes = (
                "DRIVE_AGENT_AUDIT_KEY is not set, so people, files and accounts are named as services without it do.",
            )
        return cls(
            settings=settings,
            wanted=wanted,
            paths=paths,
            named=said.who if said.who is not None and wanted.whos is None else "",
            people=said.people,
            is_user_pool=said.user_pool,
            is_json=said.json,
            notes=notes,
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command may be asked."""
    parser.epilog = (
        "Times are ISO 8601: 2026-11-20T09:00, 2026-11-20T09:00+09:00. Without an offset they are UTC; a date alone is"
        " its midnight."
    )
    parser.add_argument("--from", dest="start", required=True, metavar="TIME", help="the first moment")
    parser.add_argument("--to", dest="end", required=True, metavar="TIME", help="the moment at which to stop")
    one = parser.add_mutually_exclusive_group()
    one.add_argument(
        "--who", metavar="WHO", help="only this person: the audit's hash, or with --people or --user-pool their name"
    )
    one.add_argument(
        "--person", nargs=2, metavar=("ISSUER", "SUBJECT"), help="only this person; '' and a user id without an issuer"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--file", metavar="ID", help="only calls that name this file: Drive's id, or the audit's hash")
    what.add_argument(
        "--account",
        metavar="ADDRESS",
        help="only consents that connected this Google account: its e-mail address, or the audit's hash",
    )
    names = parser.add_mutually_exclusive_group()
    names.add_argument("--people", type=Path, metavar="FILE", help="names from a CSV file: issuer,subject,name")
    names.add_argument("--user-pool", action="store_true", help="names from the Cognito user pool of the settings")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, .gz as well; - is standard input (default: DRIVE_AGENT_AUDIT_FILE)",
    )


def _moment(option: str, text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
        return as_line_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise InvalidOptionError(
            f"{option} has to be a time such as 2026-11-20T09:00, 2026-11-20T09:00+09:00 or 2026-11-20."
        ) from error


def _whos(settings: AuditSettings, said: argparse.Namespace) -> frozenset[str] | None:
    if said.who is not None and is_hash(said.who):
        return frozenset({said.who})
    if said.who is not None:
        if not said.who.strip() or not (said.people or said.user_pool):
            raise InvalidOptionError(
                "--who has to be 16 characters of 0-9 and a-f, as in the audit's lines. With --people or --user-pool it"
                " may be a name or an e-mail address; --person takes the issuer and subject of a token."
            )
        return None
    return whos(settings.audit_key, *said.person) if said.person else None


def _file(settings: AuditSettings, named: str | None) -> str | None:
    # No id of Drive has 16 characters.
    return named if named is None or is_hash(named) else file_hash(settings.audit_key, named)


def _account(settings: AuditSettings, named: str | None) -> str | None:
    if named is None or is_hash(named):
        return named
    if "@" not in named:
        raise InvalidOptionError(
            "--account has to be an e-mail address, or 16 characters of 0-9 and a-f as in the audit's lines."
        )
    return account_hash(settings.audit_key, named.strip())
