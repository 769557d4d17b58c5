"""PrepareDownload (SGP.22 5.7.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apdu import tlv
from asn1.generated import rsp
from euicc.check.catalogue import Area
from euicc.check.expect import require, same
from euicc.check.needs import ISDR, TEST_KEYS
from euicc.check.session import Session, certificate, download_error
from euicc.check.subject import Subject
from euicc.crypto import ecdsa, ecka
from euicc.crypto.certificates import KeyUsage, Role

area = Area("prepare", ISDR, TEST_KEYS, section="SGP.23-1 4.2.10")
Code = rsp.DownloadErrorCode
Request = Callable[[Session], bytes]
HASH = bytes(range(32))


def forged(**flaws: Any) -> Request:
    """With a CERT.DPpb that is wrong in this way."""

    def request(session: Session) -> bytes:
        signature = session.authenticated().euicc_signature1
        return session.server.prepare_download(signature, certificate=session.forge(Role.DP_PB, **flaws))

    return request


def changed(**changes: Any) -> Request:
    """With other fields."""

    def request(session: Session) -> bytes:
        return session.server.prepare_download(session.authenticated().euicc_signature1, **changes)

    return request


def without_session(session: Session) -> bytes:
    return session.server.prepare_download(bytes(64))


def with_sm_ds(session: Session) -> bytes:
    issued = session.server.pki.ds_auth[session.server.ci_ski]
    request = session.server.authenticate_server(session.challenge(), certificate=issued)
    ok = session.authenticate(request).authenticate_response_ok
    return session.server.prepare_download(ok.euicc_signature1 if ok else bytes(64))


def twice(session: Session) -> bytes:
    request = session.server.prepare_download(session.authenticated().euicc_signature1)
    session.prepare(request)
    return request


def after_reset(session: Session) -> bytes:
    request = session.server.prepare_download(session.authenticated().euicc_signature1)
    session.subject.reset()
    return request


def of_earlier_session(session: Session) -> bytes:
    earlier = session.authenticated().euicc_signature1
    server = replace(session.server, server_challenge=session.subject.random(16))
    Session(session.subject, server).authenticated()
    return session.server.prepare_download(earlier)


def with_dp_auth(session: Session) -> bytes:
    signature = session.authenticated().euicc_signature1
    return session.server.prepare_download(signature, certificate=session.server.dp_auth)


def wrong_signature(session: Session) -> bytes:
    signature = session.authenticated().euicc_signature1
    return session.server.prepare_download(signature, sign=session.server.dp_auth.sign)


REFUSALS: dict[str, tuple[str, tuple[Request, int]]] = {
    "no-session": ("there is no session", (without_session, Code.NO_SESSION_CONTEXT)),
    "sm-ds": ("the session is one with an SM-DS", (with_sm_ds, Code.NO_SESSION_CONTEXT)),
    "twice": ("the session is prepared already", (twice, Code.NO_SESSION_CONTEXT)),
    "reset": ("the card was reset since", (after_reset, Code.NO_SESSION_CONTEXT)),
    "bad-certificate": (
        "the CI's signature is wrong",
        (forged(bad_signature=True), Code.INVALID_CERTIFICATE),
    ),
    "other-ci": ("the certificate is of another CI", (forged(other_ci=True), Code.INVALID_CERTIFICATE)),
    "other-server": (
        "the certificate is another SM-DP+'s",
        (forged(oid="2.999.77"), Code.INVALID_CERTIFICATE),
    ),
    "no-oid": ("the certificate names no SM-DP+", (forged(oid=None), Code.INVALID_CERTIFICATE)),
    "dp-auth": ("the certificate is CERT.DPauth", (with_dp_auth, Code.INVALID_CERTIFICATE)),
    "key-usage": (
        "the certificate is not for signatures",
        (forged(key_usage=KeyUsage.CRL_SIGN), Code.INVALID_CERTIFICATE),
    ),
    "signature": ("another key signed", (wrong_signature, Code.INVALID_SIGNATURE)),
    "earlier-session": ("it is signed for another session", (of_earlier_session, Code.INVALID_SIGNATURE)),
    "transaction": (
        "the transactionId is another",
        (changed(transaction_id=b"\x01"), Code.INVALID_TRANSACTION_ID),
    ),
    "no-code": (
        "a confirmation code is required and not there",
        (changed(cc_required=True), Code.UNDEFINED_ERROR),
    ),
}


@area.each({name: (f"Refused ({row[1]}): {title}", row) for name, (title, row) in REFUSALS.items()})
def refused(subject: Subject, row: tuple[Request, int]) -> None:
    request, code = row
    session = Session.open(subject)
    answer = session.prepare(request(session))
    require(answer.download_response_ok is None, f"the card accepts it; downloadErrorCode is {code}")
    same("downloadErrorCode", download_error(answer), code)


@area.case("nominal", "A right SM-DP+ gets a one-time key, signed for this session")
def nominal(subject: Subject) -> None:
    session = Session.open(subject)
    ok = session.authenticated()
    request = session.server.prepare_download(ok.euicc_signature1)
    answer = session.prepare(request).download_response_ok
    require(answer, "PrepareDownload is refused")
    if answer is None:
        return
    same("transactionId", answer.euicc_signed2.transaction_id, session.server.transaction_id)
    ecka.from_point(session.server.curve, answer.euicc_signed2.euicc_otpk)
    signature = rsp.PrepareDownloadRequest.decode(request).smdp_signature2
    covered = answer.euicc_signed2.encoded + tlv.encode(0x5F37, signature)
    key = certificate(ok.euicc_certificate).public_key
    require(ecdsa.verify(key, answer.euicc_signature2, covered), "euiccSignature2 does not hold")


@area.case("code", "The hash of the confirmation code is echoed", section="SGP.23-1 4.2.10; SGP.22 3.1.3.2")
def confirmation_code(subject: Subject) -> None:
    session = Session.open(subject)
    signature = session.authenticated().euicc_signature1
    request = session.server.prepare_download(signature, cc_required=True, hash_cc=HASH)
    answer = session.prepare(request).download_response_ok
    same("hashCc", answer and answer.euicc_signed2.hash_cc, HASH)


@area.case("key-fresh", "Every session gets another one-time key")
def fresh_key(subject: Subject) -> None:
    session = Session.open(subject)
    require(session.prepared() != session.prepared(), "two sessions have one key")


@area.case("key-again", "The key of a package bound before is used again", section="SGP.23-1 5.2.1")
def key_again(subject: Subject) -> None:
    session = Session.open(subject)
    first = session.prepared()
    same("the one-time key", session.prepared(otpk=first), first)


@area.case("key-unknown", "A key that the card does not have is not pretended to", section="SGP.23-1 5.2.1")
def key_unknown(subject: Subject) -> None:
    session = Session.open(subject)
    foreign = ecka.point(session.server.stranger().public_key())
    require(session.prepared(otpk=foreign) != foreign, "the card signs a key that it does not have")
