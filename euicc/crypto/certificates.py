"""GSMA certificates, SGP.22 4.5.2: X.509 v3 on an elliptic curve, whose policy OID says the role.

What makes a chain of them trustworthy is in `euicc.crypto.chain`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from euicc.crypto import curves

ORGANIZATION = "2.5.4.10"
SERIAL_NUMBER = "2.5.4.5"
COMMON_NAME = "2.5.4.3"
_CACHED = 64

Name = tuple[tuple[str, str], ...]
"""A distinguished name: (attribute OID, value) in order."""


class Role(enum.Enum):
    """id-rspRole, SGP.22 4.5.2.1: what a certificate is for, by its policy OID."""

    CI = "2.23.146.1.2.1.0"
    EUICC = "2.23.146.1.2.1.1"
    EUM = "2.23.146.1.2.1.2"
    DP_TLS = "2.23.146.1.2.1.3"
    DP_AUTH = "2.23.146.1.2.1.4"
    DP_PB = "2.23.146.1.2.1.5"
    DS_TLS = "2.23.146.1.2.1.6"
    DS_AUTH = "2.23.146.1.2.1.7"


class KeyUsage(enum.Flag):
    """The usages that matter here, RFC 5280 4.2.1.3."""

    DIGITAL_SIGNATURE = enum.auto()
    KEY_CERT_SIGN = enum.auto()
    CRL_SIGN = enum.auto()


class CertificateFault(enum.Enum):
    """Why a certificate is refused; each interface maps these to its own codes."""

    MALFORMED = "not a readable X.509 certificate"
    UNKNOWN_CI = "issued by no trusted CI"
    UNSUPPORTED_CURVE = "its key is on an unsupported curve"
    ALGORITHM = "not signed with ecdsa-with-SHA256"
    BAD_SIGNATURE = "the issuer's signature is wrong"
    CRITICAL_EXTENSION = "an unknown extension is critical"
    KEY_USAGE = "the key may not be used so"
    CONSTRAINTS = "a CA where an end entity is due, or the other way round"
    WRONG_ROLE = "the policy names another role"
    NO_OID = "no OID of its owner in subjectAltName"
    OTHER_ENTITY = "the OID is another owner's"
    NOT_YET_VALID = "its validity has not begun"
    EXPIRED = "its validity is over"
    NOT_PERMITTED = "outside the name constraints of its issuer"


class CertificateError(Exception):
    """A certificate is refused for `fault`; `role` says whose, where EUM and eUICC are checked together."""

    def __init__(self, fault: CertificateFault, role: Role | None = None) -> None:
        super().__init__(fault.value if role is None else f"{role.name}: {fault.value}")
        self.fault = fault
        self.role = role


@dataclass(frozen=True)
class Certificate:
    """One parsed certificate; made by `parse`, equal when the bytes are.

    `tbs`, `algorithm` and `public_key_info` are slices of the received bytes; `signature` is DER.
    """

    der: bytes
    tbs: bytes = field(repr=False, compare=False)
    algorithm: bytes = field(repr=False, compare=False)
    signature: bytes = field(repr=False, compare=False)
    public_key_info: bytes = field(repr=False, compare=False)
    serial_number: int = field(compare=False)
    subject: Name = field(compare=False)
    issuer: Name = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    ski: bytes | None = field(compare=False)
    aki: bytes | None = field(compare=False)
    policies: tuple[str, ...] = field(compare=False)
    key_usage: KeyUsage = field(compare=False)
    is_ca: bool = field(compare=False)
    path_length: int | None = field(compare=False)
    subject_alt_oid: str | None = field(compare=False)
    permitted: tuple[Name, ...] = field(compare=False)
    """Permitted directory names; a serialNumber in them is a prefix."""
    unknown_critical: tuple[str, ...] = field(compare=False)

    @classmethod
    def parse(cls, der: bytes) -> Certificate:
        """The certificate that these bytes are, from a small cache; CertificateError MALFORMED otherwise."""
        return _parse(der)

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The subject's key; CertificateError MALFORMED or UNSUPPORTED_CURVE when it is not usable."""
        try:
            key = load_der_public_key(self.public_key_info)
        except UnsupportedAlgorithm:
            raise CertificateError(CertificateFault.UNSUPPORTED_CURVE) from None
        except ValueError:
            raise CertificateError(CertificateFault.MALFORMED) from None
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise CertificateError(CertificateFault.UNSUPPORTED_CURVE)
        return key

    @cached_property
    def curve(self) -> curves.Curve:
        """The curve of the subject's key; CertificateError as for `public_key`."""
        try:
            return curves.of(self.public_key)
        except curves.UnsupportedCurve:
            raise CertificateError(CertificateFault.UNSUPPORTED_CURVE) from None

    @cached_property
    def role(self) -> Role | None:
        """The first policy that names a role; None for certificates without one, such as an eIM's."""
        return next((role for role in Role if role.value in self.policies), None)

    def subject_value(self, attribute: str) -> str | None:
        """The first value of a subject attribute, by OID; the EID of an eUICC is its SERIAL_NUMBER."""
        return next((value for oid, value in self.subject if oid == attribute), None)


@lru_cache(_CACHED)
def _parse(der: bytes) -> Certificate:
    # cryptography.x509 costs 25 ms at import: paid by the first certificate, not by `import euicc`.
    from euicc.crypto.x509_reader import read

    return read(der)
