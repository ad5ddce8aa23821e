"""Signing in with the browser of this machine, staying signed in, signing out: over HTTP, with a scripted issuer."""

import asyncio
import base64
import hmac
import json
import re
import socket
import stat
import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from chat.errors import ChatError, RefusedError, SignInNeededError, UnreachableError
from chat.terminal.sign_in.issuer import REDIRECT_URLS
from chat.terminal.sign_in.keyring_store import KeyringStore
from chat.terminal.sign_in.loopback_page import language_of
from chat.terminal.sign_in.sign_in import Who
from deploy.app_clients import CLI_CALLBACK_URLS
from tests.chat.terminal.scripted_issuer import ALICE, CLIENT_ID, KEY, Browser, Held, Issuer, app
from tests.chat.terminal.sign_in_kit import Memory, Terminal
from tests.support.serve import serve


@pytest.fixture(scope="module")
def served():
    held = Held(Issuer())
    with serve(app(held)) as url:
        yield held, url


@pytest.fixture
def issuer(served):
    held, url = served
    held.issuer = Issuer(url=url)
    return held.issuer


@pytest.fixture
def terminal(issuer, tmp_path):
    made = Terminal(issuer, tmp_path / "state")
    issuer.now = made.now
    return made


def run(terminal, act, **options):
    async def acting():
        async with terminal.person(**options) as person:
            return await act(person)

    try:
        return asyncio.run(acting())
    finally:
        assert not terminal.browser.opened or terminal.browser.done.wait(5)


def sign_in(terminal, **options):
    return run(terminal, lambda person: person.sign_in("browser"), **options)


def refused(terminal, act=lambda person: person.sign_in("browser"), kind=SignInNeededError, **options):
    with pytest.raises(kind) as raised:
        run(terminal, act, **options)
    return raised.value.user_message


def bearer(terminal, **options):
    return run(terminal, lambda person: person.bearer(), **options)


# The browser


def test_a_browser_that_comes_back_with_a_code_signs_in(terminal, issuer):
    assert sign_in(terminal) == Who("Alice", "alice@example.com")
    [asked] = issuer.authorized
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["client_id"], asked["scope"]) == (CLIENT_ID, "openid email")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/signed-in", asked["redirect_uri"])
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 43
    assert not {"audience", "prompt", "client_secret"} & asked.keys()
    [exchanged] = issuer.asked
    assert exchanged.keys() == {"grant_type", "code", "redirect_uri", "code_verifier", "client_id"}
    assert terminal.said[1] == terminal.browser.opened[0]


def test_every_sign_in_has_its_own_state_nonce_and_verifier(terminal, issuer):
    sign_in(terminal)
    sign_in(terminal)
    for name in ("state", "nonce", "code_challenge"):
        assert len({asked[name] for asked in issuer.authorized}) == 2


def test_the_page_says_so_in_the_browsers_language_and_may_not_be_kept_or_framed(terminal):
    terminal.browser.language = "ja-JP,ja;q=0.9,en;q=0.8"
    sign_in(terminal)
    [page] = terminal.browser.pages
    assert page.status_code == 200
    assert "このタブを閉じて" in page.text
    assert page.headers["content-language"] == "ja"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<script" not in page.text
    assert urlsplit(str(page.url)).query.split("=")[1].split("&")[0] not in page.text


def test_the_page_says_in_english_that_the_tab_can_be_closed(terminal):
    sign_in(terminal)
    assert "You can close this tab" in terminal.browser.pages[0].text


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("fr", "en"), ("en;q=0.5, ja", "ja"), ("ja;q=0.4,en-GB;q=0.6", "en"), ("ja;q=x", "en"), ("*", "en")],
)
def test_the_page_speaks_the_language_that_the_browser_would_rather_have(header, language):
    assert language_of(header) == language


class Stranger(Browser):
    """Before the answer come requests that are none."""

    def visit(self, http, where):
        parts = urlsplit(where)
        here = f"{parts.scheme}://{parts.netloc}"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        wrong = {**query, "state": "x" * 43}
        self.strange = [
            http.get(f"{here}/signed-in", params=wrong),
            http.get(f"{here}/signed-in", params={"code": "x"}),
            http.get(f"{where}&state={query['state']}"),
            http.get(f"{here}/favicon.ico"),
            http.post(where),
            http.get(where, headers={"Host": "attacker.example"}),
        ]
        return super().visit(http, where)


