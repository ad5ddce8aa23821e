"""Names for the keyed hashes of the audit: from a list of people, or from the user pool."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from deploy.audit.lines import printable, whos
from deploy.clients import Clients
from deploy.errors import InvalidOptionError, explain
from deploy.settings import AuditSettings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

__all__ = ["called", "names_from_list", "names_from_user_pool"]

_HEADER = ["issuer", "subject", "name"]
LONGEST_NAME = 80


def names_from_list(path: Path, audit_key: str) -> dict[str, str]:
    """Read a CSV file `issuer,subject,name` (UTF-8; a first line with these words is passed over).

    Without an issuer the subject is a user id, of a backend that names its users or of a local agent.
    Raises: `InvalidOptionError` with the number of a line that is of another form.
    """
    names: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in (reader := csv.reader(file)):
                fields = [value.strip() for value in row]
                if not any(fields) or (reader.line_num == 1 and [value.lower() for value in fields] == _HEADER):
                    continue
                if len(fields) != len(_HEADER) or not fields[1]:
                    raise InvalidOptionError(
                        f"Line {reader.line_num} of {path} is not of the form issuer,subject,name."
                    )
                names |= _named(audit_key, *fields)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidOptionError(f"The list of people {path} cannot be read ({type(error).__name__}).") from error
    return names


def names_from_user_pool(
    settings: AuditSettings, cognito: "CognitoIdentityProviderClient | None" = None
) -> dict[str, str]:
    """Read everybody in the user pool of the settings, by e-mail address.

    Raises: `InvalidOptionError` where no user pool is set; `AwsRefusedError`.
    """
    pool_id = settings.user_pool_id
    if not pool_id:
        raise InvalidOptionError(
            "--user-pool needs the user pool of `drive-agent setup` (DRIVE_AGENT_USER_POOL_ID). With another identity"
            " provider give a list of people with --people."
        )
    # The `iss` of its tokens: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
    issuer = f"https://cognito-idp.{pool_id.partition('_')[0]}.amazonaws.com/{pool_id}"
    names: dict[str, str] = {}
    try:
        client = cognito or Clients.connect(settings.region, settings.endpoint_url).cognito
        for attributes in _people(client, pool_id):
            name = attributes.get("email") or attributes.get("name") or attributes.get("sub", "")
            names |= _named(settings.audit_key, issuer, attributes.get("sub", ""), name)
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise explain(error, settings.endpoint_url) from error
    return names


def called(name: str, names: Mapping[str, str]) -> frozenset[str]:
    """Return what the audit calls everybody of this name or e-mail address, in any case.

    Raises: `InvalidOptionError` where nobody is called so.
    """
    wanted = _shown(name.strip()).casefold()
    found = frozenset(who for who, known in names.items() if known.casefold() == wanted)
    if not found:
        raise InvalidOptionError(
            "Nobody in --people or --user-pool is called what --who says. Without their name, --person takes the issuer"
            " and subject of their token."
        )
    return found


def _people(cognito: "CognitoIdentityProviderClient", pool_id: str) -> Iterator[Mapping[str, str]]:
    for page in cognito.get_paginator("list_users").paginate(UserPoolId=pool_id):
        for user in page["Users"]:
            yield {attribute["Name"]: attribute.get("Value", "") for attribute in user.get("Attributes", [])}


def _named(audit_key: str, issuer: str, subject: str, name: str) -> dict[str, str]:
    return dict.fromkeys(whos(audit_key, issuer, subject), _shown(name))


def _shown(name: str) -> str:
    return printable(name)[:LONGEST_NAME]
