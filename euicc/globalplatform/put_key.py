"""PUT KEY, GPCS 11.8 and Amendment D 7.2: keys added or replaced, enciphered under the DEK of the conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status
from euicc.globalplatform import key_set
from euicc.globalplatform.domain import conversation_domain
from euicc.globalplatform.domain import domain as domain_of
from euicc.globalplatform.session import Session
from euicc.runtime import keys
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

MULTIPLE_KEYS = 0x80
NEW_VERSION = 0x00
VERSIONS = range(0x01, 0x80)


class _Fields:
    """Key data fields, read from the front; StatusError 6A80 when they end too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def byte(self) -> int:
        return self.take(1)[0]

    def take(self, count: int) -> bytes:
        if len(self.data) < count:
            raise StatusError(status.INCORRECT_DATA)
        taken, self.data = self.data[:count], self.data[count:]
        return taken


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What a PUT KEY asks for: keys by identifier, in one key set.

    old_version: of the keys that they replace, NEW_VERSION for none. check_values: as they came.
    """

    old_version: int
    version: int
    components: dict[int, KeyComponent]
    check_values: bytes


def put_key(domain: Domain, session: Session, command: Command) -> bytes:
    """PUT KEY, GPCS 11.8: answers the new version, then the KCVs that came. StatusError as for `read`, and `replacing`;
    6985 when the conversation has no DEK.
    """
    new = read(command, lambda: _dek(domain, session))
    whole = replacing(domain.keys, new)
    with domain.uicc.memory.transaction():
        domain.put_keys(whole)
        for changed in {new.old_version, new.version}:
            restart_counters(domain, changed)
    return bytes([new.version]) + new.check_values


def read(command: Command, dek_of: Callable[[], KeyComponent]) -> NewKeys:
    """What PUT KEY asks for: new version, then for each key type, length, key block, length and key check value (KCV).

    P1: version to replace, 00 to add one. P2: identifier of the first key, b8 when several follow. A key block is the
    key enciphered under the DEK, after its length in clear where it had to be padded (Amendment D has the length in any
    case: both are read). StatusError 9484 for a type that is not supported, 9485 for a wrong KCV, 6A80 for a
    version or keys that are not possible, 6A86 for a command that continues in another (P1 b8); or that of `dek_of`.
    """
    old_version, first = command.p1, command.p2 & ~MULTIPLE_KEYS
    if old_version & MULTIPLE_KEYS:
        raise StatusError(status.INCORRECT_P1_P2)
    fields = _Fields(command.data)
    version = fields.byte()
    if version not in VERSIONS:
        raise StatusError(status.INCORRECT_DATA)
    dek = dek_of()
    components: list[KeyComponent] = []
    check_values = b""
    while fields.data or not components:
        component, check_value = _component(fields, dek)
        components.append(component)
        check_values += check_value
    if len(components) > 1 and not command.p2 & MULTIPLE_KEYS:
        raise StatusError(status.INCORRECT_DATA)
    return NewKeys(old_version, version, dict(enumerate(components, first)), check_values)


def _dek(domain: Domain, session: Session) -> KeyComponent:
    """The key that deciphers keys in this conversation."""
    dek = None
    if session.key_version is not None:
        named = session.key_owner
        owner = conversation_domain(domain) if named is None else domain_of(domain.uicc, named)
        dek = key_set.symmetric(owner.key(session.key_version, key_set.DEK)) if owner else None
    if dek is None or key_set.block_size(dek.type) is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return dek


def _component(fields: _Fields, dek: KeyComponent) -> tuple[KeyComponent, bytes]:
    kind = fields.byte()
    if kind not in key_set.KEY_LENGTHS:
        raise StatusError(status.ALGORITHM_NOT_SUPPORTED)
    key = _deciphered(fields.take(fields.byte()), dek)
    check_value = fields.take(fields.byte())
    if len(key) not in key_set.KEY_LENGTHS[kind]:
        raise StatusError(status.INCORRECT_DATA)
    if check_value and check_value != key_set.check_value(kind, key):
        raise StatusError(status.INVALID_KEY_CHECK_VALUE)
    return KeyComponent(kind, key), check_value


def _deciphered(block: bytes, dek: KeyComponent) -> bytes:
    """GPCS tables 11-70 and 11-71: whole blocks, or the length of the key and then whole blocks."""
    size = key_set.block_size(dek.type) or 1
    if block and len(block) % size == 0:
        return key_set.decipher(dek, block)
    if not block or len(block) % size != 1 or not len(block) - 1 - size < block[0] <= len(block) - 1:
        raise StatusError(status.INCORRECT_DATA)
    return key_set.decipher(dek, block[1:])[: block[0]]


def replacing(present: tuple[SecurityDomainKey, ...], new: NewKeys) -> tuple[SecurityDomainKey, ...]:
    """All keys of a domain that has these, and takes the new ones.

    StatusError 6A88 when the keys to replace are not there, 6A80 when others are in the way.
    """
    existing = {(key.version, key.identifier): key for key in present}
    old_version, version, given = new.old_version, new.version, new.components
    replaced = {(old_version, identifier) for identifier in given} if old_version != NEW_VERSION else set()
    if replaced - existing.keys():
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    if (existing.keys() - replaced) & {(version, identifier) for identifier in given}:
        raise StatusError(status.INCORRECT_DATA)
    kept = tuple(key for name, key in existing.items() if name not in replaced)
    added = tuple(
        _key(existing.get((old_version, identifier)), version, identifier, component)
        for identifier, component in given.items()
    )
    return kept + added


def _key(
    old: SecurityDomainKey | None, version: int, identifier: int, component: KeyComponent
) -> SecurityDomainKey:
    """A key takes over usage and access of the one that it replaces."""
    if old is None:
        usage = key_set.USAGE.get(identifier, b"")
        return SecurityDomainKey(usage, identifier, version, (component,))
    replaced = key_set.symmetric(old)
    if replaced is not None:
        component = replace(component, mac_length=replaced.mac_length)
    return replace(old, version=version, components=(component,), counter=None)


def restart_counters(domain: Domain, version: int) -> None:
    """A new key set counts from the beginning, Amendment D 6.2.2.1 and TS 102 225 5.1.4."""
    name = f"{domain.aid.hex()}/{version:02X}"
    domain.uicc.memory.delete(keys.SCP03_COUNTER, name)
    domain.uicc.memory.delete(keys.OTA_COUNTER, name)
