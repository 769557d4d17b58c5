"""CancelSession (SGP.22 5.7.14)."""

from __future__ import annotations

from asn1.generated import rsp
from euicc.check.catalogue import Area
from euicc.check.expect import require, result_is, same
from euicc.check.needs import ISDR, TEST_KEYS
from euicc.check.session import Session, certificate, download_error
from euicc.check.subject import Subject
from euicc.crypto import ecdsa

area = Area("cancel", ISDR, section="SGP.23-1 4.2.19")
CANCEL, ERROR, INVALID_TRANSACTION = 0xBF41, 0x81, 5
REASONS = {
    "end-user": ("the end user refused", 0),
    "postponed": ("it was put off", 1),
    "timeout": ("it took too long", 2),
    "ppr": ("a policy rule is not allowed", 3),
    "metadata": ("the metadata differ", 4),
    "loading": ("loading failed", 5),
    "undefined": ("of another reason", 127),
}


def request(transaction_id: bytes, reason: int) -> bytes:
    """CancelSession."""
    return rsp.CancelSessionRequest(transaction_id=transaction_id, reason=reason).encode()


@area.case("no-session", "Without a session: invalidTransactionId")
def no_session(subject: Subject) -> None:
    result_is(subject.es10(request(bytes(16), 0)), CANCEL, INVALID_TRANSACTION, ERROR)


@area.case("challenge-only", "A challenge is no session to cancel", TEST_KEYS)
def challenge_only(subject: Subject) -> None:
    session = Session.open(subject)
    session.challenge()
    answer = subject.es10(request(session.server.transaction_id, 0))
    result_is(answer, CANCEL, INVALID_TRANSACTION, ERROR)


@area.case("other", "Another transactionId is refused, and the session goes on", TEST_KEYS)
def other(subject: Subject) -> None:
    session = Session.open(subject)
    signature = session.authenticated().euicc_signature1
    result_is(subject.es10(request(b"\x01", 0)), CANCEL, INVALID_TRANSACTION, ERROR)
    answer = session.prepare(session.server.prepare_download(signature))
    same("downloadErrorCode", download_error(answer), None)


@area.each(
    {name: (f"Cancelled, because {title}: signed", row) for name, (title, row) in REASONS.items()}, TEST_KEYS
)
def cancelled(subject: Subject, reason: int) -> None:
    session = Session.open(subject)
    key = certificate(session.authenticated().euicc_certificate).public_key
    sent = request(session.server.transaction_id, reason)
    ok = rsp.CancelSessionResponse.decode(subject.es10(sent)).cancel_session_response_ok
    require(ok, "CancelSession is refused")
    if ok is None:
        return
    signed = ok.euicc_cancel_session_signed
    require(
        ecdsa.verify(key, ok.euicc_cancel_session_signature, signed.encoded), "the signature does not hold"
    )
    same("reason", signed.reason, reason)
    same("transactionId", signed.transaction_id, session.server.transaction_id)
    same("smdpOid", signed.smdp_oid, session.server.oid)
    result_is(subject.es10(sent), CANCEL, INVALID_TRANSACTION, ERROR)


@area.case("ends", "A cancelled session does not go on", TEST_KEYS)
def ends(subject: Subject) -> None:
    session = Session.open(subject)
    signature = session.authenticated().euicc_signature1
    subject.es10(request(session.server.transaction_id, 1))
    answer = session.prepare(session.server.prepare_download(signature))
    same("downloadErrorCode", download_error(answer), rsp.DownloadErrorCode.NO_SESSION_CONTEXT)
