"""UPDATE BINARY and UPDATE RECORD, TS 102 221 11.1.4 and 11.1.6.

What they write is durable before they answer; a refused one leaves content and context as they were.
"""

from __future__ import annotations

from apdu import Command, StatusError, instruction, status
from euicc.uicc.access import Access
from euicc.uicc.commands import addressing
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Ef, FileKind

NEWEST = 1
"""Record 1 of a cyclic EF is the one written last, TS 102 221 8.3.3."""


def update_binary(context: Context, command: Command) -> bytes:
    """UPDATE BINARY, TS 102 221 11.1.4: P1 P2 are the offset, or with P1 b8 an SFI and the offset.

    StatusError: 6700 (no data, or more than fit behind the offset), 6A86, 6986, 6A82, 6981, 6985, 6982, 6B00
    (offset outside the EF).
    """
    if not command.data:
        raise StatusError(status.WRONG_LENGTH)
    ef, offset = addressing.transparent(context, command)
    context.check_access(ef, Access.UPDATE, instruction.UPDATE_BINARY)
    content = context.uicc.content(ef)
    if offset >= len(content):
        raise StatusError(status.WRONG_P1_P2)
    context.uicc.write(ef, _replaced(content, offset, command.data))
    context.make_current(ef)
    return b""


def update_record(context: Context, command: Command) -> bytes:
    """UPDATE RECORD, TS 102 221 11.1.6: P2 b8-b4 is an SFI or 0 for the current EF, b3-b1 the mode.

    A cyclic EF takes the mode PREVIOUS only: its oldest record goes, and the data are record 1, which becomes
    current. StatusError: 6700 for another length than that of the records, 6A86, 6986, 6A82, 6981, 6985,
    6982, 6A83.
    """
    find = addressing.mode(command.p2)
    ef = addressing.with_records(context, command.p2)
    context.check_access(ef, Access.UPDATE, instruction.UPDATE_RECORD)
    if ef.kind is FileKind.CYCLIC and command.p2 & addressing.MODE_MASK != addressing.PREVIOUS:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    number, pointer = addressing.record(context, ef, command.p1, find)
    length = ef.body.record_length
    if len(command.data) != length:
        raise StatusError(status.WRONG_LENGTH)
    if ef.kind is FileKind.CYCLIC:
        append_newest(context, ef, command.data)
        return b""
    content = context.uicc.content(ef)
    context.uicc.write(ef, _replaced(content, (number - 1) * length, command.data))
    context.make_current(ef)
    context.record = pointer
    return b""


def append_newest(context: Context, ef: Ef, record: bytes) -> None:
    """Write the newest record of a cyclic EF over its oldest; it is record 1 from now on, and the current one."""
    content = context.uicc.content(ef)
    context.uicc.write(ef, record + content[: -len(record)])
    context.make_current(ef)
    context.record = NEWEST


def _replaced(content: bytes, offset: int, data: bytes) -> bytes:
    end = offset + len(data)
    if end > len(content):
        raise StatusError(status.WRONG_LENGTH)
    return content[:offset] + data + content[end:]
