"""Addresses that lead somewhere else, name another host, or smuggle something in; and an agent that lies."""

import socket
from urllib.parse import quote, urlsplit

import pytest

from tests.attacks.liar import URN, conversation, lying_agent
from tests.attacks.world import CONNECT, EVIL, tolerant

# Spellings of "there" that a browser, or a careless check, takes for an address elsewhere.
TARGETS = [
    f"https://{EVIL}/",
    f"//{EVIL}/",
    f"///{EVIL}",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"/\t/{EVIL}",
    f"https:{EVIL}",
    f"https:///{EVIL}",
    f"http://localhost@{EVIL}/",
    f"https://{EVIL}/?localhost",
    f"https://{EVIL}#@localhost",
    f"javascript:location='//{EVIL}'",
    f"data:text/html,<a href=//{EVIL}>",
    f"%2f%2f{EVIL}",
    f"%252f%252f{EVIL}",
    f"/%09/{EVIL}",
    f"/%5c{EVIL}",
    f"%68ttps://{EVIL}",
    f"https://{EVIL}%00.localhost",
    f"/.{EVIL}",
    f"@{EVIL}",
    f"/%0d%0aLocation:%20https://{EVIL}",
    f"/\r\nLocation: https://{EVIL}",
    f"https://{EVIL}\N{FULLWIDTH SOLIDUS}a",
]
NAMES = [
    "next",
    "return",
    "return_to",
    "returnTo",
    "returnUrl",
    "redirect",
    "redirect_uri",
    "redirect_url",
    "url",
    "continue",
    "dest",
    "goto",
    "target",
    "iss",
    "r",
    "from",
    "back",
]
PATHS = [
    "/",
    "/sign-in",
    "/sign-in/start",
    "/sign-in/callback",
    "/signed-out",
    CONNECT,
    f"{CONNECT}/continue",
    "/callback",
    "/connected",
    "/connections",
    "/disconnected",
]


def raw(world, target, host=None, method="GET", more=""):
    """One request exactly as it is written; the answer's head and body."""
    parts = urlsplit(world.origin)
    host = f"Host: {parts.netloc if host is None else host}\r\n" if host != "" else ""
    with socket.create_connection(("127.0.0.1", parts.port)) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\n{host}{more}Connection: close\r\n\r\n".encode("latin-1"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer.decode("latin-1")


def leads_away(answer):
    head = answer.partition("\r\n\r\n")[0].lower()
    lines = [line for line in head.split("\r\n") if line.startswith(("location:", "refresh:"))]
    return [line for line in lines if EVIL in _authority(line)]


def _authority(line):
    """Who is addressed by the target of a Location or Refresh line, as a browser would read it."""
    target = line.partition(":")[2].strip().rpartition("url=")[2].replace("\\", "/").replace("\t", "")
    after = target.partition("//")[2] if "//" in target.partition("?")[0] else ""
    return after.partition("/")[0].partition("?")[0].partition("#")[0]


def every_parameter(world):
    """Every name that ever said where to return to, on every page, signed in and not."""
    signed_out, signed_in = world.victims(signed_in=False), world.victims()
    for target in TARGETS:
        values = "&".join(f"{name}={quote(target)}" for name in NAMES)
        for path in PATHS:
            answer = signed_out.hop(f"{path}?{values}", site="cross-site")
            if answer.status_code >= 500:
                world.note(f"{path} fails at {target}")
        page = signed_in.go(f"/sign-in/start?{values}")
        if page.url not in {f"{world.origin}/", f"{world.origin}{CONNECT}"}:  # where this browser was last
            world.note(f"a sign-in with {target} ends at {page.url}")
        for path in (CONNECT, f"{CONNECT}/continue", "/callback", "/sign-in/callback", "/connected", "/disconnected"):
            if signed_in.hop(f"{path}?{values}").status_code >= 500:
                world.note(f"{path} fails at {target} for somebody who is signed in")
    return []


def test_no_parameter_of_any_page_says_where_a_browser_goes(field):
    field.withstands(every_parameter)


def odd_targets(world):
    """Paths that look like another host's, under our name and under the other names of this machine."""
    port = urlsplit(world.origin).port
    paths = [
        f"//{EVIL}",
        f"//{EVIL}/%2e%2e",
        f"/%2e%2e//{EVIL}",
        f"/\\{EVIL}",
        f"/%2f{EVIL}",
        f"/;@{EVIL}/",
        f"/..;/{EVIL}",
        f"/static//{EVIL}",
        f"/static/..//{EVIL}",
        f"/%5c{EVIL}",
        f"/%0d%0aLocation:%20//{EVIL}",
        f"/connections//{EVIL}/",
        f"//{EVIL}/..;/connections/",
        f"/{EVIL}/",
        f"http://{EVIL}/",
        f"@{EVIL}/",
        f".{EVIL}/",
        f"?@{EVIL}",
        "*",
        f":80@{EVIL}/",
    ]
    answers = []
    for path in paths:
        for host in (None, f"127.0.0.1:{port}", f"[::1]:{port}"):
            for method in ("GET", "HEAD", "POST"):
                answers.append(raw(world, path, host, method))
                if leads_away(answers[-1]) or "\r\nlocation: //" in answers[-1].lower():
                    world.note(f"{method} {path} at {host}: {answers[-1].splitlines()[:6]}")
    return answers