def test_an_answer_with_another_state_and_whatever_is_no_answer_leaves_the_sign_in_waiting(terminal, issuer):
    terminal.browser = Stranger()
    assert sign_in(terminal).name == "Alice"
    assert [page.status_code for page in terminal.browser.strange] == [400, 400, 400, 404, 405, 404]
    assert "belongs to no sign-in" in terminal.browser.strange[0].text
    assert len(issuer.asked) == 1


def test_a_second_answer_is_turned_away_while_the_first_is_looked_at(terminal, issuer):
    class Twice(Browser):
        def visit(self, http, where):
            self.again = lambda: http_get(where)
            return super().visit(http, where)

    terminal.browser = Twice()
    pages = []

    def while_exchanging():
        pages.append(terminal.browser.again())

    issuer.token_answers = [while_exchanging]
    assert sign_in(terminal).name == "Alice"
    assert [page.status_code for page in pages] == [410]
    assert "Already answered" in pages[0].text
    assert len(issuer.asked) == 1


def http_get(url):
    with httpx.Client(trust_env=False) as http:
        return http.get(url)


class Eager(Browser):
    """Opens a connection in advance, on which nothing comes, and keeps it."""

    def visit(self, http, where):
        here = urlsplit(where)
        self.idle = socket.create_connection((here.hostname, here.port))
        return super().visit(http, where)


def test_a_connection_that_a_browser_opens_in_advance_is_closed_in_silence(terminal, caplog):
    terminal.browser = Eager()
    assert sign_in(terminal).name == "Alice"
    with terminal.browser.idle as idle:
        assert idle.recv(1) == b""
    assert [record.getMessage() for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


def test_nobody_listens_after_the_answer(terminal):
    sign_in(terminal)
    with pytest.raises(httpx.ConnectError):
        http_get(str(terminal.browser.pages[0].url))


def test_whoever_says_no_at_the_provider_is_told_what_it_said(terminal, issuer):
    issuer.answer = lambda answer: {
        "error": "access_denied",
        "error_description": "Verify your e-mail\x1b[2J first.",
        "state": answer["state"],
    }
    assert refused(terminal) == (
        "Signing in was refused at the identity provider. It says: Verify your e-mail[2J first."
    )
    assert "did not work" in terminal.browser.pages[0].text
    assert issuer.asked == []
    assert refused(terminal, lambda person: person.bearer()) == "Nobody is signed in: run `drive-agent sign-in`."


def test_another_refusal_is_told_by_its_code(terminal, issuer):
    issuer.answer = lambda answer: {"error": "invalid_scope", "state": answer["state"]}
    assert refused(terminal) == "The identity provider refuses (invalid_scope)."


def test_an_answer_without_a_code_is_none(terminal, issuer):
    issuer.answer = lambda answer: {"state": answer["state"]}
    assert "no code" in refused(terminal)


def test_a_code_that_was_given_for_another_verifier_is_refused(terminal, issuer):
    foreign = "foreign-code"

    def swapped(answer):
        issuer.codes[foreign] = {**issuer.authorized[-1], "code_challenge": "x" * 43}
        return {**answer, "code": foreign}

    issuer.answer = swapped
    assert refused(terminal, kind=ChatError) == "The identity provider refuses (invalid_grant)."
    assert "did not work" in terminal.browser.pages[0].text


def test_an_answer_of_another_provider_never_sends_its_code_anywhere(terminal, issuer):
    issuer.answer = lambda answer: {**answer, "iss": "https://other.example"}
    assert "another identity provider" in refused(terminal)
    assert issuer.asked == []


def test_a_provider_that_always_names_itself_has_to(terminal, issuer):
    issuer.metadata = {"authorization_response_iss_parameter_supported": True}
    assert "another identity provider" in refused(terminal)
    issuer.answer = lambda answer: {**answer, "iss": issuer.issuer}
    assert sign_in(terminal).name == "Alice"


def test_whoever_never_comes_back_is_not_waited_for_for_ever(terminal):
    terminal.browser = lambda url: True
    terminal.browser.opened = []
    assert "Nobody came back" in refused(terminal, patience_s=0.05)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"iss": "https://other.example"},
        {"exp": 1_800_000_000 - 121},
        {"iat": 1_800_000_000 + 600},
    ],
)
def test_an_id_token_that_is_not_of_this_sign_in_signs_nobody_in(terminal, issuer, claims):
    issuer.claims = claims
    assert "does not fit this sign-in" in refused(terminal)
    assert "nobody" in refused(terminal, lambda person: person.bearer()).lower()


