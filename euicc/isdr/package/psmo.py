"""Profile State Management Operations, SGP.32 2.11.1.1 and 3.4.1 to 3.4.7.

Enable and disable only mark the switch: until the REFRESH after the package, every operation finds the profiles in the
states they were in before. A package has at most one of each, and the enable comes last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asn1.generated import rsp, sgp32
from euicc.isdr import immediate_enable
from euicc.isdr.es10 import device
from euicc.isdr.package.operation import Execution, Operation, OperationTable
from euicc.isdr.tolerance import as_standard, retag
from euicc.profiles import fallback
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from asn1 import Message
    from euicc.isdr.applet import IsdR
    from euicc.profiles.profile import Profile

ENABLE, DISABLE, DELETE, GET_RAT, CONFIGURE_IMMEDIATE_ENABLE = 0xA3, 0xA4, 0xA5, 0xA6, 0xA7
SET_FALLBACK_ATTRIBUTE, UNSET_FALLBACK_ATTRIBUTE = 0xA8, 0xA9
LIST_PROFILE_INFO = sgp32.ProfileInfoListResponse.TAG
SET_DEFAULT_DP_ADDRESS = sgp32.SetDefaultDpAddressRequest.TAG
_ROLLBACK_FLAG = (retag(0x81, 0x05),)

Result = sgp32.EuiccResultData


def _read(element: bytes) -> Any:
    return sgp32.Psmo.decode(element).value


def _read_enable(element: bytes) -> Any:
    """rollbackFlag comes automatically tagged from some stacks."""
    return _read(as_standard(element, _ROLLBACK_FLAG))


def _named(isdr: IsdR, iccid: bytes) -> Profile:
    profile = isdr.profiles.by_iccid(iccid)
    if profile is None:
        raise Refused(Reason.NOT_FOUND)
    return profile


def _mark(isdr: IsdR, target: bytes) -> None:
    if isdr.card.proactive.session_running:
        raise Refused(Reason.CAT_BUSY)
    isdr.states.mark(target)


def enable(execution: Execution, request: sgp32.Psmo.Enable) -> bytes:
    """PSMO enable, SGP.32 3.4.1. With rollbackFlag there must be a profile to return to."""
    isdr = execution.isdr
    if execution.enabled:
        raise Refused(Reason.CHANGE_ONGOING)
    profile, back = _named(isdr, request.iccid), isdr.profiles.enabled()
    if request.rollback_flag and back is None:
        raise Refused(Reason.NO_ROLLBACK)
    _mark(isdr, isdr.states.enable_target(profile))
    execution.enabled = True
    if request.rollback_flag and back is not None:
        execution.enabled_aid, execution.back_aid = profile.aid, back.aid
    return Result(enable_result=sgp32.EnableProfileResult.OK).encode()


def disable(execution: Execution, request: sgp32.Psmo.Disable) -> bytes:
    """PSMO disable, SGP.32 3.4.2; not after an enable or another disable."""
    isdr = execution.isdr
    if execution.switches:
        raise Refused(Reason.CHANGE_ONGOING)
    _mark(isdr, isdr.states.disable_target(_named(isdr, request.iccid)))
    execution.disabled = True
    return Result(disable_result=sgp32.DisableProfileResult.OK).encode()


def delete(execution: Execution, request: sgp32.Psmo.Delete) -> bytes:
    """PSMO delete, SGP.32 3.4.3; not of the profile that a rollback of this package returns to."""
    profile = _named(execution.isdr, request.iccid)
    if profile.aid == execution.back_aid:
        raise Refused(Reason.NO_ROLLBACK)
    execution.isdr.states.delete(profile)
    execution.deleted = True
    return Result(delete_result=sgp32.DeleteProfileResult.OK).encode()


def list_profile_info(execution: Execution, request: rsp.ProfileInfoListRequest) -> bytes:
    """PSMO listProfileInfo: as ES10b.GetProfilesInfo, SGP.32 5.9.14; not once the package changed something."""
    if execution.switches or execution.deleted:
        raise Refused(Reason.CHANGE_ONGOING)
    return _carried_out(execution.isdr, LIST_PROFILE_INFO, request)


def get_rat(execution: Execution, request: sgp32.Psmo.GetRAT) -> bytes:
    """PSMO getRAT: as ES10b.GetRAT, SGP.22 5.7.22."""
    rat = device.get_rat(execution.isdr, rsp.GetRatRequest()).rat
    return Result(get_rat_result=rat).encode()


def configure_immediate_enable(execution: Execution, request: sgp32.Psmo.ConfigureImmediateEnable) -> bytes:
    """PSMO configureImmediateEnable, SGP.32 3.4.4."""
    immediate_enable.configure(
        execution.isdr.nvm,
        bool(request.immediate_enable_flag),
        request.default_smdp_oid,
        request.default_smdp_address,
    )
    ok = sgp32.ConfigureImmediateEnableResult.OK
    return Result(configure_immediate_enable_result=ok).encode()


def set_fallback_attribute(execution: Execution, request: sgp32.Psmo.SetFallbackAttribute) -> bytes:
    """PSMO setFallbackAttribute, SGP.32 3.4.6."""
    isdr = execution.isdr
    fallback.set_attribute(isdr.nvm, _named(isdr, request.iccid), supported=isdr.config.fallback)
    return Result(set_fallback_attribute_result=sgp32.SetFallbackAttributeResult.OK).encode()


def unset_fallback_attribute(execution: Execution, request: sgp32.Psmo.UnsetFallbackAttribute) -> bytes:
    """PSMO unsetFallbackAttribute, SGP.32 3.4.7."""
    fallback.unset(execution.isdr.nvm)
    return Result(unset_fallback_attribute_result=sgp32.UnsetFallbackAttributeResult.OK).encode()


def set_default_dp_address(execution: Execution, request: sgp32.SetDefaultDpAddressRequest) -> bytes:
    """PSMO setDefaultDpAddress: as ES10b.SetDefaultDpAddress, SGP.32 5.9.9."""
    return _carried_out(execution.isdr, SET_DEFAULT_DP_ADDRESS, request)


def _carried_out(isdr: IsdR, tag: int, request: Message) -> bytes:
    """The answer of the card's ES10 function, which is the result of the operation, too."""
    answer = isdr.variant.functions[tag].run(isdr, request)
    return answer if isinstance(answer, bytes) else answer.encode()


