"""The short message of a default notification, SGP.02 3.15.1: a command packet of TS 102 225 from the card.

Checksum by the SCP80 keys of the ISD-R, not ciphered, no counter: it repeats what it says until it is confirmed, and
nobody acts on it but by a packet of his own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu.cat.commands import send_short_message
from apdu.cat.objects import Address
from euicc.m2m import connectivity
from euicc.m2m.key_ring import SCP80_VERSIONS
from euicc.m2m.target import TAR
from euicc.ota.algorithms import codings, keyed
from euicc.ota.packet import COMMAND_CHECK_FREE, COUNTER_LENGTH, HEADER
from euicc.ota.security import INTEGRITY_KEY
from euicc.ota.sms import COMMAND_PACKET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.key_ring import KeyRing
    from euicc.ota.algorithms import KeyedCipher
    from euicc.toolkit.procedure import Procedure

SPI = bytes((0x02, 0x00))
"""Cryptographic checksum, no counter; no proof of receipt: the confirmation is one."""
_USER_DATA_HEADER = bytes((0x02, COMMAND_PACKET, 0x00))
_SUBMIT_WITH_HEADER, _NO_REFERENCE = 0x41, 0x00
_NOT_PERFORMED = 0x10
"""General results from here on, TS 102 223 8.12: it is not out."""


def by_sms(isdr: M2mIsdR, payload: bytes) -> Procedure[bool]:
    """As `euicc.m2m.notification.Transport`; CommandNotAllowed when the terminal sends no short messages."""
    address, packet = isdr.smsr_address.sms, secured(isdr.key_ring, payload)
    if address is None or packet is None:
        return False
    parameters = connectivity.sms(isdr)
    user_data = _USER_DATA_HEADER + packet
    head = bytes((_SUBMIT_WITH_HEADER, _NO_REFERENCE, len(Address.decode(address).digits))) + address
    tpdu = head + bytes((parameters.protocol, parameters.coding, len(user_data))) + user_data
    response = yield send_short_message(tpdu, parameters.service_centre)
    general: int = response.result.general
    return general < _NOT_PERFORMED


def secured(ring: KeyRing, data: bytes) -> bytes | None:
    """The command packet for `data`, from CPL on, by the first key set for SCP80; None without any."""
    return next((_packet(data, *found) for found in _protections(ring)), None)


def _protections(ring: KeyRing) -> Iterator[tuple[int, KeyedCipher, int]]:
    """KIc and KID (both alike: version and algorithm), the cipher, and bytes of a check value."""
    for version in sorted(each for each in ring.versions() if each in SCP80_VERSIONS):
        key = ring.key(version, INTEGRITY_KEY)
        for component in key.components if key else ():
            for coding in codings(component.type, len(component.data)):
                cipher = keyed(coding, component.type, component.data)
                if cipher is not None:
                    yield version << 4 | coding, cipher, component.mac_length


def _packet(data: bytes, key: int, cipher: KeyedCipher, mac_length: int) -> bytes:
    unsigned = bytes(COUNTER_LENGTH + 1)
    header_length = COMMAND_CHECK_FREE + mac_length
    length = HEADER - 2 + len(unsigned) + mac_length + len(data)
    header = length.to_bytes(2, "big") + bytes((header_length,)) + SPI + bytes((key, key)) + TAR
    return header + unsigned + cipher.mac(header + unsigned + data)[:mac_length] + data
