"""Serves a server without a socket over HTTPS, SGP.22 6.1 to 6.5, SGP.32 6.1: on loopback unless told otherwise.

Every server has the JSON binding; one with `handle_asn1` has the ASN.1 binding, too.

A refusal of the function is HTTP 200 with its status in the body. Other HTTP statuses speak of the transport only.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from euicc.testing.smdp.status import BadRequest, UnknownFunction

LARGEST_BODY = 1 << 18
"""Bytes; the largest request of ES9+ is a few thousand long."""
LOOPBACK = "127.0.0.1"
_ADMIN_PROTOCOL = "gsma/rsp/v2.5.0"
_ASN1 = "application/x-gsma-rsp-asn1"
_OK, _NO_CONTENT, _BAD_REQUEST, _NOT_FOUND, _TOO_LARGE = 200, 204, 400, 404, 413
_STARTING, _STOPPING = 10.0, 5.0

Tls = tuple[bytes, bytes]
"""Certificate and private key, PEM."""


class SansIoServer(Protocol):
    """What can be served: functions below one path."""

    @property
    def path(self) -> str:
        """Where its functions are: "/gsma/rsp2/es9plus"."""
        ...

    @property
    def address(self) -> str:
        """What devices call it; empty: it is to learn that from where it is served."""
        ...

    @address.setter
    def address(self, address: str) -> None: ...

    def handle(self, function: str, request: Mapping[str, object]) -> dict[str, Any]:
        """Runs one function; BadRequest, UnknownFunction; nothing to say is an empty answer."""
        ...


@runtime_checkable
class Asn1Server(Protocol):
    """What can also be served in the ASN.1 binding: every function at one path."""

    @property
    def asn1_path(self) -> str:
        """Where: "/gsma/rsp2/asn1"."""
        ...

    def handle_asn1(self, body: bytes) -> bytes:
        """Answers one message; BadRequest; nothing to say is an empty answer."""
        ...


@runtime_checkable
class SeveralPaths(Protocol):
    """What has its functions in the JSON binding below several paths."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        ...


class HttpStatus(Exception):
    """What a server raises to be answered for with this HTTP status and no body, as a broken one is."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP status {code}")
        self.code = code


@runtime_checkable
class Disturbing(Protocol):
    """A server that lays hands on HTTP itself: `euicc.testing.faults.servers`."""

    def disturbed(self, app: ASGIApp) -> ASGIApp:
        """The application, with what is wrong with it."""
        ...


class ServeError(Exception):
    """The address cannot be listened on, or the certificate not be used."""


def application(server: SansIoServer) -> Starlette:
    """The ASGI application. Requests run one after the other: the server behind it knows no threads."""
    paths = server.paths if isinstance(server, SeveralPaths) else (server.path,)
    routes = [_route(f"{path}/{{function}}", _json(server)) for path in paths]
    if isinstance(server, Asn1Server):
        routes.append(_route(server.asn1_path, _asn1(server)))
    return Starlette(routes=routes)


Answer = Callable[[Request, bytes], Response]


def _route(path: str, answer: Answer) -> Route:
    async def run(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=_BAD_REQUEST)
        if body is None:
            return Response(status_code=_TOO_LARGE)
        return answer(request, body)

    return Route(path, run, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """None when it is longer than any request is; nothing is kept of such."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _json(server: SansIoServer) -> Answer:
    headers = _headers(server)

    def answer(request: Request, body: bytes) -> Response:
        try:
            told = server.handle(request.path_params["function"], _object(body))
        except UnknownFunction:
            return Response(status_code=_NOT_FOUND, headers=headers)
        except BadRequest as error:
            return _bad_request(error, headers)
        except HttpStatus as error:
            return Response(status_code=error.code, headers=headers)
        if not told:
            return Response(status_code=_NO_CONTENT, headers=headers)
        return JSONResponse(told, status_code=_OK, headers=headers)

    return answer


def _asn1(server: Asn1Server) -> Answer:
    headers = _headers(server)

    def answer(_request: Request, body: bytes) -> Response:
        try:
            told = server.handle_asn1(body)
        except BadRequest as error:
            return _bad_request(error, headers)
        except HttpStatus as error:
            return Response(status_code=error.code, headers=headers)
        if not told:
            return Response(status_code=_NO_CONTENT, headers=headers)
        return Response(told, status_code=_OK, headers=headers, media_type=_ASN1)

    return answer


def _headers(server: object) -> dict[str, str]:
    """X-Admin-Protocol, SGP.22 6.2: its version is the server's own where it names one."""
    return {"X-Admin-Protocol": getattr(server, "admin_protocol", _ADMIN_PROTOCOL)}


def _bad_request(error: BadRequest, headers: dict[str, str]) -> Response:
    return Response(str(error), status_code=_BAD_REQUEST, headers=headers, media_type="text/plain")


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON") from None
    if not isinstance(value, dict):
        raise BadRequest("the body is not a JSON object")
    return value


@contextmanager
def serve(server: SansIoServer, host: str = LOOPBACK, port: int = 0, *, tls: Tls) -> Iterator[str]:
    """Serves in a thread of its own while the context lasts; gives "host:port", the port chosen if it was 0.

    The certificate must be for `host`, or for the `server.address` that devices use. ServeError.
    """
    with _listening(host, port) as listener, _context(tls) as context:
        address = _address(listener)
        if not server.address:
            server.address = address
        app: ASGIApp = application(server)
        if isinstance(server, Disturbing):
            app = server.disturbed(app)
        with _running(app, listener, context):
            yield address


def run(
    server: SansIoServer,
    host: str,
    port: int,
    *,
    tls: Tls,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serves until SIGINT or SIGTERM, then stops cleanly; `ready` is called with the address. ServeError."""
    stopped = threading.Event()
    with serve(server, host, port, tls=tls) as address, _signals(stopped):
        ready(address)
        stopped.wait()


@contextmanager
def _signals(stopped: threading.Event) -> Iterator[None]:
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServeError(f"cannot listen on {host}:{port}: {reason}") from None
    with listener:
        # The accepted connections inherit it. asyncio would set it only where the socket names its protocol, and
        # without it every answer waits some 40 ms for an acknowledgement between its header and its body.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if listener.family == socket.AF_INET6 else f"{host}:{port}"


@contextmanager
def _context(tls: Tls) -> Iterator[ssl.SSLContext]:
    """The ssl module reads certificates and keys from files only: they exist while it does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as directory:
        chain = Path(directory) / "tls.pem"
        chain.touch(mode=0o600)
        chain.write_bytes(b"\n".join(tls))
        try:
            context.load_cert_chain(chain)
        except ssl.SSLError as error:
            raise ServeError(f"the TLS certificate cannot be used: {error}") from None
    yield context


class _Server(uvicorn.Server):
    """Does not wait for clients that keep their connections open for a next request."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends the open connections, then the rest."""
        for connection in tuple(self.server_state.connections):
            transport: asyncio.Transport = connection.transport
            transport.abort()
        await super().shutdown(sockets)


@contextmanager
def _running(app: ASGIApp, listener: socket.socket, context: ssl.SSLContext) -> Iterator[None]:
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = context
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="https", daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield
    finally:
        server.should_exit = True
        thread.join(_STOPPING)


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    until = time.monotonic() + _STARTING
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise ServeError("the HTTPS server did not start")
        time.sleep(0.002)
