"""Remote scripts in compact format, TS 102 226 5.1: commands one after the other, an answer for the last.

Only the last command may ask for data (P3 is its Le); a command with data that has more to say answers 61xx, and
GET RESPONSE as the next command fetches that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, Response, StatusError, instruction, status

if TYPE_CHECKING:
    from euicc.ota.target import Session

HEADER = 5
EXECUTED_MAX = 0xFF
LE_MAX = 0x100
_OUTGOING = frozenset(
    (
        instruction.READ_BINARY,
        instruction.READ_RECORD,
        instruction.GET_RESPONSE,
        instruction.GET_DATA,
        instruction.GET_CHALLENGE,
        instruction.STATUS,
    )
)
"""Instructions for which P3 00 at the end of a script is Le 256, and not the absence of data."""
GOES_ON_AFTER = frozenset((0x90, 0x91, 0x92, 0x9F, 0x61, 0x62, 0x63))
"""First bytes of status words after which a script goes on."""


def run(script: bytes, session: Session) -> bytes:
    """Execute a script; number of commands executed (1 byte), status word and data of the last one.

    A script that is no sequence of at most 255 commands is not begun: 00 6700.
    """
    commands = parse(script)
    if commands is None or len(commands) > EXECUTED_MAX:
        return bytes(1) + status.WRONG_LENGTH.to_bytes(2, "big")
    executed, last = 0, Response(b"", status.SUCCESS)
    waiting = b""
    for command in commands:
        executed += 1
        if command.ins == instruction.GET_RESPONSE:
            last = _get_response(command, waiting)
        else:
            last, waiting = _execute(command, session)
        if last.sw1 not in GOES_ON_AFTER:
            break
    return bytes((executed,)) + last.sw.to_bytes(2, "big") + last.data


def parse(script: bytes) -> list[Command] | None:
    """The commands; None when the bytes do not divide into such."""
    commands = []
    offset = 0
    while offset < len(script):
        header, p3 = script[offset : offset + HEADER - 1], script[offset + HEADER - 1 : offset + HEADER]
        if not p3:
            return None
        start = offset + HEADER
        end = start + p3[0]
        if start == len(script) and (p3[0] or header[1] in _OUTGOING):
            commands.append(Command(header[0], header[1], header[2], header[3], le=p3[0] or LE_MAX))
            return commands
        if end > len(script):
            return None
        commands.append(Command(header[0], header[1], header[2], header[3], script[start:end]))
        offset = end
    return commands


def _execute(command: Command, session: Session) -> tuple[Response, bytes]:
    """The response to a command, and data that wait for GET RESPONSE."""
    sw = status.SUCCESS
    try:
        data = session.execute(command)
    except StatusError as error:
        sw, data = error.sw, error.data
    if command.le is not None:
        return Response(data, sw), b""
    if data and sw == status.SUCCESS:
        sw = status.with_count(status.RESPONSE_AVAILABLE_XX, min(len(data), LE_MAX))
    return Response(b"", sw), data


def _get_response(command: Command, waiting: bytes) -> Response:
    """GET RESPONSE, TS 102 221 11.1.18."""
    if command.p1 or command.p2 or command.le is None:
        return Response(b"", status.INCORRECT_P1_P2 if command.le else status.WRONG_LENGTH)
    if not waiting:
        return Response(b"", status.CONDITIONS_NOT_SATISFIED)
    if command.le != LE_MAX and command.le > len(waiting):
        return Response(b"", status.with_count(status.WRONG_LE_XX, len(waiting)))
    data, rest = waiting[: command.le], waiting[command.le :]
    more = status.with_count(status.RESPONSE_AVAILABLE_XX, min(len(rest), LE_MAX))
    return Response(data, more if rest else status.SUCCESS)
