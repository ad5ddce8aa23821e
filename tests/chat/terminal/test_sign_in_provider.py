"""The client of the identity provider, at one that answers as none should: without an end, drop by drop, compressed."""

import asyncio
import contextlib
import gzip
import json

import httpx
import pytest

from chat.errors import ChatError, RefusedError, UnreachableError
from chat.terminal.sign_in.issuer import IssuerSettings
from chat.terminal.sign_in.keep import Keep
from chat.terminal.sign_in.provider import Provider

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1_000_000
PATIENCE_S = 0.05


class Odd:
    """A provider whose every answer is `pieces`; `sent` counts their bytes, `heads` are the requests."""

    def __init__(self, pieces):
        self.pieces = pieces
        self.sent = 0
        self.heads = []

    async def answer(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            self.heads.append(await reader.readuntil(b"\r\n\r\n"))
            for piece in self.pieces():
                writer.write(piece)
                await writer.drain()
                self.sent += len(piece)
                await asyncio.sleep(0)
        writer.close()


def at(odd, act, folder, **options):
    """What `act` makes of a `Provider` there."""

    async def acting():
        server = await asyncio.start_server(odd.answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = IssuerSettings(discovery_url=f"{url}/x", client_id="sample", state_dir=folder)
        async with server, httpx.AsyncClient(trust_env=False) as http:
            return await act(Provider(settings, http, **options), settings)

    return asyncio.run(acting())


async def endpoints(provider, _):
    return await provider.endpoints()


def dripping():
    yield HEAD + b"\r\n"
    for _ in range(2 * MEGABYTE):
        yield b" "


def flooding():
    yield HEAD + b"\r\n"
    for _ in range(64 * MEGABYTE // 65536):
        yield b" " * 65536


def test_a_provider_that_drips_is_late_when_the_time_of_the_whole_request_is_over(tmp_path):
    with pytest.raises(UnreachableError, match="does not answer") as raised:
        at(Odd(dripping), endpoints, tmp_path, patience_s=PATIENCE_S)
    assert raised.value.is_passing


def test_the_lock_of_a_renewal_is_given_back_by_whoever_waited_for_it_in_vain(tmp_path):
    async def act(provider, settings):
        keep = Keep(settings, None)
        with pytest.raises(UnreachableError):
            async with keep.locked():
                await provider.tokens({"grant_type": "refresh_token", "refresh_token": "sample"})
        async with keep.locked():
            return True

    assert at(Odd(dripping), act, tmp_path, patience_s=PATIENCE_S)


def test_of_an_answer_without_an_end_no_more_is_read_than_may_be(tmp_path):
    odd = Odd(flooding)
    with pytest.raises(RefusedError):
        at(odd, endpoints, tmp_path)
    assert odd.sent < 32 * MEGABYTE  # what the sockets hold is sent, too


def described(issuer, filling):
    said = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/keys",
    }
    whole = json.dumps(said).encode()
    return whole + b" " * (filling - len(whole))


@pytest.mark.parametrize(("size", "is_read"), [(MEGABYTE, True), (MEGABYTE + 1, False)])
def test_a_megabyte_is_read_and_a_byte_more_is_too_much(tmp_path, size, is_read):
    odd = Odd(lambda: [HEAD + b"\r\n", described("http://127.0.0.1:1", size)])
    if is_read:
        assert at(odd, endpoints, tmp_path).issuer == "http://127.0.0.1:1"
    else:
        with pytest.raises(ChatError):
            at(odd, endpoints, tmp_path)


def test_compression_is_not_asked_for_and_not_unpacked(tmp_path):
    body = gzip.compress(described("http://127.0.0.1:1", 1000))
    odd = Odd(lambda: [HEAD + b"Content-Encoding: gzip\r\n\r\n", body])
    with pytest.raises(ChatError):
        at(odd, endpoints, tmp_path)
    assert b"accept-encoding: identity\r\n" in odd.heads[0].lower()


def test_of_the_answer_to_a_revocation_only_the_status_counts(tmp_path):
    class Revoking(Odd):
        async def answer(self, reader, writer):
            if self.heads:
                self.pieces = flooding
            await super().answer(reader, writer)

    def description():
        document = json.loads(described("http://127.0.0.1:1", 0))
        port = odd.heads[0].split(b"127.0.0.1:")[1].split(b"\r\n")[0].decode()
        document["revocation_endpoint"] = f"http://127.0.0.1:{port}/revoke"
        return [HEAD + b"Connection: close\r\n\r\n", json.dumps(document).encode()]

    async def act(provider, _):
        return await provider.revoke("sample")

    odd = Revoking(description)
    assert at(odd, act, tmp_path) is True
    assert odd.sent < 32 * MEGABYTE
