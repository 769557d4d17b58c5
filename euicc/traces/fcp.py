"""What SELECT and STATUS answer, in words: FCP template (TS 102 221 11.1.1.3), FCI template (GPCS 11.9.3)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Tlv, TlvError, aid, tlv
from apdu.fcp import LIFE_CYCLES, SHAREABLE, STRUCTURES
from euicc.traces import identities
from euicc.traces.tree import Node, not_understood, octets

_FCP, _FCI, _PROPRIETARY = 0x62, 0x6F, 0xA5
DF_NAME = 0x84
_ISDR_TEMPLATE, _IOT_TEMPLATE, _SVN = 0xE0, 0xE1, 0x82


def selected_aid(answer: bytes) -> bytes | None:
    """The whole AID of the application that answered SELECT; None where it does not say."""
    try:
        for template in (_FCI, _FCP):
            found = tlv.find(answer, template, DF_NAME)
            if found is not None:
                return found
    except TlvError:
        return None
    return None


def template_tree(answer: bytes) -> Node:
    """The template with its objects by name."""
    try:
        outer = tlv.parse(answer)
        parts = outer.children()
    except TlvError as error:
        return not_understood("response", answer, error)
    names = {_FCP: ("FCP", _FCP_OBJECTS), _FCI: ("FCI", _FCI_OBJECTS)}
    name, objects = names.get(outer.tag, (f"tag {outer.tag:X}", {}))
    return Node(name, children=tuple(_object(part, objects) for part in parts))


Show = Callable[[bytes], str]


def _object(part: Tlv, objects: dict[int, tuple[str, Show]]) -> Node:
    name, show = objects.get(part.tag, (f"tag {part.tag:X}", octets))
    return Node(name, show(part.value))


def _descriptor(value: bytes) -> str:
    if not value:
        return "empty"
    structure = STRUCTURES.get(value[0] & ~SHAREABLE, f"{value[0]:02X}")
    if len(value) >= 5:
        structure += f", {value[4]} records of {int.from_bytes(value[2:4], 'big')} bytes"
    return structure


def _number(value: bytes) -> str:
    return str(int.from_bytes(value, "big"))


def _short_id(value: bytes) -> str:
    return f"{value[0] >> 3:02X}" if value else "none"


def _life_cycle(value: bytes) -> str:
    return LIFE_CYCLES.get(value[0], octets(value)) if value else "empty"


def _version(value: bytes) -> str:
    found = next((part.value for part in identities.objects(value) if part.tag == _SVN), None)
    return octets(value) if found is None else f"svn {identities.version(found)}"


_FCP_OBJECTS: dict[int, tuple[str, Show]] = {
    0x82: ("file_descriptor", _descriptor),
    0x83: ("file_identifier", octets),
    DF_NAME: ("df_name", aid.describe),
    _PROPRIETARY: ("proprietary", octets),
    0x8A: ("life_cycle", _life_cycle),
    0x8B: ("security_attributes", octets),
    0x80: ("file_size", _number),
    0x81: ("total_file_size", _number),
    0x88: ("short_file_identifier", _short_id),
    0xC6: ("pin_status", octets),
}
_FCI_OBJECTS: dict[int, tuple[str, Show]] = {
    DF_NAME: ("df_name", aid.describe),
    _PROPRIETARY: ("proprietary", octets),
    _ISDR_TEMPLATE: ("isdr_proprietary_application_template", _version),
    _IOT_TEMPLATE: ("isdr_proprietary_application_template_iot", _version),
}
