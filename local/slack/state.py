"""Everything the stand-in knows, in one place: made at the start, emptied by `reset`."""

from dataclasses import dataclass, fields
from datetime import datetime

from local.ledger import Ledger
from local.slack.bell import Bell
from local.slack.clock import Clock, Stamps, utc_now
from local.slack.delivery import Delivery
from local.slack.faults import Faults
from local.slack.journal import Journal
from local.slack.keys import Keys
from local.slack.messages import Messages
from local.slack.rooms import Rooms
from local.slack.sign_ins import SignIns
from local.slack.surfaces import Surfaces
from local.slack.switches import Switches
from local.slack.tickets import Tickets
from local.slack.workspace import APP, App

__all__ = ["State", "build_state"]


@dataclass(slots=True)
class State:
    """`app` may be changed (`PUT /_standin/app`); `first_app` is what `reset` goes back to. `origin` is known late."""

    clock: Clock
    app: App
    first_app: App
    stamps: Stamps
    rooms: Rooms
    messages: Messages
    surfaces: Surfaces
    tickets: Tickets
    sign_ins: SignIns
    faults: Faults
    switches: Switches
    journal: Journal
    keys: Keys
    ledger: Ledger
    delivery: Delivery
    bell: Bell
    origin: str = "http://127.0.0.1:4568"

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock()

    def reset(self) -> None:
        """As at the start: nothing said, nobody signed in, no faults. The signing key and connections stay."""
        self.app = self.first_app
        for each in (self.rooms, self.messages, self.surfaces, self.tickets, self.sign_ins, self.faults, self.delivery):
            each.clear()
        self.journal.reset()
        fresh = Switches()
        for switch in fields(fresh):
            setattr(self.switches, switch.name, getattr(fresh, switch.name))


def build_state(app: App = APP, *, clock: Clock = utc_now) -> State:
    """The state of a fresh stand-in."""
    stamps, ledger, journal, switches = Stamps(clock), Ledger(), Journal(), Switches()
    for kind, value in (
        ("bot token", app.bot_token),
        ("app token", app.app_token),
        ("signing secret", app.signing_secret),
        ("client secret", app.client_secret),
    ):
        ledger.note(kind, value)
    state = State(
        clock=clock,
        app=app,
        first_app=app,
        stamps=stamps,
        rooms=Rooms(),
        messages=Messages(stamps),
        surfaces=Surfaces(),
        tickets=Tickets(clock, ledger),
        sign_ins=SignIns(clock, ledger),
        faults=Faults(),
        switches=switches,
        journal=journal,
        keys=Keys(),
        ledger=ledger,
        delivery=Delivery(lambda: state.app, clock, journal, switches),
        bell=Bell(),
    )
    return state
