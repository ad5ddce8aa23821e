"""The Runtime's data plane: InvokeAgentRuntime, StopRuntimeSession, and where to get a token.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-http-protocol-contract.html
"""

import uuid
from urllib.parse import quote

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.aws.clock import Clock
from local.aws.errors import AwsError, FieldFault, internal, invalid_fields, unauthorized
from local.aws.identity.principals import Principal, principal_of_jwt, principal_of_user_id
from local.aws.identity.workloads import Workloads
from local.aws.issuers import DiscoveryError, Issuers
from local.aws.jwt_check import UnknownKeyError
from local.aws.runtime.authorizers import BadTokenError, check_method, check_token, read_credential
from local.aws.runtime.headers import CALLBACK_URL, REQUEST_ID, SESSION, USER_ID, WORKLOAD_ACCESS_TOKEN, to_container
from local.aws.runtime.registry import Registry, Runtime
from local.aws.runtime.relay import CallerGoneError, RelayedResponse, ask_container, container_failure, read_body
from local.aws.runtime.signatures import Signed, check_signature
from local.aws.switches import Switches
from local.ledger import Ledger

CLIENT_CLOSED = 499  # nobody reads it
LONGEST_USER_ID = 128


class RuntimeRoutes:
    """`http` speaks to the containers."""

    def __init__(
        self,
        *,
        registry: Registry,
        workloads: Workloads,
        issuers: Issuers,
        http: httpx.AsyncClient,
        switches: Switches,
        ledger: Ledger,
        origin: str,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._workloads = workloads
        self._issuers = issuers
        self._http = http
        self._switches = switches
        self._ledger = ledger
        self._origin = origin
        self._clock = clock

    def routes(self) -> list[Route]:
        """For the app. The ARN is url-encoded in the path; the server has decoded its slash."""
        metadata = "/runtimes/{arn:path}/invocations/.well-known/oauth-protected-resource"
        return [
            Route(metadata, self.metadata, methods=["GET"]),
            Route("/runtimes/{arn:path}/invocations", self.invoke, methods=["POST"]),
            Route("/runtimes/{arn:path}/stopruntimesession", self.stop, methods=["POST"]),
        ]

    async def invoke(self, request: Request) -> Response:
        """Authorize, hand over, pass the answer on."""
        runtime = self._runtime(request)
        body = await read_body(request)
        principal = await self._authorize(request, runtime, body)
        session_id = _session_id(request) or str(uuid.uuid4())
        asked = self._http.build_request(
            "POST",
            f"{runtime.agent_url}/invocations",
            content=body,
            headers=self._container_headers(request, runtime, principal, session_id),
        )
        session = self._registry.session(runtime, session_id)
        try:
            answer = await ask_container(request, self._http, asked)
        except CallerGoneError:
            return Response(status_code=CLIENT_CLOSED)
        if answer.status_code >= 400:
            raise await container_failure(answer)
        return RelayedResponse(answer, session_id, session)

    async def stop(self, request: Request) -> Response:
        """End a session; needs the same authorization as invoking."""
        runtime = self._runtime(request)
        await self._authorize(request, runtime, await read_body(request))
        session_id = _session_id(request)
        if session_id is None:
            raise invalid_fields([FieldFault("runtimeSessionId", "Member must not be null")])
        self._registry.stop(runtime, session_id)
        return JSONResponse({}, headers={SESSION: session_id})

    async def metadata(self, request: Request) -> Response:
        """RFC 9728: which authorization server a caller without a token should turn to."""
        runtime = self._runtime(request)
        if runtime.authorizer != "jwt" or not runtime.discovery_url:
            raise AwsError("ResourceNotFoundException", "This runtime has no JWT authorizer", 404)
        try:
            issuer = await self._issuers.read(runtime.discovery_url)
        except DiscoveryError as error:
            raise internal(str(error)) from error
        resource = f"{self._origin}/runtimes/{quote(runtime.arn, safe='')}/invocations"
        return JSONResponse({"resource": resource, "authorization_servers": [issuer.name]})

    def _runtime(self, request: Request) -> Runtime:
        query = request.query_params
        return self._registry.find(request.path_params["arn"], query.get("accountId"), query.get("qualifier"))

    async def _authorize(self, request: Request, runtime: Runtime, body: bytes) -> Principal | None:
        credential = read_credential(request.headers.get("authorization"))
        check_method(runtime, credential)
        if runtime.authorizer == "iam":
            check_signature(_as_signed(request, body), self._clock())
            return _vouched_for(request)
        if not runtime.discovery_url:
            # At AWS a runtime is created with its authorizer; a stack that is starting is worth another try.
            raise AwsError(
                "ServiceUnavailableException",
                f"The stand-in's runtime {runtime.name} has no JWT authorizer yet: "
                f"PUT {self._origin}/_standin/runtimes/{runtime.name} with discoveryUrl and allowedClients.",
                503,
            )
        if credential.kind == "none":
            raise unauthorized("Missing Authentication Token", self._challenge(runtime))
        try:
            await self._check_token(credential.token, runtime)
        except BadTokenError as error:
            raise unauthorized(str(error), self._challenge(runtime, ', error="invalid_token"')) from error
        self._ledger.note("user token", credential.token)
        return principal_of_jwt(credential.token)

    async def _check_token(self, token: str, runtime: Runtime) -> None:
        try:
            issuer = await self._issuers.read(runtime.discovery_url)
            try:
                check_token(token, issuer.name, issuer.keys, runtime, self._clock())
            except UnknownKeyError:
                # The issuer may have a new key since its keys were read.
                issuer = await self._issuers.read(runtime.discovery_url, fresh=True)
                check_token(token, issuer.name, issuer.keys, runtime, self._clock())
        except UnknownKeyError as error:
            raise BadTokenError(str(error)) from error
        except DiscoveryError as error:
            raise internal(str(error)) from error

    def _challenge(self, runtime: Runtime, more: str = "") -> dict[str, str]:
        metadata = (
            f"{self._origin}/runtimes/{quote(runtime.arn, safe='')}/invocations"
            "/.well-known/oauth-protected-resource?qualifier=DEFAULT"
        )
        return {"WWW-Authenticate": f'Bearer resource_metadata="{metadata}"{more}'}

    def _container_headers(
        self, request: Request, runtime: Runtime, principal: Principal | None, session_id: str
    ) -> list[tuple[str, str]]:
        headers = to_container(request.headers.items(), runtime.header_allowlist)
        headers += [(SESSION, session_id), (REQUEST_ID, str(uuid.uuid4())), ("Accept-Encoding", "identity")]
        if principal is not None:
            headers.append((WORKLOAD_ACCESS_TOKEN, self._workloads.mint(runtime.name, principal)))
        return_urls = self._workloads.get(runtime.name).return_urls
        if self._switches.inject_oauth2_callback_url and return_urls:
            headers.append((CALLBACK_URL, return_urls[0]))
        return headers


def _session_id(request: Request) -> str | None:
    value = request.headers.get(SESSION)
    if value is None:
        return None
    if len(value) < 33:
        message = "Member must have length greater than or equal to 33"
    elif len(value) > 256:
        message = "Member must have length less than or equal to 256"
    else:
        return value
    raise invalid_fields([FieldFault("runtimeSessionId", message)])


def _as_signed(request: Request, body: bytes) -> Signed:
    """The request with the path as it was written: decoded, an ARN's slash would be another path."""
    path = request.scope["raw_path"].partition(b"?")[0].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    host = request.headers.get("host", "")
    url = f"{request.url.scheme}://{host}{path}{'?' if query else ''}{query}"
    return Signed(request.method, url, dict(request.headers.items()), body)


def _vouched_for(request: Request) -> Principal | None:
    """The person whom a signed caller names; without the header the turn has no workload access token."""
    user_id = request.headers.get(USER_ID)
    if user_id is None:
        return None
    if not 1 <= len(user_id) <= LONGEST_USER_ID:
        raise invalid_fields([FieldFault("userId", "Member must have length between 1 and 128")])
    return principal_of_user_id(user_id)
