"""ES10b functions in the form of SGP.32 v1.0, as far as it is another than that of v1.2.

Their responses are made of TLVs here: the messages of asn1.generated.sgp32 are those of v1.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apdu import tlv
from asn1.generated import rsp, sgp32
from euicc.isdr import operations
from euicc.isdr.es10 import device, eim, iot
from euicc.isdr.es10.immediate_enable import enable_installed
from euicc.isdr.es10.memory_reset import ResetResult, eim_result, immediate_enable_result, reset_result
from euicc.isdr.functions import Function
from euicc.profiles.states import ResetOption
from euicc.refusals import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from euicc.isdr.applet import IsdR

RESET_OPTIONS: Mapping[int, ResetOption] = {
    0: ResetOption.OPERATIONAL_PROFILES,
    1: ResetOption.FIELD_LOADED_TEST_PROFILES,
    2: ResetOption.DEFAULT_SMDP_ADDRESS,
    3: ResetOption.EIM_CONFIGURATION,
    4: ResetOption.IMMEDIATE_ENABLE_CONFIGURATION,
}
"""By their bits in v1.0, where 3 and 4 are what 5 and 6 are in v1.2."""


class EnableUsingDdResult:
    """Named numbers of the result of EnableUsingDD."""

    OK = 0
    AUTO_ENABLE_NOT_AVAILABLE = 1
    NO_SESSION_CONTEXT = 4
    UNDEFINED_ERROR = 127


_ENABLE_USING_DD = sgp32.ImmediateEnableRequest.TAG
_MEMORY_RESET = rsp.EuiccMemoryResetRequest.TAG
_RESULT, _RESET_RESULT, _RESET_EIM_RESULT, _RESET_AUTO_ENABLE_RESULT = 0x80, 0x02, 0x81, 0x82


def euicc_info2(isdr: IsdR) -> sgp32.EUICCInfo2:
    """EUICCInfo2 as v1.0 has it: of the IoT the versions only."""
    return sgp32.EUICCInfo2(
        **device.capabilities(isdr),
        ipa_mode=sgp32.IpaMode.IPAD,
        iot_specific_info=sgp32.IoTSpecificInfo(iot_version=iot.iot_versions(isdr)),
    )


def euicc_memory_reset(isdr: IsdR, request: rsp.EuiccMemoryResetRequest) -> bytes:
    """ES10b.eUICCMemoryReset of v1.0: the tag of SGP.22, and resetResult with a universal tag."""
    options = frozenset(option for bit, option in RESET_OPTIONS.items() if bit in request.reset_options)
    outcome = operations.memory_reset(isdr, options)
    results = {
        _RESET_RESULT: reset_result(options, outcome),
        _RESET_EIM_RESULT: eim_result(options, outcome),
        _RESET_AUTO_ENABLE_RESULT: immediate_enable_result(options),
    }
    return tlv.encode(
        _MEMORY_RESET, *(tlv.encode(tag, bytes([code])) for tag, code in results.items() if code is not None)
    )


def get_eim_configuration_data(
    isdr: IsdR, request: sgp32.GetEimConfigurationDataRequest
) -> sgp32.GetEimConfigurationDataResponse:
    """ES10b.GetEimConfigurationData of v1.0: of every eIM, whatever the request holds, in the fields of v1.0."""
    eims = eim.get_eim_configuration_data(isdr, sgp32.GetEimConfigurationDataRequest())
    shown = (each.replace(indirect_profile_download=None) for each in eims.eim_configuration_data_list)
    return sgp32.GetEimConfigurationDataResponse(eim_configuration_data_list=tuple(shown))


def enable_using_dd(isdr: IsdR, request: bytes) -> bytes:
    """ES10b.EnableUsingDD of v1.0, which became ImmediateEnable: an empty request, always with REFRESH."""
    enable_installed(isdr, refresh=True)
    return _enable_using_dd_result(request, EnableUsingDdResult.OK)


def _enable_using_dd_result(_: object, code: int) -> bytes:
    return tlv.encode(_ENABLE_USING_DD, tlv.encode(_RESULT, bytes([code])))


_ADD_INITIAL_EIM = eim.FUNCTIONS[0]

FUNCTIONS = (
    # commandError came with v1.1.
    replace(
        _ADD_INITIAL_EIM,
        refusals={
            reason: code
            for reason, code in _ADD_INITIAL_EIM.refusals.items()
            if code != eim.AddInitialEimError.COMMAND_ERROR
        },
    ),
    Function(
        _MEMORY_RESET,
        rsp.EuiccMemoryResetRequest,
        euicc_memory_reset,
        refusals={Reason.CAT_BUSY: ResetResult.CAT_BUSY},
        refuse=lambda _, code: tlv.encode(_MEMORY_RESET, tlv.encode(_RESET_RESULT, bytes([code]))),
    ),
    Function(
        sgp32.GetEimConfigurationDataRequest.TAG,
        sgp32.GetEimConfigurationDataRequest,
        get_eim_configuration_data,
    ),
    Function(
        _ENABLE_USING_DD,
        None,
        enable_using_dd,
        refusals={
            Reason.NO_IMMEDIATE_ENABLE: EnableUsingDdResult.AUTO_ENABLE_NOT_AVAILABLE,
            Reason.NO_SESSION: EnableUsingDdResult.NO_SESSION_CONTEXT,
        },
        refuse=_enable_using_dd_result,
    ),
)
