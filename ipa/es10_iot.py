"""ES10b functions that SGP.32 adds, as the device calls them, SGP.32 5.9. What the card signed stays as it came."""

from __future__ import annotations

from collections.abc import Sequence

from apdu import TlvError, tlv
from asn1.generated import rsp, sgp32
from ipa.errors import EuiccAnswerInvalid, EuiccRefused
from ipa.es10 import Function, meaning, send
from ipa.steps import Procedure

ALTERNATIVE_OK = 0xA0
NOTIFICATIONS, PACKAGE_RESULTS = 0xA0, 0xA2

add_initial_eim = Function(
    "ES10b.AddInitialEim",
    sgp32.AddInitialEimRequest,
    sgp32.AddInitialEimResponse,
    lambda response: response.add_initial_eim_error,
    sgp32.AddInitialEimResponse.AddInitialEimError,
)
configure_immediate_enabling = Function(
    "ES10b.ConfigureImmediateProfileEnabling",
    sgp32.ConfigureImmediateProfileEnablingRequest,
    sgp32.ConfigureImmediateProfileEnablingResponse,
    lambda response: response.config_immediate_enable_result,
    sgp32.ConfigureImmediateProfileEnablingResponse.ConfigImmediateEnableResult,
)
immediate_enable = Function(
    "ES10b.ImmediateEnable",
    sgp32.ImmediateEnableRequest,
    sgp32.ImmediateEnableResponse,
    lambda response: response.immediate_enable_result,
    sgp32.ImmediateEnableResponse.ImmediateEnableResult,
)
enable_emergency_profile = Function(
    "ES10b.EnableEmergencyProfile",
    sgp32.EnableEmergencyProfileRequest,
    sgp32.EnableEmergencyProfileResponse,
    lambda response: response.enable_emergency_profile_result,
    sgp32.EnableEmergencyProfileResponse.EnableEmergencyProfileResult,
)
disable_emergency_profile = Function(
    "ES10b.DisableEmergencyProfile",
    sgp32.DisableEmergencyProfileRequest,
    sgp32.DisableEmergencyProfileResponse,
    lambda response: response.disable_emergency_profile_result,
    sgp32.DisableEmergencyProfileResponse.DisableEmergencyProfileResult,
)
execute_fallback_mechanism = Function(
    "ES10b.ExecuteFallbackMechanism",
    sgp32.ExecuteFallbackMechanismRequest,
    sgp32.ExecuteFallbackMechanismResponse,
    lambda response: response.execute_fallback_mechanism_result,
    sgp32.ExecuteFallbackMechanismResponse.ExecuteFallbackMechanismResult,
)
return_from_fallback = Function(
    "ES10b.ReturnFromFallback",
    sgp32.ReturnFromFallbackRequest,
    sgp32.ReturnFromFallbackResponse,
    lambda response: response.return_from_fallback_result,
    sgp32.ReturnFromFallbackResponse.ReturnFromFallbackResult,
)
get_connectivity_parameters = Function(
    "ES10b.GetConnectivityParameters",
    sgp32.GetConnectivityParametersRequest,
    sgp32.GetConnectivityParametersResponse,
    lambda response: response.connectivity_parameters_error,
    sgp32.ConnectivityParametersError,
)
# Three results at once: its caller tells which of them matters.
euicc_memory_reset = Function(
    "ES10b.eUICCMemoryReset", sgp32.EuiccMemoryResetRequest, sgp32.EuiccMemoryResetResponse
)
set_default_dp_address = Function(
    "ES10b.SetDefaultDpAddress",
    sgp32.SetDefaultDpAddressRequest,
    sgp32.SetDefaultDpAddressResponse,
    lambda response: response.set_default_dp_address_result,
    sgp32.SetDefaultDpAddressResponse.SetDefaultDpAddressResult,
)
get_profiles_info = Function(
    "ES10b.GetProfilesInfo",
    rsp.ProfileInfoListRequest,
    sgp32.ProfileInfoListResponse,
    lambda response: response.profile_info_list_error,
    sgp32.ProfileInfoListError,
)

# -- signed or to be passed on: bytes in, bytes out -------------------------------------------------------------------

LOAD_EUICC_PACKAGE = "ES10b.LoadEuiccPackage"
GET_EIM_CONFIGURATION_DATA = "ES10b.GetEimConfigurationData"
RETRIEVE_NOTIFICATIONS_LIST = "ES10b.RetrieveNotificationsList"
GET_EUICC_INFO = "ES10b.GetEUICCInfo"
PROFILE_ROLLBACK = "ES10b.ProfileRollback"
GET_CERTS = "ES10b.GetCerts"
EUM_CERTIFICATE, EUICC_CERTIFICATE = 0xA5, 0xA6
CMD_RESULT = (0x02, 0x80)
"""An INTEGER of its own; some cards tag it as if nothing beside it were tagged."""

GetCertsError = sgp32.GetCertsResponse.GetCertsError
Criteria = sgp32.RetrieveNotificationsListRequest.SearchCriteria


def load_euicc_package(package: bytes) -> Procedure[bytes]:
    """ES10b.LoadEuiccPackage, SGP.32 5.9.1: EuiccPackageRequest as received; EuiccPackageResult as the card gave it."""
    answer = yield from send(LOAD_EUICC_PACKAGE, package)
    _contents(LOAD_EUICC_PACKAGE, answer, sgp32.EuiccPackageResult.TAG)
    return answer


