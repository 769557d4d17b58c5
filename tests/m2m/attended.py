"""A managed card in a device that has a network or not: what it tells the card, and what the card tells its SM-SR."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, Response, instruction, tlv
from euicc.testing.ota import Handset
from euicc.testing.ota.sms import Submitted
from tests.m2m import commands
from tests.m2m.managed import ICCID, OTHER_ICCID, Managed, managed, scp80

NORMAL, LIMITED, NO_SERVICE = range(3)
SMSR = "91947100000010"
"""Type of number and digits of +491700000001, as the card is told."""
SMSR_NUMBER = "+491700000001"
ADDRESSING = "A3" + commands.lv("81" + commands.lv(SMSR))
REFRESH = "D009810301010482028182"
SHORT_MESSAGE, TIMER, LOCAL_INFORMATION, REFRESH_TYPE = 0x13, 0x27, 0x26, 0x01
ALL_BUT_TIMERS = bytes.fromhex("FFDFFFFFFFFFFF00") + b"\xff" * 12
"""TERMINAL PROFILE without TIMER MANAGEMENT and timer expiration."""


def attended(*iccids: str) -> Managed:
    """A card with an SM-SR address that has told of its first attachment; by default with a second profile."""
    here = managed(*(iccids or (ICCID, OTHER_ICCID)))
    assert here.sw(commands.addressing(ADDRESSING)) == 0x9000
    return here


def declared(*iccids: str) -> Managed:
    """One whose first attachment is confirmed."""
    here = attended(*iccids)
    report(here, NORMAL)
    assert here.sw(commands.confirm(1)) == 0x9000
    here.handset.sent.clear()
    here.handset.commands.clear()
    return here


def report(here: Managed, status: int) -> Response:
    """Event download, Location status."""
    return envelope(
        here, tlv.encode(0xD6, bytes.fromhex("99010382028281"), tlv.encode(0x9B, bytes((status,))))
    )


def expire(here: Managed, timer: int = 1) -> Response:
    """Timer expiration."""
    return envelope(
        here, tlv.encode(0xD7, bytes.fromhex("82028281"), bytes((0xA4, 1, timer)), b"\xa5\x03\x00\x10\x00")
    )


def envelope(here: Managed, data: bytes) -> Response:
    return here.handset.transmit(Command(0x80, instruction.ENVELOPE, 0, 0, data))


def poll(here: Managed, times: int = 1) -> None:
    """STATUS."""
    for _ in range(times):
        here.handset.transmit(Command(0x80, instruction.STATUS, 0, 0x0C))


def refusing(*types: int, result: int = 0x20) -> Callable[[int], int]:
    """As `Handset.answer`: these proactive commands cannot be carried out."""
    return lambda kind: result if kind in types else 0x00


def told(here: Managed) -> list[tuple[int, int, bytes]]:
    """Of each notification sent: type, sequence number, AID."""
    return [
        (fields[0x4D][0], int.from_bytes(fields[0x4E], "big"), fields[0x2F])
        for fields in map(_fields, payloads(here))
    ]


def payloads(here: Managed) -> list[bytes]:
    """What the notifications that were sent say, each in a packet with the right checksum."""
    messages = [Submitted.parse(tpdu) for tpdu in here.handset.sent]
    assert all(message.destination == SMSR_NUMBER for message in messages)
    return [opened(message.payload) for message in messages if 0x70 in message.elements]


def opened(packet: bytes) -> bytes:
    """The data of a command packet that is not ciphered; its checksum has to be right."""
    assert int.from_bytes(packet[:2], "big") == len(packet) - 2
    head, check, data = packet[:16], packet[16:24], packet[24:]
    assert head[2:16].hex() == "1502001212000001" + "000000000000"
    assert scp80().checksum(head + data) == check
    return data


def _fields(payload: bytes) -> dict[int, bytes]:
    wrapper = tlv.parse(payload)
    assert wrapper.tag == 0xE1
    return {each.tag: each.value for each in wrapper.children()}


def refreshed(here: Managed) -> int:
    """How often the card asked for a reset."""
    return [each.hex().upper() for each in here.handset.commands].count(REFRESH)


def enabled(here: Managed) -> bytes:
    found = here.isdr.profiles.enabled()
    assert found is not None
    return found.aid


def power_cycle(here: Managed, profile: bytes | None = None) -> None:
    """The device loses its power, with all that the card was about to do."""
    kept = here.handset
    here.card.reset()
    here.handset = Handset(here.card) if profile is None else Handset(here.card, profile)
    here.handset.answer = kept.answer
    here.handset.sent[:0], here.handset.commands[:0] = kept.sent, kept.commands
