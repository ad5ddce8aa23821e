"""What the agent's Runtime and AgentCore Identity refuse or fail at, as errors with a sentence for a person."""

from callback.errors import CONNECT_AGAIN, SEE_CONNECTIONS, START_PAGE, CallbackError


class AgentRefusedError(CallbackError):
    """The agent understood and said no. Cause: `{"error", "type": "error", "code"}` in its answer."""

    status = 502
    code = "agent_refused"
    title = "The agent cannot do this"
    way_on = START_PAGE

    def __init__(self, agent_code: str, sentence: str) -> None:
        self.code = f"agent_{agent_code}"
        self.user_message = sentence
        super().__init__()


class NotOwnerError(AgentRefusedError):
    """The conversation belongs to another caller (`not_owner`)."""

    status = 403
    title = "This link belongs to somebody else's conversation"

    def __init__(self, agent_code: str, _sentence: str) -> None:
        super().__init__(
            agent_code,
            "Links are made for one person. Nothing was connected. Ask the agent in your own chat,"
            " and open the link that it gives you.",
        )


class NoIdentityError(AgentRefusedError):
    """The agent did not learn who is asking (`no_identity`)."""

    status = 403
    title = "The agent does not know who you are"


class RuntimeForbiddenError(CallbackError):
    """The Runtime's 403: the token's client or audience is not on its list."""

    status = 403
    code = "runtime_forbidden"
    title = "You may not use this agent"
    user_message = "You are signed in, but the agent does not accept this sign-in. Please ask the person who runs it."


class RuntimeMissingError(CallbackError):
    """The Runtime's 404: no such runtime. Cause: DRIVE_AGENT_RUNTIME_ARN."""

    status = 502
    code = "runtime_missing"
    title = "The agent was not found"
    user_message = "This service points to an agent that does not exist. Please tell the person who runs it."


class RuntimeBusyError(CallbackError):
    """The Runtime's 409 or 429: the conversation is busy, or there are too many requests."""

    status = 503
    code = "runtime_busy"
    title = "The agent is busy"
    user_message = "The agent is busy with this conversation. Wait a moment, then try again. Nothing was connected."
    way_on = CONNECT_AGAIN


class RuntimeFailedError(CallbackError):
    """The Runtime's 424 or 5xx, a refused connection, or an answer that is not what the wire contract says."""

    status = 502
    code = "runtime_failed"
    title = "The agent did not answer"
    user_message = "The agent could not be reached, or it failed. Nothing was connected. Please try again in a moment."
    way_on = CONNECT_AGAIN


class RuntimeTimeoutError(RuntimeFailedError):
    """The Runtime took too long."""

    status = 504
    code = "runtime_timeout"
    title = "The agent took too long"
    user_message = "The agent did not answer in time. It may be starting up: please try again in a moment."


class AuthorizationOverError(CallbackError):
    """AWS: AccessDenied "Invalid or expired session". Used before, too late, or another user: it does not say which."""

    status = 410
    code = "aws_session_over"
    title = "This connection has run out"
    user_message = "It took longer than ten minutes, or it was used already. Please start again."
    way_on = CONNECT_AGAIN


class ServiceNotAllowedError(CallbackError):
    """AWS: this service's role may not call CompleteResourceTokenAuth, or it has no credentials."""

    status = 500
    code = "aws_not_allowed"
    title = "This service may not finish the connection"
    user_message = "Its AWS permissions are not complete, so nothing was connected. Please tell the person who runs it."


class AuthorizationMissingError(CallbackError):
    """AWS: ResourceNotFound. The authorization or its credential provider does not exist."""

    status = 502
    code = "aws_not_found"
    title = "AWS does not know this connection"
    user_message = "The connection was not found at AWS. Please start again; if it happens twice, tell who runs this."
    way_on = CONNECT_AGAIN


class IdentityBusyError(CallbackError):
    """AWS: throttled."""

    status = 503
    code = "aws_throttled"
    title = "Too many people at once"
    user_message = "AWS is busy, and the connection was not finished. Wait a minute, then start again."
    way_on = CONNECT_AGAIN


class AuthorizationInvalidError(CallbackError):
    """AWS: Validation, or the code was not taken by Google ("Failed to retrieve token")."""

    status = 502
    code = "aws_invalid"
    title = "The connection was not accepted"
    user_message = "AWS could not use the permission from Google, so nothing was connected. Please start again."
    way_on = CONNECT_AGAIN


class IdentityFailedError(CallbackError):
    """AWS: an internal error, no network, or no answer in time. The grant may or may not be there."""

    status = 503
    code = "aws_unreachable"
    title = "AWS did not answer"
    user_message = "We cannot tell whether the connection was finished. Look at your connections in a moment."
    way_on = SEE_CONNECTIONS
