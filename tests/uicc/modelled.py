"""A profile in plain data, from which the package for the card and the model of the card are made, each by itself.

Every rule is written twice: as a record of EF_ARR, and as what it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from asn1.generated import pe
from tests.isdp import packages
from tests.isdp.packages import (
    ICCID,
    USIM_AID,
    Elements,
    content,
    gfm,
    head,
    header,
    pin,
    pins,
    security_domain,
)

ISIM_AID = packages.ISIM_AID
PIN1, FIXED, ADM1, UNIVERSAL, PIN2 = 0x01, 0x02, 0x0A, 0x11, 0x81
VALUES = (b"0000" + b"\xff" * 4, b"1234" + b"\xff" * 4, b"87654321", b"55555555")
PUKS = (b"11111111", b"22222222")

TRANSPARENT, LINEAR, CYCLIC = 0x41, 0x42, 0x46
READ, UPDATE, DEACTIVATE, ACTIVATE, INCREASE = 0x01, 0x02, 0x08, 0x10, 0x32
READ_RECORD = 0xB2

Keys = Callable[[int], bool]
Meaning = dict[int, Callable[[Keys], bool]]


def asks(key: int) -> str:
    return f"A4068301{key:02X}950108"


def always(keys: Keys) -> bool:
    return True


def never(keys: Keys) -> bool:
    return False


def by(key: int) -> Callable[[Keys], bool]:
    return lambda keys: keys(key)


RULES: dict[int, tuple[str, Meaning]] = {
    1: (
        "8001019000" + "800102" + asks(PIN1) + "800118" + asks(ADM1),
        {READ: always, UPDATE: by(PIN1), DEACTIVATE: by(ADM1), ACTIVATE: by(ADM1)},
    ),
    2: (
        "800101" + asks(PIN1) + "800102" + asks(PIN2) + "800118" + asks(PIN1),
        {READ: by(PIN1), UPDATE: by(PIN2), DEACTIVATE: by(PIN1), ACTIVATE: by(PIN1)},
    ),
    3: (
        "800101A010" + asks(PIN1) + asks(ADM1) + "8001029000" + "840132" + asks(PIN1),
        {READ: lambda keys: keys(PIN1) or keys(ADM1), UPDATE: always, INCREASE: by(PIN1)},
    ),
    4: (
        "800101AF10" + asks(PIN1) + asks(PIN2) + "800102A708" + asks(PIN1) + "8001189000",
        {
            READ: lambda keys: keys(PIN1) and keys(PIN2),
            UPDATE: lambda keys: not keys(PIN1),
            DEACTIVATE: always,
            ACTIVATE: always,
        },
    ),
    5: ("80017F9000", {READ: always, UPDATE: always, DEACTIVATE: always, ACTIVATE: always}),
    6: ("800103" + asks(UNIVERSAL), {READ: by(UNIVERSAL), UPDATE: by(UNIVERSAL)}),
    7: (
        "80011B9000" + "8401B29700",
        {READ: always, READ_RECORD: never, UPDATE: always, DEACTIVATE: always, ACTIVATE: always},
    ),
    8: ("8001019000", {READ: always}),
}
ARR_LENGTH = 46


@dataclass(frozen=True)
class Entry:
    """One EF. rule: its record of EF_ARR. link: path of the EF whose body it has."""

    path: str
    kind: int
    content: bytes
    rule: int
    sfi: int | None = None
    record_length: int = 0
    special: int = 0
    link: str = ""

    @property
    def security(self) -> bytes:
        """FCP tag 8B."""
        return bytes((0x2F, 0x06, self.rule))


SWAPPED = bytes(byte >> 4 | byte << 4 & 0xF0 for byte in ICCID)
ARR = b"".join(bytes.fromhex(raw).ljust(ARR_LENGTH, b"\xff") for raw, _ in RULES.values())

IN_MF = (
    Entry("2F00", LINEAR, b"\x61\x10\x4f\x0c" + USIM_AID + b"\xff" * 4, 8, 0x1E, 20),
    Entry("2F05", TRANSPARENT, b"\xff\xff", 1, 0x05),
    Entry("2F06", LINEAR, ARR, 8, 0x06, ARR_LENGTH),
    Entry("2F08", TRANSPARENT, b"\x3c\x3c\x00\x00\x00", 5, 0x08),
    Entry("2FE2", TRANSPARENT, SWAPPED, 8, 0x02),
)
"""What PE-MF creates."""

MADE = (
    Entry("7F106F3A", LINEAR, b"aaaabbbbcccc", 1, 0x03, 4),
    Entry("7F106F3C", CYCLIC, bytes(9), 3, 0x04, 3),
    Entry("7F106F51", TRANSPARENT, b"left", 5, 0x05, special=0x40),
    Entry("7FD06F07", TRANSPARENT, b"subscriber", 2, 0x07),
    Entry("7FD06F39", CYCLIC, b"\xff\xff\xf0\x00\x00\x01", 3, 0x09, 3),
    Entry("7FD06F3B", LINEAR, b"one..two..threefour.", 1, 0x0B, 5),
    Entry("7FD06F50", TRANSPARENT, b"secret", 4, 0x0C),
    Entry("7FD06F51", TRANSPARENT, b"either", 6, None),
    Entry("7FD06F52", LINEAR, b"abcabd", 7, 0x0D, 3),
    Entry("7FD06F53", LINEAR, b"", 5, 0x0E, 4, link="7F106F3A"),
    Entry("7FD05F3B4F20", TRANSPARENT, bytes(range(9)), 1, 0x01),
    Entry("7FB06F07", TRANSPARENT, b"IMS..", 2, 0x07),
)
"""What PE-GenericFileManagement creates."""

APPLICATIONS = {"7FD0": USIM_AID, "7FB0": ISIM_AID}
DIRECTORIES = {
    "": bytes((PIN1, UNIVERSAL, ADM1)),
    "7F10": bytes((PIN1, FIXED)),
    "7FD0": bytes((PIN1, PIN2, UNIVERSAL, ADM1)),
    "7FD05F3B": bytes((PIN1, PIN2)),
    "7FB0": bytes((PIN1, PIN2)),
}
"""Key references in the PIN status template of each directory."""


@dataclass(frozen=True)
class Key:
    """One PIN or administrative key: its directory, value, tries, and whether it is enabled, changeable, to disable."""

    directory: str
    reference: int
    value: bytes
    tries: int
    attributes: int
    puk: int | None = None


KEYS = (
    Key("", PIN1, VALUES[0], 3, 0x07, 0x01),
    Key("", FIXED, VALUES[1], 2, 0x01),
    Key("", UNIVERSAL, VALUES[2], 3, 0x07, 0x01),
    Key("", ADM1, VALUES[3], 4, 0x03),
    Key("7FD0", PIN2, VALUES[0], 3, 0x06, 0x02),
    Key("7FB0", PIN2, VALUES[1], 2, 0x07, 0x02),
)
PUK_TRIES = {0x01: (PUKS[0], 5), 0x02: (PUKS[1], 3)}


def _directory(path: str) -> pe.Fcp:
    return pe.Fcp(
        file_descriptor=b"\x78\x21",
        file_id=bytes.fromhex(path[-4:]),
        df_name=APPLICATIONS.get(path),
        pin_status_template_do=DIRECTORIES[path],
        security_attributes_referenced=b"\x2f\x06\x05",
    )


def _descriptor(entry: Entry) -> bytes:
    length = entry.record_length.to_bytes(2, "big") if entry.record_length else b""
    return bytes((entry.kind, 0x21)) + length


def _fcp(entry: Entry) -> pe.Fcp:
    described = {} if entry.link else {"ef_file_size": len(entry.content).to_bytes(2, "big")}
    return pe.Fcp(
        file_descriptor=_descriptor(entry),
        file_id=bytes.fromhex(entry.path[-4:]),
        security_attributes_referenced=entry.security,
        short_efid=bytes((entry.sfi << 3,)) if entry.sfi else b"",
        proprietary_ef_info=pe.ProprietaryInfo(special_file_information=bytes((entry.special,))),
        link_path=bytes.fromhex(entry.link) if entry.link else None,
        **described,
    )


def _files(directory: str) -> list[Any]:
    commands: list[Any] = [bytes.fromhex(directory)]
    for entry in MADE:
        if entry.path[:-4] == directory:
            commands.append(_fcp(entry))
            commands.extend([content(entry.content)] if entry.content else [])
    return commands


def _mf() -> pe.PEMF:
    fields = {"2F00": "ef_dir", "2F05": "ef_pl", "2F06": "ef_arr", "2F08": "ef_umpc", "2FE2": "ef_iccid"}
    files = {
        fields[entry.path]: (pe.FileItem(file_descriptor=_fcp(entry)), content(entry.content))
        for entry in IN_MF
    }
    mf = pe.Fcp(pin_status_template_do=DIRECTORIES[""], security_attributes_referenced=b"\x2f\x06\x05")
    return packages.mf(mf=(pe.FileItem(file_descriptor=mf),), **files)


def _pins(directory: str) -> pe.PEPINCodes:
    return pins(*(
        pin(
            key.reference,
            pin_value=key.value,
            pin_attributes=key.attributes,
            unblocking_pin_reference=key.puk,
            max_num_of_attemps_retry_num_left=key.tries << 4 | key.tries,
        )
        for key in KEYS
        if key.directory == directory
    ))  # fmt: skip


def _puks() -> pe.PEPUKCodes:
    codes = tuple(
        pe.PUKConfiguration(
            key_reference=reference, puk_value=value, max_num_of_attemps_retry_num_left=tries << 4 | tries
        )
        for reference, (value, tries) in PUK_TRIES.items()
    )
    return pe.PEPUKCodes(puk_header=head(), puk_codes=codes)


@cache
def package() -> bytes:
    """The profile package."""
    elements: Elements = [
        ("header", header(euicc_mandatory_services=pe.ServicesList(), euicc_mandatory_gfste_list=())),
        ("mf", _mf()),
        ("puk_codes", _puks()),
        ("pin_codes", _pins("")),
        ("generic_file_management", gfm(b"", _directory("7F10"), *_files("7F10"))),
    ]
    for adf in APPLICATIONS:
        elements.append(("generic_file_management", gfm(b"", _directory(adf))))
        elements.append(("pin_codes", _pins(adf)))
        elements.append(("generic_file_management", gfm(*_files(adf))))
    below = gfm(bytes.fromhex("7FD0"), _directory("7FD05F3B"), *_files("7FD05F3B"))
    elements += [
        ("generic_file_management", below),
        ("security_domain", security_domain()),
        ("end", packages.end()),
    ]
    return packages.encode(elements)
