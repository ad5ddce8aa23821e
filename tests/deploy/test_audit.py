"""The report on the audit: who accessed what between two times."""

import argparse
import gzip
import io
import itertools
import json
import re
import subprocess
import sys
import tracemalloc
import types
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.audit import AuditedCaller
from agent.caller import Caller
from callback.records import person_key
from deploy.audit.arguments import AuditOptions, add_arguments
from deploy.audit.command import report
from deploy.audit.found import found_lines
from deploy.audit.lines import AuditLine, Skipped, account_hash, as_line_time, file_hash, parse, printable, whos
from deploy.audit.people import names_from_list, names_from_user_pool
from deploy.audit.report import Account, write_tables
from deploy.audit.sources import LONGEST_LINE
from deploy.errors import AwsRefusedError, InvalidOptionError
from deploy.settings import AuditSettings
from tests.deploy.test_cli import ROOT, assert_one_sentence, run

KEY = "sample-audit-key"
ISSUER = "https://issuer.example"
[ALICE] = whos(KEY, ISSUER, "alice")
[BOB] = whos(KEY, ISSUER, "bob")
FILE = "1SampleIdOfAFileInDrive_0123456789"
MORNING = ("--from", "2026-11-20T09:00", "--to", "2026-11-20T12:00")


def line(time="09:30:00.000", who=ALICE, event="drive_call", **values):
    told = {
        "time": f"2026-11-20T{time}Z",
        "version": 1,
        "service": "agent",
        "event": event,
        "who": who,
        "outcome": "ok",
        "reason": "",
        "ms": 12,
    }
    call = {"method": "files.list", "files": 3} if event == "drive_call" else {}
    return told | call | values


def options(*arguments, **environ):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    known = {"DRIVE_AGENT_AUDIT_KEY": KEY} | environ
    return AuditOptions.load(AuditSettings.load(known), parser.parse_args([*MORNING, *map(str, arguments)]))


@pytest.fixture
def ask(tmp_path):
    """Write lines to a file, ask about them, and return the report as JSON."""

    def asked(lines, *arguments, **environ):
        path = tmp_path / "audit.jsonl"
        path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines))
        out, err = io.StringIO(), io.StringIO()
        wanted = options("--json", *arguments, path, **environ)
        report(wanted, standard_input=io.BytesIO(), out=out, err=err)
        made = json.loads(out.getvalue())
        assert err.getvalue().splitlines() == made["notes"]
        return made

    return asked


def table(paths, *arguments, given=b"", **environ):
    out = io.StringIO()
    report(options(*arguments, *paths, **environ), standard_input=io.BytesIO(given), out=out, err=io.StringIO())
    return out.getvalue()


def test_events_between_two_times_are_told_in_order_the_first_moment_included_and_the_last_not(ask):
    times = ["11:59:59.999", "09:00:00.000", "08:59:59.999", "12:00:00.000", "10:00:00.000"]
    made = ask([line(time) for time in times])
    assert [event["time"][11:23] for event in made["events"]] == ["09:00:00.000", "10:00:00.000", "11:59:59.999"]
    assert made["from"] == "2026-11-20T09:00:00.000Z"
    assert made["to"] == "2026-11-20T12:00:00.000Z"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-11-20", "2026-11-20T00:00:00.000Z"),
        ("2026-11-20T09:00", "2026-11-20T09:00:00.000Z"),
        ("2026-11-20 09:00:01.5", "2026-11-20T09:00:01.500Z"),
        ("2026-11-20T09:00Z", "2026-11-20T09:00:00.000Z"),
        ("2026-11-20T09:00+09:00", "2026-11-20T00:00:00.000Z"),
        ("2026-11-20T00:00:00.0001", "2026-11-20T00:00:00.001Z"),  # lines have milliseconds only
    ],
)
def test_times_are_iso_8601_and_utc_without_an_offset(said, meant):
    assert options("--from", said, "--to", "2027-01-01", "x").wanted.start == meant


