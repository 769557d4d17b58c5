"""DELETE, GPCS 11.2: an application, a package, a security domain, or keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import registry
from euicc.globalplatform.domain import domain as domain_of
from euicc.globalplatform.install import check_authorized
from euicc.globalplatform.load import NO_CONFIRMATION
from euicc.globalplatform.put_key import restart_counters
from euicc.globalplatform.registry import Entry, Kind, Privilege, Registry
from euicc.globalplatform.session import Session
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

OBJECT, OBJECT_AND_RELATED = 0x00, 0x80
KEY_IDENTIFIER, KEY_VERSION = 0xD0, 0xD2
_ONE_BYTE = 1


def delete(domain: Domain, session: Session, command: Command) -> bytes:
    """DELETE, GPCS 11.2: 4F names an entry of the registry, D0 and D2 identifier and version of keys.

    P2 80 takes the instances of a package, or everything below a security domain, with it. Answers 00 (no
    confirmation), nothing for keys. StatusError 6A88 when there is no such entry or key, 6985 when the domain may not,
    something still needs it, or the card cannot be without; 6A80 for other data, 6A86 for another P1 or P2.
    """
    if command.p1 or command.p2 not in (OBJECT, OBJECT_AND_RELATED):
        raise StatusError(status.INCORRECT_P1_P2)
    try:
        fields = {each.tag: each.value for each in tlv.parse_all(command.data)}
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if fields.keys() == {registry.AID}:
        return _delete_entry(domain, fields[registry.AID], command.p2 == OBJECT_AND_RELATED)
    by_key = fields and fields.keys() <= {KEY_IDENTIFIER, KEY_VERSION}
    if not by_key or any(len(value) != _ONE_BYTE for value in fields.values()):
        raise StatusError(status.INCORRECT_DATA)
    return _delete_keys(domain, fields)


def _delete_keys(domain: Domain, fields: dict[int, bytes]) -> bytes:
    """Every key with this identifier, this version, or both."""
    version, identifier = fields.get(KEY_VERSION), fields.get(KEY_IDENTIFIER)
    doomed = [
        key
        for key in domain.keys
        if (version is None or key.version == version[0])
        and (identifier is None or key.identifier == identifier[0])
    ]
    if not doomed:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    with domain.uicc.memory.transaction():
        domain.put_keys(tuple(key for key in domain.keys if key not in doomed))
        for each in {key.version for key in doomed} - set(domain.versions()):
            restart_counters(domain, each)
    return b""


def _delete_entry(domain: Domain, aid: bytes, with_related: bool) -> bytes:
    check_authorized(domain)
    known = Registry(domain.uicc)
    entry = known.find(aid)
    if entry is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    related = _related(known, entry)
    doomed = [entry, *related]
    allowed = domain.entry.has(Privilege.GLOBAL_DELETE) or known.is_below(entry, domain.aid)
    if (
        not allowed
        or (related and not with_related)
        or any(_is_needed(domain, known, each) for each in doomed)
    ):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    with domain.uicc.memory.transaction():
        for each in doomed:
            _erase(domain, known, each)
    return NO_CONFIRMATION


def _related(known: Registry, entry: Entry) -> list[Entry]:
    """The instances of a package; what is associated with a security domain, directly or through others."""
    others = [each for each in known.entries() if each.aid != entry.aid]
    if entry.kind is Kind.PACKAGE:
        return [each for each in others if each.package == entry.aid]
    if entry.kind is Kind.SECURITY_DOMAIN:
        return [each for each in others if known.is_below(each, entry.aid)]
    return []


def _is_needed(domain: Domain, known: Registry, entry: Entry) -> bool:
    """The MNO-SD and the domain that executes stay; so does what is no load file but part of the card."""
    is_rfm = any(rfm.instance_aid == entry.aid for rfm in domain.uicc.profile.rfm)
    return entry.aid in (known.root, domain.aid) or is_rfm or known.is_platform(entry)


def _erase(domain: Domain, known: Registry, entry: Entry) -> None:
    if entry.kind is Kind.SECURITY_DOMAIN and (deleted := domain_of(domain.uicc, entry.aid)):
        deleted.erase()
    if entry.kind is Kind.PACKAGE:
        domain.uicc.memory.delete(keys.LOAD_FILE, entry.aid.hex())
    known.remove(entry.aid)