def test_no_path_leads_to_another_host(field):
    field.withstands(odd_targets)


def test_files_beside_the_stylesheet_are_not_given_out(field):
    def attack(world):
        for path in (
            "/static/../confirm.html",
            "/static/%2e%2e/confirm.html",
            "/static/..%2fconfirm.html",
            "/static/%2e%2e%2f%2e%2e%2fapp.py",
            "/static/....//app.py",
            "/static//etc/passwd",
            "/static/%00style.css",
            "/static/..%5capp.py",
        ):
            answer = raw(world, path)
            if " 200 " in answer.splitlines()[0]:
                world.note(f"{path} is given out")
        return []

    field.withstands(attack)


# --- host names


def foreign_host(world):
    """DNS rebinding: a page of the attacker's, whose name leads to this machine now, uses the local person's pages."""
    direct = world.direct()
    at_desk = world.victims(signed_in=False)
    at_desk.go("/sign-in")
    at_desk.submit("/sign-in", who="local")
    at_desk.start()
    at_desk.allow()
    world.rightful = {direct_user(world): world.victim.google.email}
    direct.close()
    page = world.attackers(signed_in=False)
    port = urlsplit(world.origin).port
    headers = {"host": f"{EVIL}:{port}"}
    answer = page.hop("/sign-in", site="same-origin", **headers)
    csrf = answer.text.partition('name="csrf" value="')[2].partition('"')[0]
    if csrf:
        page.hop("/sign-in", "POST", {"csrf": csrf, "who": "local"}, site="same-origin", origin="null", **headers)
    return page.hop("/connections", site="same-origin", **headers)


def direct_user(world):
    return next(entry["user"] for entry in world.aws("GET", "/_standin/vault")["tokens"])


def test_a_strangers_name_for_this_machine_opens_nothing(field):
    field.withstands(foreign_host, code="wrong_host", status=400)
    field.falls_to(foreign_host, without="the Host check")


def foreign_hosts(world):
    """Names that look like ours, and other headers that name a host."""
    port = urlsplit(world.origin).port
    looks = [
        EVIL,
        f"localhost.{EVIL}:{port}",
        f"localhost:{port}.{EVIL}",
        f"localhost:{port}@{EVIL}",
        f"{EVIL}#localhost:{port}",
        f"localhost.:{port}",
        f"localhost:{port + 1}",
        "localhost",
        f"LOCALHOST%00:{port}",
        f"l\xf6calhost:{port}",
        f"0.0.0.0:{port}",
        f"127.1:{port}",
        f"2130706433:{port}",
        f"localhost:{port}, {EVIL}",
        f" {EVIL}",
        "",
        f"[::ffff:127.0.0.1]:{port}",
    ]
    answers = []
    for host in looks:
        answers.append(raw(world, "/signed-out", host))
        if " 200 " in answers[-1].splitlines()[0]:
            world.note(f"answered as {host!r}")
    ours = urlsplit(world.origin).netloc
    for more in (f"X-Forwarded-Host: {ours}\r\n", f"Forwarded: host={ours}\r\n", f"X-Original-Host: {ours}\r\n"):
        answers.append(raw(world, "/signed-out", f"{EVIL}:{port}", more=more))
        if " 200 " in answers[-1].splitlines()[0]:
            world.note(f"answered because of {more}")
    answers.append(raw(world, "/signed-out", None, more=f"Host: {EVIL}\r\n"))
    if " 200 " in answers[-1].splitlines()[0]:
        world.note("answered under two names")
    return answers


def test_names_that_look_like_ours_are_not(field):
    field.withstands(foreign_hosts)
    field.falls_to(foreign_hosts, without="the Host check")


