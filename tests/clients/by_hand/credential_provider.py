"""Register Google's OAuth client: `credential_provider.py NAME`. Written as a developer would, with boto3 alone."""
# ruff: noqa: T201 - what it prints is its result

import json
import sys

import boto3

name = sys.argv[1]
control = boto3.client("bedrock-agentcore-control", region_name="us-west-2")
wanted = {
    "name": name,
    "credentialProviderVendor": "GoogleOauth2",
    "oauth2ProviderConfigInput": {
        "googleOauth2ProviderConfig": {"clientId": "sample-client-id", "clientSecret": "sample-client-secret"}
    },
}
created = control.create_oauth2_credential_provider(**wanted)
try:
    control.create_oauth2_credential_provider(**wanted)
    refusal = ""
except control.exceptions.ConflictException as error:
    refusal = error.response["Error"]["Code"]
known = control.get_oauth2_credential_provider(name=name)
print(
    json.dumps(
        {
            "created_arn": created["credentialProviderArn"],
            "callback_url": created["callbackUrl"],
            "second_create": refusal,
            "arn": known["credentialProviderArn"],
            "vendor": known["credentialProviderVendor"],
            "client_id": known["oauth2ProviderConfigOutput"]["googleOauth2ProviderConfig"]["clientId"],
            "secret_arn": known["clientSecretArn"]["secretArn"],
        }
    )
)
