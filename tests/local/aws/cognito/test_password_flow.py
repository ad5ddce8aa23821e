import pytest

from local.people import SAMPLE_PASSWORD


def initiate(pool, client_id, **more):
    parameters = {"USERNAME": "alice@example.com", "PASSWORD": SAMPLE_PASSWORD, **more}
    return pool.cognito.initiate_auth(ClientId=client_id, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)[
        "AuthenticationResult"
    ]


def test_confidential_client_signs_in_with_its_secret_hash(pool):
    tokens = initiate(pool, pool.web, SECRET_HASH=pool.secret_hash("alice@example.com"))
    assert tokens["ExpiresIn"] == 3600
    assert pool.cognito.get_user(AccessToken=tokens["AccessToken"])["Username"] == "alice@example.com"


def test_missing_and_wrong_secret_hash_are_refused(pool):
    with pytest.raises(pool.cognito.exceptions.NotAuthorizedException, match="SECRET_HASH was not received"):
        initiate(pool, pool.web)
    with pytest.raises(pool.cognito.exceptions.NotAuthorizedException, match="Unable to verify secret hash"):
        initiate(pool, pool.web, SECRET_HASH=pool.secret_hash("bob@example.com"))


def test_wrong_password_is_refused(pool):
    with pytest.raises(pool.cognito.exceptions.NotAuthorizedException, match="Incorrect username or password"):
        initiate(pool, pool.cli, PASSWORD="wrong")


def test_client_without_the_flow_is_refused(pool):
    made = pool.cognito.create_user_pool_client(UserPoolId=pool.pool_id, ClientName="none")["UserPoolClient"]
    with pytest.raises(pool.cognito.exceptions.InvalidParameterException, match="flow not enabled"):
        initiate(pool, made["ClientId"])
