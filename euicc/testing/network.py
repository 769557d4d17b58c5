"""The home network as a subscriber's card meets it: HLR/HSS with authentication centre, TS 33.102 6.3.

It makes challenges, judges the answers of cards, and resynchronises. It shares the algorithms with the card
(`euicc.crypto`) and none of the card's logic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from hmac import compare_digest
from secrets import token_bytes

from euicc.crypto.aka import RAND_LENGTH, SQN_LENGTH, AkaAlgorithm

AMF = b"\x80\x00"
"""Authentication management field: the separation bit, as EPS and 5G want it."""
_RESYNCHRONISATION = bytes(2)
_INDEX_BITS = 5
_ACCEPTED = 0xDB
_AUTS_FOLLOWS, _AUTS_END = b"\xdc\x0e", 16


class Admission(Enum):
    """How an attempt to attach ended, with the cause that the network gives."""

    ADMITTED = "admitted"
    UNKNOWN = "no such subscriber"
    BARRED = "the subscription is barred"
    FOREIGN_DEVICE = "the subscription is paired with another device"
    NETWORK_REFUSED = "the card does not recognise the network (MAC failure)"
    WRONG_RESPONSE = "the card's response is not that of the subscriber"


@dataclass(frozen=True, slots=True)
class Challenge:
    """An authentication vector, TS 33.102 6.3.2: RAND and AUTN (16 bytes each), XRES, CK and IK."""

    rand: bytes
    autn: bytes
    xres: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)

    @property
    def data(self) -> bytes:
        """Data of AUTHENTICATE in the 3G context, TS 31.102 7.1.2."""
        return bytes((len(self.rand),)) + self.rand + bytes((len(self.autn),)) + self.autn


Answer = Callable[[Challenge], bytes | None]
"""Has the card run AUTHENTICATE: its response data (DB.. or DC..), None when it refused the network with 9862."""


@dataclass(slots=True)
class _Subscriber:
    algorithm: AkaAlgorithm
    sqn: int
    barred: bool = False
    imei: str | None = None


class HomeNetwork:
    """An operator's network. `random` gives bytes for challenges; default: the system's."""

    def __init__(self, random: Callable[[int], bytes] = token_bytes) -> None:
        self._random = random
        self._subscribers: dict[str, _Subscriber] = {}

    def subscribe(self, imsi: str, algorithm: AkaAlgorithm, sqn: int = 0) -> None:
        """Take a subscriber on, or give one another key; `sqn` is the last sequence number used (48 bits)."""
        self._subscribers[imsi] = _Subscriber(algorithm, sqn)

    def unsubscribe(self, imsi: str) -> None:
        """Forget a subscriber; KeyError when there is none."""
        del self._subscribers[imsi]

    def bar(self, imsi: str, *, barred: bool = True) -> None:
        """Refuse a subscriber, or no longer; KeyError when there is none."""
        self._subscribers[imsi].barred = barred

    def pair(self, imsi: str, imei: str | None) -> None:
        """Admit a subscriber with this device only; None: with any. KeyError when there is none."""
        self._subscribers[imsi].imei = imei

    def challenge(self, imsi: str) -> Challenge:
        """A fresh challenge for a subscriber; KeyError when there is none."""
        subscriber = self._subscribers[imsi]
        subscriber.sqn += 1 << _INDEX_BITS
        return _challenge(subscriber.algorithm, self._random(RAND_LENGTH), subscriber.sqn)

    def attach(self, imsi: str, answer: Answer, imei: str = "") -> Admission:
        """Whether the network admits the card that presents `imsi`, in the device `imei`.

        The card must answer as the subscriber; one resynchronisation is tried. The device is looked at last.
        """
        subscriber = self._subscribers.get(imsi)
        if subscriber is None:
            return Admission.UNKNOWN
        if subscriber.barred:
            return Admission.BARRED
        outcome = self._try(imsi, subscriber, answer)
        if outcome is None:
            outcome = self._try(imsi, subscriber, answer)
        if outcome is Admission.ADMITTED and subscriber.imei not in (None, imei):
            return Admission.FOREIGN_DEVICE
        return outcome or Admission.WRONG_RESPONSE

    def _try(self, imsi: str, subscriber: _Subscriber, answer: Answer) -> Admission | None:
        """One challenge; None when the card brought the sequence number up to date."""
        challenge = self.challenge(imsi)
        data = answer(challenge)
        if data is None:
            return Admission.NETWORK_REFUSED
        if _resynchronised(subscriber, challenge, data):
            return None
        return Admission.ADMITTED if _is_right(challenge, data) else Admission.WRONG_RESPONSE


def _challenge(algorithm: AkaAlgorithm, rand: bytes, sqn: int) -> Challenge:
    number = sqn.to_bytes(SQN_LENGTH, "big")
    outputs = algorithm.f2345(rand)
    autn = _xor(number, outputs.ak) + AMF + algorithm.f1(rand, number, AMF)
    return Challenge(rand, autn, outputs.res, outputs.ck, outputs.ik)


def _is_right(challenge: Challenge, data: bytes) -> bool:
    """Whether the answer begins with DB and the expected RES."""
    wanted = bytes((_ACCEPTED, len(challenge.xres))) + challenge.xres
    return compare_digest(data[: len(wanted)], wanted)


def _resynchronised(subscriber: _Subscriber, challenge: Challenge, data: bytes) -> bool:
    """Take SQN_MS over from AUTS, TS 33.102 6.3.5, if its MAC-S is right."""
    if data[:2] != _AUTS_FOLLOWS or len(data) != _AUTS_END:
        return False
    auts, algorithm = data[2:], subscriber.algorithm
    sqn = _xor(auts[:SQN_LENGTH], algorithm.f5_star(challenge.rand))
    mac = algorithm.f1_star(challenge.rand, sqn, _RESYNCHRONISATION)
    if not compare_digest(auts[SQN_LENGTH:], mac):
        return False
    subscriber.sqn = int.from_bytes(sqn, "big")
    return True


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))
