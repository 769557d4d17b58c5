"""Protection of records in one direction: none, AES-128-CBC with HMAC-SHA-256, AES-128-GCM.

RFC 5246 6.2.3.2, RFC 5288 3, RFC 5487 2 and 3.1.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from euicc.crypto.tls_psk.alerts import Alert, TlsError

Random = Callable[[int], bytes]
"""Gives so many random bytes."""

_BLOCK = 16
_MAC = 32
_EXPLICIT_NONCE, _TAG = 8, 16


class Protection(Protocol):
    """One direction of a connection; it counts the records.

    header: content type and version, 3 bytes.
    """

    def seal(self, header: bytes, fragment: bytes) -> bytes:
        """The protected fragment of the next record."""
        ...

    def open(self, header: bytes, fragment: bytes) -> bytes:
        """The plain fragment; TlsError bad_record_mac."""
        ...


class Plain:
    """TLS_NULL_WITH_NULL_NULL: before the first ChangeCipherSpec."""

    def seal(self, header: bytes, fragment: bytes) -> bytes:
        """As it is."""
        return fragment

    def open(self, header: bytes, fragment: bytes) -> bytes:
        """As it is."""
        return fragment


class Gcm:
    """AES-128-GCM. salt: 4 bytes of the nonce; the other 8 are the number of the record."""

    def __init__(self, key: bytes, salt: bytes) -> None:
        self._aead = AESGCM(key)
        self._salt = salt
        self._sequence = 0

    def seal(self, header: bytes, fragment: bytes) -> bytes:
        """Explicit nonce, ciphertext, tag."""
        nonce = self._sequence.to_bytes(_EXPLICIT_NONCE, "big")
        return nonce + self._aead.encrypt(
            self._salt + nonce, fragment, self._additional(header, len(fragment))
        )

    def open(self, header: bytes, fragment: bytes) -> bytes:
        """The fragment, of which only the sender knows how the nonce was made."""
        length = len(fragment) - _EXPLICIT_NONCE - _TAG
        if length < 0:
            raise _bad_record()
        nonce, sealed = fragment[:_EXPLICIT_NONCE], fragment[_EXPLICIT_NONCE:]
        try:
            return self._aead.decrypt(self._salt + nonce, sealed, self._additional(header, length))
        except InvalidTag:
            raise _bad_record() from None

    def _additional(self, header: bytes, length: int) -> bytes:
        numbered = _numbered(self._sequence, header, length)
        self._sequence += 1
        return numbered


class Cbc:
    """AES-128-CBC after HMAC-SHA-256, each record with an IV of its own."""

    def __init__(self, key: bytes, mac_key: bytes, random: Random) -> None:
        self._algorithm = AES(key)
        self._mac_key = mac_key
        self._random = random
        self._sequence = 0

    def seal(self, header: bytes, fragment: bytes) -> bytes:
        """IV, and in cipher: fragment, MAC, padding."""
        content = fragment + self._mac(header, fragment)
        padding = _BLOCK - 1 - len(content) % _BLOCK
        iv = self._random(_BLOCK)
        encryptor = Cipher(self._algorithm, CBC(iv)).encryptor()
        return iv + encryptor.update(content + bytes((padding,)) * (padding + 1)) + encryptor.finalize()

    def open(self, header: bytes, fragment: bytes) -> bytes:
        """The fragment; wrong padding and a wrong MAC are one error, and cost the same."""
        if len(fragment) % _BLOCK or len(fragment) < _BLOCK + _MAC + 1:
            raise _bad_record()
        decryptor = Cipher(self._algorithm, CBC(fragment[:_BLOCK])).decryptor()
        content = decryptor.update(fragment[_BLOCK:]) + decryptor.finalize()
        padding, padding_right = _padding(content)
        end = len(content) - padding - 1 - _MAC
        plain, mac = content[:end], content[end : end + _MAC]
        mac_right = hmac.compare_digest(self._mac(header, plain), mac)
        # As many more blocks are hashed as the padding took away, so that its length cannot be told by the time.
        sha256(bytes(padding)).digest()
        if not padding_right & mac_right:
            raise _bad_record()
        return plain

    def _mac(self, header: bytes, fragment: bytes) -> bytes:
        covered = _numbered(self._sequence, header, len(fragment)) + fragment
        self._sequence += 1
        return hmac.digest(self._mac_key, covered, sha256)


def _padding(content: bytes) -> tuple[int, bool]:
    """Its length and whether it is right; a wrong one counts as none, and the MAC is computed all the same."""
    length = content[-1]
    if length + 1 + _MAC > len(content):
        return 0, False
    right = hmac.compare_digest(content[-length - 1 :], bytes((length,)) * (length + 1))
    return (length if right else 0), right


def _numbered(sequence: int, header: bytes, length: int) -> bytes:
    """What a MAC covers before the fragment, RFC 5246 6.2.3.1: number, type, version, length."""
    return sequence.to_bytes(8, "big") + header + length.to_bytes(2, "big")


def _bad_record() -> TlsError:
    return TlsError(Alert.BAD_RECORD_MAC, "a record is not what its sender protected")
