"""Access rules as EF_ARR and FCPs carry them, TS 102 221 9.2 and ISO/IEC 7816-4 9.3.3: expanded and compact format.

Expanded: a list of access mode DOs, each followed by the conditions under which that access is open; any one of
several is enough. A rule for an instruction goes before one for a kind of access: where there is one, it alone
decides. Compact: an access mode byte, then one security condition byte for each of its bits.

An access that no rule names is closed, and so is one whose condition cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from apdu import Command, tlv
from apdu.command import class_on_channel
from apdu.tlv import Tlv, TlvError

Satisfied = Callable[[int], bool]
"""Whether the user authentication with this key reference has been done, or is not needed."""
Condition = Callable[[Satisfied], bool]

APPLICATION_PIN = 0x00
"""The key reference of a condition that asks for user authentication and names no key."""

ACCESS_MODE_BYTE = 0x80
HEADER_CLA, HEADER_INS, HEADER_P1, HEADER_P2 = 0x08, 0x04, 0x02, 0x01
ACCESS_MODES = range(0x80, 0x90)
"""80: access mode byte. 81..8F: a list of command headers, of which b4..b1 tell the bytes that are given."""
ALWAYS = 0x90
NEVER = 0x97
SECURITY_CONDITION_BYTE = 0x9E
USER_AUTHENTICATION = 0xA4
ANY_OF = 0xA0
NOT_OR_ALL_OF = 0xA7
ALL_OF = 0xAF
KEY_REFERENCE = 0x83
RECORD_PADDING = (0xFF, 0x00)

# Security condition byte, ISO/IEC 7816-4 table 34
NO_CONDITION, CLOSED = 0x00, 0xFF
ALL_CONDITIONS = 0x80
SECURE_MESSAGING, EXTERNAL_AUTHENTICATION, BY_USER = 0x40, 0x20, 0x10


def never(satisfied: Satisfied) -> bool:
    """The condition that nothing satisfies."""
    return False


def always(satisfied: Satisfied) -> bool:
    """No condition."""
    return True


@dataclass(frozen=True, slots=True)
class HeaderPattern:
    """What an access mode DO 81..8F names. parts: b4..b1 of its tag; headers: those bytes of each command it means."""

    parts: int
    headers: tuple[bytes, ...]

    def covers(self, ins: int, command: Command | None) -> bool:
        """Whether it names this instruction, and the rest of the command's header where it tells more.

        Without a command, one of which more is told is not covered.
        """
        if self.parts == HEADER_INS:
            return bytes((ins,)) in self.headers
        if command is None or command.ins != ins:
            return False
        header = (
            (HEADER_CLA, class_on_channel(command.cla, 0)),
            (HEADER_INS, ins),
            (HEADER_P1, command.p1),
            (HEADER_P2, command.p2),
        )
        return bytes(value for part, value in header if part & self.parts) in self.headers


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The rules for one file: by instruction or header, and by access mode byte; all conditions for each."""

    by_header: tuple[tuple[HeaderPattern, tuple[Condition, ...]], ...] = ()
    by_access: tuple[tuple[int, tuple[Condition, ...]], ...] = ()

    @property
    def depends_on_parameters(self) -> bool:
        """Whether more of a command's header than its instruction decides."""
        return any(pattern.parts != HEADER_INS for pattern, _ in self.by_header)

    def conditions(self, access: int, ins: int, command: Command | None) -> list[Condition]:
        """The conditions of which one must hold for an access by an instruction, in `command` if that is known.

        None of them: the access is closed.
        """
        named = [each for pattern, those in self.by_header if pattern.covers(ins, command) for each in those]
        return named or [each for mask, those in self.by_access if mask & access for each in those]


CLOSED_RULES = AccessRules()


@lru_cache(maxsize=256)
def expanded(record: bytes) -> AccessRules:
    """The rules of an EF_ARR record or of FCP tag AB, up to its padding; everything closed if it is malformed."""
    try:
        elements = _elements(record)
    except TlvError:
        return CLOSED_RULES
    rules: list[tuple[Tlv, list[Condition]]] = []
    for element in elements:
        if element.tag in ACCESS_MODES:
            rules.append((element, []))
        elif rules:
            rules[-1][1].append(_readable(element))
    return AccessRules(
        tuple((_pattern(mode), tuple(found)) for mode, found in rules if mode.tag != ACCESS_MODE_BYTE),
        tuple((mode.value[-1], tuple(found)) for mode, found in rules if _is_access_mode_byte(mode)),
    )


