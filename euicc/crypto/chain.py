"""Whether a certificate may be trusted, SGP.22 4.5.2.2: the chain to a CI, and what each role must look like.

The issuer's key is always the verifier's own, found by key identifier; nothing in the message can bring one.
A card has no clock to rely on and passes no date; a server passes the time `at` which it checks validity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec

from euicc.crypto import curves, ecdsa, ecka
from euicc.crypto.certificates import (
    SERIAL_NUMBER,
    Certificate,
    CertificateError,
    CertificateFault,
    KeyUsage,
    Name,
    Role,
)
from euicc.crypto.curves import Curve
from euicc.eid import DIGITS

ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
"""The AlgorithmIdentifier of RFC 5758 3.2, without parameters: the only one of SGP.22 4.5.2.1."""


@dataclass(frozen=True)
class TrustAnchor:
    """A CI key that a verifier trusts: identifier (20 bytes), point (65 bytes), its certificate if held."""

    ski: bytes
    curve: Curve
    point: bytes
    certificate: bytes | None = None

    @classmethod
    def of(cls, der: bytes) -> TrustAnchor:
        """The anchor in a CI certificate; CertificateError if it is unreadable or has no key identifier."""
        certificate = Certificate.parse(der)
        if certificate.ski is None:
            raise CertificateError(CertificateFault.MALFORMED)
        return cls(certificate.ski, certificate.curve, ecka.point(certificate.public_key), certificate.der)

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The CI's key; PointError if the stored point is not on the curve."""
        return ecka.from_point(self.curve, self.point)


def verify_server(
    certificate: Certificate,
    trusted: Iterable[TrustAnchor],
    roles: Collection[Role],
    *,
    entity: str | None = None,
    supported: Collection[Curve] = curves.ALL,
    at: datetime | None = None,
) -> TrustAnchor:
    """The CI under which an SM-DP+ or SM-DS certificate holds; else CertificateError, in the order of ES10b.

    First UNKNOWN_CI and UNSUPPORTED_CURVE (MALFORMED for an impossible key); then of the certificate itself
    ALGORITHM, BAD_SIGNATURE, CRITICAL_EXTENSION, KEY_USAGE, CONSTRAINTS, NOT_YET_VALID, EXPIRED; of its role
    WRONG_ROLE, NO_OID, and OTHER_ENTITY where the owner's OID must be `entity` (DPpb against DPauth).
    """
    anchor = _find_issuer(certificate, trusted)
    _require(certificate.curve in supported, CertificateFault.UNSUPPORTED_CURVE)
    _verify_issued(certificate, anchor.public_key)
    _verify_end_entity(certificate)
    _verify_dates(certificate, at)
    _require(any(role.value in certificate.policies for role in roles), CertificateFault.WRONG_ROLE)
    _require(certificate.subject_alt_oid is not None, CertificateFault.NO_OID)
    _require(entity in (None, certificate.subject_alt_oid), CertificateFault.OTHER_ENTITY)
    return anchor


def verify_euicc(
    euicc: Certificate,
    eum: Certificate,
    trusted: Iterable[TrustAnchor],
    *,
    supported: Collection[Curve] = curves.ALL,
    at: datetime | None = None,
) -> bytes:
    """The EID, 16 bytes, that CI, EUM and eUICC certificate vouch for, SGP.22 5.6.3: the server's side.

    CertificateError names the EUM or the EUICC as `role`. UNKNOWN_CI with role EUM: it is no trusted CI's;
    with role EUICC: it is another EUM's. NOT_PERMITTED: the EID lies outside the EUM's range.
    """
    try:
        _verify_eum(eum, trusted, supported, at)
    except CertificateError as error:
        raise CertificateError(error.fault, Role.EUM) from None
    try:
        return _verify_euicc(euicc, eum, supported, at)
    except CertificateError as error:
        raise CertificateError(error.fault, Role.EUICC) from None


def _verify_eum(
    eum: Certificate, trusted: Iterable[TrustAnchor], supported: Collection[Curve], at: datetime | None
) -> None:
    anchor = _find_issuer(eum, trusted)
    _require(eum.curve in supported, CertificateFault.UNSUPPORTED_CURVE)
    _verify_issued(eum, anchor.public_key)
    _require(KeyUsage.KEY_CERT_SIGN in eum.key_usage, CertificateFault.KEY_USAGE)
    _require(eum.is_ca, CertificateFault.CONSTRAINTS)
    _verify_dates(eum, at)
    _require(Role.EUM.value in eum.policies, CertificateFault.WRONG_ROLE)


def _verify_euicc(
    euicc: Certificate, eum: Certificate, supported: Collection[Curve], at: datetime | None
) -> bytes:
    _require(euicc.aki is not None and euicc.aki == eum.ski, CertificateFault.UNKNOWN_CI)
    _require(euicc.curve in supported, CertificateFault.UNSUPPORTED_CURVE)
    _verify_issued(euicc, eum.public_key)
    _verify_end_entity(euicc)
    _verify_dates(euicc, at)
    _require(Role.EUICC.value in euicc.policies, CertificateFault.WRONG_ROLE)
    eid = euicc.subject_value(SERIAL_NUMBER) or ""
    _require(len(eid) == DIGITS and eid.isascii() and eid.isdigit(), CertificateFault.MALFORMED)
    _require(any(_permits(names, euicc) for names in eum.permitted), CertificateFault.NOT_PERMITTED)
    return bytes.fromhex(eid)


def _find_issuer(certificate: Certificate, trusted: Iterable[TrustAnchor]) -> TrustAnchor:
    for anchor in trusted:
        if certificate.aki == anchor.ski:
            return anchor
    raise CertificateError(CertificateFault.UNKNOWN_CI)


def _verify_issued(certificate: Certificate, issuer: ec.EllipticCurvePublicKey) -> None:
    _require(certificate.algorithm == ECDSA_WITH_SHA256, CertificateFault.ALGORITHM)
    signed = ecdsa.verify_der(issuer, certificate.signature, certificate.tbs)
    _require(signed, CertificateFault.BAD_SIGNATURE)
    _require(not certificate.unknown_critical, CertificateFault.CRITICAL_EXTENSION)


def _verify_end_entity(certificate: Certificate) -> None:
    _require(KeyUsage.DIGITAL_SIGNATURE in certificate.key_usage, CertificateFault.KEY_USAGE)
    _require(not certificate.is_ca, CertificateFault.CONSTRAINTS)


def _verify_dates(certificate: Certificate, at: datetime | None) -> None:
    _require(at is None or certificate.not_before <= at, CertificateFault.NOT_YET_VALID)
    _require(at is None or at <= certificate.not_after, CertificateFault.EXPIRED)


def _permits(permitted: Name, euicc: Certificate) -> bool:
    """One permitted name: its serialNumber begins the EID (an IIN), every other attribute is the subject's too."""
    eid = euicc.subject_value(SERIAL_NUMBER) or ""
    return bool(permitted) and all(
        eid.startswith(value) if attribute == SERIAL_NUMBER else (attribute, value) in euicc.subject
        for attribute, value in permitted
    )


def _require(condition: bool, fault: CertificateFault) -> None:
    if not condition:
        raise CertificateError(fault)
