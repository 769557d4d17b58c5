"""EF.ARR: which access needs which condition, in names (TS 102 221 9.2 and 9.5, ISO/IEC 7816-4 7.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from construct import GreedyBytes

from apdu import instruction, tlv
from apdu.ef.codec import Codec
from apdu.ef.error import ContentError
from apdu.ef.key_references import reference_name, reference_of_name
from apdu.ef.shapes import adapted
from apdu.tlv import Tlv, TlvError

Condition = Any
"""`always`, `never`, the name of a key, or a dict of one of: any, all, not (of conditions), key, security_condition."""

ACCESS_MODES = range(0x80, 0x90)
BY_MASK, BY_INSTRUCTION = 0x80, 0x84
ALWAYS, NEVER = 0x90, 0x97
CONDITION_BYTE = 0x9E
AUTHENTICATION, KEY_REFERENCE, USAGE = 0xA4, 0x83, 0x95
USER_AUTHENTICATION = b"\x08"
PADDING = (0x00, 0xFF)
ACCESSES = {
    0x01: "read",
    0x02: "update",
    0x04: "write",
    0x08: "deactivate",
    0x10: "activate",
    0x20: "terminate",
    0x40: "delete",
}
"""Access mode byte of an EF."""
DIRECTORY_ACCESSES = {"read": "delete child", "update": "create EF", "write": "create DF"}
"""What the bits mean instead in the rule of a directory."""
TEMPLATES = {0xA0: "any", 0xAF: "all", 0xA7: "not"}
_TEMPLATE_TAGS = {name: tag for tag, name in TEMPLATES.items()}
_BITS = {name: bit for bit, name in ACCESSES.items()}


def _decode_rules(record: bytes) -> list[dict[str, Any]]:
    try:
        return [_decode_rule(mode, conditions) for mode, conditions in _split(record)]
    except TlvError as error:
        raise ContentError(str(error)) from error


def _split(record: bytes) -> Iterator[tuple[Tlv, list[Tlv]]]:
    """Each access mode with the conditions that stand behind it."""
    end = 0
    while end < len(record) and record[end] not in PADDING:
        _, _, end = tlv.read(record, end)
    mode: Tlv | None = None
    conditions: list[Tlv] = []
    for each in tlv.parse_all(record[:end]):
        if each.tag not in ACCESS_MODES:
            conditions.append(each)
            continue
        if mode is not None:
            yield mode, conditions
        mode, conditions = each, []
    if mode is None:
        raise ContentError("no access rule")
    yield mode, conditions


def _decode_rule(mode: Tlv, conditions: list[Tlv]) -> dict[str, Any]:
    decoded = [_decode_condition(each) for each in conditions]
    return {**_decode_mode(mode), "condition": decoded[0] if len(decoded) == 1 else decoded}


def _decode_mode(mode: Tlv) -> dict[str, Any]:
    if mode.tag == BY_MASK and len(mode.value) == 1 and not mode.value[0] & 0x80:
        return {"access": [name for bit, name in ACCESSES.items() if mode.value[0] & bit]}
    if mode.tag == BY_INSTRUCTION and len(mode.value) == 1:
        return {"command": instruction.describe(mode.value[0]), "ins": mode.value[0]}
    return {"mode": mode.encoded}


def _decode_condition(condition: Tlv) -> Condition:
    if condition.tag in (ALWAYS, NEVER) and not condition.value:
        return "always" if condition.tag == ALWAYS else "never"
    if condition.tag in TEMPLATES:
        return {TEMPLATES[condition.tag]: [_decode_condition(each) for each in condition.children()]}
    if condition.tag == CONDITION_BYTE:
        return {"security_condition": condition.value}
    if condition.tag == AUTHENTICATION:
        return _decode_authentication(condition)
    raise ContentError(f"no security condition {condition.tag:X}")


def _decode_authentication(condition: Tlv) -> Condition:
    reference = condition.find(KEY_REFERENCE)
    if reference is None or len(reference) != 1:
        raise ContentError("an authentication without key reference")
    name = reference_name(reference[0])
    usage = condition.find(USAGE)
    return name if usage == USER_AUTHENTICATION else {"key": name, "usage": usage}


def _encode_rules(rules: list[dict[str, Any]]) -> bytes:
    return b"".join(_encode_mode(rule) + _encode_conditions(rule["condition"]) for rule in rules)


def _encode_mode(rule: dict[str, Any]) -> bytes:
    if "access" in rule:
        return tlv.encode(BY_MASK, bytes([sum(_BITS[name] for name in set(rule["access"]))]))
    if "ins" in rule:
        return tlv.encode(BY_INSTRUCTION, bytes([rule["ins"]]))
    mode: bytes = rule["mode"]
    return mode


def _encode_conditions(condition: Condition) -> bytes:
    conditions = condition if isinstance(condition, list) else [condition]
    return b"".join(map(_encode_condition, conditions))


def _encode_condition(condition: Condition) -> bytes:
    if condition in ("always", "never"):
        return tlv.encode(ALWAYS if condition == "always" else NEVER, b"")
    if isinstance(condition, str):
        return _encode_authentication(condition, USER_AUTHENTICATION)
    if "key" in condition:
        return _encode_authentication(condition["key"], condition["usage"])
    ((name, value),) = condition.items()
    if name == "security_condition":
        return tlv.encode(CONDITION_BYTE, value)
    return tlv.encode(_TEMPLATE_TAGS[name], *map(_encode_condition, value))


def _encode_authentication(name: str, usage: bytes | None) -> bytes:
    reference = tlv.encode(KEY_REFERENCE, bytes([reference_of_name(name)]))
    return tlv.encode(AUTHENTICATION, reference, b"" if usage is None else tlv.encode(USAGE, usage))


access_rules = Codec(adapted(GreedyBytes, _decode_rules, _encode_rules))
"""A record of EF.ARR: a list of rules.

Each is `access` (names of ACCESSES) or `command` and `ins`, or `mode` as it stands; and `condition`, a list where
several stand side by side, any one of which is enough.
"""

CODECS = {"EF.ARR": access_rules}


def in_words(rules: list[dict[str, Any]], *, directory: bool = False) -> str:
    """Rules as people say them: `read always; update PIN1`."""
    return "; ".join(
        f"{_mode_in_words(rule, directory)} {_condition_in_words(rule['condition'])}" for rule in rules
    )


def _mode_in_words(rule: dict[str, Any], directory: bool) -> str:
    if "access" in rule:
        names = DIRECTORY_ACCESSES if directory else {}
        return ", ".join(names.get(name, name) for name in rule["access"]) or "nothing"
    return str(rule["command"]) if "command" in rule else f"mode {rule['mode'].hex().upper()}"


def _condition_in_words(condition: Condition) -> str:
    if isinstance(condition, str):
        return condition
    if isinstance(condition, list):
        return " or ".join(map(_condition_in_words, condition)) or "never"
    if "key" in condition:
        return str(condition["key"])
    ((name, value),) = condition.items()
    if name == "security_condition":
        return f"security condition {value.hex().upper()}"
    inner = (" and " if name == "all" else " or ").join(map(_condition_in_words, value))
    return f"{'not ' if name == 'not' else ''}({inner})"
