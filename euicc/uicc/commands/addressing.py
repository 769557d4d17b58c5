"""Which bytes or which record of which EF a command means, TS 102 221 8.4.2, 8.5.2 and table 11.11."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apdu import Command, StatusError, status
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Ef, FileKind

WITH_SFI = 0x80
SFI_RFU = 0x60
SFI_MASK = 0x1F

# Low three bits of P2 of the commands on records
MODE_MASK = 0x07
NEXT = 0x02
PREVIOUS = 0x03
ABSOLUTE = 0x04


def transparent(context: Context, command: Command) -> tuple[Ef, int]:
    """The EF and the offset that P1 P2 of a BINARY command mean: the offset, or with P1 b8 an SFI and the offset.

    StatusError: 6A86, 6986, 6A82, 6981 for an EF of another structure.
    """
    sfi, offset = None, command.p1 << 8 | command.p2
    if command.p1 & WITH_SFI:
        if command.p1 & SFI_RFU:
            raise StatusError(status.INCORRECT_P1_P2)
        sfi, offset = command.p1 & SFI_MASK, command.p2
    ef = context.target(sfi)
    if ef.kind is not FileKind.TRANSPARENT:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    return ef, offset


def with_records(context: Context, p2: int) -> Ef:
    """The linear fixed or cyclic EF of a RECORD command: P2 b8-b4 is its SFI, or 0 for the current EF.

    StatusError: 6986, 6A82, 6981 for an EF of another structure.
    """
    ef = context.target(p2 >> 3 or None)
    if not ef.kind.has_records:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    return ef


@dataclass(frozen=True, slots=True)
class Records:
    """What a mode must know of an EF: linear fixed or cyclic, and how many records."""

    kind: FileKind
    count: int


Mode = Callable[[Records, int | None, int], tuple[int, int | None]]
"""Answers the record that is meant, and the record pointer afterwards, from the pointer and P1."""


def mode(p2: int) -> Mode:
    """The mode in P2 b3-b1; StatusError 6A86 when there is no such mode."""
    found = MODES.get(p2 & MODE_MASK)
    if found is None:
        raise StatusError(status.INCORRECT_P1_P2)
    return found


def record(context: Context, ef: Ef, p1: int, find: Mode) -> tuple[int, int | None]:
    """The record that P1 and a mode mean, and the record pointer afterwards; StatusError 6A83."""
    count = context.uicc.record_count(ef)
    number, pointer = find(Records(ef.kind, count), pointer_in(context, ef), p1)
    if not 1 <= number <= count:
        raise StatusError(status.RECORD_NOT_FOUND)
    return number, pointer


def pointer_in(context: Context, ef: Ef) -> int | None:
    """The record pointer, if it is one of this EF."""
    return context.record if ef is context.ef else None


def _absolute(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    return p1 or pointer or 0, pointer


def _next(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    number = 1 if pointer is None else pointer + 1
    if records.kind is FileKind.CYCLIC and number > records.count:
        number = 1
    return number, number


def _previous(records: Records, pointer: int | None, p1: int) -> tuple[int, int | None]:
    number = records.count if pointer is None else pointer - 1
    if records.kind is FileKind.CYCLIC and number == 0:
        number = records.count
    return number, number


MODES: dict[int, Mode] = {
    NEXT: _next,
    PREVIOUS: _previous,
    ABSOLUTE: _absolute,
}
"""Mode bits of P2 -> which record, TS 102 221 table 11.11; record 0 does not exist.

P1 says nothing in NEXT and PREVIOUS: a terminal sets it to 00, and a card does not look at it.
"""
