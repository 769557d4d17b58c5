"""A decoded ASN.1 message as a tree of component names and values in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apdu import aid
from asn1 import Asn1Error, BitString, Message
from asn1.generated import pe, pkix
from euicc.traces import identities
from euicc.traces.numbers import names_of
from euicc.traces.tree import ERROR, MASKED, Node, octets, printable

_COMMON_NAME = "2.5.4.3"
_OF_ERRORS = ("error", "result", "status")


def message_tree(name: str, message: Message, masked: frozenset[str] = frozenset()) -> Node:
    """The components of a message that are there, in their order. The values of those in `masked` are left out."""
    children = [
        _value(type(message), attribute, getattr(message, attribute), masked)
        for attribute in type(message).__annotations__
        if getattr(message, attribute) is not None
    ]
    children += [Node("unknown element", octets(each)) for each in message.extensions]
    return Node(name, children=tuple(children))


def _value(kind: type, name: str, value: Any, masked: frozenset[str]) -> Node:
    if name in masked:
        return Node(name, MASKED)
    if isinstance(value, Message):
        return message_tree(name, value, masked)
    if isinstance(value, tuple):
        items = tuple(_numbered(n, _value(kind, name, item, masked)) for n, item in enumerate(value, start=1))
        return Node(name, "" if items else "none", items)
    if isinstance(value, bytes):
        return _octets(name, value)
    return Node(name, _simple(kind, name, value), trouble=ERROR if _is_error(name, value) else "")


def _numbered(number: int, node: Node) -> Node:
    return Node(str(number), node.text, node.children, node.trouble)


def _simple(kind: type, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        known = names_of(kind, name).get(value)
        return f"{known} ({value})" if known else str(value)
    if isinstance(value, BitString):
        names = names_of(kind, name)
        return ", ".join(names.get(bit, f"bit {bit}") for bit in value) or "none"
    return printable(str(value)) or "empty"


def _is_error(name: str, value: Any) -> bool:
    """Whether a number says that something went wrong."""
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return value != 0 and any(word in name for word in _OF_ERRORS)


def _octets(name: str, value: bytes) -> Node:
    special = _OCTETS.get(name)
    if special is None and "certificate" in name:
        special = _certificate
    if special is None and _is_version(name, value):
        special = identities.version
    if special is None:
        return Node(name, octets(value))
    shown = special(value)
    return Node(name, shown) if isinstance(shown, str) else Node(name, shown.text, shown.children)


def _is_version(name: str, value: bytes) -> bool:
    return len(value) == 3 and name.endswith(("svn", "version", "_ver", "release", "versions"))


def _certificate(value: bytes) -> str:
    """The subject's name and the size of an X.509 certificate."""
    try:
        certificate = pkix.Certificate.decode(value)
    except Asn1Error as error:
        return f"{octets(value)} (not decoded: {error})"
    names = certificate.tbs_certificate.subject.rdn_sequence or ()
    common = [printable(_text(each.value)) for rdn in names for each in rdn if each.type == _COMMON_NAME]
    return f"{' '.join(common) or 'no common name'} ({len(value)} bytes)"


def _text(value: bytes) -> str:
    """A DirectoryString in DER."""
    return b"".join(part.value for part in identities.objects(value)).decode("utf-8", "replace")


def _installation(value: bytes) -> Node | str:
    """simaResponse: the EUICCResponse of the profile package."""
    try:
        return message_tree("", pe.EUICCResponse.decode(value))
    except Asn1Error:
        return octets(value)


def _resources(value: bytes) -> Node | str:
    """Extended card resources, TS 102 226 8.2.1.7.2."""
    names = {0x81: "installed_applications", 0x82: "free_non_volatile_memory", 0x83: "free_volatile_memory"}
    parts = identities.objects(value)
    if not parts or any(part.tag not in names for part in parts):
        return octets(value)
    return Node("", children=tuple(Node(names[p.tag], str(int.from_bytes(p.value, "big"))) for p in parts))


_OCTETS: dict[str, Callable[[bytes], Node | str]] = {
    "iccid": identities.swapped_digits,
    "eid_value": bytes.hex,
    "isdp_aid": aid.describe,
    "aid": aid.describe,
    "mcc_mnc": lambda value: identities.plmn(value) or octets(value),
    "sima_response": _installation,
    "ext_card_resource": _resources,
    "imei": identities.swapped_digits,
}
