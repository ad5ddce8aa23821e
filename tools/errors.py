"""Why a Drive tool could not answer.

Strands hands the text of a tool's exception to the model, so `str()` of every class here is public: it holds no token
and no URL, and a file's name only as a JSON string of one line. `ConsentRequired` alone carries something sensitive,
in an attribute. Pure.
"""

import math
from typing import Final


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


class ReferenceNotFoundError(RetryableToolError):
    """No file or folder of that name or path is visible to the person."""

    user_message = "I could not find that in your Drive."


class NotAFolderError(RetryableToolError):
    """A file stands where a folder is needed, or a folder where a file is."""

    user_message = "That is not what I can look into this way. Please name another file or folder."


class StaleListError(RetryableToolError):
    """There is no list to continue: it has been shown to its end, or it is too long ago."""

    user_message = "I do not have that list any more. Please ask for it again."


class ContentsOffError(FailedToolError):
    """This agent was set up to look at names and details only (`DRIVE_AGENT_CONTENTS=off`)."""

    user_message = "I am set up to look at file names and details only, not at what files contain."


class ContentWithheldError(FailedToolError):
    """The owner or an administrator keeps a file's content from downloading or from AI (`capabilities` of the file)."""

    user_message = "The owner of that file, or an administrator, does not allow me to read what it contains."


class NotTextError(FailedToolError):
    """A file is of a kind that holds no text, or larger than what is read. The text says which."""

    user_message = "I cannot read that file: it is of a kind that holds no text, or too large."


class UnreadableFileError(FailedToolError):
    """A file's bytes could not be turned into text. `reason` is one of the keys of `REASONS`."""

    REASONS: Final = {
        "damaged": "it is damaged, or not what its type says",
        "password": "it is protected by a password",
        "no text": "there is no text in it; it may be empty, or a picture such as a scan",
        "too large": "there is too much in it to unpack",
        "too slow": "reading it took too long",
    }

    def __init__(self, reason: str) -> None:
        super().__init__(f"The file cannot be read: {self.REASONS[reason]}. Tell the person; do not call again.")
        self.reason = reason
        self.user_message = f"I cannot read that file: {self.REASONS[reason]}."


class ReadingBusyError(RetryableToolError):
    """As many files are being read as can be, and more wait already, or one has waited for too long."""

    user_message = "I am reading several files already. Please ask for that one again in a moment."

    def __init__(self) -> None:
        super().__init__(
            "Too many files are being read at the moment, so this one was not. Read one at a time: call again for this "
            "one when the others have been answered, or answer with what you have."
        )


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
        "I am not allowed to see your file names in Google Drive yet. Please connect Drive again and tick the box."
    )


class DriveForbiddenError(FailedToolError):
    """Drive refused for a reason that consent cannot mend: an administrator's policy, the API switched off, …"""

    user_message = "Google Drive refused this request. An administrator may have to allow this app to use Drive."

    def __init__(self, reason: str) -> None:
        super().__init__(f"Drive refused the request: {reason}. Tell the person; do not call again.")
        self.reason = reason


class FilePermissionError(DriveForbiddenError):
    """The person may see this file, but their rights to it, or the app's, do not allow what was asked.

    Cause: Drive's 403 `insufficientFilePermissions` or `appNotAuthorizedToFile`.
    """

    user_message = "Your rights to that file do not allow this in Google Drive."


class NotDownloadableError(FailedToolError):
    """Drive keeps the content of one file back; `reason` is its word for why, such as `fileNotExportable`."""

    user_message = "Google Drive does not hand out what that file contains."

    def __init__(self, reason: str) -> None:
        super().__init__(f"Drive does not give out the content of this file: {reason}. Tell the person.")
        self.reason = reason


class AnswerTooLargeError(FailedToolError):
    """What Drive sent is larger than `max_bytes`, so it was not read to its end."""

    user_message = "That is larger than I can read from Google Drive."

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"This is larger than {max_bytes} bytes, the most that can be read. Tell the person.")
        self.max_bytes = max_bytes


class ExportTooLargeError(AnswerTooLargeError):
    """Google exports at most 10 MB of a document: 403 `exportSizeLimitExceeded`.

    https://developers.google.com/workspace/drive/api/reference/rest/v3/files/export
    """

    user_message = "That document is larger than Google Drive can export."


class QuotaSpentError(FailedToolError):
    """This conversation has asked so much of Drive lately that its next call has to wait `wait_s` seconds."""

    user_message = "I have looked at a great deal of your Google Drive in a short time. Please ask again in a minute."

    def __init__(self, wait_s: float) -> None:
        super().__init__(
            "This conversation has used up its share of Google's quota. Answer with what you have and tell the person; "
            f"do not call Drive again for {math.ceil(wait_s)} seconds."
        )
        self.wait_s = wait_s


class DailyLimitError(FailedToolError):
    """Google's 403 `dailyLimitExceeded`: the project's own cap, which only time or its owner lifts. Never retried."""

    user_message = "This app has used up what it may ask of Google Drive today. Please try again tomorrow."


class TransientToolError(FailedToolError):
    """Drive cannot answer now but may soon. `retry_after_s` is how long it asked to be left alone, or None."""

    retry_after_s: float | None = None


class DriveBusyError(TransientToolError):
    """Drive kept answering with a rate limit, after retries with backoff."""

    user_message = "Google Drive asks us to slow down. Please try again in a minute."


class DriveUnavailableError(TransientToolError):
    """Drive answered 5xx, timed out or could not be reached, after retries with backoff."""

    user_message = "Google Drive does not answer right now. Please try again in a minute."


class NotDisconnectedError(FailedToolError):
    """A grant was to be revoked, and one is still there that Google honours.

    Cause: Google's token service, or AgentCore's vault, did not do what it was asked. Remedy: again, or at Google.
    """

    user_message = (
        "Google Drive is still connected: the permission could not be taken back. Please try again. "
        "You can also take it back at Google: https://myaccount.google.com/connections"
    )


class DriveTimeoutError(DriveUnavailableError):
    """Drive took longer than we wait, each time it was asked."""

    user_message = "Google Drive takes too long to answer right now. Please try again in a minute."


class DriveUnreadableError(DriveUnavailableError):
    """Drive, or something on the way to it, answered with what is no JSON, or JSON of another shape."""

    user_message = "I could not read Google Drive's answer. Please try again in a minute."


class DriveRejectedError(FailedToolError):
    """Drive called our request invalid (400). That is a bug of ours, never the person's."""

    user_message = "Google Drive did not understand my question. Please say it another way."


class StalePageTokenError(RetryableToolError):
    """Drive no longer knows a page token (they live for some hours): the list has to be started again.

    Cause: 400 with the location `pageToken`.
    https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
    """

    user_message = "That list is too old to be continued. Please ask for it again."


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
