"""One end of a connection of TLS 1.2 with a pre-shared key, without I/O: what client and server share.

    connection.feed(bytes that came)
    transport.send(connection.outgoing())

A handshake is a generator that yields what it waits for, handshake types or CHANGE_CIPHER_SPEC, and is resumed with
the message. There is no resumption, no renegotiation and no compression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from hashlib import sha256
from typing import Final

from euicc.crypto.tls_psk import schedule
from euicc.crypto.tls_psk.alerts import Alert, AlertLevel, TlsError, as_tls_error
from euicc.crypto.tls_psk.messages import HandshakeType, Messages, framed, one_of
from euicc.crypto.tls_psk.protection import Protection, Random
from euicc.crypto.tls_psk.records import ContentType, Records
from euicc.crypto.tls_psk.suites import Suite
from euicc.crypto.tls_psk.vectors import MalformedVector

CHANGE_CIPHER_SPEC: Final = -1
"""What a handshake waits for beside messages: it is none itself, RFC 5246 7.1."""
_CHANGE = b"\x01"

Message = tuple[int, bytes]
"""Type and body; ChangeCipherSpec has no body."""
Handshake = Generator[tuple[int, ...], Message, None]


class Connection(ABC):
    """A connection from one end; `Client` and `Server` are made of it.

    suite: that the two agreed on, None before. established: the handshake is over, data may go. peer_closed: the peer
    sent close_notify: nothing more will come, and nothing was cut off. error: why the connection failed, or None.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._records = Records()
        self._messages = Messages()
        self._transcript = sha256()
        self._outgoing = bytearray()
        self._received = bytearray()
        self._closed = False
        self.suite: Suite | None = None
        self.established = False
        self.peer_closed = False
        self.error: TlsError | None = None
        self._handshake: Handshake = self._shake_hands()
        self._awaited: tuple[int, ...] = next(self._handshake)

    def feed(self, data: bytes) -> None:
        """What came from the peer, in any pieces; ignored after its close_notify.

        TlsError, now and from now on, when the connection failed: `outgoing` has the alert for the peer.
        """
        if self.error is not None:
            raise self.error
        if self.peer_closed:
            return
        self._records.add(data)
        try:
            self._take_records()
        except MalformedVector as error:
            raise self._failed(as_tls_error(error)) from None
        except TlsError as error:
            raise self._failed(error) from None

    def outgoing(self) -> bytes:
        """What has to go to the peer; it is given once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def send(self, data: bytes) -> None:
        """Application data; ValueError while the connection is not established, and when it is closed."""
        if not self.established or self._closed:
            raise ValueError("this connection takes no data")
        self._write(ContentType.APPLICATION_DATA, data)

    def received(self) -> bytes:
        """Application data that came; they are given once."""
        data = bytes(self._received)
        self._received.clear()
        return data

    def close(self) -> None:
        """Send close_notify, unless that was done or the connection failed, RFC 5246 7.2.1."""
        if not self._closed:
            self._alert(AlertLevel.WARNING, Alert.CLOSE_NOTIFY)
            self._closed = True

    @abstractmethod
    def _shake_hands(self) -> Handshake:
        """The handshake of this end."""

    def _take_records(self) -> None:
        for kind, fragment in self._records:
            _TAKERS[kind](self, fragment)
            if self.peer_closed:
                return

    def _take_alert(self, fragment: bytes) -> None:
        if len(fragment) != 2:
            raise TlsError(Alert.DECODE_ERROR, f"an alert of {len(fragment)} bytes")
        level, alert = fragment
        if alert == Alert.CLOSE_NOTIFY:
            self.peer_closed = True
            self.close()
        elif level == AlertLevel.FATAL:
            raise TlsError(alert, "sent by the peer", by_peer=True)
        elif level != AlertLevel.WARNING:
            raise TlsError(Alert.ILLEGAL_PARAMETER, f"an alert of level {level}")

    def _take_change_cipher_spec(self, fragment: bytes) -> None:
        if fragment != _CHANGE:
            raise TlsError(Alert.DECODE_ERROR, "not a ChangeCipherSpec")
        if self._messages.incomplete:
            raise TlsError(Alert.UNEXPECTED_MESSAGE, "ChangeCipherSpec within a message")
        self._resume(CHANGE_CIPHER_SPEC, b"")

    def _take_handshake(self, fragment: bytes) -> None:
        self._messages.add(fragment)
        while message := self._messages.next():
            self._take_message(*message)

    def _take_message(self, kind: int, body: bytes) -> None:
        if self.established:
            self._refuse_renegotiation(kind)
        elif kind not in self._ignored:
            # A Finished is verified against what came before it, so it is counted by whoever verifies it.
            if kind != HandshakeType.FINISHED:
                self._transcript.update(framed(kind, body))
            self._resume(kind, body)

    _ignored: tuple[int, ...] = ()
    """Handshake types that mean nothing during a handshake."""
    _renegotiation: int = HandshakeType.CLIENT_HELLO
    """The handshake type with which the peer would begin another handshake."""

    def _refuse_renegotiation(self, kind: int) -> None:
        """RFC 5246 7.2.2: no_renegotiation is a warning, the connection goes on."""
        if kind != self._renegotiation:
            raise TlsError(Alert.UNEXPECTED_MESSAGE, f"handshake type {kind} after the handshake")
        self._alert(AlertLevel.WARNING, Alert.NO_RENEGOTIATION)

    def _take_application_data(self, fragment: bytes) -> None:
        if not self.established or self._messages.incomplete:
            raise TlsError(Alert.UNEXPECTED_MESSAGE, "application data within a handshake")
        self._received += fragment

    def _resume(self, kind: int, body: bytes) -> None:
        if kind not in self._awaited:
            wanted = one_of(each for each in self._awaited if each != CHANGE_CIPHER_SPEC)
            raise TlsError(Alert.UNEXPECTED_MESSAGE, f"{kind} instead of {wanted or 'change_cipher_spec'}")
        try:
            self._awaited = self._handshake.send((kind, body))
        except StopIteration:
            self._awaited = ()
            self.established = True

    def _say(self, kind: HandshakeType, body: bytes) -> None:
        """Send a handshake message."""
        message = framed(kind, body)
        self._transcript.update(message)
        self._write(ContentType.HANDSHAKE, message)

    def _change_cipher_spec(self, protection: Protection) -> None:
        """From now on what is sent is protected."""
        self._write(ContentType.CHANGE_CIPHER_SPEC, _CHANGE)
        self._records.writing = protection

    def _await_change(self, protection: Protection) -> Handshake:
        """From then on what comes is protected. Nothing of another message may have come already."""
        yield (CHANGE_CIPHER_SPEC,)
        self._records.reading = protection

    def _finish(self, master: bytes, label: bytes) -> None:
        """Send Finished, RFC 5246 7.4.9."""
        digest = self._transcript.digest()
        self._say(HandshakeType.FINISHED, schedule.verify_data(master, label, digest))

    def _await_finished(self, master: bytes, label: bytes) -> Handshake:
        """The peer's; TlsError decrypt_error when it is wrong."""
        wanted = schedule.verify_data(master, label, self._transcript.digest())
        kind, body = yield (HandshakeType.FINISHED,)
        if len(body) != len(wanted):
            raise TlsError(Alert.DECODE_ERROR, f"a Finished of {len(body)} bytes")
        if not schedule.same(body, wanted):
            raise TlsError(Alert.DECRYPT_ERROR, "the peer saw another handshake")
        if self._messages.incomplete:
            raise TlsError(Alert.UNEXPECTED_MESSAGE, "bytes after Finished")
        self._transcript.update(framed(kind, body))

    def _alert(self, level: AlertLevel, alert: int) -> None:
        """Nothing is said after close_notify."""
        if not self._closed:
            self._write(ContentType.ALERT, bytes((level, alert)))

    def _write(self, kind: ContentType, data: bytes) -> None:
        self._outgoing += self._records.write(kind, data)

    def _failed(self, error: TlsError) -> TlsError:
        """Tell the peer, unless it was the peer who told; then the connection is closed."""
        if not error.by_peer:
            self._alert(AlertLevel.FATAL, error.alert)
        self.error = error
        self._closed = True
        return error


_TAKERS: dict[ContentType, Callable[[Connection, bytes], None]] = {
    ContentType.CHANGE_CIPHER_SPEC: Connection._take_change_cipher_spec,
    ContentType.ALERT: Connection._take_alert,
    ContentType.HANDSHAKE: Connection._take_handshake,
    ContentType.APPLICATION_DATA: Connection._take_application_data,
}
