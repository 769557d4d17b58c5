"""Mobile networks as short messages see them: stored and forwarded, late, lost, twice, in another order.

Without I/O and without a clock of its own: times are seconds, given with each call. Equal seeds and equal calls give
equal networks.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from random import Random

from euicc.testing.m2m.short_message import is_submit, parse_submit

TWO_DAYS = 48 * 3600.0


class NoService(Exception):
    """Who wants to send is attached nowhere."""


class Happening(Enum):
    """What becomes of a short message that a rule strikes."""

    LOST = "lost"
    DELAYED = "delayed"
    REPEATED = "repeated"


@dataclass(frozen=True)
class SmsRule:
    """Strikes messages. numbers: those with these numbers (counted from 1 over all), None: all.

    to, sender: only those to or from this number. probability: of those that fit. seconds: by which a message comes
    late, or its repetition; randomly from 0 to it, so delayed messages overtake each other.
    """

    happening: Happening
    numbers: frozenset[int] | None = None
    to: str | None = None
    sender: str | None = None
    probability: float = 1.0
    seconds: float = 0.0

    def strikes(self, message: Message, random: Random) -> bool:
        """Whether this message is one to strike."""
        if self.numbers is not None and message.number not in self.numbers:
            return False
        if self.to not in (None, message.destination) or self.sender not in (None, message.sender):
            return False
        return self.probability >= 1 or random.random() < self.probability


@dataclass(frozen=True)
class Message:
    """A short message in the network; expires: when it is no longer forwarded."""

    number: int
    sender: str
    destination: str
    tpdu: bytes = field(repr=False)
    expires: float


@dataclass(frozen=True)
class Delivery:
    """A message to hand to `recipient`, a device or a server: an SMS-DELIVER TPDU."""

    recipient: str
    message: Message

    @property
    def tpdu(self) -> bytes:
        """The SMS-DELIVER TPDU."""
        return self.message.tpdu


@dataclass(frozen=True)
class Report:
    """What became of a message, for who sent it. data: of the RP-ACK; None: it expired."""

    recipient: str
    message: Message
    data: bytes | None


class SmsNetwork:
    """All networks of this world as one. latency: seconds that every message takes.

    Subscribers are devices: `subscribe` gives a subscription its number, `attach` a device the subscription that its
    card has now. Servers have numbers of their own, and are always there.
    """

    def __init__(
        self,
        seed: int = 0,
        rules: Iterable[SmsRule] = (),
        *,
        latency: float = 2.0,
        validity: float = TWO_DAYS,
    ) -> None:
        self.rules = tuple(rules)
        self._random = Random(seed)
        self._latency = latency
        self._validity = validity
        self._count = 0
        self._numbers: dict[str, str] = {}
        self._servers: dict[str, str] = {}
        self._attached: dict[str, str] = {}
        self._at: dict[str, str] = {}
        self._stored: dict[str, list[Message]] = {}
        self._queue: list[tuple[float, int, Message]] = []
        self._order = 0
        self._reports: list[Report] = []
        self.lost = 0
        """Messages that rules took away so far."""

    def reseed(self, seed: int, rules: Iterable[SmsRule]) -> None:
        """Other rules from now on, and randomness that begins anew."""
        self._random = Random(seed)
        self.rules = tuple(rules)

    def forget(self) -> None:
        """Whatever is on its way or stored is gone."""
        self._queue.clear()
        self._stored.clear()

    @property
    def count(self) -> int:
        """Messages submitted so far: the number of the last one."""
        return self._count

    def serve(self, number: str, name: str) -> None:
        """A server's number, and the name under which it gets its messages."""
        self._servers[number] = name

    def subscribe(self, imsi: str, msisdn: str) -> None:
        """The number of a subscription."""
        self._numbers[imsi] = msisdn

    def knows(self, imsi: str) -> bool:
        """Whether this is a subscription of somebody's."""
        return imsi in self._numbers

    def unsubscribe(self, imsi: str) -> None:
        """There is no such subscription any more; who has it is registered no longer."""
        number = self._numbers.pop(imsi, None)
        device = self._attached.get(number) if number else None
        if device is not None:
            self.detach(device)

    def attach(self, imsi: str, device: str, now: float) -> str:
        """A device with this subscription is registered from now on; its number. KeyError: nobody's subscription."""
        number = self._numbers[imsi]
        self.detach(device)
        self._attached[number], self._at[device] = device, number
        for message in self._stored.pop(number, []):
            self._push(now + self._latency, message)
        return number

    def detach(self, device: str) -> None:
        """A device is no longer registered; messages for it are stored."""
        number = self._at.pop(device, None)
        if number is not None:
            self._attached.pop(number, None)

    def number_of(self, device: str) -> str | None:
        """The number under which a device is registered now."""
        return self._at.get(device)

    def send(self, device: str, tpdu: bytes, now: float) -> Message:
        """An SMS-SUBMIT of a device; NoService when it is not registered, ShortMessageError when it is none."""
        sender = self._at.get(device)
        if sender is None:
            raise NoService(device)
        return self.submit(sender, parse_submit(tpdu).number, tpdu, now)

    def submit(
        self, sender: str, destination: str, tpdu: bytes, now: float, validity: float | None = None
    ) -> Message:
        """A message from a number to another: an SMS-SUBMIT, or the SMS-DELIVER that is to come out, as servers may."""
        self._count += 1
        delivered = parse_submit(tpdu).delivered(sender) if is_submit(tpdu) else tpdu
        expires = now + (self._validity if validity is None else validity)
        message = Message(self._count, sender, destination, delivered, expires)
        struck = [rule for rule in self.rules if rule.strikes(message, self._random)]
        if any(rule.happening is Happening.LOST for rule in struck):
            self.lost += 1
            return message
        late = sum(self._some(rule) for rule in struck if rule.happening is Happening.DELAYED)
        self._push(now + self._latency + late, message)
        for rule in struck:
            if rule.happening is Happening.REPEATED:
                self._push(now + self._latency + self._some(rule), message)
        return message

    def due(self, now: float) -> Iterator[Delivery | Report]:
        """What is to be handed over by now, in this order. Messages to who is not registered are stored."""
        while self._reports or (self._queue and self._queue[0][0] <= now):
            if self._reports:
                yield self._reports.pop(0)
                continue
            message = heapq.heappop(self._queue)[2]
            recipient = self._servers.get(message.destination) or self._attached.get(message.destination)
            if now >= message.expires:
                self.report(message, None)
            elif recipient is None:
                self._stored.setdefault(message.destination, []).append(message)
            else:
                yield Delivery(recipient, message)

    @property
    def next_due(self) -> float | None:
        """When the next message comes out somewhere, or is stored."""
        return self._queue[0][0] if self._queue else None

    def report(self, message: Message, data: bytes | None) -> None:
        """The recipient acknowledged a message with this data (RP-ACK); None: it could not be delivered in time."""
        sender = self._servers.get(message.sender) or self._attached.get(message.sender)
        if sender is not None:
            self._reports.append(Report(sender, message, data))

    def _push(self, at: float, message: Message) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, message))

    def _some(self, rule: SmsRule) -> float:
        return self._random.random() * rule.seconds
