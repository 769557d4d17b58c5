"""The server of a PSK connection, RFC 5246 7.3 and RFC 4279 2: for tests, an SM-SR as cards meet it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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

_UNKNOWN_KEY_LENGTH = 16

Keys = Callable[[bytes], bytes | None]
"""The key of a PSK identity, None when there is no such."""


class Server(Connection):
    """A server.

    keys: the key of a PSK identity. random: gives randomness. suites: those it has, best first. hint: PSK identity
    hint, b"" for none. hides_identities: who names an unknown identity fails like one with a wrong key, at Finished;
    otherwise it is told unknown_psk_identity (RFC 4279 2). psk_identity: that of the client, once it named it.
    """

    def __init__(
        self,
        keys: Keys,
        random: Random,
        suites: Sequence[Suite] = SUITES,
        hint: bytes = b"",
        hides_identities: bool = False,
    ) -> None:
        self._keys = keys
        self._suites = tuple(suites)
        self._hint = hint
        self._hides_identities = hides_identities
        self.psk_identity: bytes | None = None
        super().__init__(random)

    def _shake_hands(self) -> Handshake:
        _, body = yield (HandshakeType.CLIENT_HELLO,)
        hello = ClientHello.parse(body)
        suite = self._choose(hello)
        answer = ServerHello(self._random(RANDOM_LENGTH), suite.code, self._extensions(hello))
        self._say(HandshakeType.SERVER_HELLO, answer.encode())
        if self._hint:
            self._say(HandshakeType.SERVER_KEY_EXCHANGE, identity_message(self._hint))
        self._say(HandshakeType.SERVER_HELLO_DONE, b"")
        _, body = yield (HandshakeType.CLIENT_KEY_EXCHANGE,)
        psk = self._key_of(read_identity(body))
        master = self._master_secret(psk, hello, answer)
        block = schedule.key_block(master, hello.random, answer.random, suite.key_block_length)
        reading, writing = suite.protections(block, self._random)
        yield from self._await_change(reading)
        yield from self._await_finished(master, schedule.CLIENT_FINISHED)
        self._change_cipher_spec(writing)
        self._finish(master, schedule.SERVER_FINISHED)

    def _choose(self, hello: ClientHello) -> Suite:
        if hello.version < VERSION:
            raise TlsError(Alert.PROTOCOL_VERSION, f"the client has version {hello.version:04X} only")
        self._records.version_agreed = True
        if NULL_COMPRESSION not in hello.compressions:
            raise TlsError(Alert.ILLEGAL_PARAMETER, "the client insists on compression")
        suite = next((suite for suite in self._suites if suite.code in hello.suites), None)
        if suite is None:
            raise TlsError(Alert.HANDSHAKE_FAILURE, "no cipher suite in common")
        self.suite = suite
        return suite

    def _extensions(self, hello: ClientHello) -> dict[int, bytes]:
        """Answers to those that are understood; fragments are bounded from now on."""
        answers: dict[int, bytes] = {}
        offered = hello.extensions
        if Extension.RENEGOTIATION_INFO in offered or RENEGOTIATION_SCSV in hello.suites:
            if offered.get(Extension.RENEGOTIATION_INFO, NO_RENEGOTIATED_CONNECTION) != b"\x00":
                raise TlsError(Alert.HANDSHAKE_FAILURE, "renegotiation_info of another handshake")
            answers[Extension.RENEGOTIATION_INFO] = NO_RENEGOTIATED_CONNECTION
        if Extension.MAX_FRAGMENT_LENGTH in offered:
            answers[Extension.MAX_FRAGMENT_LENGTH] = self._bound(offered[Extension.MAX_FRAGMENT_LENGTH])
        if Extension.EXTENDED_MASTER_SECRET in offered:
            if offered[Extension.EXTENDED_MASTER_SECRET]:
                raise MalformedVector("extended_master_secret with content")
            answers[Extension.EXTENDED_MASTER_SECRET] = b""
        return answers

    def _bound(self, wanted: bytes) -> bytes:
        if len(wanted) != 1:
            raise MalformedVector("max_fragment_length is one byte")
        if wanted[0] not in FRAGMENT_LENGTHS:
            raise TlsError(Alert.ILLEGAL_PARAMETER, f"max_fragment_length {wanted[0]}")
        self._records.fragment_max = FRAGMENT_LENGTHS[wanted[0]]
        return wanted

    def _key_of(self, identity: bytes) -> bytes:
        self.psk_identity = identity
        key = self._keys(identity)
        if key is not None:
            return key
        if not self._hides_identities:
            raise TlsError(Alert.UNKNOWN_PSK_IDENTITY, "a PSK identity that is not known here")
        return self._random(_UNKNOWN_KEY_LENGTH)

    def _master_secret(self, psk: bytes, hello: ClientHello, answer: ServerHello) -> bytes:
        if Extension.EXTENDED_MASTER_SECRET in answer.extensions:
            return schedule.extended_master_secret(psk, self._transcript.digest())
        return schedule.master_secret(psk, hello.random, answer.random)
