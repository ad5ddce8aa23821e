"""Why a Drive tool could not answer.

Strands hands the text of a tool's exception to the model, so `str()` of every class here is public: it holds no
token, no URL and no file name. `ConsentRequired` alone carries something sensitive, in an attribute. Pure.
"""


class ToolError(Exception):
    """A Drive tool could not do what was asked. `user_message` may be shown to anybody."""

    user_message = "Something went wrong while I was looking at Google Drive. Please try again."


class RetryableToolError(ToolError):
    """The model called the tool in a way that cannot work; the text says how to call it again."""


class FailedToolError(ToolError):
    """Calling again now would not help."""


class InvalidFilterError(RetryableToolError):
    """A filter value is empty where it must not be, of an unknown form, or contradicts another one."""

    user_message = "I could not make sense of that filter. Please say it another way."


class UnknownHandleError(RetryableToolError):
    """A handle such as `[12]` was never given out in this conversation."""

    user_message = "I do not know which file you mean. Please name it."


class FolderNotFoundError(RetryableToolError):
    """No folder of that name is visible to the person, or several are."""

    user_message = "I could not find that folder in your Drive."


class FileNotVisibleError(FailedToolError):
    """Drive answered 404, which means gone, or never shared with this person: Drive does not tell them apart.

    https://developers.google.com/workspace/drive/api/guides/handle-errors#404
    """

    user_message = "That file or folder does not exist any more, or you have no access to it."


class AccessTokenRejectedError(FailedToolError):
    """Drive answered 401: the access token has expired or the person's grant was revoked."""

    user_message = "Google no longer accepts your permission. Please connect Google Drive again."


class ScopeNotGrantedError(FailedToolError):
    """The access token lacks a scope: the person unticked it at Google, or the grant is older than the scope.

    Cause: Drive's 403 `insufficientPermissions` or `ACCESS_TOKEN_SCOPE_INSUFFICIENT`. Remedy: ask for consent again.
    """

    user_message = (
        "I am not allowed to see your file names in Google Drive yet. "
        "Please connect Drive again and leave the box ticked."
    )


class DriveForbiddenError(FailedToolError):
    """Drive refused for a reason that consent cannot mend: an administrator's policy, the API switched off, …"""

    user_message = "Google Drive refused this request. An administrator may have to allow this app to use Drive."

    def __init__(self, reason: str) -> None:
        super().__init__(f"Drive refused the request: {reason}. Tell the person; do not call again.")
        self.reason = reason


class TransientToolError(FailedToolError):
    """Drive cannot answer now but may soon. `retry_after` is the header it sent, or empty."""

    retry_after = ""


class DriveBusyError(TransientToolError):
    """Drive kept answering with a rate limit, after retries with backoff."""

    user_message = "Google Drive asks us to slow down. Please try again in a minute."


class DriveUnavailableError(TransientToolError):
    """Drive answered 5xx, timed out or could not be reached, after retries with backoff."""

    user_message = "Google Drive does not answer right now. Please try again in a minute."


class DriveRejectedError(FailedToolError):
    """Drive called our request invalid (400). That is a bug of ours, never the person's."""

    user_message = "Google Drive did not understand my question. Please say it another way."


class IdentityUnavailableError(FailedToolError):
    """AgentCore Identity throttled, failed or could not be reached."""

    user_message = (
        "The service that keeps your Google permission does not answer right now. Please try again in a minute."
    )


class IdentityMisconfiguredError(FailedToolError):
    """AgentCore Identity refused the request for a reason only the operator can mend: provider, return URL or IAM."""

    user_message = (
        "Google Drive is not set up for this agent. "
        "Ask the person who runs it to run `drive-agent setup`, then try again."
    )


class NoWorkloadAccessTokenError(FailedToolError):
    """The Runtime sent no workload access token, so nobody's Drive may be opened.

    Cause: the runtime was invoked with SigV4 and without a user id.
    https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-oauth.html
    """

    user_message = (
        "I cannot tell on whose behalf I am working, so I cannot open Google Drive. Sign in and ask again; "
        "a backend that invokes the runtime with IAM must send the user id."
    )


class ConsentRequired(Exception):  # noqa: N818 - a pause, not a failure
    """The person has not given consent, or it no longer holds.

    `authorization_url` is a secret that lives ten minutes: never in `str()`, `repr()`, a log, a snapshot or the model.
    """

    def __init__(self, authorization_url: str) -> None:
        super().__init__("consent required")
        self.authorization_url = authorization_url

    def __repr__(self) -> str:
        """Leave the authorization URL out."""
        return "ConsentRequired()"
