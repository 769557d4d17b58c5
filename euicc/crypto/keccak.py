"""The permutation Keccak-f[1600], FIPS 202 3.3 and 3.4, which TUAK is made of."""

from __future__ import annotations

from struct import Struct

STATE_LENGTH = 200
MASK = (1 << 64) - 1
_LANES = Struct("<25Q")


def _round_constants() -> tuple[int, ...]:
    """RC of the 24 rounds, FIPS 202 3.2.5: bit 2^j - 1 of round i is output 7 i + j of a shift register."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << (1 << j) - 1
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


ROUND_CONSTANTS = _round_constants()


def permute(state: bytes) -> bytes:
    """Keccak-f[1600] of a state of 200 bytes: lane x, y at byte 8 (x + 5 y), each little-endian.

    Lanes are ax+5y; every round is theta into d, rho and pi into b, chi and iota back into a. It is unrolled because
    index arithmetic would take most of the time.
    """
    (
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        a6,
        a7,
        a8,
        a9,
        a10,
        a11,
        a12,
        a13,
        a14,
        a15,
        a16,
        a17,
        a18,
        a19,
        a20,
        a21,
        a22,
        a23,
        a24,
    ) = _LANES.unpack(state)
    for constant in ROUND_CONSTANTS:
        c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
        c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
        c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
        c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
        c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
        d0 = c4 ^ (c1 << 1 & MASK | c1 >> 63)
        d1 = c0 ^ (c2 << 1 & MASK | c2 >> 63)
        d2 = c1 ^ (c3 << 1 & MASK | c3 >> 63)
        d3 = c2 ^ (c4 << 1 & MASK | c4 >> 63)
        d4 = c3 ^ (c0 << 1 & MASK | c0 >> 63)
        b0 = a0 ^ d0
        t = a6 ^ d1
        b1 = t << 44 & MASK | t >> 20
        t = a12 ^ d2
        b2 = t << 43 & MASK | t >> 21
        t = a18 ^ d3
        b3 = t << 21 & MASK | t >> 43
        t = a24 ^ d4
        b4 = t << 14 & MASK | t >> 50
        t = a3 ^ d3
        b5 = t << 28 & MASK | t >> 36
        t = a9 ^ d4
        b6 = t << 20 & MASK | t >> 44
        t = a10 ^ d0
        b7 = t << 3 & MASK | t >> 61
        t = a16 ^ d1
        b8 = t << 45 & MASK | t >> 19
        t = a22 ^ d2
        b9 = t << 61 & MASK | t >> 3
        t = a1 ^ d1
        b10 = t << 1 & MASK | t >> 63
        t = a7 ^ d2
        b11 = t << 6 & MASK | t >> 58
        t = a13 ^ d3
        b12 = t << 25 & MASK | t >> 39
        t = a19 ^ d4
        b13 = t << 8 & MASK | t >> 56
        t = a20 ^ d0
        b14 = t << 18 & MASK | t >> 46
        t = a4 ^ d4
        b15 = t << 27 & MASK | t >> 37
        t = a5 ^ d0
        b16 = t << 36 & MASK | t >> 28
        t = a11 ^ d1
        b17 = t << 10 & MASK | t >> 54
        t = a17 ^ d2
        b18 = t << 15 & MASK | t >> 49
        t = a23 ^ d3
        b19 = t << 56 & MASK | t >> 8
        t = a2 ^ d2
        b20 = t << 62 & MASK | t >> 2
        t = a8 ^ d3
        b21 = t << 55 & MASK | t >> 9
        t = a14 ^ d4
        b22 = t << 39 & MASK | t >> 25
        t = a15 ^ d0
        b23 = t << 41 & MASK | t >> 23
        t = a21 ^ d1
        b24 = t << 2 & MASK | t >> 62
        a0 = b0 ^ ~b1 & b2 ^ constant
        a1 = b1 ^ ~b2 & b3
        a2 = b2 ^ ~b3 & b4
        a3 = b3 ^ ~b4 & b0
        a4 = b4 ^ ~b0 & b1
        a5 = b5 ^ ~b6 & b7
        a6 = b6 ^ ~b7 & b8
        a7 = b7 ^ ~b8 & b9
        a8 = b8 ^ ~b9 & b5
        a9 = b9 ^ ~b5 & b6
        a10 = b10 ^ ~b11 & b12
        a11 = b11 ^ ~b12 & b13
        a12 = b12 ^ ~b13 & b14
        a13 = b13 ^ ~b14 & b10
        a14 = b14 ^ ~b10 & b11
        a15 = b15 ^ ~b16 & b17
        a16 = b16 ^ ~b17 & b18
        a17 = b17 ^ ~b18 & b19
        a18 = b18 ^ ~b19 & b15
        a19 = b19 ^ ~b15 & b16
        a20 = b20 ^ ~b21 & b22
        a21 = b21 ^ ~b22 & b23
        a22 = b22 ^ ~b23 & b24
        a23 = b23 ^ ~b24 & b20
        a24 = b24 ^ ~b20 & b21
    return _LANES.pack(
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        a6,
        a7,
        a8,
        a9,
        a10,
        a11,
        a12,
        a13,
        a14,
        a15,
        a16,
        a17,
        a18,
        a19,
        a20,
        a21,
        a22,
        a23,
        a24,
    )
