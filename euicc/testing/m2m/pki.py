"""Certificates of SGP.02 2.3.2, all of the form 7F21 and with test keys: CI, EUM, ECASD, SM-DP and SM-SR."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from euicc.crypto import curves, gp_certificate
from euicc.crypto.curves import Curve
from euicc.crypto.gp_certificate import GpCertificate, GpCertificateError, PublicKey, ServerKind
from euicc.crypto.gp_issuer import GpAuthority, GpIssued, key_identifier, test_authority
from euicc.m2m.identity import M2mIdentity
from euicc.testing.m2m.server_key import ServerKey


class UntrustedCertificate(Exception):
    """A certificate that does not hold, for the reason that this says."""


@dataclass(frozen=True)
class IssuedEuicc:
    """What an EUM makes: the card's identity, and what it tells the first SM-SR of it (the keys in clear).

    Certificates are TLVs 7F21; sin and sdin belong to the ISD-R.
    """

    identity: M2mIdentity = field(repr=False)
    eid: bytes
    ecasd_certificate: bytes
    eum_certificate: bytes
    sin: bytes
    sdin: bytes
    isd_r_keys: tuple[ServerKey, ...]


@dataclass(frozen=True)
class M2mPki:
    """One CI and all under it, on `curve`. seed: its keys are derived from it; None: the public TEST authority."""

    curve: Curve = curves.P256
    seed: bytes | None = field(default=None, repr=False)

    @cached_property
    def authority(self) -> GpAuthority:
        """The CI."""
        return test_authority(self.curve) if self.seed is None else GpAuthority(self.curve, self.seed)

    @property
    def ci(self) -> PublicKey:
        """PK.CI.ECDSA, which everybody trusts."""
        return self.authority.public_key

    def sm_dp(self, identifier: bytes = b"TEST SM-DP") -> GpIssued:
        """CERT.DP.ECDSA and its key."""
        return self.authority.issue_server(ServerKind.SM_DP, identifier)

    def sm_sr(self, identifier: bytes = b"TEST SM-SR") -> GpIssued:
        """CERT.SR.ECDSA and its key."""
        return self.authority.issue_server(ServerKind.SM_SR, identifier)

    def eum(self, eid: bytes) -> GpIssued:
        """CERT.EUM.ECDSA and its key, of the EUM that makes the card with this EID: it signs the EIS."""
        return self.authority.issue_eum(eid)

    def issue(self, eid: bytes) -> IssuedEuicc:
        """A card with this EID (16 bytes); the same one every time."""
        identity = M2mIdentity.issue(eid, self.authority)
        return IssuedEuicc(
            identity=identity,
            eid=eid,
            ecasd_certificate=identity.ecasd_certificate,
            eum_certificate=self.eum(eid).encoded,
            sin=identity.sin,
            sdin=identity.sdin,
            isd_r_keys=tuple(
                ServerKey(key.version, key.identifier, key.components[0].type, key.components[0].data)
                for key in identity.isd_r_keys
            ),
        )

    def ecasd_key(self, ecasd: bytes, eum: bytes, eid: bytes, at: date | None = None) -> PublicKey:
        """PK.ECASD.ECKA of the card with this EID, that CI and EUM vouch for; UntrustedCertificate.

        at: the day on which the certificates must be valid; None: any.
        """
        return verify_ecasd(ecasd, eum, self.ci, eid, at)


def verify_ecasd(ecasd: bytes, eum: bytes, ci: PublicKey, eid: bytes, at: date | None = None) -> PublicKey:
    """PK.ECASD.ECKA from CERT.ECASD.ECKA under CERT.EUM.ECDSA (TLVs 7F21) under a CI; UntrustedCertificate."""
    try:
        of_eum, of_ecasd = GpCertificate.parse(eum), GpCertificate.parse(ecasd)
    except GpCertificateError as error:
        raise UntrustedCertificate(str(error)) from None
    _verify(of_eum, ci, gp_certificate.VERIFICATION, at)
    _verify(of_ecasd, of_eum.content.public_key, gp_certificate.KEY_AGREEMENT, at)
    if of_ecasd.content.ca_identifier != of_eum.content.subject:
        raise UntrustedCertificate("another EUM's")
    if of_ecasd.content.subject != eid or not eid.startswith(of_eum.content.subject):
        raise UntrustedCertificate("another card's")
    return of_ecasd.content.public_key


def _verify(certificate: GpCertificate, issuer: PublicKey, usage: bytes, at: date | None) -> None:
    content = certificate.content
    if certificate.ca_key_identifier not in (None, key_identifier(issuer)):
        raise UntrustedCertificate("another issuer's")
    if not certificate.is_signed_by(issuer.key):
        raise UntrustedCertificate("signature")
    if content.usage != usage:
        raise UntrustedCertificate("key usage")
    if at is not None and not (content.effective or at) <= at <= content.expiration:
        raise UntrustedCertificate("not valid now")
