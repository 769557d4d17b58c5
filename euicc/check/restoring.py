"""Takes back what a case did: the enabled profile, notifications, eIMs, addresses; in the end the profiles, too."""

from __future__ import annotations

from collections.abc import Iterator

from apdu import StatusError, TlvError, tlv
from euicc.check.catalogue import Finding
from euicc.check.own_profiles import Own
from euicc.check.subject import Subject

ENABLE, DISABLE, DELETE, LIST_NOTIFICATIONS, REMOVE_NOTIFICATION = 0xBF31, 0xBF32, 0xBF33, 0xBF28, 0xBF30
MEMORY_RESET, IOT_MEMORY_RESET, EMERGENCY_OFF, DEFAULT_ADDRESS = 0xBF34, 0xBF64, 0xBF5C, 0xBF3F
IMMEDIATE_CONFIGURATION = 0xBF59
OPERATIONAL, FIRST_EIM, EIM, IMMEDIATE = (0,), (3,), (5,), (6,)


def switch(tag: int, iccid: bytes, refresh: bool = False) -> bytes:
    """EnableProfile or DisableProfile."""
    flag = tlv.encode(0x81, b"\xff" if refresh else b"\x00")
    return tlv.encode(tag, tlv.encode(0xA0, tlv.encode(0x5A, iccid)), flag)


def deletion(iccid: bytes) -> bytes:
    """DeleteProfile."""
    return tlv.encode(DELETE, tlv.encode(0x5A, iccid))


def memory_reset(*bits: int, tag: int = MEMORY_RESET) -> bytes:
    """eUICCMemoryReset with these options."""
    octet = sum(0x80 >> bit for bit in bits)
    return tlv.encode(tag, tlv.encode(0x82, bytes([1 if 6 in bits else 0, octet])))


def notifications(subject: Subject) -> list[int]:
    """The seqNumbers of the notifications that wait."""
    try:
        listed = tlv.find(subject.es10(tlv.encode(LIST_NOTIFICATIONS, b"")), LIST_NOTIFICATIONS, 0xA0) or b""
        return [int.from_bytes(each.find(0x80) or b"", "big") for each in tlv.parse_all(listed)]
    except TlvError as error:
        raise Finding(f"ListNotification answers no data objects: {error}") from None


def number(sequence: int) -> bytes:
    """A seqNumber as contents of an INTEGER."""
    return sequence.to_bytes(sequence.bit_length() // 8 + 1, "big")


class Restoring:
    """Knows how the card was before the first case."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        enabled = subject.facts.enabled
        # One of ours is what a check left that was broken off.
        self._enabled = None if enabled is None or enabled.ours else enabled
        self._newest = max(self._notifications(), default=0)

    def after_case(self) -> None:
        """What the next case may rely on; StatusError, Finding, TransportError when the card does not let us."""
        subject = self._subject
        if not (subject.may_write and subject.facts.isdr):
            return
        subject.reset()
        if subject.facts.local:
            self._profiles()
        self._iot()
        for sequence in self._notifications():
            if sequence > self._newest:
                subject.es10(tlv.encode(REMOVE_NOTIFICATION, tlv.encode(0x80, number(sequence))))
        for result in self._package_results():
            subject.es10(tlv.encode(REMOVE_NOTIFICATION, tlv.encode(0x80, result)))

    def at_the_end(self) -> None:
        """No profile of ours stays."""
        subject = self._subject
        if subject.may_write and subject.facts.isdr and subject.facts.local:
            subject.reset()
            self._remove_ours()
            self.after_case()

    def _profiles(self) -> None:
        subject = self._subject
        before = None if self._enabled is None else self._enabled.iccid
        now = subject.enabled()
        if now == Own.ECALL.iccid and subject.facts.ecall:
            subject.es10(tlv.encode(EMERGENCY_OFF, bytes.fromhex("800100")))
            now = subject.enabled()
        if now == before:
            return
        request = switch(DISABLE, now) if before is None and now else switch(ENABLE, before or b"")
        subject.es10(request)
        if subject.enabled() != before:
            self._remove_ours()

    def _iot(self) -> None:
        subject, facts = self._subject, self._subject.facts
        if not facts.iot:
            return
        first = facts.first_version_only
        if subject.associated:
            reset = memory_reset(*FIRST_EIM) if first else memory_reset(*EIM, tag=IOT_MEMORY_RESET)
            subject.es10(reset)
            subject.associated = False

    def _remove_ours(self) -> None:
        """Delete our profiles; those that a policy rule keeps go with a memory reset if nobody else's are here."""
        subject = self._subject
        for each in subject.profiles():
            if each.ours:
                if each.enabled:
                    subject.es10(switch(DISABLE, each.iccid))
                subject.es10(deletion(each.iccid))
        left = subject.profiles()
        if left and all(each.ours for each in left):
            subject.es10(memory_reset(0, 1))
            subject.reset()

    def _notifications(self) -> list[int]:
        subject = self._subject
        if not subject.facts.isdr:
            return []
        try:
            return notifications(subject)
        except (StatusError, Finding):
            return []

    def _package_results(self) -> Iterator[bytes]:
        """The seqNumbers of the package results of our eIMs: there were none of others, or there would be an eIM."""
        subject = self._subject
        if not subject.facts.iot or subject.facts.eims:
            return
        try:
            listed = tlv.find(subject.es10(bytes.fromhex("BF2B04A0028200")), 0xBF2B, 0xA2) or b""
            for each in tlv.parse_all(listed):
                sequence = each.find(0xA0, 0x30, 0x83)
                if sequence is not None:
                    yield sequence
        except (StatusError, TlvError):
            return


__all__ = [
    "DELETE",
    "DISABLE",
    "ENABLE",
    "REMOVE_NOTIFICATION",
    "Restoring",
    "deletion",
    "memory_reset",
    "notifications",
    "number",
    "switch",
]
