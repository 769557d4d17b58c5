"""ES10b: enabling a profile right after its installation, SGP.32 5.9.15 and 5.9.17."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr import immediate_enable, operations, rollback
from euicc.isdr.functions import Function
from euicc.isdr.session import Installed
from euicc.isdr.tolerance import REFRESH_FLAG, supply
from euicc.refusals import Reason, Refused
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR
    from euicc.profiles.profile import Profile

ConfigureResult = sgp32.ConfigureImmediateProfileEnablingResponse.ConfigImmediateEnableResult
EnableResult = sgp32.ImmediateEnableResponse.ImmediateEnableResult

CONFIGURE_REFUSALS = {
    Reason.ALREADY_EXISTS: ConfigureResult.ASSOCIATED_EIM_ALREADY_EXISTS,
    Reason.MEMORY: ConfigureResult.INSUFFICIENT_MEMORY,
}
ENABLE_REFUSALS = {
    Reason.NO_IMMEDIATE_ENABLE: EnableResult.IMMEDIATE_ENABLE_NOT_AVAILABLE,
    Reason.NO_SESSION: EnableResult.NO_SESSION_CONTEXT,
    Reason.CAT_BUSY: EnableResult.CAT_BUSY,
}
"""The rules of EnableProfile apply too; what they refuse has no code here: undefinedError."""

_REFRESH_FLAG, _BOOLEAN_TRUE = 0x80, b"\xff"


def configure_immediate_profile_enabling(
    isdr: IsdR, request: sgp32.ConfigureImmediateProfileEnablingRequest
) -> sgp32.ConfigureImmediateProfileEnablingResponse:
    """ES10b.ConfigureImmediateProfileEnabling, SGP.32 5.9.17: the IPA's choice as long as there is no eIM."""
    if isdr.nvm.indexes(keys.EIM):
        raise Refused(Reason.ALREADY_EXISTS)
    immediate_enable.configure(
        isdr.nvm,
        flag=bool(request.immediate_enable_flag),
        smdp_oid=request.default_smdp_oid,
        smdp_address=request.default_smdp_address,
    )
    return sgp32.ConfigureImmediateProfileEnablingResponse(config_immediate_enable_result=ConfigureResult.OK)


def immediate_enable_profile(
    isdr: IsdR, request: sgp32.ImmediateEnableRequest
) -> sgp32.ImmediateEnableResponse:
    """ES10b.ImmediateEnable, SGP.32 5.9.15."""
    enable_installed(isdr, request.refresh_flag)
    return sgp32.ImmediateEnableResponse(immediate_enable_result=EnableResult.OK)


def enable_installed(isdr: IsdR, refresh: bool) -> None:
    """Enable the profile that was just installed, once.

    Refused(NO_IMMEDIATE_ENABLE): off, or not for its SM-DP+. Refused(NO_SESSION): none was just installed. Refused as
    EnableProfile is.
    """
    config = isdr.nvm.get(keys.IMMEDIATE_ENABLE)
    if config is None:
        raise Refused(Reason.NO_IMMEDIATE_ENABLE)
    installed, profile = _just_installed(isdr)
    if not config.covers(installed):
        raise Refused(Reason.NO_IMMEDIATE_ENABLE)
    with isdr.nvm.transaction():
        if refresh:
            rollback.cancel(isdr)
        operations.enable(isdr, profile, refresh)
    isdr.session = None


def _just_installed(isdr: IsdR) -> tuple[Installed, Profile]:
    if isinstance(isdr.session, Installed):
        profile = isdr.profiles.by_aid(isdr.session.aid)
        if profile:
            return isdr.session, profile
    raise Refused(Reason.NO_SESSION)


FUNCTIONS = (
    Function(
        sgp32.ConfigureImmediateProfileEnablingRequest.TAG,
        sgp32.ConfigureImmediateProfileEnablingRequest,
        configure_immediate_profile_enabling,
        refusals=CONFIGURE_REFUSALS,
        refuse=lambda _, code: sgp32.ConfigureImmediateProfileEnablingResponse(
            config_immediate_enable_result=code
        ),
        transaction=True,
    ),
    Function(
        sgp32.ImmediateEnableRequest.TAG,
        sgp32.ImmediateEnableRequest,
        immediate_enable_profile,
        refusals=ENABLE_REFUSALS,
        refuse=lambda _, code: sgp32.ImmediateEnableResponse(immediate_enable_result=code),
        # IPAs of v1.0 send no refreshFlag; the card asked for the REFRESH then.
        tolerance=(REFRESH_FLAG, supply(_REFRESH_FLAG, _BOOLEAN_TRUE)),
    ),
)
