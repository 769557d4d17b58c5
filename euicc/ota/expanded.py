"""Remote scripts in expanded format, TS 102 226 5.2: a template of TLVs, answered with a template.

    AA L ...           AB L { 80 number of commands executed, 23 the last R-APDU, ... }
    AE 80 ... 00 00    AF 80 { 23 each R-APDU, ... } 00 00

A target may take further elements (`euicc.ota.target.TlvTarget`), each of which is answered with one of its own.
A template whose structure is wrong is not begun: 90 in the response says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, instruction, status, tlv
from euicc.ota.compact import GOES_ON_AFTER
from euicc.ota.target import TlvSession

if TYPE_CHECKING:
    from euicc.ota.target import Session

DEFINITE, INDEFINITE = 0xAA, 0xAE
DEFINITE_RESPONSE, INDEFINITE_RESPONSE = 0xAB, 0xAF
C_APDU, R_APDU = 0x22, 0x23
IMMEDIATE_ACTION, ERROR_ACTION, SCRIPT_CHAINING = 0x81, 0x82, 0x83
EXECUTED, BAD_FORMAT = 0x80, 0x90

UNKNOWN_TAG, WRONG_LENGTH, LENGTH_NOT_FOUND = 0x01, 0x02, 0x03
"""Values of BAD FORMAT."""
NO_PREVIOUS_SCRIPT, CHAINING_NOT_SUPPORTED, UNABLE_TO_PROCESS = 0x01, 0x02, 0x03
"""Values of the script chaining response, TS 102 226 table 5.16; without an error there is none."""
SUSPENSION_ERROR = 0x01
"""The one value of the immediate action response, TS 102 226 table 5.14: here for any action that the card cannot carry
out."""

FIRST_SCRIPT, FIRST_SCRIPT_KEPT_OVER_RESET, NEXT_SCRIPT, LAST_SCRIPT = 0x01, 0x11, 0x02, 0x03
"""Values of script chaining."""
RESPONSE_MAX = 0x8000
"""Bytes of R-APDUs that one response has room for: 255 short messages carry a little more."""
_RESPONSE_EXPECTED = 0x01
_CHAINING_VALUES = (FIRST_SCRIPT, FIRST_SCRIPT_KEPT_OVER_RESET, NEXT_SCRIPT, LAST_SCRIPT)
_INDEFINITE_LENGTH = 0x80
_R_APDU_OVERHEAD = 6
"""Status word, tag and the longest length field."""
_END_OF_CONTENTS = b"\x00\x00"


class BadFormat(Exception):
    """The template is malformed: `reason` is the value of BAD FORMAT."""

    def __init__(self, reason: int) -> None:
        super().__init__(f"bad format {reason:02X}")
        self.reason = reason


def is_expanded(script: bytes) -> bool:
    """Whether a script begins with a template: no command in compact format has such a class byte."""
    return script[:1] in (bytes((DEFINITE,)), bytes((INDEFINITE,)))


@dataclass(frozen=True, slots=True)
class ExpandedScript:
    """A template. chaining: value of the script chaining TLV it begins with; elements: all others, in order."""

    indefinite: bool
    chaining: int | None
    elements: tuple[tlv.Tlv, ...]

    @classmethod
    def parse(cls, script: bytes, further: Collection[int] = ()) -> ExpandedScript:
        """From AA or AE to the end; BadFormat. further: tags that may stand in it besides those of `RUNNERS`."""
        indefinite = script[0] == INDEFINITE
        elements = _elements(_content(script, indefinite))
        chaining = None
        if elements and elements[0].tag == SCRIPT_CHAINING:
            value = elements.pop(0).value
            if len(value) != 1 or value[0] not in _CHAINING_VALUES:
                raise BadFormat(WRONG_LENGTH)
            chaining = value[0]
        if any(element.tag not in RUNNERS and element.tag not in further for element in elements):
            raise BadFormat(UNKNOWN_TAG)
        return cls(indefinite, chaining, tuple(elements))


def _content(script: bytes, indefinite: bool) -> bytes:
    if indefinite:
        if script[1:2] != bytes((_INDEFINITE_LENGTH,)):
            raise BadFormat(LENGTH_NOT_FOUND if len(script) < 2 else WRONG_LENGTH)
        if not script.endswith(_END_OF_CONTENTS) or len(script) < 4:
            raise BadFormat(WRONG_LENGTH)
        return script[2:-2]
    start, end = _header(script, 0)
    if end != len(script):
        raise BadFormat(WRONG_LENGTH)
    return script[start:end]


def _elements(content: bytes) -> list[tlv.Tlv]:
    found = []
    offset = 0
    while offset < len(content):
        start, end = _header(content, offset)
        if end > len(content):
            raise BadFormat(WRONG_LENGTH)
        found.append(tlv.Tlv(content[offset], content[start:end], content[offset:end]))
        offset = end
    return found


def _header(data: bytes, offset: int) -> tuple[int, int]:
    """Where the value after a one-byte tag starts and ends."""
    try:
        tag, start, end = tlv.read_header(data, offset)
    except TlvError:
        raise BadFormat(LENGTH_NOT_FOUND) from None
    if tag > 0xFF:
        raise BadFormat(UNKNOWN_TAG)
    return start, end


@dataclass(slots=True)
class Run:
    """A script being executed. actions: values of the actions to be carried out once the response is out.

    accepts: whether an action can be carried out on this card. responses: one TLV to each command. room: bytes that are
    left for them.
    """

    session: Session
    accepts: Callable[[bytes], bool]
    responses: list[bytes] = field(default_factory=list)
    actions: list[bytes] = field(default_factory=list)
    on_error: bytes = b""
    action_refused: bool = False
    failed: bool = False
    room: int = RESPONSE_MAX

    def carry_out(self, script: ExpandedScript) -> None:
        """All elements, up to the first command that fails."""
        for element in script.elements:
            runner = RUNNERS.get(element.tag)
            if runner is None:
                self.further(element)
            else:
                runner(self, element.value)
            if not script.indefinite:
                self.room = RESPONSE_MAX
            if self.failed:
                return

    def command(self, value: bytes) -> None:
        """C-APDU. Data for which there is no room are cut, with 62F1, which ends the script, TS 102 226 5.2.1.1.

        So does a response that is full.
        """
        sw, data = _execute(value, self.session)
        if len(data) > self.room:
            sw, data = status.MORE_DATA_AVAILABLE, data[: self.room]
        self.room = max(0, self.room - len(data) - _R_APDU_OVERHEAD)
        self.responses.append(tlv.encode(R_APDU, data, sw.to_bytes(2, "big")))
        self.failed = sw >> 8 not in GOES_ON_AFTER or sw == status.MORE_DATA_AVAILABLE or not self.room
        if self.failed and self.on_error:
            self.act(self.on_error)

    def further(self, element: tlv.Tlv) -> None:
        """An element of the target's own."""
        assert isinstance(self.session, TlvSession)  # nobody else's target names further tags
        answer, goes_on = self.session.tlv(element)
        self.room = max(0, self.room - len(answer))
        self.responses.append(answer)
        self.failed = not goes_on or not self.room
        if self.failed and self.on_error:
            self.act(self.on_error)

    def act(self, value: bytes) -> None:
        """Immediate action."""
        if self.accepts(value):
            self.actions.append(value)
        else:
            self.action_refused = True

    def act_on_error(self, value: bytes) -> None:
        """Error action, for the commands that follow; an empty one takes an earlier one back."""
        self.on_error = value

    def response(self, script: ExpandedScript) -> bytes:
        """The response template."""
        extra = tlv.encode(IMMEDIATE_ACTION, bytes((SUSPENSION_ERROR,))) if self.action_refused else b""
        if script.indefinite:
            return indefinite_response(*self.responses, extra)
        return definite_response(len(self.responses), *self.responses[-1:], extra)


