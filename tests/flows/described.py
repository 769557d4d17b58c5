"""What a card must answer about each file that a TS.48 package describes, worked out from the package alone.

Where the package leaves a value to its templates, it is looked up in the tables here, which say what TS 31.102,
TS 31.103, TS 102 221 and the TCA templates say of just those files. Nothing of the installer or of the card is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apdu import tlv
from asn1.generated import pe
from euicc.isdp.package import PackageReader
from tests.isdp.expectation import CSIM, files_of_element

SFIS = {
    "": {0x2F00: 0x1E, 0x2FE2: 0x02, 0x2F05: 0x05, 0x2F06: 0x06, 0x2F08: 0x08},
    "7FD0": {
        0x6F05: 0x02,
        0x6F06: 0x17,
        0x6F07: 0x07,
        0x6F08: 0x08,
        0x6F09: 0x09,
        0x6F31: 0x12,
        0x6F38: 0x04,
        0x6F48: 0x0E,
        0x6F4F: 0x16,
        0x6F56: 0x05,
        0x6F5B: 0x0F,
        0x6F5C: 0x10,
        0x6F60: 0x0A,
        0x6F61: 0x11,
        0x6F62: 0x13,
        0x6F73: 0x0C,
        0x6F78: 0x06,
        0x6F7B: 0x0D,
        0x6F7E: 0x0B,
        0x6F80: 0x14,
        0x6F81: 0x15,
        0x6FAD: 0x03,
        0x6FB7: 0x01,
        0x6FC5: 0x19,
        0x6FC6: 0x1A,
        0x6FCD: 0x1B,
        0x6FD9: 0x1D,
        0x6FE3: 0x1E,
        0x6FE4: 0x18,
    },
    "7FB0": {0x6F02: 0x02, 0x6F03: 0x05, 0x6F04: 0x04, 0x6F06: 0x06, 0x6F07: 0x07, 0x6FAD: 0x03},
    "7FD05F3B": {0x4F20: 0x01, 0x4F52: 0x02},
    "7FD05FC0": {fid: fid & 0x1F for fid in range(0x4F01, 0x4F0B)},
    "7F105F3C": {0x4F20: 0x01, 0x4F21: 0x02, 0x4F22: 0x03},
}
"""Short file identifiers of the templates, by directory; files that are not here have none."""

SIZES = {
    "": {0x2FE2: 10, 0x2F08: 5},
    "7F105F3A": {0x4F22: 4, 0x4F23: 2, 0x4F24: 2},
    "7FD0": {
        0x6F05: 6,
        0x6F07: 9,
        0x6F08: 33,
        0x6F09: 33,
        0x6F2C: 16,
        0x6F31: 1,
        0x6F37: 3,
        0x6F41: 5,
        0x6F43: 2,
        0x6F46: 17,
        0x6F4F: 75,
        0x6F56: 1,
        0x6F5B: 6,
        0x6F5C: 3,
        0x6F73: 14,
        0x6F78: 2,
        0x6F7B: 12,
        0x6F7E: 11,
        0x6FAD: 4,
        0x6FB2: 7,
        0x6FB4: 7,
        0x6FB5: 2,
        0x6FB6: 1,
        0x6FC3: 4,
        0x6FCF: 130,
        0x6FDB: 1,
        0x6FDC: 1,
        0x6FE3: 18,
    },
    "7FB0": {0x6FAD: 3},
    "7FD05F3B": {0x4F20: 9, 0x4F52: 9, 0x4F64: 1},
    "7FD05FC0": {0x4F01: 20, 0x4F02: 20, 0x4F06: 4, 0x4F0A: 4},
}
"""Sizes in bytes of the templates, where a package does not tell."""

HIGH_UPDATE = {
    "7F105F3A": (0x4F23, 0x4F24),
    "7FD0": (
        0x6F08,
        0x6F09,
        0x6F39,
        0x6F5B,
        0x6F73,
        0x6F7E,
        0x6F80,
        0x6F81,
        0x6F82,
        0x6F83,
        0x6FC4,
        0x6FE3,
        0x6FE4,
    ),
    "7FD05F3B": (0x4F20, 0x4F52, 0x4F63),
    "7FD05FC0": (0x4F01, 0x4F02, 0x4F03, 0x4F04, 0x4F05),
}
"""Files of high update activity, where a package does not tell."""

DEFAULTS = {
    "7FD06F08": "07FF",
    "7FD06F09": "07FF",
    "7FD06F32": "FF",
    "7FD06F37": "00",
    "7FD06FB6": "00",
    "7FD05F3B4F63": "FF",
    "7F105F3A4F22": "00",
    "7F105F3A4F23": "00",
    "7FD05FC04F0A": "F0FF0000",
}
"""Content of the templates where a package gives none, the last byte repeated; all others: FF."""

BER_TLV, DF = 0x39, 0x38


@dataclass(frozen=True)
class Described:
    """One EF: its path in the package, and what is known of it. size and sfi: None when nothing says them.

    reserved: for a BER-TLV EF, the bytes that are kept for it.
    """

    path: bytes
    descriptor: bytes
    security: bytes
    size: int | None
    sfi: int | None
    sfi_known: bool
    special: int | None
    link: bytes | None
    reserved: int = 0

    @property
    def kind(self) -> int:
        """1 transparent, 2 linear fixed, 6 cyclic, 39 BER-TLV."""
        return self.descriptor[0] & 0x3F

    @property
    def record_length(self) -> int:
        return int.from_bytes(self.descriptor[2:4], "big")


@dataclass(frozen=True)
class DescribedDirectory:
    """MF, DF or ADF: path, AID, rule, and key references in its PIN status template."""

    path: bytes
    aid: bytes | None
    security: bytes
    keys: bytes


def elements(package: bytes) -> list[pe.ProfileElement]:
    return [pe.ProfileElement.decode(encoded) for encoded in PackageReader().feed(package)]


def described(package: bytes) -> dict[bytes, Described]:
    """Every EF of the package by its path, links as their targets are."""
    found = {}
    for element in elements(package):
        generic = element.chosen == "generic_file_management"
        for directory, fcp, _ in files_of_element(element):
            assert fcp.file_id is not None
            found[directory + fcp.file_id] = _described(directory, fcp, generic)
    return {path: _as_target(file, found) for path, file in found.items()}


def _described(directory: bytes, fcp: pe.Fcp, generic: bool) -> Described:
    assert fcp.file_id is not None
    assert fcp.file_descriptor is not None
    assert fcp.security_attributes_referenced is not None
    where, fid = directory.hex().upper(), int.from_bytes(fcp.file_id, "big")
    known = directory[:2] != CSIM or generic
    return Described(
        path=directory + fcp.file_id,
        descriptor=fcp.file_descriptor,
        security=fcp.security_attributes_referenced,
        size=_size(fcp, SIZES.get(where, {}).get(fid)),
        sfi=_sfi(fcp, fid & 0x1F if generic else SFIS.get(where, {}).get(fid)),
        sfi_known=known or fcp.short_efid is not None,
        special=_special(fcp, 0x80 if fid in HIGH_UPDATE.get(where, ()) and not generic else 0)
        if known
        else None,
        link=fcp.link_path or None,
        reserved=int.from_bytes(fcp.ef_file_size or b"", "big"),
    )


def _size(fcp: pe.Fcp, default: int | None) -> int | None:
    if fcp.file_descriptor is not None and fcp.file_descriptor[0] & 0x3F == BER_TLV:
        return None
    return int.from_bytes(fcp.ef_file_size, "big") if fcp.ef_file_size else default


def _sfi(fcp: pe.Fcp, default: int | None) -> int | None:
    if fcp.short_efid is None:
        return default
    return fcp.short_efid[0] >> 3 if fcp.short_efid else None


def _special(fcp: pe.Fcp, default: int) -> int:
    info = fcp.proprietary_ef_info
    return default if info is None else info.special_file_information[0]


def _as_target(file: Described, found: dict[bytes, Described]) -> Described:
    """A link has descriptor, size and special information of its target."""
    if file.link is None:
        return file
    target = found[file.link]
    return Described(
        file.path,
        target.descriptor,
        file.security,
        target.size,
        file.sfi,
        file.sfi_known,
        target.special,
        file.link,
    )


def fcp_of(file: Described, answered: bytes) -> bytes:
    """The whole FCP template; from the answer only what no source tells."""
    size = int.from_bytes(tlv.find(answered, 0x62, 0x80) or b"", "big") if file.size is None else file.size
    descriptor = file.descriptor[:2]
    if file.record_length:
        descriptor = file.descriptor[:4] + bytes((size // file.record_length,))
    sfi = (
        tlv.find(answered, 0x62, 0x88) if not file.sfi_known else bytes((file.sfi << 3,)) if file.sfi else b""
    )
    return tlv.encode(
        0x62,
        tlv.encode(0x82, descriptor),
        tlv.encode(0x83, file.path[-2:]),
        _proprietary(file, answered),
        tlv.encode(0x8A, b"\x05"),
        tlv.encode(0x8B, file.security),
        tlv.encode(0x80, size.to_bytes(2, "big")),
        tlv.encode(0x88, sfi or b""),
    )


def _proprietary(file: Described, answered: bytes) -> bytes:
    if file.special is None:
        given = tlv.find(answered, 0x62, 0xA5)
        return b"" if given is None else tlv.encode(0xA5, given)
    special = tlv.encode(0xC0, bytes((file.special,))) if file.special else b""
    if file.kind != BER_TLV:
        return tlv.encode(0xA5, special) if special else b""
    room = tlv.find(answered, 0x62, 0xA5, 0x83) or b""
    assert int.from_bytes(room, "big") > file.reserved
    reserved = tlv.encode(0x85, file.reserved.to_bytes(2, "big"))
    return tlv.encode(0xA5, tlv.encode(0x83, room), tlv.encode(0x84, b"\x01"), reserved, special)


def content_of(file: Described, contents: dict[bytes, bytes]) -> bytes | None:
    """The bytes in a file: the package's, or the template's; None where neither says them."""
    path = file.link or file.path
    given = contents.get(path)
    if given is not None:
        return given
    if file.kind == BER_TLV:
        return b""
    if file.size is None:
        return None
    default = bytes.fromhex(DEFAULTS.get(path.hex().upper(), "FF"))
    unit = file.record_length or file.size
    return default.ljust(unit, default[-1:])[:unit] * (file.size // unit)


def directories(package: bytes) -> Iterator[DescribedDirectory]:
    """Every directory of the package."""
    for element in elements(package):
        if element.chosen == "generic_file_management":
            for commands in element.value.file_management_cmd:
                yield from _generic_directories(commands)
        elif getattr(element.value, "template_id", None):
            yield from _template_directories(element)


def _template_directories(element: pe.ProfileElement) -> Iterator[DescribedDirectory]:
    top = b"\x7f\xd0" if element.chosen in ("gsm_access", "df_5gs", "df_saip") else b""
    for field, items in vars(element.value).items():
        if not isinstance(items, tuple) or not items or not field.startswith(("mf", "adf_", "df_")):
            continue
        fcp = items[0].file_descriptor
        yield _directory(top + (fcp.file_id or b""), fcp)
        if field == "df_telecom":
            top = fcp.file_id


def _generic_directories(commands: tuple[pe.FileManagementItem, ...]) -> Iterator[DescribedDirectory]:
    at = b""
    for command in commands:
        if command.chosen == "file_path":
            at = command.value
        elif command.chosen == "create_fcp" and command.value.file_descriptor[0] & 0x3F == DF:
            at += command.value.file_id
            yield _directory(at, command.value)


def _directory(path: bytes, fcp: pe.Fcp) -> DescribedDirectory:
    return DescribedDirectory(
        path, fcp.df_name, fcp.security_attributes_referenced or b"", fcp.pin_status_template_do or b""
    )
