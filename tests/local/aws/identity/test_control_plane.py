import json

import pytest
from botocore.exceptions import ClientError

GOOGLE = {"googleOauth2ProviderConfig": {"clientId": "placeholder", "clientSecret": "placeholder"}}
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/bedrock-agentcore/aws4_request, S=x"}


@pytest.fixture
def control(client):
    return client("bedrock-agentcore-control")


def create_provider(control, name="google-drive-provider", config=GOOGLE):
    return control.create_oauth2_credential_provider(
        name=name, credentialProviderVendor="GoogleOauth2", oauth2ProviderConfigInput=config
    )


def test_workload_identity_keeps_its_return_urls_until_an_update_replaces_them(control):
    created = control.create_workload_identity(name="w-1", allowedResourceOauth2ReturnUrls=["http://a/", "http://b/"])
    assert created["workloadIdentityArn"].endswith("workload-identity-directory/default/workload-identity/w-1")
    control.update_workload_identity(name="w-1", allowedResourceOauth2ReturnUrls=["http://c/"])
    assert control.get_workload_identity(name="w-1")["allowedResourceOauth2ReturnUrls"] == ["http://c/"]


def test_second_create_under_one_name_is_a_conflict(control):
    control.create_workload_identity(name="w-1")
    create_provider(control)
    with pytest.raises(control.exceptions.ConflictException):
        control.create_workload_identity(name="w-1")
    with pytest.raises(control.exceptions.ConflictException):
        create_provider(control)


def test_deleted_identity_and_provider_are_not_found(control):
    control.create_workload_identity(name="w-1")
    control.delete_workload_identity(name="w-1")
    create_provider(control)
    control.delete_oauth2_credential_provider(name="google-drive-provider")
    with pytest.raises(control.exceptions.ResourceNotFoundException):
        control.get_workload_identity(name="w-1")
    with pytest.raises(control.exceptions.ResourceNotFoundException):
        control.get_oauth2_credential_provider(name="google-drive-provider")


def test_lists_come_in_pages(control):
    for number in range(5):
        create_provider(control, f"p-{number}")
    first = control.list_oauth2_credential_providers(maxResults=3)
    second = control.list_oauth2_credential_providers(maxResults=3, nextToken=first["nextToken"])
    names = [each["name"] for each in first["credentialProviders"] + second["credentialProviders"]]
    assert names == [f"p-{number}" for number in range(5)]
    assert "nextToken" not in second
    assert {each["name"] for each in control.list_workload_identities()["workloadIdentities"]} == {
        "drive_agent",
        "drive_agent_iam",
    }


def test_real_client_replaces_the_placeholder_and_the_callback_url_stays(control, client, aws):
    created = create_provider(control)
    real = {"googleOauth2ProviderConfig": {"clientId": "real", "clientSecret": "real-secret"}}
    updated = control.update_oauth2_credential_provider(
        name="google-drive-provider", credentialProviderVendor="GoogleOauth2", oauth2ProviderConfigInput=real
    )
    assert updated["callbackUrl"] == created["callbackUrl"]
    assert created["callbackUrl"].startswith(f"{aws}/identities/oauth2/callback/")
    assert updated["oauth2ProviderConfigOutput"]["googleOauth2ProviderConfig"]["clientId"] == "real"
    assert "real-secret" not in json.dumps(updated, default=str)
    kept = client("secretsmanager").get_secret_value(SecretId=updated["clientSecretArn"]["secretArn"])
    assert kept["Name"] == "bedrock-agentcore-identity!default/oauth2/google-drive-provider"
    assert json.loads(kept["SecretString"]) == {"client_secret": "real-secret"}


def test_client_secret_may_stay_in_a_secret_of_the_callers_own(control, client):
    arn = client("secretsmanager").create_secret(Name="mine", SecretString='{"key": "value"}')["ARN"]
    config = {
        "clientId": "c",
        "clientSecretSource": "EXTERNAL",
        "clientSecretConfig": {"secretId": arn, "jsonKey": "key"},
    }
    created = create_provider(control, config={"googleOauth2ProviderConfig": config})
    assert created["clientSecretArn"]["secretArn"] == arn
    assert (created["clientSecretSource"], created["clientSecretJsonKey"]) == ("EXTERNAL", "key")


def test_custom_provider_keeps_its_discovery_url(control):
    discovery = {"discoveryUrl": "https://issuer.example/.well-known/openid-configuration"}
    config = {"oauthDiscovery": discovery, "clientId": "c", "clientSecret": "s"}
    control.create_oauth2_credential_provider(
        name="custom",
        credentialProviderVendor="CustomOauth2",
        oauth2ProviderConfigInput={"customOauth2ProviderConfig": config},
    )
    output = control.get_oauth2_credential_provider(name="custom")["oauth2ProviderConfigOutput"]
    assert output["customOauth2ProviderConfig"]["oauthDiscovery"] == discovery


def test_runtimes_identity_starts_without_return_urls_takes_them_and_cannot_be_deleted(control):
    assert control.get_workload_identity(name="drive_agent")["allowedResourceOauth2ReturnUrls"] == []
    control.update_workload_identity(name="drive_agent", allowedResourceOauth2ReturnUrls=["http://a/"])
    assert control.get_workload_identity(name="drive_agent")["allowedResourceOauth2ReturnUrls"] == ["http://a/"]
    with pytest.raises(control.exceptions.AccessDeniedException):
        control.delete_workload_identity(name="drive_agent")


def test_every_broken_constraint_is_named_as_aws_names_it(control):
    with pytest.raises(ClientError) as raised:
        create_provider(control, name="not a name")
    answer = raised.value.response
    assert answer["Error"]["Code"] == "ValidationException"
    assert answer["reason"] == "FieldValidationFailed"
    assert answer["fieldList"] == [
        {"name": "name", "message": r"Member must satisfy regular expression pattern: [a-zA-Z0-9\-_]+"}
    ]
    assert answer["Error"]["Message"].startswith("1 validation error detected: Value at 'name' failed to satisfy")


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"{", "CannotParse"), (b"[]", "CannotParse"), (b'{"name": 5}', "CannotParse"), (b"{}", "FieldValidationFailed")],
)
def test_malformed_requests_are_refused_with_a_reason(http, body, reason):
    answer = http.post("/identities/GetWorkloadIdentity", content=body, headers=SIGNED)
    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert answer.headers["x-amzn-ErrorType"] == "ValidationException"


def test_request_without_a_signature_is_refused(http):
    answer = http.post("/identities/GetWorkloadIdentity", json={"name": "drive_agent"})
    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"
