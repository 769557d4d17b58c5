"""Milenage, TS 35.206: f1 to f5* from AES-128, with the constants of the operator."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from euicc.crypto.aka import Outputs

BLOCK = 16
BITS = 8 * BLOCK
_MASK = (1 << BITS) - 1
ROTATIONS = bytes((64, 0, 32, 64, 96))
"""r1 to r5 of TS 35.206 4.1, in bits."""
CONSTANTS = b"".join(bytes(BLOCK - 1) + bytes([last]) for last in (0, 1, 2, 4, 8))
"""c1 to c5 of TS 35.206 4.1, 16 bytes each."""


def opc(key: bytes, op: bytes) -> bytes:
    """OPc, TS 35.206 4.1: what a card holds in place of the operator's OP. All 16 bytes."""
    encrypted = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(op)
    return _bytes(_number(encrypted) ^ _number(op))


class Milenage:
    """Milenage with one K and OPc (16 bytes each); `rotations` are r1..r5 (bits, mod 128), `constants` c1..c5.

    K is expanded once, TEMP of the last RAND is kept, and f2 to f4 are encrypted together: an accepted challenge is
    three calls of AES.
    """

    __slots__ = (
        "_constants",
        "_encrypt",
        "_opc",
        "_opc3",
        "_rand",
        "_rotations",
        "_temp_of_rand",
        "mac_length",
    )

    def __init__(
        self, key: bytes, opc: bytes, rotations: bytes = ROTATIONS, constants: bytes = CONSTANTS
    ) -> None:
        self.mac_length = 8
        self._encrypt = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update
        self._opc = _number(opc)
        self._opc3 = _number(opc * 3)
        self._rand, self._temp_of_rand = b"", 0
        self._rotations = tuple(bits % BITS for bits in rotations)
        self._constants = tuple(
            _number(constants[start : start + BLOCK]) for start in range(0, 5 * BLOCK, BLOCK)
        )

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-A, 8 bytes."""
        return self._out1(rand, sqn + amf)[:8]

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-S, 8 bytes."""
        return self._out1(rand, sqn + amf)[8:]

    def f2345(self, rand: bytes) -> Outputs:
        """RES (8 bytes), CK and IK (16), AK (6)."""
        chained = self._temp(rand) ^ self._opc
        inputs = (
            self._input(chained, 1) << 2 * BITS | self._input(chained, 2) << BITS | self._input(chained, 3)
        )
        outputs = _number(self._encrypt(inputs.to_bytes(3 * BLOCK, "big"))) ^ self._opc3
        out = outputs.to_bytes(3 * BLOCK, "big")
        return Outputs(out[8:BLOCK], out[BLOCK : 2 * BLOCK], out[2 * BLOCK :], out[:6])

    def f5_star(self, rand: bytes) -> bytes:
        """AK of a resynchronisation, 6 bytes."""
        chained = self._temp(rand) ^ self._opc
        return _bytes(_number(self._encrypt(_bytes(self._input(chained, 4)))) ^ self._opc)[:6]

    def _temp(self, rand: bytes) -> int:
        if rand != self._rand:
            self._temp_of_rand = _number(self._encrypt(_bytes(_number(rand) ^ self._opc)))
            self._rand = rand
        return self._temp_of_rand

    def _out1(self, rand: bytes, sqn_amf: bytes) -> bytes:
        rotated = _rotated(_number(sqn_amf + sqn_amf) ^ self._opc, self._rotations[0])
        plain = self._temp(rand) ^ rotated ^ self._constants[0]
        return _bytes(_number(self._encrypt(_bytes(plain))) ^ self._opc)

    def _input(self, chained: int, index: int) -> int:
        """What is encrypted to OUT2..OUT5; `index` counts r and c from 0."""
        return _rotated(chained, self._rotations[index]) ^ self._constants[index]


def _number(block: bytes) -> int:
    return int.from_bytes(block, "big")


def _bytes(number: int) -> bytes:
    return number.to_bytes(BLOCK, "big")


def _rotated(number: int, bits: int) -> int:
    """A block rotated to the left, cyclically."""
    return (number << bits | number >> BITS - bits) & _MASK
