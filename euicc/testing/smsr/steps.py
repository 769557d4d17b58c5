"""What a procedure of the SM-SR yields, and what it is sent or thrown in return.

response = yield Send(script)          what the card answered (response TLVs); Silence, Refused
event = yield Listen(until, ...)       what came first: Changed, Called, Answer; None when the time is over
yield Pause(until)                     nothing; what comes meanwhile waits
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from apdu import aid as aids
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.smsr.notification import CardNotification

SMS, HTTPS = "sms", "https"


class Silence(Exception):
    """The card did not answer. executed: whether it certainly had the script, and only its answer is lost."""

    def __init__(self, executed: bool = False) -> None:
        super().__init__("the answer of the card is lost" if executed else "the card is silent")
        self.executed = executed


class Refused(Exception):
    """The card refused the packet itself. code: response status, TS 102 225 5.2."""

    def __init__(self, code: int) -> None:
        super().__init__(f"response status {code:02X}")
        self.code = code


class Expired(Exception):
    """The time for an operation is over."""


@dataclass(frozen=True)
class Send:
    """Have the card run a script: command TLVs for the security domain `target`. What comes back: response TLVs.

    to: numbers at which the card may be, before those that the EIS says. patient: the packet is repeated until the time
    for the operation is over, since nothing else would do. transport: None: that of the operation.
    """

    script: bytes
    target: bytes = aids.ISD_R
    to: tuple[str, ...] = ()
    patient: bool = False
    transport: str | None = None


@dataclass(frozen=True)
class Pause:
    """Wait until then (seconds)."""

    until: float


@dataclass(frozen=True)
class Ask:
    """A call to another server, again and again until it is answered."""

    recipient: str
    call: Call


@dataclass(frozen=True)
class Listen:
    """Wait for what comes from outside, at most until then (seconds); ask: meanwhile ask for this."""

    until: float
    ask: Ask | None = None


@dataclass(frozen=True)
class Called:
    """A call of another server that belongs to the operation that runs."""

    requester: str
    call: Call


@dataclass(frozen=True)
class Changed:
    """The card told of a change of profiles, and the SM-SR has confirmed it."""

    notification: CardNotification


Event = Changed | Called | Answer

Step = Send | Listen | Pause
T = TypeVar("T")
Procedure = Generator[Step, Any, T]
