"""Writes a `Shape` as a signed X.509 certificate, RFC 5280: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from euicc.crypto import ecka
from euicc.crypto.certificates import Certificate, KeyUsage, Name
from euicc.crypto.shapes import Shape

_CRL = "http://ci.test.example.com/CRL.crl"
_SERIAL_BYTES = 8

Digest = hashes.SHA256 | hashes.SHA384
SHA256 = hashes.SHA256()
Extension = tuple[x509.ExtensionType, bool]


def write(
    shape: Shape,
    public_key: ec.EllipticCurvePublicKey,
    issuer: Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    algorithm: Digest = SHA256,
) -> bytes:
    """The DER certificate of `public_key`, issued by `issuer`, by itself where that is None.

    ECDSA with SHA-256 (or, for tests, another hash), RFC 6979; the serial number is derived from the key.
    """
    issuer_name = _name(shape.subject if issuer is None else issuer.subject)
    builder = (
        x509.CertificateBuilder()
        .serial_number(_serial(shape, public_key))
        .issuer_name(issuer_name)
        .subject_name(_name(shape.subject))
        .not_valid_before(shape.not_before)
        .not_valid_after(shape.not_after)
        .public_key(public_key)
    )
    for extension, critical in _extensions(shape, public_key, issuer):
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(issuer_key, algorithm, ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def _extensions(
    shape: Shape, public_key: ec.EllipticCurvePublicKey, issuer: Certificate | None
) -> Iterator[Extension]:
    if issuer is not None and issuer.ski is not None:
        yield x509.AuthorityKeyIdentifier(issuer.ski, None, None), False
    yield x509.SubjectKeyIdentifier.from_public_key(public_key), False
    yield _key_usage(shape.key_usage), True
    if shape.tls:
        purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        yield x509.ExtendedKeyUsage(purposes), True
    if shape.policy is not None:
        policy = x509.PolicyInformation(x509.ObjectIdentifier(shape.policy), None)
        yield x509.CertificatePolicies([policy]), shape.policy_critical
    if names := _alternative_names(shape):
        yield x509.SubjectAlternativeName(names), False
    if shape.ca:
        yield x509.BasicConstraints(ca=True, path_length=shape.path_length), True
    if shape.crl:
        yield _distribution_points(), False
    if shape.permitted:
        yield x509.NameConstraints([x509.DirectoryName(_name(shape.permitted))], None), True
    if shape.critical_extension is not None:
        oid = x509.ObjectIdentifier(shape.critical_extension)
        yield x509.UnrecognizedExtension(oid, b"\x05\x00"), True


def _name(name: Name) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in name])


def _serial(shape: Shape, public_key: ec.EllipticCurvePublicKey) -> int:
    """Positive, and another one for each purpose and time that one key is certified for."""
    content = ecka.point(public_key) + repr((shape.policy, shape.not_before)).encode()
    return int.from_bytes(sha256(content).digest()[:_SERIAL_BYTES], "big") >> 1 | 1


def _key_usage(usage: KeyUsage) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=KeyUsage.DIGITAL_SIGNATURE in usage,
        key_cert_sign=KeyUsage.KEY_CERT_SIGN in usage,
        crl_sign=KeyUsage.CRL_SIGN in usage,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(shape: Shape) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in shape.hostnames]
    names += [x509.IPAddress(each) for each in shape.addresses]
    if shape.oid is not None:
        names.append(x509.RegisteredID(x509.ObjectIdentifier(shape.oid)))
    return names


def _distribution_points() -> x509.CRLDistributionPoints:
    uri = x509.UniformResourceIdentifier(_CRL)
    return x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None)])
