"""Consent flows in the wrong browser, for the wrong person, too late, twice, or mixed up."""

import re
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.demo import choose_account
from tests.attacks.world import CONNECT, tolerant


def query_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def address(world, *pairs):
    return f"{world.origin}/callback?{urlencode(pairs)}"


# --- somebody else finishes


def victim_finishes_attackers_flow(world):
    """Consent phishing: Bob starts, Alice gets the link to AgentCore and says yes to Google's honest page."""
    link = world.attackers().start_and_hold()
    victims = world.victims()
    victims.follow_from("https://mail.example/", link)
    return victims.allow()


def test_a_flow_of_the_attacker_is_not_finished_in_the_victims_browser(field):
    field.withstands(victim_finishes_attackers_flow, code="other_browser")
    outcome = field.falls_to(victim_finishes_attackers_flow, without=("the flow cookie", "the same person"))
    assert outcome.bound == {"bob": "alice@gmail.example"}, "the attacker would read the victim's Drive"


def signed_out_victim_finishes_attackers_flow(world):
    link = world.attackers().start_and_hold()
    victims = world.victims(signed_in=False)
    victims.follow_from("https://mail.example/", link)
    return victims.allow()


def test_a_flow_of_the_attacker_is_not_finished_by_a_victim_who_is_not_signed_in(field):
    field.withstands(signed_out_victim_finishes_attackers_flow, code="not_signed_in")
    field.falls_to(signed_out_victim_finishes_attackers_flow, without=("the flow cookie", "being signed in"))


def victim_with_a_flow_of_her_own_finishes_attackers(world):
    link = world.attackers().start_and_hold()
    victims = world.victims().start()
    victims.follow_from("https://mail.example/", link)
    return victims.allow()


def test_a_flow_of_the_victims_own_does_not_open_the_attackers(field):
    field.withstands(victim_with_a_flow_of_her_own_finishes_attackers, code="unknown_flow")
    field.falls_to(victim_with_a_flow_of_her_own_finishes_attackers, without=("the flow cookie", "the same person"))


def victim_gets_googles_link(world):
    """The attacker opens AgentCore's link himself and forwards where it leads: Google's consent page."""
    attackers = world.attackers()
    link = attackers.held(f"{world.stack.google_url}/", attackers.start)
    victims = world.victims()
    victims.follow_from("https://mail.example/", link)
    return victims.allow()


def test_googles_own_link_forwarded_before_consent_binds_nothing(field):
    field.withstands(victim_gets_googles_link, code="other_browser")
    field.falls_to(victim_gets_googles_link, without=("the flow cookie", "the same person"))


def victim_gets_our_continue_link(world):
    """Our own page that sends a flow's browser on to AgentCore, in another browser."""
    attackers = world.attackers()
    attackers.confirm()
    link = attackers.held(f"{world.origin}{CONNECT}/continue", lambda: attackers.submit(CONNECT))
    victims = world.victims()
    page = victims.follow_from("https://mail.example/", link)
    return tolerant(victims.allow) or page


def test_our_link_to_google_leads_only_the_flows_own_browser_there(field):
    field.withstands(victim_gets_our_continue_link, code="unknown_flow")
    field.falls_to(victim_gets_our_continue_link, without=("the flow cookie", "the same person"))


def attackers_finished_consent_is_forwarded(world):
    """The reverse: the attacker consents himself, so that the victim works on the attacker's Drive."""
    attackers = world.attackers().start()
    link = attackers.allow_and_hold()
    return world.victims().follow_from("https://mail.example/", link)


def test_a_link_forwarded_after_consent_binds_nothing(field):
    field.withstands(attackers_finished_consent_is_forwarded, code="other_browser")
    field.falls_to(attackers_finished_consent_is_forwarded, without=("the flow cookie", "the same person"))


def attacker_finishes_victims_flow(world, *, signed_in=True):
    """The address at which the victim comes back has leaked."""
    link = world.victims().start().allow_and_hold()
    return world.attackers(signed_in=signed_in).open(link)


