"""ES10b: to the fallback profile and back, SGP.32 5.9.20 and 5.9.21.

What may happen stands in euicc.profiles.fallback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr import operations, rollback
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import REFRESH_FLAG
from euicc.profiles import fallback
from euicc.profiles.switch import SwitchCause
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

ExecuteResult = sgp32.ExecuteFallbackMechanismResponse.ExecuteFallbackMechanismResult
ReturnResult = sgp32.ReturnFromFallbackResponse.ReturnFromFallbackResult

EXECUTE_REFUSALS = {
    Reason.NONE_ENABLED: ExecuteResult.COMMAND_ERROR,
    Reason.NO_FALLBACK: ExecuteResult.FALLBACK_NOT_AVAILABLE,
    Reason.EMERGENCY: ExecuteResult.ECALL_ACTIVE,
    Reason.WRONG_STATE: ExecuteResult.PROFILE_NOT_IN_DISABLED_STATE,
    Reason.CAT_BUSY: ExecuteResult.CAT_BUSY,
}
RETURN_REFUSALS = {
    Reason.NO_FALLBACK: ReturnResult.FALLBACK_NOT_AVAILABLE,
    Reason.CAT_BUSY: ReturnResult.CAT_BUSY,
}


def execute_fallback_mechanism(
    isdr: IsdR, request: sgp32.ExecuteFallbackMechanismRequest
) -> sgp32.ExecuteFallbackMechanismResponse:
    """ES10b.ExecuteFallbackMechanism, SGP.32 5.9.20: policy rules do not count, and no package can be rolled back."""
    target = fallback.execute_target(isdr.nvm, supported=isdr.config.fallback)
    with isdr.nvm.transaction():
        rollback.cancel(isdr)
        operations.switch(isdr, target, request.refresh_flag, SwitchCause.FALLBACK)
    return sgp32.ExecuteFallbackMechanismResponse(execute_fallback_mechanism_result=ExecuteResult.OK)


def return_from_fallback(
    isdr: IsdR, request: sgp32.ReturnFromFallbackRequest
) -> sgp32.ReturnFromFallbackResponse:
    """ES10b.ReturnFromFallback, SGP.32 5.9.21: the profile that was enabled before is enabled again.

    A change that a signed result has promised ends the fallback before its REFRESH comes.
    """
    if isdr.switch_promised and isdr.states.marked is not None:
        raise Refused(Reason.NO_FALLBACK)
    target = fallback.return_target(isdr.nvm)
    operations.switch(isdr, target, request.refresh_flag, SwitchCause.RETURN_FROM_FALLBACK)
    return sgp32.ReturnFromFallbackResponse(return_from_fallback_result=ReturnResult.OK)


FUNCTIONS = (
    Function(
        sgp32.ExecuteFallbackMechanismRequest.TAG,
        sgp32.ExecuteFallbackMechanismRequest,
        execute_fallback_mechanism,
        refusals=EXECUTE_REFUSALS,
        refuse=lambda _, code: sgp32.ExecuteFallbackMechanismResponse(execute_fallback_mechanism_result=code),
        tolerance=(REFRESH_FLAG,),
        malformed=ExecuteResult.COMMAND_ERROR,
    ),
    Function(
        sgp32.ReturnFromFallbackRequest.TAG,
        sgp32.ReturnFromFallbackRequest,
        return_from_fallback,
        refusals=RETURN_REFUSALS,
        refuse=lambda _, code: sgp32.ReturnFromFallbackResponse(return_from_fallback_result=code),
        tolerance=(REFRESH_FLAG,),
        malformed=ReturnResult.COMMAND_ERROR,
    ),
)
