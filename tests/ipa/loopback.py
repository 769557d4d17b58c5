"""A tiny HTTPS server on loopback that answers every POST alike and remembers what it was asked."""

from __future__ import annotations

import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int]


@dataclass
class Loopback:
    port: int
    status: int = 200
    content: bytes = b"{}"
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def https_server(certificate_and_key: tuple[bytes, bytes]) -> Iterator[Loopback]:
    state = Loopback(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.asked.append(Asked(self.path, dict(self.headers), body, self.client_address))
            self.send_response(state.status)
            if state.status != 204:
                self.send_header("Content-Length", str(len(state.content)))
            self.end_headers()
            if state.status != 204:
                self.wfile.write(state.content)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
    server.socket = _context(certificate_and_key).wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _context(certificate_and_key: tuple[bytes, bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "server.pem")
        path.write_bytes(b"\n".join(certificate_and_key))
        context.load_cert_chain(path)
    return context
