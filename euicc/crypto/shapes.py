"""What the certificates of each role say, SGP.22 4.5.2.1 in the form of SGP.26: subject, extensions, criticality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address

from euicc.crypto.certificates import (
    COMMON_NAME,
    ORGANIZATION,
    SERIAL_NUMBER,
    Certificate,
    KeyUsage,
    Name,
    Role,
)
from euicc.eid import DIGITS, IIN_DIGITS

COUNTRY = "2.5.4.6"
ORGANIZATIONAL_UNIT = "2.5.4.11"
CI_OID = "2.999.1"
EUM_OID = "2.999.5"

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_END = datetime(2059, 12, 31, 23, 59, 59, tzinfo=UTC)
# RFC 5280 4.1.2.5: "no well-defined expiration date". SGP.26 writes the year 7496.
_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Shape:
    """The content of one certificate but for its keys: what `x509_writer.write` writes."""

    subject: Name
    key_usage: KeyUsage
    policy: str | None = None
    policy_critical: bool = True
    ca: bool = False
    path_length: int | None = None
    oid: str | None = None
    hostnames: tuple[str, ...] = ()
    addresses: tuple[IPv4Address | IPv6Address, ...] = ()
    tls: bool = False
    permitted: Name = ()
    crl: bool = True
    not_before: datetime = _BEGIN
    not_after: datetime = _END
    critical_extension: str | None = None
    """Only for tests: an extension of this OID that nobody knows, marked critical."""


def ci(name: str) -> Shape:
    """CERT.CI.ECDSA: self-signed."""
    return Shape(
        subject=(
            (COMMON_NAME, name),
            (ORGANIZATIONAL_UNIT, "TESTCERT"),
            (ORGANIZATION, "RSPTEST"),
            (COUNTRY, "IT"),
        ),
        key_usage=KeyUsage.KEY_CERT_SIGN | KeyUsage.CRL_SIGN,
        policy=Role.CI.value,
        ca=True,
        oid=CI_OID,
    )


def eum(eid: str) -> Shape:
    """CERT.EUM.ECDSA, permitted to sign for the EIDs that begin as this one does."""
    organization = "RSP TEST EUM"
    return Shape(
        subject=((COUNTRY, "ES"), (ORGANIZATION, organization), (COMMON_NAME, "EUM TEST")),
        key_usage=KeyUsage.KEY_CERT_SIGN,
        policy=Role.EUM.value,
        ca=True,
        path_length=0,
        oid=EUM_OID,
        permitted=((ORGANIZATION, organization), (SERIAL_NUMBER, eid[:IIN_DIGITS])),
    )


def euicc(eid: str, issuer: Certificate) -> Shape:
    """CERT.EUICC.ECDSA of an EID (32 digits), under its EUM's country and organisation."""
    inherited = tuple(each for each in issuer.subject if each[0] in (COUNTRY, ORGANIZATION))
    return Shape(
        subject=(*inherited, (SERIAL_NUMBER, eid), (COMMON_NAME, "TEST eUICC")),
        key_usage=KeyUsage.DIGITAL_SIGNATURE,
        policy=Role.EUICC.value,
        crl=False,
        not_after=_NEVER,
    )


def server(role: Role, oid: str) -> Shape:
    """CERT.DPauth, CERT.DPpb or CERT.DSauth of the server with this OID."""
    return Shape(
        subject=((ORGANIZATION, "ACME"), (COMMON_NAME, f"TEST {_SERVERS[role]} {oid}")),
        key_usage=KeyUsage.DIGITAL_SIGNATURE,
        policy=role.value,
        oid=oid,
    )


def tls(
    role: Role,
    hostname: str,
    addresses: tuple[IPv4Address | IPv6Address, ...],
    oid: str | None,
    not_before: datetime,
    not_after: datetime,
) -> Shape:
    """CERT.DP.TLS or CERT.DS.TLS: the only ones whose policy is not critical, for ordinary TLS clients."""
    return Shape(
        subject=((ORGANIZATION, "ACME TEST"), (COMMON_NAME, hostname)),
        key_usage=KeyUsage.DIGITAL_SIGNATURE,
        policy=role.value,
        policy_critical=False,
        oid=oid,
        hostnames=(hostname,),
        addresses=addresses,
        tls=True,
        not_before=not_before,
        not_after=not_after,
    )


def eim(name: str) -> Shape:
    """CERT.EIMsign, SGP.32: no role policy."""
    return Shape(
        subject=((ORGANIZATION, "ACME"), (COMMON_NAME, f"TEST eIM {name}")),
        key_usage=KeyUsage.DIGITAL_SIGNATURE,
        crl=False,
    )


def permits(eum_certificate: Certificate, eid: str) -> bool:
    """Whether an EUM may sign for this EID (32 digits)."""
    prefixes = [value for name in eum_certificate.permitted for oid, value in name if oid == SERIAL_NUMBER]
    return any(eid.startswith(prefix) for prefix in prefixes)


def eid_of(certificate: Certificate) -> bytes | None:
    """The EID an eUICC certificate names, 16 bytes; None for other certificates."""
    digits = certificate.subject_value(SERIAL_NUMBER) or ""
    return bytes.fromhex(digits) if len(digits) == DIGITS and digits.isdecimal() else None


_SERVERS = {Role.DP_AUTH: "SM-DP+", Role.DP_PB: "SM-DP+", Role.DS_AUTH: "SM-DS"}
