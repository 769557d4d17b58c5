"""Reads the fields of `Certificate` out of DER with cryptography's X.509 parser, RFC 5280 4.1 and 4.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtensionOID

from apdu import tlv
from euicc.crypto.certificates import (
    SERIAL_NUMBER,
    Certificate,
    CertificateError,
    CertificateFault,
    KeyUsage,
    Name,
)

PERMITTED_EINS = x509.ObjectIdentifier("2.23.146.1.2.2.0")
"""SGP.22 v3: the EIDs an EUM may sign for, as SEQUENCE OF PrintableString, instead of name constraints."""

_VERSION = 0xA0
NOTHING: tuple[Name, ...] = ()
_UNDERSTOOD = frozenset(
    (
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.CRL_DISTRIBUTION_POINTS,
        PERMITTED_EINS,
    )
)
# What cryptography raises for damaged certificates; TypeError comes from a name of the wrong string type.
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    tlv.TlvError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

X = TypeVar("X", bound=x509.ExtensionType)
T = TypeVar("T")


def read(der: bytes) -> Certificate:
    """The parsed certificate; CertificateError(MALFORMED) for anything X.509 does not allow."""
    try:
        return _read(der)
    except _UNREADABLE:
        raise CertificateError(CertificateFault.MALFORMED) from None


def _read(der: bytes) -> Certificate:
    tbs, algorithm, public_key_info, signature = _slices(der)
    parsed = x509.load_der_x509_certificate(der)
    extensions = parsed.extensions
    values = {type(each.value): each.value for each in extensions}
    basic = _take(values, x509.BasicConstraints, lambda value: value, None)
    return Certificate(
        der=der,
        tbs=tbs,
        algorithm=algorithm,
        signature=signature,
        public_key_info=public_key_info,
        serial_number=parsed.serial_number,
        subject=_name(parsed.subject),
        issuer=_name(parsed.issuer),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        ski=_take(values, x509.SubjectKeyIdentifier, lambda value: value.digest, None),
        aki=_take(values, x509.AuthorityKeyIdentifier, lambda value: value.key_identifier, None),
        policies=_take(values, x509.CertificatePolicies, _policies, ()),
        key_usage=_take(values, x509.KeyUsage, _key_usage, KeyUsage(0)),
        is_ca=basic is not None and basic.ca,
        path_length=basic.path_length if basic is not None else None,
        subject_alt_oid=_take(values, x509.SubjectAlternativeName, _registered_id, None),
        permitted=_take(values, x509.NameConstraints, _permitted_names, NOTHING)
        + _permitted_eins(extensions),
        unknown_critical=tuple(
            each.oid.dotted_string for each in extensions if each.critical and each.oid not in _UNDERSTOOD
        ),
    )


def _slices(der: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """tbsCertificate, AlgorithmIdentifier, SubjectPublicKeyInfo, signature: slices of the bytes received."""
    tbs, algorithm, signature = tlv.parse_all(tlv.parse(der).value)
    fields = [each for each in tlv.parse_all(tbs.value) if each.tag != _VERSION]
    serial, inner_algorithm, _issuer, _validity, _subject, public_key_info = fields[:6]
    # RFC 5280 4.1.2.2; cryptography warns today and will refuse in a later version.
    if not serial.value or serial.value[0] & 0x80 or not any(serial.value):
        raise ValueError("a serial number that is not positive")
    if algorithm.encoded != inner_algorithm.encoded:
        raise ValueError("the signed and the unsigned algorithm differ")
    # A BIT STRING of whole octets: anything else would let a bit outside the signature change unnoticed.
    if signature.value[:1] != b"\x00":
        raise ValueError("unused bits in the signature")
    return tbs.encoded, algorithm.encoded, public_key_info.encoded, signature.value[1:]


def _take(
    values: Mapping[type[x509.ExtensionType], x509.ExtensionType],
    kind: type[X],
    take: Callable[[X], T],
    absent: T,
) -> T:
    value = values.get(kind)
    return take(value) if isinstance(value, kind) else absent


def _name(name: x509.Name) -> Name:
    return tuple((each.oid.dotted_string, each.value) for each in name if isinstance(each.value, str))


def _policies(value: x509.CertificatePolicies) -> tuple[str, ...]:
    return tuple(each.policy_identifier.dotted_string for each in value)


def _key_usage(value: x509.KeyUsage) -> KeyUsage:
    asserted = (
        (value.digital_signature, KeyUsage.DIGITAL_SIGNATURE),
        (value.key_cert_sign, KeyUsage.KEY_CERT_SIGN),
        (value.crl_sign, KeyUsage.CRL_SIGN),
    )
    return reduce(or_, (usage for is_set, usage in asserted if is_set), KeyUsage(0))


def _registered_id(value: x509.SubjectAlternativeName) -> str | None:
    registered = value.get_values_for_type(x509.RegisteredID)
    return registered[0].dotted_string if registered else None


def _permitted_names(value: x509.NameConstraints) -> tuple[Name, ...]:
    # Excluded names are not for GSMA certificates; where there are some, nothing is known to be permitted.
    if value.excluded_subtrees:
        return NOTHING
    subtrees = value.permitted_subtrees or ()
    return tuple(_name(each.value) for each in subtrees if isinstance(each, x509.DirectoryName))


def _permitted_eins(extensions: x509.Extensions) -> tuple[Name, ...]:
    found = [each.value for each in extensions if each.oid == PERMITTED_EINS]
    encoded = [value.value for value in found if isinstance(value, x509.UnrecognizedExtension)]
    texts = [text for value in encoded for text in tlv.parse_all(tlv.parse(value).value)]
    return tuple(((SERIAL_NUMBER, text.value.decode("ascii")),) for text in texts)
