"""The stand-in as one ASGI application: everything that a client with AWS_ENDPOINT_URL asks."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from local.aws.admin import Admin
from local.aws.bedrock.app import bedrock_routes
from local.aws.cloud import Cloud
from local.aws.cognito.endpoints import TokenEndpoints
from local.aws.cognito.password_flow import PasswordFlowGuard
from local.aws.cognito.sign_in import SignInPages
from local.aws.cognito.subjects import SteadySubjects
from local.aws.errors import AwsError, on_aws_error
from local.aws.gate import Gate
from local.aws.identity.control_plane import ControlPlane
from local.aws.identity.data_plane import DataPlane
from local.aws.identity.front import Front
from local.aws.identity.routes import identity_operations, identity_routes
from local.aws.identity.user_tokens import UserTokens
from local.aws.moto_bridge import moto_app
from local.aws.runtime.routes import RuntimeRoutes


def build_app(cloud: Cloud) -> ASGIApp:
    """Wire the services to their state."""
    origin, clock = cloud.config.origin, cloud.clock
    operations = identity_operations()
    moto = PasswordFlowGuard(SteadySubjects(moto_app()), cloud.pools)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await cloud.close()

    ours = Starlette(
        routes=[
            *Admin(cloud).routes(),
            *bedrock_routes(cloud.bedrock),
            *identity_routes(operations, _data_plane(cloud), _control_plane(cloud)),
            *Front(cloud.flows, cloud.providers, cloud.oauth, cloud.switches, origin).routes(),
            *_runtime(cloud).routes(),
            *SignInPages(cloud.pools, cloud.sign_ins, cloud.config.people).routes(),
            *TokenEndpoints(cloud.pools, cloud.sign_ins, origin, clock).routes(),
            Mount("/", moto),
        ],
        exception_handlers={AwsError: on_aws_error, Exception: on_aws_error},
        lifespan=lifespan,
    )
    paths = {operation.path: operation.name for operation in operations}
    return Gate(ours, moto, faults=cloud.faults, journal=cloud.journal, identity_paths=paths, clock=clock)


def _data_plane(cloud: Cloud) -> DataPlane:
    return DataPlane(
        workloads=cloud.workloads,
        providers=cloud.providers,
        vault=cloud.vault,
        flows=cloud.flows,
        oauth=cloud.oauth,
        user_tokens=UserTokens(cloud.issuers, cloud.pools.is_local, cloud.clock),
        switches=cloud.switches,
        ledger=cloud.ledger,
        origin=cloud.config.origin,
        clock=cloud.clock,
    )


def _control_plane(cloud: Cloud) -> ControlPlane:
    return ControlPlane(cloud.workloads, cloud.providers, cloud.vault, cloud.config.origin)


def _runtime(cloud: Cloud) -> RuntimeRoutes:
    return RuntimeRoutes(
        registry=cloud.registry,
        workloads=cloud.workloads,
        issuers=cloud.issuers,
        http=cloud.agent_http,
        switches=cloud.switches,
        ledger=cloud.ledger,
        origin=cloud.config.origin,
        clock=cloud.clock,
    )
