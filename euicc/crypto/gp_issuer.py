"""Issues certificates of the GlobalPlatform form (7F21) for all roles of SGP.02 2.3.2, deterministic to the byte.

The keys that an authority makes for others are derived from its seed. Those of `test_authority` come from a constant in
this file: anybody can compute them, and the CI's name says TEST.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha1, sha256

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc.crypto import ecdsa, ecka, gp_certificate
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import Content, GpCertificate, PublicKey, ServerKind

_PUBLIC_SEED = b"euicc TEST authority of SGP.02: these keys are public"
_SERIAL_LENGTH = 8
_EUM_IDENTIFIER_LENGTH = 4
_EFFECTIVE, _EXPIRATION = date(2020, 1, 1), date(2059, 12, 31)
_AES_128 = 16


@dataclass(frozen=True)
class GpIssued:
    """A certificate with the private key that belongs to it."""

    certificate: GpCertificate
    key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @property
    def encoded(self) -> bytes:
        """The certificate's TLV 7F21."""
        return self.certificate.encoded

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature r || s over `data`."""
        return ecdsa.sign(self.key, data)


@dataclass(frozen=True)
class GpAuthority:
    """A CI on `curve` that makes keys for everybody from `seed`, and the EUMs under it."""

    curve: Curve
    seed: bytes = field(repr=False)
    _eums: dict[bytes, GpIssued] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def identifier(self) -> bytes:
        """Its CA identifier (tag 42 of what it issues), at most 16 bytes."""
        return b"TEST CI " + sha256(self._label("name")).digest()[:4]

    @cached_property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """SK.CI.ECDSA."""
        return self.derive_key("CI")

    @cached_property
    def public_key(self) -> PublicKey:
        """PK.CI.ECDSA, which every card holds."""
        return PublicKey.of(self.key.public_key())

    @cached_property
    def certificate(self) -> GpCertificate:
        """CERT.CI.ECDSA, signed by itself."""
        content = self._content("CI", self.identifier, gp_certificate.VERIFICATION, self.public_key)
        return GpCertificate.issue(content, self.key)

    def issue_server(self, kind: ServerKind, identifier: bytes) -> GpIssued:
        """CERT.DP.ECDSA or CERT.SR.ECDSA of the server with this identifier (1 to 16 bytes)."""
        key = self.derive_key(f"{kind.name} {identifier.hex()}")
        extra = tlv.encode(gp_certificate.SERVER_KIND, bytes((kind,)))
        public = PublicKey.of(key.public_key())
        content = self._content(kind.name, identifier, gp_certificate.VERIFICATION, public, extra)
        return GpIssued(GpCertificate.issue(content, self.key), key)

    def issue_eum(self, eid: bytes) -> GpIssued:
        """CERT.EUM.ECDSA of the EUM whose identifier begins this EID; of the same form as the others.

        (SGP.02 has X.509 for this one; no card reads it.)
        """
        identifier = eid[:_EUM_IDENTIFIER_LENGTH]
        if identifier not in self._eums:
            key = self.derive_key(f"EUM {identifier.hex()}")
            public = PublicKey.of(key.public_key())
            content = self._content("EUM", identifier, gp_certificate.VERIFICATION, public)
            self._eums[identifier] = GpIssued(GpCertificate.issue(content, self.key), key)
        return self._eums[identifier]

    def issue_ecasd(self, eid: bytes) -> GpIssued:
        """CERT.ECASD.ECKA, signed by the EUM; its subject is the EID."""
        eum, key = self.issue_eum(eid), self.derive_key(f"ECASD {eid.hex()}")
        content = Content(
            serial=self._serial(f"ECASD {eid.hex()}"),
            ca_identifier=eum.certificate.content.subject,
            subject=eid,
            usage=gp_certificate.KEY_AGREEMENT,
            effective=_EFFECTIVE,
            expiration=_EXPIRATION,
            discretionary=_ca_key_identifier(eum.certificate.content.public_key),
            public_key=PublicKey.of(key.public_key()),
        )
        return GpIssued(GpCertificate.issue(content, eum.key), key)

    def derive_key(self, label: str) -> ec.EllipticCurvePrivateKey:
        """The key of `label`: always the same one."""
        drawn = 0

        def random(length: int) -> bytes:
            nonlocal drawn
            drawn += 1
            return ecka.kdf_x963(self.seed, drawn.to_bytes(4, "big") + self._label(label), length)

        return ecka.generate(self.curve, random)

    def derive_secret(self, label: str) -> bytes:
        """The symmetric key of `label`, 16 bytes: always the same one."""
        return ecka.kdf_x963(self.seed, self._label(f"secret {label}"), _AES_128)

    def _content(
        self, label: str, subject: bytes, usage: bytes, public: PublicKey, extra: bytes = b""
    ) -> Content:
        return Content(
            serial=self._serial(f"{label} {subject.hex()}"),
            ca_identifier=self.identifier,
            subject=subject,
            usage=usage,
            effective=_EFFECTIVE,
            expiration=_EXPIRATION,
            discretionary=extra + _ca_key_identifier(self.public_key),
            public_key=public,
        )

    def _serial(self, label: str) -> bytes:
        return sha256(self._label(f"serial {label}")).digest()[:_SERIAL_LENGTH]

    def _label(self, label: str) -> bytes:
        return sha256(self.seed + f"{self.curve.name} {label}".encode()).digest()


def key_identifier(key: PublicKey) -> bytes:
    """Identifier of a CA's key (tag C9), 20 bytes: SHA-1 of the point, RFC 5280 4.2.1.2 method 1."""
    return sha1(key.point).digest()


def _ca_key_identifier(key: PublicKey) -> bytes:
    return tlv.encode(gp_certificate.CA_KEY_IDENTIFIER, key_identifier(key))


@lru_cache(None)
def test_authority(curve: Curve) -> GpAuthority:
    """The TEST CI of a curve: its private key is public knowledge, by derivation from a constant."""
    return GpAuthority(curve, _PUBLIC_SEED)
