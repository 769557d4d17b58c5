"""ES10 messages and their bytes."""

from __future__ import annotations

from typing import Any

import pytest

from asn1 import BitString
from asn1.generated import pkix, rsp, sgp32

ICCID = bytes(10)
SIGNATURE = bytes(range(64))
SKI = bytes(range(20))
by_iccid = rsp.EnableProfileRequest.ProfileIdentifier(iccid=ICCID)
RESET = rsp.EuiccMemoryResetRequest.ResetOptions
IOT_RESET = sgp32.EuiccMemoryResetRequest.ResetOptions

VECTORS: dict[str, tuple[Any, str]] = {
    "enable": (
        rsp.EnableProfileRequest(profile_identifier=by_iccid, refresh_flag=True),
        "bf3111 a00c 5a0a 00000000000000000000 8101ff",
    ),
    "delete": (rsp.DeleteProfileRequest(iccid=ICCID), "bf330c 5a0a 00000000000000000000"),
    "memory reset": (
        rsp.EuiccMemoryResetRequest(
            reset_options=BitString.of(RESET.DELETE_OPERATIONAL_PROFILES, RESET.RESET_DEFAULT_SMDP_ADDRESS)
        ),
        "bf3404 820205a0",
    ),
    "memory reset of SGP.32": (
        sgp32.EuiccMemoryResetRequest(reset_options=BitString.of(IOT_RESET.RESET_EIM_CONFIG_DATA)),
        "bf6404 82020204",
    ),
    "rollback": (sgp32.ProfileRollbackRequest(refresh_flag=True), "bf5803 8001ff"),
    "rolled back": (
        sgp32.ProfileRollbackResponse(
            cmd_result=0,
            euicc_package_result=sgp32.EuiccPackageResult(
                euicc_package_result_signed=sgp32.EuiccPackageResultSigned(
                    euicc_package_result_data_signed=sgp32.EuiccPackageResultDataSigned(
                        eim_id="a",
                        counter_value=5,
                        seq_number=9,
                        euicc_result=(sgp32.EuiccResultData(rollback_result=0),),
                    ),
                    euicc_sign_epr=SIGNATURE,
                )
            ),
        ),
        "bf585b 020100 bf5155 a053 300e 800161 810105 830109 3003 8c0100 5f3740" + SIGNATURE.hex(),
    ),
    "all package results": (
        sgp32.RetrieveNotificationsListRequest(
            search_criteria=sgp32.RetrieveNotificationsListRequest.SearchCriteria(euicc_package_results=True)
        ),
        "bf2b04 a0028200",
    ),
    "notification 9": (
        rsp.RetrieveNotificationsListRequest(
            search_criteria=rsp.RetrieveNotificationsListRequest.SearchCriteria(seq_number=9)
        ),
        "bf2b05 a003800109",
    ),
    "notifications of all events": (
        rsp.ListNotificationRequest(profile_management_operation=BitString.of(0, 1, 2, 3)),
        "bf2804 810204f0",
    ),
    "operational profiles": (
        rsp.ProfileInfoListRequest(
            search_criteria=rsp.ProfileInfoListRequest.SearchCriteria(
                profile_class=rsp.ProfileClass.OPERATIONAL
            ),
            tag_list=b"\x5a",
        ),
        "bf2d08 a003950102 5c015a",
    ),
    "no profile": (rsp.ProfileInfoListResponse(profile_info_list_ok=()), "bf2d02 a000"),
    "nickname": (
        rsp.SetNicknameRequest(iccid=ICCID, profile_nickname="x"),
        "bf290f 5a0a 00000000000000000000 900178",
    ),
    "rules": (
        rsp.GetRatResponse(
            rat=(
                rsp.ProfilePolicyAuthorisationRule(
                    ppr_ids=BitString.of(rsp.PprIds.PPR1, rsp.PprIds.PPR2),
                    allowed_operators=(rsp.OperatorId(mcc_mnc=b"\xee\xee\xee"),),
                    ppr_flags=BitString.of(),
                ),
            )
        ),
        "bf4314 a012 3010 80020560 a107 3005 8003eeeeee 820100",
    ),
    "configuration of eIM a": (
        sgp32.GetEimConfigurationDataRequest(
            search_criteria=sgp32.GetEimConfigurationDataRequest.SearchCriteria(eim_id="a")
        ),
        "bf5505 a003800161",
    ),
    "certificates under a CI": (sgp32.GetCertsRequest(euicc_ci_pk_id=SKI), "bf5616 8014" + SKI.hex()),
    "eIMs added": (
        sgp32.AddInitialEimResponse(
            add_initial_eim_ok=(
                sgp32.AddInitialEimResponse.AddInitialEimOkItem(association_token=1),
                sgp32.AddInitialEimResponse.AddInitialEimOkItem(add_ok=True),
            )
        ),
        "bf5707 a005 840101 0500",
    ),
    "immediate enabling": (
        sgp32.ConfigureImmediateProfileEnablingRequest(
            immediate_enable_flag=True, default_smdp_oid="2.999.10", default_smdp_address="a"
        ),
        "bf590a 8000 810388370a 820161",
    ),
    "no session": (sgp32.ImmediateEnableResponse(immediate_enable_result=4), "bf5a03 800104"),
    "no parameters": (
        sgp32.GetConnectivityParametersResponse(connectivity_parameters_error=1),
        "bf5f03 810101",
    ),
    "default address set": (
        sgp32.SetDefaultDpAddressResponse(set_default_dp_address_result=0),
        "bf6503 800100",
    ),
    "installation failed": (
        rsp.ProfileInstallationResult(
            profile_installation_result_data=rsp.ProfileInstallationResultData(
                transaction_id=b"\x01",
                notification_metadata=rsp.NotificationMetadata(
                    seq_number=1,
                    profile_management_operation=BitString.of(rsp.NotificationEvent.NOTIFICATION_INSTALL),
                    notification_address="a",
                ),
                smdp_oid="2.999.10",
                final_result=rsp.ProfileInstallationResultData.FinalResult(
                    error_result=rsp.ErrorResult(
                        bpp_command_id=rsp.BppCommandId.STORE_METADATA,
                        error_reason=rsp.ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC,
                    )
                ),
            ),
            euicc_sign_pir=SIGNATURE,
        ),
        "bf3765 bf271f 800101 bf2f0a 800101 81020780 0c0161 060388370a a208 a106 800102 810109 5f3740"
        + SIGNATURE.hex(),
    ),
    "context": (
        rsp.CtxParams1(
            ctx_params_for_common_authentication=rsp.CtxParamsForCommonAuthentication(
                matching_id="m",
                device_info=rsp.DeviceInfo(tac=bytes(4), device_capabilities=rsp.DeviceCapabilities()),
            )
        ),
        "a00d 80016d a108 800400000000 a100",
    ),
    "EID": (rsp.GetEuiccDataRequest(tag_list=b"\x5a"), "bf3e03 5c015a"),
    "challenge": (rsp.GetEuiccChallengeRequest(), "bf2e00"),
    "fallback profile": (
        sgp32.ProfileInfo(profile_state=1, fallback_attribute=True),
        "e308 9f700101 9f2601ff",
    ),
    "metadata of a plain profile": (
        rsp.StoreMetadataRequest(iccid=ICCID, service_provider_name="s", profile_name="p"),
        "bf2512 5a0a 00000000000000000000 910173 920170",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    message, text = VECTORS[name]
    data = bytes.fromhex(text)
    assert message.encode() == data
    decoded = type(message).decode(data)
    assert decoded == message
    assert decoded.encoded == decoded.encode() == data


@pytest.mark.parametrize("octets", ["820204f0", "820300f000", "820200f0"])
def test_named_bits_mean_the_same_with_trailing_zero_bits_and_keep_their_bytes(octets: str) -> None:
    data = bytes.fromhex("bf34" + f"{len(octets) // 2:02x}" + octets)
    request = rsp.EuiccMemoryResetRequest.decode(data)
    assert request.reset_options == BitString.of(0, 1, 2, 3)
    assert request.encode() == data


def test_more_bits_than_the_schema_names_are_kept() -> None:
    request = sgp32.EuiccMemoryResetRequest.decode(bytes.fromhex("bf6405 8203 00 0401"))
    assert list(request.reset_options) == [IOT_RESET.RESET_EIM_CONFIG_DATA, 15]


def test_any_boolean_but_zero_is_true() -> None:
    assert sgp32.ProfileRollbackRequest.decode(bytes.fromhex("bf5803800101")).refresh_flag is True
    assert sgp32.ProfileRollbackRequest.decode(bytes.fromhex("bf5803800100")).refresh_flag is False


def test_lengths_need_not_be_minimal() -> None:
    data = bytes.fromhex("bf588105 80820001ff")
    request = sgp32.ProfileRollbackRequest.decode(data)
    assert request.refresh_flag is True
    assert request.encode() == data
    assert request.replace().encode() == bytes.fromhex("bf58038001ff")


@pytest.mark.parametrize(
    ("oid", "octets"),
    [
        ("2.999.10", "060388370a"),
        ("2.23.146.1.2.1.4", "0607678112010201 04"),
        ("1.2.840.10045.3.1.7", "06082a8648ce3d030107"),
        ("2.5.29.14", "0603551d0e"),
        ("0.39", "060127"),
        ("2.40", "060178"),
    ],
)
def test_object_identifiers(oid: str, octets: str) -> None:
    data = bytes.fromhex(octets)
    assert pkix.CertPolicyId.encode(oid) == data
    assert pkix.CertPolicyId.decode(data) == oid


@pytest.mark.parametrize(
    ("number", "octets"),
    [(0, "00"), (127, "7f"), (128, "0080"), (-1, "ff"), (-128, "80"), (-129, "ff7f"), (256, "0100")],
)
def test_integers(number: int, octets: str) -> None:
    data = bytes.fromhex(f"02{len(octets) // 2:02x}{octets}")
    assert rsp.PartialCrlNumber.encode(number) == data
    assert rsp.PartialCrlNumber.decode(data) == number
