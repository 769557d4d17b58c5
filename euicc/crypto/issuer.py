"""Issues certificates as SGP.26 shapes them, SGP.22 4.5.2: every role, deterministic to the byte.

The keys that an authority makes for others are derived from its seed. Those of `test_authority` come from a
constant in this file: anybody can compute them, and every name in their certificates says TEST.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address

from cryptography.hazmat.primitives.asymmetric import ec

from euicc import eid as eids
from euicc.crypto import curves, ecdsa, ecka, shapes
from euicc.crypto.certificates import Certificate, Role
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.curves import Curve
from euicc.crypto.shapes import Shape
from euicc.crypto.x509_writer import write

_PUBLIC_SEED = b"euicc TEST authority: these keys are public"
_TLS_LIFETIME = timedelta(days=30)


class IssuerError(Exception):
    """The private key that would have to sign is not at hand."""


@dataclass(frozen=True)
class Issued:
    """A certificate (DER) with the private key that belongs to it."""

    certificate: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @cached_property
    def parsed(self) -> Certificate:
        """The certificate, parsed."""
        return Certificate.parse(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature r || s over `data`."""
        return ecdsa.sign(self.key, data)


@dataclass(frozen=True)
class Authority:
    """A CI: its certificate (DER), its key unless unknown, and the seed of the keys that it makes for others.

    What it has issued before comes first: `eums` with their keys, `euiccs` as (EUM certificate, eUICC).
    """

    certificate: bytes
    key: ec.EllipticCurvePrivateKey | None = field(repr=False, compare=False)
    seed: bytes = field(repr=False)
    eums: tuple[Issued, ...] = ()
    euiccs: tuple[tuple[bytes, Issued], ...] = ()

    @classmethod
    def create(cls, curve: Curve, seed: bytes) -> Authority:
        """A self-signed CI on `curve`, its key derived from `seed`."""
        key = derive_key(curve, seed, "CI")
        shape = shapes.ci(f"TEST CI {curve.name}")
        return cls(write(shape, key.public_key(), None, key), key, seed)

    @cached_property
    def anchor(self) -> TrustAnchor:
        """The CI as its verifiers know it."""
        return TrustAnchor.of(self.certificate)

    @property
    def ski(self) -> bytes:
        """The CI's key identifier: euiccCiPKId."""
        return self.anchor.ski

    @property
    def curve(self) -> Curve:
        """The curve of the CI's key, on which it makes the others'."""
        return self.anchor.curve

    def issue(self, shape: Shape, label: str, curve: Curve | None = None) -> Issued:
        """A certificate for a key of its own, derived from `label`; IssuerError without the CI's key."""
        if self.key is None:
            raise IssuerError(f"the private key of the CI {self.ski.hex()} is not here")
        key = derive_key(curve or self.curve, self.seed, label)
        return Issued(write(shape, key.public_key(), Certificate.parse(self.certificate), self.key), key)

    def issue_server(self, role: Role, oid: str) -> Issued:
        """A DPauth, DPpb or DSauth certificate of the server with this OID."""
        return self.issue(shapes.server(role, oid), f"{role.name} {oid}")

    def issue_eim(self, name: str) -> Issued:
        """An eIM signing certificate, SGP.32 2.6: digitalSignature and no policy."""
        return self.issue(shapes.eim(name), f"EIM {name}")

    def issue_tls(
        self,
        hostname: str,
        addresses: tuple[IPv4Address | IPv6Address, ...],
        now: datetime,
        oid: str | None = None,
        role: Role = Role.DP_TLS,
    ) -> Issued:
        """A TLS server certificate around `now`, for a P-256 key: the curve that every TLS client takes."""
        shape = shapes.tls(role, hostname, addresses, oid, now - timedelta(days=1), now + _TLS_LIFETIME)
        return self.issue(shape, f"TLS {hostname}", curves.P256)

    def issue_euicc(self, eid: bytes) -> tuple[bytes, Issued]:
        """The EUM's certificate and the eUICC: as at hand for this EID, or issued now; IssuerError as `issue`."""
        for eum, euicc in self.euiccs:
            if shapes.eid_of(euicc.parsed) == eid:
                return eum, euicc
        return self._make_euicc(eid)

    def eum_for(self, eid: bytes) -> Issued:
        """An EUM at hand that is permitted this EID, or one issued now for its range; IssuerError as `issue`."""
        digits = eids.digits(eid)
        at_hand = (each for each in self.eums if shapes.permits(each.parsed, digits))
        return next(at_hand, None) or self.issue(shapes.eum(digits), f"EUM {digits[: eids.IIN_DIGITS]}")

    def _make_euicc(self, eid: bytes) -> tuple[bytes, Issued]:
        eum, digits = self.eum_for(eid), eids.digits(eid)
        key = derive_key(self.curve, self.seed, f"EUICC {digits}")
        certificate = write(shapes.euicc(digits, eum.parsed), key.public_key(), eum.parsed, eum.key)
        return eum.certificate, Issued(certificate, key)


@lru_cache(None)
def test_authority(curve: Curve) -> Authority:
    """The TEST CI of a curve: its private key is public knowledge, by derivation from a constant."""
    return Authority.create(curve, _PUBLIC_SEED)


def derive_key(curve: Curve, seed: bytes, label: str) -> ec.EllipticCurvePrivateKey:
    """The key of `label` under `seed`: always the same one."""
    return ecka.generate(curve, _stream(seed, f"{curve.name} {label}"))


def _stream(seed: bytes, label: str) -> Callable[[int], bytes]:
    drawn = 0

    def random(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return ecka.kdf_x963(seed, drawn.to_bytes(4, "big") + sha256(label.encode()).digest(), length)

    return random
