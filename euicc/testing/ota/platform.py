"""Whom an operator administers over the air: keys and counters per subscriber, retries, responses of both kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from euicc.testing.ota.keysets import KeySet
from euicc.testing.ota.packet import Packet, Response, ResponseError, pack, unpack
from euicc.testing.ota.protection import Proof, Protection
from euicc.testing.ota.sms import Numbering, deliveries

Deliver = Callable[[bytes], bytes]
"""Hands an SMS-DELIVER TPDU to the subscriber's device; the user data of its report (empty: none)."""


class NoAnswer(Exception):
    """The card did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A command packed for a subscriber: the packet, and the SMS-DELIVER TPDUs that carry it."""

    packet: Packet
    tpdus: tuple[bytes, ...]

    def response(self, user_data: bytes) -> Response:
        """As `packet.unpack`."""
        return unpack(user_data, self.packet)


@dataclass(slots=True)
class _Subscriber:
    keys: KeySet
    counter: int
    reference: int = 0


class OtaPlatform:
    """The operator's platform. originator: its number; protection: of commands for which none is given."""

    def __init__(self, originator: str = "+491771234567", protection: Protection | None = None) -> None:
        self.originator = originator
        self.protection = protection or Protection()
        self._subscribers: dict[str, _Subscriber] = {}

    def register(self, name: str, keys: KeySet, counter: int = 0) -> None:
        """Take a card on: `name` is the operator's (an ICCID, a number); `counter` the last one its card saw."""
        self._subscribers[name] = _Subscriber(keys, counter)

    def counter(self, name: str) -> int:
        """The last counter used for a card."""
        return self._subscribers[name].counter

    def pack(self, name: str, tar: bytes, data: bytes, protection: Protection | None = None) -> Delivery:
        """The next command for a card, with the next counter."""
        subscriber = self._subscribers[name]
        subscriber.counter += 1
        subscriber.reference = (subscriber.reference + 1) % 256
        packet = pack(protection or self.protection, subscriber.keys, tar, subscriber.counter, data)
        numbering = Numbering(subscriber.reference)
        return Delivery(packet, tuple(deliveries(packet.encoded, self.originator, numbering)))

    def send(
        self,
        name: str,
        tar: bytes,
        data: bytes,
        deliver: Deliver,
        *,
        protection: Protection | None = None,
        submitted: Callable[[], list[bytes]] = list,
        attempts: int = 3,
    ) -> Response:
        """Pack, deliver and wait for the response, again with a new counter while none comes.

        `submitted` gives the response packets (from 02 71 00 on) in short messages that the card sent meanwhile.
        NoAnswer after `attempts`. A command that is answered never, or only on error, is sent once: no answer
        then means status 0.
        """
        wanted = protection or self.protection
        for _ in range(attempts):
            delivery = self.pack(name, tar, data, wanted)
            reports = [deliver(tpdu) for tpdu in delivery.tpdus]
            found = list(_responses(delivery, (*reports, *submitted())))
            if found:
                return found[-1]
            if wanted.proof is not Proof.ALWAYS:
                return Response(tar, delivery.packet.counter, 0, b"")
        raise NoAnswer(f"{name}: no response in {attempts} attempts")


def _responses(delivery: Delivery, user_data: Iterable[bytes]) -> Iterator[Response]:
    """Those that answer this command: one that only says that the actual response comes by SMS-SUBMIT stands first."""
    for each in user_data:
        try:
            yield delivery.response(each)
        except ResponseError:
            continue
