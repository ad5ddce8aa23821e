import pytest

from deploy.desired import desired, is_loopback, same_cloud
from deploy.settings import SetupOptions

ARN = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/DriveAgent_drive_agent-Ab1"


def test_on_aws_everything_follows_from_region_and_callback():
    want = desired(SetupOptions(region="eu-west-1", callback_url="https://d.example.com", runtime_arn=ARN), {})
    assert want.return_url == "https://d.example.com/callback"
    assert want.connect_url == "https://d.example.com/connect/google-drive"
    assert want.runtime_url == "https://bedrock-agentcore.eu-west-1.amazonaws.com"
    assert want.managed_workloads == ("DriveAgent_drive_agent-Ab1",)
    assert not want.is_local
    assert want.discovery_url("eu-west-1_Ab") == (
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab/.well-known/openid-configuration"
    )


def test_on_a_stand_in_both_fixed_runtimes_are_meant():
    want = desired(SetupOptions(endpoint_url="http://127.0.0.1:4566"), {})
    assert want.managed_workloads == ("drive_agent", "drive_agent_iam")
    assert want.runtime_url == "http://127.0.0.1:4566"
    assert want.is_local


def test_without_a_deployment_no_managed_identity_is_guessed():
    want = desired(SetupOptions(), {})
    assert want.managed_workloads == ()
    assert want.runtime_arn is None


def test_named_workloads_replace_the_default_ones_and_count_once():
    want = desired(SetupOptions(workloads=("a_b", "drive-agent-local", "a_b"), runtime_arn=ARN), {})
    assert want.managed_workloads == ("a_b",)


def test_a_new_callback_url_moves_the_addresses_that_were_derived_from_the_old_one():
    remembered = {
        "DRIVE_AGENT_CALLBACK_URL": "http://localhost:9090",
        "DRIVE_AGENT_RETURN_URL": "http://localhost:9090/callback",
        "DRIVE_AGENT_CONNECT_URL": "http://localhost:9090/connect/google-drive",
    }
    assert desired(SetupOptions(callback_url="https://d.example.com"), remembered).return_url == (
        "https://d.example.com/callback"
    )


def test_a_connect_url_that_was_switched_off_stays_off():
    assert desired(SetupOptions(), {"DRIVE_AGENT_CONNECT_URL": ""}).connect_url == ""
    assert desired(SetupOptions(connect_url=""), {}).connect_url == ""


def test_the_file_of_another_region_or_endpoint_is_not_remembered():
    file = {"AWS_REGION": "us-west-2", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "X": "1"}
    assert same_cloud(SetupOptions(endpoint_url="http://127.0.0.1:4566"), file) == file
    assert same_cloud(SetupOptions(), file) == {}
    assert same_cloud(SetupOptions(endpoint_url="http://127.0.0.1:4566", region="eu-west-1"), file) == {}


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1", "http://127.9.9.9:2", "http://[::1]:80"])
def test_loopback_addresses_are_this_machine(url):
    assert is_loopback(url)


@pytest.mark.parametrize("url", [None, "", "https://localhost.example.com", "http://128.0.0.1", "http://10.0.0.1"])
def test_other_addresses_are_not(url):
    assert not is_loopback(url)
