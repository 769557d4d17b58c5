"""READ BINARY and READ RECORD, TS 102 221 11.1.3 and 11.1.5.

Nothing of the channel's context changes when they fail, so that a terminal may repeat the command with the
Le of 6Cxx.
"""

from __future__ import annotations

from apdu import Command, StatusError, instruction, status
from euicc.uicc.access import Access
from euicc.uicc.commands import addressing
from euicc.uicc.commands.command_table import INTERINDUSTRY, Commands
from euicc.uicc.commands.length import SHORT_LE_MAX, asks_for_all, check_le, wanted
from euicc.uicc.context import Context


def read_binary(context: Context, command: Command) -> bytes:
    """READ BINARY, TS 102 221 11.1.3: P1 P2 are the offset, or with P1 b8 an SFI and the offset.

    StatusError: 6700, 6A86, 6986, 6A82, 6981, 6985, 6982, 6B00 (offset outside the EF), 6Cxx, or 6282 with
    the data when an extended Le goes past the end.
    """
    _refuse_data(command)
    ef, offset = addressing.transparent(context, command)
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
    find = addressing.mode(command.p2)
    ef = addressing.with_records(context, command.p2)
    context.check_access(ef, Access.READ, instruction.READ_RECORD)
    number, pointer = addressing.record(context, ef, command.p1, find)
    check_le(command, ef.body.record_length)
    context.make_current(ef)
    context.record = pointer
    return context.uicc.record(ef, number)


def _refuse_data(command: Command) -> None:
    if command.data:
        raise StatusError(status.WRONG_LENGTH)


COMMANDS: Commands = {
    instruction.READ_BINARY: (INTERINDUSTRY, read_binary),
    instruction.READ_RECORD: (INTERINDUSTRY, read_record),
}
