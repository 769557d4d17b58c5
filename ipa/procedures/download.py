"""Profile download and installation, SGP.22 3.1.3: from an activation code or the default SM-DP+ to a profile.

Once the card has authenticated the server, whatever goes wrong ends the session on both sides with the reason that
SGP.22 5.7.14 has for it, unless the server ended it; the card's signed result ends it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from asn1.generated import rsp
from ipa import es10
from ipa.activation_code import ActivationCode
from ipa.errors import (
    InstallationFailed,
    IpaError,
    LoadingRefused,
    MetadataMismatch,
    NoDefaultAddress,
    RulesRefused,
    ServerRefused,
    ServerUnreachable,
    TlsUntrusted,
    UserRefused,
)
from ipa.procedures import authentication, device, install, notifications, rules
from ipa.procedures.authentication import Session
from ipa.servers import es9
from ipa.steps import Decision, Procedure, Stage, ask_confirmation_code, ask_consent, progress

Reason = rsp.CancelSessionReason

# Why a session is cancelled, by what went wrong; UNDEFINED_REASON for the rest.
_REASONS: dict[type[IpaError], int] = {
    RulesRefused: Reason.PPR_NOT_ALLOWED,
    MetadataMismatch: Reason.METADATA_MISMATCH,
    LoadingRefused: Reason.LOAD_BPP_EXECUTION_ERROR,
}
# After these there is no session to cancel, or nobody to tell: the server ended it, or is away.
_NOTHING_TO_CANCEL = (ServerRefused, ServerUnreachable, TlsUntrusted)

_REFUSALS = {
    Decision.REJECT: "the user does not want the profile",
    Decision.POSTPONE: "the user wants the profile later",
    Decision.NO_ANSWER: "the user did not answer",
}


@dataclass(frozen=True)
class Downloaded:
    """An installed profile: its metadata, the AID of its ISD-P, and why the server does not know yet, "" if it does."""

    metadata: rsp.StoreMetadataRequest
    aid: bytes
    undelivered: str = ""


def download(
    code: ActivationCode, terminal: rsp.DeviceInfo, confirmation_code: str | None = None
) -> Procedure[Downloaded]:
    """Profile download and installation, SGP.22 3.1.3, by activation code.

    The user is asked for consent, and for the confirmation code if the server wants one and none is given here.
    IpaError of the kind that tells what went wrong; the session is cancelled then.
    """
    metadata, result = yield from obtain(code, terminal, confirmation_code)
    return (yield from _conclude(metadata, result))


def obtain(
    code: ActivationCode,
    terminal: rsp.DeviceInfo,
    confirmation_code: str | None = None,
    opened: Callable[[bytes], Procedure[None]] | None = None,
) -> Procedure[tuple[rsp.StoreMetadataRequest, rsp.ProfileInstallationResult]]:
    """Download and installation up to the card's signed result, good or bad, which nobody has been told of yet.

    `opened` is run with the transactionId once the card has accepted the server. Errors as for `download`.
    """
    yield from progress(Stage.AUTHENTICATING)
    session = yield from authentication.authenticate_server(code.address, code.token, terminal, code.smdp_oid)
    try:
        if opened is not None:
            yield from opened(session.transaction_id)
        return (yield from _in_session(session, confirmation_code))
    except IpaError as error:
        yield from _cancel(session, error)
        raise


def download_from_default(
    terminal: rsp.DeviceInfo, confirmation_code: str | None = None
) -> Procedure[Downloaded]:
    """Profile download and installation, SGP.22 3.1.3, from the card's default SM-DP+: what waits for its EID."""
    address = (yield from device.get_addresses()).default_dp_address
    if not address:
        raise NoDefaultAddress
    return (yield from download(ActivationCode(address), terminal, confirmation_code))


