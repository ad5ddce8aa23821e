"""An ASGI app on a free loopback port, for as long as a `with` lasts."""

import contextlib
import socket
import threading

import uvicorn


@contextlib.contextmanager
def serve(app):
    # asyncio switches Nagle's delay off only for sockets that name their protocol.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", log_config=None))
    started = threading.Event()
    startup = server.startup

    async def started_up(sockets=None):
        await startup(sockets=sockets)
        started.set()

    server.startup = started_up
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    assert started.wait(10)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
