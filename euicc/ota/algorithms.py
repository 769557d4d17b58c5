"""Ciphers and checks of secured packets by their coding in KIc and KID, TS 102 225 5.1.2 and 5.1.3.

A key serves the codings that its type and length name, no others: a key of 16 bytes is never used for single DES,
which would let a sender choose the weaker algorithm.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

# Key types of GlobalPlatform
DES_KEY, DES_CBC_KEY, AES_KEY = 0x80, 0x82, 0x88

# Low nibble of KIc and KID; IMPLICIT: whatever the key is made for.
IMPLICIT = 0x0
DES_CBC = 0x1
AES_CBC = 0x2
TRIPLE_DES_2_KEYS = 0x5
TRIPLE_DES_3_KEYS = 0x9
DES_ECB = 0xD

DES_CODINGS = {8: (DES_CBC, DES_ECB), 16: (TRIPLE_DES_2_KEYS,), 24: (TRIPLE_DES_3_KEYS,)}
"""Length of a DES key in bytes -> the codings it serves."""
AES_KEY_LENGTHS = (16, 24, 32)
DES_BLOCK, AES_BLOCK = 8, 16

# Low nibble of KID for a redundancy check
CRC_16 = 0x1
CRC_32 = 0x5


@dataclass(frozen=True, slots=True)
class KeyedCipher:
    """A key with the algorithm it serves. `block` is in bytes; the IV is always zero, TS 102 225 5.1.2."""

    block: int
    cipher: Cipher[CBC] | Cipher[ECB]
    mac: Callable[[bytes], bytes]
    """Message to check value, 8 bytes (of a CMAC: 16, of which the packet carries the first)."""

    def encrypt(self, data: bytes) -> bytes:
        """Whole blocks to ciphertext."""
        return self.cipher.encryptor().update(data)

    def decrypt(self, data: bytes) -> bytes:
        """Ciphertext of whole blocks to plaintext."""
        return self.cipher.decryptor().update(data)


def codings(key_type: int, length: int) -> tuple[int, ...]:
    """Codings that a key of this type and length in bytes serves; the first one is what IMPLICIT means."""
    if key_type == AES_KEY:
        return (AES_CBC,) if length in AES_KEY_LENGTHS else ()
    return DES_CODINGS.get(length, ()) if key_type in (DES_KEY, DES_CBC_KEY) else ()


def keyed(coding: int, key_type: int, key: bytes) -> KeyedCipher | None:
    """The cipher that the low nibble `coding` asks for with this key; None when the key does not serve it."""
    possible = codings(key_type, len(key))
    if coding == IMPLICIT and possible:
        coding = possible[0]
    if coding not in possible:
        return None
    return _aes(key) if coding == AES_CBC else _des(key, ecb=coding == DES_ECB)


def _aes(key: bytes) -> KeyedCipher:
    def mac(message: bytes) -> bytes:
        computation = CMAC(AES(key))
        computation.update(message)
        return computation.finalize()

    return KeyedCipher(AES_BLOCK, Cipher(AES(key), CBC(bytes(AES_BLOCK))), mac)


def _des(key: bytes, ecb: bool) -> KeyedCipher:
    """DES and triple DES alike: K, K, K and K1, K2, K1 make single DES and two keys of triple DES."""
    algorithm = TripleDES((key * 3)[:24])
    chained = Cipher(algorithm, CBC(bytes(DES_BLOCK)))

    def mac(message: bytes) -> bytes:
        padded = message + bytes(-len(message) % DES_BLOCK)
        return chained.encryptor().update(padded)[-DES_BLOCK:]

    return KeyedCipher(DES_BLOCK, Cipher(algorithm, ECB()) if ecb else chained, mac)


def _crc_16(message: bytes) -> bytes:
    """CRC 16 of ISO/IEC 13239, TS 102 225 5.1.3.2: 01 02 03 04 05 gives 22 EC."""
    register = 0xFFFF
    for byte in message:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ 0x8408 if register & 1 else register >> 1
    return (register ^ 0xFFFF).to_bytes(2, "big")


def _crc_32(message: bytes) -> bytes:
    """CRC 32 of ISO/IEC 13239, TS 102 225 5.1.3.2: 01 02 03 04 05 gives 47 0B 99 F4."""
    return crc32(message).to_bytes(4, "big")


REDUNDANCY_CHECKS: dict[int, tuple[int, Callable[[bytes], bytes]]] = {
    CRC_16: (2, _crc_16),
    CRC_32: (4, _crc_32),
}
"""Low nibble of KID with a redundancy check -> length of the check in bytes, and how it is computed."""
