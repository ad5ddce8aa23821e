"""`drive-agent audit`: who accessed what between two times.

Lines are read once, those asked for kept in order in a temporary database, and the report says what it rests on.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO

from deploy.audit.arguments import AuditOptions
from deploy.audit.found import Found, found_lines
from deploy.audit.lines import AuditLine, Skipped, parse
from deploy.audit.people import called, names_from_list, names_from_user_pool
from deploy.audit.report import Account, write_json, write_tables
from deploy.audit.sources import STANDARD_INPUT, Source, left_out, lines_of

__all__ = ["report"]


@dataclass
class _Reading:
    """Counts what is read while it is."""

    options: AuditOptions
    lines: int = 0
    oldest: str = ""
    newest: str = ""
    skipped: Counter[Skipped] = field(default_factory=Counter)

    def matching(self, texts: Iterator[str]) -> Iterator[AuditLine]:
        for text in texts:
            if not text.strip():
                continue
            self.lines += 1
            line = parse(text)
            if isinstance(line, Skipped):
                self.skipped[line] += 1
                continue
            self.oldest = min(self.oldest or line.time, line.time)
            self.newest = max(self.newest, line.time)
            if self.options.wanted.has(line):
                yield line


def report(options: AuditOptions, *, standard_input: Source, out: IO[str], err: IO[str]) -> None:
    """Write the report to `out`; where that is JSON, its notes go to `err`, too.

    Raises: `DeployError` where a source or the names cannot be read; nothing is written then.
    """
    names = _names(options)
    if options.named:
        options = replace(options, wanted=replace(options.wanted, whos=called(options.named, names)))
    reading = _Reading(options)
    with found_lines() as found:
        found.keep(reading.matching(lines_of(options.paths, standard_input)))
        account = _account(options, reading, found, names)
        if options.is_json:
            write_json(found, names, options.wanted, account, out)
            err.writelines(f"{note}\n" for note in account.notes)
        else:
            write_tables(found, names, account, out)
        out.flush()


def _names(options: AuditOptions) -> Mapping[str, str]:
    if options.people is not None:
        return names_from_list(options.people, options.settings.audit_key)
    return names_from_user_pool(options.settings) if options.is_user_pool else {}


def _account(options: AuditOptions, reading: _Reading, found: Found, names: Mapping[str, str]) -> Account:
    wanted = options.wanted
    people = [one.who for one in found.summaries() if one.who]
    ours = reading.lines - reading.skipped.total()
    sources = ", ".join("standard input" if path == STANDARD_INPUT else path for path in options.paths)
    what = f"{_count(len(found), 'event')} of {_count(len(people), 'person', 'people')}" if len(found) else "Nothing"
    notes = [
        f"{what} found from {wanted.start} to before {wanted.end} (UTC).",
        f"Read: {_count(reading.lines, 'line')} of {sources}; {ours} are the audit's{_reach(reading)}.",
    ]
    skipped = [(why, reading.skipped[why]) for why in Skipped if reading.skipped[why]]
    notes += [f"Left out: {_count(count, 'line')} {why}." for why, count in skipped]
    if reading.oldest > wanted.start:
        notes.append(
            f"No line is older than {reading.oldest}: what happened before, if anything, is not in these files."
        )
    if beside := left_out(options.paths):
        notes.append(f"Not read, although it lies beside: {', '.join(beside)}.")
    if options.people is not None or options.is_user_pool:
        notes += _nameless(sum(who not in names for who in people), len(people))
    read = {"lines": reading.lines, "audit_lines": ours, "found": len(found)}
    left = {f"skipped_{why.name.lower()}": reading.skipped[why] for why in Skipped}
    return Account(read | left, [*notes, *options.notes])


def _nameless(count: int, people: int) -> list[str]:
    if not count:
        return []
    return [f"No name is known for {'anybody found' if count == people else f'{count:,} of the {people:,} people'}."]


def _reach(reading: _Reading) -> str:
    return f", from {reading.oldest} to {reading.newest}" if reading.oldest else ""


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
