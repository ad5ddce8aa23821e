import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError
from strands.models import BedrockModel
from strands.types.exceptions import EventLoopException, MaxTokensReachedException, ModelThrottledException

from agent.errors import SettingsError
from agent.model import build_model, explain, name_of


def aws(code):
    return ClientError({"Error": {"Code": code, "Message": "canary"}}, "ConverseStream")


class StatusError(Exception):
    """As the clients of Anthropic, OpenAI and others raise them."""

    def __init__(self, status_code):
        super().__init__("canary")
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ModelThrottledException("canary"), "model_busy"),
        (StatusError(429), "model_busy"),
        (MaxTokensReachedException("canary"), "answer_too_long"),
        (NoCredentialsError(), "model_not_allowed"),
        (aws("AccessDeniedException"), "model_not_allowed"),
        (aws("ValidationException"), "model_not_allowed"),
        (aws("ResourceNotFoundException"), "model_not_allowed"),
        (aws("ExpiredTokenException"), "model_not_allowed"),
        (StatusError(401), "model_not_allowed"),
        (StatusError(404), "model_not_allowed"),
        (TypeError("Could not resolve authentication method. canary"), "model_not_allowed"),
        (aws("ServiceUnavailableException"), "model_unavailable"),
        (StatusError(529), "model_unavailable"),
        (ReadTimeoutError(endpoint_url="https://canary.example"), "model_unavailable"),
        (ConnectionResetError("canary"), "model_unavailable"),
        (EventLoopException(aws("ThrottledByNobody"), {}), "model_unavailable"),
        (KeyError("canary"), "internal"),
        (TypeError("canary"), "internal"),
    ],
)
def test_each_failure_of_a_model_is_told_apart_and_shows_nothing_of_itself(error, code):
    failed = explain(error)
    assert failed.code == code
    assert "canary" not in failed.message + name_of(error)


def test_the_log_names_awss_code():
    assert name_of(EventLoopException(aws("AccessDeniedException"), {})) == "ClientError:AccessDeniedException"


def test_bedrock_is_built_with_the_model_and_region_of_the_settings():
    model = build_model("bedrock:anthropic.claude-sample", "eu-west-1")
    assert isinstance(model, BedrockModel)
    assert model.get_config()["model_id"] == "anthropic.claude-sample"
    assert model.client.meta.region_name == "eu-west-1"
    model.client.close()


def test_anthropic_is_built_where_its_package_is_installed():
    assert build_model("anthropic:claude-sample", "us-west-2").get_config()["model_id"] == "claude-sample"


@pytest.mark.parametrize("setting", ["nobody:x", "mistral:x"])
def test_a_model_that_cannot_be_built_names_the_setting(setting):
    with pytest.raises(SettingsError, match="DRIVE_AGENT_MODEL"):
        build_model(setting, "us-west-2")
