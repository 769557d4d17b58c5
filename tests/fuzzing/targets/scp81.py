"""What reaches a card before it knows whom it talks to, and what its server says then: TLS, HTTP, triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from apdu.aid import isd_p
from euicc.crypto.tls_psk import SUITES, Connection, TlsError
from euicc.crypto.tls_psk.messages import ClientHello, ServerHello, framed
from euicc.m2m.scp81.http import HttpError, Response, ResponseReader
from euicc.m2m.scp81.parameters import ParametersError, addressing, trigger
from euicc.m2m.scp81.session import prepare
from euicc.testing.m2m import https_admin_messages as messages
from tests.fuzzing.mutation import after, octets
from tests.scp81.line import HERE, Domain
from tests.scp81.test_parameters import WHOLE
from tests.tls_psk.ends import ALERT, DATA, HANDSHAKE, message, met, pair, record

CHOICE = 1
mutate = after(CHOICE, octets)
TO_SERVER, TO_CLIENT, INSIDE, HTTP, TRIGGER = range(5)
_CLIENT_HELLO, _SERVER_HELLO, _DONE, _CLIENT_KEY = 1, 2, 14, 16


def fuzz_one(data: bytes) -> None:
    """The first byte says what the rest is."""
    _KINDS[data[0] % len(_KINDS) if data else 0](data[CHOICE:])


def _to_server(data: bytes) -> None:
    assert _heard(pair()[1], data, 1) == _heard(pair()[1], data, len(data) or 1)


def _to_client(data: bytes) -> None:
    assert _heard(pair()[0], data, 1) == _heard(pair()[0], data, len(data) or 1)


def _heard(end: Connection, data: bytes, piece: int) -> tuple[str, bytes, bool]:
    """What an end made of it: the same in one piece and byte by byte."""
    with suppress(TlsError):
        for start in range(0, len(data), piece):
            end.feed(data[start : start + piece])
    assert not end.established
    return str(end.error), end.outgoing(), end.peer_closed


def _inside(data: bytes) -> None:
    """A record of an established connection, with whatever in it."""
    client, server = met(SUITES[: 1 + len(data) % 2])
    kind = (HANDSHAKE, DATA, ALERT)[len(data) % 3]
    with suppress(TlsError):
        client.feed(server.utter(kind, data))
        assert client.received() == (data if kind == DATA else b"")


def _http(data: bytes) -> None:
    whole = _response(data, len(data) or 1)
    piecewise = _response(data, 1)
    # What follows a response is an error only where it comes with it.
    assert whole is None or whole == piecewise


def _response(data: bytes, piece: int) -> Response | None:
    reader = ResponseReader()
    with suppress(HttpError):
        for start in range(0, len(data), piece):
            found = reader.feed(data[start : start + piece])
            if found is not None:
                found.check()
                found.next_uri("/a")
                found.target()
                return found
    return None


def _trigger(data: bytes) -> None:
    for read in (trigger, addressing):
        with suppress(ParametersError):
            found = read(data)
            if found is not None:
                assert type(found).decode(found.encode()) == found
                prepare(Domain(), found)


_KINDS: tuple[Callable[[bytes], None], ...] = (_to_server, _to_client, _inside, _http, _trigger)


def corpus() -> Iterator[bytes]:
    """Conversations that go well, as far as a stranger can take them."""
    hello = ClientHello(bytes(32), (0x00A8, 0x00AE, 0x00FF), {1: b"\x01", 23: b"", 0xFF01: b"\0"}).encode()
    key = message(_CLIENT_KEY, b"\x00\x0a8001028110")
    yield (
        bytes((TO_SERVER,))
        + message(_CLIENT_HELLO, hello)
        + key
        + record(20, b"\x01")
        + record(HANDSHAKE, bytes(40))
    )
    answer = ServerHello(bytes(32), 0x00A8, {0xFF01: b"\0", 23: b""}).encode()
    yield bytes((TO_CLIENT,)) + message(_SERVER_HELLO, answer) + message(12, b"\0\x01h") + message(_DONE, b"")
    for inside in (b"\x01\x00", framed(0, b""), b"HTTP/1.1 204 No Content\r\n\r\n", b"\x02\x50"):
        yield bytes((INSIDE,)) + inside
    for chunk in (None, 3):
        yield bytes((HTTP,)) + messages.response(WHOLE, "/a?b=1", isd_p(0x10), chunk)
    yield bytes((HTTP,)) + b"HTTP/1.1 100 Continue\r\n\r\n" + messages.no_content()
    for script in (WHOLE, HERE.encode(), HERE.session):
        yield bytes((TRIGGER,)) + script
