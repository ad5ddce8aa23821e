import pytest

from deploy.errors import InvalidOptionError
from deploy.settings import SetupOptions, TokenSettings


def test_arguments_win_over_the_environment():
    environ = {"DRIVE_AGENT_CALLBACK_URL": "https://old.example.com", "GOOGLE_CLIENT_ID": "old"}
    options = SetupOptions.load(environ, callback_url="https://new.example.com/", google_client_id="new")
    assert (options.callback_url, options.google_client_id) == ("https://new.example.com", "new")


def test_googles_secret_comes_from_a_file_or_the_environment(tmp_path):
    file = tmp_path / "secret"
    file.write_text("GOCSPX-sample-file\n")
    environ = {"GOOGLE_CLIENT_SECRET": "GOCSPX-sample-env"}
    assert SetupOptions.load(environ).google_client_secret == "GOCSPX-sample-env"
    assert SetupOptions.load(environ, google_client_secret_file=file).google_client_secret == "GOCSPX-sample-file"


def test_secrets_do_not_show_in_the_options_text():
    options = SetupOptions.load({"GOOGLE_CLIENT_SECRET": "GOCSPX-sample", "DRIVE_AGENT_TEST_PASSWORD": "sample-pw"})
    assert "GOCSPX-sample" not in repr(options)
    assert "sample-pw" not in repr(options)


@pytest.mark.parametrize(
    ("environ", "arguments", "said"),
    [
        ({}, {"callback_url": "https://a.example.com/path"}, "without a path"),
        ({}, {"callback_url": "ftp://a.example.com"}, "without a path"),
        ({"AWS_ENDPOINT_URL": "localhost:4566"}, {}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "http://[::1"}, {}, "AWS_ENDPOINT_URL"),
        ({}, {"runtime_arn": "drive_agent"}, "runtime ARN"),
        ({}, {"workloads": ("a b c",)}, "workload identity"),
        ({"DRIVE_AGENT_PROVIDER": "a/b"}, {}, "provider"),
        ({"DRIVE_AGENT_TEST_PASSWORD": "sample"}, {"test_users": ("alice",)}, "e-mail"),
        ({}, {"test_users": ("alice@example.com",)}, "DRIVE_AGENT_TEST_PASSWORD"),
    ],
)
def test_a_malformed_value_is_refused_with_a_sentence(environ, arguments, said):
    with pytest.raises(InvalidOptionError, match=said):
        SetupOptions.load(environ, **arguments)


def test_a_missing_secret_file_is_said(tmp_path):
    with pytest.raises(InvalidOptionError, match="cannot be read"):
        SetupOptions.load({}, google_client_secret_file=tmp_path / "nothing")


def test_setup_and_token_find_the_region_where_the_aws_cli_keeps_it():
    environ = {"AWS_DEFAULT_REGION": "eu-west-1"}
    assert SetupOptions.load(environ).region == TokenSettings.load(environ).region == "eu-west-1"
    environ |= {"AWS_REGION": "us-east-1"}
    assert SetupOptions.load(environ).region == TokenSettings.load(environ).region == "us-east-1"


def test_token_settings_come_from_the_keys_that_setup_writes():
    environ = {"AWS_REGION": "eu-west-1", "DRIVE_AGENT_CLI_CLIENT_ID": "abc", "AWS_ENDPOINT_URL": ""}
    assert TokenSettings.load(environ) == TokenSettings(region="eu-west-1", endpoint_url=None, cli_client_id="abc")


@pytest.mark.parametrize("url", ["http://drive.example.com", "http://10.0.0.1:9090", "http://127.0.0.1.example.com"])
def test_a_callback_in_the_clear_is_for_this_machine_alone(url):
    with pytest.raises(InvalidOptionError, match="https"):
        SetupOptions.load({}, callback_url=url)
    assert SetupOptions.load({}, callback_url="http://localhost:9090").callback_url == "http://localhost:9090"
