"""Data objects of the bearer independent protocol, TS 102 223 8.52 to 8.59 and 8.70."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar

from apdu.cat.objects import Octet, Octets
from apdu.cat.tags import Tag
from apdu.tlv import TlvError


class BearerType(IntEnum):
    """Bearer type, TS 102 223 8.52 and TS 31.111 8.52."""

    CSD = 0x01
    GPRS = 0x02
    DEFAULT = 0x03
    LOCAL_LINK = 0x04
    UTRAN = 0x09
    E_UTRAN = 0x0B
    NG_RAN = 0x0C


@dataclass(frozen=True, slots=True)
class BearerDescription:
    """Bearer description, TS 102 223 8.52: a BearerType, and parameters that depend on it."""

    TAG: ClassVar[int] = Tag.BEARER_DESCRIPTION
    type: int = BearerType.DEFAULT
    parameters: bytes = b""

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.type,)) + self.parameters

    @classmethod
    def decode(cls, value: bytes) -> BearerDescription:
        """TlvError when it is empty."""
        if not value:
            raise TlvError("an empty Bearer description")
        return cls(value[0], value[1:])


class ChannelData(Octets):
    """Channel data, TS 102 223 8.53."""

    TAG: ClassVar[int] = Tag.CHANNEL_DATA


class ChannelDataLength(Octet):
    """Channel data length, TS 102 223 8.54: bytes asked for, available, or free; 255: 255 or more."""

    TAG: ClassVar[int] = Tag.CHANNEL_DATA_LENGTH


_ESTABLISHED = 0x80
_IDENTIFIER = 0x07
_STATE = 0xC0
NO_FURTHER_INFORMATION, LINK_DROPPED = 0x00, 0x05


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """Channel status, TS 102 223 8.56.

    channel: 1 to 7, 0 when none is available. established: whether there is a link (in TCP server mode b8 and b7 are
    states of their own: `state` has them as they stand). further: 00, or 05 link dropped.
    """

    TAG: ClassVar[int] = Tag.CHANNEL_STATUS
    channel: int
    state: int = _ESTABLISHED
    further: int = NO_FURTHER_INFORMATION

    @classmethod
    def of(cls, channel: int, established: bool, dropped: bool = False) -> ChannelStatus:
        """Of a channel that is a client, or has no TCP."""
        return cls(channel, _ESTABLISHED if established else 0, LINK_DROPPED if dropped else 0)

    @property
    def established(self) -> bool:
        """Whether there is a link."""
        return bool(self.state & _ESTABLISHED)

    @property
    def dropped(self) -> bool:
        """Whether the link was lost."""
        return self.further == LINK_DROPPED

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.channel | self.state, self.further))

    @classmethod
    def decode(cls, value: bytes) -> ChannelStatus:
        """TlvError when it is not two bytes."""
        if len(value) != 2:
            raise TlvError(f"Channel status of {len(value)} bytes")
        return cls(value[0] & _IDENTIFIER, value[0] & ~_IDENTIFIER, value[1])


@dataclass(frozen=True, slots=True)
class BufferSize:
    """Buffer size, TS 102 223 8.55: bytes that the terminal is to keep, or keeps, for a channel."""

    TAG: ClassVar[int] = Tag.BUFFER_SIZE
    size: int

    def encode(self) -> bytes:
        """The value."""
        return self.size.to_bytes(2, "big")

    @classmethod
    def decode(cls, value: bytes) -> BufferSize:
        """TlvError when it is not two bytes."""
        if len(value) != 2:
            raise TlvError(f"Buffer size of {len(value)} bytes")
        return cls(int.from_bytes(value, "big"))


class TransportProtocol(IntEnum):
    """Transport protocol type, TS 102 223 8.59."""

    UDP_CLIENT_REMOTE = 0x01
    TCP_CLIENT_REMOTE = 0x02
    TCP_SERVER = 0x03
    UDP_CLIENT_LOCAL = 0x04
    TCP_CLIENT_LOCAL = 0x05
    DIRECT = 0x06


@dataclass(frozen=True, slots=True)
class TransportLevel:
    """UICC/terminal interface transport level, TS 102 223 8.59: a TransportProtocol and a port."""

    TAG: ClassVar[int] = Tag.TRANSPORT_LEVEL
    protocol: int
    port: int

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.protocol,)) + self.port.to_bytes(2, "big")

    @classmethod
    def decode(cls, value: bytes) -> TransportLevel:
        """TlvError when it is not three bytes."""
        if len(value) != 3:
            raise TlvError(f"transport level of {len(value)} bytes")
        return cls(value[0], int.from_bytes(value[1:], "big"))


_IPV4, _IPV6 = 0x21, 0x57


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """Other address, TS 102 223 8.58: an IP address; None (an empty value) asks for a dynamic one."""

    TAG: ClassVar[int] = Tag.OTHER_ADDRESS
    address: IPv4Address | IPv6Address | None

    def encode(self) -> bytes:
        """The value."""
        if self.address is None:
            return b""
        return bytes((_IPV4 if self.address.version == 4 else _IPV6,)) + self.address.packed

    @classmethod
    def decode(cls, value: bytes) -> OtherAddress:
        """TlvError when it is neither empty nor an IP address."""
        if not value:
            return cls(None)
        if value[0] == _IPV4 and len(value) == 5:
            return cls(IPv4Address(value[1:]))
        if value[0] == _IPV6 and len(value) == 17:
            return cls(IPv6Address(value[1:]))
        raise TlvError("not an IP address")


_LABEL_MAX = 63


@dataclass(frozen=True, slots=True)
class NetworkAccessName:
    """Network Access Name, TS 102 223 8.70: an APN, "internet" or "iot.example", as labels of TS 23.003."""

    TAG: ClassVar[int] = Tag.NETWORK_ACCESS_NAME
    name: str

    def encode(self) -> bytes:
        """The value; ValueError for labels that are empty, longer than 63 or not ASCII."""
        labels = [label.encode("ascii") for label in self.name.split(".")] if self.name else []
        if not all(1 <= len(label) <= _LABEL_MAX for label in labels):
            raise ValueError(f"not an access point name: {self.name!r}")
        return b"".join(bytes((len(label),)) + label for label in labels)

    @classmethod
    def decode(cls, value: bytes) -> NetworkAccessName:
        """TlvError when the labels are not as long as they say, empty, or not ASCII."""
        labels, offset = [], 0
        while offset < len(value):
            end = offset + 1 + value[offset]
            label = value[offset + 1 : end]
            if not 1 <= len(label) <= _LABEL_MAX or end > len(value) or not label.isascii() or b"." in label:
                raise TlvError("not an access point name")
            labels.append(label.decode("ascii"))
            offset = end
        return cls(".".join(labels))
