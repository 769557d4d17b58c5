"""SET STATUS, GPCS 11.10: life cycle states of applications and security domains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status
from euicc.globalplatform.registry import LOCKED, PERSONALIZED, SELECTABLE, Entry, Kind, Privilege, Registry
from euicc.globalplatform.session import Session

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

ISSUER_SECURITY_DOMAIN, APPLICATION, DOMAIN_AND_ITS_APPLICATIONS = 0x80, 0x40, 0x60


def set_status(domain: Domain, session: Session, command: Command) -> bytes:
    """SET STATUS, GPCS 11.10: P1 what, P2 the state, data the AID.

    b8 of P2 locks (1) or unlocks (0) an application or another security domain; a domain becomes PERSONALIZED by a
    command of its own. StatusError 6A88 for an unknown AID, 6985 where the domain may not, or the state does not
    follow, also for the state of the card, which no profile has; 6A86 for another P1.
    """
    if command.p1 == ISSUER_SECURITY_DOMAIN:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    if command.p1 not in (APPLICATION, DOMAIN_AND_ITS_APPLICATIONS):
        raise StatusError(status.INCORRECT_P1_P2)
    known = Registry(domain.uicc)
    entry = known.find(command.data)
    if entry is None or entry.kind is Kind.PACKAGE:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    changed = _changed(domain, known, entry, command)
    with domain.uicc.memory.transaction():
        for each in changed:
            known.put(each)
    return b""


def _changed(domain: Domain, known: Registry, entry: Entry, command: Command) -> list[Entry]:
    if entry.aid == domain.aid:
        if (
            command.p1 != APPLICATION
            or command.p2 != PERSONALIZED
            or entry.state not in (SELECTABLE, PERSONALIZED)
        ):
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        return [replace(entry, state=PERSONALIZED)]
    if entry.aid == known.root or not (
        domain.entry.has(Privilege.GLOBAL_LOCK) or known.is_below(entry, domain.aid)
    ):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    affected = [entry]
    if command.p1 == DOMAIN_AND_ITS_APPLICATIONS:
        if entry.kind is not Kind.SECURITY_DOMAIN:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        affected = [
            each
            for each in known.entries()
            if each.kind is not Kind.PACKAGE and known.is_below(each, entry.aid)
        ]
    lock = command.p2 & LOCKED
    return [replace(each, state=each.state & ~LOCKED | lock) for each in affected]
