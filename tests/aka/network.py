"""The other end: an authentication centre that shares no code with the card.

Milenage on pycryptodome's AES, byte by byte as TS 35.206 draws it; TUAK, in its own file, on a Keccak of single bits as
FIPS 202 writes it; the test algorithm as TS 34.108 lists its bytes. All lengths in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from Crypto.Cipher import AES

MILENAGE_R = (64, 0, 32, 64, 96)
MILENAGE_C = tuple(bytes(15) + bytes([last]) for last in (0, 1, 2, 4, 8))


class Functions(Protocol):
    """f1, f1*, f2, f3, f4, f5, f5* of one subscriber."""

    def f1(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes: ...
    def f1_star(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes: ...
    def f2(self, rand: bytes) -> bytes: ...
    def f3(self, rand: bytes) -> bytes: ...
    def f4(self, rand: bytes) -> bytes: ...
    def f5(self, rand: bytes) -> bytes: ...
    def f5_star(self, rand: bytes) -> bytes: ...


def xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def rotate(block: bytes, bits: int) -> bytes:
    digits = "".join(f"{byte:08b}" for byte in block)
    bits %= len(digits)
    turned = digits[bits:] + digits[:bits]
    return bytes(int(turned[i : i + 8], 2) for i in range(0, len(turned), 8))


@dataclass(frozen=True)
class Milenage:
    """TS 35.206 4.1 from K and OP."""

    k: bytes
    op: bytes
    r: tuple[int, ...] = MILENAGE_R
    c: tuple[bytes, ...] = MILENAGE_C

    def encrypt(self, block: bytes) -> bytes:
        return AES.new(self.k, AES.MODE_ECB).encrypt(block)

    @property
    def opc(self) -> bytes:
        return xor(self.op, self.encrypt(self.op))

    def out1(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        in1 = sqn + amf + sqn + amf
        turned = xor(rotate(xor(in1, self.opc), self.r[0]), self.c[0])
        return xor(self.encrypt(xor(self.temp(rand), turned)), self.opc)

    def temp(self, rand: bytes) -> bytes:
        return self.encrypt(xor(rand, self.opc))

    def out(self, number: int, rand: bytes) -> bytes:
        turned = rotate(xor(self.temp(rand), self.opc), self.r[number - 1])
        return xor(self.encrypt(xor(turned, self.c[number - 1])), self.opc)

    def f1(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return self.out1(sqn, rand, amf)[:8]

    def f1_star(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return self.out1(sqn, rand, amf)[8:]

    def f2(self, rand: bytes) -> bytes:
        return self.out(2, rand)[8:]

    def f3(self, rand: bytes) -> bytes:
        return self.out(3, rand)

    def f4(self, rand: bytes) -> bytes:
        return self.out(4, rand)

    def f5(self, rand: bytes) -> bytes:
        return self.out(2, rand)[:6]

    def f5_star(self, rand: bytes) -> bytes:
        return self.out(5, rand)[:6]


@dataclass(frozen=True)
class TestAlgorithm:
    """TS 34.108 8.1.2."""

    __test__ = False  # the name is no test's

    k: bytes
    res_length: int = 16

    def f1(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return xor(xor(self.k, rand)[:8], sqn + amf)

    def f1_star(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return self.f1(sqn, rand, amf)

    def f2(self, rand: bytes) -> bytes:
        return xor(self.k, rand)[: self.res_length]

    def f3(self, rand: bytes) -> bytes:
        b = xor(self.k, rand)
        return bytes(b[(i + 1) % 16] for i in range(16))

    def f4(self, rand: bytes) -> bytes:
        b = xor(self.k, rand)
        return bytes(b[(i + 2) % 16] for i in range(16))

    def f5(self, rand: bytes) -> bytes:
        return xor(self.k, rand)[3:9]

    def f5_star(self, rand: bytes) -> bytes:
        return self.f5(rand)


@dataclass(frozen=True)
class Challenge:
    """What the network sends, and what it expects back."""

    rand: bytes
    autn: bytes
    res: bytes
    ck: bytes
    ik: bytes

    @property
    def data(self) -> bytes:
        """The data field of AUTHENTICATE in the 3G context."""
        return bytes([len(self.rand)]) + self.rand + bytes([len(self.autn)]) + self.autn


def challenge(
    functions: Functions, sqn: int, rand: bytes = bytes(16), amf: bytes = b"\x80\x00", ak: bool = True
) -> Challenge:
    """An authentication vector, TS 33.102 6.3.2; without `ak` SQN is sent in the clear."""
    number = sqn.to_bytes(6, "big")
    concealed = xor(number, functions.f5(rand)) if ak else number
    autn = concealed + amf + functions.f1(number, rand, amf)
    return Challenge(rand, autn, functions.f2(rand), functions.f3(rand), functions.f4(rand))


def resynchronised(functions: Functions, rand: bytes, auts: bytes, ak: bool = True) -> int | None:
    """SQN_MS from AUTS, TS 33.102 6.3.5; None when MAC-S is wrong."""
    concealed, mac_s = auts[:6], auts[6:]
    number = xor(concealed, functions.f5_star(rand)) if ak else concealed
    return int.from_bytes(number, "big") if functions.f1_star(number, rand, bytes(2)) == mac_s else None


def c2(res: bytes) -> bytes:
    """SRES, TS 33.102 6.8.1.2."""
    padded = res.ljust(16, b"\x00")
    sres = bytes(4)
    for start in range(0, len(padded), 4):
        sres = xor(sres, padded[start : start + 4])
    return sres


def c3(ck: bytes, ik: bytes) -> bytes:
    """Kc, TS 33.102 6.8.1.2."""
    kc = bytes(8)
    for start in range(0, len(ck + ik), 8):
        kc = xor(kc, (ck + ik)[start : start + 8])
    return kc
