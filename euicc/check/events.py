"""Notifications as the card lists them (SGP.22 5.7.9)."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import tlv
from euicc.check.expect import value_in
from euicc.check.restoring import number
from euicc.check.subject import Subject

INSTALL, ENABLE, DISABLE, DELETE = 0x80, 0x40, 0x20, 0x10
LIST, RETRIEVE, REMOVE = 0xBF28, 0xBF2B, 0xBF30
OTHER_SIGNED, INSTALLATION = 0x30, 0xBF37


@dataclass(frozen=True)
class Event:
    """NotificationMetadata: `event` is one bit."""

    sequence: int
    event: int
    address: str
    iccid: bytes


def _event(metadata: bytes) -> Event:
    parts = {each.tag: each.value for each in tlv.parse_all(metadata)}
    bits = parts.get(0x81, b"\x00\x00")
    return Event(
        int.from_bytes(parts.get(0x80, b""), "big"),
        bits[1] if len(bits) > 1 else 0,
        parts.get(0x0C, b"").decode(errors="replace"),
        parts.get(0x5A, b""),
    )


def listed(subject: Subject, event: int | None = None) -> list[Event]:
    """ListNotification, of this event alone if given."""
    searched = b"" if event is None else tlv.encode(0x81, bytes([4, event]))
    answer = subject.es10(tlv.encode(LIST, searched))
    return [_event(each.value) for each in tlv.parse_all(value_in(answer, LIST, 0xA0))]


def retrieved(subject: Subject, criteria: bytes = b"") -> list[tlv.Tlv]:
    """RetrieveNotificationsList: each PendingNotification."""
    searched = tlv.encode(0xA0, criteria) if criteria else b""
    return tlv.parse_all(value_in(subject.es10(tlv.encode(RETRIEVE, searched)), RETRIEVE, 0xA0))


def remove(subject: Subject, sequence: int) -> bytes:
    """RemoveNotificationFromList."""
    return subject.es10(tlv.encode(REMOVE, tlv.encode(0x80, number(sequence))))


def metadata_of(pending: tlv.Tlv) -> Event:
    """What a PendingNotification is about."""
    inside = (0xBF27, 0xBF2F) if pending.tag == INSTALLATION else (0xBF2F,)
    return _event(pending.find(*inside) or b"")


def newest(subject: Subject) -> int:
    """The highest seqNumber that waits."""
    return max((each.sequence for each in listed(subject)), default=0)


def since(subject: Subject, sequence: int) -> list[Event]:
    """What came after this seqNumber."""
    return [each for each in listed(subject) if each.sequence > sequence]
