"""Compact messages of IPAs that save bytes, SGP.32 5.14: made whole again before they go to SM-DP+ or SM-DS.

The eUICC signed the whole structures. What is left out, the eIM has seen in the session, or learned of the eUICC.
"""

from __future__ import annotations

from typing import TypeVar

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1 import Asn1Error, BitString, Message
from asn1.generated import rsp, sgp32
from euicc.crypto.certificates import SERIAL_NUMBER, Certificate, CertificateError
from euicc.testing.eim.records import Euicc, State
from euicc.testing.eim.sessions import Session

T = TypeVar("T")
M = TypeVar("M", bound=Message)

_COMPACT = 0xA2
_COMPACT_INSTALLATION, _COMPACT_OTHER = 0xA0, 0xA1
_EXT_CARD_RESOURCE, _EUICC_INFO2, _SEQUENCE, _EID = 0x84, 0xBF22, 0x30, 0x5A
_ISD_P, _LAST = bytes.fromhex("A0000005591010FFFFFFFF8900"), b"\x00"
_SIMA_SUCCESS = bytes.fromhex("3007A0053003800100")
_EUICC_CERTIFICATE_IN_OTHER = 2


class NotExpandable(Exception):
    """The message is malformed, or something that it leaves out is not known here."""


def authenticate_server_response(session: Session, encoded: bytes) -> bytes:
    """AuthenticateServerResponse (BF38) in full; NotExpandable."""
    compacted = _compacted(encoded, sgp32.AuthenticateServerResponse)
    if compacted is None:
        return encoded
    short = compacted.compact_authenticate_response_ok
    assert short is not None
    signed = short.signed_data
    full = rsp.AuthenticateResponseOk(
        euicc_signed1=_signed1(session, signed),
        euicc_signature1=short.euicc_signature1,
        euicc_certificate=_known(short.euicc_certificate or _of(session, "euicc_certificate")),
        eum_certificate=_known(short.eum_certificate or _of(session, "eum_certificate")),
    )
    return rsp.AuthenticateServerResponse(authenticate_response_ok=full).encode()


def prepare_download_response(session: Session, encoded: bytes) -> bytes:
    """PrepareDownloadResponse (BF21) in full; NotExpandable."""
    compacted = _compacted(encoded, sgp32.PrepareDownloadResponse)
    if compacted is None:
        return encoded
    short = compacted.compact_download_response_ok
    assert short is not None
    offered = session.smdp_signed2.bpp_euicc_otpk if session.smdp_signed2 is not None else None
    signed = rsp.EUICCSigned2(
        transaction_id=session.transaction_id,
        euicc_otpk=_known(short.compact_euicc_signed2.euicc_otpk or offered),
        hash_cc=short.compact_euicc_signed2.hash_cc,
    )
    full = rsp.PrepareDownloadResponseOk(euicc_signed2=signed, euicc_signature2=short.euicc_signature2)
    return rsp.PrepareDownloadResponse(download_response_ok=full).encode()


def cancel_session_response(session: Session, encoded: bytes) -> bytes:
    """CancelSessionResponse (BF41) in full; NotExpandable."""
    compacted = _compacted(encoded, sgp32.CancelSessionResponse)
    if compacted is None:
        return encoded
    short = compacted.compact_cancel_session_response_ok
    assert short is not None
    reason = short.compact_euicc_cancel_session_signed.reason
    signed = rsp.EuiccCancelSessionSigned(
        transaction_id=session.transaction_id,
        smdp_oid=_known(session.server_oid),
        reason=session.cancel_reason if reason is None else reason,
    )
    full = rsp.CancelSessionResponseOk(
        euicc_cancel_session_signed=signed,
        euicc_cancel_session_signature=short.euicc_cancel_session_signature,
    )
    return rsp.CancelSessionResponse(cancel_session_response_ok=full).encode()


def notification(state: State, euicc: Euicc | None, encoded: bytes) -> bytes | None:
    """A compact PendingNotification in full; None for others, and where something is not known here."""
    try:
        short = sgp32.PendingNotification.decode(encoded)
        if short.compact_profile_installation_result is not None:
            return _installation_result(state, short.compact_profile_installation_result)
        if short.compact_other_signed_notification is not None:
            return _other(euicc, short.compact_other_signed_notification)
    except (Asn1Error, NotExpandable):
        return None
    return None


