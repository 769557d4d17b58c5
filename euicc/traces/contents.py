"""Contents of elementary files in words, where a line says it all (TS 102 221 13, TS 31.102 4.2)."""

from __future__ import annotations

from collections.abc import Callable

from apdu import TlvError, aid, tlv
from euicc.traces import identities
from euicc.traces.tree import Node, listed, octets, printable

_ERASED = 0xFF
_APPLICATION, _AID, _LABEL = 0x61, 0x4F, 0x50
_MODES = {0x00: "normal operation", 0x80: "type approval", 0x01: "normal operation and specific facilities"}
_MODES |= {0x81: "type approval and specific facilities", 0x02: "maintenance", 0x04: "cell test"}
_TECHNOLOGIES = {0x8000: "UTRAN", 0x4000: "E-UTRAN", 0x0800: "NG-RAN", 0x0080: "GSM", 0x0040: "GSM COMPACT"}
_UPDATE_STATUS = {0: "updated", 1: "not updated", 2: "PLMN not allowed", 3: "location area not allowed"}


def content_node(field: str, content: bytes) -> Node | None:
    """What a file or record of this name in the templates says; None where only its bytes can be shown."""
    decode = _CONTENTS.get(field)
    if decode is None or not content:
        return None
    if not content.strip(bytes([_ERASED])):
        return Node("content", "empty")
    return decode(content)


def _line(show: Callable[[bytes], str]) -> Callable[[bytes], Node]:
    return lambda content: Node("content", printable(show(content)) or octets(content))


def _administrative(content: bytes) -> Node:
    """EF.AD, TS 31.102 4.2.18: mode of operation, and after two more bytes the length of the MNC."""
    children = [Node("mode", _MODES.get(content[0], f"{content[0]:02X}"))]
    if len(content) > 3:
        children.append(Node("mnc_length", str(content[3] & 0x0F)))
    return Node("content", children=tuple(children))


def _provider(content: bytes) -> Node:
    """EF.SPN, TS 31.102 4.2.12: display condition, then the name."""
    name = printable(identities.alpha(content[1:]))
    return Node("content", children=(Node("name", name or "empty"), Node("display", f"{content[0]:02X}")))


def _languages(content: bytes) -> str:
    pairs = (content[at : at + 2] for at in range(0, len(content), 2))
    return " ".join(pair.decode("ascii", "replace") for pair in pairs if pair != b"\xff\xff")


def _networks(content: bytes) -> Node:
    codes = (identities.plmn(content[at : at + 3]) for at in range(0, len(content), 3))
    return listed("content", [code for code in codes if code])


def _networks_with_technology(content: bytes) -> Node:
    entries = (content[at : at + 5] for at in range(0, len(content) - 4, 5))
    shown = ((identities.plmn(entry[:3]), int.from_bytes(entry[3:], "big")) for entry in entries)
    return listed("content", [f"{code} {_technologies(bits)}" for code, bits in shown if code])


def _technologies(bits: int) -> str:
    return " ".join(name for bit, name in _TECHNOLOGIES.items() if bits & bit) or "no technology"


def _services(content: bytes) -> str:
    numbers = (8 * at + bit + 1 for at, byte in enumerate(content) for bit in range(8) if byte >> bit & 1)
    return "services " + " ".join(map(str, numbers))


def _access_classes(content: bytes) -> str:
    bits = int.from_bytes(content[:2], "big")
    return "classes " + (" ".join(str(number) for number in range(16) if bits >> number & 1) or "none")


def _location(content: bytes) -> Node:
    """EF.LOCI, TS 31.102 4.2.17: TMSI, LAI, RFU, update status."""
    if len(content) < 11:
        return Node("content", octets(content))
    area = identities.plmn(content[4:7]) or "none"
    status = _UPDATE_STATUS.get(content[10] & 0x07, "reserved")
    return Node(
        "content",
        children=(
            Node("tmsi", content[:4].hex().upper()),
            Node("lai", f"{area} {content[7:9].hex().upper()}"),
            Node("update_status", status),
        ),
    )


def _application(content: bytes) -> Node:
    """A record of EF.DIR, TS 102 221 13.1."""
    try:
        found = tlv.find(content.rstrip(b"\xff"), _APPLICATION)
        full_aid, label = tlv.find(found or b"", _AID), tlv.find(found or b"", _LABEL)
    except TlvError:
        return Node("content", octets(content))
    if full_aid is None:
        return Node("content", octets(content))
    name = f"{aid.describe(full_aid)} {full_aid.hex().upper()}"
    named = Node("label", printable((label or b"").decode("utf-8", "replace")) or "none")
    return Node("content", children=(Node("application", name), named))


def _number(content: bytes) -> Node:
    """A record of EF.MSISDN, EF.ADN, EF.FDN: alpha identifier, then length, type of number, digits."""
    if len(content) < 14:
        return Node("content", octets(content))
    name, rest = content[:-14], content[-14:]
    digits = identities.swapped_digits(rest[2 : 1 + min(rest[0], 11)]) if rest[0] != _ERASED else ""
    sign = "+" if rest[1] == 0x91 else ""
    number = f"{sign}{digits}" if digits else "none"
    return Node(
        "content",
        children=(Node("name", printable(identities.alpha(name)) or "none"), Node("number", number)),
    )


_CONTENTS: dict[str, Callable[[bytes], Node]] = {
    "ef_iccid": _line(identities.swapped_digits),
    "ef_imsi": _line(identities.imsi),
    "ef_ad": _administrative,
    "ef_spn": _provider,
    "ef_pl": _line(_languages),
    "ef_li": _line(_languages),
    "ef_fplmn": _networks,
    "ef_ehplmn": _networks,
    "ef_plmnsel": _networks,
    "ef_plmnwact": _networks_with_technology,
    "ef_oplmnwact": _networks_with_technology,
    "ef_hplmnwact": _networks_with_technology,
    "ef_ust": _line(_services),
    "ef_ist": _line(_services),
    "ef_acc": _line(_access_classes),
    "ef_loci": _location,
    "ef_dir": _application,
    "ef_msisdn": _number,
    "ef_adn": _number,
    "ef_fdn": _number,
}
