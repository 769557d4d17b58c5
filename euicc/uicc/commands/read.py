"""READ BINARY and READ RECORD, TS 102 221 11.1.3 and 11.1.5.

Nothing of the channel's context changes when they fail, so that a terminal may repeat the command with the
Le of 6Cxx.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apdu import Command, StatusError, instruction, status
from euicc.uicc.access import Access
from euicc.uicc.commands.command_table import INTERINDUSTRY, Commands
from euicc.uicc.commands.length import SHORT_LE_MAX, asks_for_all, check_le, wanted
from euicc.uicc.context import Context
from euicc.uicc.filesystem import FileKind

WITH_SFI = 0x80
SFI_RFU = 0x60
SFI_MASK = 0x1F

# Low three bits of P2 of READ RECORD
MODE_MASK = 0x07
NEXT = 0x02
PREVIOUS = 0x03
ABSOLUTE = 0x04


def read_binary(context: Context, command: Command) -> bytes:
    """READ BINARY, TS 102 221 11.1.3: P1 P2 are the offset, or with P1 b8 an SFI and the offset.

    StatusError: 6700, 6A86, 6986, 6A82, 6981, 6985, 6982, 6B00 (offset outside the EF), 6Cxx, or 6282 with
    the data when an extended Le goes past the end.
    """
    _refuse_data(command)
    sfi, offset = None, command.p1 << 8 | command.p2
    if command.p1 & WITH_SFI:
        if command.p1 & SFI_RFU:
            raise StatusError(status.INCORRECT_P1_P2)
        sfi, offset = command.p1 & SFI_MASK, command.p2
    ef = context.target(sfi)
    if ef.kind is not FileKind.TRANSPARENT:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    context.check_access(ef, Access.READ, instruction.READ_BINARY)
    content = context.uicc.content(ef)
    if offset >= len(content):
        raise StatusError(status.WRONG_P1_P2)
    data = _slice(content, offset, command)
    context.make_current(ef)
    return data


def _slice(content: bytes, offset: int, command: Command) -> bytes:
    """As many bytes as Le asks for; a StatusError with what is left where there are fewer."""
    left = len(content) - offset
    if asks_for_all(command) or wanted(command) <= left:
        return content[offset : offset + wanted(command)]
    if left > SHORT_LE_MAX:
        # 6Cxx cannot tell more than 256.
        raise StatusError(status.END_OF_FILE, content[offset:])
    raise StatusError(status.with_count(status.WRONG_LE_XX, left))


def read_record(context: Context, command: Command) -> bytes:
    """READ RECORD, TS 102 221 11.1.5: P2 b8-b4 is an SFI or 0 for the current EF, b3-b1 the mode.

    StatusError: 6700, 6A86, 6986, 6A82, 6981, 6985, 6982, 6A83, 6Cxx for another Le than the record length.
    """
    _refuse_data(command)
    find = MODES.get(command.p2 & MODE_MASK)
    if find is None:
        raise StatusError(status.INCORRECT_P1_P2)
    ef = context.target(command.p2 >> 3 or None)
    if not ef.kind.has_records:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    context.check_access(ef, Access.READ, instruction.READ_RECORD)
    count = context.uicc.record_count(ef)
    number, pointer = find(Records(ef.kind, count), context.record if ef is context.ef else None, command.p1)
    if not 1 <= number <= count:
        raise StatusError(status.RECORD_NOT_FOUND)
    check_le(command, ef.body.record_length)
    context.make_current(ef)
    context.record = pointer
    return context.uicc.record(ef, number)


@dataclass(frozen=True, slots=True)
class Records:
    """What a mode must know of an EF: linear fixed or cyclic, and how many records."""

    kind: FileKind
    count: int


# A mode answers (record to read, record pointer afterwards); record 0 does not exist.


def _absolute(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    return p1 or pointer or 0, pointer


def _next(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    _refuse_number(p1)
    number = 1 if pointer is None else pointer + 1
    if records.kind is FileKind.CYCLIC and number > records.count:
        number = 1
    return number, number


def _previous(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    _refuse_number(p1)
    number = records.count if pointer is None else pointer - 1
    if records.kind is FileKind.CYCLIC and number == 0:
        number = records.count
    return number, number


MODES: dict[int, Callable[[Records, int | None, int], tuple[int, int | None]]] = {
    NEXT: _next,
    PREVIOUS: _previous,
    ABSOLUTE: _absolute,
}
"""Mode bits of P2 -> which record, TS 102 221 table 11.11."""


def _refuse_number(p1: int) -> None:
    if p1:
        raise StatusError(status.INCORRECT_P1_P2)


def _refuse_data(command: Command) -> None:
    if command.data:
        raise StatusError(status.WRONG_LENGTH)


COMMANDS: Commands = {
    instruction.READ_BINARY: (INTERINDUSTRY, read_binary),
    instruction.READ_RECORD: (INTERINDUSTRY, read_record),
}
