"""Certificates of the GlobalPlatform form (tag 7F21), GPCS Amendment A 3.3.2 and SGP.02 2.3.2: read, written, verified.

    93    serial number            5F24  expiration date, YYYYMMDD
    42    CA identifier            73    discretionary data: C8 kind of server, C9 key identifier of the CA
    5F20  subject identifier       7F49  public key: B0 point 04 X Y, F0 reference of its curve
    95    key usage                5F37  signature r || s of the CA over all before it
    5F25  effective date, optional

A card has no clock to rely on: it checks no dates. Whoever has one finds them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc.crypto import curves, ecdsa, ecka
from euicc.crypto.curves import Curve

CERTIFICATE, PUBLIC_KEY, SIGNATURE = 0x7F21, 0x7F49, 0x5F37
SERIAL, CA_IDENTIFIER, SUBJECT, USAGE = 0x93, 0x42, 0x5F20, 0x95
EFFECTIVE, EXPIRATION, DISCRETIONARY = 0x5F25, 0x5F24, 0x73
SERVER_KIND, CA_KEY_IDENTIFIER = 0xC8, 0xC9
POINT, CURVE_REFERENCE = 0xB0, 0xF0

VERIFICATION, KEY_AGREEMENT = b"\x82", b"\x00\x80"
"""Key usage: verification of signatures (GPCS table 11-17); key agreement (Amendment E table 3-5)."""
CURVE_REFERENCES = {0x00: curves.P256, 0x03: curves.BRAINPOOL}
"""Key parameter references of the curves that this card knows. FRP256V1 (40) is missing: `cryptography` has none."""

_ORDER = (
    SERIAL,
    CA_IDENTIFIER,
    SUBJECT,
    USAGE,
    EFFECTIVE,
    EXPIRATION,
    DISCRETIONARY,
    PUBLIC_KEY,
    SIGNATURE,
)
_OPTIONAL = {EFFECTIVE, DISCRETIONARY}
# 20 bytes: GlobalPlatform has identifiers of up to 16, but one SM-SR writes key identifiers of X.509 there.
_LENGTHS = {
    SERIAL: range(1, 17),
    CA_IDENTIFIER: range(1, 21),
    SUBJECT: range(1, 21),
    USAGE: range(1, 3),
    EFFECTIVE: range(4, 5),
    EXPIRATION: range(4, 5),
    SIGNATURE: range(ecdsa.SIGNATURE_LENGTH, ecdsa.SIGNATURE_LENGTH + 1),
}


class GpCertificateError(Exception):
    """Not a certificate of this form, or one for a curve that is not supported."""


class ServerKind(IntEnum):
    """Whose certificate it is, tag C8."""

    SM_DP = 0x01
    SM_SR = 0x02


@dataclass(frozen=True)
class PublicKey:
    """A public key: its curve, and its point of 65 bytes."""

    curve: Curve
    point: bytes

    @classmethod
    def of(cls, key: ec.EllipticCurvePublicKey) -> PublicKey:
        """Of a key on a supported curve; UnsupportedCurve."""
        return cls(curves.of(key), ecka.point(key))

    @classmethod
    def parse(cls, value: bytes, implied: Curve | None = None) -> PublicKey:
        """Value of a TLV 7F49; GpCertificateError, also for a point that is not on its curve.

        implied: the curve where no reference names it; then the bare point is understood, too, since the two open
        sources for the second step of a key establishment differ.
        """
        if implied is not None and len(value) == ecka.POINT_LENGTH:
            return cls._checked(implied, value)
        elements = _elements(value)
        if [each.tag for each in elements] not in ([POINT, CURVE_REFERENCE], [POINT]):
            raise GpCertificateError("elements of the public key")
        return cls._checked(_curve(elements[1:], implied), elements[0].value)

    @classmethod
    def _checked(cls, curve: Curve, point: bytes) -> PublicKey:
        try:
            ecka.from_point(curve, point)
        except ecka.PointError as error:
            raise GpCertificateError(str(error)) from None
        return cls(curve, point)

    @cached_property
    def key(self) -> ec.EllipticCurvePublicKey:
        """The key; PointError if the point is not on the curve."""
        return ecka.from_point(self.curve, self.point)

    def encode(self) -> bytes:
        """The TLV 7F49."""
        (reference,) = (number for number, curve in CURVE_REFERENCES.items() if curve == self.curve)
        return tlv.encode(
            PUBLIC_KEY, tlv.encode(POINT, self.point), tlv.encode(CURVE_REFERENCE, bytes((reference,)))
        )


@dataclass(frozen=True)
class Content:
    """What a CA signs. usage: VERIFICATION or KEY_AGREEMENT; discretionary: the data objects inside 73."""

    serial: bytes
    ca_identifier: bytes
    subject: bytes
    usage: bytes
    expiration: date
    public_key: PublicKey
    discretionary: bytes | None = None
    effective: date | None = None

    def encode(self) -> bytes:
        """The signed bytes: all TLVs before 5F37."""
        effective = b"" if self.effective is None else tlv.encode(EFFECTIVE, _digits(self.effective))
        data = b"" if self.discretionary is None else tlv.encode(DISCRETIONARY, self.discretionary)
        return b"".join(
            (
                tlv.encode(SERIAL, self.serial),
                tlv.encode(CA_IDENTIFIER, self.ca_identifier),
                tlv.encode(SUBJECT, self.subject),
                tlv.encode(USAGE, self.usage),
                effective,
                tlv.encode(EXPIRATION, _digits(self.expiration)),
                data,
                self.public_key.encode(),
            )
        )


@dataclass(frozen=True)
class GpCertificate:
    """A certificate as received: what it says, the bytes that are signed, the signature, and all of it (7F21 TLV)."""

    content: Content
    signed: bytes
    signature: bytes
    encoded: bytes

    @classmethod
    def parse(cls, data: bytes) -> GpCertificate:
        """The certificate that these bytes are, from 7F21 to the last byte; GpCertificateError."""
        outer = _elements(data)
        if [each.tag for each in outer] != [CERTIFICATE]:
            raise GpCertificateError("no certificate")
        elements = _elements(outer[0].value)
        fields = _fields(elements)
        signed = b"".join(each.encoded for each in elements[:-1])
        return cls(_content(fields), signed, fields[SIGNATURE], data)

    @classmethod
    def issue(cls, content: Content, key: ec.EllipticCurvePrivateKey) -> GpCertificate:
        """The certificate that a CA makes of `content` with its key; the same bytes every time."""
        signed = content.encode()
        signature = ecdsa.sign(key, signed)
        encoded = tlv.encode(CERTIFICATE, signed, tlv.encode(SIGNATURE, signature))
        return cls(content, signed, signature, encoded)

    def is_signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the signature is this key's over the bytes as received."""
        return ecdsa.verify(key, self.signature, self.signed)

    @property
    def server_kind(self) -> bytes | None:
        """Value of C8; None without one."""
        return self._discretionary(SERVER_KIND)

    @property
    def ca_key_identifier(self) -> bytes | None:
        """Value of C9; None without one."""
        return self._discretionary(CA_KEY_IDENTIFIER)

    def _discretionary(self, tag: int) -> bytes | None:
        return tlv.find(self.content.discretionary or b"", tag)


