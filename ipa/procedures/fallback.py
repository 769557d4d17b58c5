"""Changes of profile that the device starts without an eIM, SGP.32 3.4.6 and 5.9.20 to 5.9.23: fallback, emergency.

The eIMs are told why when they are asked for packages next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from asn1 import Message
from asn1.generated import rsp, sgp32
from ipa import es10_iot
from ipa.errors import CommandRefused, EuiccRefused, IpaError
from ipa.es10 import Function
from ipa.procedures import delivery, device, eim
from ipa.steps import Procedure, recall, refresh, remember

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)

Cause = sgp32.StateChangeCause
STATE_AND_ECALL = bytes.fromhex("9F70 9F7B")


def execute() -> Procedure[None]:
    """ES10b.ExecuteFallbackMechanism, SGP.32 5.9.20: the profile with the fallback attribute. EuiccRefused."""
    request = sgp32.ExecuteFallbackMechanismRequest(refresh_flag=True)
    yield from _change(es10_iot.execute_fallback_mechanism, request, Cause.FALLBACK)


def give_up() -> Procedure[None]:
    """ES10b.ReturnFromFallback, SGP.32 5.9.21: the profile before the fallback. EuiccRefused."""
    request = sgp32.ReturnFromFallbackRequest(refresh_flag=True)
    yield from _change(es10_iot.return_from_fallback, request, Cause.FALLBACK)


def enable_emergency_profile() -> Procedure[None]:
    """ES10b.EnableEmergencyProfile, SGP.32 5.9.22; packages and data requests are refused from now on. EuiccRefused."""
    request = sgp32.EnableEmergencyProfileRequest(refresh_flag=True)
    yield from _change(es10_iot.enable_emergency_profile, request, Cause.EMERGENCY_PROFILE)


def disable_emergency_profile() -> Procedure[None]:
    """ES10b.DisableEmergencyProfile, SGP.32 5.9.23: the profile before the emergency. EuiccRefused."""
    request = sgp32.DisableEmergencyProfileRequest(refresh_flag=True)
    yield from _change(es10_iot.disable_emergency_profile, request, Cause.EMERGENCY_PROFILE)


def emergency_active() -> Procedure[bool]:
    """Whether the Emergency Profile is enabled: the card knows, also after a restart of the device."""
    request = rsp.ProfileInfoListRequest(tag_list=STATE_AND_ECALL)
    try:
        response = yield from es10_iot.get_profiles_info(request)
    except (EuiccRefused, CommandRefused):
        return False  # a card that cannot say so has none
    return any(
        each.profile_state == rsp.ProfileState.ENABLED and each.ecall_indication
        for each in response.profile_info_list_ok or ()
    )


def note(cause: int) -> Procedure[None]:
    """Remembers to tell all eIMs why the card has changed."""
    eid = yield from device.get_eid()
    yield from delivery.tell(eid, (each.id for each in (yield from eim.list_eims())), cause)


def announced(cause: int, change: Callable[[], Procedure[object]]) -> Procedure[None]:
    """A change of the card, of which all eIMs are to know why; not if the card refuses it.

    Remembered first: a change that the power loss after it leaves untold would never be told.
    """
    before = (yield from recall((yield from device.get_eid()))).untold
    yield from note(cause)
    try:
        yield from change()
    except IpaError:
        yield from remember(untold=before)
        raise


def _change(function: Function[M, R], request: M, cause: int) -> Procedure[None]:
    yield from announced(cause, lambda: function(request))
    yield from refresh()
