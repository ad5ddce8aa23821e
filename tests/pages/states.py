"""Every page in every state that somebody can get to see, as a name and the values that a handler would pass."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from callback.binding import Reason
from callback.errors import BindingRefusedError, CallbackError
from callback.records import BrowserSession, ConnectedAccount, Person, UserProof
from callback.service_errors import AgentRefusedError, NoIdentityError, NotOwnerError
from callback.web.rendering import Banner

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DETAILS = "https://www.googleapis.com/auth/drive.metadata.readonly"
CONTENTS = "https://www.googleapis.com/auth/drive.readonly"
LONG = "alexandra.konstantinopoulou-featherstonehaugh@very-long-subdomain.of-an-organisation.example.com"


def session_of(name: str, source: str = "oidc", workspace: str = "") -> BrowserSession:
    proof = UserProof("userToken", "sample")
    person = Person(key="a" * 64, name=name, source=source, proof=proof, expires_at=None, workspace=workspace)
    return BrowserSession(created=NOW, seen=NOW, csrf="c" * 43, person=person)


ALICE = session_of("alice@example.com")
LOCAL = session_of("the person at this computer", "local")
IN_SLACK = session_of("Alice", "slack", workspace="Acme")
LONG_IN_SLACK = session_of(
    "Alexandra Konstantinopoulou-Featherstonehaugh", "slack", "International Widgets and Gadgets Holding"
)
NOBODY = BrowserSession(created=NOW, seen=NOW, csrf="c" * 43)


@dataclass
class State:
    """`has_own_elements` is False where only the words differ from another state."""

    id: str
    page: str
    values: dict[str, Any] = field(default_factory=dict)
    who: BrowserSession | None = ALICE
    banner: Banner = ""
    has_own_elements: bool = True


def confirm(name: str, who: BrowserSession = ALICE, banner: Banner = "", **changes: Any) -> State:
    values = {
        "runtime_session": "conversation-0123456789",
        "ask": "details",
        "is_more": False,
        "replaces": None,
        "widens": None,
        "client": "",
        "started": None,
        "now": NOW,
    }
    return State(f"confirm-{name}", "confirm", values | changes, who, banner)


def connected(name: str, **changes: Any) -> State:
    values = {
        "account": ConnectedAccount("alice@gmail.example", "Alice", (DETAILS,)),
        "concern": "",
        "expected": (),
        "runtime_session": "conversation-0123456789",
        "ask": "details",
        "client": "terminal",
        "chat_path": "/chat",
    }
    return State(f"connected-{name}", "connected", values | changes)


def connection(**changes: Any) -> SimpleNamespace:
    values = {
        "provider": "google-drive-provider",
        "is_connected": True,
        "is_insufficient": False,
        "account": ConnectedAccount("alice@gmail.example", "Alice", (DETAILS,)),
        "since": NOW - timedelta(days=3),
        "last_used": NOW - timedelta(seconds=20),
        "concern": "",
    }
    return SimpleNamespace(**values | changes)


def connections(name: str, *listed: SimpleNamespace, who: BrowserSession = ALICE) -> State:
    return State(f"connections-{name}", "connections", {"connections": listed, "now": NOW}, who)


PLAIN = [
    State("home", "home", who=None),
    State("home-signed-in", "home"),
    State("sign-in-oidc-local", "sign_in", {"offered": frozenset({"oidc", "local"})}, NOBODY, "local"),
    State("sign-in-loopback", "sign_in", {"offered": frozenset({"loopback"})}, NOBODY, "loopback"),
    State("signed-out", "signed_out", {"remembers": set()}, None),
    State("signed-out-remembered", "signed_out", {"remembers": {"oidc"}}, None),
    State("signed-out-slack", "signed_out", {"remembers": {"slack"}}, None),
    State(
        "continue", "continue", {"next_path": "/connect/google-drive/continue?flow=0123", "scopes": (DETAILS,)}, None
    ),
    State("continue-unknown", "continue", {"next_path": "/connect/google-drive/continue?flow=0123", "scopes": ()}),
    State("disconnected", "disconnected", {}),
]
CONFIRM = [
    confirm("slack", client="slack", started=NOW - timedelta(minutes=3)),
    confirm("slack-person", who=IN_SLACK, client="slack", started=NOW - timedelta(minutes=3)),
    confirm("slack-long-name", who=LONG_IN_SLACK, client="slack", started=NOW, replaces=""),
    confirm("terminal", client="terminal", started=NOW - timedelta(seconds=5)),
    confirm("web-contents", client="web", started=NOW - timedelta(hours=2), ask="contents", is_more=True),
    confirm(
        "web-wider",
        client="web",
        started=NOW - timedelta(hours=2),
        ask="contents",
        is_more=True,
        widens="a@mail.example",
    ),
    confirm("slack-wider-unnamed", who=IN_SLACK, client="slack", started=NOW, ask="contents", widens=""),
    confirm("other-program", client="some-program", started=NOW - timedelta(minutes=1)),
    confirm("no-client", started=NOW - timedelta(days=1)),
    confirm("no-conversation"),
    confirm("forced", ask="contents", replaces="alice@gmail.example"),
    confirm("forced-unnamed", replaces=""),
    confirm("local", who=LOCAL, banner="local"),
    confirm("long-name", who=session_of(LONG), client="web", started=NOW, replaces=""),
]
CONNECTED = [
    connected("plain"),
    connected("web", client="web"),
    connected("unnamed", account=ConnectedAccount("", "", ())),
    connected("insufficient", concern="insufficient", account=ConnectedAccount("alice@gmail.example", "")),
    connected("unknown", concern="unknown", account=ConnectedAccount("", "", ())),
    connected("other-email", concern="other_email", expected=("alice@example.com",)),
    connected("refused-domain", concern="refused_domain", expected=("example.com", "example.net", "example.org")),
    connected("refused-email", concern="refused_email", expected=("alice@example.com",)),
    connected("refused-nobody", concern="refused_email"),
    connected("refused-unknown", concern="refused_unknown", account=ConnectedAccount("", "", ())),
    connected("without-a-question", runtime_session=""),
    connected("without-a-chat", runtime_session="", chat_path=""),
    connected("long-name", account=ConnectedAccount(LONG, "", (DETAILS, "openid", "https://unheard.example/of"))),
]
CONNECTIONS = [
    connections("plain", connection()),
    connections("contents", connection(account=ConnectedAccount(LONG, "", (DETAILS, CONTENTS)), last_used=None)),
    connections("unknown", connection(account=ConnectedAccount("", ""), since=None, concern="unknown")),
    connections("other-email", connection(concern="other_email")),
    connections("refused", connection(concern="refused_domain"), connection(concern="refused_email")),
    connections("insufficient", connection(is_connected=False, is_insufficient=True)),
    connections("not", connection(is_connected=False, account=ConnectedAccount("", ""), since=None, last_used=None)),
    connections("none"),
]


def all_errors() -> Iterator[CallbackError]:
    """One of each class of the service's own, and of each reason of session binding."""
    waiting = [CallbackError]
    while waiting:
        cls = waiting.pop()
        waiting += [known for known in cls.__subclasses__() if known.__module__.startswith("callback.")]
        if cls is BindingRefusedError:
            yield from (BindingRefusedError(reason) for reason in Reason)
        elif cls is NotOwnerError or cls is NoIdentityError:
            yield cls(cls.code.removeprefix("agent_"), "A sentence of the agent's own.")
        elif cls is AgentRefusedError:
            yield cls("upside_down", "A sentence of the agent's own, with <angle> brackets.")
        else:
            yield cls()


def error_states() -> list[State]:
    states = [State(f"error-{error.code}", "error", {"error": error}, None) for error in all_errors()]
    for state in states:
        state.has_own_elements = state.values["error"].code in {"internal", "agent_upside_down"}
    owner = NotOwnerError("not_owner", "")
    return [*states, State("error-agent_not_owner-signed-in", "error", {"error": owner}, ALICE, "loopback")]


STATES = [*PLAIN, *CONFIRM, *CONNECTED, *CONNECTIONS, *error_states()]
# Other words in the elements of another state.
for _state in STATES:
    if _state.id in {
        "signed-out",
        "continue-unknown",
        "signed-out-slack",
        "confirm-slack-person",
        "confirm-terminal",
        "confirm-other-program",
        "confirm-no-client",
        "connected-unnamed",
        "connected-other-email",
        "connected-without-a-chat",
        "connected-without-a-question",
        "connected-refused-email",
        "connected-refused-nobody",
        "connections-other-email",
        "connections-unknown",
    }:
        _state.has_own_elements = False
