"""Names of the keys that PIN commands and access rules refer to, TS 102 221 9.5.1."""

from __future__ import annotations

from apdu.ef.error import ContentError

PIN1, PIN2, ADM1, UNIVERSAL_PIN = 0x01, 0x81, 0x0A, 0x11
LOCAL = 0x80

_NAMES = {
    PIN1: "PIN1",
    PIN2: "PIN2",
    UNIVERSAL_PIN: "universal PIN",
    **{number: f"PIN of application {number}" for number in range(2, 9)},
    **{LOCAL | number: f"second PIN of application {number}" for number in range(2, 9)},
    **{0x09 + number: f"ADM{number}" for number in range(1, 6)},
    **{LOCAL | 0x04 + number: f"ADM{number}" for number in range(6, 11)},
}
_REFERENCES = {name: reference for reference, name in _NAMES.items()}


def reference_name(reference: int) -> str:
    """PIN1, PIN2, ADM1 and so on; `key F0` for one without a name."""
    return _NAMES.get(reference, f"key {reference:02X}")


def reference_of_name(name: str) -> int:
    """The key reference of a name; ContentError."""
    if name in _REFERENCES:
        return _REFERENCES[name]
    kind, _, number = name.partition(" ")
    try:
        reference = int(number, 16)
    except ValueError:
        raise ContentError(f"no key {name!r}") from None
    if kind != "key" or reference not in range(256):
        raise ContentError(f"no key {name!r}")
    return reference
