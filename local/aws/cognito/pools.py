"""moto's user pools, read and used: clients, passwords, tokens. The only module that knows moto's Cognito objects.

Tokens are made by moto's own pool, so that one key verifies those of the sign-in pages and of `InitiateAuth`.
Claims as in https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
"""

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.cognitoidp.models import (
    CognitoIdpUser,
    CognitoIdpUserPool,
    CognitoIdpUserPoolClient,
    UserStatus,
    cognitoidp_backends,
)
from moto.cognitoidp.utils import check_secret_hash

from local.aws.names import ACCOUNT

LIFETIME_S = 3600
_PROFILE = {"name", "given_name", "family_name", "nickname", "picture", "locale", "zoneinfo", "updated_at"}


@dataclass(frozen=True)
class AppClient:
    """An app client's settings, as far as OAuth needs them. `secret` is None for a public client.

    `retry_s`: for how long a refresh token that was rotated out can be used again; None where they do not rotate.
    """

    client_id: str
    pool_id: str
    secret: str | None
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    scopes: tuple[str, ...]
    code_flow: bool
    explicit_flows: tuple[str, ...]
    retry_s: int | None


@dataclass(frozen=True)
class Grant:
    """What tokens are minted for."""

    client_id: str
    username: str
    scopes: tuple[str, ...]
    nonce: str | None
    auth_time: datetime


def issuer_of(pool_id: str) -> str:
    """The `iss` that moto, like Cognito, puts into a pool's tokens."""
    region = pool_id.rpartition("_")[0]
    return f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"


def _pools() -> Iterator[CognitoIdpUserPool]:
    # Copies: moto's own threads may add to them meanwhile.
    for backend in list(cognitoidp_backends[ACCOUNT].values()):
        yield from list(backend.user_pools.values())


