"""Default notification, SGP.02 3.15 and 4.1.1.11: what the card has to tell its SM-SR, until it is confirmed.

There is one at most: a newer event takes the place of an older one. It survives power cycles with all that the way
back from a switch needs; what is sent when is the business of `euicc.m2m.registration`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from apdu import StatusError, status, tlv
from euicc.m2m import fallback
from euicc.m2m.notification_sms import by_sms
from euicc.m2m.policy import Pol1, pol1
from euicc.m2m.scp81.notification import by_https
from euicc.m2m.switching import SwitchReason
from euicc.runtime import keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from euicc.m2m.isdr import M2mIsdR
    from euicc.toolkit.procedure import Procedure

NUMBER_LENGTH = 2
_AID_LENGTH = 16

# Payload, SGP.02 4.1.1.11. The AID has the comprehension-tlv tag of ETSI TS 101 220 without its flag, as the IMEI has.
_WRAPPER, _EID, _TYPE, _NUMBER, _AID, _IMEI = 0xE1, 0x4C, 0x4D, 0x4E, 0x2F, 0x14

# Stored form
_KIND, _SEQUENCE, _DISABLED, _REGISTERED, _ATTEMPTS = range(0x80, 0x85)

WRONG_NUMBER = status.REFERENCED_DATA_NOT_FOUND
"""Status word of a confirmation of another notification; one source has 6A80."""


class NotificationType(IntEnum):
    """Tag 4D. The last two are known from no source: of the emergency and test profile nobody tells on which value."""

    FIRST_ATTACHMENT = 0x01
    SWITCHED = 0x02
    ROLLED_BACK = 0x03
    FALLEN_BACK = 0x05
    EMERGENCY_OVER = 0x06
    TEST_OVER = 0x07


OF_SWITCH: dict[SwitchReason, NotificationType | None] = {
    SwitchReason.ENABLE: NotificationType.SWITCHED,
    SwitchReason.DISABLE: NotificationType.SWITCHED,
    SwitchReason.ROLL_BACK: NotificationType.ROLLED_BACK,
    SwitchReason.FALL_BACK: NotificationType.FALLEN_BACK,
    SwitchReason.EMERGENCY: None,
    SwitchReason.TEST: None,
    SwitchReason.EMERGENCY_OVER: NotificationType.EMERGENCY_OVER,
    SwitchReason.TEST_OVER: NotificationType.TEST_OVER,
}
"""Which notification a switch makes."""
WITHOUT_CONSEQUENCE = frozenset({NotificationType.EMERGENCY_OVER, NotificationType.TEST_OVER})
"""What was to be told before comes first: it was only put off."""


@dataclass(frozen=True)
class PendingNotification:
    """A notification that was not confirmed yet.

    number: its sequence number, repetitions have the same. disabled: AIDs of the profiles that switches disabled which
    are not final, the latest last: the way back, and those that POL1 may delete when it is confirmed.
    registered: whether the network took the enabled profile since. attempts: of what was tried since then to send it,
    and before that, of what the network refused.
    """

    kind: NotificationType
    number: int
    disabled: tuple[bytes, ...] = ()
    registered: bool = False
    attempts: int = 0

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 to 84."""
        return b"".join(
            (
                tlv.encode(_KIND, bytes((self.kind,))),
                tlv.encode(_SEQUENCE, self.number.to_bytes(NUMBER_LENGTH, "big")),
                tlv.encode(_DISABLED, *self.disabled),
                tlv.encode(_REGISTERED, bytes((self.registered,))),
                tlv.encode(_ATTEMPTS, self.attempts.to_bytes(2, "big")),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> PendingNotification:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(
            kind=NotificationType(fields[_KIND][0]),
            number=int.from_bytes(fields[_SEQUENCE], "big"),
            disabled=_aids(fields[_DISABLED]),
            registered=bool(fields[_REGISTERED][0]),
            attempts=int.from_bytes(fields[_ATTEMPTS], "big"),
        )


def _aids(data: bytes) -> tuple[bytes, ...]:
    return tuple(data[start : start + _AID_LENGTH] for start in range(0, len(data), _AID_LENGTH))


Transport: TypeAlias = "Callable[[M2mIsdR, bytes], Procedure[bool]]"
"""Sends a payload to the SM-SR; whether it is out, as far as the card can know."""


class M2mNotifications:
    """What one card has to tell.

    transports: how it gets to the SM-SR, the first that can do it does.
    """

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr
        self.transports: list[Transport] = [by_https, by_sms]

    @property
    def pending(self) -> PendingNotification | None:
        """What is not confirmed yet."""
        return self._isdr.nvm.get(keys.M2M_NOTIFICATION)

    def payload(self, imei: bytes | None = None) -> bytes | None:
        """The pending one as it is sent, tag E1; None when nothing is. imei: 8 bytes, as the terminal gave it."""
        pending, enabled = self.pending, self._isdr.profiles.enabled()
        if pending is None or enabled is None:
            return None
        return tlv.encode(
            _WRAPPER,
            tlv.encode(_EID, self._isdr.m2m_identity.eid),
            tlv.encode(_TYPE, bytes((pending.kind,))),
            tlv.encode(_NUMBER, pending.number.to_bytes(NUMBER_LENGTH, "big")),
            tlv.encode(_AID, enabled.aid),
            b"" if imei is None else tlv.encode(_IMEI, imei),
        )

    def switched(self, reason: SwitchReason, old: bytes | None) -> None:
        """A switch is being carried out, inside its transaction; `old`: AID of the profile that it disabled."""
        kind, before = OF_SWITCH[reason], self.pending
        if kind is None or (kind in WITHOUT_CONSEQUENCE and before is not None):
            return
        self._put(PendingNotification(kind, self._next_number(), _way_back(kind, before, old)))

    def declare(self) -> None:
        """The first attachment of the card's life, if it is that, nothing else is to be told, and an SM-SR is known."""
        declared = self._isdr.nvm.get(keys.M2M_DECLARED) is not None
        if declared or self.pending is not None or not self._isdr.smsr_address.blocks:
            return
        with self._isdr.nvm.transaction():
            self._isdr.nvm.set(keys.M2M_DECLARED, b"")
            self._put(PendingNotification(NotificationType.FIRST_ATTACHMENT, self._next_number()))

    def update(self, *, registered: bool, attempts: int) -> None:
        """How far the pending one has come."""
        pending = self.pending
        if pending is None:
            return
        changed = replace(pending, registered=registered, attempts=attempts)
        if changed != pending:
            with self._isdr.nvm.transaction():
                self._put(changed)

    def confirm(self, number: int) -> tuple[bytes, ...]:
        """ES5.HandleNotificationConfirmation, SGP.02 4.1.1.12: the switch is final; AIDs that POL1 had deleted.

        The answer to a confirmation that comes once more is that of the first time. StatusError 6A88 for any other
        number than that of the notification.
        """
        nvm, pending = self._isdr.nvm, self.pending
        if pending is None or pending.number != number:
            return self._confirmed_before(number)
        with nvm.transaction():
            deleted = tuple(aid for aid in pending.disabled if self._delete(aid))
            nvm.delete(keys.M2M_NOTIFICATION)
            nvm.set(keys.M2M_CONFIRMED, number.to_bytes(NUMBER_LENGTH, "big") + b"".join(deleted))
            if pending.kind is NotificationType.SWITCHED:
                nvm.delete(keys.FALLBACK_RETURN)
            self._isdr.switching.drop_retreat()
        self._isdr.registration.confirmed()
        return deleted

    def _confirmed_before(self, number: int) -> tuple[bytes, ...]:
        stored = self._isdr.nvm.get(keys.M2M_CONFIRMED)
        if stored is None or int.from_bytes(stored[:NUMBER_LENGTH], "big") != number:
            raise StatusError(WRONG_NUMBER)
        return _aids(stored[NUMBER_LENGTH:])

    def _delete(self, aid: bytes) -> bool:
        """Delete what POL1 wants deleted when disabled; the fallback profile stays, whatever it wants."""
        isd_p, profile = self._isdr.isd_ps.by_aid(aid), self._isdr.profiles.by_aid(aid)
        if (
            isd_p is None
            or profile is None
            or profile.enabled
            or Pol1.DELETED_WHEN_DISABLED not in pol1(self._isdr, aid)
        ):
            return False
        if self._isdr.nvm.get(keys.FALLBACK_ATTRIBUTE) == aid or aid in fallback.awaited(self._isdr):
            return False
        self._isdr.isd_ps.delete(isd_p)
        self._isdr.forget_isd_p(aid)
        return True

    def _put(self, pending: PendingNotification) -> None:
        self._isdr.nvm.set(keys.M2M_NOTIFICATION, pending)

    def _next_number(self) -> int:
        """16 bits that go on from 0 after the last."""
        number = (self._isdr.nvm.get(keys.M2M_NOTIFICATION_NUMBER) + 1) % (1 << 8 * NUMBER_LENGTH)
        self._isdr.nvm.set(keys.M2M_NOTIFICATION_NUMBER, number)
        return number


def _way_back(
    kind: NotificationType, before: PendingNotification | None, old: bytes | None
) -> tuple[bytes, ...]:
    """`disabled` of the next one: a switch that was rolled back disabled nobody, a fallback deletes nobody."""
    known = before.disabled if before is not None else ()
    if kind is NotificationType.SWITCHED and old is not None:
        return (*(aid for aid in known if aid != old), old)
    return known[:-1] if kind is NotificationType.ROLLED_BACK else ()
