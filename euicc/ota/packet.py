"""The fields of secured packets, TS 102 225 5.1 and 5.2, as TS 31.115 carries them over SMS.

Command:   CPL 2, CHL 1, SPI 2, KIc 1, KID 1, TAR 3 | CNTR 5, PCNTR 1, RC/CC/DS, data with padding
Response:  RPL 2, RHL 1, TAR 3 | CNTR 5, PCNTR 1, status 1, RC/CC/DS, data with padding

What stands right of the stroke is ciphered, if anything is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

COUNTER_LENGTH = 5
COUNTER_MAX = 0xFFFFFFFFFF
HEADER = 10
"""Bytes from CPL to TAR."""
COMMAND_CHECK_FREE = 13
"""CHL of a command without RC, CC or DS."""
RESPONSE_CHECK_FREE = 10
"""RHL of a response without RC, CC or DS."""
_COUNTER_AND_PADDING = COUNTER_LENGTH + 1
_CIPHERED = 0x04
_RESPONSE_CIPHERED = 0x10
_BY_SUBMIT = 0x20


class Integrity(IntEnum):
    """What protects a packet against changes, SPI b2 b1."""

    NONE = 0
    REDUNDANCY_CHECK = 1
    CRYPTOGRAPHIC_CHECKSUM = 2
    DIGITAL_SIGNATURE = 3


class CounterMode(IntEnum):
    """What CNTR is good for, SPI first byte b5 b4."""

    NONE = 0
    UNCHECKED = 1
    HIGHER = 2
    ONE_HIGHER = 3


class ProofOfReceipt(IntEnum):
    """When the sender wants a response, SPI second byte b2 b1."""

    NEVER = 0
    ALWAYS = 1
    ON_ERROR = 2
    RESERVED = 3


@dataclass(frozen=True, slots=True)
class Spi:
    """Security parameter indicator, TS 102 225 5.1.1: its two bytes."""

    first: int
    second: int

    @property
    def integrity(self) -> Integrity:
        """Protection of the command."""
        return Integrity(self.first & 0x03)

    @property
    def ciphered(self) -> bool:
        """Whether the command is ciphered."""
        return bool(self.first & _CIPHERED)

    @property
    def counter_mode(self) -> CounterMode:
        """What is checked of the counter."""
        return CounterMode(self.first >> 3 & 0x03)

    @property
    def proof_of_receipt(self) -> ProofOfReceipt:
        """When there is a response."""
        return ProofOfReceipt(self.second & 0x03)

    @property
    def response_integrity(self) -> Integrity:
        """Protection of the response."""
        return Integrity(self.second >> 2 & 0x03)

    @property
    def response_ciphered(self) -> bool:
        """Whether the response is ciphered."""
        return bool(self.second & _RESPONSE_CIPHERED)

    @property
    def by_submit(self) -> bool:
        """Response by SMS-SUBMIT rather than in the SMS-DELIVER-REPORT."""
        return bool(self.second & _BY_SUBMIT)

    def reaches(self, minimum_security_level: int) -> bool:
        """Whether the command is protected at least as a minimum security level asks, in each respect.

        The level is coded as the first byte, TS 102 226 8.2.1.3.2.4.
        """
        least = Spi(minimum_security_level, 0)
        return (
            self.integrity >= least.integrity
            and self.ciphered >= least.ciphered
            and self.counter_mode >= least.counter_mode
        )


class PacketError(Exception):
    """These bytes are no command packet."""


@dataclass(frozen=True, slots=True)
class CommandPacket:
    """A command packet whose header was read and whose security was not looked at yet.

    header: what the check covers before CNTR: from CPL on, over TCP and CAT_TP the CPI too. tar: 3 bytes.
    check_length: bytes of RC, CC or DS. secured: all that follows the TAR, ciphered if SPI says so.
    """

    header: bytes
    spi: Spi
    kic: int
    kid: int
    tar: bytes
    check_length: int
    secured: bytes

    @classmethod
    def parse(cls, packet: bytes, identifier: bytes = b"") -> CommandPacket:
        """The packet, from CPL to its end; `identifier` is a CPI that goes into the check, none over SMS.

        PacketError when the lengths do not fit.
        """
        if len(packet) < HEADER or int.from_bytes(packet[:2], "big") != len(packet) - 2:
            raise PacketError("command packet length")
        check_length = packet[2] - COMMAND_CHECK_FREE
        if check_length < 0 or len(packet) < HEADER + _COUNTER_AND_PADDING + check_length:
            raise PacketError("command header length")
        return cls(
            header=identifier + packet[:HEADER],
            spi=Spi(packet[3], packet[4]),
            kic=packet[5],
            kid=packet[6],
            tar=packet[7:HEADER],
            check_length=check_length,
            secured=packet[HEADER:],
        )


@dataclass(frozen=True, slots=True)
class SecuredPart:
    """What was secured of a command, deciphered. data: still with its padding."""

    counter: int
    padding: int
    check: bytes
    data: bytes

    @classmethod
    def parse(cls, plaintext: bytes, check_length: int) -> SecuredPart:
        """From CNTR to the end."""
        end = _COUNTER_AND_PADDING + check_length
        return cls(
            counter=int.from_bytes(plaintext[:COUNTER_LENGTH], "big"),
            padding=plaintext[COUNTER_LENGTH],
            check=plaintext[_COUNTER_AND_PADDING:end],
            data=plaintext[end:],
        )

    @property
    def covered(self) -> bytes:
        """The part of it that the check covers."""
        return counter_field(self.counter) + bytes((self.padding,)) + self.data


def counter_field(counter: int) -> bytes:
    """CNTR as it stands in packets."""
    return counter.to_bytes(COUNTER_LENGTH, "big")
