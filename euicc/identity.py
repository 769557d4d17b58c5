"""Who a card is: its EID, the certificates it signs under, the CIs it trusts. An EUM puts them in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc import eid as eids
from euicc.crypto import curves, ecdsa, ecka
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.curves import Curve

if TYPE_CHECKING:
    from euicc.crypto.issuer import Authority

__all__ = ["Credential", "Identity", "IdentityError", "TrustAnchor"]

# The stored form, our own: one constructed TLV each, fields in the order of the classes.
_IDENTITY, _EID, _CREDENTIAL, _ANCHOR = 0xE1, 0x5A, 0xE2, 0xE3
_CURVE, _SKI, _CI, _EUM, _EUICC, _SCALAR, _POINT = 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86


class IdentityError(Exception):
    """Stored bytes that are not an identity."""


@dataclass(frozen=True)
class Credential:
    """One CI under which the card signs: its key (scalar, 32 bytes), its certificate and the EUM's, DER."""

    curve: Curve
    ci_ski: bytes
    ci_certificate: bytes | None
    eum_certificate: bytes
    euicc_certificate: bytes
    private_scalar: bytes = field(repr=False)

    @cached_property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """SK.EUICC.ECDSA; PointError if the stored scalar is none of the curve's."""
        return ecka.from_scalar(self.curve, self.private_scalar)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature of SK.EUICC.ECDSA over `data`."""
        return ecdsa.sign(self.private_key, data)


@dataclass(frozen=True)
class Identity:
    """EID (16 bytes), credentials (euiccCiPKIdListForSigning), anchors (...ForVerification), best first."""

    eid: bytes
    credentials: tuple[Credential, ...]
    trusted: tuple[TrustAnchor, ...]

    @classmethod
    def default(cls, eid: bytes = eids.DEFAULT) -> Identity:
        """The identity the built-in TEST authority gives to `eid`, on P-256; the same bytes every time."""
        return _default(eid)

    @classmethod
    def issue(cls, eid: bytes, authorities: Iterable[Authority]) -> Identity:
        """What an EUM puts into a card: a credential under each CI, all of them trusted; IssuerError as theirs."""
        ordered = tuple(authorities)
        return cls(
            eid=eid,
            credentials=tuple(_issue(eid, authority) for authority in ordered),
            trusted=tuple(authority.anchor for authority in ordered),
        )

    def credential(self, ci_ski: bytes) -> Credential | None:
        """The credential under the CI of this key identifier."""
        return next((each for each in self.credentials if each.ci_ski == ci_ski), None)

    def anchor(self, ci_ski: bytes) -> TrustAnchor | None:
        """The trusted CI of this key identifier."""
        return next((each for each in self.trusted if each.ski == ci_ski), None)

    def to_bytes(self) -> bytes:
        """For the NVM: private keys included, in the clear."""
        return tlv.encode(
            _IDENTITY,
            tlv.encode(_EID, self.eid),
            *map(_encode_credential, self.credentials),
            *map(_encode_anchor, self.trusted),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Identity:
        """The inverse of `to_bytes`; IdentityError for anything else."""
        try:
            parts = tlv.parse_all(_value(data, _IDENTITY))
            return cls(
                eid=_only(parts, _EID),
                credentials=tuple(map(_decode_credential, _all(parts, _CREDENTIAL))),
                trusted=tuple(map(_decode_anchor, _all(parts, _ANCHOR))),
            )
        except (tlv.TlvError, curves.UnsupportedCurve, UnicodeDecodeError) as error:
            raise IdentityError(str(error)) from None


# Bounded: a program may make thousands of cards, each with an EID of its own.
@lru_cache(16)
def _default(eid: bytes) -> Identity:
    # The issuer brings cryptography's X.509 with it, 25 ms at import: only for who wants it.
    from euicc.crypto.issuer import test_authority

    return Identity.issue(eid, (test_authority(curves.P256),))


def _issue(eid: bytes, authority: Authority) -> Credential:
    eum, euicc = authority.issue_euicc(eid)
    credential = Credential(
        curve=euicc.parsed.curve,
        ci_ski=authority.ski,
        ci_certificate=authority.certificate,
        eum_certificate=eum,
        euicc_certificate=euicc.certificate,
        private_scalar=ecka.scalar(euicc.key),
    )
    vars(credential)["private_key"] = euicc.key  # at hand: not to be derived again
    return credential


def _encode_credential(credential: Credential) -> bytes:
    return tlv.encode(
        _CREDENTIAL,
        tlv.encode(_CURVE, credential.curve.name.encode()),
        tlv.encode(_SKI, credential.ci_ski),
        _optional(_CI, credential.ci_certificate),
        tlv.encode(_EUM, credential.eum_certificate),
        tlv.encode(_EUICC, credential.euicc_certificate),
        tlv.encode(_SCALAR, credential.private_scalar),
    )


def _decode_credential(data: bytes) -> Credential:
    parts = tlv.parse_all(data)
    return Credential(
        curve=curves.named(_only(parts, _CURVE).decode()),
        ci_ski=_only(parts, _SKI),
        ci_certificate=_first(parts, _CI),
        eum_certificate=_only(parts, _EUM),
        euicc_certificate=_only(parts, _EUICC),
        private_scalar=_only(parts, _SCALAR),
    )


def _encode_anchor(anchor: TrustAnchor) -> bytes:
    return tlv.encode(
        _ANCHOR,
        tlv.encode(_CURVE, anchor.curve.name.encode()),
        tlv.encode(_SKI, anchor.ski),
        tlv.encode(_POINT, anchor.point),
        _optional(_CI, anchor.certificate),
    )


def _decode_anchor(data: bytes) -> TrustAnchor:
    parts = tlv.parse_all(data)
    return TrustAnchor(
        ski=_only(parts, _SKI),
        curve=curves.named(_only(parts, _CURVE).decode()),
        point=_only(parts, _POINT),
        certificate=_first(parts, _CI),
    )


def _optional(tag: int, value: bytes | None) -> bytes:
    return b"" if value is None else tlv.encode(tag, value)


def _value(data: bytes, tag: int) -> bytes:
    return _only([tlv.parse(data)], tag)


def _all(parts: Iterable[tlv.Tlv], tag: int) -> list[bytes]:
    return [each.value for each in parts if each.tag == tag]


def _first(parts: Iterable[tlv.Tlv], tag: int) -> bytes | None:
    return next(iter(_all(parts, tag)), None)


def _only(parts: Iterable[tlv.Tlv], tag: int) -> bytes:
    value = _first(parts, tag)
    if value is None:
        raise IdentityError(f"no element {tag:02X}")
    return value
