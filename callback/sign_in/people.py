"""How somebody can be signed in here, apart from OpenID Connect, and whether a sign-in still counts."""

import logging
from pathlib import Path

from callback.errors import SignInAgainError, TokenFileError
from callback.records import Person, Source
from callback.settings import Settings
from callback.sign_in.slack import is_at_home
from callback.sign_in.tokens import local_person, person_of

logger = logging.getLogger(__name__)


def ways(settings: Settings) -> frozenset[Source]:
    """The ways to sign in that these settings offer."""
    offered: dict[Source, bool] = {
        "oidc": settings.sign_in == "oidc" and settings.oidc is not None,
        "loopback": settings.sign_in == "loopback",
        "local": settings.local_agent_url is not None,
        "slack": settings.sign_in == "slack" and settings.oidc is not None,
    }
    return frozenset(source for source, is_offered in offered.items() if is_offered)


def person_at_this_computer(settings: Settings, source: str) -> Person:
    """The person behind a button instead of a password. Raises: `SignInAgainError` where that is not offered."""
    if source == "local" and source in ways(settings):
        return local_person(settings.local_user)
    if source == "loopback" and source in ways(settings):
        return person_of(_bearer(settings), "loopback")
    raise SignInAgainError


def still_signed_in(settings: Settings, person: Person | None) -> Person | None:
    """The person of a session, unless the way in which they signed in has been switched off since.

    Nor does somebody from a Slack workspace that counts no more.
    """
    if person is None or person.source not in ways(settings):
        return None
    slack = settings.oidc.slack if settings.oidc and person.source == "slack" else None
    return person if slack is None or is_at_home(person, slack) else None


def renewed(settings: Settings, person: Person) -> Person:
    """The person with the proof for a new flow: a token file is read again, because its owner renews it there.

    Raises: `SignInAgainError` when the file now belongs to somebody else.
    """
    if person.source != "loopback":
        return person
    current = person_of(_bearer(settings), "loopback")
    if current.key != person.key:
        raise SignInAgainError
    return current


def _bearer(settings: Settings) -> str:
    if settings.bearer_file is not None:
        return _read(settings.bearer_file)
    return settings.bearer or ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        logger.error("error=%s | DRIVE_AGENT_TOKEN_FILE cannot be read", type(error).__name__)  # noqa: TRY400
        raise TokenFileError from error
