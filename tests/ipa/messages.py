"""Messages of one download, well-formed and worth nothing: signatures and certificates are filling."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from apdu import tlv
from asn1 import BitString, Message
from asn1.generated import rsp

ADDRESS = "smdp.example.com"
TRANSACTION = bytes.fromhex("0102A3")
SIGNATURE = bytes(range(64))
CERTIFICATE = tlv.encode(0x30, b"\x02\x01\x05")
KEY_ID = bytes(range(20))
CHALLENGE = bytes(16)
ICCID = bytes.fromhex("98001032547698103214")
OWNER = rsp.OperatorId(mcc_mnc=bytes.fromhex("00F110"))
DEVICE = rsp.DeviceInfo(tac=bytes(4), device_capabilities=rsp.DeviceCapabilities())

INFO1 = rsp.EUICCInfo1(
    svn=bytes((2, 5, 0)),
    euicc_ci_pk_id_list_for_verification=(KEY_ID,),
    euicc_ci_pk_id_list_for_signing=(KEY_ID,),
)


def info2(**changes: Any) -> rsp.EUICCInfo2:
    return rsp.EUICCInfo2(
        **{
            "profile_version": bytes((2, 3, 1)),
            "svn": bytes((2, 5, 0)),
            "euicc_firmware_ver": bytes((1, 0, 0)),
            "ext_card_resource": bytes.fromhex("8101008202FFFF83020100"),
            "uicc_capability": BitString.of(1),
            "rsp_capability": BitString.of(0),
            "euicc_ci_pk_id_list_for_verification": (KEY_ID,),
            "euicc_ci_pk_id_list_for_signing": (KEY_ID,),
            "pp_version": bytes(3),
            "sas_acreditation_number": "XX",
            **changes,
        }
    )


def metadata(**changes: Any) -> rsp.StoreMetadataRequest:
    fields = {"iccid": ICCID, "service_provider_name": "Operator", "profile_name": "Data", **changes}
    return rsp.StoreMetadataRequest(**fields)


def server_signed1(**changes: Any) -> rsp.ServerSigned1:
    return rsp.ServerSigned1(
        **{
            "transaction_id": TRANSACTION,
            "euicc_challenge": CHALLENGE,
            "server_address": ADDRESS,
            "server_challenge": bytes(16),
            **changes,
        }
    )


def euicc_signed1(info: rsp.EUICCInfo2) -> rsp.EuiccSigned1:
    common = rsp.CtxParamsForCommonAuthentication(matching_id="TOKEN", device_info=DEVICE)
    return rsp.EuiccSigned1(
        transaction_id=TRANSACTION,
        server_address=ADDRESS,
        server_challenge=bytes(16),
        euicc_info2=info,
        ctx_params1=rsp.CtxParams1(ctx_params_for_common_authentication=common),
    )


def authenticate_server_response(info: rsp.EUICCInfo2 | None = None) -> bytes:
    ok = rsp.AuthenticateResponseOk(
        euicc_signed1=euicc_signed1(info or info2()),
        euicc_signature1=SIGNATURE,
        euicc_certificate=CERTIFICATE,
        eum_certificate=CERTIFICATE,
    )
    return rsp.AuthenticateServerResponse(authenticate_response_ok=ok).encode()


def prepare_download_response() -> bytes:
    signed = rsp.EUICCSigned2(transaction_id=TRANSACTION, euicc_otpk=bytes(65))
    ok = rsp.PrepareDownloadResponseOk(euicc_signed2=signed, euicc_signature2=SIGNATURE)
    return rsp.PrepareDownloadResponse(download_response_ok=ok).encode()


def cancel_session_response(reason: int) -> bytes:
    signed = rsp.EuiccCancelSessionSigned(transaction_id=TRANSACTION, smdp_oid="2.999.10", reason=reason)
    ok = rsp.CancelSessionResponseOk(
        euicc_cancel_session_signed=signed, euicc_cancel_session_signature=SIGNATURE
    )
    return rsp.CancelSessionResponse(cancel_session_response_ok=ok).encode()


def notification(number: int = 1, address: str = ADDRESS, event: int = 0) -> rsp.NotificationMetadata:
    return rsp.NotificationMetadata(
        seq_number=number,
        profile_management_operation=BitString.of(event),
        notification_address=address,
        iccid=ICCID,
    )


def installation_result(error: rsp.ErrorResult | None = None) -> bytes:
    success = rsp.SuccessResult(aid=bytes(16), sima_response=bytes.fromhex("3007A0053003800100"))
    final = rsp.ProfileInstallationResultData.FinalResult(
        **({"error_result": error} if error else {"success_result": success})
    )
    data = rsp.ProfileInstallationResultData(
        transaction_id=TRANSACTION,
        notification_metadata=notification(),
        smdp_oid="2.999.10",
        final_result=final,
    )
    result = rsp.ProfileInstallationResult(profile_installation_result_data=data, euicc_sign_pir=SIGNATURE)
    return result.encode()


def bound_profile_package(contained: rsp.StoreMetadataRequest | None = None, *, keys: bool = True) -> bytes:
    """A package whose layout is right: metadata in two segments, the profile in three, all MACs zero."""
    opening = rsp.InitialiseSecureChannelRequest(
        remote_op_id=1,
        transaction_id=TRANSACTION,
        control_ref_template=rsp.ControlRefTemplate(key_type=b"\x88", key_len=b"\x10", host_id=b"HOST"),
        smdp_otpk=bytes(65),
        smdp_sign=SIGNATURE,
    )
    clear = (contained or metadata()).encode()
    half = len(clear) // 2
    mac = bytes(8)
    parts = [
        opening.encode(),
        tlv.encode(0xA0, tlv.encode(0x87, bytes(24))),
        tlv.encode(0xA1, tlv.encode(0x88, clear[:half] + mac), tlv.encode(0x88, clear[half:] + mac)),
        tlv.encode(0xA2, tlv.encode(0x87, bytes(72))) if keys else b"",
        tlv.encode(0xA3, *(tlv.encode(0x86, bytes(size)) for size in (1016, 1016, 40))),
    ]
    return tlv.encode(0xBF36, *parts)


def base64(value: bytes | Message) -> str:
    return b64encode(value.encode() if isinstance(value, Message) else value).decode()


def success(**fields: str) -> dict[str, Any]:
    """The JSON body of an executed function."""
    return {"header": {"functionExecutionStatus": {"status": "Executed-Success"}}, **fields}


def refusal(subject: str, reason: str, message: str = "no") -> dict[str, Any]:
    code = {"subjectCode": subject, "reasonCode": reason, "message": message}
    return {"header": {"functionExecutionStatus": {"status": "Failed", "statusCodeData": code}}}


def initiate_answer(**changes: Any) -> dict[str, Any]:
    return success(
        transactionId=TRANSACTION.hex().upper(),
        serverSigned1=base64(server_signed1(**changes)),
        serverSignature1=base64(tlv.encode(0x5F37, SIGNATURE)),
        euiccCiPKIdToBeUsed=base64(tlv.encode(0x04, KEY_ID)),
        serverCertificate=base64(CERTIFICATE),
    )


def offer(
    offered: rsp.StoreMetadataRequest | None = None,
    *,
    code_required: bool = False,
    transaction: bytes = TRANSACTION,
) -> dict[str, Any]:
    signed = rsp.SmdpSigned2(transaction_id=transaction, cc_required_flag=code_required)
    return success(
        transactionId=TRANSACTION.hex(),
        profileMetadata=base64(offered or metadata()),
        smdpSigned2=base64(signed),
        smdpSignature2=base64(tlv.encode(0x5F37, SIGNATURE)),
        smdpCertificate=base64(CERTIFICATE),
    )
