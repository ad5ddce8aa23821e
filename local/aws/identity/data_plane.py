"""The data plane's five operations: workload access tokens, a person's tokens, and the end of a flow.

Shapes: botocore service model `bedrock-agentcore` 2024-02-28. Rules:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-authentication.html
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from local.aws.clock import Clock
from local.aws.errors import AwsError, access_denied, internal, invalid
from local.aws.identity.flows import Flow, Flows, Wish
from local.aws.identity.oauth_client import OauthClient, ProviderError, Tokens
from local.aws.identity.principals import Principal, principal_of_jwt, principal_of_user_id, same_person
from local.aws.identity.providers import Provider, Providers
from local.aws.identity.user_tokens import UserTokens
from local.aws.identity.vault import Grant, Vault, VaultKey, vault_key
from local.aws.identity.workloads import Workloads, check_return_url
from local.aws.jwt_check import JwtError
from local.aws.switches import Switches
from local.ledger import Ledger

logger = logging.getLogger(__name__)

Members = Mapping[str, Any]


class DataPlane:
    """Each operation takes the checked members of a request and returns those of the answer."""

    def __init__(
        self,
        *,
        workloads: Workloads,
        providers: Providers,
        vault: Vault,
        flows: Flows,
        oauth: OauthClient,
        user_tokens: UserTokens,
        switches: Switches,
        ledger: Ledger,
        origin: str,
        clock: Clock,
    ) -> None:
        self._workloads = workloads
        self._providers = providers
        self._vault = vault
        self._flows = flows
        self._oauth = oauth
        self._user_tokens = user_tokens
        self._switches = switches
        self._ledger = ledger
        self._origin = origin
        self._clock = clock

    async def get_workload_access_token(self, asked: Members) -> Members:
        """For the workload alone."""
        return {"workloadAccessToken": self._workloads.mint_for_caller(asked["workloadName"], None)}

    async def get_workload_access_token_for_jwt(self, asked: Members) -> Members:
        """For the person of a JWT."""
        self._workloads.get(asked["workloadName"])
        self._ledger.note("user token", asked["userToken"])
        principal = await self._user_tokens.principal(asked["userToken"])
        return {"workloadAccessToken": self._workloads.mint_for_caller(asked["workloadName"], principal)}

    async def get_workload_access_token_for_user_id(self, asked: Members) -> Members:
        """For a person whom the caller vouches for."""
        principal = principal_of_user_id(asked["userId"])
        return {"workloadAccessToken": self._workloads.mint_for_caller(asked["workloadName"], principal)}

    async def get_resource_oauth2_token(self, asked: Members) -> Members:
        """The person's access token, or the way to their consent."""
        wat = self._workloads.resolve(asked["workloadIdentityToken"])
        provider = self._providers.get(asked["resourceCredentialProviderName"])
        if asked["oauth2Flow"] != "USER_FEDERATION":
            raise invalid("This stand-in has the USER_FEDERATION flow only")
        if wat.principal is None:
            raise invalid("The workload access token names no user, which the USER_FEDERATION flow needs")
        return_url = check_return_url(self._workloads.get(wat.workload), asked.get("resourceOauth2ReturnUrl"))
        wish = self._wish(asked, wat.workload, wat.principal, return_url)
        if asked.get("forceAuthentication"):
            self._vault.remove(wish.key)
        else:
            access_token = await self._stored_access_token(wish, provider)
            if access_token:
                return {"accessToken": access_token}
        return self._consent(wish, asked.get("sessionUri"))

    async def complete_resource_token_auth(self, asked: Members) -> Members:
        """Binds a consent to the person who began it: only now is the code exchanged."""
        self._ledger.note("user token", asked["userIdentifier"].get("userToken"))
        flow = self._flows.alive(asked["sessionUri"])
        finisher = _finisher(asked["userIdentifier"])
        if (
            flow is None
            or finisher is None
            or flow.stage != "returned"
            or not same_person(flow.wish.principal, finisher, strict=self._switches.strict_identifier)
        ):
            # AWS tells none of these apart: https://github.com/aws/bedrock-agentcore-starter-toolkit/issues/406
            raise access_denied("Invalid or expired session")
        # Before the first await, so that a second call in parallel finds the flow used.
        flow.stage = "done"
        tokens = await self._exchange(flow)
        wish = flow.wish
        self._vault.put(wish.key, _grant(tokens, wish))
        logger.info("provider=%s kind=%s | tokens stored in the vault", wish.key.provider, wish.key.kind)
        return {}

    def _wish(self, asked: Members, workload: str, principal: Principal, return_url: str) -> Wish:
        scopes = tuple(asked["scopes"])
        return Wish(
            key=vault_key(
                workload,
                principal,
                asked["resourceCredentialProviderName"],
                scopes,
                with_scopes=self._switches.scopes_in_vault_key,
            ),
            principal=principal,
            scopes=scopes,
            return_url=return_url,
            custom_parameters=dict(asked.get("customParameters") or {}),
            custom_state=asked.get("customState"),
        )

    async def _stored_access_token(self, wish: Wish, provider: Provider) -> str | None:
        grant = self._vault.get(wish.key)
        if grant is None:
            return None
        if self._switches.parameters_must_match and grant.custom_parameters != wish.custom_parameters:
            return None
        if not grant.is_expired(self._clock()):
            return grant.access_token
        return await self._refreshed(wish.key, grant, provider)

    async def _refreshed(self, key: VaultKey, grant: Grant, provider: Provider) -> str | None:
        if grant.refresh_token is None:
            return None
        try:
            tokens = await self._oauth.refresh(provider, self._providers.client_secret(provider), grant.refresh_token)
        except ProviderError as error:
            if not error.refused:
                raise internal("The credential provider did not answer") from error
            self._vault.remove(key)
            return None
        self._vault.put(
            key,
            Grant(
                access_token=tokens.access_token,
                refresh_token=tokens.refresh_token or grant.refresh_token,
                expires=tokens.expires,
                custom_parameters=grant.custom_parameters,
                scopes=tokens.scopes or grant.scopes,
            ),
        )
        return tokens.access_token

    def _consent(self, wish: Wish, session_uri: str | None) -> Members:
        if session_uri is None:
            return self._in_progress(self._flows.start(wish))
        flow = self._flows.alive(session_uri)
        if flow and flow.wish.key == wish.key and flow.stage not in ("done", "failed"):
            return self._in_progress(flow)
        return {"sessionUri": session_uri, "sessionStatus": "FAILED"}

    def _in_progress(self, flow: Flow) -> Members:
        url = f"{self._origin}/identities/oauth2/authorize?request_uri={quote(flow.uri, safe='')}"
        return {"authorizationUrl": url, "sessionUri": flow.uri, "sessionStatus": "IN_PROGRESS"}

    async def _exchange(self, flow: Flow) -> Tokens:
        provider = self._providers.get(flow.wish.key.provider)
        redirect_uri = f"{self._origin}/identities/oauth2/callback/{provider.callback_id}"
        try:
            secret = self._providers.client_secret(provider)
            return await self._oauth.exchange(provider, secret, flow.code, flow.verifier, redirect_uri)
        except ProviderError as error:
            flow.stage = "failed"
            # Nulls as reported: https://github.com/awslabs/agentcore-samples/issues/656
            raise AwsError(
                "ValidationException", "Failed to retrieve token", 400, extra={"fieldList": None, "reason": None}
            ) from error


def _grant(tokens: Tokens, wish: Wish) -> Grant:
    return Grant(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires=tokens.expires,
        custom_parameters=wish.custom_parameters,
        scopes=tokens.scopes or wish.scopes,
    )


def _finisher(identifier: Members) -> Principal | None:
    if "userId" in identifier:
        return principal_of_user_id(identifier["userId"])
    try:
        return principal_of_jwt(identifier["userToken"])
    except JwtError:
        return None
