"""A real HTTP server on loopback that answers as it is told, one answer a request, and keeps what it was asked."""

import contextlib
import json
import re
import threading
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def google_error(status, reason, *, message="no", location="", **headers):
    """An answer as Drive refuses. In header names `_` stands for `-`."""
    error = {"code": status, "message": message, "errors": [{"reason": reason, "location": location}]}
    return (status, {"error": error}, {name.replace("_", "-"): value for name, value in headers.items()})


@dataclass
class Asked:
    """One request as it arrived."""

    command: str
    path: str
    headers: Message
    body: str


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self, body=""):
        self.body = body
        self.server.asked.append(Asked(self.command, self.path, self.headers, body))
        answer = self.server.answers.pop(0)
        if callable(answer):
            answer = answer(self)
        if answer is None:  # it has been sent, or there is none
            self.close_connection = True
            return
        status, body, headers = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json", "content-length": str(len(raw)), **headers}
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(raw)
            self.wfile.flush()

    def do_POST(self):
        self.do_GET(self.rfile.read(int(self.headers["content-length"])).decode())

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up in the middle is what some tests are about."""


@contextlib.contextmanager
def scripted_google():
    """Answers what `answers` holds, in order: (status, body, headers), or a function of the request that makes it."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.answers, server.asked = [], []
    server.root = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def batch_calls(body):
    """The request lines of a batch, by content id."""
    return dict(re.findall(r"Content-ID: <(\d+)>\r\n\r\n(.+?)\r\n", body))


def batch_answer(answer_for, *, leave_out=()):
    """Answers every call of a batch with what `answer_for` makes of its file id: (status, body, headers)."""

    def answer(request):
        parts = []
        for content_id, line in batch_calls(request.body).items():
            file_id = re.search(r"/files/([^?]+)\?", line)[1]
            if file_id in leave_out:
                continue
            status, body, headers = answer_for(file_id)
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            raw = body if isinstance(body, str) else json.dumps(body, indent=1)
            parts.append(
                f"--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-{content_id}>\r\n\r\n"
                f"HTTP/1.1 {status} So\r\nContent-Type: application/json; charset=UTF-8\r\n{lines}\r\n{raw}\r\n"
            )
        raw = ("".join(parts) + "--batch_x--\r\n").encode()
        return (200, raw, {"content-type": "multipart/mixed; boundary=batch_x"})

    return answer
