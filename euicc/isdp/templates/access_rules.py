"""EF.ARR as the column ARR of the templates numbers its records, TCA profile package annex A."""

from __future__ import annotations

ALWAYS = b"\x90\x00"
NEVER = b"\x97\x00"


def _key(reference: int) -> bytes:
    return bytes((0xA4, 0x06, 0x83, 0x01, reference, 0x95, 0x01, 0x08))


PIN1, PIN2, ADM1 = _key(0x01), _key(0x81), _key(0x0A)
INCREASE = b"\x84\x01\x32"


def _rule(*parts: tuple[int, bytes]) -> bytes:
    return b"".join(b"\x80\x01" + bytes((mask,)) + condition for mask, condition in parts)


DEFAULT_RULES = (
    _rule((0x01, ALWAYS), (0x02, PIN1), (0x58, ADM1)),
    _rule((0x01, PIN1), (0x5A, ADM1)),
    _rule((0x5B, ADM1)),
    _rule((0x01, ALWAYS), (0x1A, NEVER), (0x40, ADM1)),
    _rule((0x03, PIN1), (0x58, ADM1)),
    _rule((0x11, PIN1), (0x4A, ADM1)),
    _rule((0x03, PIN1), (0x58, ADM1)) + INCREASE + PIN1,
    _rule((0x01, PIN1), (0x02, PIN2), (0x58, ADM1)),
    _rule((0x01, ALWAYS), (0x1A, PIN1), (0x40, ADM1)),
    _rule((0x01, ALWAYS), (0x5A, ADM1)),
    _rule((0x01, ALWAYS), (0x18, ADM1), (0x42, NEVER)),
    _rule((0x01, PIN1), (0x5A, NEVER)),
    _rule((0x13, PIN1), (0x48, ADM1)),
    _rule((0x5E, ADM1)),
)
"""Record 1 first: an AM-DO (80) with its security condition for each group of commands, TS 102 221 9.2."""

RULE_LENGTH = max(map(len, DEFAULT_RULES))
DEFAULT_ARR = b"".join(rule.ljust(RULE_LENGTH, b"\xff") for rule in DEFAULT_RULES)