def test_a_flow_of_the_victim_is_not_finished_in_the_attackers_browser(field):
    field.withstands(attacker_finishes_victims_flow, code="other_browser")
    field.falls_to(attacker_finishes_victims_flow, without=("the flow cookie", "the same person"))


def test_a_flow_of_the_victim_is_not_finished_in_a_browser_without_a_sign_in(field):
    field.withstands(lambda world: attacker_finishes_victims_flow(world, signed_in=False), code="not_signed_in")


def attacker_has_the_victims_flow_cookie(world):
    victims = world.victims().start()
    link = victims.allow_and_hold()
    attackers = world.attackers()
    attackers.take_cookies(victims, "__Host-flow-")
    return attackers.open(link)


def test_a_stolen_flow_cookie_does_not_make_somebody_else_the_person_who_asked(field):
    field.withstands(attacker_has_the_victims_flow_cookie, code="other_user")
    field.falls_to(attacker_has_the_victims_flow_cookie, without="the same person")


def victims_browser_is_signed_in_as_the_attacker(world):
    """On a shared computer: the person is the same, the browser is not, and the Google account is Alice's."""
    link = world.attackers().start_and_hold()
    victims = world.attackers()
    victims.follow_from("https://mail.example/", link)
    return victims.allow(world.victim)


def test_being_signed_in_as_the_person_who_asked_is_not_enough_in_another_browser(field):
    field.withstands(victims_browser_is_signed_in_as_the_attacker, code="other_browser")
    outcome = field.falls_to(victims_browser_is_signed_in_as_the_attacker, without="the flow cookie")
    assert outcome.bound == {"bob": "alice@gmail.example"}


def attacker_leaves_a_flow_open_on_a_shared_computer(world):
    """Bob goes as far as Google and signs out with us; Alice signs in and finds Google's page in a tab."""
    shared = world.attackers().start()
    tab = shared.page
    shared.sign_out()
    shared.person = world.victim
    shared.sign_in()
    shared.page = tab
    return shared.allow()


def test_a_flow_left_open_on_a_shared_computer_is_not_the_next_persons(field):
    field.withstands(attacker_leaves_a_flow_open_on_a_shared_computer, code="other_user")
    outcome = field.falls_to(attacker_leaves_a_flow_open_on_a_shared_computer, without="the same person")
    assert outcome.bound == {"bob": "alice@gmail.example"}


def victim_signs_out_meanwhile(world):
    victims = world.victims().start()
    link = victims.allow_and_hold()
    victims.sign_out()
    return victims.open(link)


def test_after_a_sign_out_an_open_flow_is_not_finished(field):
    field.withstands(victim_signs_out_meanwhile, code="not_signed_in")
    field.falls_to(victim_signs_out_meanwhile, without="being signed in")


def two_browsers_of_one_person(world):
    link = world.victims().start().allow_and_hold()
    return world.victims().open(link)


def test_a_second_browser_of_the_same_person_cannot_finish_what_the_first_began(field):
    field.withstands(two_browsers_of_one_person, code="other_browser")
    field.falls_to(two_browsers_of_one_person, without="the flow cookie")


def attacker_asks_the_agent_himself(world):
    """The flow was never ours: its link comes straight from the agent, with a `state` of the attacker's choice."""
    started = world.talk(world.attacker).action("connect", state="state-of-the-attackers-choice")
    victims = world.victims().start()
    victims.follow_from("https://mail.example/", started["auth_url"])
    return victims.allow()


def test_a_flow_that_the_attacker_began_at_the_agent_is_not_finished_here(field):
    field.withstands(attacker_asks_the_agent_himself, code="unknown_flow")


