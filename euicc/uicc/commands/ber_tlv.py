"""RETRIEVE DATA and SET DATA, TS 102 221 11.3: the objects of a BER-TLV EF, in blocks.

P2 b8 b7 say which block comes, b5-b1 are an SFI or 0 for the current EF. What is on its way belongs to the channel: it
is given up when another EF or another object becomes current, and other commands may come in between. An object is
written as a whole, with its last block; until then an earlier one with its tag stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from apdu import Command, StatusError, instruction, status, tlv
from apdu.tlv import TlvError
from euicc.uicc import tree
from euicc.uicc.access import Access
from euicc.uicc.commands.length import wanted
from euicc.uicc.context import Context
from euicc.uicc.filesystem import Ef, FileKind

# P2
NEXT, RETRANSMIT, FIRST = 0x00, 0x40, 0x80
BLOCKS = (FIRST, NEXT, RETRANSMIT)
BLOCK_MASK = 0xC0
SFI_MASK = 0x1F
RFU = 0x20

TAG_LIST = 0x5C
"""Asks for the tags of all objects; no object can have it."""
LONGEST_TAG = 3
NO_LENGTH = b"\x00"


@dataclass(slots=True)
class Retrieval:
    """An object that is being read: from where to where the block last sent reaches."""

    ef: Ef
    data: bytes = field(repr=False)
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Arrival:
    """An object that is being written: what came before the last block, and with it; its tag, and its length in all."""

    ef: Ef
    tag: int
    length: int
    before: bytes = field(default=b"", repr=False)
    received: bytes = field(default=b"", repr=False)


def retrieve_data(context: Context, command: Command) -> bytes:
    """RETRIEVE DATA, TS 102 221 11.3.1: the first block names a tag (5C: the list of tags), the others have no data.

    Answers the object with tag and length, as much as Le takes; StatusError 62F1 with data when there is more.
    Others: 6A86, 6700, 6A80 (no tag), 6A88 (no such object), 6986, 6A82, 6981, 6985 (nothing to continue, or
    deactivated), 6982.
    """
    block = _block(command)
    if (block == FIRST) is not bool(command.data):
        raise StatusError(status.WRONG_LENGTH)
    transfer = _new_retrieval(context, command) if block == FIRST else _current(context, Retrieval)
    context.check_access(transfer.ef, Access.READ, instruction.RETRIEVE_DATA)
    start = transfer.start if block == RETRANSMIT else transfer.end
    if start == len(transfer.data) or (block == RETRANSMIT and not transfer.end):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    transfer.start, transfer.end = start, min(start + wanted(command), len(transfer.data))
    context.make_current(transfer.ef)
    context.transfer = transfer
    data = transfer.data[transfer.start : transfer.end]
    if transfer.end < len(transfer.data):
        raise StatusError(status.MORE_DATA_AVAILABLE, data)
    return data


def _new_retrieval(context: Context, command: Command) -> Retrieval:
    context.transfer = None
    ef, tag = _target(context, command), _lone_tag(command.data)
    context.check_access(ef, Access.READ, instruction.RETRIEVE_DATA)
    if tag is None:
        raise _wrong()
    objects = stored(context.uicc.content(ef))
    if tag == TAG_LIST:
        return Retrieval(ef, tlv.encode(TAG_LIST, *map(_bytes_of, objects)))
    if tag not in objects:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return Retrieval(ef, objects[tag])


def set_data(context: Context, command: Command) -> bytes:
    """SET DATA, TS 102 221 11.3.2: an object in blocks, which replaces one with its tag; a tag alone deletes it.

    StatusError 63F1 while the object is not complete. Others: 6A86, 6700, 6A80 (not DER, or more than its length
    says), 6A84 (no room), 6A88 (nothing to delete), 6986, 6A82, 6981, 6985 (nothing to continue, or deactivated), 6982.
    """
    block = _block(command)
    if not command.data:
        raise StatusError(status.WRONG_LENGTH)
    if block == FIRST:
        context.transfer = None
        return _first_block(context, command)
    transfer = _current(context, Arrival)
    context.check_access(transfer.ef, Access.UPDATE, instruction.SET_DATA)
    if block == NEXT:
        transfer.before = transfer.received
    return _receive(context, transfer, transfer.before + command.data)


def _first_block(context: Context, command: Command) -> bytes:
    ef = _target(context, command)
    context.check_access(ef, Access.UPDATE, instruction.SET_DATA)
    deleted = _lone_tag(command.data)
    if deleted is not None:
        _store(context, ef, deleted, b"")
        return b""
    tag, length = _header(command.data)
    _check_room(context, ef, tag, length)
    return _receive(context, Arrival(ef, tag, length), command.data)


def _header(data: bytes) -> tuple[int, int]:
    """Tag and length in all of the object that begins like this; StatusError 6A80 when it is not DER."""
    try:
        tag, start, end = tlv.read_header(data)
    except TlvError:
        raise _wrong() from None
    shortest = len(_bytes_of(tag)) + len(tlv.encode_length(end - start)) + end - start
    if tag == TAG_LIST or len(_bytes_of(tag)) > LONGEST_TAG or shortest != end:
        raise _wrong()
    return tag, end


def _receive(context: Context, transfer: Arrival, received: bytes) -> bytes:
    if len(received) > transfer.length:
        raise _wrong()
    if len(received) == transfer.length:
        _store(context, transfer.ef, transfer.tag, received)
    transfer.received = received
    context.make_current(transfer.ef)
    context.transfer = transfer
    if len(received) < transfer.length:
        raise StatusError(status.MORE_DATA_EXPECTED)
    return b""


def _store(context: Context, ef: Ef, tag: int, encoded: bytes) -> None:
    """Put an object into the EF, in place of one with its tag; no bytes: delete that."""
    uicc = context.uicc
    objects = stored(uicc.content(ef))
    if not encoded and tag not in objects:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    _check_room(context, ef, tag, len(encoded))
    objects[tag] = encoded
    content = b"".join(objects.values())
    with uicc.memory.transaction():
        tree.charge(uicc, tree.cost(ef, len(content)) - tree.cost(ef, uicc.size(ef)))
        uicc.write(ef, content)
    context.make_current(ef)


def _check_room(context: Context, ef: Ef, tag: int, length: int) -> None:
    """StatusError 6A84 when an object of this length would not find room."""
    uicc = context.uicc
    replaced = stored(uicc.content(ef)).get(tag, b"")
    size = uicc.size(ef) - len(replaced) + length
    if (
        size > (ef.maximum_size or size)
        or tree.cost(ef, size) - tree.cost(ef, uicc.size(ef)) > uicc.free_memory()
    ):
        raise StatusError(status.NOT_ENOUGH_MEMORY)


def stored(content: bytes) -> dict[int, bytes]:
    """The objects in the body of a BER-TLV EF by tag, each with all its bytes; what cannot be read ends them."""
    objects: dict[int, bytes] = {}
    offset = 0
    try:
        while offset < len(content):
            tag, _, end = tlv.read(content, offset)
            objects[tag] = content[offset:end]
            offset = end
    except TlvError:
        return objects
    return objects


def _block(command: Command) -> int:
    block = command.p2 & BLOCK_MASK
    if command.p1 or command.p2 & RFU or block not in BLOCKS:
        raise StatusError(status.INCORRECT_P1_P2)
    if block != FIRST and command.p2 & SFI_MASK:  # further blocks are of the current EF
        raise StatusError(status.INCORRECT_P1_P2)
    return block


def _target(context: Context, command: Command) -> Ef:
    ef = context.target(command.p2 & SFI_MASK or None)
    if ef.kind is not FileKind.BER_TLV:
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    return ef


T = TypeVar("T", Retrieval, Arrival)


def _current(context: Context, kind: type[T]) -> T:
    """The transfer of the channel, if it is of this kind; StatusError 6985, and then there is none any more."""
    transfer = context.transfer
    if not isinstance(transfer, kind) or transfer.ef is not context.ef:
        context.transfer = None
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return transfer


def _lone_tag(data: bytes) -> int | None:
    """The tag that the data are, without a length; None when they are anything else."""
    try:
        tag, start, end = tlv.read(data + NO_LENGTH)
    except TlvError:
        return None
    return tag if start == end == len(data) + len(NO_LENGTH) else None


def _bytes_of(tag: int) -> bytes:
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big")


def _wrong() -> StatusError:
    return StatusError(status.INCORRECT_DATA)