def get_eim_configuration_data() -> Procedure[tuple[bytes, ...]]:
    """ES10b.GetEimConfigurationData, SGP.32 5.9.18: EimConfigurationData of each Associated eIM."""
    request = sgp32.GetEimConfigurationDataRequest().encode()
    answer = yield from send(GET_EIM_CONFIGURATION_DATA, request)
    found = _contents(
        GET_EIM_CONFIGURATION_DATA, answer, sgp32.GetEimConfigurationDataResponse.TAG, ALTERNATIVE_OK
    )
    return tuple(each.encoded for each in found)


def retrieve_notifications(criteria: Criteria | None = None) -> Procedure[tuple[bytes, ...]]:
    """ES10b.RetrieveNotificationsList, SGP.32 5.9.11: each PendingNotification."""
    return (yield from _retrieve(criteria, NOTIFICATIONS))


def retrieve_package_results(criteria: Criteria | None = None) -> Procedure[tuple[bytes, ...]]:
    """ES10b.RetrieveNotificationsList, SGP.32 5.9.11: each stored EuiccPackageResult, or those of these criteria."""
    return (yield from _retrieve(criteria or Criteria(euicc_package_results=True), PACKAGE_RESULTS))


def _retrieve(criteria: Criteria | None, wanted: int) -> Procedure[tuple[bytes, ...]]:
    request = sgp32.RetrieveNotificationsListRequest(search_criteria=criteria).encode()
    answer = yield from send(RETRIEVE_NOTIFICATIONS_LIST, request)
    alternatives = _contents(RETRIEVE_NOTIFICATIONS_LIST, answer, sgp32.RetrieveNotificationsListResponse.TAG)
    if [each.tag for each in alternatives] != [wanted]:
        return ()  # an error, or a list of the other kind: a card with nothing to give has many ways to say so
    listed = _contents(RETRIEVE_NOTIFICATIONS_LIST, alternatives[0].encoded, wanted)
    return tuple(each.encoded for each in listed)


def get_certs(identifier: bytes | None) -> Procedure[tuple[bytes, bytes]]:
    """ES10b.GetCerts, SGP.32 5.9.10: eumCertificate and euiccCertificate as data objects A5 and A6; EuiccRefused."""
    answer = yield from send(GET_CERTS, sgp32.GetCertsRequest(euicc_ci_pk_id=identifier).encode())
    for each in _contents(GET_CERTS, answer, sgp32.GetCertsResponse.TAG):
        if each.tag != ALTERNATIVE_OK:
            code = int.from_bytes(each.value, "big")
            raise EuiccRefused(GET_CERTS, code, meaning(GetCertsError, code))
    found = {
        each.tag: each.encoded
        for each in _contents(GET_CERTS, answer, sgp32.GetCertsResponse.TAG, ALTERNATIVE_OK)
    }
    if not {EUM_CERTIFICATE, EUICC_CERTIFICATE} <= found.keys():
        raise EuiccAnswerInvalid(GET_CERTS, "not two certificates")
    return found[EUM_CERTIFICATE], found[EUICC_CERTIFICATE]


def profile_rollback(refresh_flag: bool) -> Procedure[bytes]:
    """ES10b.ProfileRollback, SGP.32 5.9.16: the new EuiccPackageResult as the card gave it; EuiccRefused."""
    answer = yield from send(
        PROFILE_ROLLBACK, sgp32.ProfileRollbackRequest(refresh_flag=refresh_flag).encode()
    )
    found = _contents(PROFILE_ROLLBACK, answer, sgp32.ProfileRollbackResponse.TAG)
    codes = sgp32.ProfileRollbackResponse.CmdResult
    for each in found:
        if each.tag in CMD_RESULT and int.from_bytes(each.value, "big") != codes.OK:
            code = int.from_bytes(each.value, "big")
            raise EuiccRefused(PROFILE_ROLLBACK, code, meaning(codes, code))
    for each in found:
        if each.tag == sgp32.EuiccPackageResult.TAG:
            return each.encoded
    raise EuiccAnswerInvalid(PROFILE_ROLLBACK, "neither a result nor an error")


def get_euicc_info(request: rsp.GetEuiccInfo1Request | rsp.GetEuiccInfo2Request) -> Procedure[bytes]:
    """ES10b.GetEUICCInfo, SGP.32 5.9.2: EUICCInfo1 or EUICCInfo2."""
    answer = yield from send(GET_EUICC_INFO, request.encode())
    _contents(GET_EUICC_INFO, answer, request.TAG)
    return answer


def _contents(function: str, answer: bytes, *path: int) -> Sequence[tlv.Tlv]:
    """The data objects at this path of an answer; EuiccAnswerInvalid."""
    try:
        value = tlv.find(answer, *path)
        found = None if value is None else tlv.parse_all(value)
    except TlvError as error:
        raise EuiccAnswerInvalid(function, str(error)) from error
    if found is None:
        raise EuiccAnswerInvalid(function, f"it has no {' '.join(f'{tag:X}' for tag in path)}")
    return found
