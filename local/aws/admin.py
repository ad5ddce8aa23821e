"""The stand-in's own routes under `/_standin`: look inside, plan faults, turn switches. AWS has nothing like it."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.aws.cloud import Cloud
from local.aws.faults import BadFaultError
from local.aws.runtime.headers import may_be_allowlisted
from local.aws.runtime.registry import BadRuntimeError
from local.aws.switches import UnknownSwitchError

logger = logging.getLogger(__name__)


class Admin:
    """Tools for tests and for trying things out."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[Route]:
        """For the app."""
        return [
            Route("/_standin", self.about, methods=["GET"]),
            Route("/_standin/faults", self.add_fault, methods=["POST"]),
            Route("/_standin/faults", self.clear_faults, methods=["DELETE"]),
            Route("/_standin/switches", self.set_switches, methods=["POST"]),
            Route("/_standin/vault", self.vault, methods=["GET"]),
            Route("/_standin/vault/expire", self.expire_vault, methods=["POST"]),
            Route("/_standin/requests", self.requests, methods=["GET"]),
            Route("/_standin/secrets", self.secrets, methods=["GET"]),
            Route("/_standin/runtimes", self.runtimes, methods=["GET"]),
            Route("/_standin/runtimes/{name}", self.configure_runtime, methods=["PUT"]),
            Route("/_standin/reset", self.reset, methods=["POST"]),
        ]

    async def about(self, _request: Request) -> Response:
        """What this is; doubles as the health check."""
        return JSONResponse(
            {
                "service": "aws",
                "standin": True,
                "notice": "A stand-in for AWS on this machine. Nothing here is Amazon's.",
                "switches": self._cloud.switches.as_dict(),
                "faults": self._cloud.faults.as_list(),
            }
        )

    async def add_fault(self, request: Request) -> Response:
        """Plan a fault: `{"target", "kind", "times"?, "seconds"?}`."""
        try:
            self._cloud.faults.add(await _object(request))
        except BadFaultError as error:
            raise HTTPException(400, str(error)) from error
        return JSONResponse({"faults": self._cloud.faults.as_list()})

    async def clear_faults(self, _request: Request) -> Response:
        """Plan nothing any more."""
        self._cloud.faults.clear()
        return JSONResponse({"faults": []})

    async def set_switches(self, request: Request) -> Response:
        """Turn switches: `{name: bool}`."""
        try:
            for name, value in (await _object(request)).items():
                self._cloud.switches.set(name, value)
        except UnknownSwitchError as error:
            raise HTTPException(400, str(error)) from error
        return JSONResponse({"switches": self._cloud.switches.as_dict()})

    async def vault(self, _request: Request) -> Response:
        """What is bound to whom, without any token."""
        return JSONResponse({"tokens": self._cloud.vault.as_list()})

    async def expire_vault(self, _request: Request) -> Response:
        """Make every access token in the vault expire now."""
        return JSONResponse({"expired": self._cloud.vault.expire_all(self._cloud.clock())})

    async def requests(self, _request: Request) -> Response:
        """The last requests, oldest first."""
        return JSONResponse({"requests": self._cloud.journal.as_list()})

    async def secrets(self, _request: Request) -> Response:
        """Every secret that was issued or shown since the start, whatever was reset since."""
        return JSONResponse({"secrets": self._cloud.ledger.as_list(self._cloud.pools.secrets())})

    async def runtimes(self, _request: Request) -> Response:
        """Every runtime and its authorizer."""
        return JSONResponse({"runtimes": [known.as_dict() for known in self._cloud.registry.all()]})

    async def configure_runtime(self, request: Request) -> Response:
        """Set a runtime's authorizer and agent; adds the runtime and its workload identity if they are new.

        `returnUrls` become those of the workload identity, as a deployment sets them.
        """
        name, wish = request.path_params["name"], await _object(request)
        try:
            for header in wish.get("headerAllowlist", ()):
                if not may_be_allowlisted(str(header), with_jwt=bool(wish.get("discoveryUrl"))):
                    raise BadRuntimeError(f"The header {header} cannot be on an allowlist.")  # noqa: TRY301
            return_urls = wish.get("returnUrls", ())
            if not isinstance(return_urls, list | tuple) or not all(isinstance(url, str) for url in return_urls):
                raise BadRuntimeError("returnUrls is a list of texts.")  # noqa: TRY301
            runtime = self._cloud.registry.configure(name, wish)
        except BadRuntimeError as error:
            raise HTTPException(400, str(error)) from error
        self._cloud.ensure_managed_identities()
        if return_urls:
            self._cloud.workloads.update(name, return_urls)
        logger.info("runtime=%s authorizer=%s | runtime configured", runtime.name, runtime.authorizer)
        return JSONResponse(runtime.as_dict())

    async def reset(self, request: Request) -> Response:
        """As if just started; with `{"moto": false}` user pools, buckets, tables and secrets stay."""
        self._cloud.reset(with_moto=(await _object(request)).get("moto") is not False)
        return JSONResponse({"reset": True})


async def _object(request: Request) -> Mapping[str, Any]:
    try:
        value = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise HTTPException(400, "The body is not JSON.") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "The body is not a JSON object.")
    return value
