"""The people everybody knows here: pure data for the stand-ins, tests and demos.

Nobody here exists. `example.com` and `.example` are reserved for such use (RFC 2606), and the password is
a sample that opens nothing but the stand-ins of this folder.
"""

from dataclasses import dataclass

__all__ = [
    "ALICE",
    "BEN",
    "BOB",
    "CAROL",
    "DANA",
    "GOOGLE_ACCOUNTS",
    "PEOPLE",
    "SAMPLE_PASSWORD",
    "SLACK_TEAM_ID",
    "YUKI",
    "GoogleAccount",
    "Person",
]

SAMPLE_PASSWORD = "local-only-password"
SLACK_TEAM_ID = "T0SAMPLE01"


@dataclass(frozen=True, slots=True)
class GoogleAccount:
    """An account at Google.

    `subject` is the `sub` of Google's ID tokens, `permission_id` the id Drive shows for the same account.
    """

    email: str
    display_name: str
    given_name: str
    family_name: str
    subject: str
    permission_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in at work (`email`, `password`) and owns the Google account `google`.

    `slack_id` and `locale` are those of the workspace that the Slack stand-in holds.
    """

    name: str
    display_name: str
    email: str
    password: str
    google: GoogleAccount
    slack_id: str
    locale: str


ALICE = GoogleAccount(
    "alice@gmail.example", "Alice Archer", "Alice", "Archer", "100000000000000000001", "10000000000000000001"
)
BOB = GoogleAccount("bob@gmail.example", "Bob Brandt", "Bob", "Brandt", "100000000000000000002", "10000000000000000002")
CAROL = GoogleAccount(
    "carol@gmail.example", "Carol Castillo", "Carol", "Castillo", "100000000000000000003", "10000000000000000003"
)
BEN = GoogleAccount("ben@gmail.example", "Ben Ortiz", "Ben", "Ortiz", "100000000000000000004", "10000000000000000004")
YUKI = GoogleAccount("yuki@gmail.example", "田中 由紀", "由紀", "田中", "100000000000000000005", "10000000000000000005")
DANA = GoogleAccount(
    "dana@gmail.example", "Dana Novak", "Dana", "Novak", "100000000000000000006", "10000000000000000006"
)

PEOPLE: tuple[Person, ...] = (
    Person("alice", "Alice Archer", "alice@example.com", SAMPLE_PASSWORD, ALICE, "U0ALICE001", "en-US"),
    Person("bob", "Bob Brandt", "bob@example.com", SAMPLE_PASSWORD, BOB, "U0BOB00001", "en-GB"),
    Person("carol", "Carol Castillo", "carol@example.com", SAMPLE_PASSWORD, CAROL, "U0CAROL001", "ja-JP"),
)

# Ben, Yuki and Dana work with them in Drive and never sign in to the product.
GOOGLE_ACCOUNTS: tuple[GoogleAccount, ...] = (ALICE, BOB, CAROL, BEN, YUKI, DANA)
