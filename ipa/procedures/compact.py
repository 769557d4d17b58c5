"""minimizeEsipaBytes, SGP.32 4.1 and 5.14: what the eIM has already got is left out; it puts it back in.

The card's signatures cover the full structures. What an eIM has got is remembered when it was delivered.
"""

from __future__ import annotations

from collections.abc import Iterable

from apdu import tlv
from asn1.generated import rsp, sgp32
from ipa.servers.esipa import Link
from ipa.steps import Procedure, recall

OK, COMPACT_OK = 0xA0, 0xA2
SEQUENCE, OCTET_STRING, SIGNATURE, OTPK, EID = 0x30, 0x04, 0x5F37, 0x5F49, 0x5A
INFO1, INFO2 = rsp.EUICCInfo1.TAG, sgp32.EUICCInfo2.TAG
EUM_CERTIFICATE, EUICC_CERTIFICATE = 0xA5, 0xA6
REUSABLE = (INFO1, INFO2, EUM_CERTIFICATE, EUICC_CERTIFICATE)
EXT_CARD_RESOURCE, CTX_PARAMS = 0x84, 0xA2
COMPACT_SIGNED1, COMPACT_EUICC_CERTIFICATE, COMPACT_EUM_CERTIFICATE = 0xA0, 0xA1, 0xA2
COMPACT_INSTALLATION_RESULT, COMPACT_NOTIFICATION = 0xA0, 0xA1
COMPACT_DATA, FINAL_RESULT, TRANSACTION_ID, SEQ_NUMBER = 0xA0, 0xA2, 0x80, 0x80
SIGNED_REASON, REASON = 0x82, 0x80
BOOLEAN, INTEGER, AID, ICCID = 0x01, 0x02, 0x4F, 0x5A
AID_BEGINNING, AID_END = bytes.fromhex("A0000005591010FFFFFFFF8900"), b"\x00"
NOTIFICATION_METADATA = rsp.NotificationMetadata.TAG
SIMA_OK = bytes.fromhex("3007A0053003800100")
"""The simaResponse of a profile without remarks: left out."""


def told(link: Link) -> Procedure[frozenset[int]]:
    """Tags of what this eIM has got from this IPA; nothing when bytes are not to be saved."""
    if not link.settings.minimise:
        return frozenset()
    state = yield from recall(link.eid)
    return frozenset(state.told.get(link.eim.id, ()))


def notifications(link: Link, found: Iterable[bytes]) -> Procedure[tuple[bytes, ...]]:
    """PendingNotifications, as short as the eIM can read them."""
    known = yield from told(link)
    return tuple(notification(each, known) for each in found)


def notification(pending: bytes, known: frozenset[int], eid: bytes = b"") -> bytes:
    """One PendingNotification without the certificates, SGP.32 5.14.7, when the eIM has got them.

    `eid`: for a message that does not say otherwise whose it is.
    """
    whole = tlv.parse(pending)
    if whole.tag != SEQUENCE or not {EUM_CERTIFICATE, EUICC_CERTIFICATE} <= known:
        return pending
    kept = [part.encoded for part in whole.children() if part.tag in (NOTIFICATION_METADATA, SIGNATURE)]
    return tlv.encode(COMPACT_NOTIFICATION, tlv.encode(EID, eid) if eid else b"", *kept)


def installation_result(result: bytes) -> bytes:
    """A ProfileInstallationResult for the eIM that relayed its session, SGP.32 5.14.7; as it is if it is unusual."""
    data, signature = tlv.parse(result).children()
    parts = {part.tag: part for part in data.children()}
    final = _final_result(parts[FINAL_RESULT])
    if final is None:
        return result
    metadata = {part.tag: part.value for part in parts[NOTIFICATION_METADATA].children()}
    compact = tlv.encode(
        COMPACT_DATA,
        parts[TRANSACTION_ID].encoded,
        tlv.encode(INTEGER, metadata[SEQ_NUMBER]),
        b"" if ICCID in metadata else tlv.encode(BOOLEAN, b"\x00"),
        final,
    )
    return tlv.encode(COMPACT_INSTALLATION_RESULT, compact, signature.encoded)


def _final_result(final: tlv.Tlv) -> bytes | None:
    """compactFinalResult; None when the AID is not of the usual form."""
    (arm,) = final.children()
    if arm.tag != OK:
        return final.encoded
    success = {part.tag: part.value for part in arm.children()}
    aid, sima = success[AID], success.get(OCTET_STRING, b"")
    if aid != AID_BEGINNING + aid[13:15] + AID_END:
        return None
    short = tlv.encode(AID, aid[13:15])
    return tlv.encode(
        FINAL_RESULT, tlv.encode(OK, short, b"" if sima == SIMA_OK else tlv.encode(OCTET_STRING, sima))
    )


def authenticate_response(response: bytes, known: frozenset[int], context_from_eim: bool) -> bytes:
    """compactAuthenticateResponseOk, SGP.32 5.14.3, of what the card answered; an error stays as it is."""
    (arm,) = tlv.parse(response).children()
    if arm.tag != OK or not known:
        return response
    signed1, signature, euicc, eum = arm.children()
    data = _compact_signed1(signed1, context_from_eim) if INFO2 in known else signed1.encoded
    return tlv.encode(
        tlv.parse(response).tag,
        tlv.encode(
            COMPACT_OK,
            data,
            signature.encoded,
            b"" if EUICC_CERTIFICATE in known else tlv.encode(COMPACT_EUICC_CERTIFICATE, euicc.value),
            b"" if EUM_CERTIFICATE in known else tlv.encode(COMPACT_EUM_CERTIFICATE, eum.value),
        ),
    )


def _compact_signed1(signed1: tlv.Tlv, context_from_eim: bool) -> bytes:
    resources = signed1.find(INFO2, EXT_CARD_RESOURCE) or b""
    context = b"" if context_from_eim else signed1.children()[-1].encoded
    return tlv.encode(
        COMPACT_SIGNED1,
        tlv.encode(EXT_CARD_RESOURCE, resources),
        tlv.encode(CTX_PARAMS, context) if context else b"",
    )


def download_response(response: bytes, reused_otpk: bytes | None) -> bytes:
    """compactDownloadResponseOk, SGP.32 5.14.2; `reused_otpk`: the bppEuiccOtpk that the SM-DP+ offered."""
    (arm,) = tlv.parse(response).children()
    if arm.tag != OK:
        return response
    signed2, signature = arm.children()
    kept = [
        part.encoded
        for part in signed2.children()
        if part.tag == OCTET_STRING or (part.tag == OTPK and part.value != reused_otpk)
    ]
    return _compact(response, tlv.encode(SEQUENCE, *kept), signature.encoded)


def cancel_response(response: bytes) -> bytes:
    """compactCancelSessionResponseOk, SGP.32 5.14.8."""
    (arm,) = tlv.parse(response).children()
    if arm.tag != OK:
        return response
    signed, signature = arm.children()
    reasons = [tlv.encode(REASON, part.value) for part in signed.children() if part.tag == SIGNED_REASON]
    return _compact(response, tlv.encode(SEQUENCE, *reasons), signature.encoded)


def _compact(response: bytes, *parts: bytes) -> bytes:
    return tlv.encode(tlv.parse(response).tag, tlv.encode(COMPACT_OK, *parts))