@given(
    st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1)),  # noqa: DTZ001 - the zone is the other argument
    st.integers(-14 * 60, 14 * 60),
)
def test_a_moment_as_lines_spell_it_is_never_earlier_and_less_than_a_millisecond_later(moment, minutes):
    moment = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    spelled = as_line_time(moment)
    assert timedelta() <= datetime.fromisoformat(spelled) - moment < timedelta(milliseconds=1)
    assert len(spelled) == 24


def test_one_person_is_found_by_hash_and_by_issuer_and_subject(ask):
    lines = [line(who=ALICE), line(who=BOB), line(who="")]
    assert [event["who"] for event in ask(lines, "--who", BOB)["events"]] == [BOB]
    assert [event["who"] for event in ask(lines, "--person", ISSUER, "alice")["events"]] == [ALICE]
    assert ask(lines, "--person", ISSUER, "carol")["events"] == []


def test_who_opened_one_file_is_found_by_its_id_or_its_hash(ask):
    hashed = file_hash(KEY, FILE)
    lines = [line(method="files.get", file=hashed), line(method="files.get", file="f" * 16), line()]
    for named in (FILE, hashed):
        assert [event["file"] for event in ask(lines, "--file", named)["events"]] == [hashed]


@pytest.mark.parametrize("said", ["Archer, Alice", " archer, ALICE ", "Bo \x1b[31m"])
def test_one_person_is_found_by_the_name_that_a_list_gives_them(ask, tmp_path, said):
    people = tmp_path / "people.csv"
    people.write_text(f'{ISSUER},alice,"Archer, Alice"\n{ISSUER},bob,Bo \x1b[31m\n')
    made = ask([line(who=ALICE), line(who=BOB), line(who="")], "--people", people, "--who", said)
    assert [event["who"] for event in made["events"]] == [BOB if "Bo" in said else ALICE]


