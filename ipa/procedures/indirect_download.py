"""Indirect profile download, SGP.32 3.2.3.2: the eIM stands between card and SM-DP+; the card notices nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from asn1 import Asn1Error
from asn1.generated import rsp, sgp32
from ipa import es10, es10_iot
from ipa.errors import (
    EimRefused,
    IpaError,
    ServerAnswerInvalid,
    ServerMismatch,
    ServerUnreachable,
    TlsUntrusted,
)
from ipa.procedures import compact, delivery, device, download, install
from ipa.procedures.certificate import registered_ids
from ipa.servers import esipa
from ipa.servers.esipa import Link
from ipa.settings import Features
from ipa.steps import Procedure, Stage, progress

Reason = rsp.CancelSessionReason
KEY_IDENTIFIER_LENGTH = 20
_NOTHING_TO_CANCEL = (ServerUnreachable, TlsUntrusted)
# What the eIM has found out on the IPA's behalf, and the card is to know.
_EIM_REASONS = {
    (
        esipa.AUTHENTICATE_CLIENT,
        sgp32.AuthenticateClientResponseEsipa.AuthenticateClientErrorEsipa.PPR_NOT_ALLOWED,
    ): Reason.PPR_NOT_ALLOWED,
    (
        esipa.GET_BOUND_PROFILE_PACKAGE,
        sgp32.GetBoundProfilePackageResponseEsipa.GetBoundProfilePackageErrorEsipa.METADATA_MISMATCH,
    ): Reason.METADATA_MISMATCH,
}


@dataclass(frozen=True)
class Source:
    """Where the profile is, as far as the IPA knows: with eimDownloadDataHandling the eIM knows, the IPA does not."""

    address: str | None = None
    matching_id: str = ""
    smdp_oid: str | None = None


@dataclass(frozen=True)
class _Session:
    """An RSP session in which the card has accepted the server that the eIM stands for."""

    link: Link
    transaction: bytes
    response: bytes
    info2: rsp.EUICCInfo2


def obtain(
    link: Link,
    source: Source,
    eim_transaction: bytes | None,
    opened: Callable[[bytes], Procedure[None]],
) -> Procedure[bytes | sgp32.ProfileDownloadTriggerRequest | None]:
    """Download and installation through the eIM up to the card's signed result, BF37, good or bad.

    Or what an SM-DS behind the eIM knows: another trigger, or None. `opened` is run with the transactionId once the
    card has accepted the server. IpaError; the session is cancelled then.
    """
    yield from progress(Stage.AUTHENTICATING)
    session = yield from _authenticate(link, source, eim_transaction)
    try:
        yield from opened(session.transaction)
        return (yield from _in_session(session))
    except IpaError as error:
        yield from _cancel(session, error)
        raise


def _authenticate(link: Link, source: Source, eim_transaction: bytes | None) -> Procedure[_Session]:
    known = yield from compact.told(link)
    info1 = None
    if compact.INFO1 not in known:
        info1 = yield from es10_iot.get_euicc_info(rsp.GetEuiccInfo1Request())
    challenge = (yield from es10.get_euicc_challenge(rsp.GetEuiccChallengeRequest())).euicc_challenge
    server = yield from delivery.patiently(
        link.settings,
        lambda: esipa.initiate_authentication(link, challenge, source.address, info1, eim_transaction),
    )
    _check_server(source, server)
    signing_ci = yield from _key_identifier(server.euicc_ci_pk_identifier_to_be_used)
    given = _given_context(link, server)
    response = yield from es10.authenticate_server(
        rsp.AuthenticateServerRequest(
            server_signed1=server.server_signed1,
            server_signature1=server.server_signature1,
            euicc_ci_pk_id_to_be_used=signing_ci,
            server_certificate=server.server_certificate,
            ctx_params1=given or _own_context(link, server.matching_id or source.matching_id),
        )
    )
    ok = response.authenticate_response_ok
    if ok is None:
        raise ServerAnswerInvalid(es10.authenticate_server.name, "neither ok nor error")
    message = compact.authenticate_response(response.encode(), known, given is not None)
    return _Session(link, server.server_signed1.transaction_id, message, ok.euicc_signed1.euicc_info2)


def _key_identifier(beginning: bytes) -> Procedure[bytes]:
    """The key identifier of the card's signing list that begins so: ESipa may carry only its beginning."""
    if len(beginning) == KEY_IDENTIFIER_LENGTH:
        return beginning
    listed = (yield from device.get_info1()).euicc_ci_pk_id_list_for_signing
    return next((each for each in listed if each.startswith(beginning)), beginning)


