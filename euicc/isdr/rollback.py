"""The way back from a profile that an eUICC Package enabled, SGP.32 3.3.2 and 5.9.16.

Rule 1: everything that says when ProfileRollback is authorised stands in this file.
Rule 2: a rollback leaves no trace but its own signed result: the package's result and the notifications of its switch
are gone, and the switch back makes none.

    event                                                          authorisation
    package with an enable that has the rollbackFlag               granted (`arm`)
    ProfileRollback                                                used up, in the same transaction
    another package accepted                                       cancelled (`cancel`)
    ImmediateEnable, fallback, Emergency Profile, by REFRESH       cancelled (`cancel`)
    EnableProfile, DisableProfile (ES10c)                          cancelled, where these are
    memory reset of the eIM configuration                          cancelled (`cancel`)
    result of the package acknowledged                             void: see REQUIREMENTS
    one of the two profiles deleted                                cancelled, where profiles are erased
    another profile enabled than the package's                     void while it is
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apdu import tlv
from asn1.generated import rsp, sgp32
from euicc.isdr import operations
from euicc.isdr.package.result import Addressee, conclude, rollback_result
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR
    from euicc.profiles.pending import PendingNotification

_ADDRESSEE, _SEQUENCE_NUMBER, _ENABLED, _BACK = range(0xA0, 0xA4)
_SWITCH_EVENTS = (
    rsp.NotificationEvent.NOTIFICATION_ENABLE,
    rsp.NotificationEvent.NOTIFICATION_DISABLE,
)


@dataclass(frozen=True)
class Rollback:
    """What the card remembers of the package.

    addressee: whom its result is for, the rollback's too. sequence_number: of its result; the notifications of its
    switch have larger ones. enabled: AID of the profile it enabled. back: AID of the one that was enabled before.
    """

    addressee: Addressee
    sequence_number: int
    enabled: bytes
    back: bytes

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs A0 to A3."""
        return b"".join(
            (
                tlv.encode(_ADDRESSEE, self.addressee.to_bytes()),
                tlv.encode(_SEQUENCE_NUMBER, self.sequence_number.to_bytes(4, "big")),
                tlv.encode(_ENABLED, self.enabled),
                tlv.encode(_BACK, self.back),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Rollback:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(
            addressee=Addressee.from_bytes(fields[_ADDRESSEE]),
            sequence_number=int.from_bytes(fields[_SEQUENCE_NUMBER], "big"),
            enabled=fields[_ENABLED],
            back=fields[_BACK],
        )


def _result_not_acknowledged(isdr: IsdR, rollback: Rollback) -> bool:
    return isdr.package_results.get(rollback.sequence_number) is not None


def _its_profile_is_enabled(isdr: IsdR, rollback: Rollback) -> bool:
    """Or will be, by the REFRESH that is due."""
    enabled = isdr.profiles.enabled()
    aid = isdr.states.marked
    if aid is None:
        aid = enabled.aid if enabled else b""
    return aid == rollback.enabled


REQUIREMENTS: tuple[Callable[[IsdR, Rollback], bool], ...] = (
    _result_not_acknowledged,
    _its_profile_is_enabled,
)
"""What must hold for a rollback that was authorised once."""


def arm(isdr: IsdR, rollback: Rollback) -> None:
    """Authorise a rollback; needs an open NVM transaction."""
    isdr.nvm.set(keys.ROLLBACK, rollback)


def cancel(isdr: IsdR) -> None:
    """No rollback is authorised any more, if one was; needs an open NVM transaction."""
    isdr.nvm.delete(keys.ROLLBACK)


def authorised(isdr: IsdR) -> Rollback | None:
    """The rollback that may be carried out now."""
    rollback = isdr.nvm.get(keys.ROLLBACK)
    if rollback is None or not all(holds(isdr, rollback) for holds in REQUIREMENTS):
        return None
    return rollback


def carry_out(isdr: IsdR, refresh: bool) -> bytes:
    """Return to the profile before the package, SGP.32 5.9.16; the new signed result, tag BF51.

    refresh: by REFRESH, or at once. Refused(NO_ROLLBACK): not authorised; Refused(CAT_BUSY).
    """
    rollback = authorised(isdr)
    if rollback is None:
        raise Refused(Reason.NO_ROLLBACK)
    if refresh and isdr.card.proactive.session_running:
        raise Refused(Reason.CAT_BUSY)
    with isdr.nvm.transaction():
        _forget_package(isdr, rollback)
        _, result = conclude(isdr, rollback.addressee, [rollback_result(sgp32.RollbackProfileResult.OK)])
        turn = isdr.states.mark if refresh else isdr.states.switch
        turn(rollback.back, told=False)
    _report(isdr, refresh)
    return result


def _report(isdr: IsdR, refresh: bool) -> None:
    """What follows when the decision is durable."""
    if refresh:
        isdr.switch_promised = True
        operations.ask_for_refresh(isdr)
    else:
        isdr.end_session()


def _forget_package(isdr: IsdR, rollback: Rollback) -> None:
    """Its result, the notifications of its switch, and that it may be rolled back."""
    cancel(isdr)
    isdr.package_results.remove(rollback.sequence_number)
    for pending in isdr.notifications.all():
        if pending.sequence_number > rollback.sequence_number and _about_switch(isdr, rollback, pending):
            isdr.notifications.remove(pending.sequence_number)


def _about_switch(isdr: IsdR, rollback: Rollback, pending: PendingNotification) -> bool:
    metadata = pending.notification_metadata
    profiles = (isdr.profiles.by_aid(aid) for aid in (rollback.enabled, rollback.back))
    iccids = {profile.iccid for profile in profiles if profile}
    events = metadata.profile_management_operation
    return metadata.iccid in iccids and any(event in events for event in _SWITCH_EVENTS)
