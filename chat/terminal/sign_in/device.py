"""Sign in with a code that the person types in elsewhere: the device authorization grant of RFC 8628.

For terminals without a browser, where the identity provider has it (Auth0, Entra ID, Okta; Cognito has not).
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chat.errors import ChatError, SignInNeededError
from chat.plain import plain_line, plain_link
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.provider import Provider, TokenAnswer, TokenRefusedError, seconds

__all__ = ["sign_in_elsewhere"]

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL_S = 5.0  # RFC 8628, 3.2: where the provider names none; 3.5: what `slow_down` adds
_LONGEST_S = 1800.0
_USER_CODE = re.compile(r"[ -~]{1,40}")


@dataclass(frozen=True)
class _Asked:
    device_code: str = field(repr=False)
    user_code: str
    link: str
    whole_link: str
    lifetime_s: float
    interval_s: float


async def sign_in_elsewhere(
    provider: Provider,
    settings: IssuerSettings,
    *,
    say: Callable[[str], None],
    now: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> TokenAnswer:
    """Show a link and a code, and ask the provider until the person has entered it.

    Raises: `SignInNeededError` where the person says no or is too late.
    """
    endpoint = (await provider.endpoints()).device
    if not endpoint:
        raise ChatError("This identity provider has no sign-in by code: leave --device out.")
    form = {"scope": settings.scopes} | ({"audience": settings.audience} if settings.audience else {})
    asked = _read(await provider.post(endpoint, form))
    say("To sign in, open this address in any browser, on this machine or another:")
    say(asked.whole_link or asked.link)
    say(
        f"Go on there only if it shows the code {asked.user_code}."
        if asked.whole_link
        else f"Enter the code {asked.user_code} there."
    )
    return await _wait(provider, asked, now=now, sleep=sleep)


async def _wait(
    provider: Provider, asked: _Asked, *, now: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
) -> TokenAnswer:
    over_at, interval_s = now() + asked.lifetime_s, asked.interval_s
    form = {"grant_type": _GRANT, "device_code": asked.device_code}
    while now() + interval_s < over_at:
        await sleep(interval_s)
        try:
            return await provider.tokens(form)
        except TokenRefusedError as error:
            if error.code == "slow_down":
                interval_s += _INTERVAL_S
            elif error.code == "access_denied":
                raise SignInNeededError("Signing in was refused at the identity provider.") from error
            elif error.code == "expired_token":
                break
            elif error.code != "authorization_pending":
                raise
        except ChatError as error:
            if not error.is_passing:
                raise
            interval_s *= 2  # RFC 8628, 3.5: a provider that does not answer is asked less often
    raise SignInNeededError("The code has expired, and nobody has signed in with it: run `drive-agent sign-in` again.")


def _read(said: Mapping[str, Any]) -> _Asked:
    device_code, user_code = said.get("device_code"), said.get("user_code")
    # Google and early implementations: verification_url.
    link = said.get("verification_uri") or said.get("verification_url")
    whole = said.get("verification_uri_complete")
    texts = isinstance(device_code, str) and isinstance(user_code, str) and isinstance(link, str)
    if not texts or not _USER_CODE.fullmatch(str(user_code)) or not plain_link(str(link)):
        raise ChatError("The identity provider's answer is of no use: it has no code to sign in with.")
    return _Asked(
        device_code=str(device_code),
        user_code=plain_line(str(user_code)),
        link=plain_link(str(link)),
        whole_link=plain_link(whole) if isinstance(whole, str) else "",
        lifetime_s=min(seconds(said.get("expires_in")) or _LONGEST_S, _LONGEST_S),
        interval_s=max(seconds(said.get("interval")) or _INTERVAL_S, 1.0),
    )
