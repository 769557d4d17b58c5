"""The API on a socket, on loopback unless told otherwise."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from examples.service_platform.air import Air
from examples.service_platform.api import application
from examples.service_platform.life_cycle import Platform

LOOPBACK = "127.0.0.1"
_STARTING, _STOPPING = 10.0, 5.0


class ServeError(Exception):
    """The address cannot be listened on."""


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket to serve on; port 0: any that is free. ServeError."""
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except (OSError, OverflowError) as error:
        raise ServeError(
            f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}"
        ) from None
    with listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def address(listener: socket.socket) -> str:
    """The URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def server(platform: Platform, air: Air | None = None) -> uvicorn.Server:
    """Runs on a socket with `run([listener])` until SIGINT or SIGTERM, or until should_exit is set."""
    config = uvicorn.Config(
        application(platform, air),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serving(platform: Platform, host: str = LOOPBACK, port: int = 0, air: Air | None = None) -> Iterator[str]:
    """Serves in a thread of its own while the context lasts; gives the URL. ServeError."""
    with listening(host, port) as listener:
        running = server(platform, air)
        thread = threading.Thread(target=running.run, args=([listener],), name="platform", daemon=True)
        thread.start()
        try:
            _await_start(running, thread)
            yield address(listener)
        finally:
            running.should_exit = True
            thread.join(_STOPPING)


def _await_start(running: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _STARTING
    while not running.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise ServeError("the server did not start")
        time.sleep(0.002)
