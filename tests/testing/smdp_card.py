"""A card and its device as an SM-DP+ sees them, written for these tests from the standard alone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from asn1 import BitString
from asn1.generated import rsp
from euicc.crypto import ecdsa, ecka
from euicc.crypto.bsp import Bsp
from euicc.crypto.certificates import Certificate
from euicc.identity import Credential, Identity
from euicc.testing.smdp import SmDpPlus

Json = dict[str, Any]
Change = Callable[[Any], Any]

INFO2_FIELDS: dict[str, Any] = {
    "profile_version": bytes((2, 3, 1)),
    "svn": bytes((2, 5, 0)),
    "euicc_firmware_ver": bytes((1, 0, 0)),
    "ext_card_resource": tlv.encode(0x81, b"\0")
    + tlv.encode(0x82, bytes((4, 0, 0)))
    + tlv.encode(0x83, b"\x10\0"),
    "uicc_capability": BitString.of(1, 2),
    "rsp_capability": BitString.of(0),
    "pp_version": bytes((1, 0, 0)),
    "sas_acreditation_number": "TEST",
}


class Refusal(Exception):
    """The server answered "Failed"; the text is "subject/reason"."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str) -> bytes:
    return base64.b64decode(text)


def signature(data: bytes) -> bytes:
    return tlv.encode(0x5F37, data)


def cc_hash(code: str, transaction_id: bytes) -> bytes:
    return sha256(sha256(code.encode()).digest() + transaction_id).digest()


