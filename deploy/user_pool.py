"""The Cognito user pool that people sign in to, with the domain of its sign-in pages."""

from typing import TYPE_CHECKING

from deploy.errors import ConflictingResourceError
from deploy.report import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

POOL_NAME = "drive-agent"


def ensure(
    cognito: "CognitoIdentityProviderClient", pool_id: str | None, *, is_chosen: bool = False
) -> tuple[Step, str]:
    """Find the pool (by id if it still exists, else by name) or create it; return its id.

    `is_chosen`: somebody has just named this pool, so no other will do.

    An existing pool's own settings are left alone: they are the account's decision, and UpdateUserPool
    resets whatever it is not given.

    Raises:
        ConflictingResourceError: several pools have our name and none was chosen, or the chosen one does not exist.
    """
    if is_chosen and pool_id is not None and not _exists(cognito, pool_id):
        raise ConflictingResourceError(
            f"There is no user pool {pool_id} in this account and region: check --user-pool-id."
        )
    if pool_id is not None and _exists(cognito, pool_id):
        return Step(f"user pool {POOL_NAME}", Outcome.UNCHANGED, pool_id), pool_id
    found = [
        pool["Id"]
        for page in cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
        for pool in page["UserPools"]
        if pool["Name"] == POOL_NAME
    ]
    if len(found) > 1:
        raise ConflictingResourceError(
            f"Several user pools are called {POOL_NAME}: choose with --user-pool-id. {', '.join(sorted(found))}"
        )
    if found:
        return Step(f"user pool {POOL_NAME}", Outcome.UNCHANGED, found[0]), found[0]
    created = _create(cognito)
    return Step(f"user pool {POOL_NAME}", Outcome.CREATED, created), created


def ensure_domain(cognito: "CognitoIdentityProviderClient", pool_id: str, prefix: str | None) -> Step:
    """Give the pool a prefix domain unless it has a domain already.

    Prefixes are unique in a region over all accounts, hence the account number in the default.
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html

    Raises:
        ConflictingResourceError: the prefix is taken, or the pool has another one than was asked for.
    """
    pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    # The ARN's fifth part is the account number.
    wanted = prefix or f"{POOL_NAME}-{pool['Arn'].split(':')[4]}"
    owner = cognito.describe_user_pool_domain(Domain=wanted).get("DomainDescription", {}).get("UserPoolId")
    present = wanted if owner == pool_id else pool.get("CustomDomain") or pool.get("Domain")
    if present is None:
        try:
            cognito.create_user_pool_domain(Domain=wanted, UserPoolId=pool_id)
        except cognito.exceptions.InvalidParameterException as error:
            raise ConflictingResourceError(
                f"The sign-in domain {wanted} is taken or not allowed: choose another with --domain-prefix."
            ) from error
        return Step(f"sign-in domain {wanted}", Outcome.CREATED)
    if prefix is not None and present != prefix:
        raise ConflictingResourceError(
            f"The user pool already has the sign-in domain {present}: leave --domain-prefix out, or delete it."
        )
    return Step(f"sign-in domain {present}", Outcome.UNCHANGED)


def _exists(cognito: "CognitoIdentityProviderClient", pool_id: str) -> bool:
    try:
        cognito.describe_user_pool(UserPoolId=pool_id)
    except cognito.exceptions.ResourceNotFoundException:
        return False
    return True


def _create(cognito: "CognitoIdentityProviderClient") -> str:
    answer = cognito.create_user_pool(
        PoolName=POOL_NAME,
        # Grants in AgentCore's vault belong to issuer + subject: with the pool, every grant would be lost.
        DeletionProtection="ACTIVE",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        # Length over composition: https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 14,
                "RequireLowercase": False,
                "RequireNumbers": False,
                "RequireSymbols": False,
                "RequireUppercase": False,
                "TemporaryPasswordValidityDays": 3,
            }
        },
    )
    return answer["UserPool"]["Id"]
