"""Errors, spelled as Bedrock Runtime spells them.

Status codes: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
"""

STATUS = {
    "AccessDeniedException": 403,
    "InternalServerException": 500,
    "MissingAuthenticationTokenException": 403,
    "ThrottlingException": 429,
    "ValidationException": 400,
}


class BedrockError(Exception):
    """A request that Bedrock answers with an error instead of a model's reply; `str()` is the `message` of the body."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = STATUS[code]


def invalid(message: str) -> BedrockError:
    """Return the error for a request that breaks one of Bedrock's rules."""
    return BedrockError("ValidationException", message)
