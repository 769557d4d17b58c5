"""Faults on the way between device and card, by rule: lost, late, cut, doubled, damaged or made up."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from apdu import Transport, TransportError
from euicc.testing.faults.rules import Fault, Functions, Rule, Sent, Way

Part = Literal["command", "answer"]


@dataclass(frozen=True)
class Drop(Fault):
    """The command is lost, or its answer is, which the card has given: TransportError."""

    part: Part = "command"

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """TransportError."""
        if self.part == "answer":
            way.card.transmit(raw)
        raise TransportError(f"the {self.part} was lost")


@dataclass(frozen=True)
class Delay(Fault):
    """The answer comes so many seconds later."""

    seconds: float

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """The right answer."""
        answer = way.card.transmit(raw)
        way.sleep(self.seconds)
        return answer


@dataclass(frozen=True)
class Truncate(Fault):
    """Only the first `length` bytes arrive, of the command or of the answer; negative: all but the last ones."""

    length: int
    part: Part = "answer"

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """What is left of the answer, or the answer to what is left of the command."""
        if self.part == "command":
            return way.card.transmit(raw[: self.length])
        return way.card.transmit(raw)[: self.length]


@dataclass(frozen=True)
class Repeat(Fault):
    """The card gets the command twice, and the second answer is what comes; or it answers once, and that comes twice.

    An answer that comes a second time takes the place of the next one, which takes the place of the one after it, and
    so on until the card is reset: device and card are out of step.
    """

    part: Part = "command"

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """The second answer, or the first of two."""
        answer = way.card.transmit(raw)
        if self.part == "command":
            return way.card.transmit(raw)
        way.late.append(answer)
        return answer


@dataclass(frozen=True)
class Corrupt(Fault):
    """`bits` bits are wrong, of the command or of the answer; with `at`, those of the byte at this place."""

    bits: int = 1
    part: Part = "answer"
    at: int | None = None

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """The damaged answer, or the answer to the damaged command."""
        if self.part == "command":
            return way.card.transmit(self._damaged(raw, way.random))
        return self._damaged(way.card.transmit(raw), way.random)

    def _damaged(self, data: bytes, random: Random) -> bytes:
        damaged = bytearray(data)
        places = range(len(data)) if self.at is None else range(len(data))[self.at :][:1]
        bits = [(place, bit) for place in places for bit in range(8)]
        for place, bit in random.sample(bits, min(self.bits, len(bits))):
            damaged[place] ^= 1 << bit
        return bytes(damaged)


@dataclass(frozen=True)
class Answer(Fault):
    """A status word, with data perhaps, that the card did not give; `executed`: but it has carried out the command."""

    sw: int
    data: bytes = b""
    executed: bool = False

    def transmit(self, raw: bytes, way: Way) -> bytes:
        """Data and status word."""
        if self.executed:
            way.card.transmit(raw)
        return self.data + self.sw.to_bytes(2, "big")


def answer(sw: int, data: bytes = b"", *, executed: bool = False) -> Answer:
    """A status word in place of the card's: `answer(0x6985).when(tag=0xBF31, nth=1)`. ValueError when it is none."""
    if not 0 <= sw <= 0xFFFF:
        raise ValueError(f"no status word: {sw}")
    return Answer(sw, data, executed)


@dataclass(frozen=True)
class Struck:
    """A fault that happened: with the command number `number` since the beginning, counted from 1."""

    number: int
    command: bytes
    fault: Fault

    def __str__(self) -> str:
        return f"command {self.number} ({self.command[:4].hex()}): {self.fault}"


@dataclass
class FaultyTransport:
    """A Transport over another one, on which faults happen by rule.

    Of several rules that would strike, the first does; each counts the commands it fits, from the beginning and over
    resets. seed: of probabilities and of the bits that are corrupted. sleep: how time passes. struck: what happened.

        lpa = Lpa(FaultyTransport(card, [Drop("answer").when(tag=0xBF31, nth=1)]))

    Served (`apdu.transport.tcp.serve`, `vpcd.serve`, a modem), a lost command is answered 6F00, as every error of the
    card is; for a connection that breaks there is `euicc.testing.faults.doors`.
    """

    inner: Transport
    rules: Iterable[Rule]
    seed: int | str = 0
    sleep: Callable[[float], None] = time.sleep
    struck: list[Struck] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rules = [_Counted(rule) for rule in self.rules]
        self._functions = Functions()
        self._way = Way(self.inner, Random(self.seed), self.sleep, deque())
        self._number = 0

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """The CIs that the card has to offer, DER."""
        return tuple(getattr(self.inner, "ci_certificates", ()))

    def reset(self) -> bytes:
        """Resets the card; what would have come too late does not come any more."""
        self._way.late.clear()
        return self.inner.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """What comes of a command; TransportError when nothing does."""
        self._number += 1
        sent = self._functions.read(command)
        # Each rule counts every command that it fits, also those that another one strikes.
        striking = [each.rule.fault for each in self._rules if each.strikes(sent, self._way.random)]
        late = self._way.late
        overdue = bool(late)
        received = self._struck(striking[0], sent) if striking else self.inner.transmit(command)
        if not overdue:
            return received
        late.append(received)
        return late.popleft()

    def _struck(self, fault: Fault, sent: Sent) -> bytes:
        self.struck.append(Struck(self._number, sent.raw, fault))
        return fault.transmit(sent.raw, self._way)


class _Counted:
    """A rule, and how many commands it has fitted."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._count = 0

    def strikes(self, sent: Sent, random: Random) -> bool:
        condition = self.rule.condition
        if not condition.fits(sent):
            return False
        self._count += 1
        return condition.strikes(self._count, random)