def starter_finishes_what_the_victim_allowed(world):
    """Bob's own flow and browser; only the yes is Alice's. He knows `session_id`, and tries all he saw as `state`."""
    attackers = world.attackers()
    link = attackers.start_and_hold()
    session_uri = query_of(link)["request_uri"]
    victims = world.victims(signed_in=False)
    victims.open(link)
    victims.allow_and_hold()  # she closes the tab in time, or her line is cut
    everything = "\n".join(response.text + str(response.url) + str(response.headers) for response in attackers.got)
    guesses = sorted(set(re.findall(r"[A-Za-z0-9_-]{20,256}", f"{everything} state-that-everybody-knows")))
    assert len(guesses) > 3
    return [attackers.open(address(world, ("session_id", session_uri), ("state", guess))) for guess in guesses]


def test_who_started_a_flow_cannot_finish_it_with_somebody_elses_yes(field):
    field.withstands(starter_finishes_what_the_victim_allowed, code="unknown_flow")
    outcome = field.falls_to(starter_finishes_what_the_victim_allowed, without="a state that nobody can guess")
    assert outcome.bound == {"bob": "alice@gmail.example"}


# --- replayed, stale, swapped, foreign


def a_link_from_the_history(world):
    victims = world.victims().start()
    link = victims.allow_and_hold()
    world.clock.forward(minutes=11)
    return victims.open(link)


def test_after_ten_minutes_a_return_is_not_taken(field):
    outcome = field.withstands(a_link_from_the_history)
    assert set(outcome.codes) <= {"expired", "unknown_flow"}
    assert outcome.statuses == (400,)
    field.falls_to(a_link_from_the_history, without="ten minutes")


def a_return_that_was_used(world):
    victims = world.victims().start()
    link = victims.allow_and_hold()
    victims.open(link)
    world.rightful = world.bound()
    again = victims.open(link)
    assert again.url.endswith("/connected"), "where it was finished, the same address shows how that ended"
    page = victims.sign_out().sign_in().open(link)
    if world.new_completions() > 1:
        world.note("AWS was asked twice")
    return page


def test_a_return_that_was_used_is_not_used_again(field):
    field.withstands(a_return_that_was_used, code="unknown_flow")
    field.falls_to(a_return_that_was_used, without="single use")


