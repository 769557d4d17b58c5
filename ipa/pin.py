"""PINs of a card as a device uses them, TS 102 221 9.5 and 11.1.9 to 11.1.13.

A key reference names a PIN: those of an application (PIN2) belong to the application selected on the channel, the
others to the whole card. A PIN is digits; administrative keys may be 8 bytes as they are. What a card answers to a
wrong PIN is a `PinResult`, not an error; StatusError is raised for what has nothing to do with the PIN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from apdu import (
    ApduChannel,
    Command,
    Response,
    StatusError,
    TlvError,
    TransportError,
    fcp,
    instruction,
    status,
)
from apdu.fcp import Fcp
from apdu.status import is_success
from ipa.errors import InvalidPin

PIN1, ADM1, UNIVERSAL, PIN2 = 0x01, 0x0A, 0x11, 0x81
"""Key references, TS 102 221 table 9.3."""

PIN_BYTES = 8
PIN_DIGITS = range(4, PIN_BYTES + 1)

PROPRIETARY = 0x80


class Outcome(Enum):
    """What became of a PIN command."""

    DONE = "done"
    WRONG = "wrong"
    BLOCKED = "blocked"
    DISABLED = "the PIN is disabled"
    NOT_NOW = "not in this state of the PIN"
    NOT_ALLOWED = "not allowed"
    UNKNOWN = "the card has no such PIN"


OUTCOMES = {
    status.AUTHENTICATION_METHOD_BLOCKED: Outcome.BLOCKED,
    status.REFERENCED_DATA_INVALIDATED: Outcome.DISABLED,
    status.CONDITIONS_NOT_SATISFIED: Outcome.NOT_NOW,
    status.SECURITY_STATUS_NOT_SATISFIED: Outcome.NOT_ALLOWED,
    status.REFERENCED_DATA_NOT_FOUND: Outcome.UNKNOWN,
    status.INCORRECT_P1_P2: Outcome.UNKNOWN,
    status.WRONG_P1_P2: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class PinResult:
    """The answer to a PIN command; `tries_left` where the card tells: of the PIN, after UNBLOCK of its PUK."""

    outcome: Outcome
    tries_left: int | None = None

    @property
    def done(self) -> bool:
        """Whether the card did what it was asked for."""
        return self.outcome is Outcome.DONE

    def __str__(self) -> str:
        if self.tries_left is None:
            return self.outcome.value
        return f"{self.outcome.value}, {self.tries_left} tries left"


@dataclass(frozen=True)
class PinState:
    """One PIN of the selected application or the MF: the PIN status template of its FCP, and the counters.

    `tries_left`, `unblock_tries_left`: None where the card does not tell; 0 is blocked.
    """

    reference: int
    enabled: bool
    tries_left: int | None
    unblock_tries_left: int | None


def verify(channel: ApduChannel, reference: int, pin: str | bytes) -> PinResult:
    """VERIFY PIN, TS 102 221 11.1.9."""
    return _present(channel, instruction.VERIFY, reference, pin)


def change(channel: ApduChannel, reference: int, old: str | bytes, new: str | bytes) -> PinResult:
    """CHANGE PIN, TS 102 221 11.1.10."""
    return _present(channel, instruction.CHANGE_PIN, reference, old, new)


def disable(channel: ApduChannel, reference: int, pin: str | bytes) -> PinResult:
    """DISABLE PIN, TS 102 221 11.1.11."""
    return _present(channel, instruction.DISABLE_PIN, reference, pin)


def enable(channel: ApduChannel, reference: int, pin: str | bytes) -> PinResult:
    """ENABLE PIN, TS 102 221 11.1.12."""
    return _present(channel, instruction.ENABLE_PIN, reference, pin)


def unblock(channel: ApduChannel, reference: int, puk: str | bytes, new: str | bytes) -> PinResult:
    """UNBLOCK PIN, TS 102 221 11.1.13: a new PIN for its PUK, whether or not it was blocked."""
    return _present(channel, instruction.UNBLOCK_PIN, reference, puk, new)


def tries_left(channel: ApduChannel, reference: int) -> int | None:
    """How often the PIN may be presented, by VERIFY without data; 0 is blocked, None if the card does not tell."""
    return _counter(channel, instruction.VERIFY, reference)


def unblock_tries_left(channel: ApduChannel, reference: int) -> int | None:
    """How often the PUK may be presented, by UNBLOCK PIN without data; 0 is blocked."""
    return _counter(channel, instruction.UNBLOCK_PIN, reference)


def states(channel: ApduChannel) -> tuple[PinState, ...]:
    """The PINs of the application or directory that is selected on the channel, TS 102 221 9.5.1. StatusError."""
    return tuple(
        PinState(
            reference,
            enabled,
            tries_left(channel, reference),
            unblock_tries_left(channel, reference),
        )
        for reference, enabled in _listed(_directory(channel).pin_status)
    )


def coded(pin: str | bytes) -> bytes:
    """A PIN as commands have it, 8 bytes: its digits padded with FF, TS 102 221 9.5.1. InvalidPin."""
    if isinstance(pin, bytes):
        if len(pin) != PIN_BYTES:
            raise InvalidPin("a key has 8 bytes")
        return pin
    if len(pin) not in PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise InvalidPin("a PIN has 4 to 8 digits")
    return pin.encode("ascii").ljust(PIN_BYTES, b"\xff")


def _present(channel: ApduChannel, ins: int, reference: int, *pins: str | bytes) -> PinResult:
    data = b"".join(map(coded, pins))
    return result_of(channel.send(Command(0x00, ins, 0x00, reference, data)))


def result_of(response: Response) -> PinResult:
    """What a status word says about a PIN; StatusError when it says nothing about it."""
    if is_success(response.sw):
        return PinResult(Outcome.DONE)
    if response.sw & 0xFFF0 == status.RETRIES_LEFT_X:
        return PinResult(Outcome.WRONG, response.sw & 0x0F)
    outcome = OUTCOMES.get(response.sw)
    if outcome is None:
        raise StatusError(response.sw)
    return PinResult(outcome, 0 if outcome is Outcome.BLOCKED else None)


def _counter(channel: ApduChannel, ins: int, reference: int) -> int | None:
    """The counter that a command without data asks for; a card may not know the question."""
    try:
        return result_of(channel.send(Command(0x00, ins, 0x00, reference))).tries_left
    except StatusError:
        return None


def _directory(channel: ApduChannel) -> Fcp:
    """The FCP of what is selected, by STATUS, TS 102 221 11.1.2."""
    answer = channel.send(Command(PROPRIETARY, instruction.STATUS, 0x00, 0x00, le=256)).checked()
    try:
        return fcp.parse(answer)
    except TlvError as error:
        raise TransportError(f"the card answers STATUS with no FCP template: {error}") from error


def _listed(template: bytes) -> tuple[tuple[int, bool], ...]:
    """The PIN status template DO: key references, each with whether it is enabled."""
    try:
        return fcp.pins(template)
    except TlvError as error:
        raise TransportError(f"the card's PIN status template is none: {error}") from error
