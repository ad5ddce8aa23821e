"""The model from its setting `<provider>:<model id>`: Claude on Bedrock by default, or any provider Strands has.

Errors of the model's service are told apart here, so that a person reads a sentence and never an exception's text.
"""

import importlib
from http import HTTPStatus

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from strands.models import BedrockModel, CacheConfig, Model
from strands.types.exceptions import (
    ContextWindowOverflowException,
    EventLoopException,
    MaxTokensReachedException,
    ModelThrottledException,
)

from agent.errors import NotKeptError, SettingsError
from agent.events import Failed

MAX_ANSWER_TOKENS = 4_096

# Strands retries a throttled model, botocore retries the rest before the stream starts; together at most ~20 s.
_BEDROCK = Config(connect_timeout=5, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 2})

# Waiting mends none of these: model access, credentials, a model id that does not exist or a request it does not take.
_OPERATOR_CODES = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "InvalidSignatureException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
    "ValidationException",
}
_OPERATOR_STATUSES = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_NOT_ALLOWED = Failed(
    "I cannot use the language model as I am set up. Ask the person who runs this agent to check its model and access.",
    "model_not_allowed",
)

_OTHERS = {
    "anthropic": ("strands.models.anthropic", "AnthropicModel"),
    "gemini": ("strands.models.gemini", "GeminiModel"),
    "litellm": ("strands.models.litellm", "LiteLLMModel"),
    "mistral": ("strands.models.mistral", "MistralModel"),
    "openai": ("strands.models.openai", "OpenAIModel"),
}


def build_model(setting: str, region: str) -> Model:
    """Return the model; one a process, since each holds its own client.

    Raises: `SettingsError` for an unknown provider, or one whose package is not installed.
    """
    provider, _, model_id = setting.partition(":")
    if provider == "bedrock":
        return BedrockModel(
            model_id=model_id,
            region_name=region,
            boto_client_config=_BEDROCK,
            max_tokens=MAX_ANSWER_TOKENS,
            cache_config=CacheConfig(strategy="auto", tools_ttl=True),
        )
    if provider not in _OTHERS:
        raise SettingsError(f"DRIVE_AGENT_MODEL: unknown provider {provider!r}. Use bedrock, {', '.join(_OTHERS)}.")
    module, name = _OTHERS[provider]
    try:
        model_class = getattr(importlib.import_module(module), name)
    except ImportError:
        raise SettingsError(
            f"DRIVE_AGENT_MODEL={provider}:… needs `pip install 'strands-agents[{provider}]'`."
        ) from None
    limits = {"max_tokens": MAX_ANSWER_TOKENS} if provider == "anthropic" else {}
    model: Model = model_class(model_id=model_id, **limits)
    return model


def explain(error: Exception) -> Failed:
    """Return what a person reads when a turn fails, mostly at the model's service; the text of `error` stays here."""
    cause = _cause(error)
    if isinstance(cause, NotKeptError):
        return Failed(str(cause), cause.code)
    if isinstance(cause, ContextWindowOverflowException):
        return Failed("This conversation has grown too long. Please start a new one.", "conversation_too_long")
    if isinstance(cause, MaxTokensReachedException):
        return Failed("My answer grew too long and was cut off. Ask for fewer files at once.", "answer_too_long")
    code, status = _aws_code(cause), getattr(cause, "status_code", None)  # AWS's code, or another client's HTTP status
    if isinstance(cause, ModelThrottledException) or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failed("Too many questions at once for the model right now. Please ask again in a minute.", "model_busy")
    if isinstance(cause, NoCredentialsError) or code in _OPERATOR_CODES or status in _OPERATOR_STATUSES:
        return _NOT_ALLOWED
    if isinstance(cause, TypeError) and "authentication" in str(cause):  # Anthropic's client without a key
        return _NOT_ALLOWED
    if isinstance(cause, ClientError | BotoCoreError | OSError) or status is not None or _is_of_a_client(cause):
        return Failed(
            "The language model does not answer right now. Please ask again in a minute.", "model_unavailable"
        )
    return Failed("Something went wrong on my side. Please ask again.", "internal")


def name_of(error: Exception) -> str:
    """Return the class of an error for a log, with AWS's code where it has one; never its text."""
    cause = _cause(error)
    if isinstance(cause, NotKeptError) and isinstance(cause.__cause__, Exception):
        return f"NotKeptError:{name_of(cause.__cause__)}"
    code = _aws_code(cause)
    return f"{type(cause).__name__}:{code}" if code else type(cause).__name__


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, EventLoopException):
        error = error.original_exception
    return error


def _aws_code(error: BaseException) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def _is_of_a_client(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in {
        "anthropic",
        "openai",
        "google",
        "mistralai",
        "litellm",
        "urllib3",
        "httpx",
    }