def euicc_of(state: State, encoded: bytes) -> Euicc | None:
    """Whose notification it is, where no EID comes with it: by EID, certificate or session."""
    try:
        outer = tlv.parse(encoded)
        if outer.tag == _COMPACT_OTHER:
            return state.euiccs.get(outer.find(_EID) or b"")
        if outer.tag == _SEQUENCE:
            return state.euiccs.get(eid_of(outer.children()[_EUICC_CERTIFICATE_IN_OTHER].encoded))
        path = (0xA0, 0x80) if outer.tag == _COMPACT_INSTALLATION else (0xBF27, 0x80)
        session = state.sessions.get(outer.find(*path) or b"")
    except (TlvError, IndexError):
        return None
    return session.euicc if session is not None else None


def eid_of(certificate: bytes) -> bytes:
    """The EID that a certificate names, not verified; empty if it names none."""
    try:
        return bytes.fromhex(Certificate.parse(certificate).subject_value(SERIAL_NUMBER) or "")
    except (CertificateError, ValueError):
        return b""


def _installation_result(state: State, short: sgp32.CompactProfileInstallationResult) -> bytes:
    data = short.compact_profile_installation_result_data
    session = _known(state.sessions.get(data.transaction_id))
    announced = None if session.metadata is None else tlv.find(session.metadata, 0xBF25, 0x5A)
    metadata = rsp.NotificationMetadata(
        seq_number=data.seq_number,
        profile_management_operation=BitString.of(rsp.NotificationEvent.NOTIFICATION_INSTALL),
        notification_address=session.server_signed1.server_address,
        iccid=_known(announced) if data.iccid_present else None,
    )
    full = rsp.ProfileInstallationResultData(
        transaction_id=data.transaction_id,
        notification_metadata=metadata,
        smdp_oid=_known(session.server_oid),
        final_result=_final_result(data.compact_final_result),
    )
    return rsp.ProfileInstallationResult(
        profile_installation_result_data=full, euicc_sign_pir=short.euicc_sign_pir
    ).encode()


def _final_result(
    short: sgp32.CompactProfileInstallationResultData.CompactFinalResult,
) -> rsp.ProfileInstallationResultData.FinalResult:
    success = short.compact_success_result
    if success is None:
        return rsp.ProfileInstallationResultData.FinalResult(error_result=short.error_result)
    full = rsp.SuccessResult(
        aid=_ISD_P + success.compact_aid + _LAST, sima_response=success.sima_response or _SIMA_SUCCESS
    )
    return rsp.ProfileInstallationResultData.FinalResult(success_result=full)


def _other(euicc: Euicc | None, short: sgp32.CompactOtherSignedNotification) -> bytes:
    known = _known(euicc)
    return rsp.OtherSignedNotification(
        tbs_other_notification=short.tbs_other_notification,
        euicc_notification_signature=short.euicc_notification_signature,
        euicc_certificate=_known(known.euicc_certificate),
        eum_certificate=_known(known.eum_certificate),
    ).encode()


def _signed1(session: Session, signed: sgp32.CompactAuthenticateResponseOk.SignedData) -> rsp.EuiccSigned1:
    if signed.euicc_signed1 is not None:
        return rsp.EuiccSigned1.decode(signed.euicc_signed1.encode())
    short = signed.compact_euicc_signed1
    assert short is not None
    server = session.server_signed1
    return rsp.EuiccSigned1(
        transaction_id=session.transaction_id,
        server_address=server.server_address,
        server_challenge=server.server_challenge,
        euicc_info2=_info2(session, short.ext_card_resource),
        ctx_params1=_known(short.ctx_params1 or session.ctx_params1),
    )


def _info2(session: Session, ext_card_resource: bytes) -> rsp.EUICCInfo2:
    """EUICCInfo2 as it was told last, with the free memory of now."""
    elements = tlv.parse(_known(_known(session.euicc).data.info2)).children()
    return rsp.EUICCInfo2.decode(
        tlv.encode(_EUICC_INFO2, *(_replaced(each, ext_card_resource) for each in elements))
    )


def _replaced(element: Tlv, ext_card_resource: bytes) -> bytes:
    return (
        tlv.encode(element.tag, ext_card_resource) if element.tag == _EXT_CARD_RESOURCE else element.encoded
    )


def _of(session: Session, name: str) -> bytes | None:
    """A certificate of the session's eUICC."""
    known: bytes | None = getattr(session.euicc, name, None)
    return known


def _known(value: T | None) -> T:
    if value is None:
        raise NotExpandable("what the compact message leaves out is not known here")
    return value


def _compacted(encoded: bytes, kind: type[M]) -> M | None:
    """The message if it is a compact one; NotExpandable when it is malformed."""
    try:
        (arm,) = tlv.parse(encoded).children()
        return kind.decode(encoded) if arm.tag == _COMPACT else None
    except (TlvError, ValueError, Asn1Error) as error:
        raise NotExpandable(str(error)) from None
