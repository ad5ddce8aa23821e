"""What the buttons do."""

import hashlib
import hmac
import logging

from callback.announcements import Changed
from callback.errors import CallbackError
from chat.slack import home, views
from chat.slack.conversations import Member, Place
from chat.slack.desk import Desk, proof_of
from chat.slack.incoming import Click
from chat.slack.places import Places
from chat.slack.turns import Turns

__all__ = ["Buttons"]

# One line for each opinion, and nothing else: it can be counted without reading anything that anybody wrote.
_feedback = logging.getLogger("chat.slack.feedback")


class Buttons:
    """One method for each; a press by somebody else than the person who asked does nothing."""

    def __init__(self, desk: Desk, places: Places, turns: Turns) -> None:
        self._desk, self._places, self._turns = desk, places, turns

    async def press(self, click: Click) -> None:
        """Do what a button is for."""
        if not self._desk.welcomes(click.member):
            return
        match click.action:
            case views.RETRY:
                await self._say(click, await self._turns.retry(click.value, click.member, click.place))
            case views.SHARE:
                await self._say(click, await self._turns.answers.share(click.value, click.member))
            case views.STOP:
                await self._turns.stop(await self._places.conversation(click.place, click.member))
            case views.ANSWER_HERE | views.ANSWER_PRIVATE:
                await self._choose(click, is_here=click.action == views.ANSWER_HERE)
            case views.FEEDBACK:
                self._note(click)
            case views.DISCONNECT:
                await self._disconnect(click.member)
            case action if action.startswith(f"{views.ASK}_"):
                await self._turns.ask_in_direct_messages(click.member, click.value)

    async def show_home(self, member: Member) -> None:
        """Show somebody what is connected, as the agent sees it now."""
        if not self._desk.welcomes(member):
            return
        await self._desk.state.keep_member(member)
        profile = await self._desk.people.profile(member.user)
        status = home.Connection("missing")
        try:
            for one in await self._desk.door.connections(member.key, proof_of(member)):
                if one.is_connected:
                    status = home.Connection("connected", one.account.email)
                elif one.is_insufficient:
                    status = home.Connection("insufficient")
        except CallbackError:
            status = home.Connection("unknown")
        connect_url = f"{self._desk.door.settings.callback_url}/connect/google-drive"
        await self._desk.slack.publish_home(member, home.home(profile.words, status, connect_url))

    async def suggest(self, member: Member, channel: str) -> None:
        """Offer questions in somebody's direct messages."""
        profile = await self._desk.people.profile(member.user)
        await self._desk.slack.suggest(channel, home.prompts(profile.words))

    def hear(self, changed: Changed) -> None:
        """Keep Home tabs up to date. For `Announcements.subscribe`."""
        self._desk.work.start(self._refresh(changed.person_key))

    async def _refresh(self, person_key: str) -> None:
        member = await self._desk.state.member(person_key)
        if member is not None:
            await self.show_home(member)

    async def _choose(self, click: Click, *, is_here: bool) -> None:
        """Remember where a channel's thread is answered. An answer that is there already follows into the channel."""
        channel, _, thread = click.value.partition(" ")
        conversation = await self._places.conversation(Place(channel, thread), click.member)
        words = (await self._desk.people.profile(click.member.user)).words
        await self._desk.state.choose(conversation, is_here=is_here)
        if not is_here:
            await self._turns.move(conversation)
        await self._turns.consents.show_place(conversation.runtime_session, words, is_here=is_here)
        await self._places.hint(conversation, words, is_here=is_here)
        talk = await self._desk.state.talk(conversation)
        if is_here and talk.last_answer:
            said = await self._turns.answers.share(talk.last_answer, click.member)
            await self._say(click, said if said == "share.failed" else "")

    async def _disconnect(self, member: Member) -> None:
        try:
            await self._desk.door.disconnect(member.key, proof_of(member))
        except CallbackError:
            words = (await self._desk.people.profile(member.user)).words
            channel = await self._desk.slack.direct_messages(member)
            await self._desk.slack.post(channel, views.plain(words("home.disconnect_failed")))
        await self.show_home(member)

    async def _say(self, click: Click, key: str) -> None:
        """Tell whoever pressed a button what came of it."""
        if key:
            words = (await self._desk.people.profile(click.member.user)).words
            message, slack = views.plain(words(key)), self._desk.slack
            if click.place.is_private:
                await slack.post(click.place.channel, message, click.place.thread)
            else:
                await slack.whisper(click.place, click.member, message)

    def _note(self, click: Click) -> None:
        settings = self._desk.door.settings
        key = (settings.audit_key or settings.session_key).encode()
        who = hmac.new(key, f"feedback|{click.member.key}".encode(), hashlib.sha256).hexdigest()[:16]
        opinion = click.value if click.value in {"positive", "negative"} else "other"
        _feedback.info("person=%s opinion=%s | feedback", who, opinion)
