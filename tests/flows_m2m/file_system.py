"""All that a card's file system is: each file's FCP and content by APDU, and its content inside the card."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import ApduChannel, Command, instruction, tlv
from euicc import Card
from euicc.uicc.filesystem import Df, Ef, File, FileKind

ADM1 = 0x0A
_ADM1_VALUE = b"5" * 8
_PROPRIETARY, _AVAILABLE_MEMORY = 0xA5, 0x83
"""TS 102 221 11.1.1.4.6."""
_CURRENT_APPLICATION = b"\x7f\xff"


@dataclass(frozen=True)
class Stored:
    """One file. answers: status word and data of SELECT and of each command that reads; inside: its content.

    In the FCP of a BER-TLV file the available memory is left out: it tells of the whole card, not of the profile.
    """

    answers: tuple[tuple[int, bytes], ...]
    inside: bytes | None


def file_system(card: Card) -> dict[tuple[bytes, bytes], Stored]:
    """Every file of the enabled profile, by AID of its application (empty: none) and path; ADM1 is verified."""
    profile = card.enabled_profile.current()
    assert profile is not None
    channel = ApduChannel(card)
    assert _send(channel, instruction.VERIFY, 0, ADM1, _ADM1_VALUE)[0] == 0x9000
    return {
        _place(file): Stored(
            (_without_available_memory(_select(channel, file)), *_read(channel, file)),
            file.body.content if isinstance(file, Ef) else None,
        )
        for file in profile.filesystem.files()
    }


def _place(file: File) -> tuple[bytes, bytes]:
    """AID and path below the ADF, or nothing and the path from the MF."""
    chain = [file, *(file.parent.ancestors() if file.parent else ())]
    adf = next((each for each in chain if isinstance(each, Df) and each.aid), None)
    if adf is None or adf.aid is None:
        return b"", file.path
    return adf.aid, file.path[2:]


def _select(channel: ApduChannel, file: File) -> tuple[int, bytes]:
    aid, path = _place(file)
    if not aid:
        return _send(channel, instruction.SELECT, 0x08 if path else 0x00, 0x04, path or b"\x3f\x00")
    application = _send(channel, instruction.SELECT, 0x04, 0x04, aid)
    return (
        _send(channel, instruction.SELECT, 0x08, 0x04, _CURRENT_APPLICATION + path) if path else application
    )


def _without_available_memory(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    sw, fcp = answer
    kept = (
        tlv.encode(_PROPRIETARY, *(each.encoded for each in part.children() if each.tag != _AVAILABLE_MEMORY))
        if part.tag == _PROPRIETARY
        else part.encoded
        for part in tlv.parse(fcp).children()
    )
    return sw, tlv.encode(0x62, *kept)


def _read(channel: ApduChannel, file: File) -> list[tuple[int, bytes]]:
    """READ BINARY in pieces, every record, or every data object; one refusal where reading is not allowed."""
    if not isinstance(file, Ef):
        return []
    if file.kind is FileKind.BER_TLV:
        return _objects(channel)
    if file.kind.has_records:
        numbers = range(1, file.body.record_count + 1)
        return [_send(channel, instruction.READ_RECORD, number, 0x04) for number in numbers]
    offsets = range(0, max(1, file.body.size), 256)
    return [_send(channel, instruction.READ_BINARY, at >> 8, at & 0xFF) for at in offsets]


def _objects(channel: ApduChannel) -> list[tuple[int, bytes]]:
    sw, tags = _send(channel, instruction.RETRIEVE_DATA, 0x00, 0x80, b"\x5c", 0x80)
    listed = tlv.parse(tags).value if sw == 0x9000 else b""
    return [
        (sw, tags),
        *(_send(channel, instruction.RETRIEVE_DATA, 0x00, 0x80, bytes((tag,)), 0x80) for tag in listed),
    ]


def _send(
    channel: ApduChannel, ins: int, p1: int, p2: int, data: bytes = b"", cla: int = 0x00
) -> tuple[int, bytes]:
    response = channel.send(Command(cla, ins, p1, p2, data, None if ins == instruction.VERIFY else 256))
    return response.sw, response.data