def test_a_person_at_this_computer_is_named_by_a_line_without_an_issuer(ask, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(",local,somebody here\n")
    here = AuditedCaller.of(Caller("local", "", "local").key, KEY).who
    made = ask([line(who=here), line(who=BOB)], "--people", people, "--who", "Somebody here")
    assert [event["name"] for event in made["events"]] == ["somebody here"]


def test_a_name_that_nobody_has_is_said_with_what_else_to_try(ask, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(f"{ISSUER},alice,Alice\n")
    with pytest.raises(InvalidOptionError, match=r"Nobody in --people or --user-pool .* --person"):
        ask([line()], "--people", people, "--who", "Carol")


def test_who_connected_a_google_account_is_found_by_its_address_in_any_case_or_its_hash(ask):
    hashed = account_hash(KEY, "carol@gmail.example")
    checked = {"service": "callback", "event": "account_checked", "reason": "other_email"}
    lines = [line(who=BOB, account=hashed, **checked), line(account="", **checked), line(account="f" * 16, **checked)]
    for named in ("Carol@Gmail.example", hashed):
        [event] = ask([*lines, line()], "--account", named)["events"]
        assert (event["who"], event["account"], event["reason"]) == (BOB, hashed, "other_email")


def test_the_summary_tells_for_each_person_from_when_to_when_and_how_much(ask):
    made = ask(
        [
            line("09:10:00.000", BOB, "sign_in", service="callback"),
            line("09:30:00.000", BOB, method="files.get", files=1, file="a" * 16),
            line("09:20:00.000", BOB, method="files.get", files=1, file="a" * 16),
            line("09:40:00.000", BOB, files=7),
            line("09:05:00.000", ALICE),
        ]
    )
    assert made["people"] == [
        {
            "who": ALICE,
            "name": "",
            "first": "2026-11-20T09:05:00.000Z",
            "last": "2026-11-20T09:05:00.000Z",
            "lines": 1,
            "calls": 1,
            "files": 3,
            "named": 0,
        },
        {
            "who": BOB,
            "name": "",
            "first": "2026-11-20T09:10:00.000Z",
            "last": "2026-11-20T09:40:00.000Z",
            "lines": 4,
            "calls": 3,
            "files": 9,
            "named": 1,
        },
    ]


@pytest.mark.parametrize(
    "shape",
    [
        "{}",
        "2026-11-20T09:30:00.123456789Z {}",
        "2026-11-20 09:30:00,000 INFO drive_agent.audit {}",
        "agent-1  | {}",
        "{}\r",
        '{{"time": "2026-11-20T09:30:00.000Z", "version": 1, "ser{}',  # torn, and the next behind it
    ],
)
def test_a_line_is_found_behind_whatever_a_log_puts_before_it(ask, shape):
    made = ask([shape.format(json.dumps(line()))])
    assert [event["who"] for event in made["events"]] == [ALICE]


def test_lines_that_another_tool_has_written_anew_are_still_the_audits():
    compact = json.dumps(line(), separators=(",", ":"))
    assert parse(compact) == parse(json.dumps(line(), sort_keys=True)) == parse(json.dumps(line()))
    assert isinstance(parse(compact), AuditLine)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-20 INFO agent.app code=not_owner | request refused", Skipped.FOREIGN),
        ('{"timestamp": "2026-11-20T09:30:00Z", "message": "who"}', Skipped.FOREIGN),
        ('{"time": "2026-11-20T09:30:00.000Z", "level": "info"}', Skipped.FOREIGN),
        (json.dumps(line(who="alice@example.com")), Skipped.FOREIGN),
        (json.dumps(line(who=["a"])), Skipped.FOREIGN),
        (json.dumps(line(account="alice@gmail.example")), Skipped.FOREIGN),
        (json.dumps(line(files=-1)), Skipped.FOREIGN),
        (json.dumps(line(ms=True)), Skipped.FOREIGN),
        (json.dumps(line(ms=2**70)), Skipped.FOREIGN),
        (json.dumps(line() | {"time": "2026-11-20 09:30"}), Skipped.FOREIGN),
        (json.dumps(line()) + " and more", Skipped.FOREIGN),
        (json.dumps(line())[:-5], Skipped.TORN),
        ('{"time": ' + "[" * 30_000, Skipped.TORN),
        ('{"time": "2026-11-20T09:30:00.000Z", "version": 1, "ms": ' + "9" * 5000, Skipped.TORN),
        (json.dumps(line(version=2)), Skipped.VERSION),
    ],
)
def test_what_is_no_whole_line_of_the_audit_is_told_apart(text, why):
    assert parse(text) is why


@given(st.text())
def test_any_text_is_either_a_line_or_not(text):
    assert parse(text) in set(Skipped)


@given(st.text(), st.text())
def test_no_value_can_be_taken_for_a_line_of_its_own(reason, before):
    planted = json.dumps(line(who=BOB))
    found = parse(json.dumps(line(reason=reason + planted, method=f"{before}{planted}")))
    assert isinstance(found, AuditLine)
    assert found.who == ALICE
    assert len(found.reason) <= 64
    assert found.reason.isprintable()


def test_what_was_read_and_left_out_is_said(ask):
    lines = [line(), line()["time"], json.dumps(line())[:40], line(version=2), "", line("13:00:00.000")]
    made = ask(lines)
    assert made["read"] == {
        "lines": 5,
        "audit_lines": 2,
        "found": 1,
        "skipped_foreign": 1,
        "skipped_torn": 1,
        "skipped_version": 1,
    }
    text = "\n".join(made["notes"])
    assert "1 event of 1 person found" in text
    assert "Read: 5 lines" in text
    assert "Left out: 1 line torn." in text
    assert "Left out: 1 line not the audit's." in text
    assert "No line is older than 2026-11-20T09:30:00.000Z" in text


def test_rotated_files_that_were_not_given_are_named(ask, tmp_path):
    for name in ("audit.jsonl.1", "audit-20261119.jsonl.gz", "audit.jsonl-20261118", "other.jsonl", "auditor.txt"):
        (tmp_path / name).touch()
    [said] = [note for note in ask([line()])["notes"] if note.startswith("Not read")]
    assert said.endswith(": audit-20261119.jsonl.gz, audit.jsonl-20261118, audit.jsonl.1.")
    [said] = [note for note in ask([line()], tmp_path / "audit.jsonl.1")["notes"] if note.startswith("Not read")]
    assert said.endswith(": audit-20261119.jsonl.gz, audit.jsonl-20261118.")


