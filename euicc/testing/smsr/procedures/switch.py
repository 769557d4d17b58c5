"""Another profile is enabled, SGP.02 3.2 and 3.3: asked for, then awaited, since the card tells when it happened."""

from __future__ import annotations

from dataclasses import replace

from euicc.testing.m2m.eis import Audited, Eis
from euicc.testing.m2m.es3 import (
    SUCCESS,
    ProfileInfo,
    ProfileState,
    Response,
    Status,
)
from euicc.testing.smsr import es5, refusals, rules
from euicc.testing.smsr.case import Case
from euicc.testing.smsr.es5 import ResponseError, Result
from euicc.testing.smsr.notification import CardNotification, NotificationType
from euicc.testing.smsr.procedures.audit import ENABLED, Found, carried_out, isd_ps
from euicc.testing.smsr.refusals import Refusal
from euicc.testing.smsr.steps import Changed, Expired, Listen, Pause, Procedure, Refused, Send, Silence

_SILENCES = 2
"""Times that a card, asked in vain for a notification, must say that the right profile is enabled."""


def enable_profile(case: Case) -> Procedure[Response]:
    """ES3.EnableProfile and ES4.EnableProfile."""
    profile = case.profile(*rules.ENABLE)
    status = yield from _switch(case, es5.enable_profile(profile.isd_p), profile)
    case.note(Audited.ENABLE, status, profile)
    return Response(status)


def disable_profile(case: Case) -> Procedure[Response]:
    """ES3.DisableProfile and ES4.DisableProfile: the profile with the fallback attribute is enabled instead."""
    profile = case.profile(*rules.DISABLE)
    fallback = case.eis.fallback
    assert fallback is not None  # otherwise the rules refuse
    status = yield from _switch(case, es5.disable_profile(profile.isd_p), fallback)
    case.note(Audited.DISABLE, status, profile)
    return Response(status)


def _switch(case: Case, script: bytes, target: ProfileInfo) -> Procedure[Status]:
    """Have the card switch; how it ended. The card is where either of the two subscriptions is."""
    numbers = _numbers(case.eis.enabled, target)

    def is_on(found: Found) -> bool:
        return target.isd_p in found and found[target.isd_p].state == ENABLED

    result: Result = yield from carried_out(case, script, is_on, *numbers)
    if result.ok:
        return (yield from _awaited(case, target, numbers))
    yield from isd_ps(case)
    return refusals.of(result)


def _awaited(case: Case, target: ProfileInfo, numbers: tuple[str, ...]) -> Procedure[Status]:
    """Until the card has told which profile is enabled and heard that this is known; otherwise it is asked.

    A card that says that it is the right one and tells nothing may still wait for its confirmation, and go back. One
    that says so again after as long a time was confirmed, by an SM-SR that ended right then.
    """
    silences = 0
    while True:
        event = yield Listen(min(case.until, case.now + case.patience.notification))
        if isinstance(event, Changed) and event.notification.enabled == target.isd_p:
            return SUCCESS
        # Another one may be enabled, or it was an older notification that came once more.
        found = yield from isd_ps(case, *numbers)
        if target.isd_p not in found or found[target.isd_p].state != ENABLED:
            return refusals.ROLLED_BACK
        silences += event is None
        if silences >= _SILENCES:
            case.delete_by_pol2()
            return SUCCESS
        if case.now >= case.until:
            raise Expired


def _numbers(*profiles: ProfileInfo | None) -> tuple[str, ...]:
    found = (each.subscription.msisdn for each in profiles if each is not None)
    return tuple(number for number in found if number)


def confirm(case: Case) -> Procedure[Changed | None]:
    """As `_confirmed`; None, too, for a card that was handed over meanwhile, or does not answer in time."""
    try:
        return (yield from _confirmed(case))
    except (Refusal, Refused, ResponseError, Expired):
        return None


def _confirmed(case: Case) -> Procedure[Changed | None]:
    """ES5.HandleNotificationConfirmation: whatever the card told, it is known. None: nobody will ever know whether.

    Then the EIS follows, with what POL1 had the card delete; those who must know are told, and what POL2 wants deleted
    is deleted. A card that was told before answers the same again.
    """
    notification: CardNotification = case.request
    script = es5.confirm_notification(notification.number)
    while True:
        try:
            results = es5.results(
                (yield Send(script, to=(notification.sender,) if notification.sender else ()))
            )
            deleted = es5.confirmed(results[-1]) if results and results[-1].ok else None
            break
        except Silence:
            if case.now >= case.until:
                return None
            yield Pause(min(case.until, case.now + case.patience.silence))
    if deleted is None:
        # Overtaken by another notification, or by a roll-back.
        yield from isd_ps(case, notification.sender)
        return None
    gone = deleted
    case.follow(lambda eis: _switched(eis, notification.enabled, gone))
    if notification.kind == NotificationType.CHANGED:
        case.delete_by_pol2()
    return Changed(notification)


def _switched(eis: Eis, enabled: bytes, deleted: tuple[bytes, ...]) -> Eis:
    if eis.profile(enabled) is None:
        return eis

    def state(profile: ProfileInfo) -> ProfileState:
        if profile.isd_p == enabled:
            return ProfileState.ENABLED
        return ProfileState.DISABLED if profile.state is ProfileState.ENABLED else profile.state

    left = replace(eis, profiles=tuple(each for each in eis.profiles if each.isd_p not in deleted))
    return left.each_profile(lambda profile: replace(profile, state=state(profile)))
