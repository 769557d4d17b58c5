"""One secured packet by SMS, from its first message to the card's answer, SGP.02 2.4.3 and TS 102 225.

The same packet goes out again while nobody answers: its counter lets the card execute it once. A card that answers
"counter low" to a repetition has executed it, and only the answer got lost: that may still come, late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from euicc.testing.ota import KeySet, Packet, Protection, Response, ResponseError, pack, unpack
from euicc.testing.ota.sms import Numbering, deliveries
from euicc.testing.smsr import es5
from euicc.testing.smsr.identity import Patience
from euicc.testing.smsr.steps import Refused, Silence

PROTECTION = Protection(by_submit=True)
"""SPI 16 39: ciphered, checksum, counter higher; the answer likewise, in short messages of the card."""
_OK, _COUNTER_LOW, _ELSEWHERE = 0x00, 0x02, 0x0B
_TAR = slice(12, 15)
_LENGTH, _UNPROTECTED = 5, bytes((10,))
"""Where the length of a response header stands, and what it is without a check."""

Submit = Callable[[str, bytes], None]
"""Sends an SMS-DELIVER TPDU to a number."""


class SmsExchange:
    """A script on its way to a card. outcome: response TLVs, or what to throw; None while it is not decided.

    wake: when `advance` has something to do. numbers: at which the card may be, tried in turn; at least one. until:
    when repetitions end, None: after `Patience.repetitions` of them.
    """

    def __init__(
        self,
        packet: Packet,
        originator: str,
        numbers: Sequence[str],
        submit: Submit,
        patience: Patience,
        now: float,
        until: float | None = None,
    ) -> None:
        self.outcome: bytes | Exception | None = None
        self.numbers = tuple(numbers)
        self._packet = packet
        self._tpdus = deliveries(packet.encoded, originator, Numbering(packet.counter & 0xFF))
        self._submit = submit
        self._patience = patience
        self._until = until
        self._sent = 0
        self._executed = False
        self.wake = now
        self.advance(now)

    def advance(self, now: float) -> None:
        """What is due by now: the packet once more, or the end of patience."""
        if self.outcome is not None or now < self.wake:
            return
        if self._executed or self._is_over(now):
            self.outcome = Silence(self._executed)
            return
        number = self.numbers[self._sent % len(self.numbers)]
        for tpdu in self._tpdus:
            self._submit(number, tpdu)
        self.wake = now + min(self._patience.answer * 2**self._sent, self._patience.longest)
        self._sent += 1

    def _is_over(self, now: float) -> bool:
        if self._until is not None:
            return bool(self._sent) and now >= self._until
        return self._sent > self._patience.repetitions

    def receive(self, user_data: bytes, now: float) -> bool:
        """A response packet (from 02 71 00 on): whether it answers this one."""
        # What comes without the check that was asked for is nobody's.
        if self.outcome is not None or user_data[_LENGTH : _LENGTH + 1] == _UNPROTECTED:
            return False
        try:
            response = unpack(user_data, self._packet)
        except ResponseError:
            return False
        self._answered(response, now)
        return True

    def _answered(self, response: Response, now: float) -> None:
        if response.status == _COUNTER_LOW:
            self._executed = True
            self.wake = now + self._patience.late
        elif response.status == _OK:
            self.outcome = _content(response.data)
        elif response.status != _ELSEWHERE:
            self.outcome = Refused(response.status)


def secure(keys: KeySet, target: bytes, counter: int, script: bytes) -> Packet:
    """The packet that carries command TLVs to the security domain with this AID."""
    return seal(keys, target, counter, es5.script(script))


def seal(keys: KeySet, target: bytes, counter: int, content: bytes) -> Packet:
    """The packet with this content for the security domain with this AID."""
    return pack(PROTECTION, keys, target[_TAR], counter, content)


def _content(data: bytes) -> bytes | Exception:
    try:
        return es5.response(data)
    except es5.ResponseError:
        return Silence(executed=True)
