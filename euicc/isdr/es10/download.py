"""ES10b functions of the profile download, SGP.22 3.1.3: PrepareDownload and LoadBoundProfilePackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, status, tlv
from asn1.generated import rsp
from euicc.crypto import chain, ecdsa
from euicc.crypto.certificates import Certificate, CertificateError, CertificateFault, Role
from euicc.isdr import bpp, installation, one_time_key
from euicc.isdr.functions import Function
from euicc.isdr.session import Authenticated, Loading, Prepared
from euicc.refusals import Reason, Refused
from euicc.runtime.nvm import NvmFull

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

_SIGNATURE = 0x5F37
_NO_ROOM = rsp.ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE

PREPARE_REFUSALS = {
    Reason.INVALID_CERTIFICATE: rsp.DownloadErrorCode.INVALID_CERTIFICATE,
    Reason.INVALID_SIGNATURE: rsp.DownloadErrorCode.INVALID_SIGNATURE,
    Reason.UNSUPPORTED_CURVE: rsp.DownloadErrorCode.UNSUPPORTED_CURVE,
    Reason.NO_SESSION: rsp.DownloadErrorCode.NO_SESSION_CONTEXT,
    Reason.TRANSACTION_ID: rsp.DownloadErrorCode.INVALID_TRANSACTION_ID,
}
"""A confirmation code that is required and missing has no code of its own: undefinedError."""


def prepare_download(isdr: IsdR, request: rsp.PrepareDownloadRequest) -> rsp.PrepareDownloadResponse:
    """ES10b.PrepareDownload, SGP.22 5.7.5: checks the SM-DP+'s order and offers a one-time key to bind it to.

    The first check that fails gives the code: session, certificate, curve, signature, transactionId, confirmation
    code. The signature is checked over smdpSigned2 as received and the euiccSignature1 of this session.
    """
    session = isdr.session
    if not isinstance(session, Authenticated) or session.role is not Role.DP_AUTH:
        raise Refused(Reason.NO_SESSION)
    server = _binding_certificate(isdr, session, request.smdp_certificate)
    signed = request.smdp_signed2
    covered = signed.encoded + signature_object(session.euicc_signature1)
    if not ecdsa.verify(server.public_key, request.smdp_signature2, covered):
        raise Refused(Reason.INVALID_SIGNATURE)
    if signed.transaction_id != session.transaction_id:
        raise Refused(Reason.TRANSACTION_ID)
    if signed.cc_required_flag and request.hash_cc is None:
        raise Refused(Reason.CONFIRMATION_CODE)
    return _offer(isdr, session, server, request)


def _binding_certificate(isdr: IsdR, session: Authenticated, der: bytes) -> Certificate:
    """CERT.DPpb: of the SM-DP+ that authenticated, under the same CI."""
    anchors = [anchor for anchor in isdr.identity.trusted if anchor.ski == session.anchor_ski]
    try:
        certificate = Certificate.parse(der)
        chain.verify_server(certificate, anchors, (Role.DP_PB,), entity=session.server_oid)
    except CertificateError as error:
        unsupported = error.fault is CertificateFault.UNSUPPORTED_CURVE
        reason = Reason.UNSUPPORTED_CURVE if unsupported else Reason.INVALID_CERTIFICATE
        raise Refused(reason) from error
    return certificate


def _offer(
    isdr: IsdR, session: Authenticated, server: Certificate, request: rsp.PrepareDownloadRequest
) -> rsp.PrepareDownloadResponse:
    key = one_time_key.obtain(
        isdr.nvm, isdr.env, server.curve, session.server_oid, request.smdp_signed2.bpp_euicc_otpk
    )
    signed = rsp.EUICCSigned2(
        transaction_id=session.transaction_id, euicc_otpk=key.point, hash_cc=request.hash_cc
    ).sealed()
    signature = session.credential.sign(signed.encoded + signature_object(request.smdp_signature2))
    isdr.session = Prepared(authenticated=session, dp_pb=server.der, one_time_key=key)
    return rsp.PrepareDownloadResponse(
        download_response_ok=rsp.PrepareDownloadResponseOk(euicc_signed2=signed, euicc_signature2=signature)
    )


def _prepare_refused(request: rsp.PrepareDownloadRequest, code: int) -> rsp.PrepareDownloadResponse:
    return rsp.PrepareDownloadResponse(
        download_response_error=rsp.PrepareDownloadResponseError(
            transaction_id=request.smdp_signed2.transaction_id, download_error_code=code
        )
    )


def load_bound_profile_package(isdr: IsdR, piece: bytes) -> bytes:
    """ES10b.LoadBoundProfilePackage, SGP.22 5.7.6: one piece of a bound profile package.

    Empty until the profile is installed or refused; then a ProfileInstallationResult (BF37), which is also kept as a
    notification. StatusError 6985: no session, or not the moment for this TLV.
    """
    session = isdr.session
    try:
        if isinstance(session, Prepared):
            return _begin(isdr, session, piece)
        if isinstance(session, Loading):
            return _continue(isdr, session, piece)
    except bpp.LoadRefused as refusal:
        return installation.refuse(isdr, refusal)
    except NvmFull:
        return installation.refuse(isdr, _no_room(isdr))
    raise StatusError(status.CONDITIONS_NOT_SATISFIED)


def _no_room(isdr: IsdR) -> bpp.LoadRefused:
    loading = isdr.session
    command = (
        loading.loader.command if isinstance(loading, Loading) else bpp.BppCommand.INITIALISE_SECURE_CHANNEL
    )
    return bpp.LoadRefused(command, _NO_ROOM)


def _begin(isdr: IsdR, session: Prepared, piece: bytes) -> bytes:
    """The header of the package and InitialiseSecureChannel; what follows them may come in the same piece."""
    # The handlers of profile elements are not needed before a profile comes.
    from euicc.isdr import es8

    if bpp.first_tag(piece) != bpp.BOUND_PROFILE_PACKAGE:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    length, first, rest = bpp.open_package(piece)
    channel = es8.initialise_secure_channel(isdr, session, first)
    loader = es8.Loader(isdr, session, channel, bpp.BppStream(length - len(first)))
    isdr.session = loading = Loading(prepared=session, loader=loader)
    installation.record(isdr, loading)
    return _continue(isdr, loading, rest) if rest else b""


def _continue(isdr: IsdR, session: Loading, piece: bytes) -> bytes:
    loader = session.loader
    stage = loader.command, loader.iccid
    if loader.feed(piece):
        return installation.conclude(isdr, session)
    if stage != (loader.command, loader.iccid):
        installation.record(isdr, session)
    return b""


def signature_object(signature: bytes) -> bytes:
    """A signature as the data object 5F37, the form in which the next signature covers it."""
    return tlv.encode(_SIGNATURE, signature)


FUNCTIONS = (
    Function(
        rsp.PrepareDownloadRequest.TAG,
        rsp.PrepareDownloadRequest,
        prepare_download,
        refusals=PREPARE_REFUSALS,
        refuse=_prepare_refused,
    ),
    *(Function(tag, None, load_bound_profile_package) for tag in sorted(bpp.TAGS)),
)
