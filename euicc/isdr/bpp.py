"""The structure of a bound profile package as it arrives piece by piece, SGP.22 2.5.4 and 5.7.6.

    BF36 { BF23, A0 { 87 }, A1 { 88 ... }, A2 { 87 } OPTIONAL, A3 { 86 ... } }

The device cuts it where it likes: a piece may be a header alone, one segment, or the whole package. What matters is
the order of the TLVs, which is the table below. Nothing here knows keys or contents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from apdu import StatusError, TlvError, status, tlv

BOUND_PROFILE_PACKAGE = 0xBF36
INITIALISE_SECURE_CHANNEL = 0xBF23


class BppCommand(IntEnum):
    """BppCommandId, SGP.22 2.5.6: the part that a ProfileInstallationResult says failed."""

    INITIALISE_SECURE_CHANNEL = 0
    CONFIGURE_ISDP = 1
    STORE_METADATA = 2
    STORE_METADATA2 = 3
    REPLACE_SESSION_KEYS = 4
    LOAD_PROFILE_ELEMENTS = 5


@dataclass(frozen=True)
class Part:
    """One container of the package and the segments it holds."""

    container: int
    segment: int
    command: BppCommand
    optional: bool = False


PARTS = (
    Part(0xA0, 0x87, BppCommand.CONFIGURE_ISDP),
    Part(0xA1, 0x88, BppCommand.STORE_METADATA),
    Part(0xA2, 0x87, BppCommand.REPLACE_SESSION_KEYS, optional=True),
    Part(0xA3, 0x86, BppCommand.LOAD_PROFILE_ELEMENTS),
)
TAGS = frozenset(
    {BOUND_PROFILE_PACKAGE, INITIALISE_SECURE_CHANNEL}
    | {tag for part in PARTS for tag in (part.container, part.segment)}
)
"""Every tag of a package; a piece that starts with another is answered 6A88."""


class BppStructureError(Exception):
    """A TLV inside a part is cut, too long for it, or not the one that belongs there."""

    def __init__(self, command: BppCommand) -> None:
        super().__init__(command)
        self.command = command


class LoadRefused(Exception):
    """The package failed at `command` for `reason` (ErrorReason, SGP.22 2.5.6).

    response: EUICCResponse of the profile installer, tag 30, where the reason is PEProcessingError.
    """

    def __init__(self, command: BppCommand, reason: int, response: bytes | None = None) -> None:
        super().__init__(command, reason)
        self.command = command
        self.reason = reason
        self.response = response


@dataclass(frozen=True)
class Segment:
    """One protected TLV, tag and length included. `last` says that its part ends with it."""

    command: BppCommand
    tlv: bytes
    last: bool


class BppStream:
    """Follows the parts of one package; `segments` yields what each piece completes."""

    def __init__(self, length: int) -> None:
        """Follow a package whose parts after BF23 take `length` bytes."""
        self._left_in_package = length
        self._left_in_part = 0
        self._next = 0
        self._part = PARTS[0]

    @property
    def command(self) -> BppCommand:
        """The part that is being received or was received last; at first the one that comes next."""
        return self._part.command

    def segments(self, piece: bytes) -> Iterator[Segment]:
        """Yield the segments of `piece`.

        StatusError 6A88: the piece starts with a tag that no package has. StatusError 6985: it starts with one that
        has no place now. BppStructureError: anything wrong further inside.
        """
        self._admit(piece)
        position = 0
        while position < len(piece):
            if self._left_in_part:
                tag, _, end = self._read(piece, position)
                yield self._segment(tag, piece[position:end])
            else:
                end = self._open(piece, position)
            position = end

    def _admit(self, piece: bytes) -> None:
        tag = first_tag(piece)
        if tag not in TAGS:
            raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
        if tag not in self._expected():
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)

    def _expected(self) -> set[int]:
        if self._left_in_part:
            return {self._part.segment}
        following = PARTS[self._next : self._next + 2]
        return {part.container for part in following[: 2 if following and following[0].optional else 1]}

    def _open(self, piece: bytes, position: int) -> int:
        tag, start, length = _header(piece, position, self.command)
        if tag not in self._expected():
            raise BppStructureError(self.command)
        self._part = next(part for part in PARTS if part.container == tag)
        self._next = PARTS.index(self._part) + 1
        self._left_in_package -= start - position + length
        if not length or self._left_in_package < 0:
            raise BppStructureError(self.command)
        self._left_in_part = length
        return start

    def _segment(self, tag: int, encoded: bytes) -> Segment:
        self._left_in_part -= len(encoded)
        if tag != self._part.segment or self._left_in_part < 0:
            raise BppStructureError(self.command)
        return Segment(self._part.command, encoded, last=not self._left_in_part)

    def _read(self, piece: bytes, position: int) -> tuple[int, int, int]:
        try:
            return tlv.read(piece, position)
        except TlvError as error:
            raise BppStructureError(self.command) from error


def open_package(piece: bytes) -> tuple[int, bytes, bytes]:
    """Length of the whole package's value, its first TLV (BF23), and what follows in the same piece.

    StatusError 6A80: the header is not followed by one complete BF23, so there is nothing to answer for.
    """
    try:
        _, start, stop = tlv.read_header(piece)
        tag, _, end = tlv.read(piece, start)
    except TlvError as error:
        raise StatusError(status.INCORRECT_DATA) from error
    if tag != INITIALISE_SECURE_CHANNEL or end > stop:
        raise StatusError(status.INCORRECT_DATA)
    return stop - start, piece[start:end], piece[end:]


def first_tag(piece: bytes) -> int | None:
    """The tag that `piece` starts with, None where there is none."""
    try:
        return tlv.read_header(piece)[0]
    except TlvError:
        return None


def _header(piece: bytes, position: int, command: BppCommand) -> tuple[int, int, int]:
    """Tag, start of the value and its length, whether or not the value is there."""
    try:
        tag, start, end = tlv.read_header(piece, position)
    except TlvError as error:
        raise BppStructureError(command) from error
    return tag, start, end - start
