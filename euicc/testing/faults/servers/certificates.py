"""Wrong certificates of servers, with the keys that belong to them, so that nothing else is wrong.

A card has no clock and checks no dates: it accepts an expired certificate of an SM-DP+, and the device leaves that to
the card. TLS certificates are checked by the device. Nothing can be revoked: neither reads CRLs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Unpack

from euicc.crypto.certificates import Role
from euicc.crypto.issuer import Authority, Issued
from euicc.testing.http import Tls
from euicc.testing.pki import Pki, forgery
from euicc.testing.pki.forgery import Flaws

_LONG_AGO = timedelta(days=1000)
_STRANGER = b"a CI that nobody trusts"
_ELSEWHERE = "elsewhere.example.com"


@dataclass(frozen=True)
class FlawedPki(Pki):
    """A Pki whose servers of one role have a certificate with flaws; see `flawed`."""

    role: Role = Role.DP_AUTH
    flaws: Flaws = field(default_factory=Flaws)

    def _server(self, authority: Authority, role: Role, oid: str) -> Issued:
        if role is not self.role:
            return super()._server(authority, role, oid)
        return forgery.forge(authority, role, oid, self.flaws)


def flawed(pki: Pki, role: Role, **flaws: Unpack[Flaws]) -> Pki:
    """The same Pki, for an SM-DP+ or SM-DS whose certificate of this role is wrong in the ways named.

    `SmDpPlus(flawed(pki, Role.DP_AUTH, other_ci=True))`. role: DP_AUTH, DP_PB or DS_AUTH; flaws: `forgery.Flaws`.
    """
    return FlawedPki(pki.authorities, pki.servers, pki.entity, role, flaws)


def expired_tls(pki: Pki, host: str) -> Tls:
    """For `euicc.testing.http.serve`: a TLS certificate that expired years ago."""
    return pki.issue_tls(host, now=datetime.now(UTC) - _LONG_AGO)


def early_tls(pki: Pki, host: str) -> Tls:
    """A TLS certificate that will be valid in some years."""
    return pki.issue_tls(host, now=datetime.now(UTC) + _LONG_AGO)


def foreign_tls(pki: Pki, host: str) -> Tls:
    """A TLS certificate of a CI that nobody trusts, on the curve of the right one."""
    return Pki.create(_STRANGER, (pki.authority().curve,)).issue_tls(host)


def tls_for_another_host(pki: Pki, host: str) -> Tls:
    """A right TLS certificate, for another host."""
    return pki.issue_tls(_ELSEWHERE)


TLS: Mapping[str, Callable[[Pki, str], Tls]] = {
    "expired": expired_tls,
    "not yet valid": early_tls,
    "foreign": foreign_tls,
    "for another host": tls_for_another_host,
}
"""All of them, by what is wrong."""
