"""The Google credential provider in AgentCore Identity.

Two phases, because the redirect URI to register at Google is known only once the provider exists:
create it with a placeholder, register the URI, then update it with the client that Google issued.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-idp-google.html
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from deploy.errors import ConflictingResourceError, InvalidOptionError
from deploy.report import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient
    from mypy_boto3_bedrock_agentcore_control.type_defs import (
        GetOauth2CredentialProviderResponseTypeDef,
        Oauth2ProviderConfigInputTypeDef,
    )

_VENDOR: Final = "GoogleOauth2"
_PLACEHOLDER_ID = "placeholder.apps.googleusercontent.com"
_BROKEN = {"CREATE_FAILED", "UPDATE_FAILED", "DELETING", "DELETE_FAILED"}


@dataclass(frozen=True)
class GoogleClient:
    """An OAuth client registered at Google."""

    client_id: str
    client_secret: str | None = field(repr=False)


@dataclass(frozen=True)
class Provider:
    """The provider as it is now. `check` is what to remember, to notice a changed secret next time."""

    step: Step
    callback_url: str
    is_placeholder: bool
    check: str | None


def fingerprint(key: str, provider: str, client: GoogleClient) -> str:
    """A keyed digest of what the provider was last given.

    AgentCore never returns a client secret, so this is how a second run knows that nothing changed.
    """
    parts = ("google-client-check", provider, client.client_id, client.client_secret or "")
    return hmac.new(key.encode(), "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def ensure(
    control: "BedrockAgentCoreControlClient",
    name: str,
    client: GoogleClient | None,
    *,
    key: str,
    remembered_check: str | None,
    ask_secret: Callable[[str], str] | None = None,
) -> Provider:
    """Create the provider, or bring it up to date with `client`.

    Raises:
        ConflictingResourceError: the name belongs to a provider of another vendor, or to a broken one.
        InvalidOptionError: a client id is to be set, and its secret is unknown and cannot be asked for.
    """
    found = _get(control, name)
    if found is None:
        try:
            return _create(control, name, _complete(client, ask_secret) if client else None, key)
        except control.exceptions.ConflictException:
            # Somebody else was faster: what they made is compared like any other.
            found = control.get_oauth2_credential_provider(name=name)
    if found["credentialProviderVendor"] != _VENDOR:
        raise ConflictingResourceError(
            f"A credential provider {name} exists, of the vendor {found['credentialProviderVendor']}: "
            "choose another name with DRIVE_AGENT_PROVIDER."
        )
    if found.get("status") in _BROKEN:
        raise ConflictingResourceError(
            f"The credential provider {name} is in state {found['status']}: delete it, then run setup again."
        )
    current_id = found["oauth2ProviderConfigOutput"].get("googleOauth2ProviderConfig", {}).get("clientId", "")
    if client is None or _is_current(name, client, current_id, key, remembered_check):
        step = Step(f"Google credential provider {name}", Outcome.UNCHANGED)
        return Provider(step, found.get("callbackUrl", ""), current_id == _PLACEHOLDER_ID, remembered_check)
    client = _complete(client, ask_secret)
    answer = control.update_oauth2_credential_provider(
        name=name, credentialProviderVendor=_VENDOR, oauth2ProviderConfigInput=_config(client)
    )
    step = Step(f"Google credential provider {name}", Outcome.UPDATED)
    callback_url = answer.get("callbackUrl") or found.get("callbackUrl", "")
    return Provider(step, callback_url, is_placeholder=False, check=fingerprint(key, name, client))


def _get(control: "BedrockAgentCoreControlClient", name: str) -> "GetOauth2CredentialProviderResponseTypeDef | None":
    try:
        return control.get_oauth2_credential_provider(name=name)
    except control.exceptions.ResourceNotFoundException:
        return None


def _create(control: "BedrockAgentCoreControlClient", name: str, client: GoogleClient | None, key: str) -> Provider:
    answer = control.create_oauth2_credential_provider(
        name=name,
        credentialProviderVendor=_VENDOR,
        oauth2ProviderConfigInput=_config(client or GoogleClient(_PLACEHOLDER_ID, "placeholder")),
    )
    return Provider(
        Step(f"Google credential provider {name}", Outcome.CREATED),
        # Optional in the API: some vendors have none at creation time.
        answer.get("callbackUrl") or control.get_oauth2_credential_provider(name=name).get("callbackUrl", ""),
        is_placeholder=client is None,
        check=fingerprint(key, name, client) if client else None,
    )


def _is_current(name: str, client: GoogleClient, current_id: str, key: str, remembered_check: str | None) -> bool:
    if client.client_secret is None:
        # The same client without its secret: nothing to compare and nothing to change.
        return client.client_id == current_id
    known = remembered_check or ""
    return client.client_id == current_id and hmac.compare_digest(fingerprint(key, name, client), known)


def _complete(client: GoogleClient, ask_secret: Callable[[str], str] | None) -> GoogleClient:
    """Ask for the secret where it is needed and nobody gave it."""
    secret = client.client_secret
    if secret is None and ask_secret is not None:
        secret = ask_secret("Google's client secret: ").strip()
    if not secret:
        raise InvalidOptionError(
            "Google's client secret is needed too: set GOOGLE_CLIENT_SECRET or use --google-client-secret-file."
        )
    return GoogleClient(client.client_id, secret)


def _config(client: GoogleClient) -> "Oauth2ProviderConfigInputTypeDef":
    secret = client.client_secret or ""
    return {"googleOauth2ProviderConfig": {"clientId": client.client_id, "clientSecret": secret}}