RUNNERS: dict[int, Callable[[Run, bytes], None]] = {
    C_APDU: Run.command,
    IMMEDIATE_ACTION: Run.act,
    ERROR_ACTION: Run.act_on_error,
}
"""Tag of an element -> what it does, TS 102 226 5.2.1."""


def _execute(value: bytes, session: Session) -> tuple[int, bytes]:
    """Status word and response data; data that nobody asks for are not given."""
    try:
        command = Command.parse(value)
        data = session.execute(command)
    except StatusError as error:
        return error.sw, error.data
    return status.SUCCESS, data if _wants_data(command) else b""


def _wants_data(command: Command) -> bool:
    """Le asks for data. So do b1 of P1 in STORE DATA, GPCS 11.11.2.1, and secure messaging that protects the answer:
    one open SM-SR leaves Le out there.
    """
    stores = command.proprietary and command.ins == instruction.STORE_DATA
    asks = stores and bool(command.p1 & _RESPONSE_EXPECTED or command.secure_messaging)
    return command.le is not None or asks


def definite_response(executed: int, *parts: bytes) -> bytes:
    """Response template AB."""
    number = executed.to_bytes((executed.bit_length() + 7) // 8 or 1, "big")
    return tlv.encode(DEFINITE_RESPONSE, tlv.encode(EXECUTED, number), *parts)


def indefinite_response(*parts: bytes) -> bytes:
    """Response template AF."""
    return bytes((INDEFINITE_RESPONSE, _INDEFINITE_LENGTH)) + b"".join(parts) + _END_OF_CONTENTS


def not_begun(indefinite: bool, tag: int, value: int) -> bytes:
    """Response to a script of which nothing was executed: tag BAD_FORMAT or SCRIPT_CHAINING, and why."""
    reason = tlv.encode(tag, bytes((value,)))
    return indefinite_response(reason) if indefinite else definite_response(0, reason)
