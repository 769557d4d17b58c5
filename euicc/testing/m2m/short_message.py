"""Short messages on their way from a card to a server: SMS-SUBMIT made SMS-DELIVER, and read, TS 23.040 9.2."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from euicc.testing.ota.sms import address

_TYPE, _SUBMIT, _DELIVER = 0x03, 0x01, 0x00
_HEADER, _NO_MORE = 0x40, 0x04
_VALIDITY_LENGTHS = {0x00: 0, 0x10: 1, 0x08: 7, 0x18: 7}
"""Bits b5b4 of an SMS-SUBMIT -> bytes of its validity period."""
_TIME = bytes.fromhex("22705200000000")
_TIME_LENGTH = len(_TIME)
_INTERNATIONAL, _NUMBER_TYPE = 0x10, 0x70
_NUMBERINGS, _NUMBERING_LENGTH = (0x00, 0x08), 3
"""User data header elements of concatenated messages: reference of 8 or 16 bits, parts, place."""
_SETS_MAX = 20_000
"""Messages that are not whole yet: as many cards may be answering at the same time."""


class ShortMessageError(Exception):
    """These bytes are no TPDU of the kind that was expected."""


@dataclass(frozen=True)
class ShortMessage:
    """An SMS-DELIVER or SMS-SUBMIT. number: the other end ("+" in front of international digits).

    elements: of the user data header by their identifiers; payload: what follows it.
    """

    number: str
    pid: int
    dcs: int
    header: bool
    user_data: bytes
    elements: dict[int, bytes]
    payload: bytes

    def delivered(self, sender: str) -> bytes:
        """The SMS-DELIVER TPDU that comes out at the other end."""
        first = _DELIVER | _NO_MORE | (_HEADER if self.header else 0)
        parameters = bytes((self.pid, self.dcs)) + _TIME + bytes((len(self.user_data),))
        return bytes((first,)) + address(sender) + parameters + self.user_data


def is_submit(tpdu: bytes) -> bool:
    """Whether a TPDU is an SMS-SUBMIT."""
    return tpdu[:1] != b"" and tpdu[0] & _TYPE == _SUBMIT


def parse_submit(tpdu: bytes) -> ShortMessage:
    """An SMS-SUBMIT of 8-bit data; ShortMessageError."""
    if not is_submit(tpdu):
        raise ShortMessageError("no SMS-SUBMIT")
    return _parse(tpdu, 2, _VALIDITY_LENGTHS[tpdu[0] & 0x18])


def parse_deliver(tpdu: bytes) -> ShortMessage:
    """An SMS-DELIVER of 8-bit data; ShortMessageError."""
    if not tpdu or tpdu[0] & _TYPE != _DELIVER:
        raise ShortMessageError("no SMS-DELIVER")
    return _parse(tpdu, 1, _TIME_LENGTH)


def _parse(tpdu: bytes, start: int, skipped: int) -> ShortMessage:
    try:
        digits = tpdu[start]
        end = start + 2 + (digits + 1) // 2
        number = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in tpdu[start + 2 : end])[:digits]
        plus = "+" if tpdu[start + 1] & _NUMBER_TYPE == _INTERNATIONAL else ""
        at = end + 2 + skipped
        user_data = tpdu[at + 1 :]
        if len(user_data) != tpdu[at]:
            raise ShortMessageError("user data length")
        header = bool(tpdu[0] & _HEADER)
        elements, payload = _elements(user_data) if header else ({}, user_data)
        return ShortMessage(plus + number, tpdu[end], tpdu[end + 1], header, user_data, elements, payload)
    except IndexError:
        raise ShortMessageError("a TPDU that is cut off") from None


def _elements(user_data: bytes) -> tuple[dict[int, bytes], bytes]:
    header, elements = user_data[1 : 1 + user_data[0]], {}
    while header:
        elements[header[0]] = header[2 : 2 + header[1]]
        header = header[2 + header[1] :]
    return elements, user_data[1 + user_data[0] :]


@dataclass(frozen=True)
class Whole:
    """A message whose parts have all come: elements of the first part, payload of all."""

    sender: str
    elements: dict[int, bytes]
    payload: bytes


class Reassembly:
    """Puts concatenated messages together, whatever the order and however often a part comes; per sender."""

    def __init__(self) -> None:
        self._parts: OrderedDict[tuple[str, bytes], dict[int, ShortMessage]] = OrderedDict()

    def add(self, message: ShortMessage) -> Whole | None:
        """One more short message; the whole one if this completes it. ShortMessageError."""
        numbering = next((message.elements[tag] for tag in _NUMBERINGS if tag in message.elements), None)
        if numbering is None:
            return Whole(message.number, message.elements, message.payload)
        if len(numbering) < _NUMBERING_LENGTH or not 1 <= numbering[-1] <= numbering[-2]:
            raise ShortMessageError("concatenation element")
        total, place = numbering[-2:]
        name = (message.number, numbering[:-1])
        parts = self._parts.setdefault(name, {})
        if place in parts and parts[place].payload != message.payload:
            # The reference was used before, by a message that never became whole.
            parts.clear()
        parts[place] = message
        if set(range(1, total + 1)) - set(parts):
            # What never becomes whole makes room for what is newer.
            while len(self._parts) > _SETS_MAX:
                self._parts.popitem(last=False)
            return None
        del self._parts[name]
        payload = b"".join(parts[number].payload for number in range(1, total + 1))
        return Whole(message.number, parts[1].elements, payload)
