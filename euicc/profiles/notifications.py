"""The list of pending notifications, SGP.22 3.5 and 5.7.9 to 5.7.11."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc.profiles.pending import PendingKind, PendingNotification
from euicc.profiles.profile import ProfileClass
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm

Sign = Callable[[bytes, bytes], bytes]
"""(CI SKI, data) -> 64-byte signature of the credential under that CI."""

_PROFILE_INSTALLATION_RESULT = (0xBF37, 0xBF27, 0xBF2F)


class NotificationStore:
    """Pending notifications by sequence number; every method that writes needs an open NVM transaction.

    most: how many are kept. One more takes the place of the oldest: a device that never delivers any shall still be
    able to change profiles. The gap in the numbers shows that something is missing.
    """

    def __init__(self, nvm: Nvm, sign: Sign, most: int) -> None:
        self._nvm = nvm
        self._sign = sign
        self._most = most

    def next_seq(self) -> int:
        """Take the next number: starts at 1, survives everything, is never used twice."""
        number = self._nvm.get(keys.SEQUENCE_NUMBER) + 1
        self._nvm.set(keys.SEQUENCE_NUMBER, number)
        return number

    def add(self, profile: Profile, event: int, besides: str | None = None) -> None:
        """One signed notification per address that the profile's metadata configure for `event`.

        event: a bit of NotificationEvent. besides: an address that is told otherwise (the installation result).
        Test profiles leave no notification, SGP.22 2.4.5.3.
        """
        if profile.profile_class is ProfileClass.TEST:
            return
        for configured in profile.stored_metadata.notification_configuration_info or ():
            if (
                event in configured.profile_management_operation
                and configured.notification_address != besides
            ):
                self._add_signed(profile, event, configured.notification_address)

    def add_installation_result(self, result: bytes, sequence_number: int) -> None:
        """Keep a ProfileInstallationResult (tag BF37) under the number that its metadata carry."""
        metadata = tlv.find(result, *_PROFILE_INSTALLATION_RESULT)
        if metadata is None:
            raise ValueError("a ProfileInstallationResult carries NotificationMetadata")
        self._set(
            PendingNotification(
                sequence_number, PendingKind.INSTALLATION_RESULT, tlv.encode(0xBF2F, metadata), result
            )
        )

    def all(self, events: BitString | None = None) -> list[PendingNotification]:
        """The pending notifications in their order, or those about one of `events`."""
        found = (self._nvm.get(keys.NOTIFICATION, i) for i in self._nvm.indexes(keys.NOTIFICATION))
        return [one for one in found if one and (events is None or _about(one, events))]

    def get(self, sequence_number: int) -> PendingNotification | None:
        """The notification with this number."""
        return self._nvm.get(keys.NOTIFICATION, _index(sequence_number))

    def remove(self, sequence_number: int) -> None:
        """Forget a notification; Refused(NOT_FOUND) when there is none with this number."""
        if self.get(sequence_number) is None:
            raise Refused(Reason.NOT_FOUND)
        self._nvm.delete(keys.NOTIFICATION, _index(sequence_number))

    def _add_signed(self, profile: Profile, event: int, address: str) -> None:
        number = self.next_seq()
        metadata = rsp.NotificationMetadata(
            seq_number=number,
            profile_management_operation=BitString.of(event),
            notification_address=address,
            iccid=profile.iccid,
        ).encode()
        signature = self._sign(profile.ci_ski, metadata)
        self._set(PendingNotification(number, PendingKind.OTHER_SIGNED, metadata, signature, profile.ci_ski))

    def _set(self, notification: PendingNotification) -> None:
        self._nvm.set(keys.NOTIFICATION, notification, _index(notification.sequence_number))
        for oldest in self._nvm.indexes(keys.NOTIFICATION)[: -self._most]:
            self._nvm.delete(keys.NOTIFICATION, oldest)


def _index(sequence_number: int) -> str:
    """Fixed width, so that the sorted indexes of the NVM are in the order of the numbers."""
    return f"{sequence_number:08x}"


def _about(notification: PendingNotification, events: BitString) -> bool:
    mine = notification.notification_metadata.profile_management_operation
    return any(event in events for event in mine)
