import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from callback.app import create_app
from callback.aws.identity import Identity
from callback.settings import Settings
from tests.callback.browser import heading
from tests.callback.conftest import TLS


def test_building_the_app_opens_nothing(environ):
    settings = Settings.load(environ)
    create_app(settings, tls=TLS)
    assert not settings.state_dir.exists()


def test_an_app_built_in_one_thread_and_run_in_another_leaves_no_database_open(environ):
    settings = Settings.load(environ)
    app = create_app(settings, tls=TLS)
    log = settings.state_dir / "cache.db-wal"

    async def run() -> bool:
        async with app.router.lifespan_context(app):
            await app.state.services.sessions.begin(app.state.services.now())
            return log.exists()

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(anyio.run, run).result(), "SQLite keeps its log next to an open database"
    assert not log.exists(), "the last connection to be closed takes the log with it"


def test_an_app_can_be_started_again(environ):
    app = create_app(Settings.load(environ), tls=TLS)

    async def run() -> None:
        for _ in range(2):
            async with app.router.lifespan_context(app):
                assert app.state.services.sessions is not None

    anyio.run(run)


@pytest.fixture
def asked_of_proxy(monkeypatch):
    """The first lines of what reached the proxy of the environment. It hangs up on everybody."""
    lines = []
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                connection, _ = listener.accept()
                with connection:
                    line = connection.recv(4096).partition(b"\r\n")[0]
                if not line:
                    return
                lines.append(line)

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{port}")
        yield lines
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join(10)


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(asked_of_proxy, service, cloud):
    service.start(identity=Identity(region="us-west-2", endpoint_url=cloud.url))
    alice = service.browser("alice")
    done = alice.press(alice.get("/connect/google-drive"), "/connect/google-drive")
    assert heading(done) == "Connected as alice@gmail.example."
    assert asked_of_proxy == []


def test_a_proxy_is_asked_for_what_is_elsewhere(asked_of_proxy, make_service):
    service = make_service(DRIVE_AGENT_RUNTIME_URL="https://runtime.example.com")
    alice = service.browser("alice")
    assert alice.get("/connections").status_code >= 500
    assert asked_of_proxy == [b"CONNECT runtime.example.com:443 HTTP/1.1"]
