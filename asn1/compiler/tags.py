"""Identifier octets and tagging, X.680 31.2 and X.690 8.1.2."""

from __future__ import annotations

from typing import Any

from asn1.der import CONSTRUCTED

_CLASSES = {"UNIVERSAL": 0x00, "APPLICATION": 0x40, "CONTEXT": 0x80, "PRIVATE": 0xC0}

UNIVERSAL = {
    "BOOLEAN": 0x01,
    "INTEGER": 0x02,
    "BIT STRING": 0x03,
    "OCTET STRING": 0x04,
    "NULL": 0x05,
    "OBJECT IDENTIFIER": 0x06,
    "ENUMERATED": 0x0A,
    "UTF8String": 0x0C,
    "SEQUENCE": 0x30,
    "SEQUENCE OF": 0x30,
    "SET OF": 0x31,
    "NumericString": 0x12,
    "PrintableString": 0x13,
    "TeletexString": 0x14,
    "IA5String": 0x16,
    "UTCTime": 0x17,
    "GeneralizedTime": 0x18,
    "VisibleString": 0x1A,
    "UniversalString": 0x1C,
    "BMPString": 0x1E,
}


def identifier_octets(number: int, class_name: str, *, constructed: bool) -> int:
    """The identifier octets as one number, as the codec wants tags."""
    lead = _CLASSES[class_name] | (CONSTRUCTED if constructed else 0)
    if number < 31:
        return lead | number
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return int.from_bytes(bytes([lead | 0x1F, *reversed(octets)]), "big")


def is_constructed(tag: int) -> bool:
    """Whether the first identifier octet says constructed."""
    return bool(tag >> (max(tag.bit_length() - 1, 0) // 8 * 8) & CONSTRUCTED)


def apply_tag(tags: tuple[int, ...], tag: dict[str, Any], default_kind: str) -> tuple[int, ...]:
    """The tags of a type with `tag` in front of it.

    An implicit tag replaces the outermost tag the type has, be it a universal one or its own; a type without any
    (an untagged CHOICE, an open type) is always tagged explicitly, X.680 31.2.7.
    """
    kind = tag.get("kind") or default_kind
    explicit = kind == "EXPLICIT" or not tags
    constructed = explicit or is_constructed(tags[0])
    octets = identifier_octets(tag["number"], tag.get("class") or "CONTEXT", constructed=constructed)
    return (octets, *tags) if explicit else (octets, *tags[1:])