def test_an_id_token_for_several_is_taken_where_it_was_issued_to_this_client(terminal, issuer):
    issuer.claims = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert sign_in(terminal).name == "Alice"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_id_token_that_anybody_could_have_signed_signs_nobody_in(terminal, issuer, algorithm):
    public = json.dumps(KEY.as_dict(private=False)).encode()

    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    def forged():
        claims = {"iss": issuer.issuer, "aud": CLIENT_ID, "exp": 1_800_003_600, **ALICE}
        claims["nonce"] = issuer.authorized[-1]["nonce"]
        signed = b".".join(part(json.dumps(each).encode()) for each in ({"alg": algorithm, "kid": "1"}, claims))
        signature = hmac.digest(public, signed, "sha256") if algorithm == "HS256" else b""
        issuer.more["id_token"] = b".".join([signed, part(signature)]).decode()

    issuer.token_answers = [forged]
    assert "does not fit this sign-in" in refused(terminal)


def test_an_access_token_that_the_runtime_cannot_read_is_explained_at_once(terminal, issuer):
    issuer.more = {"access_token": "opaque"}
    assert "DRIVE_AGENT_OIDC_AUDIENCE" in refused(terminal, kind=ChatError)


def test_audience_scopes_and_asking_again_go_into_the_request(terminal, issuer):
    terminal.settings = {"audience": "https://agent.example", "scopes": "openid email offline_access"}
    run(terminal, lambda person: person.sign_in("browser", ask_again=True))
    [asked] = issuer.authorized
    assert (asked["audience"], asked["scope"]) == ("https://agent.example", "openid email offline_access")
    assert asked["prompt"] == "login"


def test_the_first_port_that_is_free_is_used_and_named(terminal, issuer):
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports = [one.getsockname()[1] for one in (taken, free)]
        free.close()
        terminal.settings = {"redirect_urls": tuple(f"http://127.0.0.1:{port}/signed-in" for port in ports)}
        sign_in(terminal)
        assert issuer.authorized[0]["redirect_uri"] == f"http://127.0.0.1:{ports[1]}/signed-in"
        terminal.settings = {"redirect_urls": (f"http://127.0.0.1:{ports[0]}/signed-in",)}
        assert str(ports[0]) in refused(terminal, kind=ChatError)


def test_localhost_is_listened_to_under_both_addresses_so_that_nobody_else_is(terminal, issuer):
    terminal.settings = {"redirect_urls": ("http://localhost:0/",)}
    seen = []

    def while_exchanging():
        port = urlsplit(issuer.authorized[0]["redirect_uri"]).port
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            try:
                socket.create_server((address, port), family=family).close()
            except OSError:
                seen.append(address)

    issuer.token_answers = [while_exchanging]
    sign_in(terminal)
    assert seen == ["127.0.0.1", "::1"]


def test_setup_registers_where_the_terminal_listens():
    assert REDIRECT_URLS == CLI_CALLBACK_URLS


def test_without_a_browser_the_address_is_shown_and_none_is_opened(terminal):
    terminal.settings = {"has_browser": False}

    class Said(list):
        def append(self, sentence):
            super().append(sentence)
            if sentence.startswith("From another machine"):
                self.is_all.set()

    async def act(person):
        terminal.said.is_all = asyncio.Event()
        signing_in = asyncio.create_task(person.sign_in("auto"))
        await terminal.said.is_all.wait()
        assert terminal.browser.opened == []
        await asyncio.to_thread(terminal.browser, terminal.said[1])
        return await signing_in

    terminal.said = Said()
    assert run(terminal, act).name == "Alice"
    assert terminal.said[2].count("ssh -L ") == 1


