"""A tag in front of a type that is a tagged CHOICE replaces that tag, X.680 31.2.7: it is on the wire once.

asn1tools emits it twice. Every component of our schemas where it would, with the bytes that X.680 wants.
"""

from __future__ import annotations

import pytest

from asn1 import Message
from asn1.compiler import names
from asn1.generated import rsp, sgp32
from tests.asn1.oracle import double_tags, resolver, sources, specification, translated

ID = b"\x0a"
NOT_OK = sgp32.EuiccPackageResult(euicc_package_error_unsigned=sgp32.EuiccPackageErrorUnsigned(eim_id="e"))
NO_DATA = sgp32.IpaEuiccDataResponse(
    ipa_euicc_data_response_error=sgp32.IpaEuiccDataResponseError(ipa_euicc_data_error_code=1)
)
AUTHENTICATE_ERROR = rsp.AuthenticateResponseError(transaction_id=ID, authenticate_error_code=4)
DOWNLOAD_ERROR = rsp.PrepareDownloadResponseError(transaction_id=ID, download_error_code=4)
TO_IPA = sgp32.EsipaMessageFromEimToIpa
TO_EIM = sgp32.EsipaMessageFromIpaToEim
TO_LPA = rsp.RemoteProfileProvisioningResponse

ONE_TAG: dict[str, tuple[Message, str]] = {
    "rsp.AuthenticateClientRequest.authenticateServerResponse": (
        rsp.AuthenticateClientRequest(
            transaction_id=ID,
            authenticate_server_response=rsp.AuthenticateServerResponse(
                authenticate_response_error=AUTHENTICATE_ERROR
            ),
        ),
        "bf3b0e 80010a bf3808 a106 80010a 020104",
    ),
    "rsp.GetBoundProfilePackageRequest.prepareDownloadResponse": (
        rsp.GetBoundProfilePackageRequest(
            transaction_id=ID,
            prepare_download_response=rsp.PrepareDownloadResponse(download_response_error=DOWNLOAD_ERROR),
        ),
        "bf3a0e 80010a bf2108 a106 80010a 020104",
    ),
    "rsp.CancelSessionRequestEs9.cancelSessionResponse": (
        rsp.CancelSessionRequestEs9(
            transaction_id=ID,
            cancel_session_response=rsp.CancelSessionResponse(cancel_session_response_error=5),
        ),
        "bf4108 80010a a103 810105",
    ),
    "rsp.RemoteProfileProvisioningResponse.initiateAuthenticationResponse": (
        TO_LPA(
            initiate_authentication_response=rsp.InitiateAuthenticationResponse(
                initiate_authentication_error=1
            )
        ),
        "a206 bf3903 810101",
    ),
    "rsp.RemoteProfileProvisioningResponse.authenticateClientResponseEs9": (
        TO_LPA(
            authenticate_client_response_es9=rsp.AuthenticateClientResponseEs9(authenticate_client_error=8)
        ),
        "a206 bf3b03 810108",
    ),
    "rsp.RemoteProfileProvisioningResponse.getBoundProfilePackageResponse": (
        TO_LPA(
            get_bound_profile_package_response=rsp.GetBoundProfilePackageResponse(
                get_bound_profile_package_error=2
            )
        ),
        "a206 bf3a03 810102",
    ),
    "rsp.RemoteProfileProvisioningResponse.cancelSessionResponseEs9": (
        TO_LPA(
            cancel_session_response_es9=rsp.CancelSessionResponseEs9(cancel_session_ok=rsp.CancelSessionOk())
        ),
        "a205 bf4102 a000",
    ),
    "rsp.RemoteProfileProvisioningResponse.authenticateClientResponseEs11": (
        TO_LPA(
            authenticate_client_response_es11=rsp.AuthenticateClientResponseEs11(authenticate_client_error=6)
        ),
        "a206 bf4003 810106",
    ),
    "sgp32.EuiccResultData.listProfileInfoResult": (
        sgp32.EuiccResultData(
            list_profile_info_result=sgp32.ProfileInfoListResponse(profile_info_list_error=11)
        ),
        "bf2d03 81010b",
    ),
    "sgp32.ProfileRollbackResponse.eUICCPackageResult": (
        sgp32.ProfileRollbackResponse(cmd_result=0, euicc_package_result=NOT_OK),
        "bf580b 020100 bf5105 a203 800165",
    ),
    "sgp32.AuthenticateClientRequest.authenticateServerResponse": (
        sgp32.AuthenticateClientRequest(
            transaction_id=ID,
            authenticate_server_response=sgp32.AuthenticateServerResponse(
                authenticate_response_error=AUTHENTICATE_ERROR
            ),
        ),
        "bf3b0e 80010a bf3808 a106 80010a 020104",
    ),
    "sgp32.AuthenticateClientRequestEsipa.authenticateServerResponse": (
        sgp32.AuthenticateClientRequestEsipa(
            transaction_id=ID,
            authenticate_server_response=sgp32.AuthenticateServerResponse(
                authenticate_response_error=AUTHENTICATE_ERROR
            ),
        ),
        "bf3b0e 80010a bf3808 a106 80010a 020104",
    ),
    "sgp32.GetBoundProfilePackageRequestEsipa.prepareDownloadResponse": (
        sgp32.GetBoundProfilePackageRequestEsipa(
            transaction_id=ID,
            prepare_download_response=sgp32.PrepareDownloadResponse(download_response_error=DOWNLOAD_ERROR),
        ),
        "bf3a0e 80010a bf2108 a106 80010a 020104",
    ),
    "sgp32.CancelSessionRequestEsipa.cancelSessionResponse": (
        sgp32.CancelSessionRequestEsipa(
            transaction_id=ID,
            cancel_session_response=sgp32.CancelSessionResponse(cancel_session_response_error=5),
        ),
        "bf4108 80010a a103 810105",
    ),
    "sgp32.EsipaMessageFromIpaToEim.handleNotificationEsipa": (
        TO_EIM(
            handle_notification_esipa=sgp32.HandleNotificationEsipa(
                provide_eim_package_result=sgp32.ProvideEimPackageResult(
                    eim_package_result=sgp32.EimPackageResult(euicc_package_result=NOT_OK)
                )
            )
        ),
        "bf3d0b bf5008 bf5105 a203 800165",
    ),
    "sgp32.EsipaMessageFromIpaToEim.transferEimPackageResponse": (
        TO_EIM(transfer_eim_package_response=sgp32.TransferEimPackageResponse(eim_package_received=True)),
        "bf4e02 0500",
    ),
    "sgp32.EsipaMessageFromEimToIpa.initiateAuthenticationResponseEsipa": (
        TO_IPA(
            initiate_authentication_response_esipa=sgp32.InitiateAuthenticationResponseEsipa(
                initiate_authentication_error_esipa=127
            )
        ),
        "bf3903 81017f",
    ),
    "sgp32.EsipaMessageFromEimToIpa.authenticateClientResponseEsipa": (
        TO_IPA(
            authenticate_client_response_esipa=sgp32.AuthenticateClientResponseEsipa(
                authenticate_client_error_esipa=8
            )
        ),
        "bf3b03 820108",
    ),
    "sgp32.EsipaMessageFromEimToIpa.getBoundProfilePackageResponseEsipa": (
        TO_IPA(
            get_bound_profile_package_response_esipa=sgp32.GetBoundProfilePackageResponseEsipa(
                get_bound_profile_package_error_esipa=2
            )
        ),
        "bf3a03 810102",
    ),
    "sgp32.EsipaMessageFromEimToIpa.cancelSessionResponseEsipa": (
        TO_IPA(cancel_session_response_esipa=sgp32.CancelSessionResponseEsipa(cancel_session_error=1)),
        "bf4103 810101",
    ),
    "sgp32.EsipaMessageFromEimToIpa.transferEimPackageRequest": (
        TO_IPA(transfer_eim_package_request=sgp32.TransferEimPackageRequest(eim_acknowledgements=(5, 6))),
        "bf4e09 bf5306 800105 800106",
    ),
    "sgp32.EsipaMessageFromEimToIpa.getEimPackageResponse": (
        TO_IPA(get_eim_package_response=sgp32.GetEimPackageResponse(eim_package_error=1)),
        "bf4f03 020101",
    ),
    "sgp32.EsipaMessageFromEimToIpa.provideEimPackageResultResponse": (
        TO_IPA(
            provide_eim_package_result_response=sgp32.ProvideEimPackageResultResponse(
                provide_eim_package_result_error=2
            )
        ),
        "bf5003 020102",
    ),
    "sgp32.EimPackageResult.euiccPackageResult": (
        sgp32.EimPackageResult(euicc_package_result=NOT_OK),
        "bf5105 a203 800165",
    ),
    "sgp32.EimPackageResult.ePRAndNotifications.euiccPackageResult": (
        sgp32.EimPackageResult(
            epr_and_notifications=sgp32.EimPackageResult.EPRAndNotifications(
                euicc_package_result=NOT_OK, notification_list=()
            )
        ),
        "300a bf5105 a203 800165 a000",
    ),
    "sgp32.EimPackageResult.ipaEuiccDataResponse": (
        sgp32.EimPackageResult(ipa_euicc_data_response=NO_DATA),
        "bf5205 a103 020101",
    ),
    "sgp32.TransferEimPackageResponse.euiccPackageResult": (
        sgp32.TransferEimPackageResponse(euicc_package_result=NOT_OK),
        "bf4e08 bf5105 a203 800165",
    ),
    "sgp32.TransferEimPackageResponse.ePRAndNotifications.euiccPackageResult": (
        sgp32.TransferEimPackageResponse(
            epr_and_notifications=sgp32.TransferEimPackageResponse.EPRAndNotifications(
                euicc_package_result=NOT_OK, notification_list=()
            )
        ),
        "bf4e0c 300a bf5105 a203 800165 a000",
    ),
    "sgp32.TransferEimPackageResponse.ipaEuiccDataResponse": (
        sgp32.TransferEimPackageResponse(ipa_euicc_data_response=NO_DATA),
        "bf4e08 bf5205 a103 020101",
    ),
}


def test_these_are_all_components_of_the_kind() -> None:
    found = {
        f"{source.python_name}.{name}.{component}"
        for source in sources()
        for module, parsed in source.modules.items()
        for name, definition in parsed["types"].items()
        for component in double_tags(module, definition)
    }
    assert found == set(ONE_TAG)


@pytest.mark.parametrize("component", ONE_TAG)
def test_one_tag_on_the_wire(component: str) -> None:
    message, expected = ONE_TAG[component]
    data = bytes.fromhex(expected)
    assert message.encode() == data
    assert type(message).decode(data) == message


@pytest.mark.parametrize("component", ONE_TAG)
def test_asn1tools_would_have_it_twice(component: str) -> None:
    message, expected = ONE_TAG[component]
    python_name, name, *_ = component.split(".")
    module = {"rsp": "RSPDefinitions", "sgp32": "SGP32Definitions"}[python_name]
    named = resolver().lookup(module, name)
    assert names.class_name(name) == type(message).__name__
    value = translated(module, named.definition, message, python_name)
    assert len(specification(corrected=False).modules[module][name].encode(value)) > len(
        bytes.fromhex(expected)
    )
