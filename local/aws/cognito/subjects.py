"""The same `sub` for the same person at every start, as a user pool that lives on would have it.

What an agent keeps for somebody is kept under issuer and subject; a stand-in that forgets everything when it stops
would lock them out of it. moto draws the `sub` from its own generator, so that is seeded for the one call and then goes
back to the system's entropy: codes, tokens and secrets stay as random as they were.
"""

import asyncio
import json

from moto.moto_api._internal import mock_random
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from local.aws.bodies import read_body, replayed

_TARGET = "AWSCognitoIdentityProviderService.AdminCreateUser"


class SteadySubjects:
    """Stands before moto; everything but `AdminCreateUser` goes through untouched.

    A `sub` is made of the pool's id and the username. Whoever is created again in one run gets a new one, as there:
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._created: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand over to moto, with its generator seeded where a person is new."""
        if scope["type"] != "http" or Headers(scope=scope).get("x-amz-target") != _TARGET:
            await self._inner(scope, receive, send)
            return
        body = await read_body(receive)
        name = _name_in(body)
        if not name or name in self._created:
            await self._inner(scope, replayed(body), send)
            return
        self._created.add(name)
        async with self._one_at_a_time:
            mock_random.seed(name)
            try:
                await self._inner(scope, replayed(body), send)
            finally:
                mock_random.seed()


def _name_in(body: bytes) -> str:
    try:
        asked = json.loads(body)
        return f"{asked['UserPoolId']}/{asked['Username']}"
    except (ValueError, KeyError, TypeError):
        return ""  # moto has its own answer to that
