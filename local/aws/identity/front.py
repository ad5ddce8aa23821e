"""The browser's side of AgentCore Identity: the link that leads to the provider, and the provider's way back.

Measured by others: https://github.com/aws-samples/sample-autonomous-cloud-coding-agents/issues/249 and
https://github.com/awslabs/agentcore-samples/issues/801 (the JSON page a person sees when the code is missing).
"""

from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from local.aws.errors import FieldFault, internal, invalid, invalid_fields, not_found
from local.aws.identity.flows import Flow, Flows
from local.aws.identity.oauth_client import OauthClient, ProviderError
from local.aws.identity.providers import Providers
from local.aws.switches import Switches

_NULL = "Member must not be null"


def with_query(url: str, parameters: dict[str, str]) -> str:
    """The URL with parameters behind those that it already has."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(parameters)) if part)
    return urlunsplit(parts._replace(query=query))


class Front:
    """Two pages, neither of which shows anything when all goes well."""

    def __init__(self, flows: Flows, providers: Providers, oauth: OauthClient, switches: Switches, origin: str) -> None:
        self._flows = flows
        self._providers = providers
        self._oauth = oauth
        self._switches = switches
        self._origin = origin

    def routes(self) -> list[Route]:
        """For the app."""
        return [
            Route("/identities/oauth2/authorize", self.authorize, methods=["GET"]),
            Route("/identities/oauth2/callback/{callback_id}", self.callback, methods=["GET"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """302 to the provider, once for each link."""
        flow = self._flows.open(request.query_params.get("request_uri", ""))
        if flow is None:
            raise invalid("Invalid request")
        provider = self._providers.get(flow.wish.key.provider)
        try:
            endpoints = await self._oauth.endpoints(provider)
        except ProviderError as error:
            raise internal("The credential provider did not answer") from error
        standard = {
            "client_id": provider.client_id,
            "redirect_uri": f"{self._origin}/identities/oauth2/callback/{provider.callback_id}",
            "response_type": "code",
            "scope": " ".join(flow.wish.scopes),
            "state": flow.state,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        # The standard parameters come last: custom ones never override them.
        query = {**flow.wish.custom_parameters, **standard}
        return _redirect(with_query(endpoints.authorization, query))

    async def callback(self, request: Request) -> Response:
        """302 to the return URL with the session URI; the code stays here."""
        provider = self._providers.by_callback(request.path_params["callback_id"])
        if provider is None:
            raise not_found("No credential provider has this callback URL")
        code, state = request.query_params.get("code"), request.query_params.get("state")
        if code and state:
            flow = self._flows.by_state(state, provider.name)
            if flow is None:
                raise invalid("Invalid request")
            flow.code = code
            flow.stage = "returned"
            return _redirect(self._return_url(flow))
        denied = request.query_params.get("error")
        if denied and state and self._switches.denial_redirects:
            flow = self._flows.by_state(state, provider.name)
            if flow is not None:
                flow.stage = "failed"
                return _redirect(with_query(self._return_url(flow), {"error": denied}))
        missing = {"authorizationCode": code, "state": state}
        raise invalid_fields([FieldFault(name, _NULL) for name, value in missing.items() if not value])

    def _return_url(self, flow: Flow) -> str:
        parameters = {"session_id": flow.uri}
        if flow.wish.custom_state is not None:
            parameters["state"] = flow.wish.custom_state
        elif self._switches.state_without_custom_state:
            parameters["state"] = flow.state
        return with_query(flow.wish.return_url, parameters)


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=302, headers={"Cache-Control": "no-store"})
