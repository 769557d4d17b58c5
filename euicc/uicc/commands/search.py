"""SEARCH RECORD, TS 102 221 11.1.7.

The string is compared with the bytes of a record at one place: its beginning, an offset, or behind the first
occurrence of a character. The search does not go round, not in a cyclic EF either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apdu import Command, StatusError, instruction, status
from euicc.uicc.access import Access
from euicc.uicc.commands import addressing
from euicc.uicc.context import Context

# P2 b3-b1
SIMPLE_FORWARD = 0x04
SIMPLE_BACKWARD = 0x05
ENHANCED = 0x06

# First byte of the search indication of an enhanced search
FORWARD_FROM_P1 = 0x04
BACKWARD_FROM_P1 = 0x05
FORWARD_FROM_NEXT = 0x06
BACKWARD_FROM_PREVIOUS = 0x07
BEHIND_CHARACTER = 0x08
SHORTEST_ENHANCED = 3
"""Two bytes of search indication and one of string."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched, where it starts, and in which direction (+1 or -1).

    beyond: it starts behind the current record (or before it) instead of with the one that P1 means. place: where in a
    record the string must lie; None: nowhere.
    """

    string: bytes
    beyond: bool
    step: int
    place: Callable[[bytes], int | None]

    def hits(self, record: bytes) -> bool:
        """Whether the string lies at its place in this record."""
        offset = self.place(record)
        return offset is not None and record[offset : offset + len(self.string)] == self.string

    def numbers(self, p1: int, pointer: int | None, count: int) -> Iterable[int]:
        """Numbers of the records to look at, in order; StatusError 6A83 when the first does not exist."""
        if self.beyond:
            origin = pointer or (0 if self.step > 0 else count + 1)
            start = origin + self.step
        else:
            start = p1 or pointer or 0
            if not 1 <= start <= count:
                raise StatusError(status.RECORD_NOT_FOUND)
        # Another channel may have made the file shorter than the pointer reaches.
        return range(start, count + 1) if self.step > 0 else range(min(start, count), 0, -1)


def search_record(context: Context, command: Command) -> bytes:
    """SEARCH RECORD, TS 102 221 11.1.7: numbers of the records that have the string, in the order of the search.

    P1 is the record to start with, 00 the current one; P2 b8-b4 is an SFI or 0 for the current EF, b3-b1 the kind of
    search. The first hit becomes the current record. An enhanced search from the next or the previous record counts
    from the record pointer, whatever P1 is; where that is not set, from the first or the last record. StatusError:
    6A86, 6700, 6A80 (search indication), 6986, 6A82, 6981, 6985, 6982, 6A83 (no such record to start with), 6282 when
    nothing is found.
    """
    read = SEARCHES.get(command.p2 & addressing.MODE_MASK)
    if read is None:
        raise StatusError(status.INCORRECT_P1_P2)
    search = read(command)
    ef = addressing.with_records(context, command.p2)
    context.check_access(ef, Access.READ, instruction.SEARCH_RECORD)
    count = context.uicc.record_count(ef)
    numbers = search.numbers(command.p1, addressing.pointer_in(context, ef), count)
    found = bytes(n for n in numbers if search.hits(context.uicc.record(ef, n)))
    context.make_current(ef)
    if not found:
        raise StatusError(status.END_OF_FILE)
    context.record = found[0]
    return found


def _simple(step: int) -> Callable[[Command], Search]:
    def read(command: Command) -> Search:
        if not command.data:
            raise StatusError(status.WRONG_LENGTH)
        return Search(command.data, beyond=False, step=step, place=_at(0))

    return read


def _enhanced(command: Command) -> Search:
    if len(command.data) < SHORTEST_ENHANCED:
        raise StatusError(status.WRONG_LENGTH)
    indication, byte, string = command.data[0], command.data[1], command.data[2:]
    start = STARTS.get(indication & ~BEHIND_CHARACTER)
    if start is None:
        raise StatusError(status.INCORRECT_DATA)
    return Search(string, *start, _behind(byte) if indication & BEHIND_CHARACTER else _at(byte))


def _at(offset: int) -> Callable[[bytes], int | None]:
    return lambda record: offset


def _behind(character: int) -> Callable[[bytes], int | None]:
    def place(record: bytes) -> int | None:
        found = record.find(character)
        return None if found < 0 else found + 1

    return place


STARTS = {
    FORWARD_FROM_P1: (False, 1),
    BACKWARD_FROM_P1: (False, -1),
    FORWARD_FROM_NEXT: (True, 1),
    BACKWARD_FROM_PREVIOUS: (True, -1),
}
"""Search indication -> whether it starts beyond the current record, and the direction, TS 102 221 table 11.13."""

SEARCHES: dict[int, Callable[[Command], Search]] = {
    SIMPLE_FORWARD: _simple(1),
    SIMPLE_BACKWARD: _simple(-1),
    ENHANCED: _enhanced,
}
"""P2 b3-b1 -> how P1 and the data say what is searched, TS 102 221 table 11.12."""
