"""INSTALL, GPCS 11.5 and TS 102 226 8.2.1.3: what a package becomes, where it belongs, and who personalizes it.

Without bytecode an instance is an entry of the registry. It can be selected only where the card has an application
written in Python with the same AID (`Card.register`).
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import load, toolkit_parameters
from euicc.globalplatform.registry import (
    INSTALLED,
    PRIVILEGES_LENGTH,
    SELECTABLE,
    Entry,
    Kind,
    Privilege,
    Registry,
)
from euicc.globalplatform.session import Session
from euicc.globalplatform.toolkit_parameters import ToolkitParametersError

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

FOR_LOAD, FOR_INSTALL, MAKE_SELECTABLE, EXTRADITION, PERSONALIZATION, REGISTRY_UPDATE = (
    *(0x02, 0x04, 0x08),
    *(0x10, 0x20, 0x40),
)
"""P1, GPCS table 11-42."""
SPECIFIC_PARAMETERS, SYSTEM_PARAMETERS = 0xC9, 0xEF
FIELDS = 6
"""With the token at the end."""
AID_LENGTHS = range(5, 17)
_PRIVILEGES_LENGTHS = (1, PRIVILEGES_LENGTH)


@dataclass(frozen=True, slots=True)
class Request:
    """The fields of INSTALL, GPCS tables 11-43 to 11-48, each after its length; they are called as for install."""

    package: bytes
    module: bytes
    instance: bytes
    privileges: bytes
    parameters: bytes


def install(domain: Domain, session: Session, command: Command) -> bytes:
    """INSTALL, GPCS 11.5; answers 00 (no confirmation), or nothing for personalization.

    StatusError 6A86 for a P1 or P2 that is not supported, 6A80 for malformed or impossible data and for a token, which
    nobody here verifies; 6985 where the privileges do not allow it or a state does not follow; 6A88 for an
    unknown AID.
    """
    function = FORMS.get(command.p1)
    if function is None or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    fields = fields_of(command.data)
    if command.p1 == FOR_LOAD:
        # The only form without privileges.
        fields.insert(3, b"")
    if len(fields) != FIELDS or fields[-1]:
        raise StatusError(status.INCORRECT_DATA)
    return function(domain, session, Request(*fields[:-1]))


def fields_of(data: bytes) -> list[bytes]:
    """The fields of INSTALL; each length is one byte, or coded as in BER-TLV. StatusError 6A80."""
    fields = []
    try:
        while data:
            # A tag in front makes a data object of it.
            _, start, end = tlv.read(b"\x80" + data)
            fields.append(data[start - 1 : end - 1])
            data = data[end - 1 :]
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    return fields


def check_authorized(domain: Domain) -> None:
    """StatusError 6985 for a domain that may not manage card content; tokens of delegated management are not known."""
    if not domain.entry.has(Privilege.AUTHORIZED_MANAGEMENT):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)


def found(known: Registry, aid: bytes, *kinds: Kind) -> Entry:
    """The entry with this AID, of one of these kinds; StatusError 6A88."""
    entry = known.find(aid)
    if entry is None or entry.kind not in kinds:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return entry


def _check_below(domain: Domain, known: Registry, entry: Entry) -> None:
    if not known.is_below(entry, domain.aid):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)


def _for_load(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for load], GPCS 11.5.2.3.1: package, domain, hash, parameters."""
    check_authorized(domain)
    known = Registry(domain.uicc)
    package, target, expected = request.package, request.module or domain.aid, request.instance
    hash_wrong = bool(expected) and len(expected) not in load.HASHES
    if len(package) not in AID_LENGTHS or known.find(package) is not None or hash_wrong:
        raise StatusError(status.INCORRECT_DATA)
    _check_below(domain, known, found(known, target, Kind.SECURITY_DOMAIN))
    load.begin(domain, load.PendingLoad(package, target, expected))
    return load.NO_CONFIRMATION


def _for_install(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for install], GPCS 11.5.2.3.2."""
    return _install(domain, request, INSTALLED)


def _for_install_and_selectable(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for install and make selectable]."""
    return _install(domain, request, SELECTABLE)


def _install(domain: Domain, request: Request, state: int) -> bytes:
    check_authorized(domain)
    known = Registry(domain.uicc)
    package = found(known, request.package, Kind.PACKAGE)
    if package.modules and request.module not in package.modules:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    aid = request.instance or request.module
    if len(aid) not in AID_LENGTHS or known.find(aid) is not None or aid in _of_files(domain):
        raise StatusError(status.INCORRECT_DATA)
    specific, uicc_parameters = _parameters(domain, request.parameters)
    privileges = _privileges(request)
    is_domain = bool(privileges[0] & Privilege.SECURITY_DOMAIN >> 16)
    entry = Entry(
        aid=aid,
        kind=Kind.SECURITY_DOMAIN if is_domain else Kind.APPLICATION,
        state=state,
        domain=domain.aid,
        privileges=privileges,
        package=package.aid,
        module=request.module,
        specific_parameters=specific,
        uicc_parameters=uicc_parameters,
    )
    with domain.uicc.memory.transaction():
        known.put(entry)
    return load.NO_CONFIRMATION


