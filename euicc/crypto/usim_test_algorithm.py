"""The USIM test algorithm, TS 34.108 8.1.2: XOR, for test networks. It protects nothing."""

from __future__ import annotations

from euicc.crypto.aka import Outputs

RESYNCHRONISATION_AMF = b"\xff\xff"
"""With this AMF the network asks for a resynchronisation; the algorithm has no freshness of its own."""


class UsimTestAlgorithm:
    """The test algorithm with one K (16 bytes); RES is `res_length` bytes: 4, 8 or 16."""

    __slots__ = ("_key", "_res_length", "mac_length")

    def __init__(self, key: bytes, res_length: int = 16) -> None:
        self.mac_length = 8
        self._key = int.from_bytes(key, "big")
        self._res_length = res_length

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-A, 8 bytes."""
        return _xor(self._xdout(rand)[:8], sqn + amf)

    f1_star = f1

    def f2345(self, rand: bytes) -> Outputs:
        """RES, CK and IK (16 bytes), AK (6): the same bytes, shifted."""
        xdout = self._xdout(rand)
        return Outputs(xdout[: self._res_length], xdout[1:] + xdout[:1], xdout[2:] + xdout[:2], xdout[3:9])

    def f5_star(self, rand: bytes) -> bytes:
        """AK of a resynchronisation, which is AK."""
        return self._xdout(rand)[3:9]

    def _xdout(self, rand: bytes) -> bytes:
        return (self._key ^ int.from_bytes(rand, "big")).to_bytes(16, "big")


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(len(left), "big")
