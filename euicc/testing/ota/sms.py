"""Short messages that carry packets, TS 23.040 9.2 and TS 31.115 4, and the ENVELOPE around one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apdu import Command, instruction, tlv

USER_DATA = 140
COMMAND_PACKET = bytes.fromhex("7000")
"""User data header element of a secured command packet."""
NETWORK_TO_UICC = bytes.fromhex("8381")
_CONCATENATED, _RESPONSE_PACKET = 0x00, 0x71
_DELIVER_WITH_HEADER = 0x40
_DATA_DOWNLOAD, _EIGHT_BIT_CLASS_2 = 0x7F, 0xF6
_TIME = bytes.fromhex("22705200000000")
"""When the service centre got it: nobody looks."""
_SMS_PP_DOWNLOAD, _DEVICES, _ADDRESS, _TPDU = 0xD1, 0x82, 0x86, 0x8B


@dataclass(frozen=True, slots=True)
class Numbering:
    """How parts of a concatenated message are numbered: a reference of 8 bits, or of 16."""

    reference: int
    wide: bool = False

    def element(self, total: int, number: int) -> bytes:
        """The user data header element of one part."""
        if self.wide:
            return bytes((0x08, 0x04)) + self.reference.to_bytes(2, "big") + bytes((total, number))
        return bytes((0x00, 0x03, self.reference & 0xFF, total, number))


def address(number: str) -> bytes:
    """TP address, TS 23.040 9.1.2.5: digits, with "+" in front for international ones."""
    digits = number.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2))
    return bytes((len(digits), 0x91 if number.startswith("+") else 0x81)) + bytes.fromhex(swapped)


def deliver(originator: str, user_data: bytes) -> bytes:
    """SMS-DELIVER TPDU with a user data header, for data download to the UICC."""
    parameters = bytes((_DATA_DOWNLOAD, _EIGHT_BIT_CLASS_2)) + _TIME + bytes((len(user_data),))
    return bytes((_DELIVER_WITH_HEADER,)) + address(originator) + parameters + user_data


def deliveries(packet: bytes, originator: str, numbering: Numbering) -> list[bytes]:
    """The SMS-DELIVER TPDUs that carry a command packet, in order. ValueError when 255 parts are too few."""
    if len(packet) <= USER_DATA - 1 - len(COMMAND_PACKET):
        return [deliver(originator, _with_header(COMMAND_PACKET, packet))]
    element = len(numbering.element(1, 1))
    first = USER_DATA - 1 - element - len(COMMAND_PACKET)
    other = USER_DATA - 1 - element
    pieces = [packet[:first]]
    pieces += [packet[start : start + other] for start in range(first, len(packet), other)]
    headers = [
        numbering.element(len(pieces), number) + (COMMAND_PACKET if number == 1 else b"")
        for number in range(1, len(pieces) + 1)
    ]
    return [
        deliver(originator, _with_header(header, piece))
        for header, piece in zip(headers, pieces, strict=True)
    ]


def _with_header(elements: bytes, payload: bytes) -> bytes:
    return bytes((len(elements),)) + elements + payload


def envelope(tpdu: bytes, service_centre: str | None = None) -> Command:
    """ENVELOPE (SMS-PP DOWNLOAD), TS 31.111 7.1.1, as a device sends it that waits for GET RESPONSE."""
    objects = tlv.encode(_DEVICES, NETWORK_TO_UICC)
    if service_centre is not None:
        coded = address(service_centre)
        objects += tlv.encode(_ADDRESS, coded[1:])
    data = tlv.encode(_SMS_PP_DOWNLOAD, objects, tlv.encode(_TPDU, tpdu))
    return Command(0x80, instruction.ENVELOPE, 0x00, 0x00, data)


@dataclass(frozen=True, slots=True)
class Submitted:
    """An SMS-SUBMIT of the card: to whom (digits, "+" in front of international ones), header elements, payload."""

    destination: str
    elements: dict[int, bytes]
    payload: bytes

    @classmethod
    def parse(cls, tpdu: bytes) -> Submitted:
        """From the TPDU; ValueError when it is none with a user data header."""
        if not tpdu or tpdu[0] & 0x43 != 0x41:
            raise ValueError("no SMS-SUBMIT with a user data header")
        digits = tpdu[2]
        end = 4 + (digits + 1) // 2
        number = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in tpdu[4:end])[:digits]
        start = end + 2 + (1 if tpdu[0] & 0x18 else 0)
        user_data = tpdu[start + 1 :]
        if len(user_data) != tpdu[start]:
            raise ValueError("user data length")
        header = user_data[1 : 1 + user_data[0]]
        elements = {}
        while header:
            elements[header[0]] = header[2 : 2 + header[1]]
            header = header[2 + header[1] :]
        plus = "+" if tpdu[3] & 0x70 == 0x10 else ""
        return cls(plus + number, elements, user_data[1 + user_data[0] :])


def response_packets(tpdus: Iterable[bytes]) -> list[bytes]:
    """The response packets, with their header 02 71 00, in the SMS-SUBMIT TPDUs that a card sent, in any order."""
    found: list[bytes] = []
    parts: dict[int, dict[int, Submitted]] = {}
    for tpdu in tpdus:
        message = Submitted.parse(tpdu)
        numbering = message.elements.get(_CONCATENATED)
        if numbering is None:
            collected = {1: message}
        else:
            reference, total, number = numbering
            collected = parts.setdefault(reference, {})
            collected[number] = message
            if len(collected) < total:
                continue
            del parts[reference]
        if _RESPONSE_PACKET in collected[1].elements:
            payload = b"".join(collected[number].payload for number in sorted(collected))
            found.append(bytes((0x02, _RESPONSE_PACKET, 0x00)) + payload)
    return found
