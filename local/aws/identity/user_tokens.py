"""JWTs handed to GetWorkloadAccessTokenForJWT.

AWS validates them against the authorizer of the agent, which a free-standing workload identity does not have. Here a
token that claims to be from one of this stand-in's user pools is verified in full; one of any other issuer has to be
shaped like a JWT with issuer and subject, and in time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from local.aws.clock import Clock
from local.aws.errors import invalid, unauthorized
from local.aws.identity.principals import Principal, principal_of_jwt
from local.aws.issuers import DiscoveryError, Issuers
from local.aws.jwt_check import JwtError, issuer_and_subject, read_claims, verified_claims


class UserTokens:
    """`is_local_pool` says whether an issuer is a user pool of this stand-in."""

    def __init__(self, issuers: Issuers, is_local_pool: Callable[[str], bool], clock: Clock) -> None:
        self._issuers = issuers
        self._is_local_pool = is_local_pool
        self._clock = clock

    async def principal(self, token: str) -> Principal:
        """The person of a token. Raises ValidationException for a malformed token, UnauthorizedException else."""
        try:
            claims = read_claims(token)
            issuer, _ = issuer_and_subject(claims)
        except JwtError as error:
            raise invalid(str(error)) from error
        if self._is_local_pool(issuer):
            await self._verify(token, issuer)
        self._check_time(claims)
        return principal_of_jwt(token)

    async def _verify(self, token: str, issuer: str) -> None:
        try:
            published = await self._issuers.read(f"{issuer}/.well-known/openid-configuration")
            verified_claims(token, published.keys)
        except (DiscoveryError, JwtError) as error:
            raise unauthorized(str(error)) from error

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        expires = claims.get("exp")
        if isinstance(expires, int | float) and expires <= self._clock().timestamp():
            raise unauthorized("The user token has expired")
