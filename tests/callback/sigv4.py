"""Checks Signature Version 4 as AWS does, from its description and without botocore.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(\w+)/(\d{8})/([\w-]+)/([\w-]+)/aws4_request,"
    r" ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})"
)


def check_signature(
    secrets: Mapping[str, str],
    method: str,
    raw_path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    scope: str = "us-west-2/bedrock-agentcore",
) -> frozenset[str]:
    """Return the names of the headers that the signature covers, in lower case. Raises `ValueError` where it is wrong.

    `secrets` by access key id; the path and the query as they were sent; header names in lower case.
    """
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not found:
        raise ValueError("no signature")
    access_key, day, region, service, names, signature = found.groups()
    moment = headers["x-amz-date"]
    age = datetime.now(UTC) - datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if f"{region}/{service}" != scope or not moment.startswith(day) or abs(age.total_seconds()) > 300:
        raise ValueError("scope or date")
    listed = names.split(";")
    if listed != sorted(set(listed)) or "host" not in listed:
        raise ValueError("signed headers")
    canonical = [
        method,
        quote(raw_path, safe="/~"),
        "&".join(sorted(query.split("&"))),
        *(f"{name}:{' '.join(headers[name].split())}" for name in listed),
        "",
        names,
        hashlib.sha256(body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    key = f"AWS4{secrets[access_key]}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{day}/{region}/{service}/aws4_request\n{digest}"
    if not hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), signature):
        raise ValueError("signature")
    return frozenset(listed)
