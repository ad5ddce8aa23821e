"""Does a request have the shape that botocore's model of `bedrock-runtime` gives it?

Checked against the same service model that the SDK uses, so that a request made by hand is refused as Bedrock would.
"""

import re
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from local.aws.bedrock.errors import invalid

_NAME = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,3}(:[a-z0-9]{1,8}){0,2}")
_ARN = re.compile(
    r"arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:(\d{12})?:"
    r"(foundation-model|(application-)?inference-profile|provisioned-model|custom-model(-deployment)?|imported-model"
    r"|(default-)?prompt-router)/[a-zA-Z0-9.:/-]+"
)
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TOOL_USE_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("bedrock-runtime", "service-2"), "bedrock-runtime")


def check_shape(operation: str, model_id: str, body: object) -> dict[str, Any]:
    """Return the body of a `Converse` or `ConverseStream` request, or raise `BedrockError`."""
    if not (_NAME.fullmatch(model_id) or _ARN.fullmatch(model_id)):
        raise invalid("The provided model identifier is invalid.")
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    shape = _service().operation_model(operation).input_shape
    assert shape is not None, "both operations take a body"
    errors = ParamValidator().validate({**body, "modelId": model_id}, shape)
    if errors.has_errors():
        raise invalid(f"The format of the request is invalid: {errors.generate_report()}")
    if any(message["role"] not in {"user", "assistant"} for message in body.get("messages", [])):
        raise invalid("Value at 'messages.role' failed to satisfy constraint: Member must be one of [user, assistant]")
    _check_tools(body)
    _check_inference(body.get("inferenceConfig", {}))
    return body


def _check_tools(body: dict[str, Any]) -> None:
    specs = [tool["toolSpec"] for tool in body.get("toolConfig", {}).get("tools", []) if "toolSpec" in tool]
    if "toolConfig" in body and not specs:
        raise invalid("toolConfig.tools must hold at least one tool.")
    names = [spec["name"] for spec in specs]
    if len(set(names)) != len(names):
        raise invalid("toolConfig.tools holds the same tool name more than once.")
    for message in body.get("messages", []):
        for block in message["content"]:
            use, result = block.get("toolUse", {}), block.get("toolResult", {})
            names += [use["name"]] if use else []
            for tool_use_id in (used.get("toolUseId") for used in (use, result) if used):
                _require(_TOOL_USE_ID, "toolUseId", tool_use_id)
    for name in names:
        _require(_TOOL_NAME, "name", name)


def _require(pattern: re.Pattern[str], field: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise invalid(f"Value '{value}' at '{field}' failed to satisfy constraint: pattern {pattern.pattern}")


def _check_inference(config: dict[str, Any]) -> None:
    for field in ("temperature", "topP"):
        if field in config and not 0 <= config[field] <= 1:
            raise invalid(f"Value at 'inferenceConfig.{field}' must be between 0 and 1.")
    if "maxTokens" in config and config["maxTokens"] < 1:
        raise invalid("Value at 'inferenceConfig.maxTokens' must be at least 1.")
