"""ES10 requests as bytes, and a terminal that knows proactive sessions."""

from __future__ import annotations

from apdu import ApduChannel, tlv
from apdu import aid as aids
from euicc import Card
from tests.isdr.installed import iccid

TERMINAL_PROFILE = bytes.fromhex("8010000014") + b"\xff" * 20
REFRESH = bytes.fromhex("D009810301010482028182")
DONE, TERMINAL_BUSY, BEYOND_CAPABILITIES = "00", "2000", "30"


def open_isdr(card: Card) -> ApduChannel:
    """A logical channel on which the ISD-R is selected."""
    number = card.transmit(bytes.fromhex("0070000001"))[0]
    channel = ApduChannel(card, number)
    channel.select(aids.ISD_R)
    return channel


def switch(tag: int, number: int, refresh: bool) -> bytes:
    named = tlv.encode(0xA0, tlv.encode(0x5A, iccid(number)))
    return tlv.encode(tag, named, tlv.encode(0x81, b"\xff" if refresh else b"\x00"))


def enable(number: int, refresh: bool = False) -> bytes:
    return switch(0xBF31, number, refresh)


def disable(number: int, refresh: bool = False) -> bytes:
    return switch(0xBF32, number, refresh)


def delete(number: int) -> bytes:
    return tlv.encode(0xBF33, tlv.encode(0x5A, iccid(number)))


def memory_reset(*bits: int) -> bytes:
    octet = sum(0x80 >> bit for bit in bits)
    return bytes.fromhex("BF34048202") + bytes([0, octet])


def result(tag: int, code: int) -> bytes:
    return tlv.encode(tag, tlv.encode(0x80, bytes([code])))


def states(channel: ApduChannel) -> dict[int, int]:
    """State of each profile by its number, as GetProfilesInfo tells it."""
    answer = tlv.find(channel.store_data(bytes.fromhex("BF2D055C035A9F70")), 0xBF2D, 0xA0)
    assert answer is not None
    infos = [tlv.parse_all(info.value) for info in tlv.parse_all(answer)]
    return {shown.value[-1]: state.value[0] for shown, state in infos}


def enabled(channel: ApduChannel) -> list[int]:
    return [number for number, state in states(channel).items() if state]


def events(channel: ApduChannel) -> list[tuple[int, int, int]]:
    """(sequence number, event bits, profile number) of each pending notification."""
    answer = tlv.find(channel.store_data(bytes.fromhex("BF2800")), 0xBF28, 0xA0)
    assert answer is not None
    return [_event(each.value) for each in tlv.parse_all(answer)]


def _event(metadata: bytes) -> tuple[int, int, int]:
    seq, operation, named = (tlv.find(metadata, tag) for tag in (0x80, 0x81, 0x5A))
    assert seq
    assert operation
    assert named
    return int.from_bytes(seq, "big"), operation[1], named[-1]


def start_proactive(card: Card) -> None:
    """Be a terminal that takes part in proactive sessions."""
    assert card.transmit(TERMINAL_PROFILE)[-2] in (0x90, 0x91)


def fetch(card: Card) -> bytes:
    return card.transmit(bytes.fromhex("8012000000"))


def respond(card: Card, general_result: str = DONE) -> bytes:
    """TERMINAL RESPONSE to the command that was fetched; its status word."""
    given = bytes.fromhex(general_result)
    data = bytes.fromhex("810301010402028281") + tlv.encode(0x83, given)
    return card.transmit(bytes.fromhex("80140000") + bytes([len(data)]) + data)
