"""TUAK, TS 35.231: f1 to f5* from Keccak-f[1600]."""

from __future__ import annotations

from euicc.crypto.aka import Outputs
from euicc.crypto.keccak import STATE_LENGTH, permute

TOP_LENGTH = 32
LONG_KEY = 32
ALGORITHM_NAME = b"TUAK1.0"

# INSTANCE, TS 35.231 6.2 to 6.6
KEY_256 = 0x01
IK_256 = 0x02
CK_256 = 0x04
F1_STAR = 0x80
F2345 = 0x40
F5_STAR = 0xC0
MAC_LENGTHS = {8: 0x08, 16: 0x10, 32: 0x20}
RES_LENGTHS = {4: 0x00, 8: 0x08, 16: 0x10, 32: 0x20}

# Where things stand in the state, TS 35.231 6.1
_KEY_SPACE = 32
_CAPACITY = b"\x1f" + bytes(38) + b"\x80" + bytes(STATE_LENGTH - 136)
_CK_OFFSET, _IK_OFFSET, _AK_OFFSET = 32, 64, 96
_NOTHING_RAND, _NOTHING_AMF, _NOTHING_SQN = bytes(16), bytes(2), bytes(6)


def topc(key: bytes, top: bytes, iterations: int = 1) -> bytes:
    """TOPc, TS 35.231 6.2: what a card holds in place of the operator's TOP. K is 16 or 32 bytes, both others 32."""
    return _reversed(
        _core(key, top, _long(key), _NOTHING_RAND, _NOTHING_AMF, _NOTHING_SQN, iterations), 0, TOP_LENGTH
    )


class Tuak:
    """TUAK with one K (16 or 32 bytes) and TOPc (32 bytes).

    Lengths in bytes: RES 4, 8, 16 or 32, MAC 8, 16 or 32, CK and IK 16 or 32; KeyError for other lengths of RES
    and MAC. `iterations` is how often the state is permuted for one output.
    """

    __slots__ = ("_ck_length", "_ik_length", "_iterations", "_key", "_res_length", "_topc", "mac_length")

    def __init__(
        self,
        key: bytes,
        topc: bytes,
        iterations: int = 1,
        res_length: int = 8,
        mac_length: int = 8,
        ck_length: int = 16,
        ik_length: int = 16,
    ) -> None:
        self.mac_length = mac_length
        self._key, self._topc, self._iterations = key, topc, iterations
        self._res_length, self._ck_length, self._ik_length = res_length, ck_length, ik_length

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-A, `mac_length` bytes."""
        return _reversed(self._run(MAC_LENGTHS[self.mac_length], rand, amf, sqn), 0, self.mac_length)

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-S, `mac_length` bytes."""
        return _reversed(
            self._run(F1_STAR | MAC_LENGTHS[self.mac_length], rand, amf, sqn), 0, self.mac_length
        )

    def f2345(self, rand: bytes) -> Outputs:
        """RES, CK, IK and AK, all from one run."""
        instance = F2345 | RES_LENGTHS[self._res_length]
        instance |= CK_256 if self._ck_length == LONG_KEY else 0
        instance |= IK_256 if self._ik_length == LONG_KEY else 0
        state = self._run(instance, rand)
        return Outputs(
            _reversed(state, 0, self._res_length),
            _reversed(state, _CK_OFFSET, self._ck_length),
            _reversed(state, _IK_OFFSET, self._ik_length),
            _reversed(state, _AK_OFFSET, 6),
        )

    def f5_star(self, rand: bytes) -> bytes:
        """AK of a resynchronisation, 6 bytes."""
        return _reversed(self._run(F5_STAR, rand), _AK_OFFSET, 6)

    def _run(self, instance: int, rand: bytes, amf: bytes = _NOTHING_AMF, sqn: bytes = _NOTHING_SQN) -> bytes:
        return _core(self._key, self._topc, instance | _long(self._key), rand, amf, sqn, self._iterations)


def _core(
    key: bytes, top: bytes, instance: int, rand: bytes, amf: bytes, sqn: bytes, iterations: int
) -> bytes:
    """The permuted state, TS 35.231 6.1: every input lies in it with its last byte first."""
    fixed = bytes([instance]) + ALGORITHM_NAME[::-1]
    state = (
        top[::-1]
        + fixed
        + rand[::-1]
        + amf[::-1]
        + sqn[::-1]
        + key[::-1].ljust(_KEY_SPACE, b"\x00")
        + _CAPACITY
    )
    for _ in range(iterations):
        state = permute(state)
    return state


def _long(key: bytes) -> int:
    return KEY_256 if len(key) == LONG_KEY else 0


def _reversed(state: bytes, offset: int, length: int) -> bytes:
    return state[offset : offset + length][::-1]
