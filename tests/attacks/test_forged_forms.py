"""Forms and buttons pressed by other people's pages."""

import pytest

from callback.web.guard import SECURITY_HEADERS
from tests.attacks.world import CONNECT

DISCONNECT = "/connections/disconnect"
FROM_EVIL = {"origin": "https://evil.example", "site": "cross-site"}
# What changes something, and how it would be asked for.
FORMS = {
    "disconnecting": (DISCONNECT, {}),
    "connecting anew, which gives up what is connected": (CONNECT, {"force": "1", "ask": "details"}),
    "signing out": ("/sign-out", {}),
}


def forged(form, *, csrf, site, origin):
    """The form, sent from a page of the attacker's in the victim's browser, with her cookies."""
    path, fields = FORMS[form]

    def attack(world):
        victims = world.connect(world.victim)
        value = {"own": victims.csrf, "attackers": lambda: world.attackers().csrf(), "none": lambda: None}[csrf]()
        body = fields | ({"csrf": value} if value else {"a": "b"})
        answer = victims.hop(path, "POST", body, site=site, origin=origin, sec_fetch_dest="document" if site else None)
        if world.victim.email not in victims.go("/").text:
            world.note("the victim was signed out")
        return answer

    return attack


@pytest.mark.parametrize("form", FORMS)
def test_a_form_without_the_value_of_our_page_does_nothing(field, form):
    """An old browser, which says nothing about the page that sends a form: the CSRF value is all there is."""
    for csrf in ("none", "attackers"):
        attack = forged(form, csrf=csrf, site=None, origin=None)
        field.withstands(attack, code="forged_request", status=403)
    field.falls_to(attack, without="the CSRF value")


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_another_site_does_nothing_even_with_the_right_value(field, form):
    attack = forged(form, csrf="own", site="cross-site", origin="https://evil.example")
    field.withstands(attack, code="forged_request", status=403)
    field.falls_to(attack, without=("our own origin", "resource isolation"))


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("cross-site", None),
        ("same-site", None),
        ("none", None),
        (None, "https://evil.example"),
        (None, "null"),
        ("cross-site", "null"),
        ("same-site", "http://localhost:1"),
        (None, "http://localhost"),
        (None, "http://localhost.evil.example"),
        (None, "HTTP://EVIL.EXAMPLE"),
        (None, ""),
    ],
)
def test_one_header_that_names_another_page_is_enough_to_refuse(field, site, origin):
    attack = forged("disconnecting", csrf="own", site=site, origin=origin)
    field.withstands(attack, code="forged_request", status=403)


