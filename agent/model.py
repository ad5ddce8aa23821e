"""The model from its setting `<provider>:<model id>`: Claude on Bedrock by default, or any provider Strands has.

Errors of the model's service are told apart here, so that a person reads a sentence and never an exception's text.
"""

import importlib

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from strands.models import BedrockModel, CacheConfig, Model
from strands.types.exceptions import (
    ContextWindowOverflowException,
    EventLoopException,
    MaxTokensReachedException,
    ModelThrottledException,
)

from agent.errors import SettingsError
from agent.events import Failed

MAX_ANSWER_TOKENS = 4_096

# Strands retries a throttled model, botocore retries the rest before the stream starts; together at most ~20 s.
_BEDROCK = Config(connect_timeout=5, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 2})

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
    if not model_id:
        raise SettingsError("DRIVE_AGENT_MODEL must be <provider>:<model id>, such as bedrock:<id> or anthropic:<id>.")
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
    """Return what a person reads when the model's service fails; the text of `error` stays behind."""
    cause: BaseException = error
    while isinstance(cause, EventLoopException):
        cause = cause.original_exception
    if isinstance(cause, ModelThrottledException):
        return Failed("Too many questions at once for the model right now. Please ask again in a minute.", "model_busy")
    if isinstance(cause, ContextWindowOverflowException):
        return Failed("This conversation has grown too long. Please start a new one.", "conversation_too_long")
    if isinstance(cause, MaxTokensReachedException):
        return Failed("My answer grew too long and was cut off. Ask for fewer files at once.", "answer_too_long")
    code = cause.response.get("Error", {}).get("Code", "") if isinstance(cause, ClientError) else ""
    if isinstance(cause, NoCredentialsError) or code in {"AccessDeniedException", "UnrecognizedClientException"}:
        return Failed(
            "I am not allowed to use the language model. Ask the person who runs this agent to check its model access.",
            "model_not_allowed",
        )
    if isinstance(cause, ClientError | BotoCoreError | OSError):
        return Failed(
            "The language model does not answer right now. Please ask again in a minute.", "model_unavailable"
        )
    return Failed("Something went wrong on my side. Please ask again.", "internal")
