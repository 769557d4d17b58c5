"""Which key protects an administration session, and by which identity the server knows it, SGP.02 and RFC 4279 5."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apdu import TlvError, aid, tlv
from euicc.globalplatform.key_set import PSK_TYPE
from euicc.m2m.key_ring import SCP81_VERSIONS

if TYPE_CHECKING:
    from euicc.ota.security import KeySource

FORMAT = b"\x02"
"""Version of the identity's own format."""
KEY_IDENTIFIERS = range(0x01, 0x80)
_FORMAT, _EID, _AID, _IDENTIFIER, _VERSION = 0x80, 0x81, 0x4F, 0x82, 0x83

KeyName = tuple[int, int]
"""Key version (KVN, 40 to 4F) and key identifier (KID)."""


def identity(eid: bytes, name: KeyName, domain: bytes = aid.ISD_R) -> bytes:
    """PSK identity of a key in SGP.02: TLVs, each byte as two digits.

    80 version of the format, 81 EID, 4F AID of the security domain, 82 KID, 83 KVN.
    """
    version, identifier = name
    parts = ((_FORMAT, FORMAT), (_EID, eid), (_AID, domain), (_IDENTIFIER, bytes((identifier,))))
    encoded = b"".join(tlv.encode(tag, value) for tag, value in (*parts, (_VERSION, bytes((version,)))))
    return encoded.hex().upper().encode()


def named_by(psk_identity: bytes) -> KeyName | None:
    """The key that an identity of that form names; None when it has another form."""
    try:
        encoded = bytes.fromhex(psk_identity.decode("ascii"))
        version, identifier = tlv.find(encoded, _VERSION), tlv.find(encoded, _IDENTIFIER)
    except (ValueError, TlvError):
        return None
    if version is None or identifier is None or (len(version), len(identifier)) != (1, 1):
        return None
    return version[0], identifier[0]


def find(source: KeySource, name: KeyName) -> bytes | None:
    """The pre-shared key with this name: its component of type 85. None when there is no such, or no key for SCP81."""
    version, identifier = name
    key = source.key(version, identifier) if version in SCP81_VERSIONS else None
    if key is None:
        return None
    return next((each.data for each in key.components if each.type == PSK_TYPE and each.data), None)


def names(source: KeySource) -> Iterator[KeyName]:
    """The keys for SCP81 that a security domain has, in the order of its key sets."""
    for version in source.versions():
        if version in SCP81_VERSIONS:
            for identifier in KEY_IDENTIFIERS:
                if find(source, (version, identifier)) is not None:
                    yield version, identifier
