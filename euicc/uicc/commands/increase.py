"""INCREASE, TS 102 221 11.1.8."""

from __future__ import annotations

from apdu import Command, StatusError, instruction, status
from euicc.uicc.access import Access
from euicc.uicc.commands import addressing
from euicc.uicc.commands.update import NEWEST, append_newest
from euicc.uicc.context import Context
from euicc.uicc.filesystem import FileKind

LONGEST = 0x7F
"""Bytes of a record that can be increased, and so of a value to add."""


def increase(context: Context, command: Command) -> bytes:
    """INCREASE, TS 102 221 11.1.8: the newest record of a cyclic EF plus the value in the data becomes the newest.

    P1 is 00 for the current EF or 80 plus an SFI; numbers are unsigned, most significant byte first. Answers
    the new record and the value added. The EF's rule for the instruction opens it, or that for updating.
    StatusError: 6A86, 6700 (no value, or one longer than the records), 6986, 6A82, 6981, 6985, 6982, 9850 when
    the sum has no room in a record.
    """
    if command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    ef = context.target(_sfi(command.p1))
    length = ef.body.record_length
    if ef.kind is not FileKind.CYCLIC or length > LONGEST:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    context.check_access(ef, Access.UPDATE, instruction.INCREASE)
    if not 1 <= len(command.data) <= length:
        raise StatusError(status.WRONG_LENGTH)
    record = _sum(context.uicc.record(ef, NEWEST), command.data)
    append_newest(context, ef, record)
    return record + command.data


def _sfi(p1: int) -> int | None:
    if not p1:
        return None
    if not p1 & addressing.WITH_SFI or p1 & addressing.SFI_RFU:
        raise StatusError(status.INCORRECT_P1_P2)
    return p1 & addressing.SFI_MASK


def _sum(record: bytes, value: bytes) -> bytes:
    total = int.from_bytes(record, "big") + int.from_bytes(value, "big")
    try:
        return total.to_bytes(len(record), "big")
    except OverflowError:
        raise StatusError(status.INCREASE_MAXIMUM_REACHED) from None
