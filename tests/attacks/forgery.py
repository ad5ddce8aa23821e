"""JSON Web Tokens as an attacker makes them: by hand, because libraries refuse to."""

import base64
import gzip
import hashlib
import hmac
import importlib.resources
import json

from joserfc import jws
from joserfc.jwk import RSAKey


def encoded(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def header_of(token):
    head = token.split(".", maxsplit=1)[0]
    return json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))


def unsigned(claims, alg="none", signature="", **header):
    return f"{encoded({'alg': alg, 'typ': 'JWT', **header})}.{encoded(claims)}.{signature}"


def with_secret(claims, secret, **header):
    """HS256 with whatever the verifier may take for the secret: a public key, above all."""
    start = f"{encoded({'alg': 'HS256', 'typ': 'JWT', **header})}.{encoded(claims)}"
    return f"{start}.{encoded(hmac.new(secret, start.encode(), hashlib.sha256).digest())}"


def signed(claims, key, alg="RS256", **header):
    return jws.serialize_compact({"alg": alg, **header}, json.dumps(claims), key, algorithms=[alg])


def pools_key():
    """The key with which the stand-in's user pools sign: it is moto's, and so known to everybody."""
    packed = importlib.resources.files("moto").joinpath("cognitoidp/resources/jwks-private.json.gz").read_bytes()
    return RSAKey.import_key(json.loads(gzip.decompress(packed)))