def two_returns_at_once(world):
    """The attacker has all of the victim's cookies and her return, and is as fast as she is."""
    victims = world.victims().start()
    link = victims.allow_and_hold()
    twin = world.victims(signed_in=False)  # hers in name: he sees what she sees already
    twin.take_cookies(victims)
    threads = [threading.Thread(target=visitor.hop, args=(link,)) for visitor in (victims, twin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.rightful = {"alice": world.victim.google.email}
    if world.new_completions() != 1:
        world.note("AWS was asked twice")
    return []


def test_of_two_returns_at_once_one_is_taken(field):
    field.withstands(two_returns_at_once)
    field.falls_to(two_returns_at_once, without="single use")


def a_return_from_before_a_disconnect(world):
    victims = world.victims().start()
    link = victims.allow_and_hold()
    victims.open(link)
    assert world.talk(world.victim).action("disconnect") == {"status": "disconnected"}
    return [victims.open(link), victims.sign_out().sign_in().open(link)]


def test_an_old_return_does_not_bring_a_connection_back(field):
    field.withstands(a_return_from_before_a_disconnect, code="unknown_flow")


def two_flows(world):
    """Two flows of one browser, both allowed at Google; what each would come back with."""
    victims = world.victims()
    return victims, *(query_of(victims.start().allow_and_hold()) for _ in range(2))


def session_of_another_flow(world):
    victims, one, two = two_flows(world)
    return victims.open(address(world, ("session_id", two["session_id"]), ("state", one["state"])))


def test_the_session_of_one_flow_with_the_state_of_another_is_refused(field):
    field.withstands(session_of_another_flow, code="other_session")
    field.falls_to(session_of_another_flow, without="the comparison of session_id")


def made_up_session(world):
    victims, one, _ = two_flows(world)
    foreign = "urn:ietf:params:oauth:request_uri:made-up"
    return victims.open(address(world, ("session_id", foreign), ("state", one["state"])))


def test_a_session_that_nobody_gave_out_is_refused(field):
    field.withstands(made_up_session, code="other_session")
    field.falls_to(made_up_session, without="the comparison of session_id")


def attackers_session_with_the_victims_state(world):
    """What a login CSRF of the consent would need: the victim's flow with the attacker's yes."""
    victims = world.victims().start()
    state = query_of(victims.allow_and_hold())["state"]
    session_uri = query_of(world.attackers().start().allow_and_hold())["session_id"]
    return victims.follow_from("https://evil.example/", address(world, ("session_id", session_uri), ("state", state)))


def test_the_attackers_session_does_not_fit_the_victims_state(field):
    field.withstands(attackers_session_with_the_victims_state, code="other_session")


def victims_session_with_the_attackers_state(world):
    session_uri = query_of(world.victims().start().allow_and_hold())["session_id"]
    attackers = world.attackers().start()
    state = query_of(attackers.allow_and_hold())["state"]
    return attackers.open(address(world, ("session_id", session_uri), ("state", state)))


def test_the_victims_session_does_not_fit_the_attackers_state(field):
    field.withstands(victims_session_with_the_attackers_state, code="other_session")


def cookie_of_another_flow(world):
    """The cookie of one flow under the name of the other, as somebody who may write cookies would put it."""
    victims, one, two = two_flows(world)
    first, second = [cookie for cookie in victims.jar if cookie.name.startswith("__Host-flow-")]
    first.value, second.value = second.value, first.value
    return [
        victims.open(address(world, ("session_id", a["session_id"]), ("state", b["state"])))
        for a, b in ((one, two), (two, one))
    ]


def test_the_cookie_of_one_flow_under_the_name_of_another_opens_nothing(field):
    field.withstands(cookie_of_another_flow, code="other_state")
    field.falls_to(cookie_of_another_flow, without="the comparison of state")


@pytest.mark.parametrize("repeated", ["state", "session_id"])
def test_a_parameter_that_comes_twice_is_refused(field, repeated):
    def attack(world):
        victims = world.victims().start()
        own = query_of(victims.allow_and_hold())
        theirs = query_of(world.attackers().start().allow_and_hold())
        return victims.open(address(world, *own.items(), (repeated, theirs[repeated])))

    field.withstands(attack, code="bad_request", status=400)
    field.falls_to(attack, without="one value for each name")


LOOK_ALIKES = str.maketrans("ua", "\N{CYRILLIC SMALL LETTER U}\N{FULLWIDTH LATIN SMALL LETTER A}")
ODD = {
    "a null byte": lambda value: f"{value}\0",
    "a line break": lambda value: f"{value}\r\nSet-Cookie: a=b",
    "look-alikes": lambda value: value.translate(LOOK_ALIKES) + "\u200b",
    "50 kB": lambda value: value + "a" * 50_000,
    "spaces": lambda value: f" {value} ",
    "nothing": lambda value: "",
    "a list": lambda value: f'["{value}"]',
    "markup": lambda value: f"{value}<script>",
}


def odd_values(world):
    victims = world.victims().start()
    own = query_of(victims.allow_and_hold())
    pages = []
    for odd in ODD.values():
        for key in ("state", "session_id"):
            pages.append(victims.open(address(world, *(own | {key: odd(own[key])}).items())))
            if "script>" in pages[-1].html or "a=b" in str(pages[-1].headers):
                world.note(f"{key} is repeated")
    return pages


def test_odd_values_are_refused_before_anything_is_looked_up(field):
    outcome = field.withstands(odd_values, code="incomplete_link")
    assert all(400 <= status < 500 for status in outcome.statuses)


# --- returns that nobody looks at, or that are no visit


LOOKS_AWAY = {
    "a prefetch": {"sec_purpose": "prefetch;prerender"},
    "an old prefetch": {"purpose": "prefetch"},
    "a frame": {"sec_fetch_dest": "iframe"},
    "an image": {"sec_fetch_dest": "image", "sec_fetch_mode": "no-cors"},
    "a fetch": {"sec_fetch_dest": "empty", "sec_fetch_mode": "cors"},
}


@pytest.mark.parametrize("name", LOOKS_AWAY)
def test_a_return_that_nobody_looks_at_binds_nothing(field, name):
    def attack(world):
        victims = world.victims().start()
        link = victims.allow_and_hold()
        return victims.hop(link, site="cross-site", **LOOKS_AWAY[name])

    outcome = field.withstands(attack)
    assert outcome.statuses[0] in {400, 403}
    field.falls_to(attack, without=("looking at the page", "resource isolation"))


def a_link_scanner(world):
    """A mail gateway or chat opens every link it sees, without anybody's cookies."""
    link = world.victims().start().allow_and_hold()
    bot = world.attackers(signed_in=False)
    return [bot.hop(link, site=None), bot.hop(link, method="HEAD", site=None)]


def test_a_link_scanner_that_opens_the_return_binds_nothing(field):
    field.withstands(a_link_scanner)


def victim_hands_the_return_over(world):
    """Bob's flow, Alice's yes. Her browser comes back here and is refused; then she sends him the address."""
    attackers = world.attackers()
    link = attackers.start_and_hold()
    victims = world.victims()
    victims.open(link)
    came_back = victims.allow_and_hold()
    victims.open(came_back)
    return attackers.open(came_back)


def test_an_address_that_the_victim_ended_on_is_worth_nothing_to_who_started_the_flow(field):
    field.withstands(victim_hands_the_return_over, code="unknown_flow")
    outcome = field.falls_to(victim_hands_the_return_over, without="the end of a flow that was seen elsewhere")
    assert outcome.bound == {"bob": "alice@gmail.example"}


def stranger_hands_the_return_over(world):
    """The same, and the browser that consented knows nobody here at all."""
    attackers = world.attackers()
    link = attackers.start_and_hold()
    victims = world.victims(signed_in=False)
    victims.open(link)
    came_back = victims.allow_and_hold()
    victims.open(came_back)
    return attackers.open(came_back)


def test_a_return_ends_its_flow_also_in_a_browser_that_is_not_signed_in(field):
    field.withstands(stranger_hands_the_return_over, code="unknown_flow")
    field.falls_to(stranger_hands_the_return_over, without="the end of a flow that was seen elsewhere")


def test_somebody_else_cannot_end_a_flow_whose_state_they_do_not_know(field):
    def attack(world):
        victims = world.victims().start()
        link = victims.allow_and_hold()
        attackers = world.attackers()
        for _ in range(3):
            attackers.open(address(world, ("session_id", query_of(link)["session_id"]), ("state", "m" * 43)))
        world.rightful = {"alice": world.victim.google.email}
        return victims.open(link)

    field.withstands(attack)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_another_method_does_not_finish_a_flow(field, method):
    def attack(world):
        victims = world.victims().start()
        link = victims.allow_and_hold()
        override = {"x_http_method_override": "GET", "x_http_method": "GET", "x_method_override": "GET"}
        answer = victims.hop(link, method=method, **override)
        if any(value in answer.text for value in victims.cookies().values()):
            world.note("cookies in the answer")
        return answer

    outcome = field.withstands(attack)
    assert outcome.statuses[0] in {400, 403, 405}


def an_answer_with_an_error_beside_it(world):
    victims = world.victims().start()
    return victims.open(f"{victims.allow_and_hold()}&error=access_denied")


def test_a_return_that_says_yes_and_no_is_a_no(field):
    field.withstands(an_answer_with_an_error_beside_it, code="consent_refused")


def unfinished_consent(world):
    """The return is known before Google was asked: the attacker makes the victim's browser come back too soon."""
    victims = world.victims()
    session_uri = query_of(victims.start_and_hold())["request_uri"]
    early = address(world, ("session_id", session_uri), ("state", "x" * 43))
    return victims.follow_from("https://evil.example/", early)


def test_coming_back_without_having_been_at_google_binds_nothing(field):
    field.withstands(unfinished_consent, code="unknown_flow")


def saying_no(world):
    victims = world.victims().start()
    choose_account(victims, world.victim)
    return victims.press("Deny")


def test_a_no_at_google_binds_nothing(field):
    field.withstands(saying_no)
