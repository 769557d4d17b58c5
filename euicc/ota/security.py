"""Opening command packets and protecting responses with the keys of a security domain, TS 102 225 5.1.3 and 5.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, Protocol

from euicc.ota.algorithms import DES_ECB, REDUNDANCY_CHECKS, KeyedCipher, keyed
from euicc.ota.packet import (
    COUNTER_LENGTH,
    RESPONSE_CHECK_FREE,
    CommandPacket,
    Integrity,
    SecuredPart,
    counter_field,
)
from euicc.ota.status import PacketRefused, ResponseStatus

if TYPE_CHECKING:
    from euicc.uicc.application_data import SecurityDomainKey

CIPHERING_KEY, INTEGRITY_KEY = 0x01, 0x02
"""Key identifiers of KIc and KID in a key set."""
SCP80_VERSIONS = range(0x01, 0x10)
"""Key versions that KIc and KID can name."""
UNAUTHENTICATED = 0
"""Instead of a key version: no key vouches for the packet."""


class KeySource(Protocol):
    """A security domain, as far as secured packets need it."""

    @property
    def aid(self) -> bytes:
        """Its AID, 5 to 16 bytes."""
        ...

    def versions(self) -> Iterable[int]:
        """The key versions it has."""
        ...

    def key(self, version: int, identifier: int) -> SecurityDomainKey | None:
        """One key of a key set."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A command whose protection held. key_version: of the key that authenticates it, or UNAUTHENTICATED."""

    part: SecuredPart
    key_version: int

    @property
    def authenticated(self) -> bool:
        """Whether the sender showed that he has a key."""
        return self.key_version != UNAUTHENTICATED


@dataclass(frozen=True, slots=True)
class _Key:
    """The key that a KIc or KID names. mac_length: bytes of its check value."""

    version: int
    cipher: KeyedCipher
    mac_length: int


def open_command(packet: CommandPacket, domain: KeySource) -> Opened:
    """Decipher a command and verify its check, TS 102 225 5.1.3.

    PacketRefused CIPHERING_ERROR (no whole blocks), CHECK_FAILED, or UNIDENTIFIED_SECURITY_ERROR (no such key or
    algorithm, lengths that contradict SPI). A digital signature is CHECK_FAILED: no card has keys for one.
    """
    part = SecuredPart.parse(_deciphered(packet, domain), packet.check_length)
    if packet.spi.integrity is Integrity.CRYPTOGRAPHIC_CHECKSUM:
        return Opened(part, _verify_checksum(packet, part, domain))
    if packet.spi.integrity is Integrity.REDUNDANCY_CHECK:
        _verify_redundancy(packet, part)
    elif packet.spi.integrity is Integrity.DIGITAL_SIGNATURE:
        raise PacketRefused(ResponseStatus.CHECK_FAILED)
    elif packet.check_length:
        raise PacketRefused(ResponseStatus.UNIDENTIFIED_SECURITY_ERROR)
    return Opened(part, UNAUTHENTICATED)


def _deciphered(packet: CommandPacket, domain: KeySource) -> bytes:
    if not packet.spi.ciphered:
        return packet.secured
    key = _find(domain, packet.kic, CIPHERING_KEY)
    if key is None:
        raise PacketRefused(ResponseStatus.UNIDENTIFIED_SECURITY_ERROR)
    if len(packet.secured) % key.cipher.block:
        raise PacketRefused(ResponseStatus.CIPHERING_ERROR)
    return key.cipher.decrypt(packet.secured)


def _verify_checksum(packet: CommandPacket, part: SecuredPart, domain: KeySource) -> int:
    key = _find(domain, packet.kid, INTEGRITY_KEY)
    if key is None or key.mac_length != packet.check_length:
        raise PacketRefused(ResponseStatus.UNIDENTIFIED_SECURITY_ERROR)
    if not compare_digest(key.cipher.mac(packet.header + part.covered)[: key.mac_length], part.check):
        raise PacketRefused(ResponseStatus.CHECK_FAILED)
    return key.version


