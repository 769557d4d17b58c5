"""The control reference template A6 of a key establishment: which keys are wanted, SGP.02 tables 40 and 81.

    90  scenario 03, options        82  first key identifier (KID)
    95  key usage                   83  key version (KVN)
    96  key access, optional        91  initial counter: 0, 2, 3, 5 or 8 bytes
    80  key type                    45  SDIN, 84 HostID: with option 04
    81  key length in bytes

What keys a domain takes is the table `_PURPOSES`; anything else is refused with 6A80.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntFlag

from apdu import StatusError, status, tlv
from euicc.crypto.gp_certificate import ServerKind
from euicc.globalplatform import key_set
from euicc.m2m.key_ring import SCP03_VERSIONS, SCP80_VERSIONS, SCP81_VERSIONS, TOKEN_VERSION
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

CRT = 0xA6
_SCENARIO, _USAGE, _ACCESS, _TYPE, _LENGTH = 0x90, 0x95, 0x96, 0x80, 0x81
_IDENTIFIER, _VERSION, _COUNTER, _SDIN, _HOST_ID = 0x82, 0x83, 0x91, 0x45, 0x84
_ECKA_EG = 0x03
_ONE_BYTE = range(1, 2)
# 91 may be missing: it says as much as an empty one.
_LENGTHS: dict[int, tuple[bool, Collection[int]]] = {
    _SCENARIO: (True, range(2, 3)),
    _USAGE: (True, _ONE_BYTE),
    _ACCESS: (False, _ONE_BYTE),
    _TYPE: (True, _ONE_BYTE),
    _LENGTH: (True, _ONE_BYTE),
    _IDENTIFIER: (True, _ONE_BYTE),
    _VERSION: (True, _ONE_BYTE),
    _COUNTER: (False, (0, 2, 3, 5, 8)),
    _SDIN: (False, range(1, 17)),
    _HOST_ID: (False, range(1, 17)),
}
"""Elements of the template: whether each must be there, and the lengths it may have."""


class Option(IntFlag):
    """Second byte of element 90."""

    DELETE_EXISTING = 0x01
    DERIVATION_RANDOM = 0x02
    HOST_AND_CARD = 0x04
    CERTIFICATE_VERIFIED = 0x08


_ALL = Option.DELETE_EXISTING | Option.DERIVATION_RANDOM | Option.HOST_AND_CARD | Option.CERTIFICATE_VERIFIED
_THREE_KEYS, _BASE_KEY = 0x10, 0x5C
# Value of 95 -> which derived key each key of the set is, from the first identifier on. A base key is Key-ENC, Key-MAC
# and Key-DEK at once: one open SM-DP derives session keys from it so, and Amendment D knows no other way.
_CHANNEL = {_THREE_KEYS: (0, 1, 2), _BASE_KEY: (0, 0, 0)}
_SINGLE = {_BASE_KEY: (0,)}
_TOKEN_USAGE = b"\x81"
"""Verification, and cryptographic authorization: GPCS table 11-17."""


@dataclass(frozen=True)
class _Purpose:
    """What keys of these versions and types are for. usages: key usage qualifier of each key of the set."""

    domain: ServerKind
    versions: Collection[int]
    types: Collection[int]
    sets: Mapping[int, tuple[int, ...]]
    usages: tuple[bytes, ...]
    first_identifiers: range


_FIRST, _ANY = range(1, 2), range(1, 0x80)
_TRIPLE = tuple(key_set.USAGE.values())
_SYMMETRIC = (key_set.AES_TYPE, key_set.DES_TYPE)
_PURPOSES = (
    _Purpose(ServerKind.SM_SR, SCP80_VERSIONS, _SYMMETRIC, _CHANNEL, _TRIPLE, _FIRST),
    _Purpose(
        ServerKind.SM_SR,
        SCP81_VERSIONS,
        (key_set.PSK_TYPE,),
        _SINGLE,
        (key_set.USAGE[key_set.ENC],),
        _ANY,
    ),
    _Purpose(
        ServerKind.SM_SR,
        SCP81_VERSIONS,
        (key_set.AES_TYPE,),
        _SINGLE,
        (key_set.USAGE[key_set.DEK],),
        _ANY,
    ),
    _Purpose(ServerKind.SM_DP, SCP03_VERSIONS, (key_set.AES_TYPE,), _CHANNEL, _TRIPLE, _FIRST),
    _Purpose(ServerKind.SM_DP, (TOKEN_VERSION,), (key_set.AES_TYPE,), _SINGLE, (_TOKEN_USAGE,), _ANY),
)
"""What keys are taken: the ISD-R's from an SM-SR, an ISD-P's from an SM-DP."""


@dataclass(frozen=True)
class KeyParameters:
    """A template that was accepted. host_id is None unless the keys are bound to host and card; lengths in bytes."""

    options: Option
    usage: int
    access: int
    type: int
    length: int
    identifier: int
    version: int
    counter: bytes | None
    sdin: bytes | None
    host_id: bytes | None
    purpose: _Purpose

    @classmethod
    def parse(cls, crt: tlv.Tlv, domain: ServerKind) -> KeyParameters:
        """The template A6 for keys of the domain that this kind of server makes keys with; StatusError 6A80."""
        fields = _fields(crt)
        numbers = {tag: value[0] for tag, value in fields.items() if value}
        options = _options(fields)
        purpose = _purpose(domain, numbers)
        return cls(
            options=options,
            usage=numbers[_USAGE],
            access=numbers.get(_ACCESS, 0),
            type=numbers[_TYPE],
            length=numbers[_LENGTH],
            identifier=numbers[_IDENTIFIER],
            version=numbers[_VERSION],
            counter=fields.get(_COUNTER) or None,
            sdin=fields.get(_SDIN),
            host_id=fields.get(_HOST_ID),
            purpose=purpose,
        )

    @property
    def lengths(self) -> tuple[int, ...]:
        """Length of each key to be derived."""
        return (self.length,) * len(set(self.purpose.sets[self.usage]))

    def security_domain_keys(self, derived: tuple[bytes, ...]) -> tuple[SecurityDomainKey, ...]:
        """The keys as the domain stores them."""
        return tuple(
            SecurityDomainKey(
                usage_qualifier=usage,
                identifier=self.identifier + place,
                version=self.version,
                components=(KeyComponent(self.type, derived[which]),),
                access=self.access,
                counter=self.counter,
            )
            for place, (which, usage) in enumerate(
                zip(self.purpose.sets[self.usage], self.purpose.usages, strict=True)
            )
        )


def _fields(crt: tlv.Tlv) -> dict[int, bytes]:
    """The elements by tag: known ones, none twice, with lengths that they may have."""
    try:
        elements = crt.children()
    except tlv.TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    fields = {each.tag: each.value for each in elements}
    _require(len(fields) == len(elements) and fields.keys() <= _LENGTHS.keys())
    for tag, (mandatory, lengths) in _LENGTHS.items():
        _require(len(fields[tag]) in lengths if tag in fields else not mandatory)
    return fields


def _options(fields: dict[int, bytes]) -> Option:
    scenario, bits = fields[_SCENARIO]
    options = Option(bits & _ALL)
    _require(scenario == _ECKA_EG and bits == options and Option.CERTIFICATE_VERIFIED in options)
    bound = Option.HOST_AND_CARD in options
    _require((_HOST_ID in fields) == bound and (bound or _SDIN not in fields))
    return options


def _purpose(domain: ServerKind, numbers: dict[int, int]) -> _Purpose:
    """The row of the table; 6A80 when there is none, or the key has another length than its type can have."""
    for row in _PURPOSES:
        if row.domain == domain and numbers[_VERSION] in row.versions and numbers[_TYPE] in row.types:
            _require(numbers[_USAGE] in row.sets)
            _require(numbers[_IDENTIFIER] in row.first_identifiers)
            _require(numbers[_LENGTH] in key_set.KEY_LENGTHS[numbers[_TYPE]])
            return row
    raise StatusError(status.INCORRECT_DATA)


def _require(condition: bool) -> None:
    if not condition:
        raise StatusError(status.INCORRECT_DATA)
