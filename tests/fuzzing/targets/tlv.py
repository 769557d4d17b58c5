"""The readers of the wire: data objects, commands, responses, file control parameters, and what explains them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from apdu import Command, Response, StatusError, TlvError, TransportError, fcp, tlv
from apdu.explain import explain_command, explain_response
from tests.fuzzing.mutation import tlvs
from tests.rsp.garbage import session

mutate = tlvs
DEEPEST = 64


def fuzz_one(data: bytes) -> None:
    """Every reader reads it, or says with its one error that it cannot."""
    walk(data)
    with suppress(StatusError):
        command = Command.parse(data)
        assert Command.parse(command.encode()).encode() == command.encode()
    try:
        assert Response.parse(data).encode() == data
    except TransportError:
        assert len(data) < 2
    with suppress(TlvError):
        fcp.pins(fcp.parse(data).pin_status)
    assert explain_command(data)
    assert explain_response(data)


def walk(data: bytes, depth: int = 0) -> None:
    """All data objects, however deep; each is as long as it says, and the parts are the whole."""
    try:
        found = tlv.parse_all(data)
    except TlvError:
        return
    assert b"".join(each.encoded for each in found) == data
    for each in found:
        assert tlv.parse(each.encoded).value == each.value
        assert tlv.find(data, each.tag) is not None
        if tlv.is_constructed(each.tag) and depth < DEEPEST:
            walk(each.value, depth + 1)


def corpus() -> Iterator[bytes]:
    """What a card and its device say to each other, and what is in it."""
    for command in session()[::3]:
        yield command
        yield command[5:]
    yield bytes.fromhex("62178202412183026F078A01058B036F060580020009880138")
    yield bytes.fromhex("6F1A8410A0000005591010FFFFFFFF8900000100A5069F6501FF0000")
    yield bytes.fromhex("62268202782183023F00A5098001718303000000008A01058B032F0602C60990014083010183010A")
    yield bytes.fromhex("00A400040000023F000000")
    yield bytes.fromhex("7F498106 83020102 840103")
