"""Planted, stolen, tossed and outlived browser sessions; sign-ins that somebody else began."""

import http.server
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.attacks.world import CONNECT, tolerant

SESSION = "__Host-session"


def planted_session(world):
    """Session fixation: Bob knows the handle with which Alice's browser comes to sign in."""
    attackers = world.attackers(signed_in=False)
    attackers.confirm()
    victims = world.victims(signed_in=False)
    victims.take_cookies(attackers)
    victims.sign_in()
    return attackers.go("/connections")


def test_a_session_that_was_planted_before_a_sign_in_is_worth_nothing_after_it(field):
    field.withstands(planted_session)
    field.falls_to(planted_session, without="a new handle at sign-in")


def made_up_session(world):
    """A handle that we never gave out."""
    victims = world.victims(signed_in=False)
    victims.hop("/connections", cookie=f"{SESSION}=planted-by-somebody-else-0123456789abcdef")
    answer = victims.got[-1]
    if "planted" in str(answer.headers):
        world.note("the planted handle was taken over")
    return answer


def test_a_handle_that_we_did_not_give_out_is_not_taken_over(field):
    field.withstands(made_up_session, status=303)


def login_csrf(world):
    """Bob signs in, stops before the answer reaches us, and has Alice's browser open it. Then she connects."""
    attackers = world.attackers(signed_in=False)
    link = attackers.held(f"{world.origin}/sign-in/callback", attackers.sign_in)
    victims = world.victims(signed_in=False)
    victims.confirm()
    page = victims.follow_from("https://evil.example/", link)
    tolerant(victims.start)
    tolerant(victims.allow)
    return page


def test_an_answer_of_the_identity_provider_signs_in_only_the_browser_that_asked(field):
    field.withstands(login_csrf, code="sign_in_refused")
    outcome = field.falls_to(login_csrf, without="the sign-in of this browser")
    assert outcome.bound == {"bob": "alice@gmail.example"}, "she would have connected her Drive to Bob"


def login_csrf_over_a_sign_in(world):
    """The same, while Alice is signed in: she must stay who she is."""
    attackers = world.attackers(signed_in=False)
    link = attackers.held(f"{world.origin}/sign-in/callback", attackers.sign_in)
    victims = world.victims()
    page = victims.follow_from("https://evil.example/", link)
    if world.victim.email not in victims.go("/").text:
        world.note("the victim is not signed in any more")
    return page


def test_somebody_who_is_signed_in_stays_so(field):
    field.withstands(login_csrf_over_a_sign_in, code="sign_in_refused")
    field.falls_to(login_csrf_over_a_sign_in, without="the sign-in of this browser")


def sign_in_replayed(world):
    """The address of the identity provider's answer, found in a history."""
    victims = world.victims(signed_in=False)
    link = victims.held(f"{world.origin}/sign-in/callback", victims.sign_in)
    victims.open(link)
    return [world.attackers(signed_in=False).open(link), victims.open(link)]


def test_an_answer_of_the_identity_provider_works_once(field):
    field.withstands(sign_in_replayed, code="sign_in_refused")


def attackers_code_in_the_victims_sign_in(world):
    """Code injection: the victim's `state`, the attacker's code. PKCE ties the code to who asked for it."""
    attackers = world.attackers(signed_in=False)
    theirs = parse_qs(urlsplit(attackers.held(f"{world.origin}/sign-in/callback", attackers.sign_in)).query)
    victims = world.victims(signed_in=False)
    own = parse_qs(urlsplit(victims.held(f"{world.origin}/sign-in/callback", victims.sign_in)).query)
    query = urlencode({"code": theirs["code"][0], "state": own["state"][0]})
    page = victims.open(f"{world.origin}/sign-in/callback?{query}")
    if world.attacker.email in victims.go("/").text:
        world.note("the victim is signed in as the attacker")
    return page


def test_somebody_elses_code_does_not_fit_into_a_sign_in(field):
    field.withstands(attackers_code_in_the_victims_sign_in, code="sign_in_refused")


def session_after_sign_out(world):
    """Bob has a copy of Alice's cookie. She signs out."""
    victims = world.victims()
    attackers = world.attackers(signed_in=False)
    attackers.take_cookies(victims)
    victims.sign_out()
    return attackers.go("/connections")


def test_a_stolen_session_ends_with_the_sign_out(field):
    field.withstands(session_after_sign_out)
    field.falls_to(session_after_sign_out, without="signing out on the server")


def session_after_signing_in_again(world):
    """Alice's new sign-in ends the session before."""
    victims = world.victims()
    attackers = world.attackers(signed_in=False)
    attackers.take_cookies(victims)
    victims.sign_in()
    return attackers.go("/connections")


def test_a_stolen_session_ends_with_the_next_sign_in(field):
    field.withstands(session_after_signing_in_again)
    field.falls_to(session_after_signing_in_again, without="a new handle at sign-in")


@pytest.mark.parametrize("minutes", [31, 8 * 60 + 1])
def test_a_session_that_was_left_open_is_not_found_later(field, minutes):
    def attack(world):
        victims = world.victims()
        attackers = world.attackers(signed_in=False)
        world.clock.forward(minutes=minutes)
        attackers.take_cookies(victims)
        return attackers.go("/connections")

    field.withstands(attack)
    field.falls_to(attack, without="the end of a session")


