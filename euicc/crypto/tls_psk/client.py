"""The client of a PSK connection, RFC 5246 7.3 and RFC 4279 2: on a card, SCP81."""

from __future__ import annotations

from collections.abc import Sequence

from euicc.crypto.tls_psk import schedule
from euicc.crypto.tls_psk.alerts import Alert, TlsError
from euicc.crypto.tls_psk.connection import Connection, Handshake
from euicc.crypto.tls_psk.messages import (
    FRAGMENT_LENGTHS,
    NO_RENEGOTIATED_CONNECTION,
    NULL_COMPRESSION,
    RANDOM_LENGTH,
    RENEGOTIATION_SCSV,
    VERSION,
    ClientHello,
    Extension,
    HandshakeType,
    ServerHello,
    identity_message,
    read_identity,
)
from euicc.crypto.tls_psk.protection import Random
from euicc.crypto.tls_psk.suites import SUITES, Suite
from euicc.crypto.tls_psk.vectors import MalformedVector

_IDENTITY_MAX = 0xFFFF


class Client(Connection):
    """A client; `outgoing` has its ClientHello at once.

    psk_identity: 0 to 65535 bytes, RFC 4279 5.1 wants UTF-8. psk: the key, 1 to 65535 bytes. random: gives randomness.
    suites: those it offers, best first. fragment_length: 512, 1024, 2048 or 4096, the most that a record is to carry in
    either direction (RFC 6066 4); None: 16384. extended_master_secret: whether it offers RFC 7627.
    ValueError for other values. hint: what the server gave as PSK identity hint, b"" without; it changes nothing.
    """

    _ignored = (HandshakeType.HELLO_REQUEST,)
    _renegotiation = HandshakeType.HELLO_REQUEST

    def __init__(
        self,
        psk_identity: bytes,
        psk: bytes,
        random: Random,
        suites: Sequence[Suite] = SUITES,
        fragment_length: int | None = None,
        extended_master_secret: bool = True,
    ) -> None:
        codes = {length: code for code, length in FRAGMENT_LENGTHS.items()}
        if fragment_length is not None and fragment_length not in codes:
            raise ValueError(f"not a maximum fragment length: {fragment_length}")
        if not 0 < len(psk) <= _IDENTITY_MAX or len(psk_identity) > _IDENTITY_MAX or not suites:
            raise ValueError("a client needs a key, an identity and a cipher suite")
        self._identity = psk_identity
        self._psk = psk
        self._offered = {suite.code: suite for suite in suites}
        self._extensions: dict[int, bytes] = {}
        if fragment_length is not None:
            self._extensions[Extension.MAX_FRAGMENT_LENGTH] = bytes((codes[fragment_length],))
        if extended_master_secret:
            self._extensions[Extension.EXTENDED_MASTER_SECRET] = b""
        self.hint = b""
        super().__init__(random)

    def _shake_hands(self) -> Handshake:
        own_random = self._random(RANDOM_LENGTH)
        hello = ClientHello(own_random, (*self._offered, RENEGOTIATION_SCSV), self._extensions)
        self._say(HandshakeType.CLIENT_HELLO, hello.encode())
        _, body = yield (HandshakeType.SERVER_HELLO,)
        answer = ServerHello.parse(body)
        suite = self._accept(answer)
        yield from self._await_server_done()
        self._say(HandshakeType.CLIENT_KEY_EXCHANGE, identity_message(self._identity))
        master = self._master_secret(own_random, answer)
        block = schedule.key_block(master, own_random, answer.random, suite.key_block_length)
        writing, reading = suite.protections(block, self._random)
        self._change_cipher_spec(writing)
        self._finish(master, schedule.CLIENT_FINISHED)
        yield from self._await_change(reading)
        yield from self._await_finished(master, schedule.SERVER_FINISHED)

    def _accept(self, hello: ServerHello) -> Suite:
        """What the server chose must be among what was offered."""
        if hello.version != VERSION:
            raise TlsError(Alert.PROTOCOL_VERSION, f"the server chose version {hello.version:04X}")
        self._records.version_agreed = True
        suite = self._offered.get(hello.suite)
        if suite is None or hello.compression != NULL_COMPRESSION:
            raise TlsError(Alert.ILLEGAL_PARAMETER, "the server chose what was not offered")
        for kind, data in hello.extensions.items():
            self._accept_extension(kind, data)
        if Extension.MAX_FRAGMENT_LENGTH in hello.extensions:
            self._records.fragment_max = FRAGMENT_LENGTHS[hello.extensions[Extension.MAX_FRAGMENT_LENGTH][0]]
        self.suite = suite
        return suite

    def _accept_extension(self, kind: int, data: bytes) -> None:
        if kind == Extension.RENEGOTIATION_INFO:
            if data != NO_RENEGOTIATED_CONNECTION:
                raise TlsError(Alert.HANDSHAKE_FAILURE, "renegotiation_info of another handshake")
        elif kind not in self._extensions:
            raise TlsError(Alert.UNSUPPORTED_EXTENSION, f"extension {kind} was not offered")
        elif data != self._extensions[kind]:
            raise TlsError(Alert.ILLEGAL_PARAMETER, f"extension {kind} is not what was offered")

    def _await_server_done(self) -> Handshake:
        """A hint may come before."""
        kind, body = yield (HandshakeType.SERVER_KEY_EXCHANGE, HandshakeType.SERVER_HELLO_DONE)
        if kind == HandshakeType.SERVER_KEY_EXCHANGE:
            self.hint = read_identity(body)
            kind, body = yield (HandshakeType.SERVER_HELLO_DONE,)
        if body:
            raise MalformedVector("a ServerHelloDone that is not empty")

    def _master_secret(self, own_random: bytes, hello: ServerHello) -> bytes:
        if Extension.EXTENDED_MASTER_SECRET in hello.extensions:
            return schedule.extended_master_secret(self._psk, self._transcript.digest())
        return schedule.master_secret(self._psk, own_random, hello.random)