def test_several_files_compressed_ones_and_standard_input_are_read_as_one(tmp_path):
    rotated = tmp_path / "audit.jsonl.1.gz"
    rotated.write_bytes(gzip.compress(json.dumps(line("09:01:00.000")).encode()))
    plain = tmp_path / "audit.jsonl"
    plain.write_text(json.dumps(line("09:02:00.000")))
    shown = table([plain, rotated, plain, "-"], given=json.dumps(line("09:00:30.000")).encode())
    assert re.findall(r"09:0\d:\d\d", shown)[:3] == ["09:00:30", "09:01:00", "09:02:00"]
    assert "3 events of 1 person" in shown


def test_a_file_that_is_damaged_half_way_is_reported_as_unreadable_and_not_in_part(tmp_path):
    broken = tmp_path / "audit.jsonl.1.gz"
    broken.write_bytes(gzip.compress(json.dumps(line()).encode() * 5000)[:-20])
    with pytest.raises(InvalidOptionError, match="cannot be read"):
        table([broken])


def test_a_line_without_end_is_one_line_that_costs_no_memory(ask):
    made = ask(["x" * (3 * LONGEST_LINE), line()])
    assert (made["read"]["lines"], made["read"]["found"]) == (2, 1)


def test_the_table_says_when_who_what_how_it_ended_and_how_much():
    given = [
        line(event="consent_completed", who=BOB, service="callback", outcome="refused", reason="other_user"),
        line("09:31:00.000", method="files.get", files=1, file="a" * 16),
        line("09:32:00.000", who="", event="request_refused", outcome="refused", reason="no_identity"),
    ]
    shown = table(["-"], given="\n".join(map(json.dumps, given)).encode())
    rows = [re.split(r"\s{2,}", row.strip()) for row in shown.splitlines()]
    assert rows[:4] == [
        ["when (UTC)", "who", "service", "what", "outcome", "files", "ms"],
        ["2026-11-20 09:30:00", BOB, "callback", "consent_completed", "refused (other_user)", "12"],
        ["2026-11-20 09:31:00", ALICE, "agent", f"files.get {'a' * 16}", "ok", "1", "12"],
        ["2026-11-20 09:32:00", "nobody known", "agent", "request_refused", "refused (no_identity)", "12"],
    ]
    assert [row[0] for row in rows[6:9]] == [BOB, ALICE, "nobody known"]
    assert "3 events of 2 people found" in shown
    assert "(UTC)" in shown


def test_the_line_of_an_account_shows_its_hash():
    account = line(event="account_checked", service="callback", account="b" * 16)
    assert f"  callback  account_checked {'b' * 16}  ok  " in table(["-"], given=json.dumps(account).encode())


@pytest.mark.parametrize("width", [80, 100])
def test_in_a_narrow_terminal_words_of_the_table_stay_whole(found, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))  # what a terminal says of itself
    monkeypatch.setenv("TERM", "dumb")
    out = _Terminal()
    write_tables(found, {}, Account({}, []), out)
    shown = out.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    for word in (ALICE, BOB, "a" * 16, "2026-11-20", "09:31:00", "callback", "consent_completed", "(other_user)"):
        assert word in shown.split(), word
    assert shown.split().count(ALICE) == shown.split().count(BOB) == 2, "in the summary, too"


@pytest.fixture
def found():
    with found_lines() as kept:
        given = [
            line(event="consent_completed", who=BOB, service="callback", outcome="refused", reason="other_user"),
            line("09:31:00.000", method="files.get", files=1, file="a" * 16),
        ]
        kept.keep(parse(json.dumps(one)) for one in given)
        yield kept


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nothing_found_is_said(ask):
    assert ask([])["notes"][0].startswith("Nothing found from")
    assert "Nothing found" in table(["-"])


