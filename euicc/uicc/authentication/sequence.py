"""Freshness of a challenge by its sequence number: the array scheme of TS 33.102 annex C.

SQN is 48 bits: SEQ (43) and IND (5), which names one of 32 places. Each place remembers the highest SEQ accepted there,
so challenges that overtake one another are accepted as long as they use different places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from euicc.uicc.profile_data import AkaParameters

IND_BITS = 5
PLACES = 1 << IND_BITS
IND_MASK = PLACES - 1
SEQ_RANGE = 1 << 43
SEQ_LENGTH = 6

# sqnOptions of PE-AKAParameter
NO_ANONYMITY_KEY = 0x01
NO_WRAP_AROUND = 0x02
NO_DELTA = 0x04
NO_AGE_LIMIT = 0x08


class SequenceNumbers(NamedTuple):
    """What was accepted: `seqs` the highest SEQ by IND; `highest` the SQN with the highest SEQ of all (SQN_MS)."""

    seqs: tuple[int, ...]
    highest: int

    @classmethod
    def initial(cls, sqn_init: Sequence[bytes]) -> SequenceNumbers:
        """From sqnInit: 32 SEQs of 6 bytes."""
        seqs = tuple(int.from_bytes(seq, "big") for seq in sqn_init)
        top = max(seqs)
        return cls(seqs, top << IND_BITS | seqs.index(top))

    def accept(self, sqn: int, parameters: AkaParameters) -> SequenceNumbers | None:
        """The state after `sqn`, or None if it is not fresh, TS 33.102 C.2.1 and C.2.2."""
        seq, ind, options = sqn >> IND_BITS, sqn & IND_MASK, parameters.sqn_options
        ahead = _distance(seq, self.highest >> IND_BITS, options)
        if not options & NO_DELTA and ahead > int.from_bytes(parameters.sqn_delta, "big"):
            return None
        if not options & NO_AGE_LIMIT and -ahead >= int.from_bytes(parameters.sqn_age_limit, "big"):
            return None
        if _distance(seq, self.seqs[ind], options) <= 0:
            return None
        seqs = (*self.seqs[:ind], seq, *self.seqs[ind + 1 :])
        return SequenceNumbers(seqs, sqn if ahead > 0 else self.highest)

    def to_bytes(self) -> bytes:
        """33 numbers of 6 bytes: `seqs` in order of IND, then `highest`."""
        return b"".join(number.to_bytes(SEQ_LENGTH, "big") for number in (*self.seqs, self.highest))

    @classmethod
    def from_bytes(cls, data: bytes) -> SequenceNumbers:
        """The reverse of `to_bytes`."""
        numbers = [
            int.from_bytes(data[start : start + SEQ_LENGTH], "big")
            for start in range(0, len(data), SEQ_LENGTH)
        ]
        return cls(tuple(numbers[:PLACES]), numbers[PLACES])


def _distance(seq: int, other: int, options: int) -> int:
    """How far `seq` is ahead of `other`; where SEQ may wrap around, the shorter way round counts."""
    if options & NO_WRAP_AROUND:
        return seq - other
    half = SEQ_RANGE >> 1
    return (seq - other + half) % SEQ_RANGE - half
