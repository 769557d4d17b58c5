"""Proactive commands, TS 102 223 6.6: what the card asks of the terminal, BER-TLV D0."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from apdu import tlv
from apdu.cat.codes import CommandType, Device
from apdu.cat.comprehension import (
    COMMAND_DETAILS,
    DEVICE_IDENTITIES,
    ComprehensionTlv,
    Content,
    Objects,
    encode,
    parse,
    wrap,
)
from apdu.tlv import TlvError

PROACTIVE_COMMAND = 0xD0

_HEAD = (COMMAND_DETAILS, DEVICE_IDENTITIES)
_DETAILS_LENGTH = 3
_IDENTITIES_LENGTH = 2


@dataclass(frozen=True, slots=True)
class ProactiveCommand(Objects):
    """One command. `objects`: all data objects but Command details and Device identities, in order.

    type: a CommandType; qualifier: its meaning depends on the type; number: 1 to FE, by which the response names it;
    source, destination: a Device each.
    """

    type: int
    qualifier: int = 0
    objects: tuple[ComprehensionTlv, ...] = field(default=())
    destination: int = Device.TERMINAL
    number: int = 1
    source: int = Device.UICC

    @classmethod
    def of(
        cls, type: int, qualifier: int, *contents: Content, destination: int = Device.TERMINAL
    ) -> ProactiveCommand:
        """A command with these typed objects; None among them is left out."""
        return cls(type, qualifier, wrap(contents), destination)

    @classmethod
    def parse(cls, encoded: bytes) -> ProactiveCommand:
        """The command that FETCH brought; TlvError when it is none.

        Device identities may be missing: then it is one of the UICC to the terminal.
        """
        outer = tlv.parse(encoded)
        if outer.tag != PROACTIVE_COMMAND:
            raise TlvError(f"tag {outer.tag:X} instead of {PROACTIVE_COMMAND:X}")
        details, (source, destination), objects = split(outer.value, (Device.UICC, Device.TERMINAL))
        number, kind, qualifier = details
        return cls(kind, qualifier, objects, destination, number, source)

    def encode(self) -> bytes:
        """The BER-TLV object D0."""
        return tlv.encode(
            PROACTIVE_COMMAND, head(self.details, self.source, self.destination), encode(self.objects)
        )

    @property
    def details(self) -> bytes:
        """Value of Command details, TS 102 223 8.6: number, type, qualifier."""
        return bytes((self.number, self.type, self.qualifier))

    @property
    def name(self) -> str:
        """The type by its name in the standard, or `command type xx`."""
        return name_of(self.type)

    def numbered(self, number: int) -> ProactiveCommand:
        """The same command under another number."""
        return replace(self, number=number)


def name_of(type: int) -> str:
    """A type of command by its name in the standard, or `command type xx`."""
    try:
        return CommandType(type).name.replace("_", " ")
    except ValueError:
        return f"command type {type:02X}"


def head(details: bytes, source: int, destination: int) -> bytes:
    """Command details and Device identities, which all messages of a proactive session begin with."""
    identities = bytes((source, destination))
    return encode(
        (
            ComprehensionTlv(COMMAND_DETAILS, details),
            ComprehensionTlv(DEVICE_IDENTITIES, identities),
        )
    )


def split(
    data: bytes, identities: tuple[int, int]
) -> tuple[bytes, tuple[int, int], tuple[ComprehensionTlv, ...]]:
    """Command details (3 bytes), Device identities (the given ones if there are none), all other objects; TlvError."""
    objects = parse(data)
    found = {each.tag: each.value for each in reversed(objects) if each.tag in _HEAD}
    details = found.get(COMMAND_DETAILS, b"")
    if len(details) != _DETAILS_LENGTH:
        raise TlvError("no Command details of 3 bytes")
    devices = found.get(DEVICE_IDENTITIES, bytes(identities))
    if len(devices) != _IDENTITIES_LENGTH:
        raise TlvError("no Device identities of 2 bytes")
    return details, (devices[0], devices[1]), tuple(each for each in objects if each.tag not in _HEAD)