def back_button(world):
    """Alice signs out and goes; Bob presses Back in her browser, which shows what it was allowed to keep."""
    victims = world.connect(world.victim)
    pages = [victims.go(path) for path in ("/connections", "/connected", CONNECT, "/")]
    victims.sign_out()
    if any("no-store" not in page.headers.get("cache-control", "") for page in pages):
        world.note("the pages are still there")
    return pages


def test_the_back_button_shows_nothing_after_a_sign_out(field):
    field.withstands(back_button)
    field.falls_to(back_button, without="no-store")


def next_person_in_the_same_browser(world):
    """Alice forgets to sign out; Bob signs in over her in the same browser and looks around."""
    shared = world.connect(world.victim)
    shared.person, shared.got = world.attacker, []
    shared.jar.clear("127.0.0.1")  # of the identity provider, where she is signed out
    shared.sign_in()
    return [shared.go(path) for path in ("/", "/connected", "/connections", "/disconnected", CONNECT, "/signed-out")]


def test_the_next_person_in_a_browser_sees_nothing_of_the_one_before(field):
    field.withstands(next_person_in_the_same_browser)
    field.falls_to(next_person_in_the_same_browser, without="a new handle at sign-in")


# --- cookies that somebody else's page sets


class _Tossing:
    """A page of somebody else's on another port, which sets the cookies that it is told to."""

    def __init__(self, cookies):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                for cookie in cookies:
                    self.send_header("Set-Cookie", cookie)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self.url

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def tossed_session(world):
    """A page that shares only the domain plants the attacker's own, signed-in session in the victim's browser.

    The victim goes on as if nothing had happened, and connects her Drive: to him.
    """
    attackers = world.attackers()
    [handle] = [value for name, value in attackers.cookies("").items() if name.endswith("session")]
    planted = [
        f"{SESSION}={handle}; Path=/",  # not Secure: from a page without TLS
        f"{SESSION}={handle}; Path={CONNECT}; Secure",
        f"{SESSION}={handle}; Path=/; Secure; Domain=localhost",
        f"{SESSION.lower()}={handle}; Path=/",
        f"session={handle}; Path=/",
    ]
    victims = world.victims()
    with _Tossing(planted) as page:
        victims.open(page)
    tolerant(victims.start)
    tolerant(victims.allow)
    world.rightful = {"alice": world.victim.google.email}
    return victims.go("/")


def test_a_cookie_of_another_page_of_the_domain_is_not_our_session(field):
    field.withstands(tossed_session)
    outcome = field.falls_to(tossed_session, without="the cookie's prefix")
    assert outcome.bound == {"bob": "alice@gmail.example"}


WHITE = ["\xa0", "\x85", "\x1c", "\x1f", "\xc2\xa0", "\xe2\x80\x80", '"', "%20", "$"]


@pytest.mark.parametrize("cookie", ["session", "flow"])
def test_a_cookie_whose_name_only_looks_like_ours_is_another_cookie(field, cookie):
    """Browsers hold only names that *begin* with `__Host-` to the rules of that prefix.

    A name such as `\\xa0__Host-session` may be set by any page of the domain, and by pages without TLS; and frameworks
    strip white space around names: https://portswigger.net/research/cookie-chaos-how-to-bypass-host-and-secure-cookie-prefixes
    """

    def attack(world):
        attackers = world.attackers()
        handle = attackers.cookies()[SESSION]
        if cookie == "flow":
            link = attackers.start().allow_and_hold()
            [(name, handle)] = attackers.cookies("__Host-flow-").items()
        answers = []
        for white in WHITE:
            for looks in (f"{white}{SESSION}", f"{SESSION}{white}"):
                victims = world.victims(signed_in=False)
                if cookie == "session":
                    sent = f"{SESSION}=her-own; {looks}={handle}".encode("latin-1")
                    answers.append(victims.hop(CONNECT, cookie=sent))
                    if world.attacker.email in answers[-1].text:
                        world.note(f"{looks!r} is taken for our session")
        if cookie == "flow":
            victims = world.attackers()
            own = victims.cookies()[SESSION]
            for white in WHITE:
                sent = f"{SESSION}={own}; {white}{name}={handle}".encode("latin-1")
                answers.append(victims.hop(link, cookie=sent))
        return answers

    field.withstands(attack)


def session_in_the_address(world):
    """A handle in an address, a form or a header is none."""
    attackers = world.attackers()
    handle = attackers.cookies()[SESSION]
    victims = world.victims(signed_in=False)
    page = [victims.hop(f"/?{SESSION}={handle}&session={handle}&sid={handle}", x_session=handle, authorization=handle)]
    page.append(victims.hop(f"/;{SESSION}={handle}"))
    if any(world.attacker.email in answer.text for answer in page):
        world.note("signed in by an address")
    return page


def test_a_session_is_taken_from_its_cookie_alone(field):
    field.withstands(session_in_the_address)
