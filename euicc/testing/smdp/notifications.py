"""ES9+.HandleNotification, SGP.22 5.6.4: what became of the profile; and CancelSession, 5.6.5."""

from __future__ import annotations

from collections.abc import Mapping

from asn1.generated import rsp
from euicc.crypto import ecdsa
from euicc.testing.smdp import status
from euicc.testing.smdp.authentication import verify_euicc
from euicc.testing.smdp.binding import Json, executed, message, transaction_id
from euicc.testing.smdp.orders import Order, OrderState
from euicc.testing.smdp.state import Notification, Session, Stage, State
from euicc.testing.smdp.status import Failure, require

_REASON = rsp.ErrorReason
TEMPORARY = frozenset(
    (
        _REASON.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE,
        _REASON.INSTALL_FAILED_DUE_TO_INTERRUPTION,
    )
)
"""Installation errors after which the card may try again, SGP.22 2.5.6.1."""

_CANCEL = rsp.CancelSessionReason
TERMINATING = frozenset(
    (
        _CANCEL.END_USER_REJECTION,
        _CANCEL.PPR_NOT_ALLOWED,
        _CANCEL.METADATA_MISMATCH,
        _CANCEL.LOAD_BPP_EXECUTION_ERROR,
    )
)
"""Reasons to cancel a session which end the order, too, SGP.22 3.1.3.1."""


def handle_notification(state: State, request: Mapping[str, object]) -> Json:
    """ES9+.HandleNotification, SGP.22 5.6.4: always acknowledged; what cannot be verified changes nothing."""
    pending = message(request, "pendingNotification", rsp.PendingNotification)
    if pending.profile_installation_result is not None:
        _installation_result(state, pending.profile_installation_result)
    if pending.other_signed_notification is not None:
        _other_notification(state, pending.other_signed_notification)
    return {}


def cancel_session(state: State, request: Mapping[str, object]) -> Json:
    """ES9+.CancelSession, SGP.22 5.6.5."""
    answer = message(request, "cancelSessionResponse", rsp.CancelSessionResponse)
    ongoing = (Stage.INITIATED, Stage.AUTHENTICATED, Stage.DELIVERED, Stage.FAILED)
    session = state.session(transaction_id(request), *ongoing)
    if answer.cancel_session_response_ok is None:
        raise Failure(status.CANCELLATION_REFUSED)
    reason = _cancellation(state, session, answer.cancel_session_response_ok)
    session.stage = Stage.CANCELLED
    if session.order is not None and session.order.is_pending and reason in TERMINATING:
        session.order.state = OrderState.ERROR
    return executed()


def _cancellation(state: State, session: Session, answer: rsp.CancelSessionResponseOk) -> int:
    """The reason that the card signed."""
    signed, key = answer.euicc_cancel_session_signed, session.euicc_key
    signature = answer.euicc_cancel_session_signature
    genuine = key is not None and ecdsa.verify(key, signature, signed.encoded)
    require(genuine, status.SIGNATURE_INVALID)
    require(signed.transaction_id == session.transaction_id, status.TRANSACTION_UNKNOWN)
    require(signed.smdp_oid == _oid(state, session), status.OID_INVALID)
    return signed.reason


def _installation_result(state: State, result: rsp.ProfileInstallationResult) -> None:
    """A result counts for the session in which the package was delivered; sent twice, it changes nothing."""
    data = result.profile_installation_result_data
    session = state.sessions.get(data.transaction_id)
    if session is None or session.order is None or session.stage not in (Stage.DELIVERED, Stage.CANCELLED):
        return
    key = session.euicc_key
    genuine = key is not None and ecdsa.verify(key, result.euicc_sign_pir, data.encoded)
    if genuine and data.smdp_oid == _oid(state, session):
        _note(state, session, data.notification_metadata)
        _conclude(session.order, data)


def _conclude(order: Order, data: rsp.ProfileInstallationResultData) -> None:
    if not order.is_pending:
        return
    order.result = data
    error = data.final_result.error_result
    if error is None:
        order.state = OrderState.INSTALLED
    elif error.error_reason in TEMPORARY:
        order.state = OrderState.RELEASED
    else:
        order.state = OrderState.ERROR


def _other_notification(state: State, notification: rsp.OtherSignedNotification) -> None:
    try:
        euicc, eid = verify_euicc(state, None, notification.euicc_certificate, notification.eum_certificate)
    except Failure:
        return
    metadata = notification.tbs_other_notification
    if ecdsa.verify(euicc.public_key, notification.euicc_notification_signature, metadata.encoded):
        _keep(state, Notification(eid, metadata))


def _note(state: State, session: Session, metadata: rsp.NotificationMetadata) -> None:
    _keep(state, Notification(session.eid, metadata))


def _keep(state: State, notification: Notification) -> None:
    """Devices send a notification until it is acknowledged: each counts once, by its number."""
    state.notifications.setdefault(notification)


def _oid(state: State, session: Session) -> str | None:
    return state.auth(session).parsed.subject_alt_oid