def forwarded_hosts(world):
    """Headers of proxies decide nothing: no address that we make, and none that we take, has their host in it."""
    more = "".join(
        f"{name}: {value}\r\n"
        for name, value in {
            "X-Forwarded-Host": EVIL,
            "X-Host": EVIL,
            "Forwarded": f"host={EVIL};proto=https",
            "X-Original-URL": f"//{EVIL}/connections",
            "X-Rewrite-URL": "/connections",
            "X-Forwarded-Prefix": f"//{EVIL}",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "127.0.0.1",
        }.items()
    )
    answers = [raw(world, path, None, more=more) for path in (*PATHS, "/no-such-page")]
    if any(EVIL in answer for answer in answers):
        world.note("the forwarded host is used")
    if any("connections" in answer.lower() and answer.startswith("HTTP/1.1 200") for answer in answers[-1:]):
        world.note("the path was rewritten")
    return answers


def test_headers_of_proxies_name_nobody(field):
    field.withstands(forwarded_hosts)


# --- an agent that lies


EVIL_URLS = [f"https://{EVIL}/", f"//{EVIL}/", f"javascript:alert('{EVIL}')", "http://localhost:1/", "data:text/html,x"]


@pytest.mark.parametrize("url", [f"https://{EVIL}/", f"//{EVIL}/"])
def test_an_agent_that_lies_does_not_send_the_browser_elsewhere(field, url):
    def attack(world):
        answer = {"status": "auth_required", "auth_url": url, "session_uri": URN, "scopes": []}
        with lying_agent(world, connect=answer, conversation=conversation()):
            victims = world.victims()
            victims.confirm()
            return _press(victims)

    field.withstands(attack, code="runtime_failed")
    field.falls_to(attack, without="the authorization URL's origin")


def _press(visitor):
    """Press our button, and go as far as our own addresses lead."""
    fields = next(form.fields for form in visitor.page.forms if form.action.endswith(CONNECT))
    answer = visitor.hop(CONNECT, "POST", dict(fields), site="same-origin", origin=visitor.world.origin)
    following = answer.headers.get("refresh", "").partition("url=")[2]
    return visitor.hop(following) if following.startswith(CONNECT) else answer


def test_other_spellings_of_elsewhere_are_refused_as_well(field):
    def attack(world):
        origin = world.stack.aws_url
        spelled = [
            *EVIL_URLS,
            f"{origin}@{EVIL}/",
            f"{origin}.{EVIL}/",
            f"{origin[:-1]}/",
            origin.replace("http", "https"),
            f"{origin}\\@{EVIL}",
            f"{origin}\r\nX: y",
            f" {origin}/",
            f"{origin}\N{FULLWIDTH SOLIDUS}",
        ]
        victims = world.victims()
        victims.confirm()
        with lying_agent(world, conversation=conversation()) as says:
            for url in spelled:
                says["connect"] = {"status": "auth_required", "auth_url": url, "session_uri": URN, "scopes": []}
                if _press(victims).status_code < 400:
                    world.note(f"went on to {url!r}")
        return []

    field.withstands(attack)


MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def names_with_markup(world):
    """The name of a Google account is its owner's to choose; an agent that lies can write what it likes."""
    account = {"email": f"alice{MARKUP}@gmail.example", "name": MARKUP}
    listed = {
        "provider": f"google-drive{MARKUP}",
        "connected": True,
        "account": account,
        "scopes": [MARKUP],
        "insufficient": False,
    }
    answers = {
        "status": {"connections": [listed], "pending": False},
        "connect": {"status": "connected", "account": account, "scopes": [MARKUP]},
        "conversation": conversation(conversation={"client": MARKUP, "started": MARKUP}),
        "disconnect": {"error": MARKUP, "type": "error", "code": MARKUP},
    }
    with lying_agent(world, **answers):
        victims = world.victims()
        pages = [victims.confirm("conversation-with-markup-0123456789abcdef"), victims.submit(CONNECT)]
        pages += [victims.go("/connections"), victims.go("/connected")]
        pages.append(tolerant(lambda: (victims.go("/connections"), victims.submit("/connections/disconnect"))[1]))
    for page in filter(None, pages):
        if "<script" in page.html or "<img" in page.html:
            world.note(f"markup on {urlsplit(page.url).path}")
    return [page for page in pages if page]


def test_names_and_sentences_of_others_are_no_markup(field):
    field.withstands(names_with_markup)
    field.falls_to(names_with_markup, without="escaping")


def header_injection(world):
    """A line break in any value that comes back in a header."""
    victims = world.victims(signed_in=False)
    answers = []
    for path in PATHS:
        for name in ("session", "flow", "state", "code", "error", "session_id"):
            answers.append(victims.hop(f"{path}?{name}=a%0d%0aSet-Cookie:%20planted=1%0d%0a%0d%0a<script>"))
            if "planted" in str(answers[-1].headers) or "<script>" in answers[-1].text:
                world.note(f"{path} repeats {name}")
            if answers[-1].status_code >= 500:
                world.note(f"{path} fails on {name}")
    return answers


def test_no_value_breaks_out_into_a_header_or_a_page(field):
    field.withstands(header_injection)