def _profiles_info_refused(code: int) -> sgp32.EuiccResultData:
    response = sgp32.ProfileInfoListResponse(profile_info_list_error=code)
    return Result(list_profile_info_result=response)


def _default_dp_address_refused(code: int) -> sgp32.EuiccResultData:
    response = sgp32.SetDefaultDpAddressResponse(set_default_dp_address_result=code)
    return Result(set_default_dp_address_result=response)


PSMOS: OperationTable = {
    ENABLE: Operation(
        _read_enable,
        enable,
        lambda code: Result(enable_result=code),
        {
            Reason.NOT_FOUND: sgp32.EnableProfileResult.ICCID_OR_AID_NOT_FOUND,
            Reason.WRONG_STATE: sgp32.EnableProfileResult.PROFILE_NOT_IN_DISABLED_STATE,
            Reason.POLICY: sgp32.EnableProfileResult.DISALLOWED_BY_POLICY,
            Reason.CAT_BUSY: sgp32.EnableProfileResult.CAT_BUSY,
            Reason.NO_ROLLBACK: sgp32.EnableProfileResult.ROLLBACK_NOT_AVAILABLE,
        },
    ),
    DISABLE: Operation(
        _read,
        disable,
        lambda code: Result(disable_result=code),
        {
            Reason.NOT_FOUND: sgp32.DisableProfileResult.ICCID_OR_AID_NOT_FOUND,
            Reason.WRONG_STATE: sgp32.DisableProfileResult.PROFILE_NOT_IN_ENABLED_STATE,
            Reason.POLICY: sgp32.DisableProfileResult.DISALLOWED_BY_POLICY,
            Reason.CAT_BUSY: sgp32.DisableProfileResult.CAT_BUSY,
        },
    ),
    DELETE: Operation(
        _read,
        delete,
        lambda code: Result(delete_result=code),
        {
            Reason.NOT_FOUND: sgp32.DeleteProfileResult.ICCID_OR_AID_NOT_FOUND,
            Reason.WRONG_STATE: sgp32.DeleteProfileResult.PROFILE_NOT_IN_DISABLED_STATE,
            Reason.POLICY: sgp32.DeleteProfileResult.DISALLOWED_BY_POLICY,
            Reason.NO_ROLLBACK: sgp32.DeleteProfileResult.ROLLBACK_NOT_AVAILABLE,
            Reason.AWAITED: sgp32.DeleteProfileResult.RETURN_FALLBACK_PROFILE,
        },
    ),
    LIST_PROFILE_INFO: Operation(
        _read,
        list_profile_info,
        _profiles_info_refused,
        {
            Reason.INCORRECT_INPUT: sgp32.ProfileInfoListError.INCORRECT_INPUT_VALUES,
            Reason.CHANGE_ONGOING: sgp32.ProfileInfoListError.PROFILE_CHANGE_ONGOING,
        },
    ),
    GET_RAT: Operation(_read, get_rat),
    CONFIGURE_IMMEDIATE_ENABLE: Operation(
        _read,
        configure_immediate_enable,
        lambda code: Result(configure_immediate_enable_result=code),
        {Reason.MEMORY: sgp32.ConfigureImmediateEnableResult.INSUFFICIENT_MEMORY},
    ),
    SET_FALLBACK_ATTRIBUTE: Operation(
        _read,
        set_fallback_attribute,
        lambda code: Result(set_fallback_attribute_result=code),
        {
            Reason.NOT_FOUND: sgp32.SetFallbackAttributeResult.ICCID_OR_AID_NOT_FOUND,
            Reason.FALLBACK_NOT_ALLOWED: sgp32.SetFallbackAttributeResult.FALLBACK_NOT_ALLOWED,
            Reason.FALLBACK_ENABLED: sgp32.SetFallbackAttributeResult.FALLBACK_PROFILE_ENABLED,
        },
    ),
    UNSET_FALLBACK_ATTRIBUTE: Operation(
        _read,
        unset_fallback_attribute,
        lambda code: Result(unset_fallback_attribute_result=code),
        {
            Reason.NO_FALLBACK: sgp32.UnsetFallbackAttributeResult.NO_FALLBACK_ATTRIBUTE,
            Reason.FALLBACK_ENABLED: sgp32.UnsetFallbackAttributeResult.FALLBACK_PROFILE_ENABLED,
        },
    ),
    SET_DEFAULT_DP_ADDRESS: Operation(_read, set_default_dp_address, _default_dp_address_refused),
}
"""By tag, with the result code for each reason of refusal."""