@dataclass
class ScriptedCard:
    """Plays one session after another. A test may replace any field between the steps."""

    server: SmDpPlus
    identity: Identity
    matching_id: str | None = None
    info2: Json = field(default_factory=dict)
    verification: tuple[bytes, ...] | None = None
    signing: tuple[bytes, ...] | None = None
    address: str = ""
    challenge: bytes = bytes(range(16))
    otsk: ec.EllipticCurvePrivateKey | None = None
    euicc_certificate: bytes | None = None
    eum_certificate: bytes | None = None
    svn: bytes = bytes((2, 5, 0))
    transaction_id: bytes = b""
    initiated: Json = field(default_factory=dict)
    offered: Json = field(default_factory=dict)
    euicc_signature1: bytes = b""

    def call(self, function: str, **request: Any) -> Json:
        response = self.server.handle(function, request)
        execution = response["header"]["functionExecutionStatus"]
        if execution["status"] == "Failed":
            data = execution["statusCodeData"]
            assert data["message"]
            raise Refusal(f"{data['subjectCode']}/{data['reasonCode']}")
        assert execution == {"status": "Executed-Success"}
        return response

    @property
    def skis(self) -> tuple[bytes, ...]:
        return tuple(each.ski for each in self.identity.trusted)

    @property
    def credential(self) -> Credential:
        """The one that the server asked for."""
        asked = unb64(self.initiated["euiccCiPKIdToBeUsed"])
        assert asked[:2] == b"\x04\x14"
        found = self.identity.credential(asked[2:])
        assert found is not None
        return found

    @property
    def hex_id(self) -> str:
        return self.transaction_id.hex().upper()

    def initiate(self) -> Json:
        info1 = rsp.EUICCInfo1(
            svn=self.svn,
            euicc_ci_pk_id_list_for_verification=self.verification or self.skis,
            euicc_ci_pk_id_list_for_signing=self.signing or self.skis,
        )
        self.initiated = self.call(
            "initiateAuthentication",
            euiccChallenge=b64(self.challenge),
            euiccInfo1=b64(info1.encode()),
            smdpAddress=self.address or self.server.address,
        )
        self.transaction_id = bytes.fromhex(self.initiated["transactionId"])
        return self.initiated

    def signed1(self, **changes: Any) -> rsp.EuiccSigned1:
        server = rsp.ServerSigned1.decode(unb64(self.initiated["serverSigned1"]))
        lists: Json = {
            "euicc_ci_pk_id_list_for_verification": self.skis,
            "euicc_ci_pk_id_list_for_signing": self.skis,
        }
        device = rsp.DeviceInfo(tac=bytes(4), device_capabilities=rsp.DeviceCapabilities())
        context = rsp.CtxParamsForCommonAuthentication(matching_id=self.matching_id, device_info=device)
        fields: Json = {
            "transaction_id": server.transaction_id,
            "server_address": server.server_address,
            "server_challenge": server.server_challenge,
            "euicc_info2": rsp.EUICCInfo2(**{**INFO2_FIELDS, **lists, **self.info2}),
            "ctx_params1": rsp.CtxParams1(ctx_params_for_common_authentication=context),
        }
        return rsp.EuiccSigned1(**{**fields, **changes})

    def authenticate_response(self, alter: Change | None = None, **changes: Any) -> bytes:
        """`changes` before the card signs, `alter` the signature."""
        credential = self.credential
        signed = self.signed1(**changes)
        self.euicc_signature1 = (alter or (lambda data: data))(credential.sign(signed.encode()))
        ok = rsp.AuthenticateResponseOk(
            euicc_signed1=signed,
            euicc_signature1=self.euicc_signature1,
            euicc_certificate=self.euicc_certificate or credential.euicc_certificate,
            eum_certificate=self.eum_certificate or credential.eum_certificate,
        )
        return rsp.AuthenticateServerResponse(authenticate_response_ok=ok).encode()

    def authenticate(self, alter: Change | None = None, transaction_id: str = "", **changes: Any) -> Json:
        self.offered = self.call(
            "authenticateClient",
            transactionId=transaction_id or self.hex_id,
            authenticateServerResponse=b64(self.authenticate_response(alter, **changes)),
        )
        return self.offered

    @property
    def smdp_signed2(self) -> rsp.SmdpSigned2:
        return rsp.SmdpSigned2.decode(unb64(self.offered["smdpSigned2"]))

    def prepare_response(self, code: str | None = None, alter: Change | None = None, **changes: Any) -> bytes:
        pb = Certificate.parse(unb64(self.offered["smdpCertificate"]))
        self.otsk = self.otsk or ec.generate_private_key(pb.curve.ec)
        fields: Json = {
            "transaction_id": self.transaction_id,
            "euicc_otpk": ecka.point(self.otsk.public_key()),
            "hash_cc": None if code is None else cc_hash(code, self.transaction_id),
        }
        signed = rsp.EUICCSigned2(**{**fields, **changes})
        covered = signed.encode() + unb64(self.offered["smdpSignature2"])
        signed_by_card = (alter or (lambda data: data))(self.credential.sign(covered))
        ok = rsp.PrepareDownloadResponseOk(euicc_signed2=signed, euicc_signature2=signed_by_card)
        return rsp.PrepareDownloadResponse(download_response_ok=ok).encode()

    def download(self, code: str | None = None, alter: Change | None = None, **changes: Any) -> bytes:
        response = self.call(
            "getBoundProfilePackage",
            transactionId=self.hex_id,
            prepareDownloadResponse=b64(self.prepare_response(code, alter, **changes)),
        )
        assert response["transactionId"] == self.hex_id
        return unb64(response["boundProfilePackage"])

    def run(self, code: str | None = None) -> bytes:
        """A whole session up to the bound package."""
        self.initiate()
        self.authenticate()
        return self.download(code)

    def installation_result(self, error: int | None = None, **changes: Any) -> bytes:
        final: Json = (
            {"success_result": rsp.SuccessResult(aid=bytes(16), sima_response=b"\x30\0")}
            if error is None
            else {"error_result": rsp.ErrorResult(bpp_command_id=5, error_reason=error)}
        )
        fields: Json = {
            "transaction_id": self.transaction_id,
            "notification_metadata": notification(0, 1, self.server.address),
            "smdp_oid": self.server_oid,
            "final_result": rsp.ProfileInstallationResultData.FinalResult(**final),
        }
        data = rsp.ProfileInstallationResultData(**{**fields, **changes})
        result = rsp.ProfileInstallationResult(
            profile_installation_result_data=data, euicc_sign_pir=self.credential.sign(data.encode())
        )
        return result.encode()

    @property
    def server_oid(self) -> str:
        return Certificate.parse(unb64(self.initiated["serverCertificate"])).subject_alt_oid or ""

    def other_notification(self, event: int, number: int, alter: Change | None = None) -> bytes:
        metadata = notification(event, number, self.server.address)
        signed = (alter or (lambda data: data))(self.credential.sign(metadata.encode()))
        return rsp.OtherSignedNotification(
            tbs_other_notification=metadata,
            euicc_notification_signature=signed,
            euicc_certificate=self.credential.euicc_certificate,
            eum_certificate=self.credential.eum_certificate,
        ).encode()

    def notify(self, pending: bytes) -> None:
        assert self.server.handle("handleNotification", {"pendingNotification": b64(pending)}) == {}

    def cancel(self, reason: int, alter: Change | None = None, **changes: Any) -> Json:
        fields: Json = {"transaction_id": self.transaction_id, "smdp_oid": self.server_oid, "reason": reason}
        signed = rsp.EuiccCancelSessionSigned(**{**fields, **changes})
        signed_by_card = (alter or (lambda data: data))(self.credential.sign(signed.encode()))
        ok = rsp.CancelSessionResponseOk(
            euicc_cancel_session_signed=signed, euicc_cancel_session_signature=signed_by_card
        )
        answer = rsp.CancelSessionResponse(cancel_session_response_ok=ok)
        return self.call(
            "cancelSession", transactionId=self.hex_id, cancelSessionResponse=b64(answer.encode())
        )

    def unwrap(self, package: bytes) -> Unwrapped:
        """Reads a bound package as the card would."""
        assert self.otsk is not None
        initialise, *rest = tlv.parse(package).children()
        request = rsp.InitialiseSecureChannelRequest.decode(initialise.encoded)
        template = request.control_ref_template
        curve = Certificate.parse(unb64(self.offered["smdpCertificate"])).curve
        secret = ecka.agree(self.otsk, ecka.from_point(curve, request.smdp_otpk))
        stream = Bsp.from_session(
            secret, template.key_type[0], template.key_len[0], template.host_id, self.identity.eid
        )
        parts = {part.tag: part.children() for part in rest}
        first = b"".join(stream.unprotect(each.encoded) for each in parts[0xA0])
        metadata = b"".join(stream.unprotect(each.encoded) for each in parts[0xA1])
        replaced = b"".join(stream.unprotect(each.encoded) for each in parts.get(0xA2, []))
        if replaced:
            keys = rsp.ReplaceSessionKeysRequest.decode(replaced)
            stream = Bsp(keys.initial_mac_chaining_value, keys.ppk_enc, keys.ppk_cmac)
        profile = b"".join(stream.unprotect(each.encoded) for each in parts[0xA3])
        sizes = {tag: [len(each.encoded) for each in children] for tag, children in parts.items()}
        return Unwrapped(request, first, metadata, replaced, profile, sizes)


@dataclass(frozen=True)
class Unwrapped:
    """What was in a bound package: the BF23, the plaintexts, and the lengths of the segments by part."""

    initialise: rsp.InitialiseSecureChannelRequest
    configuration: bytes
    metadata: bytes
    keys: bytes
    profile: bytes
    sizes: dict[int, list[int]]


def notification(event: int, number: int, address: str) -> rsp.NotificationMetadata:
    return rsp.NotificationMetadata(
        seq_number=number, profile_management_operation=BitString.of(event), notification_address=address
    )


def verified(key: ec.EllipticCurvePublicKey, signature_tlv: bytes, data: bytes) -> bool:
    return ecdsa.verify(key, tlv.parse(signature_tlv).value, data)
