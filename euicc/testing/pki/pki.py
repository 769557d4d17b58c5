"""Everybody's certificates: CIs, EUMs, eUICCs, SM-DP+, SM-DS, eIM and TLS servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Unpack

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from euicc.crypto import curves
from euicc.crypto.certificates import Role
from euicc.crypto.chain import TrustAnchor
from euicc.crypto.curves import Curve
from euicc.crypto.issuer import Authority, Issued, IssuerError, test_authority
from euicc.identity import Identity
from euicc.testing.pki import files, forgery
from euicc.testing.pki.forgery import Flaws

DP_OID = "2.999.10"
DS_OID = "2.999.15"
EIM_NAME = "TEST"

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Pki:
    """CIs in order of preference, and the servers' certificates at hand; what is missing is issued when asked for.

    `entity` is the OID of the SM-DP+ whose certificates `dp_auth` and `dp_pb` are; None: the first at hand.
    """

    authorities: tuple[Authority, ...]
    servers: tuple[Issued, ...] = ()
    entity: str | None = None

    @classmethod
    def default(cls, curves: Iterable[Curve] = (curves.P256,)) -> Pki:
        """The built-in TEST CIs on these curves; their private keys are public knowledge."""
        return _default(tuple(curves))

    @classmethod
    def create(cls, seed: bytes, curves: Iterable[Curve] = (curves.P256,)) -> Pki:
        """Other CIs, derived from `seed`: strangers to whoever trusts the default ones."""
        return cls(tuple(Authority.create(curve, seed) for curve in curves))

    @classmethod
    def load(cls, directory: str | Path, curves: Iterable[Curve] = curves.ALL) -> Pki:
        """What lies in a tree of .der and .pem files, by policy OID and matching keys; PkiError without a CI.

        Only CIs on the given curves are taken. Files that are no certificate or key, keys nobody needs,
        duplicates, and certificates that do not hold under their CI are passed over.
        """
        material = files.read(Path(directory))
        wanted = tuple(curves)
        authorities = tuple(each for each in files.authorities(material) if each.curve in wanted)
        return cls(authorities, files.servers(material, (each.anchor for each in authorities)))

    def subset(self, curve: Curve) -> Pki:
        """The CIs on one curve, and what they issued."""
        return replace(self, authorities=tuple(each for each in self.authorities if each.curve == curve))

    def for_entity(self, oid: str) -> Pki:
        """The same for the SM-DP+ of this OID; its certificates are issued if they are not at hand."""
        return replace(self, entity=oid)

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """The CI certificates, DER, in order of preference."""
        return tuple(each.certificate for each in self.authorities)

    @cached_property
    def trusted(self) -> tuple[TrustAnchor, ...]:
        """The CIs as `euicc.crypto.chain` wants them."""
        return tuple(each.anchor for each in self.authorities)

    @cached_property
    def dp_auth(self) -> Mapping[bytes, Issued]:
        """CERT.DPauth.ECDSA with its key, by the CI's key identifier, in order of preference."""
        return self._for_each(lambda each: self._server(each, Role.DP_AUTH, self._entity(each)))

    @cached_property
    def dp_pb(self) -> Mapping[bytes, Issued]:
        """CERT.DPpb.ECDSA with its key, by the CI's key identifier: the OID is that of `dp_auth`."""
        return self._for_each(lambda each: self._server(each, Role.DP_PB, self._entity(each)))

    @cached_property
    def ds_auth(self) -> Mapping[bytes, Issued]:
        """CERT.DSauth.ECDSA with its key, by the CI's key identifier."""
        return self._for_each(lambda each: self._server(each, Role.DS_AUTH, self._first(each, Role.DS_AUTH)))

    @cached_property
    def eim(self) -> Mapping[bytes, Issued]:
        """An eIM signing certificate with its key, by the CI's key identifier."""
        return self._for_each(lambda each: each.issue_eim(EIM_NAME))

    def authority(self, ci_ski: bytes | None = None) -> Authority:
        """The CI of this key identifier, or the preferred one; IssuerError if it is none of these."""
        for each in self.authorities:
            if ci_ski in (None, each.ski):
                return each
        raise IssuerError("no such CI")

    def issue_euicc(self, eid: bytes) -> Identity:
        """A card's identity: a credential under every CI, from the certificate at hand for this EID if any."""
        return Identity.issue(eid, self.authorities)

    def issue_tls(
        self,
        hostname: str,
        addresses: Iterable[str | Address] = (),
        *,
        now: datetime | None = None,
        ci_ski: bytes | None = None,
        role: Role = Role.DP_TLS,
    ) -> tuple[bytes, bytes]:
        """(certificate, private key), PEM: a TLS server of this host name and these IP addresses.

        Signed by the CI itself, valid from the day before `now` (default: the present) for a month. Its key is
        on P-256 under a brainpool CI, too: OpenSSL's clients verify such a chain, but without being told so
        they offer no brainpool curve for the server's own key (the handshake ends in "no shared cipher").
        """
        authority = self.authority(ci_ski)
        oid = self._entity(authority) if role is Role.DP_TLS else DS_OID
        at = now or datetime.now(UTC).replace(microsecond=0)
        issued = authority.issue_tls(hostname, _addresses(hostname, addresses), at, oid, role)
        certificate = x509.load_der_x509_certificate(issued.certificate)
        key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.PEM), key

    def forge(self, role: Role, *, ci_ski: bytes | None = None, **flaws: Unpack[Flaws]) -> Issued:
        """A certificate that is wrong in the ways named, and only in those: see `forgery.Flaws`."""
        authority = self.authority(ci_ski)
        return forgery.forge(authority, role, self._entity(authority), flaws)

    def _for_each(self, issued: Callable[[Authority], Issued]) -> Mapping[bytes, Issued]:
        return {each.ski: issued(each) for each in self.authorities}

    def _server(self, authority: Authority, role: Role, oid: str) -> Issued:
        at_hand = (each for each in self._under(authority, role) if each.parsed.subject_alt_oid == oid)
        return next(at_hand, None) or authority.issue_server(role, oid)

    def _under(self, authority: Authority, role: Role) -> list[Issued]:
        of_role = (each for each in self.servers if each.parsed.role is role)
        return [each for each in of_role if each.parsed.aki == authority.ski]

    def _oids(self, authority: Authority, role: Role) -> set[str]:
        return {each.parsed.subject_alt_oid or "" for each in self._under(authority, role)}

    def _entity(self, authority: Authority) -> str:
        """The OID of the SM-DP+: the least that has both certificates, so that 2.999.10 comes before 2.999.12."""
        if self.entity is not None:
            return self.entity
        complete = self._oids(authority, Role.DP_AUTH) & self._oids(authority, Role.DP_PB)
        return min(complete, key=_arcs, default=DP_OID)

    def _first(self, authority: Authority, role: Role) -> str:
        return min(self._oids(authority, role), key=_arcs, default=DS_OID)


@lru_cache(None)
def _default(wanted: tuple[Curve, ...]) -> Pki:
    return Pki(tuple(map(test_authority, wanted)))


def _addresses(hostname: str, others: Iterable[str | Address]) -> tuple[Address, ...]:
    """A host known by its address needs it as such: clients do not look for addresses among the names."""
    found = list(map(ip_address, others))
    try:
        found.append(ip_address(hostname))
    except ValueError:
        return tuple(found)
    return tuple(dict.fromkeys(found))


def _arcs(oid: str) -> list[int]:
    return [int(arc) for arc in oid.split(".")]
