"""TLS over a channel of the bearer independent protocol, for a procedure of the toolkit."""

from __future__ import annotations

from collections.abc import Callable

from euicc.crypto.tls_psk import Client, TlsError
from euicc.toolkit.bip import Channel, ChannelError
from euicc.toolkit.procedure import Procedure


class SecureLink:
    """A TLS connection. heard: called whenever something came.

    Every procedure of it raises TlsError or ChannelError when the connection fails or is lost; the server has been sent
    the alert then.
    """

    def __init__(self, channel: Channel, client: Client, heard: Callable[[], None]) -> None:
        self._channel = channel
        self._client = client
        self._heard = heard

    def shake_hands(self) -> Procedure[None]:
        """The handshake."""
        yield from self._flush()
        while not self._client.established:
            yield from self._take()

    def send(self, data: bytes) -> Procedure[None]:
        """Application data."""
        self._client.send(data)
        yield from self._flush()

    def receive(self) -> Procedure[bytes]:
        """Application data, as they come."""
        while not (data := self._client.received()):
            yield from self._take()
        return data

    def close(self) -> Procedure[None]:
        """close_notify; a server that has hung up already need not hear it."""
        self._client.close()
        try:
            yield from self._flush()
        except ChannelError:
            return

    def _take(self) -> Procedure[None]:
        """Wait for something of the server, and answer where TLS has something to say to it."""
        data = b"" if self._client.peer_closed else (yield from self._channel.receive())
        if not data:
            raise ChannelError("the server ended the connection")
        self._heard()
        try:
            self._client.feed(data)
        except TlsError:
            yield from self._flush()
            raise
        yield from self._flush()

    def _flush(self) -> Procedure[None]:
        data = self._client.outgoing()
        if data:
            yield from self._channel.send(data)
