"""Access rules of EF_ARR, TS 102 221 clause 9 and ISO/IEC 7816-4 (expanded format).

A record of EF_ARR is a list of access mode DOs, each followed by the conditions under which that access is
open. An access that no access mode DO names is closed, and so is a file whose rule is missing or
unreadable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from typing import TYPE_CHECKING

from apdu import tlv
from apdu.tlv import Tlv, TlvError
from euicc.uicc.filesystem import Df, Ef, File

if TYPE_CHECKING:
    from euicc.uicc.uicc import Uicc

Satisfied = Callable[[int], bool]
"""Whether the user authentication with this key reference has been done, or is not needed."""


class Access(IntFlag):
    """Access mode byte of an EF, ISO/IEC 7816-4 table 31."""

    READ = 0x01
    UPDATE = 0x02
    WRITE = 0x04
    DEACTIVATE = 0x08
    ACTIVATE = 0x10
    TERMINATE = 0x20
    DELETE = 0x40


ACCESS_MODE_BYTE = 0x80
ACCESS_MODE_INS = 0x84
ACCESS_MODES = range(0x80, 0x90)
ALWAYS = 0x90
NEVER = 0x97
SECURITY_CONDITION_BYTE = 0x9E
USER_AUTHENTICATION = 0xA4
ANY_OF = 0xA0
NOT_OR_ALL_OF = 0xA7
ALL_OF = 0xAF
KEY_REFERENCE = 0x83
NO_CONDITION = b"\x00"
RECORD_PADDING = (0xFF, 0x00)
DEFAULT_ENVIRONMENT = 0x01
"""The security environment unless the universal PIN replaces the application PIN, TS 102 221 11.1.1.4.7."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One access mode with its conditions; any one of them opens the access."""

    mode: Tlv
    conditions: tuple[Tlv, ...]

    def covers(self, access: Access, ins: int) -> bool:
        """Whether the rule is about this access, named by mask or by the instruction byte."""
        if self.mode.tag == ACCESS_MODE_BYTE:
            return bool(self.mode.value[-1:] and self.mode.value[-1] & access)
        return self.mode.tag == ACCESS_MODE_INS and self.mode.value == bytes([ins])


def permits(file: File, access: Access, ins: int, uicc: Uicc, satisfied: Satisfied) -> bool:
    """Whether `access` to `file` by instruction `ins` is open, TS 102 221 9.2."""
    record = arr_record(file, uicc)
    return any(
        _opens(condition, satisfied)
        for rule in rules(record)
        if rule.covers(access, ins)
        for condition in rule.conditions
    )


def arr_record(file: File, uicc: Uicc) -> bytes:
    """The EF_ARR record that tag 8B of `file` refers to; empty when there is none.

    EF_ARR is searched in the directory of the file and then upwards, TS 102 221 11.1.1.4.7.
    """
    arr_fid, number = int.from_bytes(file.security[:2], "big"), _record_number(file.security[2:])
    start = file if isinstance(file, Df) else file.parent or uicc.profile.filesystem.mf
    for df in start.ancestors():
        arr = df.children.get(arr_fid)
        if isinstance(arr, Ef) and arr.kind.has_records:
            return uicc.record(arr, number) if 1 <= number <= uicc.record_count(arr) else b""
    return b""


def _record_number(reference: bytes) -> int:
    """Record number from the short form (one byte) or from pairs of security environment and record."""
    if len(reference) < 2:
        return int.from_bytes(reference, "big")
    pairs = dict(zip(reference[0::2], reference[1::2], strict=False))
    return pairs.get(DEFAULT_ENVIRONMENT, reference[1])


@lru_cache(maxsize=256)
def rules(record: bytes) -> tuple[Rule, ...]:
    """The rules of one EF_ARR record; none at all if it is malformed."""
    found: list[Rule] = []
    try:
        for element in _elements(record):
            if element.tag in ACCESS_MODES:
                found.append(Rule(element, ()))
            elif found:
                found[-1] = Rule(found[-1].mode, (*found[-1].conditions, element))
    except TlvError:
        return ()
    return tuple(found)


def _elements(record: bytes) -> list[Tlv]:
    """TLVs up to the padding of the record."""
    end = 0
    while end < len(record) and record[end] not in RECORD_PADDING:
        _, _, end = tlv.read(record, end)
    return tlv.parse_all(record[:end])


def _opens(condition: Tlv, satisfied: Satisfied) -> bool:
    """Whether the condition holds; one that cannot be read never does, not even inside a NOT."""
    try:
        return _holds(condition, satisfied)
    except TlvError:
        return False


def _holds(condition: Tlv, satisfied: Satisfied) -> bool:
    evaluate = CONDITIONS.get(condition.tag)
    if evaluate is None:
        raise TlvError(f"unknown security condition {condition.tag:X}")
    return evaluate(condition.value, satisfied)


def _nested(value: bytes, satisfied: Satisfied) -> list[bool]:
    return [_holds(condition, satisfied) for condition in tlv.parse_all(value)]


def _authenticated(value: bytes, satisfied: Satisfied) -> bool:
    reference = tlv.find(value, KEY_REFERENCE)
    return reference is not None and len(reference) == 1 and satisfied(reference[0])


def _any(value: bytes, satisfied: Satisfied) -> bool:
    return any(_nested(value, satisfied))


def _all(value: bytes, satisfied: Satisfied) -> bool:
    nested = _nested(value, satisfied)
    return bool(nested) and all(nested)


def _not_or_all(value: bytes, satisfied: Satisfied) -> bool:
    """NOT of one condition. With several it can only mean AND: tools in the field have A7 and AF swapped."""
    nested = _nested(value, satisfied)
    return not nested[0] if len(nested) == 1 else bool(nested) and all(nested)


CONDITIONS: dict[int, Callable[[bytes, Satisfied], bool]] = {
    ALWAYS: lambda value, satisfied: True,
    NEVER: lambda value, satisfied: False,
    SECURITY_CONDITION_BYTE: lambda value, satisfied: value == NO_CONDITION,
    USER_AUTHENTICATION: _authenticated,
    ANY_OF: _any,
    ALL_OF: _all,
    NOT_OR_ALL_OF: _not_or_all,
}
"""Security condition DO -> how to evaluate it, ISO/IEC 7816-4 table 33."""
