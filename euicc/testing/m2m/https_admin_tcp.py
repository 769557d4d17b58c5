"""An administration server at a TCP port of this machine, for cards whose device has channels to the network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread

from euicc.testing.m2m.https_admin import AdminConnection, HttpsAdmin

LOOPBACK = "127.0.0.1"
_JOINING_SECONDS = 5.0
_RECEIVE = 4096


@contextmanager
def served(server: HttpsAdmin, host: str = LOOPBACK) -> Iterator[int]:
    """The server at a port that the system chooses, as long as the context lasts: the port."""
    with socket.create_server((host, 0)) as listener:
        front = _Front(server, listener)
        front.start()
        try:
            yield listener.getsockname()[1]
        finally:
            front.stop()


class _Front:
    """A thread that accepts, and one for each connection; the server itself is asked by one at a time."""

    def __init__(self, server: HttpsAdmin, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        self._lock = Lock()
        self._links: list[socket.socket] = []
        self._threads = [Thread(target=self._accept, daemon=True)]

    def start(self) -> None:
        """Accept connections from now on."""
        self._threads[0].start()

    def stop(self) -> None:
        """Hang up."""
        for each in (self._listener, *self._links):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_JOINING_SECONDS)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                link, _ = self._listener.accept()
                thread = Thread(target=self._talk, args=(link, self._server.connect()), daemon=True)
                self._links.append(link)
                self._threads.append(thread)
                thread.start()

    def _talk(self, link: socket.socket, connection: AdminConnection) -> None:
        """Until one of the two has had enough."""
        with link, suppress(OSError):
            while not connection.closed and (data := link.recv(_RECEIVE)):
                with self._lock:
                    connection.feed(data)
                    answer = connection.outgoing()
                link.sendall(answer)
