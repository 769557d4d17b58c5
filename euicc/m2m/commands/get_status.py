"""GET STATUS of the ISD-R, SGP.02 4.1.1.5 (audit): its ISD-Ps, with what each takes of the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import Command, StatusError, status, tlv
from euicc.globalplatform.get_status import (
    APPLICATIONS,
    NEXT_OCCURRENCE,
    TLV_FORMAT,
    answer,
    criteria,
)
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isd_p import IsdP, LifeCycle
    from euicc.m2m.isdr import M2mIsdR

ENTRY = 0xE3
AID, STATE, FALLBACK, GRANTED, REMAINING = 0x4F, 0x9F70, 0x53, 0x8F, 0x91
_SET = b"\x01"


@dataclass(frozen=True, slots=True)
class Entry:
    """One ISD-P. used: bytes that its profile takes."""

    isd_p: IsdP
    state: LifeCycle
    fallback: bool
    used: int


def _granted(entry: Entry) -> bytes:
    quota = entry.isd_p.quota
    return b"" if quota is None else tlv.encode(GRANTED, quota.to_bytes(4, "big"))


def _remaining(entry: Entry) -> bytes:
    quota = entry.isd_p.quota
    return b"" if quota is None else tlv.encode(REMAINING, max(0, quota - entry.used).to_bytes(4, "big"))


FIELDS: dict[int, Callable[[Entry], bytes]] = {
    AID: lambda entry: tlv.encode(AID, entry.isd_p.aid),
    STATE: lambda entry: tlv.encode(STATE, bytes([entry.state])),
    FALLBACK: lambda entry: tlv.encode(FALLBACK, _SET) if entry.fallback else b"",
    GRANTED: _granted,
    REMAINING: _remaining,
}
"""What an ISD-P shows, by tag: the fallback attribute where it is, memory (4 bytes) where it was granted."""


def get_status(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """GET STATUS: E3 templates of the ISD-Ps whose AID begins as 4F says; 5C names the tags wanted, none means all.

    StatusError 6310 with data when more follow for P2 03; 6A86 for another P1 or P2, 6A80 for other criteria, 6A88 when
    there is no such ISD-P, 6985 for a next occurrence when nothing is left of an earlier answer.
    """
    if command.p1 != APPLICATIONS or command.p2 not in (TLV_FORMAT, TLV_FORMAT | NEXT_OCCURRENCE):
        raise StatusError(status.INCORRECT_P1_P2)
    if not command.p2 & NEXT_OCCURRENCE:
        conversation.listing = _listing(isdr, command)
    elif not conversation.listing:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return answer(conversation)


def _listing(isdr: M2mIsdR, command: Command) -> list[bytes]:
    prefix, tags = criteria(command.data)
    wanted = tags or tuple(FIELDS)
    found = [
        tlv.encode(ENTRY, *(show(entry) for tag, show in FIELDS.items() if tag in wanted))
        for entry in (_entry(isdr, isd_p) for isd_p in isdr.isd_ps.all())
        if entry.isd_p.aid.startswith(prefix)
    ]
    if not found:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return found


def _entry(isdr: M2mIsdR, isd_p: IsdP) -> Entry:
    profile = isdr.profiles.by_aid(isd_p.aid)
    files = isdr.isd_ps.memory(isd_p).get(keys.FILE_MEMORY)
    return Entry(
        isd_p=isd_p,
        state=isdr.isd_ps.state(isd_p),
        fallback=isdr.nvm.get(keys.FALLBACK_ATTRIBUTE) == isd_p.aid,
        used=(profile.size if profile else 0) + files,
    )