def _in_session(
    session: Session, confirmation_code: str | None
) -> Procedure[tuple[rsp.StoreMetadataRequest, rsp.ProfileInstallationResult]]:
    """All that the session is there for, up to the card's result, which ends it."""
    offer = yield from authentication.authenticate_client(session)
    metadata = offer.profile_meta_data
    yield from agree(metadata, session.euicc_info2)
    required = offer.smdp_signed2.cc_required_flag
    hash_cc = (
        (yield from ask_hash_cc(metadata, session.transaction_id, confirmation_code)) if required else None
    )
    package = yield from _fetch(session, offer, hash_cc)
    install.check_metadata(package, metadata)
    return metadata, (yield from install.load(package))


def _conclude(
    metadata: rsp.StoreMetadataRequest, result: rsp.ProfileInstallationResult
) -> Procedure[Downloaded]:
    """Tells the server of the result, good or bad, SGP.22 3.1.3.3; InstallationFailed when it is bad."""
    yield from progress(Stage.NOTIFYING)
    notification = result.profile_installation_result_data.notification_metadata
    undelivered = yield from notifications.hand_over(notification, result.encode())
    try:
        success = install.check_result(result)
    except InstallationFailed as error:
        if undelivered:
            error.add_note(f"the notification waits on the card: {undelivered}")
        raise
    yield from progress(Stage.DONE)
    return Downloaded(metadata, success.aid, undelivered)


def agree(metadata: rsp.StoreMetadataRequest, info2: rsp.EUICCInfo2) -> Procedure[None]:
    """The profile's rules are allowed by the card, and the user wants it, SGP.22 3.1.3; RulesRefused, UserRefused."""
    consent_needed = yield from rules.rules_needing_consent(metadata, info2)
    decision = yield from ask_consent(metadata, consent_needed)
    if decision is not Decision.ACCEPT:
        raise UserRefused(decision.value, _REFUSALS[decision])


def ask_hash_cc(
    metadata: rsp.StoreMetadataRequest, transaction_id: bytes, code: str | None
) -> Procedure[bytes]:
    """hashCc of the confirmation code, which the user is asked for unless it is given; UserRefused without one."""
    answer: str | Decision = code or (yield from ask_confirmation_code(metadata))
    if isinstance(answer, Decision):
        raise UserRefused(answer.value, "the profile needs a confirmation code, and none was given")
    return hash_confirmation_code(answer, transaction_id)


def hash_confirmation_code(code: str, transaction_id: bytes) -> bytes:
    """hashCc, SGP.22 3.1.3.2: SHA-256 over the code's SHA-256 and the transactionId, 32 bytes."""
    return hashlib.sha256(hashlib.sha256(code.encode("utf-8")).digest() + transaction_id).digest()


def _fetch(session: Session, offer: rsp.AuthenticateClientOk, hash_cc: bytes | None) -> Procedure[bytes]:
    """ES10b.PrepareDownload and ES9+.GetBoundProfilePackage: the package, of this session."""
    yield from progress(Stage.PREPARING)
    prepared = yield from es10.prepare_download(
        rsp.PrepareDownloadRequest(
            smdp_signed2=offer.smdp_signed2,
            smdp_signature2=offer.smdp_signature2,
            hash_cc=hash_cc,
            smdp_certificate=offer.smdp_certificate,
        )
    )
    yield from progress(Stage.FETCHING)
    bound = yield from es9.get_bound_profile_package(session.address, session.transaction_id, prepared)
    authentication.check_transaction(session, es9.GET_BOUND_PROFILE_PACKAGE, bound.transaction_id)
    return bound.package


def _cancel(session: Session, error: IpaError) -> Procedure[None]:
    """Cancels the session for what went wrong; that this fails too is a note on it, not the news."""
    if isinstance(error, _NOTHING_TO_CANCEL):
        return
    try:
        yield from authentication.cancel(session, cancel_reason(error))
    except IpaError as failure:
        error.add_note(f"the session could not be cancelled: {failure}")


def cancel_reason(error: IpaError) -> int:
    """The CancelSessionReason for what went wrong, SGP.22 5.7.14."""
    if isinstance(error, UserRefused):
        return error.reason
    return _REASONS.get(type(error), Reason.UNDEFINED_REASON)
