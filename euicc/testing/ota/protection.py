"""What an operator asks for in the security parameter indicator, TS 102 225 5.1.1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from euicc.testing.ota.keysets import Redundancy


class Check(Enum):
    """Redundancy check, cryptographic checksum, digital signature."""

    NONE = 0
    RC = 1
    CC = 2
    DS = 3


class Counter(Enum):
    """What the card does with the counter."""

    NONE = 0
    UNCHECKED = 1
    HIGHER = 2
    ONE_HIGHER = 3


class Proof(Enum):
    """When the card answers."""

    NEVER = 0
    ALWAYS = 1
    ON_ERROR = 2


@dataclass(frozen=True, slots=True)
class Protection:
    """The default is 16 39 without bit 6: ciphered, checksum, counter higher; answered likewise in the report."""

    check: Check = Check.CC
    ciphered: bool = True
    counter: Counter = Counter.HIGHER
    proof: Proof = Proof.ALWAYS
    response_check: Check = Check.CC
    response_ciphered: bool = True
    by_submit: bool = False
    redundancy: Redundancy = Redundancy.CRC_32

    @property
    def spi(self) -> bytes:
        """The two bytes."""
        first = self.check.value | self.ciphered << 2 | self.counter.value << 3
        second = self.proof.value | self.response_check.value << 2 | self.response_ciphered << 4
        return bytes((first, second | self.by_submit << 5))

    @classmethod
    def of(cls, spi: bytes, redundancy: Redundancy = Redundancy.CRC_32) -> Protection:
        """From the two bytes; ValueError for reserved ones."""
        first, second = spi
        return cls(
            check=Check(first & 3),
            ciphered=bool(first & 4),
            counter=Counter(first >> 3 & 3),
            proof=Proof(second & 3),
            response_check=Check(second >> 2 & 3),
            response_ciphered=bool(second & 16),
            by_submit=bool(second & 32),
            redundancy=redundancy,
        )