class Pools:
    """All user pools of the account."""

    def is_local(self, issuer: str) -> bool:
        """Is this the issuer of one of the pools here?"""
        return any(issuer_of(pool.id) == issuer for pool in _pools())

    def exists(self, pool_id: str) -> bool:
        """Is there such a pool?"""
        return any(pool.id == pool_id for pool in _pools())

    def client(self, client_id: str) -> AppClient | None:
        """An app client, in whichever pool."""
        found = _find(client_id)
        if found is None:
            return None
        pool, client = found
        config = client.extended_config
        flows = config.get("AllowedOAuthFlows") or []
        return AppClient(
            client_id=client.id,
            pool_id=pool.id,
            secret=client.secret if client.generate_secret else None,
            callback_urls=tuple(config.get("CallbackURLs") or ()),
            logout_urls=tuple(config.get("LogoutURLs") or ()),
            scopes=tuple(config.get("AllowedOAuthScopes") or ()),
            code_flow=bool(config.get("AllowedOAuthFlowsUserPoolClient")) and "code" in flows,
            explicit_flows=tuple(config.get("ExplicitAuthFlows") or ()),
            retry_s=_retry_s(config.get("RefreshTokenRotation") or {}),
        )

    def sign_in(self, pool_id: str, username: str, password: str) -> str | None:
        """The pool's own name of a person whose password is right; None for everybody else."""
        pool = _pool(pool_id)
        user: CognitoIdpUser | None = pool._get_user(username)  # noqa: SLF001  # moto has no public lookup
        expected = (user.password if user else None) or ""
        is_right = hmac.compare_digest(expected.encode(), password.encode())
        if user is None or not password or not is_right or not user.enabled:
            return None
        return username if user.status == UserStatus.CONFIRMED else None

    def secret_hash_is_right(self, client: AppClient, username: str, secret_hash: str) -> bool:
        """`SECRET_HASH` of a call to `InitiateAuth`."""
        return check_secret_hash(client.secret or "", client.client_id, username, secret_hash)

    def tokens(self, grant: Grant, now: datetime) -> dict[str, Any]:
        """A token response, without a refresh token; with an ID token if `openid` was granted."""
        pool, client = _required(grant.client_id)
        times = {
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + LIFETIME_S,
            "auth_time": int(grant.auth_time.timestamp()),
        }
        access_token, _ = pool.create_jwt(
            client.id,
            grant.username,
            "access",
            LIFETIME_S,
            {**times, "version": 2, "scope": " ".join(grant.scopes)},
        )
        # moto's GetUser and GlobalSignOut look here.
        pool.access_tokens[access_token] = (client.id, grant.username)
        answer = {"access_token": access_token, "expires_in": LIFETIME_S, "token_type": "Bearer"}
        if "openid" in grant.scopes:
            claims = {**times, **self.person(pool.id, grant.username, grant.scopes)}
            if grant.nonce is not None:
                claims["nonce"] = grant.nonce
            id_token, _ = pool.create_jwt(client.id, grant.username, "id", LIFETIME_S, claims)
            pool.id_tokens[id_token] = (client.id, grant.username)
            answer["id_token"] = id_token
        return answer

    def person(self, pool_id: str, username: str, scopes: tuple[str, ...]) -> dict[str, Any]:
        """The claims about a person that these scopes open; `openid` alone opens all of them."""
        pool = _pool(pool_id)
        user: CognitoIdpUser = pool._get_user(username)  # noqa: SLF001  # moto has no public lookup
        attributes: dict[str, Any] = {known["Name"]: known["Value"] for known in user.attributes}
        if "email_verified" in attributes:
            attributes["email_verified"] = attributes["email_verified"] == "true"
        everything = set(scopes) == {"openid"}
        wanted = {"sub"}
        wanted |= {"email", "email_verified"} if "email" in scopes or everything else set()
        wanted |= _PROFILE if "profile" in scopes or everything else set()
        return {name: value for name, value in attributes.items() if name in wanted}

    def new_refresh_token(self, client_id: str, username: str) -> str:
        """A refresh token that moto's `InitiateAuth` knows as well."""
        pool, _ = _required(client_id)
        refresh_token, _ = pool.create_refresh_token(client_id, username)
        return refresh_token

    def refresh_token_owner(self, client_id: str, refresh_token: str) -> str | None:
        """The username behind a refresh token of this client, unless it was revoked."""
        pool, _ = _required(client_id)
        entry = pool.refresh_tokens.get(refresh_token)
        return entry[1] if entry and entry[0] == client_id else None

    def revoke_refresh_token(self, client_id: str, refresh_token: str) -> None:
        """Make a refresh token useless."""
        pool, _ = _required(client_id)
        if refresh_token in pool.refresh_tokens:
            pool.refresh_tokens[refresh_token] = None

    def secrets(self) -> Iterator[tuple[str, str]]:
        """Every token and client secret of every pool, as (kind, value), revoked refresh tokens too."""
        for pool in _pools():
            for kind, tokens in (
                ("Cognito access token", pool.access_tokens),
                ("Cognito ID token", pool.id_tokens),
                ("Cognito refresh token", pool.refresh_tokens),
            ):
                yield from ((kind, token) for token in list(tokens))
            for client in list(pool.clients.values()):
                if client.generate_secret and client.secret:
                    yield "Cognito client secret", client.secret

    def access_token_owner(self, access_token: str) -> tuple[str, str] | None:
        """Pool id and username of an access token that is still good for UserInfo."""
        for pool in _pools():
            if access_token in pool.access_tokens:
                return pool.id, pool.access_tokens[access_token][1]
        return None


def _retry_s(rotation: Mapping[str, Any]) -> int | None:
    return int(rotation.get("RetryGracePeriodSeconds") or 0) if rotation.get("Feature") == "ENABLED" else None


def _find(client_id: str) -> tuple[CognitoIdpUserPool, CognitoIdpUserPoolClient] | None:
    for pool in _pools():
        if client_id in pool.clients:
            return pool, pool.clients[client_id]
    return None


def _required(client_id: str) -> tuple[CognitoIdpUserPool, CognitoIdpUserPoolClient]:
    found = _find(client_id)
    if found is None:
        raise LookupError(f"no app client {client_id}")
    return found


def _pool(pool_id: str) -> CognitoIdpUserPool:
    return next(pool for pool in _pools() if pool.id == pool_id)