OTHER_WAYS = {
    "a link": lambda victims, csrf: victims.hop(f"{DISCONNECT}?csrf={csrf}", site="cross-site"),
    "a link to the button": lambda victims, csrf: victims.hop(f"{CONNECT}?force=1&csrf={csrf}&ask=contents"),
    "a link to sign out": lambda victims, csrf: victims.hop(f"/sign-out?csrf={csrf}"),
    "an image": lambda victims, csrf: victims.hop(DISCONNECT, sec_fetch_dest="image", site="cross-site"),
    "HEAD": lambda victims, csrf: victims.hop(DISCONNECT, "HEAD"),
    "PUT": lambda victims, csrf: victims.hop(DISCONNECT, "PUT", {"csrf": csrf}),
    "DELETE": lambda victims, csrf: victims.hop("/connections", "DELETE", x_csrf_token=csrf),
    "a method override": lambda victims, csrf: victims.hop(
        f"{DISCONNECT}?_method=POST&csrf={csrf}", x_http_method_override="POST"
    ),
    "the value in the address": lambda victims, csrf: victims.hop(
        f"{DISCONNECT}?csrf={csrf}", "POST", {"a": "b"}, site="same-origin"
    ),
    "the value in a header": lambda victims, csrf: victims.hop(
        DISCONNECT, "POST", {"a": "b"}, site="same-origin", x_csrf_token=csrf
    ),
    "two values": lambda victims, csrf: victims._send(
        "POST",
        victims.world.origin + DISCONNECT,
        {"content-type": "application/x-www-form-urlencoded", "origin": victims.world.origin},
        f"csrf={csrf}&csrf=x".encode(),
    ),
    "JSON": lambda victims, csrf: victims._send(
        "POST", victims.world.origin + DISCONNECT, {"content-type": "application/json"}, f'{{"csrf":"{csrf}"}}'.encode()
    ),
    "plain text": lambda victims, csrf: victims._send(
        "POST", victims.world.origin + DISCONNECT, {"content-type": "text/plain"}, f"csrf={csrf}".encode()
    ),
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_there_is_no_other_way_to_press_a_button(field, way):
    def attack(world):
        victims = world.connect(world.victim)
        answer = OTHER_WAYS[way](victims, victims.csrf())
        if world.victim.email not in victims.go("/").text:
            world.note("the victim was signed out")
        return answer

    outcome = field.withstands(attack)
    assert outcome.statuses[0] in {200, 303, 400, 403, 404, 405}


def our_page_in_a_frame(world):
    """Clickjacking: our page, invisible over a game. A browser shows it unless one of two headers forbids that."""
    victims = world.connect(world.victim)
    pages = [victims.hop(path, site="cross-site", sec_fetch_dest=None) for path in ("/", CONNECT, "/connections")]
    for page in pages:
        policy = page.headers.get("content-security-policy", "")
        if "frame-ancestors 'none'" not in policy and page.headers.get("x-frame-options") != "DENY":
            world.note(f"{page.url.path} can be framed")
    return pages


def test_our_pages_forbid_to_be_framed(field):
    field.withstands(our_page_in_a_frame)
    field.falls_to(our_page_in_a_frame, without="the framing headers")


@pytest.mark.parametrize("shown_as", ["iframe", "frame", "embed", "object", "fencedframe"])
def test_what_is_asked_for_out_of_a_frame_is_not_given(field, shown_as):
    def attack(world):
        victims = world.connect(world.victim)
        answer = victims.hop("/connections", site="cross-site", sec_fetch_dest=shown_as)
        if world.victim.google.email in answer.text:
            world.note("shown in a frame")
        return answer

    field.withstands(attack, code="forged_request", status=403)
    field.falls_to(attack, without="resource isolation")


def our_page_as_data(world):
    """Another site loads our pages as an image, a script or by fetch, and measures or reads them."""
    victims = world.connect(world.victim)
    answers = []
    for dest, mode in (("image", "no-cors"), ("script", "no-cors"), ("empty", "cors"), ("empty", "no-cors")):
        origin = "https://evil.example" if mode == "cors" else None
        answers.append(
            victims.hop("/connections", site="cross-site", sec_fetch_dest=dest, sec_fetch_mode=mode, origin=origin)
        )
        if world.victim.google.email in answers[-1].text or "access-control-allow-origin" in answers[-1].headers:
            world.note(f"given out as {dest}")
    return answers


def test_another_site_cannot_load_our_pages_as_data(field):
    field.withstands(our_page_as_data, code="forged_request", status=403)
    field.falls_to(our_page_as_data, without="resource isolation")


def test_a_preflight_of_another_site_allows_nothing(field):
    def attack(world):
        victims = world.connect(world.victim)
        asked = {"origin": "https://evil.example", "access_control_request_method": "POST"}
        answer = victims.hop(DISCONNECT, "OPTIONS", site="cross-site", sec_fetch_mode="cors", **asked)
        if any(name.startswith("access-control") for name in answer.headers):
            world.note("CORS is allowed")
        return answer

    outcome = field.withstands(attack)
    assert outcome.statuses[0] in {403, 405}


def test_every_page_says_that_it_is_nobody_elses(field):
    def attack(world):
        victims = world.victims()
        pages = [victims.hop(path) for path in ("/", CONNECT, "/connections", "/no-such-page", "/static/style.css")]
        for page in pages:
            for name, value in SECURITY_HEADERS.items():
                if page.headers.get(name) != value:
                    world.note(f"{page.url.path} has no {name}")
        return pages

    field.withstands(attack)
