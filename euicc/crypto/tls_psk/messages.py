"""The handshake messages of a PSK connection, RFC 5246 7.4 and RFC 4279 2; extensions of RFC 5746, 6066 and 7627.

Every `parse` raises MalformedVector for what is not such a message to the last byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from euicc.crypto.tls_psk.alerts import Alert, TlsError
from euicc.crypto.tls_psk.vectors import MalformedVector, Reader, vector

VERSION = 0x0303
"""TLS 1.2."""
RANDOM_LENGTH = 32
NULL_COMPRESSION = 0
RENEGOTIATION_SCSV = 0x00FF
"""TLS_EMPTY_RENEGOTIATION_INFO_SCSV, RFC 5746 3.3."""
HEADER_LENGTH = 4
MESSAGE_MAX = 0x4000
"""Bytes of a message that are read: no ClientHello of a device is longer."""
_SESSION_ID_MAX = 32


class HandshakeType(IntEnum):
    """HandshakeType, RFC 5246 7.4: those that a PSK handshake has."""

    HELLO_REQUEST = 0
    CLIENT_HELLO = 1
    SERVER_HELLO = 2
    SERVER_KEY_EXCHANGE = 12
    SERVER_HELLO_DONE = 14
    CLIENT_KEY_EXCHANGE = 16
    FINISHED = 20


class Extension(IntEnum):
    """ExtensionType: those that are understood here."""

    MAX_FRAGMENT_LENGTH = 1
    EXTENDED_MASTER_SECRET = 23
    RENEGOTIATION_INFO = 0xFF01


FRAGMENT_LENGTHS = {1: 1 << 9, 2: 1 << 10, 3: 1 << 11, 4: 1 << 12}
"""MaxFragmentLength, RFC 6066 4: code and bytes."""
NO_RENEGOTIATED_CONNECTION = b"\x00"
"""RenegotiationInfo of a first handshake, RFC 5746 3.2: an empty vector."""

Extensions = Mapping[int, bytes]


def framed(kind: int, body: bytes) -> bytes:
    """A handshake message with its header."""
    return bytes((kind,)) + vector(3, body)


@dataclass(frozen=True, slots=True)
class ClientHello:
    """ClientHello, RFC 5246 7.4.1.2. version: the highest of the client; suites, compressions: codes."""

    random: bytes
    suites: tuple[int, ...]
    extensions: Extensions = field(default_factory=dict)
    version: int = VERSION
    compressions: bytes = bytes((NULL_COMPRESSION,))
    session_id: bytes = b""

    def encode(self) -> bytes:
        """The body."""
        suites = b"".join(code.to_bytes(2, "big") for code in self.suites)
        start = self.version.to_bytes(2, "big") + self.random + vector(1, self.session_id)
        return start + vector(2, suites) + vector(1, self.compressions) + _encode_extensions(self.extensions)

    @classmethod
    def parse(cls, body: bytes) -> ClientHello:
        """TlsError illegal_parameter for an extension that is there twice."""
        reader = Reader(body)
        version, random = reader.number(2), reader.take(RANDOM_LENGTH)
        session_id = reader.vector(1, largest=_SESSION_ID_MAX)
        codes = Reader(reader.vector(2, smallest=2))
        suites = []
        while not codes.at_end:
            suites.append(codes.number(2))
        compressions = reader.vector(1, smallest=1)
        return cls(random, tuple(suites), _read_extensions(reader), version, compressions, session_id)


@dataclass(frozen=True, slots=True)
class ServerHello:
    """ServerHello, RFC 5246 7.4.1.3: what the server chose."""

    random: bytes
    suite: int
    extensions: Extensions = field(default_factory=dict)
    version: int = VERSION
    compression: int = NULL_COMPRESSION
    session_id: bytes = b""

    def encode(self) -> bytes:
        """The body."""
        start = self.version.to_bytes(2, "big") + self.random + vector(1, self.session_id)
        chosen = self.suite.to_bytes(2, "big") + bytes((self.compression,))
        return start + chosen + _encode_extensions(self.extensions)

    @classmethod
    def parse(cls, body: bytes) -> ServerHello:
        """TlsError illegal_parameter for an extension that is there twice."""
        reader = Reader(body)
        version, random = reader.number(2), reader.take(RANDOM_LENGTH)
        session_id = reader.vector(1, largest=_SESSION_ID_MAX)
        suite, compression = reader.number(2), reader.number(1)
        return cls(random, suite, _read_extensions(reader), version, compression, session_id)


def identity_message(value: bytes) -> bytes:
    """Body of ServerKeyExchange (PSK identity hint) and ClientKeyExchange (PSK identity), RFC 4279 2."""
    return vector(2, value)


def read_identity(body: bytes) -> bytes:
    """The hint, or the identity."""
    reader = Reader(body)
    value = reader.vector(2)
    reader.end()
    return value


def _encode_extensions(extensions: Extensions) -> bytes:
    """None at all leave no trace."""
    encoded = b"".join(kind.to_bytes(2, "big") + vector(2, data) for kind, data in extensions.items())
    return vector(2, encoded) if encoded else b""


def _read_extensions(reader: Reader) -> Extensions:
    """To the end of the message."""
    if reader.at_end:
        return {}
    content = Reader(reader.vector(2))
    reader.end()
    found: dict[int, bytes] = {}
    while not content.at_end:
        kind, data = content.number(2), content.vector(2)
        if kind in found:
            raise TlsError(Alert.ILLEGAL_PARAMETER, f"extension {kind} twice")
        found[kind] = data
    return found


class Messages:
    """Puts handshake messages together from the fragments of records."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def incomplete(self) -> bool:
        """Whether something of a message is there."""
        return bool(self._buffer)

    def add(self, fragment: bytes) -> None:
        """What a record brought."""
        self._buffer += fragment

    def next(self) -> tuple[int, bytes] | None:
        """The next whole message: type and body; MalformedVector when it is longer than any should be."""
        if len(self._buffer) < HEADER_LENGTH:
            return None
        end = HEADER_LENGTH + int.from_bytes(self._buffer[1:HEADER_LENGTH], "big")
        if end > HEADER_LENGTH + MESSAGE_MAX:
            raise MalformedVector(f"a handshake message of {end - HEADER_LENGTH} bytes")
        if len(self._buffer) < end:
            return None
        message = self._buffer[0], bytes(self._buffer[HEADER_LENGTH:end])
        del self._buffer[:end]
        return message


def one_of(value: Iterable[int]) -> str:
    """Types of messages, for a reason."""
    return " or ".join(HandshakeType(each).name.lower() for each in value)
