"""Keys of a security domain and what they compute, TS 102 225 5.1.2 and 5.1.3, with pycryptodome."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from Crypto.Cipher import AES, DES, DES3
from Crypto.Hash import CMAC

_CHECKSUM = 8


class Algorithm(Enum):
    """Low nibble of KIc, and of KID with a cryptographic checksum."""

    DES = 0x1
    AES = 0x2
    TRIPLE_DES_2 = 0x5
    TRIPLE_DES_3 = 0x9
    DES_ECB = 0xD


class Redundancy(Enum):
    """Low nibble of KID with a redundancy check."""

    CRC_16 = 0x1
    CRC_32 = 0x5


@dataclass(frozen=True, slots=True)
class KeySet:
    """KIc and KID of one key version (1 to 15). AES: 16, 24 or 32 bytes each; DES: 8, 16 or 24 as it is named."""

    version: int
    kic: bytes = field(repr=False)
    kid: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.AES
    integrity_algorithm: Algorithm | None = None
    """Of the checksum, when it is another one."""
    checksum_length: int = _CHECKSUM
    """Bytes of the checksum: 8, with AES also 4."""

    @property
    def kic_coding(self) -> int:
        """The byte KIc of a packet."""
        return self.version << 4 | self.algorithm.value

    @property
    def kid_coding(self) -> int:
        """The byte KID of a packet with a cryptographic checksum."""
        return self.version << 4 | self._checksum_algorithm.value

    @property
    def _checksum_algorithm(self) -> Algorithm:
        return self.integrity_algorithm or self.algorithm

    @property
    def block(self) -> int:
        """Bytes in a block of the cipher."""
        return 16 if self.algorithm is Algorithm.AES else 8

    def encrypt(self, plaintext: bytes) -> bytes:
        """Whole blocks."""
        return bytes(_cipher(self.algorithm, self.kic).encrypt(plaintext))

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Whole blocks."""
        return bytes(_cipher(self.algorithm, self.kic).decrypt(ciphertext))

    def checksum(self, message: bytes) -> bytes:
        """Cryptographic checksum of `checksum_length` bytes."""
        if self._checksum_algorithm is Algorithm.AES:
            return CMAC.new(self.kid, message, ciphermod=AES).digest()[: self.checksum_length]
        padded = message + b"\x00" * (-len(message) % 8)
        return bytes(_cipher(self._checksum_algorithm, self.kid).encrypt(padded))[-_CHECKSUM:]


def _cipher(algorithm: Algorithm, key: bytes) -> Any:
    """What encrypts and decrypts: pycryptodome has no common type for them."""
    if algorithm is Algorithm.AES:
        return AES.new(key, AES.MODE_CBC, iv=bytes(16))
    if algorithm is Algorithm.DES_ECB:
        return DES.new(key, DES.MODE_ECB)
    if algorithm is Algorithm.DES:
        return DES.new(key, DES.MODE_CBC, iv=bytes(8))
    return DES3.new(key, DES3.MODE_CBC, iv=bytes(8))


def redundancy(kind: Redundancy, message: bytes) -> bytes:
    """Redundancy check, TS 102 225 5.1.3.2: 2 or 4 bytes."""
    if kind is Redundancy.CRC_32:
        return zlib.crc32(message).to_bytes(4, "big")
    table = [_crc_16_entry(index) for index in range(256)]
    register = 0xFFFF
    for byte in message:
        register = table[(register ^ byte) & 0xFF] ^ register >> 8
    return (~register & 0xFFFF).to_bytes(2, "big")


def _crc_16_entry(index: int) -> int:
    for _ in range(8):
        index = (index >> 1) ^ (0x8408 * (index & 1))
    return index
