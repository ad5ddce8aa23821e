"""Time, size and trying again, over real connections."""

import gzip
import socket
import threading
from random import Random
from time import monotonic

import pytest
from googleapiclient.errors import HttpError

from tests.support.google import scripted_google
from tools.errors import AnswerTooLargeError, DriveTimeoutError, DriveUnavailableError
from tools.google.http import MAX_JSON_BYTES, GoogleHttp, Limits

LIMITS = Limits(silence_s=5, total_s=10)


@pytest.fixture
def google():
    with scripted_google() as server:
        yield server


class Time:
    """A clock that only sleeping moves, and each look at it by `step`."""

    def __init__(self, step=0.0):
        self.now, self.step, self.slept = 1000.0, step, []

    def clock(self):
        self.now += self.step
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def http(self):
        return GoogleHttp(sleep=self.sleep, clock=self.clock)


def get(google):
    def attempt(http):
        response, content = http.request(f"{google.root}/x")
        if response.status != 200:
            raise HttpError(response, content)
        return content

    return attempt


def test_waits_grow_and_end_after_three_tries(google):
    google.answers = [(503, b"", {})] * 4
    time = Time()
    with pytest.raises(DriveUnavailableError):
        time.http().run(get(google), LIMITS)
    first, second = time.slept
    assert 0.5 <= first <= 0.75
    assert 1.0 <= second <= 1.25
    assert len(google.asked) == 3


def test_no_try_starts_after_the_time_for_all_of_them(google):
    google.answers = [(503, b"", {"retry-after": "6"})] * 3
    time = Time()
    with pytest.raises(DriveUnavailableError):
        time.http().run(get(google), LIMITS)
    assert time.slept == [6.0]
    assert len(google.asked) == 2


def test_a_body_that_trickles_in_ends_with_its_time(google):
    google.answers = [(200, b"x" * 3_000_000, {})] * 3
    time = Time(step=1.0)  # each piece that is read takes a second
    with pytest.raises(DriveTimeoutError):
        time.http().run(get(google), LIMITS)
    assert len(google.asked) == 1


@pytest.mark.parametrize(
    ("start", "drip"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nx-a: ", b"a"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;", b"a"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", b"x-a: a\r\n"),
    ],
    ids=["interim answers", "a header", "the size of a chunk", "trailers"],
)
def test_nothing_else_that_trickles_in_lasts_longer(google, start, drip):
    def answer(request):
        request.wfile.write(start + drip * (2_000_000 // len(drip)))

    google.answers = [answer] * 3
    time = Time(step=1.0)
    with pytest.raises(DriveTimeoutError):
        time.http().run(get(google), Limits(silence_s=5, total_s=5))
    assert len(google.asked) == 1


def test_silence_is_a_timeout_and_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        attempts = []

        def attempt(http):
            attempts.append(1)
            return http.request(f"http://127.0.0.1:{silent.getsockname()[1]}/")

        time = Time()
        with pytest.raises(DriveTimeoutError) as raised:
            time.http().run(attempt, Limits(silence_s=0.05, total_s=10))
    assert len(attempts) == 3
    assert "127.0.0.1" not in str(raised.value)


def test_a_wait_on_a_socket_is_no_longer_than_what_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def attempt(http):
            return http.request(f"http://127.0.0.1:{silent.getsockname()[1]}/")

        with pytest.raises(DriveTimeoutError):
            Time().http().run(attempt, Limits(silence_s=600, total_s=0.05))


def test_the_limits_of_a_call_count_on_a_connection_that_is_open_already(google):
    http = Time().http()
    released = threading.Event()
    google.answers = [(200, {}, {}), lambda _: released.wait(10) and None]
    http.run(get(google), LIMITS)
    started = monotonic()
    with pytest.raises(DriveTimeoutError):
        http.run(get(google), Limits(silence_s=0.05, total_s=0.05))
    assert monotonic() - started < LIMITS.silence_s
    released.set()


def test_one_connection_serves_many_requests(google):
    ports = set()

    def answer(request):
        ports.add(request.client_address[1])
        return (200, {}, {})

    http = Time().http()
    google.answers = [answer] * 4 + [(404, {}, {}), answer]
    for _ in range(4):
        http.run(get(google), LIMITS)
    with pytest.raises(Exception, match="no access"):
        http.run(get(google), LIMITS)
    http.run(get(google), LIMITS)
    assert len(ports) == 1


def test_threads_do_not_share_connections(google):
    ports = []

    def answer(request):
        ports.append(request.client_address[1])
        return (200, {}, {})

    http = Time().http()
    google.answers = [answer] * 3
    threads = [threading.Thread(target=http.run, args=(get(google), LIMITS)) for _ in range(3)]
    for thread in threads:
        thread.start()
        thread.join()
    assert len(google.asked) == 3
    assert len(set(ports)) == 3


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_is_read_up_to_its_limit_and_not_over_it(google, is_chunked):
    def answer(size):
        def send(request):
            request.send_response_only(200)
            request.send_header("transfer-encoding", "chunked")
            request.end_headers()
            for start in range(0, size, 100):
                piece = b"x" * min(100, size - start)
                request.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            request.wfile.write(b"0\r\n\r\n")
            request.wfile.flush()

        return send if is_chunked else (200, b"x" * size, {})

    http = Time().http()
    google.answers = [answer(1000), answer(1001)]
    limits = Limits(silence_s=5, total_s=10, max_bytes=1000)
    assert http.run(get(google), limits) == b"x" * 1000
    with pytest.raises(AnswerTooLargeError):
        http.run(get(google), limits)


def test_a_small_body_that_unpacks_to_a_huge_one_is_refused(google):
    noise = Random(1).randbytes(1024 * 1024)  # noqa: S311 - only has to be hard to pack
    for start in (noise, b""):  # the second is refused because it grows more than a hundredfold
        packed = gzip.compress(start + b" " * MAX_JSON_BYTES, compresslevel=1)
        google.answers = [(200, packed, {"content-encoding": "gzip"})]
        with pytest.raises(AnswerTooLargeError):
            Time().http().run(get(google), LIMITS)


def test_a_packed_body_is_unpacked(google):
    google.answers = [(200, gzip.compress(b'{"files": []}'), {"content-encoding": "gzip"})]
    assert Time().http().run(get(google), LIMITS) == b'{"files": []}'


def test_a_connection_that_google_closed_while_it_was_idle_is_opened_again(google):
    def last(request):
        request.close_connection = True
        return (200, {}, {})

    time = Time()
    http = time.http()
    google.answers = [last, (200, {}, {})]
    http.run(get(google), LIMITS)
    http.run(get(google), LIMITS)
    assert time.slept == []