def _check_server(source: Source, server: sgp32.InitiateAuthenticationOkEsipa) -> None:
    signed = server.server_signed1
    if server.transaction_id not in (None, signed.transaction_id):
        raise ServerAnswerInvalid(esipa.INITIATE_AUTHENTICATION, "it belongs to another transaction")
    if source.address is not None and signed.server_address.casefold() != source.address.casefold():
        raise ServerMismatch(f"the server {source.address} signs as {signed.server_address}")
    if source.smdp_oid is not None and source.smdp_oid not in registered_ids(server.server_certificate):
        raise ServerMismatch(f"the server is not the SM-DP+ {source.smdp_oid} of the activation code")


def _given_context(link: Link, server: sgp32.InitiateAuthenticationOkEsipa) -> rsp.CtxParams1 | None:
    """What the eIM made, if that was agreed on."""
    agreed = Features.EIM_CTX_PARAMS1_GENERATION in link.settings.features
    return server.ctx_params1 if agreed else None


def _own_context(link: Link, matching_id: str) -> rsp.CtxParams1:
    return rsp.CtxParams1(
        ctx_params_for_common_authentication=rsp.CtxParamsForCommonAuthentication(
            matching_id=matching_id, device_info=link.settings.device_info
        )
    )


def _in_session(session: _Session) -> Procedure[bytes | sgp32.ProfileDownloadTriggerRequest | None]:
    offer = yield from esipa.authenticate_client(session.link, session.transaction, session.response)
    if isinstance(offer, sgp32.AuthenticateClientOkDSEsipa):
        return offer.profile_download_trigger
    if offer.smdp_signed2.transaction_id != session.transaction:
        raise ServerAnswerInvalid(esipa.AUTHENTICATE_CLIENT, "it belongs to another transaction")
    announced = _announced(offer)
    if announced is not None:
        yield from _agree(session, announced)
    package = yield from _fetch(session, offer, announced)
    contained = install.metadata_of(package)
    if announced is None:
        yield from _agree(session, contained)
    else:
        install.check_metadata(package, announced)
    return (yield from install.load(package)).encode()


def _announced(offer: sgp32.AuthenticateClientOkDPEsipa) -> rsp.StoreMetadataRequest | None:
    """The profile's metadata, which an eIM that has verified them need not send."""
    if offer.profile_meta_data is None:
        return None
    try:
        return rsp.StoreMetadataRequest.decode(offer.profile_meta_data.encode())
    except Asn1Error as error:
        raise ServerAnswerInvalid(esipa.AUTHENTICATE_CLIENT, str(error)) from error


def _agree(session: _Session, metadata: rsp.StoreMetadataRequest) -> Procedure[None]:
    if Features.EIM_PROFILE_METADATA_VERIFICATION not in session.link.settings.features:
        yield from download.agree(metadata, session.info2)


def _fetch(
    session: _Session, offer: sgp32.AuthenticateClientOkDPEsipa, metadata: rsp.StoreMetadataRequest | None
) -> Procedure[bytes]:
    yield from progress(Stage.PREPARING)
    hash_cc = offer.hash_cc
    if offer.smdp_signed2.cc_required_flag and hash_cc is None and metadata is not None:
        hash_cc = yield from download.ask_hash_cc(metadata, session.transaction, None)
    prepared = yield from es10.prepare_download(
        rsp.PrepareDownloadRequest(
            smdp_signed2=offer.smdp_signed2,
            smdp_signature2=offer.smdp_signature2,
            hash_cc=hash_cc,
            smdp_certificate=offer.smdp_certificate,
        )
    )
    response = prepared.encode()
    if session.link.settings.minimise:
        response = compact.download_response(response, offer.smdp_signed2.bpp_euicc_otpk)
    yield from progress(Stage.FETCHING)
    return (yield from esipa.get_bound_profile_package(session.link, session.transaction, response))


def _cancel(session: _Session, error: IpaError) -> Procedure[None]:
    """Cancels the session on the card and at the eIM; that this fails too is a note on what went wrong."""
    reason = download.cancel_reason(error)
    if isinstance(error, EimRefused):
        if (error.function, error.code) not in _EIM_REASONS:
            return
        reason = _EIM_REASONS[error.function, error.code]
    if isinstance(error, _NOTHING_TO_CANCEL):
        return
    request = rsp.CancelSessionRequest(transaction_id=session.transaction, reason=reason)
    try:
        response = (yield from es10.cancel_session(request)).encode()
        if session.link.settings.minimise:
            response = compact.cancel_response(response)
        yield from esipa.cancel_session(session.link, session.transaction, response)
    except IpaError as failure:
        error.add_note(f"the session could not be cancelled: {failure}")
