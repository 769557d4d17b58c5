"""Keccak-f[1600] on single bits, as FIPS 202 3.2 defines its step mappings, a sponge on it, and TUAK from TS 35.231.

Slow, and unlike the card's in every way but the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

WIDTH = 64
Bits = dict[tuple[int, int, int], int]


def bits(state: bytes) -> Bits:
    """A[x, y, z], FIPS 202 3.1.2."""
    return {
        (x, y, z): state[8 * (5 * y + x) + z // 8] >> z % 8 & 1
        for x, y, z in product(range(5), range(5), range(WIDTH))
    }


def octets(a: Bits) -> bytes:
    state = bytearray(200)
    for (x, y, z), bit in a.items():
        state[8 * (5 * y + x) + z // 8] |= bit << z % 8
    return bytes(state)


def theta(a: Bits) -> Bits:
    c = {(x, z): sum(a[x, y, z] for y in range(5)) % 2 for x, z in product(range(5), range(WIDTH))}
    return {(x, y, z): a[x, y, z] ^ c[(x - 1) % 5, z] ^ c[(x + 1) % 5, (z - 1) % WIDTH] for x, y, z in a}


@lru_cache(None)
def offsets() -> dict[tuple[int, int], int]:
    """The walk of FIPS 202 algorithm 2."""
    found, x, y = {(0, 0): 0}, 1, 0
    for t in range(24):
        found[x, y] = (t + 1) * (t + 2) // 2
        x, y = y, (2 * x + 3 * y) % 5
    return found


def rho(a: Bits) -> Bits:
    return {(x, y, z): a[x, y, (z - offsets()[x, y]) % WIDTH] for x, y, z in a}


def pi(a: Bits) -> Bits:
    return {(x, y, z): a[(x + 3 * y) % 5, x, z] for x, y, z in a}


def chi(a: Bits) -> Bits:
    return {(x, y, z): a[x, y, z] ^ (1 - a[(x + 1) % 5, y, z]) * a[(x + 2) % 5, y, z] for x, y, z in a}


@lru_cache(None)
def rc(t: int) -> int:
    """FIPS 202 algorithm 5."""
    r = [1, 0, 0, 0, 0, 0, 0, 0]
    for _ in range(t % 255):
        r = [0, *r]
        r[0] ^= r[8]
        r[4] ^= r[8]
        r[5] ^= r[8]
        r[6] ^= r[8]
        r = r[:8]
    return r[0]


def iota(a: Bits, number: int) -> Bits:
    changed = dict(a)
    for j in range(7):
        changed[0, 0, 2**j - 1] ^= rc(j + 7 * number)
    return changed


@lru_cache(4096)
def keccak_f(state: bytes) -> bytes:
    a = bits(state)
    for number in range(24):
        a = iota(chi(pi(rho(theta(a)))), number)
    return octets(a)


def sponge(message: bytes, rate: int, suffix: int, length: int) -> bytes:
    """SHA-3 and SHAKE, FIPS 202 4 to 6; rate and length in bytes, one block of output."""
    padded = bytearray(message + bytes([suffix]))
    padded += bytes(-len(padded) % rate)
    padded[-1] |= 0x80
    state = bytes(200)
    for start in range(0, len(padded), rate):
        block = bytes(padded[start : start + rate]).ljust(200, b"\x00")
        state = keccak_f(bytes(a ^ b for a, b in zip(state, block, strict=True)))
    return state[:length]


@dataclass(frozen=True)
class Tuak:
    """TS 35.231 6 from K and TOP; lengths in bits."""

    k: bytes
    top: bytes
    iterations: int = 1
    res_bits: int = 64
    mac_bits: int = 64
    ck_bits: int = 128
    ik_bits: int = 128

    def out(
        self, top: bytes, instance: str, rand: bytes, amf: bytes = bytes(2), sqn: bytes = bytes(6)
    ) -> bytes:
        """`instance` is INSTANCE[0..7] as the document writes it, most significant bit last."""
        state = bytearray(200)
        state[0:32] = reversed(top)
        state[32] = int(instance[::-1], 2)
        state[33:40] = reversed(b"TUAK1.0")
        state[40:56] = reversed(rand)
        state[56:58] = reversed(amf)
        state[58:64] = reversed(sqn)
        state[64 : 64 + len(self.k)] = reversed(self.k)
        state[96] = 0x1F
        state[135] = 0x80
        permuted = bytes(state)
        for _ in range(self.iterations):
            permuted = keccak_f(permuted)
        return permuted

    @property
    def long(self) -> str:
        return "1" if len(self.k) == 32 else "0"

    @property
    def topc(self) -> bytes:
        return self.out(self.top, self.long + "0000000", bytes(16))[:32][::-1]

    def mac(self, star: str, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        size = {64: "001", 128: "010", 256: "100"}[self.mac_bits]
        permuted = self.out(self.topc, f"{self.long}00{size[::-1]}0{star}", rand, amf, sqn)
        return permuted[: self.mac_bits // 8][::-1]

    def f1(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return self.mac("0", sqn, rand, amf)

    def f1_star(self, sqn: bytes, rand: bytes, amf: bytes) -> bytes:
        return self.mac("1", sqn, rand, amf)

    def keys(self, rand: bytes) -> bytes:
        size = {32: "000", 64: "001", 128: "010", 256: "100"}[self.res_bits]
        ik, ck = (str(int(length == 256)) for length in (self.ik_bits, self.ck_bits))
        return self.out(self.topc, f"{self.long}{ik}{ck}{size[::-1]}10", rand)

    def f2(self, rand: bytes) -> bytes:
        return self.keys(rand)[: self.res_bits // 8][::-1]

    def f3(self, rand: bytes) -> bytes:
        return self.keys(rand)[32 : 32 + self.ck_bits // 8][::-1]

    def f4(self, rand: bytes) -> bytes:
        return self.keys(rand)[64 : 64 + self.ik_bits // 8][::-1]

    def f5(self, rand: bytes) -> bytes:
        return self.keys(rand)[96:102][::-1]

    def f5_star(self, rand: bytes) -> bytes:
        return self.out(self.topc, f"{self.long}0000011", rand)[96:102][::-1]
