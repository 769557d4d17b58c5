"""GET STATUS, GPCS 11.4: the registry, as far as the asking domain may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, TlvError, status, tlv
from euicc.globalplatform import registry
from euicc.globalplatform.registry import Entry, Kind, Privilege, Registry
from euicc.globalplatform.session import Session

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

ISSUER_SECURITY_DOMAIN, APPLICATIONS, PACKAGES, PACKAGES_AND_MODULES = 0x80, 0x40, 0x20, 0x10
TLV_FORMAT, NEXT_OCCURRENCE = 0x02, 0x01
TAG_LIST = 0x5C
RESPONSE_MAX = 223
"""Bytes of one answer: with padding and R-MAC of SCP03, and in one short message, it still fits."""
_GLOBALPLATFORM_REGISTRY_DATA = 0xE3
_SHORT_TAG = 0x1F

Selected = Callable[[Entry, bytes], bool]
SUBSETS: dict[int, Selected] = {
    ISSUER_SECURITY_DOMAIN: lambda entry, root: entry.aid == root,
    APPLICATIONS: lambda entry, root: entry.kind is not Kind.PACKAGE and entry.aid != root,
    PACKAGES: lambda entry, root: entry.kind is Kind.PACKAGE,
    PACKAGES_AND_MODULES: lambda entry, root: entry.kind is Kind.PACKAGE,
}
"""P1, GPCS table 11-33. The MNO-SD is to its profile what the issuer security domain is to a card."""


def get_status(domain: Domain, session: Session, command: Command) -> bytes:
    """GET STATUS, GPCS 11.4: E3 templates of the entries that P1 and the criterion 4F select.

    StatusError 6310 with data when more follow for P2 03; 6A86 for another P1 or P2, 6A80 for other criteria, 6A88 when
    no entry is selected, 6985 for a next occurrence when nothing is left of an earlier answer.
    """
    if command.p1 not in SUBSETS or command.p2 not in (TLV_FORMAT, TLV_FORMAT | NEXT_OCCURRENCE):
        raise StatusError(status.INCORRECT_P1_P2)
    if command.p2 & NEXT_OCCURRENCE:
        if not session.listing:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    else:
        session.listing = _listing(domain, command)
    return answer(session)


def answer(session: Session) -> bytes:
    """As many templates of the listing as fit, at least one; StatusError 6310 with data when more follow."""
    data, session.listing = session.listing[0], session.listing[1:]
    while session.listing and len(data) + len(session.listing[0]) <= RESPONSE_MAX:
        data += session.listing.pop(0)
    if session.listing:
        raise StatusError(status.MORE_DATA_TO_COME, data)
    return data


def _listing(domain: Domain, command: Command) -> list[bytes]:
    prefix, tags = criteria(command.data)
    known = Registry(domain.uicc)
    entries = [
        entry
        for entry in known.entries()
        if SUBSETS[command.p1](entry, known.root)
        and entry.aid.startswith(prefix)
        and _visible(domain, known, entry)
    ]
    if not entries:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    wanted = tags or _default_tags(command.p1)
    return [_template(entry, wanted) for entry in entries]


def _visible(domain: Domain, known: Registry, entry: Entry) -> bool:
    return domain.entry.has(Privilege.GLOBAL_REGISTRY) or known.is_below(entry, domain.aid)


def criteria(data: bytes) -> tuple[bytes, tuple[int, ...]]:
    """The AID or its first bytes (4F, may be empty), and the tags asked for (5C); StatusError 6A80."""
    try:
        fields = {each.tag: each.value for each in tlv.parse_all(data)}
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if registry.AID not in fields or fields.keys() - {registry.AID, TAG_LIST}:
        raise StatusError(status.INCORRECT_DATA)
    return fields[registry.AID], tuple(_tags(fields.get(TAG_LIST, b"")))


def _tags(given: bytes) -> list[int]:
    tags = []
    while given:
        length = 2 if given[0] & _SHORT_TAG == _SHORT_TAG else 1
        tags.append(int.from_bytes(given[:length], "big"))
        given = given[length:]
    return tags


def _default_tags(subset: int) -> tuple[int, ...]:
    if subset == PACKAGES:
        return tuple(tag for tag in FIELDS if tag != registry.MODULE)
    return tuple(FIELDS)


def _field(tag: int, value: bytes) -> bytes:
    return tlv.encode(tag, value) if value else b""


FIELDS: dict[int, Callable[[Entry], bytes]] = {
    registry.AID: lambda entry: tlv.encode(registry.AID, entry.aid),
    registry.STATE: lambda entry: tlv.encode(registry.STATE, bytes([entry.state])),
    registry.PRIVILEGES: lambda entry: (
        b"" if entry.kind is Kind.PACKAGE else tlv.encode(registry.PRIVILEGES, entry.privileges)
    ),
    registry.PACKAGE: lambda entry: _field(registry.PACKAGE, entry.package),
    registry.VERSION: lambda entry: _field(registry.VERSION, entry.version),
    registry.MODULE: lambda entry: b"".join(tlv.encode(registry.MODULE, module) for module in entry.modules),
    registry.DOMAIN: lambda entry: _field(registry.DOMAIN, entry.domain),
}
"""What an entry shows, by tag, GPCS table 11-36; nothing where it does not apply."""


def _template(entry: Entry, tags: tuple[int, ...]) -> bytes:
    fields = (show(entry) for tag, show in FIELDS.items() if tag in tags)
    return tlv.encode(_GLOBALPLATFORM_REGISTRY_DATA, *fields)
