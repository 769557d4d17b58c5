"""ES10b.eUICCMemoryReset, SGP.32 5.9.5: profiles, default SM-DP+ address, eIM configuration, immediate enabling."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr import operations
from euicc.isdr.functions import Function
from euicc.profiles.states import ResetOption, ResetOutcome
from euicc.refusals import Reason

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

ResetResult = sgp32.EuiccMemoryResetResponse.ResetResult
EimResult = sgp32.EuiccMemoryResetResponse.ResetEimResult
ImmediateEnableResult = sgp32.EuiccMemoryResetResponse.ResetImmediateEnableConfigResult

REFUSALS = {
    Reason.EMERGENCY: ResetResult.ECALL_ACTIVE,
    Reason.CAT_BUSY: ResetResult.CAT_BUSY,
}
_IOT_OPTIONS = frozenset({ResetOption.EIM_CONFIGURATION, ResetOption.IMMEDIATE_ENABLE_CONFIGURATION})


def euicc_memory_reset(isdr: IsdR, request: sgp32.EuiccMemoryResetRequest) -> sgp32.EuiccMemoryResetResponse:
    """ES10b.eUICCMemoryReset, SGP.32 5.9.5. Options that SGP.32 does not know are ignored."""
    options = frozenset(option for option in ResetOption if option in request.reset_options)
    outcome = operations.memory_reset(isdr, options)
    return sgp32.EuiccMemoryResetResponse(
        reset_result=reset_result(options, outcome),
        reset_eim_result=eim_result(options, outcome),
        reset_immediate_enable_config_result=immediate_enable_result(options),
    )


def reset_result(options: Iterable[ResetOption], outcome: ResetOutcome) -> int:
    """Whether profiles were deleted; where only the options of SGP.32 were chosen, whether these reset anything."""
    something = outcome.cleared if frozenset(options) <= _IOT_OPTIONS else outcome.deleted
    return ResetResult.OK if something else ResetResult.NOTHING_TO_DELETE


def eim_result(options: Iterable[ResetOption], outcome: ResetOutcome) -> int | None:
    """Whether an eIM was associated; None when the option was not chosen."""
    if ResetOption.EIM_CONFIGURATION not in options:
        return None
    return EimResult.OK if ResetOption.EIM_CONFIGURATION in outcome.cleared else EimResult.NOTHING_TO_DELETE


def immediate_enable_result(options: Iterable[ResetOption]) -> int | None:
    """None when the option was not chosen."""
    return ImmediateEnableResult.OK if ResetOption.IMMEDIATE_ENABLE_CONFIGURATION in options else None


FUNCTIONS = (
    Function(
        sgp32.EuiccMemoryResetRequest.TAG,
        sgp32.EuiccMemoryResetRequest,
        euicc_memory_reset,
        refusals=REFUSALS,
        refuse=lambda _, code: sgp32.EuiccMemoryResetResponse(reset_result=code),
    ),
)
