import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProfileNotFound,
)
from botocore.parsers import ResponseParserError

from deploy.errors import explain


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "AWS_PROFILE"),
        (EndpointConnectionError(endpoint_url="https://x"), "check the network"),
        (ResponseParserError("<html>"), "does not speak like AWS"),
        (ProfileNotFound(profile="x"), "check the AWS profile"),
    ],
)
def test_errors_before_aws_say_what_to_check(error, said):
    assert said in explain(error, None).user_message


def test_a_value_that_botocore_refuses_is_not_repeated():
    error: BotoCoreError = ParamValidationError(report="Invalid value: sample-secret")
    assert "sample-secret" not in explain(error, None).user_message


def test_an_unexpected_refusal_keeps_awss_own_words():
    error = ClientError({"Error": {"Code": "ValidationException", "Message": "name is odd"}}, "GetWorkloadIdentity")
    explained = explain(error, None)
    assert explained.user_message == "AWS refused GetWorkloadIdentity (ValidationException): name is odd"
    assert explained.code == "ValidationException"