def _of_files(domain: Domain) -> Container[bytes]:
    """AIDs of the network access applications, which no instance may take over."""
    return domain.uicc.profile.filesystem.adfs


def _privileges(request: Request) -> bytes:
    if len(request.privileges) not in _PRIVILEGES_LENGTHS:
        raise StatusError(status.INCORRECT_DATA)
    return request.privileges.ljust(PRIVILEGES_LENGTH, b"\x00")


def _changed_privileges(request: Request, entry: Entry) -> bytes:
    """Those of the request, if any; StatusError 6985 where they would make an application a domain, or the reverse."""
    if not request.privileges:
        return entry.privileges
    privileges = _privileges(request)
    if (privileges[0] ^ entry.privileges[0]) & Privilege.SECURITY_DOMAIN >> 16:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return privileges


def _parameters(domain: Domain, data: bytes) -> tuple[bytes, bytes | None]:
    """Value of C9, which is mandatory, and the toolkit parameters of EA, or of CA (also inside EF)."""
    try:
        fields = {each.tag: each.value for each in tlv.parse_all(data)}
        fields |= {each.tag: each.value for each in tlv.parse_all(fields.get(SYSTEM_PARAMETERS, b""))}
        uicc_parameters = toolkit_parameters.in_installation(fields)
        specific = fields[SPECIFIC_PARAMETERS]
    except (TlvError, ToolkitParametersError, KeyError):
        raise StatusError(status.INCORRECT_DATA) from None
    if set(toolkit_parameters.of_instance(uicc_parameters).tars) & tars_in_use(domain):
        raise StatusError(status.INCORRECT_DATA)
    return specific, uicc_parameters


def tars_in_use(domain: Domain) -> set[bytes]:
    """The TARs that entries of the registry and remote file management have."""
    entries = Registry(domain.uicc).entries()
    used = {tar for entry in entries for tar in toolkit_parameters.of_instance(entry.uicc_parameters).tars}
    return used | {tar for rfm in domain.uicc.profile.rfm for tar in rfm.tars}


def _make_selectable(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for make selectable], GPCS 11.5.2.3.3."""
    check_authorized(domain)
    known = Registry(domain.uicc)
    entry = found(known, request.instance, Kind.APPLICATION, Kind.SECURITY_DOMAIN)
    _check_below(domain, known, entry)
    if entry.state != INSTALLED:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    privileges = _changed_privileges(request, entry)
    with domain.uicc.memory.transaction():
        known.put(replace(entry, state=SELECTABLE, privileges=privileges))
    return load.NO_CONFIRMATION


def _extradite(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for extradition], GPCS 11.5.2.3.4: from then on associated with another domain."""
    check_authorized(domain)
    known = Registry(domain.uicc)
    entry = _extraditable(domain, known, request)
    with domain.uicc.memory.transaction():
        known.put(replace(entry, domain=request.package))
    return load.NO_CONFIRMATION


def _extraditable(domain: Domain, known: Registry, request: Request) -> Entry:
    entry = found(known, request.instance, *Kind)
    target = found(known, request.package, Kind.SECURITY_DOMAIN)
    _check_below(domain, known, entry)
    if entry.aid == known.root or known.is_below(target, entry.aid):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return entry


def _update_registry(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for registry update], GPCS 11.5.2.3.5: other privileges, another domain, or both."""
    check_authorized(domain)
    known = Registry(domain.uicc)
    entry = found(known, request.instance, Kind.APPLICATION, Kind.SECURITY_DOMAIN)
    _check_below(domain, known, entry)
    if request.package:
        entry = replace(_extraditable(domain, known, request), domain=request.package)
    privileges = _changed_privileges(request, entry)
    with domain.uicc.memory.transaction():
        known.put(replace(entry, privileges=privileges))
    return load.NO_CONFIRMATION


def _personalize(domain: Domain, session: Session, request: Request) -> bytes:
    """INSTALL [for personalization], GPCS 11.5.2.3.6: the next STORE DATA of this session go to that domain.

    6985 for what is no security domain: an application without bytecode takes no data.
    """
    known = Registry(domain.uicc)
    entry = found(known, request.instance, Kind.APPLICATION, Kind.SECURITY_DOMAIN)
    _check_below(domain, known, entry)
    if entry.kind is not Kind.SECURITY_DOMAIN or entry.locked:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    session.target, session.chain = entry.aid, None
    return b""


FORMS: dict[int, Callable[[Domain, Session, Request], bytes]] = {
    FOR_LOAD: _for_load,
    FOR_INSTALL: _for_install,
    FOR_INSTALL | MAKE_SELECTABLE: _for_install_and_selectable,
    MAKE_SELECTABLE: _make_selectable,
    EXTRADITION: _extradite,
    PERSONALIZATION: _personalize,
    REGISTRY_UPDATE: _update_registry,
}
"""P1 -> function."""