def _verify_redundancy(packet: CommandPacket, part: SecuredPart) -> None:
    length, compute = REDUNDANCY_CHECKS.get(packet.kid & 0x0F, (0, None))
    if compute is None or length != packet.check_length:
        raise PacketRefused(ResponseStatus.UNIDENTIFIED_SECURITY_ERROR)
    if compute(packet.header + part.covered) != part.check:
        raise PacketRefused(ResponseStatus.CHECK_FAILED)


def _find(domain: KeySource, coding: int, identifier: int) -> _Key | None:
    """The key that KIc or KID names; key set 0 is the first for SCP80 that the domain has for the algorithm."""
    if identifier == INTEGRITY_KEY and coding & 0x0F == DES_ECB:
        return None
    named = coding >> 4
    versions = (named,) if named else sorted(each for each in domain.versions() if each in SCP80_VERSIONS)
    for version in versions:
        key = domain.key(version, identifier)
        for component in key.components if key else ():
            cipher = keyed(coding & 0x0F, component.type, component.data)
            if cipher is not None:
                return _Key(version, cipher, component.mac_length)
    return None


@dataclass(frozen=True, slots=True)
class _Check:
    """How a response is checked: length of the value in bytes, and what computes it."""

    length: int
    compute: Callable[[bytes], bytes]


_NO_CHECK = _Check(0, lambda message: b"")


@dataclass(frozen=True, slots=True)
class ResponseProtection:
    """How a response is protected. It holds the keys: the command may be the one that replaces them."""

    check: _Check = _NO_CHECK
    cipher: KeyedCipher | None = None

    @classmethod
    def asked_for(cls, command: CommandPacket, domain: KeySource) -> ResponseProtection | None:
        """As `command` asks; None when there is no key or algorithm for that."""
        check = _response_check(command, domain)
        key = _find(domain, command.kic, CIPHERING_KEY) if command.spi.response_ciphered else None
        if check is None or (command.spi.response_ciphered and key is None):
            return None
        return cls(check, key.cipher if key else None)


UNPROTECTED = ResponseProtection()


@dataclass(frozen=True, slots=True)
class Response:
    """A response packet before its protection. counter: that of the command; data: additional response data."""

    tar: bytes
    counter: int
    status: ResponseStatus
    data: bytes = b""

    def encode(self, protection: ResponseProtection, identifier: bytes = b"") -> bytes:
        """The packet from RPL on. identifier: what stands before and goes into the check: 02 71 00 over SMS."""
        check, cipher = protection.check, protection.cipher
        secured = COUNTER_LENGTH + 2 + check.length + len(self.data)
        padding = -secured % cipher.block if cipher else 0
        header = (
            (secured + padding + 1 + len(self.tar)).to_bytes(2, "big")
            + bytes((RESPONSE_CHECK_FREE + check.length,))
            + self.tar
        )
        head = counter_field(self.counter) + bytes((padding, self.status))
        body = self.data + bytes(padding)
        value = check.compute(identifier + header + head + body)[: check.length]
        part = head + value + body
        return header + (cipher.encrypt(part) if cipher else part)


def _response_check(command: CommandPacket, domain: KeySource) -> _Check | None:
    """How the response is checked; None where there is no key or algorithm, as for a digital signature."""
    integrity = command.spi.response_integrity
    if integrity is Integrity.REDUNDANCY_CHECK:
        found = REDUNDANCY_CHECKS.get(command.kid & 0x0F)
        return _Check(*found) if found else None
    if integrity is Integrity.CRYPTOGRAPHIC_CHECKSUM:
        key = _find(domain, command.kid, INTEGRITY_KEY)
        return _Check(key.mac_length, key.cipher.mac) if key else None
    return _NO_CHECK if integrity is Integrity.NONE else None
