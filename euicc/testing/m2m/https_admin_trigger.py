"""What makes a card hold an administration session: its parameters, GPCS Amendment B 3.8, and its PSK identity."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from apdu import tlv
from apdu.aid import ISD_R
from apdu.cat.bearer import BearerDescription, BufferSize, NetworkAccessName, OtherAddress, TransportLevel
from apdu.cat.comprehension import encode, wrap

KEY_VERSION, KEY_IDENTIFIER = 0x40, 0x01
_TCP_CLIENT = 0x02


def psk_identity(
    eid: bytes, version: int = KEY_VERSION, identifier: int = KEY_IDENTIFIER, domain: bytes = ISD_R
) -> bytes:
    """PSK identity of a key of a card of SGP.02: 80 01 02, 81 10 EID, 4F AID, 82 01 KID, 83 01 KVN, as digits."""
    whole = b"\x80\x01\x02\x81\x10" + eid + b"\x4f" + bytes((len(domain),)) + domain
    return (whole + bytes((0x82, 1, identifier, 0x83, 1, version))).hex().upper().encode()


@dataclass(frozen=True, slots=True)
class AdminTrigger:
    """The server as a card has to reach it.

    retries, delay: how often and after how many seconds a failed session is to be tried again. identity: PSK identity;
    b"" leaves the usual one to the card. version, identifier: of the key.
    """

    address: IPv4Address | IPv6Address
    port: int
    uri: str = "/gsma/adminagent"
    host: str = ""
    access_point: str = ""
    buffer_size: int = 1400
    retries: int = 0
    delay: int = 60
    identity: bytes = b""
    version: int = KEY_VERSION
    identifier: int = KEY_IDENTIFIER

    @property
    def session(self) -> bytes:
        """Administration session parameters: value of 83, as a security domain keeps them, too."""
        http = tlv.encode(0x8A, self.host.encode()) if self.host else b""
        security = bytes((len(self.identity),)) + self.identity + bytes((2, self.version, self.identifier))
        return b"".join(
            (
                tlv.encode(0x84, self._connection()),
                tlv.encode(0x85, security),
                tlv.encode(0x86, self.retries.to_bytes(2, "big") + b"\x25\x03" + self._delay()),
                tlv.encode(0x89, http, tlv.encode(0x8C, self.uri.encode())),
            )
        )

    def encode(self) -> bytes:
        """The script for the security domain: 81 L 83 L parameters."""
        return tlv.encode(0x81, tlv.encode(0x83, self.session))

    def _connection(self) -> bytes:
        name = NetworkAccessName(self.access_point) if self.access_point else None
        transport = TransportLevel(_TCP_CLIENT, self.port)
        objects = (
            BearerDescription(),
            BufferSize(self.buffer_size),
            name,
            transport,
            OtherAddress(self.address),
        )
        return encode(wrap(objects))

    def _delay(self) -> bytes:
        """Hours, minutes, seconds, the digits of each swapped."""
        parts = (self.delay // 3600, self.delay // 60 % 60, self.delay % 60)
        return bytes(part % 10 << 4 | part // 10 for part in parts)
