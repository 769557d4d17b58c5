"""Short messages as the card gets and sends them: TPDUs and user data headers (TS 23.040 9.2), concatenation."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

USER_DATA_MAX = 140
"""Bytes of user data, header included, in an SMS-DELIVER or SMS-SUBMIT."""
COMMAND_PACKET, RESPONSE_PACKET = 0x70, 0x71
"""User data header elements of secured packets, TS 31.115 4."""
RESPONSE_HEADER = bytes((0x02, RESPONSE_PACKET, 0x00))
CONCATENATED, CONCATENATED_WIDE = 0x00, 0x08
SETS_MAX = 16
"""Concatenated messages that may be incomplete at the same time; the one that waits longest is given up for another."""

_MESSAGE_TYPE, _DELIVER = 0x03, 0x00
_WITH_HEADER = 0x40
_SUBMIT_WITH_HEADER = 0x41
_AFTER_ADDRESS = 2 + 7
"""PID, DCS, and the service centre's time stamp."""
_ADDRESS_DIGITS_MAX = 20
_EIGHT_BIT = 0x04
_CLASS_GROUP, _CLASS_GROUP_MASK, _GENERAL_GROUPS = 0xF0, 0xF4, 0xC0
_ALPHABET_MASK = 0x0C
_NUMBERING_LENGTHS = {CONCATENATED: 3, CONCATENATED_WIDE: 4}


class ShortMessageError(Exception):
    """These bytes are no short message that could carry a packet."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a concatenated message this is. key: what its parts have in common."""

    key: tuple[int, int]
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Deliver:
    """An SMS-DELIVER with a user data header, TS 23.040 9.2.2.1.

    originator: the address as it stands, length, type and digits. elements: tag -> value of the user data header.
    payload: user data behind the header.
    """

    originator: bytes
    elements: dict[int, bytes]
    payload: bytes

    @classmethod
    def parse(cls, tpdu: bytes) -> Deliver:
        """From the TPDU; ShortMessageError when it is no SMS-DELIVER of 8-bit data with such a header."""
        if len(tpdu) < 2 or tpdu[0] & _MESSAGE_TYPE != _DELIVER or not tpdu[0] & _WITH_HEADER:
            raise ShortMessageError("no SMS-DELIVER with a user data header")
        if tpdu[1] > _ADDRESS_DIGITS_MAX:
            raise ShortMessageError("originating address")
        end = 3 + (tpdu[1] + 1) // 2
        start = end + _AFTER_ADDRESS + 1
        user_data = tpdu[start:]
        if len(tpdu) < start or tpdu[start - 1] != len(user_data) or not _is_binary(tpdu[end + 1]):
            raise ShortMessageError("user data")
        elements, payload = _split(user_data)
        return cls(tpdu[1:end], elements, payload)

    @property
    def part(self) -> Part | None:
        """Its place in a concatenated message; None when it stands alone. ShortMessageError."""
        for tag, length in _NUMBERING_LENGTHS.items():
            value = self.elements.get(tag)
            if value is None:
                continue
            if len(value) != length or not 1 <= value[-1] <= value[-2]:
                raise ShortMessageError("concatenation element")
            return Part((tag, int.from_bytes(value[:-2], "big")), value[-2], value[-1])
        return None


def _is_binary(coding_scheme: int) -> bool:
    """Whether the data coding scheme says 8-bit data, TS 23.038 4."""
    if coding_scheme < _GENERAL_GROUPS:
        return coding_scheme & _ALPHABET_MASK == _EIGHT_BIT
    return coding_scheme & _CLASS_GROUP_MASK == _CLASS_GROUP | _EIGHT_BIT


def _split(user_data: bytes) -> tuple[dict[int, bytes], bytes]:
    """Header elements by tag, and what follows the header; of elements that repeat the last one counts."""
    end = 1 + user_data[0] if user_data else 1
    if end > len(user_data):
        raise ShortMessageError("user data header length")
    elements = {}
    offset = 1
    while offset < end:
        stop = offset + 2 + user_data[offset + 1] if offset + 1 < end else end + 1
        if stop > end:
            raise ShortMessageError("user data header element")
        elements[user_data[offset]] = user_data[offset + 2 : stop]
        offset = stop
    return elements, user_data[end:]


@dataclass(frozen=True, slots=True)
class Received:
    """A whole message: where from, and what it carries."""

    originator: bytes
    elements: dict[int, bytes]
    payload: bytes


@dataclass(slots=True)
class _Set:
    total: int
    parts: dict[int, Deliver] = field(default_factory=dict)

    def fits(self, part: Part, message: Deliver) -> bool:
        """Whether the part belongs here, or its set began anew under the same reference."""
        known = self.parts.get(part.number, message)
        return self.total == part.total and known == message


class Reassembly:
    """Concatenated messages that are not complete yet, TS 23.040 9.2.3.24.1; in any order, duplicates ignored.

    References are those of their originating address. What came before is dropped when the same reference is used
    with another number of parts, or again for another part.
    """

    def __init__(self) -> None:
        self._sets: OrderedDict[tuple[bytes, tuple[int, int]], _Set] = OrderedDict()

    def add(self, message: Deliver) -> Received | None:
        """The whole message that this part completes; None while parts are missing. ShortMessageError."""
        part = message.part
        if part is None:
            return Received(message.originator, message.elements, message.payload)
        key = (message.originator, part.key)
        collected = self._sets.get(key)
        if collected is None or not collected.fits(part, message):
            collected = self._sets[key] = _Set(part.total)
        self._sets.move_to_end(key)
        collected.parts[part.number] = message
        if len(collected.parts) == collected.total:
            del self._sets[key]
            return _join(collected)
        if len(self._sets) > SETS_MAX:
            self._sets.popitem(last=False)
        return None


def _join(collected: _Set) -> Received:
    parts = [collected.parts[number] for number in range(1, collected.total + 1)]
    return Received(parts[0].originator, parts[0].elements, b"".join(part.payload for part in parts))


def submits(destination: bytes, response: bytes, reference: int) -> list[bytes]:
    """The SMS-SUBMIT TPDUs that carry a response packet (from RPL on), TS 31.115 4.

    destination: an address as `Deliver.originator` has it. reference: 0 to 255, for a response of several messages.
    """
    if len(RESPONSE_HEADER) + len(response) <= USER_DATA_MAX:
        return [_submit(destination, RESPONSE_HEADER + response)]
    first = USER_DATA_MAX - 6 - 2
    other = USER_DATA_MAX - 6
    pieces = [response[:first]]
    pieces += [response[start : start + other] for start in range(first, len(response), other)]
    return [
        _submit(destination, _numbered(reference, len(pieces), number) + piece)
        for number, piece in enumerate(pieces, start=1)
    ]


def _numbered(reference: int, total: int, number: int) -> bytes:
    elements = bytes((CONCATENATED, 3, reference, total, number))
    if number == 1:
        elements += bytes((RESPONSE_PACKET, 0))
    return bytes((len(elements),)) + elements


def _submit(destination: bytes, user_data: bytes) -> bytes:
    """SMS-SUBMIT without validity period; the terminal sets the message reference."""
    protocol_and_coding = bytes((0x00, _EIGHT_BIT))
    head = bytes((_SUBMIT_WITH_HEADER, 0x00)) + destination + protocol_and_coding
    return head + bytes((len(user_data),)) + user_data
