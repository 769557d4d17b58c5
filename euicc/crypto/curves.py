"""The two elliptic curves every RSP server supports, SGP.22 2.6.7.1: NIST P-256 and brainpoolP256r1."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec

Key = ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey


class UnsupportedCurve(Exception):
    """The key lies on a curve that neither SGP.22 nor this card knows."""


@dataclass(frozen=True)
class Curve:
    """One curve: name and OID (RFC 5480, RFC 5639), the order of its generator, OpenSSL's object for it."""

    name: str
    oid: str
    order: int = field(repr=False)
    ec: ec.EllipticCurve = field(repr=False, compare=False)


P256 = Curve(
    name="prime256v1",
    oid="1.2.840.10045.3.1.7",
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ec=ec.SECP256R1(),
)
BRAINPOOL = Curve(
    name="brainpoolP256r1",
    oid="1.3.36.3.3.2.8.1.1.7",
    order=0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
    ec=ec.BrainpoolP256R1(),
)
ALL = (P256, BRAINPOOL)
COORDINATE = 32
"""Bytes of a coordinate, a scalar, and of each half of a signature on either curve."""

_BY_OPENSSL_NAME = {curve.ec.name: curve for curve in ALL}
_BY_NAME = {curve.name: curve for curve in ALL}


def of(key: Key) -> Curve:
    """The curve a key lies on; UnsupportedCurve for any other."""
    try:
        return _BY_OPENSSL_NAME[key.curve.name]
    except KeyError:
        raise UnsupportedCurve(key.curve.name) from None


def is_supported(key: Key) -> bool:
    """Whether a key lies on one of the two curves."""
    return key.curve.name in _BY_OPENSSL_NAME


def named(name: str) -> Curve:
    """The curve of a stored name ("prime256v1", "brainpoolP256r1"); UnsupportedCurve for any other."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnsupportedCurve(name) from None
