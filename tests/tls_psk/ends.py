"""The two ends of a connection in memory, and records made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from euicc.crypto.tls_psk import SUITES, Client, Connection, Server, Suite, TlsError
from euicc.crypto.tls_psk.messages import framed
from euicc.crypto.tls_psk.records import ContentType
from euicc.env import Env

IDENTITY, PSK = b"8001028110", bytes(range(16))
KEYS = {IDENTITY: PSK}

HANDSHAKE, CHANGE, ALERT, DATA = 22, 20, 21, 23


def random(seed: int) -> Callable[[int], bytes]:
    """Randomness that is the same again."""
    return Env(seed).random


class Speaking:
    """An end that says in a record of the connection whatever it is told to."""

    def utter(self, kind: int, data: bytes) -> bytes:
        assert isinstance(self, Connection)
        self._write(ContentType(kind), data)
        return self.outgoing()


class RawClient(Speaking, Client):
    """A client that can be made to misbehave."""


class RawServer(Speaking, Server):
    """A server that can be made to misbehave."""


def pair(suites: Sequence[Suite] = SUITES, fragment_length: int | None = None) -> tuple[RawClient, RawServer]:
    """A client and a server that have not yet met."""
    client = RawClient(IDENTITY, PSK, random(1), suites, fragment_length)
    return client, RawServer(KEYS.get, random(2))


def exchange(client: Connection, server: Connection) -> None:
    """All that both have to say, until they are silent; TlsError of whoever fails, once the other one knows."""
    failure: TlsError | None = None
    for _ in range(6):
        for sender, receiver in ((client, server), (server, client)):
            try:
                receiver.feed(sender.outgoing())
            except TlsError as error:
                failure = failure or error
    if failure is not None:
        raise failure


def met(suites: Sequence[Suite] = SUITES, fragment_length: int | None = None) -> tuple[RawClient, RawServer]:
    """A client and a server that have shaken hands."""
    client, server = pair(suites, fragment_length)
    exchange(client, server)
    assert client.established
    assert server.established
    return client, server


def record(kind: int, data: bytes, version: int = 0x0303) -> bytes:
    """An unprotected record."""
    return bytes((kind,)) + version.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data


def message(kind: int, body: bytes) -> bytes:
    """A record with one handshake message."""
    return record(HANDSHAKE, framed(kind, body))
