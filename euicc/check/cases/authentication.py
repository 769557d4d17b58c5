"""The challenge and AuthenticateServer (SGP.22 5.7.7, 5.7.13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import status, tlv
from asn1.generated import rsp
from euicc.check.catalogue import Area
from euicc.check.expect import refused_with, require, same
from euicc.check.needs import ISDR, TEST_KEYS
from euicc.check.server import MATCHING_ID
from euicc.check.session import CHALLENGE_LENGTH, Session, certificate, error_code
from euicc.check.subject import Subject
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate, KeyUsage, Role
from euicc.crypto.chain import verify_euicc
from euicc.testing.pki import Issued

area = Area("authenticate", ISDR, section="SGP.23-1 4.2.18")
Code = rsp.AuthenticateErrorCode
Request = Callable[[Session], bytes]
GET_CHALLENGE = bytes.fromhex("BF2E00")
DRAWN = 8


def drawn(subject: Subject) -> bytes:
    """A challenge."""
    return rsp.GetEuiccChallengeResponse.decode(subject.es10(GET_CHALLENGE)).euicc_challenge


@area.case("challenge", "A challenge has 16 bytes", section="SGP.23-1 4.2.12")
def challenge(subject: Subject) -> None:
    same("its length", len(drawn(subject)), CHALLENGE_LENGTH)


@area.case("challenge-fresh", "Every challenge is another", section="SGP.23-1 4.2.12")
def challenge_is_fresh(subject: Subject) -> None:
    found = {drawn(subject) for _ in range(DRAWN)}
    same("the number of different challenges", len(found), DRAWN)


@area.case("challenge-after-reset", "A reset does not bring an old challenge back", section="SGP.23-1 4.2.12")
def challenge_after_reset(subject: Subject) -> None:
    found = set()
    for _ in range(3):
        subject.reset()
        found |= {drawn(subject), drawn(subject)}
    same("the number of different challenges", len(found), 6)


@area.case("no-session", "AuthenticateServer that cannot be decoded: 6A80")
def undecodable(subject: Subject) -> None:
    drawn(subject)
    refused_with(subject.refusal(bytes.fromhex("BF38023000")), status.INCORRECT_DATA, status.WRONG_LENGTH)


def forged(role: Role = Role.DP_AUTH, **flaws: Any) -> Request:
    """With a certificate that is wrong in this way."""

    def request(session: Session) -> bytes:
        issued = session.forge(role, **flaws)
        return session.server.authenticate_server(session.challenge(), certificate=issued)

    return request


def without_challenge(session: Session) -> bytes:
    return session.server.authenticate_server(bytes(CHALLENGE_LENGTH))


def used_challenge(session: Session) -> bytes:
    request = session.server.authenticate_server(session.challenge())
    session.authenticate(request)
    return request


def challenge_before_reset(session: Session) -> bytes:
    before = session.challenge()
    session.subject.reset()
    return session.server.authenticate_server(before)


def challenge_before(session: Session) -> bytes:
    before = session.challenge()
    session.challenge()
    return session.server.authenticate_server(before)


def other_challenge(session: Session) -> bytes:
    session.challenge()
    return session.server.authenticate_server(bytes(CHALLENGE_LENGTH))


def wrong_signature(session: Session) -> bytes:
    return session.server.authenticate_server(session.challenge(), sign=session.server.dp_pb.sign)


def changed_signature(session: Session) -> bytes:
    def sign(data: bytes) -> bytes:
        return session.server.dp_auth.sign(data + b"\x00")

    return session.server.authenticate_server(session.challenge(), sign=sign)


def unknown_signing_ci(session: Session) -> bytes:
    return session.server.authenticate_server(session.challenge(), ci_ski=bytes(20))


def other_curve(session: Session) -> bytes:
    issued = session.forge(Role.DP_AUTH, subject_curve=ec.SECP384R1())
    challenge = session.challenge()
    return session.server.authenticate_server(challenge, certificate=issued, sign=lambda data: bytes(64))


def no_certificate(session: Session) -> bytes:
    issued = Issued(bytes.fromhex("3003020100"), session.server.dp_auth.key)
    return session.server.authenticate_server(
        session.challenge(), certificate=issued, sign=lambda data: bytes(64)
    )


REFUSALS: dict[str, tuple[str, tuple[Request, int]]] = {
    "without-challenge": ("no challenge is outstanding", (without_challenge, Code.NO_SESSION_CONTEXT)),
    "used-challenge": ("the challenge was used", (used_challenge, Code.NO_SESSION_CONTEXT)),
    "reset": ("the card was reset since the challenge", (challenge_before_reset, Code.NO_SESSION_CONTEXT)),
    "other-ci": ("the certificate is of a CI nobody trusts", (forged(other_ci=True), Code.CI_PK_UNKNOWN)),
    "curve": ("the curve is not supported", (other_curve, Code.UNSUPPORTED_CURVE)),
    "not-a-certificate": ("there is no certificate", (no_certificate, Code.INVALID_CERTIFICATE)),
    "bad-certificate": (
        "the CI's signature is wrong",
        (forged(bad_signature=True), Code.INVALID_CERTIFICATE),
    ),
    "sm-ds-bad-certificate": (
        "the CI's signature of an SM-DS is wrong",
        (forged(Role.DS_AUTH, bad_signature=True), Code.INVALID_CERTIFICATE),
    ),
    "stranger": ("another key than the CI's signed", (forged(stranger=True), Code.INVALID_CERTIFICATE)),
    "critical": (
        "an extension is critical and unknown",
        (forged(critical_extension="2.999.99"), Code.INVALID_CERTIFICATE),
    ),
    "key-usage": (
        "the certificate is not for signatures",
        (forged(key_usage=KeyUsage.KEY_CERT_SIGN), Code.INVALID_CERTIFICATE),
    ),
    "dp-pb": ("the certificate is a CERT.DPpb", (forged(Role.DP_PB), Code.INVALID_OID)),
    "tls": ("the certificate is one of TLS", (forged(policy=Role.DP_TLS.value), Code.INVALID_OID)),
    "no-policy": ("the certificate has no role", (forged(policy=None), Code.INVALID_OID)),
    "signature": ("another key signed", (wrong_signature, Code.INVALID_SIGNATURE)),
    "signed-data": ("other data are signed", (changed_signature, Code.INVALID_SIGNATURE)),
    "challenge-other": ("the challenge is another", (other_challenge, Code.EUICC_CHALLENGE_MISMATCH)),
    "challenge-before": (
        "the challenge is the one before",
        (challenge_before, Code.EUICC_CHALLENGE_MISMATCH),
    ),
    "signing-ci": ("the card has no key under that CI", (unknown_signing_ci, Code.CI_PK_UNKNOWN)),
}


@area.each(
    {name: (f"Refused ({row[1]}): {title}", row) for name, (title, row) in REFUSALS.items()}, TEST_KEYS
)
def refused(subject: Subject, row: tuple[Request, int]) -> None:
    request, code = row
    session = Session.open(subject)
    answer = session.authenticate(request(session))
    require(answer.authenticate_response_ok is None, f"the card accepts it; authenticateErrorCode is {code}")
    same("authenticateErrorCode", error_code(answer), code)
    error = answer.authenticate_response_error
    same("the transactionId in the error", error and error.transaction_id, session.server.transaction_id)


@area.case("nominal", "A right server is accepted; the card signs what it says", TEST_KEYS)
def nominal(subject: Subject) -> None:
    session = Session.open(subject)
    ok = session.authenticated()
    signed = ok.euicc_signed1
    key = certificate(ok.euicc_certificate).public_key
    require(ecdsa.verify(key, ok.euicc_signature1, signed.encoded), "euiccSignature1 does not hold")
    same("transactionId", signed.transaction_id, session.server.transaction_id)
    same("serverChallenge", signed.server_challenge, session.server.server_challenge)
    same("serverAddress", signed.server_address, session.server.address)
    context = signed.ctx_params1.ctx_params_for_common_authentication
    same("matchingId", context and context.matching_id, MATCHING_ID)


@area.case("nominal-info2", "euiccSigned1 has the EUICCInfo2 of the card", TEST_KEYS)
def nominal_info(subject: Subject) -> None:
    info2 = subject.es10(bytes.fromhex("BF2200"))
    same("euiccInfo2", Session.open(subject).authenticated().euicc_signed1.euicc_info2.encoded, info2)


@area.case(
    "chain", "The card's certificates hold under the CI and name its EID", TEST_KEYS, section="SGP.22 4.5.2"
)
def chain(subject: Subject) -> None:
    ok = Session.open(subject).authenticated()
    eum = Certificate.parse(ok.eum_certificate)
    found = verify_euicc(certificate(ok.euicc_certificate), eum, subject.pki.trusted)
    same("the EID in the certificate", found, subject.facts.eid)


@area.case("sm-ds", "An SM-DS authenticates itself", TEST_KEYS)
def sm_ds(subject: Subject) -> None:
    session = Session.open(subject)
    issued = session.server.pki.ds_auth[session.server.ci_ski]
    request = session.server.authenticate_server(session.challenge(), certificate=issued)
    same("authenticateErrorCode", error_code(session.authenticate(request)), None)


@area.case("once-more", "Another session can follow a refused one", TEST_KEYS)
def once_more(subject: Subject) -> None:
    session = Session.open(subject)
    session.authenticate(wrong_signature(session))
    session.authenticated()


@area.case("as-received", "What is verified is what was received, unknown elements included", TEST_KEYS)
def as_received(subject: Subject) -> None:
    session = Session.open(subject)
    plain = rsp.AuthenticateServerRequest.decode(session.server.authenticate_server(session.challenge()))
    signed = plain.server_signed1.encode()
    extended = tlv.encode(0x30, tlv.parse(signed).value, bytes.fromhex("850107"))
    resigned = plain.replace(server_signature1=session.server.dp_auth.sign(extended)).encode()
    request = tlv.encode(0xBF38, tlv.parse(resigned).value.replace(signed, extended))
    same("authenticateErrorCode", error_code(session.authenticate(request)), None)