# The provider


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://tokens.example/"},
        {"jwks_uri": "ftp://127.0.0.1/"},
        {"authorization_endpoint": "https://user@id.example/"},
        {"issuer": "https://a b"},
    ],
)
def test_a_description_that_cannot_be_trusted_is_said(terminal, issuer, metadata):
    issuer.metadata = metadata
    assert "DRIVE_AGENT_OIDC_DISCOVERY_URL" in refused(terminal, kind=ChatError)


def test_a_provider_that_is_not_there_is_said(terminal):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    terminal.settings = {"discovery_url": f"http://127.0.0.1:{port}/x"}
    assert "does not answer" in refused(terminal, kind=UnreachableError)


def test_a_provider_that_has_no_description_is_said_with_its_status(terminal, issuer):
    terminal.settings = {"discovery_url": f"{issuer.url}/nothing"}
    assert "HTTP 404" in refused(terminal, kind=RefusedError)


# Staying signed in


def test_the_access_token_is_the_bearer_and_another_start_finds_it(terminal, issuer):
    sign_in(terminal)
    found = bearer(terminal)
    assert found.count(".") == 2
    assert bearer(terminal) == found
    assert run(terminal, lambda person: person.who()) == Who("Alice", "alice@example.com")
    assert len(issuer.asked) == 1


def test_a_token_is_renewed_two_minutes_before_it_ends(terminal, issuer):
    sign_in(terminal)
    first = bearer(terminal)
    terminal.clock[0] += 3600 - 121
    assert bearer(terminal) == first
    terminal.clock[0] += 2
    second = bearer(terminal)
    assert second != first
    assert bearer(terminal) == second
    assert [asked["grant_type"] for asked in issuer.asked] == ["authorization_code", "refresh_token"]
    assert issuer.asked[1].keys() == {"grant_type", "refresh_token", "client_id"}
    assert run(terminal, lambda person: person.who()) == Who("Alice", "alice@example.com")


def test_refresh_tokens_that_rotate_are_kept_and_those_that_do_not_stay(terminal, issuer):
    sign_in(terminal)
    terminal.clock[0] += 3600
    bearer(terminal)
    issuer.more = {"refresh_token": None}
    terminal.clock[0] += 3600
    bearer(terminal)
    given = issuer.asked[2]["refresh_token"]
    issuer.refresh_tokens.add(given)
    terminal.clock[0] += 3600
    bearer(terminal)
    assert issuer.asked[3]["refresh_token"] == given != issuer.asked[1]["refresh_token"]


def test_where_the_provider_does_not_say_how_long_the_token_itself_does(terminal, issuer):
    issuer.more = {"expires_in": None}
    sign_in(terminal)
    terminal.clock[0] += 3600 - 121
    bearer(terminal)
    terminal.clock[0] += 2
    bearer(terminal)
    assert len(issuer.asked) == 2


def test_a_renewal_that_is_refused_ends_the_sign_in_with_a_sentence(terminal, issuer):
    sign_in(terminal)
    issuer.refresh_tokens.clear()
    terminal.clock[0] += 3600
    ended = "Your sign-in has ended: run `drive-agent sign-in` again."
    assert refused(terminal, lambda person: person.bearer()) == ended
    assert run(terminal, lambda person: person.who()) is None
    assert len(issuer.asked) == 2
    refused(terminal, lambda person: person.bearer())
    assert len(issuer.asked) == 2


def test_a_sign_in_without_a_refresh_token_ends_with_its_access_token(terminal, issuer):
    issuer.more = {"refresh_token": None}
    sign_in(terminal)
    bearer(terminal)
    terminal.clock[0] += 3600
    assert "has ended" in refused(terminal, lambda person: person.bearer())
    assert len(issuer.asked) == 1


def test_where_somebody_is_there_an_ended_sign_in_is_signed_in_anew(terminal, issuer):
    sign_in(terminal)
    issuer.refresh_tokens.clear()
    terminal.clock[0] += 3600
    assert bearer(terminal, interactive=True)
    assert len(issuer.authorized) == 2
    assert "Your sign-in has ended: run `drive-agent sign-in` again." in terminal.said


