"""A profile in plain data, from which the package for the card and the model of the card are made, each by itself.

Every rule is written twice: as a record of EF_ARR (TS 102 221 9.2), and as what it means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ICCID = bytes.fromhex("89000123456789012341")
USIM_AID = bytes.fromhex("A0000000871002FF49FF0589")
ISIM_AID = bytes.fromhex("A0000000871004FF49FF0589")
PIN1, FIXED, ADM1, UNIVERSAL, PIN2 = 0x01, 0x02, 0x0A, 0x11, 0x81
VALUES = (b"0000" + b"\xff" * 4, b"1234" + b"\xff" * 4, b"87654321", b"55555555")
PUKS = (b"11111111", b"22222222")

TRANSPARENT, LINEAR, CYCLIC = 0x41, 0x42, 0x46
READ, UPDATE, DEACTIVATE, ACTIVATE, INCREASE = 0x01, 0x02, 0x08, 0x10, 0x32
READ_RECORD = 0xB2

Keys = Callable[[int], bool]
Meaning = dict[int, Callable[[Keys], bool]]


def asks(key: int) -> str:
    """Security condition of an access rule: this key."""
    return f"A4068301{key:02X}950108"


def always(keys: Keys) -> bool:
    """Nobody has to verify anything."""
    return True


def never(keys: Keys) -> bool:
    """Nobody may."""
    return False


def by(key: int) -> Callable[[Keys], bool]:
    """Who has verified this key."""
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
