"""ES9+.GetBoundProfilePackage, SGP.22 5.6.2: the confirmation code, the key agreement, the bound package."""

from __future__ import annotations

from collections.abc import Mapping

from apdu import tlv
from asn1.generated import rsp
from euicc.crypto import ecdsa, ecka
from euicc.testing.smdp import bpp, status
from euicc.testing.smdp.binding import Json, encoded, executed, message, transaction_id
from euicc.testing.smdp.orders import Order, OrderState
from euicc.testing.smdp.state import Session, Stage, State
from euicc.testing.smdp.status import Failure, Status, require


def get_bound_profile_package(state: State, request: Mapping[str, object]) -> Json:
    """ES9+.GetBoundProfilePackage, SGP.22 5.6.2."""
    answer = message(request, "prepareDownloadResponse", rsp.PrepareDownloadResponse)
    session = state.session(transaction_id(request), Stage.AUTHENTICATED)
    session.stage = Stage.FAILED
    if answer.download_response_ok is None:
        raise Failure(status.PREPARATION_REFUSED)
    signed = _verified(session, answer.download_response_ok)
    order = _admitted(state, session)
    _check_code(state, session, order, signed)
    package = _bound(state, session, order, signed.euicc_otpk)
    order.state, order.eid = OrderState.DOWNLOADED, session.eid
    order.downloads += 1
    session.stage = Stage.DELIVERED
    return executed(transactionId=session.transaction_id.hex().upper(), boundProfilePackage=encoded(package))


def _verified(session: Session, answer: rsp.PrepareDownloadResponseOk) -> rsp.EUICCSigned2:
    """What the card signed: it covers our smdpSignature2, and so this session's offer."""
    signed = answer.euicc_signed2
    covered = signed.encoded + tlv.encode(bpp.SIGNATURE, session.smdp_signature2)
    key = session.euicc_key
    genuine = key is not None and ecdsa.verify(key, answer.euicc_signature2, covered)
    require(genuine, status.SIGNATURE_INVALID)
    require(signed.transaction_id == session.transaction_id, status.TRANSACTION_UNKNOWN)
    return signed


def _admitted(state: State, session: Session) -> Order:
    """The session's order, if it may still be downloaded: another session may have ended it meanwhile."""
    order = session.order
    if order is None or not order.is_pending:
        raise Failure(status.TRANSACTION_UNKNOWN)
    require(order.eid in (None, session.eid), status.EID_REFUSED)
    if order.expires is not None and order.expires <= state.now():
        _end(order, status.ORDER_EXPIRED)
    if order.downloads >= state.limits.downloads:
        _end(order, status.DOWNLOADS_EXCEEDED)
    return order


def _check_code(state: State, session: Session, order: Order, signed: rsp.EUICCSigned2) -> None:
    if not order.requires_code:
        return
    if signed.hash_cc is None:
        raise Failure(status.CODE_MISSING)
    if order.accepts_code(signed.hash_cc, session.transaction_id):
        return
    order.wrong_codes += 1
    if order.wrong_codes > state.limits.wrong_codes:
        _end(order, status.CODE_ATTEMPTS_EXCEEDED)
    raise Failure(status.CODE_REFUSED)


def _end(order: Order, reason: Status) -> None:
    order.state = OrderState.ERROR
    raise Failure(reason)


def _bound(state: State, session: Session, order: Order, otpk: bytes) -> bytes:
    """The package: bound before to the same otPK.EUICC and sent again, or bound now."""
    recipient = bpp.Recipient(session.eid, state.pb_curve(session), otpk)
    if order.binding is None or order.binding.recipient != recipient:
        require(order.binding is None or state.rebinding, status.REBINDING_REFUSED)
        order.binding = _bind(state, session, order, recipient)
    return bpp.assemble(order.binding, session.transaction_id, state.pb(session).sign, state.alter)


def _bind(state: State, session: Session, order: Order, recipient: bpp.Recipient) -> bpp.Binding:
    owner = state.pb(session).parsed.subject_alt_oid or ""
    configuration = rsp.ConfigureISDPRequest(dp_proprietary_data=rsp.DpProprietaryData(dp_oid=owner))
    content = bpp.Content(
        configuration=configuration.encode(),
        metadata=order.metadata.encode(),
        package=order.package,
        protected=order.profile,
    )
    try:
        return bpp.bind(content, recipient, state.random, state.sizes, state.alter)
    except ecka.PointError:
        # Signed by a genuine card, and still no key: nothing in the table fits better.
        raise Failure(status.SIGNATURE_INVALID) from None
