"""What the Runtime, AgentCore Identity and the sessions' store refuse or fail at, each with a code and a way on."""

from callback.errors import CONNECT_AGAIN, RELOAD, SEE_CONNECTIONS, START_PAGE, CallbackError


class AgentRefusedError(CallbackError):
    """The agent understood and said no. Cause: `{"error", "type": "error", "code"}` in its answer.

    The sentence is the agent's own and is shown as it is. Its code is not one of ours, so it names no words.
    """

    status = 502
    code = words = "agent_refused"
    way_on = START_PAGE

    def __init__(self, agent_code: str, sentence: str) -> None:
        self.code = f"agent_{agent_code}"
        self.own_sentence = sentence
        super().__init__()


class NotOwnerError(AgentRefusedError):
    """The conversation belongs to another caller (`not_owner`). Our sentence is longer than the agent's."""

    status = 403
    code = words = "agent_not_owner"

    def __init__(self, agent_code: str, _sentence: str) -> None:
        super().__init__(agent_code, "")


class NoIdentityError(AgentRefusedError):
    """The agent did not learn who is asking (`no_identity`)."""

    status = 403
    code = words = "agent_no_identity"


class RuntimeForbiddenError(CallbackError):
    """The Runtime's 403: the token's client or audience is not on its list."""

    status = 403
    code = "runtime_forbidden"


class RuntimeNotAllowedError(CallbackError):
    """The Runtime's 401 or 403 to a signed request.

    Cause: this service's role may not call it in somebody's name, or the runtime takes tokens and no IAM callers.
    """

    status = 500
    code = "runtime_not_allowed"


class RuntimeMissingError(CallbackError):
    """The Runtime's 404: no such runtime. Cause: DRIVE_AGENT_RUNTIME_ARN."""

    status = 502
    code = "runtime_missing"


class RuntimeBusyError(CallbackError):
    """The Runtime's 409 or 429: the conversation is busy, or there are too many requests."""

    status = 503
    code = "runtime_busy"
    way_on = CONNECT_AGAIN


class RuntimeFailedError(CallbackError):
    """The Runtime's 424 or 5xx, a refused connection, or an answer that is not what the wire contract says."""

    status = 502
    code = "runtime_failed"
    way_on = CONNECT_AGAIN


class RuntimeTimeoutError(RuntimeFailedError):
    """The Runtime took too long."""

    status = 504
    code = "runtime_timeout"


class AuthorizationOverError(CallbackError):
    """AWS: AccessDenied "Invalid or expired session". Used before, too late, or another user: it does not say which."""

    status = 410
    code = "aws_session_over"
    way_on = CONNECT_AGAIN


class ServiceNotAllowedError(CallbackError):
    """AWS: this service's role may not call CompleteResourceTokenAuth."""

    status = 500
    code = "aws_not_allowed"


class NoAwsCredentialsError(CallbackError):
    """boto3 has found no credentials for this process."""

    status = 500
    code = "aws_no_credentials"


class AuthorizationMissingError(CallbackError):
    """AWS: ResourceNotFound. The authorization or its credential provider does not exist."""

    status = 502
    code = "aws_not_found"
    way_on = CONNECT_AGAIN


class IdentityBusyError(CallbackError):
    """AWS: throttled. The flow is not used up, so the same address works in a moment."""

    status = 503
    code = "aws_throttled"
    way_on = RELOAD


class AuthorizationInvalidError(CallbackError):
    """AWS: Validation, or the code was not taken by Google ("Failed to retrieve token")."""

    status = 502
    code = "aws_invalid"
    way_on = CONNECT_AGAIN


class IdentityFailedError(CallbackError):
    """AWS: an internal error, no network, or no answer in time. The grant may or may not be there."""

    status = 503
    code = "aws_unreachable"
    way_on = SEE_CONNECTIONS


class NotGivenBackError(CallbackError):
    """An account that may not be connected here was connected, and the agent could not give the grant back."""

    status = 502
    code = "not_given_back"
    way_on = SEE_CONNECTIONS


class StateUnavailableError(CallbackError):
    """What keeps the sessions refused, or did not answer in time. What was asked for may or may not have happened."""

    status = 503
    code = "state_unavailable"