def test_a_provider_that_is_down_takes_nothing_away_from_a_token_that_still_counts(terminal, issuer):
    sign_in(terminal)
    first = bearer(terminal)
    terminal.clock[0] += 3600 - 100
    issuer.token_answers = [(503, "busy"), (500, {"error": "server_error"})]
    assert bearer(terminal) == first
    assert bearer(terminal) == first
    terminal.clock[0] += 60
    issuer.token_answers = [(503, "busy")]
    assert "HTTP 503" in refused(terminal, lambda person: person.bearer(), kind=RefusedError)
    assert bearer(terminal) != first


@pytest.mark.parametrize(
    "answer", [(200, "no json"), (200, []), (200, {}), (200, {"access_token": "a b"}), (200, "[" * 100_000), (400, "x")]
)
def test_an_answer_that_is_of_no_use_is_one_sentence_and_loses_nothing(terminal, issuer, answer):
    sign_in(terminal)
    terminal.clock[0] += 3600
    issuer.token_answers = [answer]
    assert "identity provider" in refused(terminal, lambda person: person.bearer(), kind=ChatError)
    assert bearer(terminal)


def test_a_token_that_the_runtime_refuses_is_renewed_once(terminal, issuer):
    sign_in(terminal)

    async def act(person):
        first = await person.bearer()
        assert person.forget()
        second = await person.bearer()
        assert second != first
        assert not person.forget()
        assert await person.bearer() == second
        terminal.clock[0] += 3600
        third = await person.bearer()
        assert person.forget()
        return third != await person.bearer()

    assert run(terminal, act)
    assert len(issuer.asked) == 4


def test_nothing_is_forgotten_where_nothing_was_used(terminal):
    async def act(person):
        return person.forget()

    assert not run(terminal, act)


def test_two_requests_at_once_renew_once(terminal, issuer):
    sign_in(terminal)
    terminal.clock[0] += 3600

    async def act(person):
        return await asyncio.gather(*(person.bearer() for _ in range(5)))

    assert len(set(run(terminal, act))) == 1
    assert len(issuer.asked) == 2


def test_two_agents_of_one_person_do_not_mix(terminal, issuer):
    sign_in(terminal)
    terminal.settings = {"audience": "another-api"}
    refused(terminal, lambda person: person.bearer())


# Signing out


def test_signing_out_has_the_refresh_token_revoked_and_forgets(terminal, issuer):
    sign_in(terminal)
    [refresh_token] = issuer.refresh_tokens
    assert run(terminal, lambda person: person.sign_out())
    assert issuer.revoked == [
        {"token": refresh_token, "token_type_hint": "refresh_token", "client_id": CLIENT_ID},
    ]
    refused(terminal, lambda person: person.bearer())
    assert not run(terminal, lambda person: person.sign_out())
    assert len(issuer.revoked) == 1


@pytest.mark.parametrize(
    ("status", "metadata"), [(503, {}), (200, {"revocation_endpoint": None}), (200, {"issuer": 1})]
)
def test_signing_out_works_here_even_where_the_provider_does_not_hear_of_it(terminal, issuer, status, metadata):
    sign_in(terminal)
    issuer.revoke_status, issuer.metadata = status, metadata
    assert run(terminal, lambda person: person.sign_out())
    assert terminal.said[-1].startswith("The identity provider could not be told")
    assert run(terminal, lambda person: person.who()) is None


def test_signing_out_while_the_keyring_is_locked_says_so_counts_and_is_finished_later(terminal, issuer):
    keyring = Memory()

    def out():
        keep = terminal.keep(KeyringStore(lambda: keyring))
        return run(terminal, lambda person: person.sign_out(), keep=keep)

    def who():
        return run(terminal, lambda person: person.bearer(), keep=terminal.keep(KeyringStore(lambda: keyring)))

    sign_in(terminal, keep=terminal.keep(KeyringStore(lambda: keyring)))
    [refresh_token] = issuer.refresh_tokens
    keyring.fails = True
    assert out()
    assert terminal.said[-1].startswith("The keyring of this computer could not be asked.")
    assert issuer.revoked == []
    keyring.fails = False
    with pytest.raises(SignInNeededError, match="Nobody is signed in"):
        who()
    terminal.said.clear()
    assert out()
    assert [asked["token"] for asked in issuer.revoked] == [refresh_token]
    assert (keyring.kept, terminal.said) == ({}, [])
    assert not out()


