"""The record layer, RFC 5246 6.2: records out of a stream, and fragments into records."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from euicc.crypto.tls_psk.alerts import Alert, TlsError
from euicc.crypto.tls_psk.messages import VERSION
from euicc.crypto.tls_psk.protection import Plain, Protection

FRAGMENT_MAX = 1 << 14
EXPANSION_MAX = 2048
"""Bytes that protection may add, RFC 5246 6.2.3."""
_HEADER = 5
_MAJOR = VERSION >> 8


class ContentType(IntEnum):
    """ContentType, RFC 5246 6.2.1."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23


class Records:
    """Both directions. reading, writing: their protection; fragment_max: as the two have agreed.

    version_agreed: from then on every record has to be of TLS 1.2; before, of any TLS, RFC 5246 E.1.
    """

    def __init__(self) -> None:
        self.reading: Protection = Plain()
        self.writing: Protection = Plain()
        self.fragment_max = FRAGMENT_MAX
        self.version_agreed = False
        self._buffer = bytearray()

    def add(self, data: bytes) -> None:
        """What came from the peer."""
        self._buffer += data

    def __iter__(self) -> Iterator[tuple[ContentType, bytes]]:
        """The whole records that are there; TlsError at the first that is none."""
        while len(self._buffer) >= _HEADER:
            kind, length = self._check(bytes(self._buffer[:_HEADER]))
            if len(self._buffer) < _HEADER + length:
                return
            header, fragment = bytes(self._buffer[:3]), bytes(self._buffer[_HEADER : _HEADER + length])
            del self._buffer[: _HEADER + length]
            plain = self.reading.open(header, fragment)
            if len(plain) > self.fragment_max:
                raise TlsError(Alert.RECORD_OVERFLOW, f"a fragment of {len(plain)} bytes")
            if not plain and kind is not ContentType.APPLICATION_DATA:
                raise TlsError(Alert.UNEXPECTED_MESSAGE, "an empty fragment")
            yield kind, plain

    def _check(self, header: bytes) -> tuple[ContentType, int]:
        """The header as soon as it is there, so that nobody waits for a record that is refused anyway."""
        if header[0] not in tuple(ContentType):
            raise TlsError(Alert.UNEXPECTED_MESSAGE, f"a record of type {header[0]}")
        version, length = int.from_bytes(header[1:3], "big"), int.from_bytes(header[3:], "big")
        if version >> 8 != _MAJOR or (self.version_agreed and version != VERSION):
            raise TlsError(Alert.PROTOCOL_VERSION, f"a record of version {version:04X}")
        protected = not isinstance(self.reading, Plain)
        if length > self.fragment_max + (EXPANSION_MAX if protected else 0):
            raise TlsError(Alert.RECORD_OVERFLOW, f"a record of {length} bytes")
        return ContentType(header[0]), length

    def write(self, kind: ContentType, data: bytes) -> bytes:
        """The records that carry these bytes."""
        pieces = range(0, len(data), self.fragment_max)
        return b"".join(self._record(kind, data[start : start + self.fragment_max]) for start in pieces)

    def _record(self, kind: ContentType, fragment: bytes) -> bytes:
        header = bytes((kind,)) + VERSION.to_bytes(2, "big")
        sealed = self.writing.seal(header, fragment)
        return header + len(sealed).to_bytes(2, "big") + sealed
