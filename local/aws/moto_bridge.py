"""moto's server behind ours, in the same process: every AWS service that is not built here.

Nothing of moto is changed at run time. Its state is reached only from here and from `cognito.pools`.
https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

import json
import uuid
from collections.abc import Mapping

from a2wsgi import WSGIMiddleware
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.exceptions import ServiceException
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.secretsmanager.models import SecretsManagerBackend
from starlette.types import ASGIApp

from local.aws.names import ACCOUNT, REGION

WORKERS = 8


def moto_app() -> ASGIApp:
    """Make moto's server an ASGI application; it tells services apart by the SigV4 credential scope."""
    # a2wsgi and starlette spell the same ASGI types differently.
    return WSGIMiddleware(DomainDispatcherApplication(create_backend_app), workers=WORKERS)  # type: ignore[return-value,arg-type]


def reset_moto() -> None:
    """Forget every resource of every service."""
    BackendDict.reset()
    reset_model_data()


class Secrets:
    """Secrets Manager's state, for the client secrets of credential providers (`identity.providers.SecretStore`)."""

    @property
    def _backend(self) -> SecretsManagerBackend:
        backend: SecretsManagerBackend = get_backend("secretsmanager")[ACCOUNT][REGION]
        return backend

    def put(self, name: str, values: Mapping[str, str]) -> str:
        """Create or replace a secret; its ARN."""
        content = json.dumps(dict(values))
        if name in self._backend.secrets:
            self._backend.update_secret(name, secret_string=content, client_request_token=str(uuid.uuid4()))
        else:
            self._backend.create_secret(
                name=name,
                secret_string=content,
                secret_binary=None,
                description="Client secret of an AgentCore Identity credential provider",
                tags=[],
                kms_key_id=None,
                client_request_token=None,
                replica_regions=[],
                force_overwrite=False,
            )
        return self._backend.secrets[name].arn

    def find(self, secret_id: str) -> str | None:
        """The ARN of a secret, given its name or ARN."""
        return self._backend.secrets[secret_id].arn if secret_id in self._backend.secrets else None

    def read(self, secret_id: str, key: str) -> str | None:
        """One value of a secret that holds a JSON object; None for anything else."""
        try:
            found = self._backend.get_secret_value(secret_id, "", "AWSCURRENT")
            value = json.loads(found["SecretString"]).get(key)
        except (ServiceException, KeyError, ValueError, AttributeError):
            return None
        return value if isinstance(value, str) else None

    def delete(self, secret_id: str) -> None:
        """Remove a secret at once, if it is there."""
        if secret_id in self._backend.secrets:
            self._backend.delete_secret(secret_id, recovery_window_in_days=None, force_delete_without_recovery=True)