def _elements(data: bytes) -> list[tlv.Tlv]:
    try:
        return tlv.parse_all(data)
    except tlv.TlvError as error:
        raise GpCertificateError(str(error)) from None


def _fields(elements: Sequence[tlv.Tlv]) -> dict[int, bytes]:
    """The elements by tag: all of them in their order, none twice, the lengths within bounds."""
    fields = {each.tag: each.value for each in elements}
    expected = [tag for tag in _ORDER if tag in fields or tag not in _OPTIONAL]
    if [each.tag for each in elements] != expected:
        raise GpCertificateError("elements of the certificate")
    for tag, lengths in _LENGTHS.items():
        if tag in fields and len(fields[tag]) not in lengths:
            raise GpCertificateError(f"length of {tag:X}")
    return fields


def _content(fields: dict[int, bytes]) -> Content:
    _elements(fields.get(DISCRETIONARY, b""))
    return Content(
        serial=fields[SERIAL],
        ca_identifier=fields[CA_IDENTIFIER],
        subject=fields[SUBJECT],
        usage=fields[USAGE],
        expiration=_date(fields[EXPIRATION]),
        public_key=PublicKey.parse(fields[PUBLIC_KEY]),
        discretionary=fields.get(DISCRETIONARY),
        effective=_date(fields[EFFECTIVE]) if EFFECTIVE in fields else None,
    )


def _curve(references: list[tlv.Tlv], implied: Curve | None) -> Curve:
    """The curve that a reference names, if there is one."""
    if not references and implied is not None:
        return implied
    number = int.from_bytes(references[0].value, "big") if references else -1
    if number not in CURVE_REFERENCES or len(references[0].value) != 1:
        raise GpCertificateError("curve of the public key")
    return CURVE_REFERENCES[number]


def _date(digits: bytes) -> date:
    try:
        return date.fromisoformat(digits.hex())
    except ValueError as error:
        raise GpCertificateError(str(error)) from None


def _digits(day: date) -> bytes:
    return bytes.fromhex(day.isoformat().replace("-", ""))