@lru_cache(maxsize=64)
def compact(value: bytes) -> AccessRules:
    """The rules of FCP tag 8C: access mode byte, then a security condition byte for each of its bits, b7 first.

    Everything is closed if there are more or fewer of them, or if b8 says that the coding is proprietary.
    """
    bits = [1 << position for position in range(6, -1, -1) if value[:1] and value[0] >> position & 1]
    if not bits or value[0] & 0x80 or len(value) != 1 + len(bits):
        return CLOSED_RULES
    conditions = (_condition_byte(bytes((each,))) for each in value[1:])
    return AccessRules(
        (), tuple((bit, (condition,)) for bit, condition in zip(bits, conditions, strict=True))
    )


def _elements(record: bytes) -> list[Tlv]:
    """TLVs up to the padding of the record."""
    end = 0
    while end < len(record) and record[end] not in RECORD_PADDING:
        _, _, end = tlv.read(record, end)
    return tlv.parse_all(record[:end])


def _is_access_mode_byte(mode: Tlv) -> bool:
    return mode.tag == ACCESS_MODE_BYTE and bool(mode.value)


def _pattern(mode: Tlv) -> HeaderPattern:
    parts = mode.tag & 0x0F
    length = parts.bit_count()
    starts = range(0, len(mode.value) - length + 1, length)
    return HeaderPattern(parts, tuple(mode.value[start : start + length] for start in starts))


def _readable(element: Tlv) -> Condition:
    """The condition, or `never` for one that cannot be read: it must not hold inside a NOT either."""
    try:
        return _condition(element)
    except TlvError:
        return never


def _condition(element: Tlv) -> Condition:
    compile_ = CONDITIONS.get(element.tag)
    if compile_ is None:
        raise TlvError(f"unknown security condition {element.tag:X}")
    return compile_(element.value)


def _nested(value: bytes) -> list[Condition]:
    return [_condition(element) for element in tlv.parse_all(value)]


def _authenticated(value: bytes) -> Condition:
    reference = tlv.find(value, KEY_REFERENCE)
    if reference is None or len(reference) != 1:
        raise TlvError("user authentication without a key reference")
    key = reference[0]
    return lambda satisfied: satisfied(key)


def _any(value: bytes) -> Condition:
    nested = _nested(value)
    return lambda satisfied: any(condition(satisfied) for condition in nested)


def _all(value: bytes) -> Condition:
    nested = _nested(value)
    return lambda satisfied: bool(nested) and all(condition(satisfied) for condition in nested)


def _not_or_all(value: bytes) -> Condition:
    """NOT of one condition. With several it can only mean AND: tools in the field have A7 and AF swapped."""
    nested = _nested(value)
    if len(nested) != 1:
        return _all(value)
    return lambda satisfied: not nested[0](satisfied)


def _condition_byte(value: bytes) -> Condition:
    """Security condition byte. User authentication is that by the application PIN; secure messaging and external
    authentication are open to nobody, since a terminal has neither with a UICC."""
    if len(value) != 1:
        raise TlvError("a security condition byte is one byte")
    if value[0] == NO_CONDITION:
        return always
    wanted = value[0] & (SECURE_MESSAGING | EXTERNAL_AUTHENTICATION | BY_USER)
    enough = wanted == BY_USER or not value[0] & ALL_CONDITIONS
    if value[0] == CLOSED or not wanted & BY_USER or not enough:
        return never
    return lambda satisfied: satisfied(APPLICATION_PIN)


CONDITIONS: dict[int, Callable[[bytes], Condition]] = {
    ALWAYS: lambda value: always,
    NEVER: lambda value: never,
    SECURITY_CONDITION_BYTE: _condition_byte,
    USER_AUTHENTICATION: _authenticated,
    ANY_OF: _any,
    ALL_OF: _all,
    NOT_OR_ALL_OF: _not_or_all,
}
"""Security condition DO -> how to evaluate it, ISO/IEC 7816-4 table 33."""