def test_a_long_report_has_one_heading_and_straight_columns():
    given = [line(f"09:00:00.{number:03d}", files=number) for number in range(900)]
    shown = table(["-"], given="\n".join(map(json.dumps, given)).encode()).splitlines()[:901]
    assert sum("when (UTC)" in row for row in shown) == 1
    assert len({row.index("files.list") for row in shown[1:]}) == 1


def test_names_come_from_a_list_of_people_and_what_they_hold_moves_no_cursor(ask, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(f'issuer,subject,name\n{ISSUER},alice,"Archer, Alice"\n\n,slack:T1:U1,\x1b[31m[bold]Bo\x1b\n')
    [slack] = {AuditedCaller.of(Caller("user", "", "slack:T1:U1").key, KEY).who}
    made = ask([line(), line(who=slack), line(who=BOB)], "--people", people)
    assert [event["name"] for event in made["events"]] == ["Archer, Alice", "\ufffd[31m[bold]Bo\ufffd", ""]
    assert "No name is known for 1 of the 3 people." in made["notes"]
    given = json.dumps(line(who=slack)).encode()
    assert "\ufffd[31m[bold]Bo\ufffd" in table(["-"], "--people", people, given=given)


@pytest.mark.parametrize("row", ["only,two", "one,two,three,four", f"{ISSUER},,nobody"])
def test_a_list_of_people_of_another_form_is_refused_by_its_line(tmp_path, row):
    people = tmp_path / "people.csv"
    people.write_text(f"{ISSUER},alice,Alice\n{row}\n")
    with pytest.raises(InvalidOptionError, match="Line 2 of") as raised:
        names_from_list(people, KEY)
    assert "nobody" not in raised.value.user_message


def test_only_missing_names_are_said(ask, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(f"{ISSUER},alice,Alice\n")
    said = [" ".join(ask([line(who=who) for who in whos], "--people", people)["notes"]) for whos in ([ALICE], [BOB])]
    assert "No name" not in said[0]
    assert "No name is known for anybody found." in said[1]
    assert "No name" not in " ".join(ask([], "--people", people)["notes"])


def test_names_come_from_every_page_of_the_user_pool(aws, clients):
    pool_id = clients.cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
    for number in range(61):  # a page has 60
        clients.cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=f"person{number}@example.com",
            UserAttributes=[{"Name": "email", "Value": f"person{number}@example.com"}],
        )
    user = clients.cognito.admin_get_user(UserPoolId=pool_id, Username="person60@example.com")
    [subject] = [one["Value"] for one in user["UserAttributes"] if one["Name"] == "sub"]
    settings = AuditSettings(audit_key=KEY, user_pool_id=pool_id, endpoint_url=aws.url)
    names = names_from_user_pool(settings, clients.cognito)
    assert len(names) == 61
    [who] = whos(KEY, f"https://cognito-idp.us-west-2.amazonaws.com/{pool_id}", subject)
    assert names[who] == "person60@example.com"
    aws.faults["ListUsers"] = (400, "AccessDeniedException", "raw words")
    with pytest.raises(AwsRefusedError, match="cognito-idp:ListUsers"):
        names_from_user_pool(settings, clients.cognito)


def test_without_a_user_pool_the_list_of_people_is_pointed_to():
    with pytest.raises(InvalidOptionError, match="--people"):
        table(["-"], "--user-pool")


@pytest.mark.parametrize(
    ("kind", "issuer", "subject"), [("jwt", ISSUER, "alice"), ("user", "", "slack:T1:U1"), ("local", "", "local")]
)
def test_the_command_the_agent_and_the_callback_service_name_a_person_alike(kind, issuer, subject):
    agents = AuditedCaller.of(Caller(kind, issuer, subject).key, KEY).who
    assert agents in whos(KEY, issuer, subject)
    if kind != "user":  # nobody signs in to a page as one
        assert person_key(kind, issuer, subject) == Caller(kind, issuer, subject).key


def test_the_command_and_the_agent_name_a_file_alike():
    assert AuditedCaller.of("anybody", KEY).file(FILE) == file_hash(KEY, FILE)


def test_without_a_key_the_report_says_so(ask):
    made = ask([line()], "--person", ISSUER, "alice", DRIVE_AGENT_AUDIT_KEY="")
    assert "DRIVE_AGENT_AUDIT_KEY is not set" in made["notes"][-1]
    assert "DRIVE_AGENT_AUDIT_KEY" not in " ".join(ask([line()], DRIVE_AGENT_AUDIT_KEY="")["notes"])


@given(st.text())
def test_what_is_shown_of_a_text_is_printable_and_as_long(text):
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


def test_what_is_printable_stays_as_it_is():
    assert printable("田中 Tanaka") == "田中 Tanaka"


# --- as a person runs it


def test_the_settings_file_names_the_audit_file_that_is_read(tmp_path):
    audit, settings = tmp_path / "audit.jsonl", tmp_path / "settings.env"
    audit.write_text(json.dumps(line()) + "\n")
    settings.write_text(f"DRIVE_AGENT_AUDIT_FILE={audit}\nDRIVE_AGENT_AUDIT_KEY={KEY}\n")
    ended = run("audit", *MORNING, "--person", ISSUER, "alice", settings=settings)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ALICE in ended.stdout
    ended = run("audit", "--from", "2026-01-01", "--to", "2026-01-02", settings=settings)
    assert ended.returncode == 0
    assert ended.stdout.startswith("Nothing found")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([*MORNING], "There is nothing to read"),
        ([*MORNING, "no/such/file"], "no/such/file cannot be read"),
        ([*MORNING, "docs"], "docs cannot be read"),
        (["--from", "yesterday", "--to", "2026-11-20", "-"], "--from has to be a time"),
        (["--from", "2026-11-20", "--to", "9999-12-31T23:59-10:00", "-"], "--to has to be a time"),
        (["--from", "2026-11-20", "--to", "2026-11-20", "-"], "--from has to be before --to"),
        ([*MORNING, "--who", "alice", "-"], "--people or --user-pool"),
        ([*MORNING, "--who", "alice", "-"], "--person"),
        ([*MORNING, "--who", "", "--user-pool", "-"], "--who has to be 16 characters"),
        ([*MORNING, "--account", "carol", "-"], "--account has to be an e-mail address"),
        ([*MORNING, "--people", "no/such/file", "-"], "list of people no/such/file cannot be read"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(arguments, says):
    assert_one_sentence(run("audit", *arguments), 2, says)


def test_missing_times_are_exit_code_2():
    ended = run("audit", "-")
    assert ended.returncode == 2
    assert "--from" in ended.stderr


def test_a_reader_that_leaves_early_is_no_failure(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text((json.dumps(line()) + "\n") * 5000)
    command = [sys.executable, "cli.py", "audit", *MORNING, "--json", str(path)]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    started.stdout.readline()
    started.stdout.close()
    said = started.stderr.read().decode()
    started.stderr.close()
    assert started.wait(30) == 0
    assert "Traceback" not in said


def test_memory_does_not_grow_with_what_is_read_and_found():
    """Lines come one by one, and are kept outside this process's own memory."""
    text = json.dumps(line()).encode() + b"\n"
    peaks = []
    for count in (2000, 2000, 6000):  # the first time what is loaded counts, too
        lines = itertools.repeat(text, count)
        source = types.SimpleNamespace(readline=lambda _, lines=lines: next(lines, b""))
        tracemalloc.start()
        report(options("--json", "-"), standard_input=source, out=_Nowhere(), err=_Nowhere())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 100_000


class _Nowhere(io.StringIO):
    def write(self, text):
        return len(text)


def test_the_fields_of_a_line_are_those_that_are_documented():
    documented = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    for name in [*asdict(AuditLine("", "", "", "", "", "", 0)), "version"]:
        assert f"| `{name}` |" in documented, name
    written = ("sign_in", "sign_out", "consent_started", "consent_completed", "account_checked", "disconnected")
    for event in (*written, "consent_returned", "drive_call"):
        assert f"| `{event}` |" in documented, event
    assert "| `request_refused` |" in documented
