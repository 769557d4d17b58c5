"""What an algorithm for authentication and key agreement has to offer: the functions f1 to f5*, TS 33.102 6.3."""

from __future__ import annotations

from typing import NamedTuple, Protocol

RAND_LENGTH = 16
SQN_LENGTH = 6
AMF_LENGTH = 2


class Outputs(NamedTuple):
    """f2 to f5 of one RAND: RES (4 to 32 bytes), CK and IK (16 or 32 bytes each), AK (6 bytes)."""

    res: bytes
    ck: bytes
    ik: bytes
    ak: bytes

    def __repr__(self) -> str:
        return "Outputs(...)"


class AkaAlgorithm(Protocol):
    """One algorithm with the key and constants of one subscription.

    RAND is 16 bytes, SQN 6, AMF 2; other lengths are a caller's mistake.
    """

    mac_length: int
    """Bytes of MAC-A and MAC-S: 8, unless TUAK was given longer ones."""

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-A, by which the network is recognised."""
        ...

    def f1_star(self, rand: bytes, sqn: bytes, amf: bytes) -> bytes:
        """MAC-S, by which the network recognises a resynchronisation."""
        ...

    def f2345(self, rand: bytes) -> Outputs:
        """RES, CK, IK and AK."""
        ...

    def f5_star(self, rand: bytes) -> bytes:
        """AK of a resynchronisation, 6 bytes."""
        ...
