"""Who an SGP.02 card is: what the EUM puts into its ECASD, and the first keys of its ISD-R, SGP.02 2.2.1 and 2.3.2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc import eid as eids
from euicc.crypto import curves, ecka
from euicc.crypto.curves import Curve
from euicc.globalplatform import key_set
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

if TYPE_CHECKING:
    from euicc.crypto.gp_issuer import GpAuthority

# The stored form, our own: one constructed TLV each, fields in the order of the classes.
_IDENTITY, _CI, _KEYS = 0xE1, 0xE2, 0xE3
_EID, _CURVE, _SCALAR, _ECASD, _EUM, _SIN, _SDIN = 0x5A, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85
_CI_IDENTIFIER, _KEY_IDENTIFIER, _POINT = 0x86, 0x87, 0x88

FIRST_SCP80, FIRST_SCP81 = 0x01, 0x40
"""Versions of the key sets that every ISD-R of ours begins with."""
SCP81_KEY, SCP81_DEK = 0x01, 0x02
"""Identifiers in a key set of SCP81, GPCS Amendment B 3.3.2."""
_IIN_LENGTH = 4


class M2mIdentityError(Exception):
    """Stored bytes that are not an identity."""


@dataclass(frozen=True)
class CiKey:
    """PK.CI.ECDSA: the CI's identifier (tag 42), the key's (tag C9), and the key (65 bytes 04 X Y)."""

    identifier: bytes
    key_identifier: bytes
    curve: Curve
    point: bytes

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The CI's key; PointError if the stored point is not on the curve."""
        return ecka.from_point(self.curve, self.point)


@dataclass(frozen=True)
class M2mIdentity:
    """EID (16 bytes), SK.ECASD.ECKA (scalar, 32 bytes) and its certificate, trusted CIs, first keys of the ISD-R.

    Certificates are TLVs 7F21. sin, sdin: provider and image number of the ISD-R (tags 42 and 45, 1 to 16 bytes).
    """

    eid: bytes
    curve: Curve
    ecasd_key: bytes = field(repr=False)
    ecasd_certificate: bytes
    eum_certificate: bytes | None
    sin: bytes
    sdin: bytes
    ci_keys: tuple[CiKey, ...]
    isd_r_keys: tuple[SecurityDomainKey, ...]

    @classmethod
    def default(cls, eid: bytes = eids.DEFAULT) -> M2mIdentity:
        """The identity the built-in TEST authority gives to `eid`, on P-256; the same bytes every time."""
        return _default(eid)

    @classmethod
    def issue(cls, eid: bytes, authority: GpAuthority) -> M2mIdentity:
        """What an EUM under this authority puts into a card."""
        from euicc.crypto.gp_issuer import key_identifier

        ci, ecasd = authority.public_key, authority.issue_ecasd(eid)
        return cls(
            eid=eid,
            curve=authority.curve,
            ecasd_key=ecka.scalar(ecasd.key),
            ecasd_certificate=ecasd.encoded,
            eum_certificate=authority.issue_eum(eid).encoded,
            sin=eid[:_IIN_LENGTH],
            sdin=eid[_IIN_LENGTH:],
            ci_keys=(CiKey(authority.identifier, key_identifier(ci), ci.curve, ci.point),),
            isd_r_keys=tuple(_first_keys(eid, authority)),
        )

    @cached_property
    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """SK.ECASD.ECKA; PointError if the stored scalar is none of the curve's."""
        return ecka.from_scalar(self.curve, self.ecasd_key)

    def to_bytes(self) -> bytes:
        """For the NVM: private and symmetric keys included, in the clear."""
        return tlv.encode(
            _IDENTITY,
            tlv.encode(_EID, self.eid),
            tlv.encode(_CURVE, self.curve.name.encode()),
            tlv.encode(_SCALAR, self.ecasd_key),
            tlv.encode(_ECASD, self.ecasd_certificate),
            b"" if self.eum_certificate is None else tlv.encode(_EUM, self.eum_certificate),
            tlv.encode(_SIN, self.sin),
            tlv.encode(_SDIN, self.sdin),
            *map(_encode_ci, self.ci_keys),
            tlv.encode(_KEYS, key_set.to_bytes(self.isd_r_keys)),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> M2mIdentity:
        """The inverse of `to_bytes`; M2mIdentityError for anything else."""
        try:
            parts = tlv.parse_all(_only([tlv.parse(data)], _IDENTITY))
            return cls(
                eid=_only(parts, _EID),
                curve=curves.named(_only(parts, _CURVE).decode()),
                ecasd_key=_only(parts, _SCALAR),
                ecasd_certificate=_only(parts, _ECASD),
                eum_certificate=next(iter(_all(parts, _EUM)), None),
                sin=_only(parts, _SIN),
                sdin=_only(parts, _SDIN),
                ci_keys=tuple(map(_decode_ci, _all(parts, _CI))),
                isd_r_keys=key_set.from_bytes(_only(parts, _KEYS)),
            )
        except (tlv.TlvError, curves.UnsupportedCurve, UnicodeDecodeError, LookupError) as error:
            raise M2mIdentityError(str(error)) from None


# Bounded: a program may make thousands of cards, each with an EID of its own.
@lru_cache(16)
def _default(eid: bytes) -> M2mIdentity:
    from euicc.crypto.gp_issuer import test_authority

    return M2mIdentity.issue(eid, test_authority(curves.P256))


def _first_keys(eid: bytes, authority: GpAuthority) -> Iterable[SecurityDomainKey]:
    """SCP80 with AES (KIc, KID, KIK), and SCP81 with a pre-shared key and an AES key that enciphers other keys."""
    for identifier, usage in key_set.USAGE.items():
        value = authority.derive_secret(f"SCP80 {identifier} {eid.hex()}")
        yield _key(usage, FIRST_SCP80, identifier, key_set.AES_TYPE, value)
    psk, dek = (authority.derive_secret(f"SCP81 {each} {eid.hex()}") for each in ("PSK", "DEK"))
    yield _key(key_set.USAGE[key_set.ENC], FIRST_SCP81, SCP81_KEY, key_set.PSK_TYPE, psk)
    yield _key(key_set.USAGE[key_set.DEK], FIRST_SCP81, SCP81_DEK, key_set.AES_TYPE, dek)


def _key(usage: bytes, version: int, identifier: int, kind: int, value: bytes) -> SecurityDomainKey:
    return SecurityDomainKey(usage, identifier, version, (KeyComponent(kind, value),))


def _encode_ci(ci: CiKey) -> bytes:
    return tlv.encode(
        _CI,
        tlv.encode(_CI_IDENTIFIER, ci.identifier),
        tlv.encode(_KEY_IDENTIFIER, ci.key_identifier),
        tlv.encode(_CURVE, ci.curve.name.encode()),
        tlv.encode(_POINT, ci.point),
    )


def _decode_ci(data: bytes) -> CiKey:
    parts = tlv.parse_all(data)
    return CiKey(
        identifier=_only(parts, _CI_IDENTIFIER),
        key_identifier=_only(parts, _KEY_IDENTIFIER),
        curve=curves.named(_only(parts, _CURVE).decode()),
        point=_only(parts, _POINT),
    )


def _all(parts: Iterable[tlv.Tlv], tag: int) -> list[bytes]:
    return [each.value for each in parts if each.tag == tag]


def _only(parts: Iterable[tlv.Tlv], tag: int) -> bytes:
    values = _all(parts, tag)
    if len(values) != 1:
        raise M2mIdentityError(f"{len(values)} elements {tag:02X}")
    return values[0]
