"""Is a request signed, for this service, as it came? Pure but for botocore's arithmetic; the clock is an argument.

Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
Only of the sample credentials is the secret known here; what other credentials have signed is believed, but for its
service, its time and the headers that it covers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.aws.errors import AwsError
from local.aws.names import REGION
from local.aws.runtime.headers import USER_ID

SERVICE = "bedrock-agentcore"
SAMPLE_KEY, SAMPLE_SECRET = "sample", "sample"
SKEW = timedelta(minutes=5)
_HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request,"
    r"\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})"
)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True)
class Signed:
    """The request as it came over the wire: the whole address, headers with lower-case names, the body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def check_signature(request: Signed, now: datetime) -> None:
    """Raise what AWS answers with where the signature is not good."""
    match = _HEADER.fullmatch(request.headers.get("authorization", "").strip())
    if match is None:
        raise AwsError("IncompleteSignatureException", "The Authorization header is not a complete signature.", 403)
    key, day, region, service, names, signature = match.groups()
    if service != SERVICE or region != REGION:
        scope = f"'{SERVICE}' in '{REGION}', not '{service}' in '{region}'"
        raise AwsError("InvalidSignatureException", f"Credential should be scoped to correct service: {scope}.", 403)
    signed = names.split(";")
    unsigned = [name for name in ("host", "x-amz-date", USER_ID.lower()) if name in request.headers]
    if missing := [name for name in unsigned if name not in signed]:
        raise AwsError("InvalidSignatureException", f"'{missing[0]}' must be a signed header.", 403)
    stamp = request.headers.get("x-amz-date", "")
    if not stamp.startswith(day) or abs(_moment(stamp) - now) > SKEW:
        raise AwsError("InvalidSignatureException", "Signature expired or not yet current.", 403)
    if key == SAMPLE_KEY and _expected(request, signed, stamp) != signature:
        raise AwsError("InvalidSignatureException", _MISMATCH, 403)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise AwsError("IncompleteSignatureException", "X-Amz-Date is not a date.", 403) from None


def _expected(request: Signed, signed: list[str], stamp: str) -> str:
    headers = {name: request.headers[name] for name in signed if name in request.headers}
    asked = AWSRequest(method=request.method, url=request.url, headers=headers, data=request.body)
    asked.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials(SAMPLE_KEY, SAMPLE_SECRET), SERVICE, REGION)
    canonical = signer.canonical_request(asked)
    return str(signer.signature(signer.string_to_sign(asked, canonical), asked))
