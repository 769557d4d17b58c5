"""Certificates that are wrong on purpose, one flaw at a time, for whoever must refuse them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, TypedDict, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from euicc import eid as eids
from euicc.crypto import curves, shapes
from euicc.crypto.certificates import Certificate, KeyUsage, Name, Role
from euicc.crypto.issuer import Authority, Issued, IssuerError, derive_key
from euicc.crypto.shapes import Shape
from euicc.crypto.x509_writer import SHA256, write

UNKNOWN_EXTENSION = "2.999.99"
_STRANGER = b"euicc TEST: a key that no certificate is about"
_THEN = datetime(2020, 1, 2, tzinfo=UTC)
_LATER = datetime(2059, 12, 31, tzinfo=UTC)
_SHAPE = frozenset(each.name for each in fields(Shape))


class Flaws(TypedDict, total=False):
    """Keyword arguments of `Pki.forge`. Without any, the certificate is a right one."""

    policy: str | None
    """Another policy OID (`Role.DP_PB.value`), or None."""
    oid: str | None
    """Another registeredID in subjectAltName, or None."""
    key_usage: KeyUsage
    ca: bool
    path_length: int | None
    subject: Name
    permitted: Name
    not_before: datetime
    not_after: datetime
    critical_extension: str
    """The OID of an extension, which is marked critical."""
    expired: bool
    not_yet_valid: bool
    bad_signature: bool
    """One bit of the signature is wrong."""
    stranger: bool
    """Names its issuer rightly, but another key has signed it."""
    other_ci: bool
    """Rightly issued, by a CI that nobody trusts."""
    sha384: bool
    """Signed with ecdsa-with-SHA384."""
    subject_curve: ec.EllipticCurve
    """The curve of the certified key, any that OpenSSL has."""
    eid: bytes
    """Of an eUICC certificate; and the range of an EUM certificate is that of this EID."""
    eum: Issued
    """The issuer of an eUICC certificate."""


def forge(authority: Authority, role: Role, entity: str, flaws: Flaws) -> Issued:
    """A certificate for `role` under `authority`, the SM-DP+'s OID `entity` unless `flaws` has another.

    IssuerError if a key that must sign is missing; KeyError for Role.CI.
    """
    issuer, issuer_key = _issuer(authority, role, flaws)
    shape = _flawed(_RIGHT[role](role, issuer, entity, flaws), flaws)
    curve = flaws.get("subject_curve", curves.of(issuer.public_key).ec)
    key = ec.derive_private_key(int.from_bytes(f"TEST forged {role.name}".encode()), curve)
    digest = hashes.SHA384() if flaws.get("sha384") else SHA256
    certificate = write(shape, key.public_key(), issuer, issuer_key, digest)
    if flaws.get("bad_signature"):
        certificate = certificate[:-1] + bytes((certificate[-1] ^ 1,))
    return Issued(certificate, key)


def _issuer(authority: Authority, role: Role, flaws: Flaws) -> tuple[Certificate, ec.EllipticCurvePrivateKey]:
    """The issuer's certificate, and the key that signs."""
    if flaws.get("other_ci"):
        authority = Authority.create(authority.curve, _STRANGER)
    certificate, key = authority.certificate, authority.key
    if role is Role.EUICC:
        eum = flaws.get("eum") or authority.eum_for(flaws.get("eid", eids.DEFAULT))
        certificate, key = eum.certificate, eum.key
    if flaws.get("stranger"):
        key = derive_key(authority.curve, _STRANGER, "stranger")
    if key is None:
        raise IssuerError(f"the private key of the CI {authority.ski.hex()} is not here")
    return Certificate.parse(certificate), key


def _flawed(shape: Shape, flaws: Flaws) -> Shape:
    if flaws.get("expired"):
        shape = replace(shape, not_after=_THEN)
    if flaws.get("not_yet_valid"):
        shape = replace(shape, not_before=_LATER)
    changes = {name: value for name, value in flaws.items() if name in _SHAPE}
    return replace(shape, **cast("Any", changes))


def _server(role: Role, _issuer: Certificate, entity: str, _flaws: Flaws) -> Shape:
    return shapes.server(role, entity)


def _tls(role: Role, _issuer: Certificate, entity: str, _flaws: Flaws) -> Shape:
    return shapes.tls(role, "testsmdpplus1.example.com", (), entity, _THEN, _LATER)


def _eum(_role: Role, _issuer: Certificate, _entity: str, flaws: Flaws) -> Shape:
    return shapes.eum(eids.digits(flaws.get("eid", eids.DEFAULT)))


def _euicc(_role: Role, issuer: Certificate, _entity: str, flaws: Flaws) -> Shape:
    return shapes.euicc(eids.digits(flaws.get("eid", eids.DEFAULT)), issuer)


_RIGHT: dict[Role, Callable[[Role, Certificate, str, Flaws], Shape]] = {
    Role.DP_AUTH: _server,
    Role.DP_PB: _server,
    Role.DS_AUTH: _server,
    Role.DP_TLS: _tls,
    Role.DS_TLS: _tls,
    Role.EUM: _eum,
    Role.EUICC: _euicc,
}
