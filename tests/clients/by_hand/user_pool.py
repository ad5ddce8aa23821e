"""Make a user pool with a confidential client and sign somebody in: `user_pool.py EMAIL`.

Written as a developer would, with boto3 alone. The secret hash is AWS's:
https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html#cognito-user-pools-computing-secret-hash
"""
# ruff: noqa: T201 - what it prints is its result

import base64
import hashlib
import hmac
import json
import sys

import boto3

EMAIL, PASSWORD = sys.argv[1], "sample-Passw0rd!"
cognito = boto3.client("cognito-idp", region_name="us-west-2")

pool_id = cognito.create_user_pool(PoolName="by-hand")["UserPool"]["Id"]
client = cognito.create_user_pool_client(
    UserPoolId=pool_id,
    ClientName="by-hand",
    GenerateSecret=True,
    ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
)["UserPoolClient"]
cognito.admin_create_user(
    UserPoolId=pool_id,
    Username=EMAIL,
    UserAttributes=[{"Name": "email", "Value": EMAIL}],
    MessageAction="SUPPRESS",
)
cognito.admin_set_user_password(UserPoolId=pool_id, Username=EMAIL, Password=PASSWORD, Permanent=True)

signed = hmac.new(client["ClientSecret"].encode(), f"{EMAIL}{client['ClientId']}".encode(), hashlib.sha256)
sign_in = {
    "ClientId": client["ClientId"],
    "AuthFlow": "USER_PASSWORD_AUTH",
    "AuthParameters": {"USERNAME": EMAIL, "PASSWORD": PASSWORD},
}
try:
    cognito.initiate_auth(**sign_in)
    refusal = ""
except cognito.exceptions.NotAuthorizedException as error:
    refusal = error.response["Error"]["Message"]
sign_in["AuthParameters"]["SECRET_HASH"] = base64.b64encode(signed.digest()).decode()
tokens = cognito.initiate_auth(**sign_in)["AuthenticationResult"]
print(
    json.dumps(
        {
            "pool_id": pool_id,
            "client_id": client["ClientId"],
            "without_secret_hash": refusal,
            "access_token": tokens["AccessToken"],
        }
    )
)
