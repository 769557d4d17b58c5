"""Keys of a security domain: check values, decipherment under a DEK, and how the NVM keeps them, GPCS 11.8 and B.

A key set is what has one version (KVN); in it identifier 01 enciphers, 02 authenticates, 03 deciphers other keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from apdu import tlv
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

DES_TYPE, DES_CBC_TYPE, PSK_TYPE, AES_TYPE, HMAC_TYPE = 0x80, 0x82, 0x85, 0x88, 0x90
"""Key types, GPCS table 11-16."""
KEY_LENGTHS: dict[int, Iterable[int]] = {
    DES_TYPE: (16, 24),
    DES_CBC_TYPE: (16, 24),
    PSK_TYPE: range(1, 256),
    AES_TYPE: (16, 24, 32),
    HMAC_TYPE: range(1, 256),
}
"""Types that PUT KEY takes, and the lengths a key of each may have, in bytes."""
ENC, MAC, DEK = 0x01, 0x02, 0x03
USAGE = {ENC: b"\x18", MAC: b"\x14", DEK: b"\x48"}
"""Key usage qualifier by identifier, GPCS table 11-17: secure messaging with confidentiality, secure messaging with a
cryptographic checksum, decipherment of sensitive data."""
CHECK_VALUE_LENGTH = 3
_DES_BLOCK, _AES_BLOCK = 8, 16

_KEY, _USAGE, _ACCESS, _IDENTIFIER, _VERSION, _COUNTER = 0x30, 0x95, 0x96, 0x82, 0x83, 0x85
_COMPONENT, _TYPE, _DATA, _MAC_LENGTH = 0x31, 0x80, 0x86, 0x87


def _des(key: bytes) -> TripleDES:
    return TripleDES(key + key[:8] if len(key) == 2 * _DES_BLOCK else key)


def _check_des(key: bytes) -> bytes:
    return Cipher(_des(key), ECB()).encryptor().update(bytes(_DES_BLOCK))


def _check_aes(key: bytes) -> bytes:
    return Cipher(AES(key), ECB()).encryptor().update(b"\x01" * _AES_BLOCK)


_CHECKS: dict[int, Callable[[bytes], bytes]] = {
    DES_TYPE: _check_des,
    DES_CBC_TYPE: _check_des,
    AES_TYPE: _check_aes,
}


def check_value(kind: int, key: bytes) -> bytes | None:
    """Key check value, 3 bytes, GPCS B.6 and Amendment D 4.1.4; None for a type that has none."""
    check = _CHECKS.get(kind)
    return check(key)[:CHECK_VALUE_LENGTH] if check else None


def symmetric(key: SecurityDomainKey | None) -> KeyComponent | None:
    """The one component of a key of the types above; None for any other key."""
    if key is None or len(key.components) != 1 or key.components[0].type not in KEY_LENGTHS:
        return None
    return key.components[0]


def block_size(kind: int) -> int | None:
    """Bytes of a block of this type of DEK; None when it cannot decipher."""
    return _AES_BLOCK if kind == AES_TYPE else _DES_BLOCK if kind in (DES_TYPE, DES_CBC_TYPE) else None


def decipher(dek: KeyComponent, data: bytes) -> bytes:
    """Whole blocks under a DEK: triple DES in ECB mode, AES in CBC mode with an ICV of zeros, Amendment D 6.2.8."""
    if dek.type == AES_TYPE:
        return Cipher(AES(dek.data), CBC(bytes(_AES_BLOCK))).decryptor().update(data)
    return Cipher(_des(dek.data), ECB()).decryptor().update(data)


def to_bytes(keys: tuple[SecurityDomainKey, ...]) -> bytes:
    """Every key of one domain, as kept in the NVM: a TLV 30 for each."""
    return b"".join(tlv.encode(_KEY, *_fields(key)) for key in keys)


def _fields(key: SecurityDomainKey) -> Iterable[bytes]:
    yield tlv.encode(_USAGE, key.usage_qualifier)
    yield tlv.encode(_ACCESS, bytes([key.access]))
    yield tlv.encode(_IDENTIFIER, bytes([key.identifier]))
    yield tlv.encode(_VERSION, bytes([key.version]))
    if key.counter is not None:
        yield tlv.encode(_COUNTER, key.counter)
    for component in key.components:
        kind, length = bytes([component.type]), bytes([component.mac_length])
        yield tlv.encode(
            _COMPONENT,
            tlv.encode(_TYPE, kind),
            tlv.encode(_DATA, component.data),
            tlv.encode(_MAC_LENGTH, length),
        )


def from_bytes(data: bytes) -> tuple[SecurityDomainKey, ...]:
    """What `to_bytes` wrote."""
    return tuple(_key(each.children()) for each in tlv.parse_all(data))


def _key(children: list[tlv.Tlv]) -> SecurityDomainKey:
    fields = {child.tag: child.value for child in children}
    return SecurityDomainKey(
        usage_qualifier=fields[_USAGE],
        identifier=fields[_IDENTIFIER][0],
        version=fields[_VERSION][0],
        components=tuple(_component(child) for child in children if child.tag == _COMPONENT),
        access=fields[_ACCESS][0],
        counter=fields.get(_COUNTER),
    )


def _component(component: tlv.Tlv) -> KeyComponent:
    fields = {child.tag: child.value for child in component.children()}
    return KeyComponent(fields[_TYPE][0], fields[_DATA], fields[_MAC_LENGTH][0])
