"""When a fault happens: which commands a rule is about, and which of them it strikes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from apdu import Command, StatusError, Transport, instruction
from apdu.store_data import LAST_BLOCK

_TWO_BYTE_TAG = 0x1F


@dataclass(frozen=True)
class Sent:
    """A command on its way. command: None when the bytes are none. tag: of the ES10 function that it belongs to."""

    raw: bytes
    command: Command | None
    tag: int | None


@dataclass(frozen=True)
class When:
    """Which commands are meant; what is None does not matter.

    ins: the instruction. tag: of an ES10 function (0xBF31): every block of STORE DATA that carries it, and every GET
    RESPONSE that fetches its answer; with `ins` one of the two. last: only the blocks with which the function is
    carried out. nth: only the n-th of the commands that all this fits, counted from 1. after: only those that come
    after so many of them. probability: of those, each with this one (0 to 1).
    """

    ins: int | None = None
    tag: int | None = None
    last: bool = False
    nth: int | None = None
    after: int | None = None
    probability: float | None = None

    def fits(self, sent: Sent) -> bool:
        """Whether it is about this command, whichever it is of its kind."""
        command = sent.command
        if self.ins is not None and (command is None or command.ins != self.ins):
            return False
        if self.last and not (command and command.ins == instruction.STORE_DATA and command.p1 == LAST_BLOCK):
            return False
        return self.tag in (None, sent.tag)

    def strikes(self, count: int, random: Random) -> bool:
        """Whether the command that is number `count` of those it fits is one to strike."""
        if self.nth not in (None, count) or (self.after is not None and count <= self.after):
            return False
        return self.probability is None or random.random() < self.probability


class Functions:
    """Follows a sequence of commands to tell which ES10 function each belongs to."""

    def __init__(self) -> None:
        self._tag: int | None = None

    def read(self, raw: bytes) -> Sent:
        """The next command."""
        try:
            command = Command.parse(raw)
        except StatusError:
            return Sent(raw, None, None)
        if command.ins == instruction.STORE_DATA:
            self._tag = _outer_tag(command.data) if command.p2 == 0 else self._tag
        elif command.ins != instruction.GET_RESPONSE:
            self._tag = None
        return Sent(raw, command, self._tag)


def _outer_tag(data: bytes) -> int | None:
    size = 2 if data[:1] and data[0] & _TWO_BYTE_TAG == _TWO_BYTE_TAG else 1
    return int.from_bytes(data[:size], "big") if len(data) >= size else None


@dataclass(frozen=True)
class Way:
    """What a fault has at hand: the card behind it, randomness and time, and answers that will come too late."""

    card: Transport
    random: Random
    sleep: Callable[[float], None]
    late: deque[bytes]


class Fault(ABC):
    """What happens to one command on its way to the card, or to its answer."""

    @abstractmethod
    def transmit(self, raw: bytes, way: Way) -> bytes:
        """The answer to a command that the fault strikes; TransportError where there is none."""

    def when(
        self,
        *,
        ins: int | None = None,
        tag: int | None = None,
        last: bool = False,
        nth: int | None = None,
        after: int | None = None,
        probability: float | None = None,
    ) -> Rule:
        """This fault with the commands that `When` of the same fields is about."""
        return Rule(self, When(ins, tag, last, nth, after, probability))

    def always(self) -> Rule:
        """This fault with every command."""
        return Rule(self, When())


@dataclass(frozen=True)
class Rule:
    """A fault and when it happens."""

    fault: Fault
    condition: When = When()
