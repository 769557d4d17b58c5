"""ES10b: the Emergency Profile on and off, SGP.32 5.9.22 and 5.9.23.

What may happen stands in euicc.profiles.emergency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr import operations, rollback
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import REFRESH_FLAG
from euicc.profiles import emergency
from euicc.profiles.switch import SwitchCause
from euicc.refusals import Reason

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

EnableResult = sgp32.EnableEmergencyProfileResponse.EnableEmergencyProfileResult
DisableResult = sgp32.DisableEmergencyProfileResponse.DisableEmergencyProfileResult

ENABLE_REFUSALS = {
    Reason.NO_EMERGENCY_PROFILE: EnableResult.ECALL_NOT_AVAILABLE,
    Reason.WRONG_STATE: EnableResult.PROFILE_NOT_IN_DISABLED_STATE,
    Reason.CAT_BUSY: EnableResult.CAT_BUSY,
}
DISABLE_REFUSALS = {
    Reason.WRONG_STATE: DisableResult.PROFILE_NOT_IN_ENABLED_STATE,
    Reason.CAT_BUSY: DisableResult.CAT_BUSY,
}


def enable_emergency_profile(
    isdr: IsdR, request: sgp32.EnableEmergencyProfileRequest
) -> sgp32.EnableEmergencyProfileResponse:
    """ES10b.EnableEmergencyProfile, SGP.32 5.9.22: policy rules do not count, and no notification tells of it."""
    target = emergency.enable_target(isdr.nvm, supported=isdr.config.ecall)
    _switch(isdr, target, request.refresh_flag, SwitchCause.EMERGENCY, told=False)
    return sgp32.EnableEmergencyProfileResponse(enable_emergency_profile_result=EnableResult.OK)


def disable_emergency_profile(
    isdr: IsdR, request: sgp32.DisableEmergencyProfileRequest
) -> sgp32.DisableEmergencyProfileResponse:
    """ES10b.DisableEmergencyProfile, SGP.32 5.9.23: what was enabled before is enabled again."""
    target = emergency.disable_target(isdr.nvm)
    _switch(isdr, target, request.refresh_flag, SwitchCause.EMERGENCY_OVER)
    return sgp32.DisableEmergencyProfileResponse(disable_emergency_profile_result=DisableResult.OK)


def _switch(isdr: IsdR, target: bytes, refresh: bool, cause: SwitchCause, told: bool = True) -> None:
    """With REFRESH, no package can be rolled back any more."""
    with isdr.nvm.transaction():
        if refresh:
            rollback.cancel(isdr)
        operations.switch(isdr, target, refresh, cause, told)


FUNCTIONS = (
    Function(
        sgp32.EnableEmergencyProfileRequest.TAG,
        sgp32.EnableEmergencyProfileRequest,
        enable_emergency_profile,
        refusals=ENABLE_REFUSALS,
        refuse=lambda _, code: sgp32.EnableEmergencyProfileResponse(enable_emergency_profile_result=code),
        tolerance=(REFRESH_FLAG,),
    ),
    Function(
        sgp32.DisableEmergencyProfileRequest.TAG,
        sgp32.DisableEmergencyProfileRequest,
        disable_emergency_profile,
        refusals=DISABLE_REFUSALS,
        refuse=lambda _, code: sgp32.DisableEmergencyProfileResponse(disable_emergency_profile_result=code),
        tolerance=(REFRESH_FLAG,),
    ),
)
