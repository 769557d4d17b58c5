"""STORE DATA: how one ES10 command travels in blocks (GPCS 11.11, SGP.22 5.7.2)."""

from __future__ import annotations

from apdu.command import Command
from apdu.instruction import STORE_DATA

CLA = 0x80
MORE_BLOCKS = 0x11
LAST_BLOCK = 0x91
BLOCK_SIZE_MAX = 255
BLOCKS_MAX = 256


def blocks(data: bytes, size: int = BLOCK_SIZE_MAX, le: int | None = 256) -> list[Command]:
    """The STORE DATA commands, on the basic channel, that carry `data` in blocks of `size` bytes.

    P1 is 11 and on the last block 91, P2 counts from 00; only the last block has `le`. ValueError when there
    is nothing to carry or it does not fit into 256 blocks.
    """
    if not 1 <= size <= BLOCK_SIZE_MAX:
        raise ValueError(f"a block of {size} bytes")
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    if not 1 <= len(pieces) <= BLOCKS_MAX:
        raise ValueError(f"{len(data)} bytes do not fit into 1 to {BLOCKS_MAX} blocks of {size} bytes")
    last = len(pieces) - 1
    commands = [Command(CLA, STORE_DATA, MORE_BLOCKS, p2, piece) for p2, piece in enumerate(pieces[:last])]
    return [*commands, Command(CLA, STORE_DATA, LAST_BLOCK, last, pieces[last], le)]