# What nobody may see


def test_no_token_code_or_verifier_is_shown_or_logged(terminal, issuer, caplog):
    caplog.set_level("DEBUG")
    sign_in(terminal)
    terminal.clock[0] += 3600
    bearer(terminal)
    secret = [
        asked[name] for asked in issuer.asked for name in ("code", "code_verifier", "refresh_token") if name in asked
    ]
    secret += [bearer(terminal), *issuer.refresh_tokens]
    shown = "\n".join(terminal.said)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("uvicorn", "asyncio"))
    )
    own = "\n".join(
        line for line in logged.splitlines() if "signed-in" not in line
    )  # the browser of the test logs, too
    assert not [one for one in secret if one in shown or one in own]
    assert "Kept(" in repr(kept := run(terminal, lambda person: person._keep.load()))
    assert not [one for one in secret if one in repr(kept)]


def test_what_is_kept_is_its_owners_alone(terminal):
    sign_in(terminal)
    [file] = (terminal.folder / "sign-in").glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert not list(file.parent.glob(".*"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_does_not_count_until_somebody_signs_in_again(terminal, issuer, mode):
    sign_in(terminal)
    [file] = (terminal.folder / "sign-in").glob("*.json")
    file.chmod(mode)
    assert "Others can read" in refused(terminal, lambda person: person.bearer())
    sign_in(terminal)
    assert bearer(terminal)
    file.chmod(mode)
    assert run(terminal, lambda person: person.sign_out())
    assert len(issuer.revoked) == 1


def test_a_link_in_place_of_the_file_is_not_followed(terminal, tmp_path):
    sign_in(terminal)
    [file] = (terminal.folder / "sign-in").glob("*.json")
    elsewhere = file.rename(tmp_path / "elsewhere.json")
    file.symlink_to(elsewhere)
    assert "cannot be read" in refused(terminal, lambda person: person.bearer())


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"access_token": 1}', "[" * 100_000])
def test_a_damaged_file_is_nobody(terminal, text):
    sign_in(terminal)
    [file] = (terminal.folder / "sign-in").glob("*.json")
    file.write_text(text)
    assert "Nobody is signed in" in refused(terminal, lambda person: person.bearer())


def test_a_place_that_cannot_be_written_is_said(terminal, tmp_path):
    terminal.folder = tmp_path / "file"
    terminal.folder.write_text("")
    assert "can be kept" in refused(terminal, kind=ChatError)


def test_two_processes_that_renew_in_the_same_moment_use_a_refresh_token_once(terminal, issuer):
    sign_in(terminal)
    terminal.clock[0] += 3600
    first_asks, second_waits = threading.Event(), threading.Event()

    def answer_when_the_second_waits():
        first_asks.set()
        assert second_waits.wait(5)

    issuer.token_answers = [answer_when_the_second_waits]

    async def act():
        async with terminal.person() as first, second_terminal.person() as second:
            second_terminal.renewing = renewing = asyncio.create_task(first.bearer())
            assert await asyncio.to_thread(first_asks.wait, 5)
            return await asyncio.gather(renewing, second.bearer())

    class Second(Terminal):
        async def sleep(self, seconds):
            second_waits.set()
            await asyncio.wait({self.renewing})

    second_terminal = Second(issuer, terminal.folder, clock=terminal.clock)
    renewed = asyncio.run(act())
    assert renewed[0] == renewed[1]
    assert [asked["grant_type"] for asked in issuer.asked] == ["authorization_code", "refresh_token"]


def test_a_lock_that_nobody_gives_back_is_not_waited_for_for_ever(terminal):
    sign_in(terminal)

    async def act(person):
        async with terminal.keep().locked():
            terminal.clock[0] += 3600
            return await person.bearer()

    assert "does not finish" in refused(terminal, act, kind=ChatError)
    assert sum(terminal.slept) == pytest.approx(30, abs=0.5)
