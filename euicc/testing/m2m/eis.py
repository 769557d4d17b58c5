"""The eUICC information set (EIS): what an SM-SR knows of a card, SGP.02 annex E; part of it is signed by the EUM."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import aid as aids
from euicc.crypto import ecdsa
from euicc.crypto.gp_certificate import KEY_AGREEMENT, GpCertificate, GpCertificateError
from euicc.testing.m2m import records
from euicc.testing.m2m.es3 import EisPart, ProfileInfo, ProfileState
from euicc.testing.ota import KeySet as Scp80Keys


class EisError(Exception):
    """An EIS that is not what its EUM signed, or of a card or an EUM that is none of a trusted CI's."""


class KeyType(IntEnum):
    """Type of a key, GPCS table 11-16."""

    AES = 0x88
    PSK_TLS = 0x85


class Audited(IntEnum):
    """Code of an operation in the audit trail."""

    CREATE_ISDP = 0x0100
    ENABLE = 0x0200
    DISABLE = 0x0300
    DELETE = 0x0400
    AUDIT = 0x0500
    MASTER_DELETE = 0x0600
    SET_FALLBACK = 0x0700
    ESTABLISH_ISDR_KEY_SET = 0x0800
    FINALISE_ISDR_HANDOVER = 0x0900


@dataclass(frozen=True)
class Key:
    """A key of the ISD-R: identifier (KID), type, value; the value is empty where the reader is not to have it."""

    identifier: int
    kind: KeyType
    value: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class KeySet:
    """What has one version (KVN) in a security domain. counter: the last one used, of a set for SCP80."""

    version: int
    keys: tuple[Key, ...] = ()
    counter: int | None = None
    certificates: tuple[bytes, ...] = field(default=(), repr=False)

    def scp80(self) -> Scp80Keys:
        """KIc and KID; EisError when this set has no such keys."""
        values = {key.identifier: key.value for key in self.keys if key.kind is KeyType.AES}
        if not values.get(1) or not values.get(2):
            raise EisError(f"key set {self.version:02X} is none for SCP80")
        return Scp80Keys(self.version, values[1], values[2])


@dataclass(frozen=True)
class SecurityDomain:
    """ISD-R or ECASD: AID (16 bytes), TAR (3), SIN and SDIN (tags 42 and 45), role, keys."""

    aid: bytes
    tar: bytes
    sin: bytes = b""
    sdin: bytes = b""
    role: str = "ISD-R"
    key_sets: tuple[KeySet, ...] = ()


@dataclass(frozen=True)
class Capabilities:
    """eUICC-Capabilities; a version of None: not supported."""

    cat_tp_version: str | None = None
    http_version: str | None = "1.1.3"
    secure_packet_version: str = "12.0.0"
    remote_provisioning_version: str = "4.2.0"


@dataclass(frozen=True)
class EumSignedInfo:
    """What the EUM answers for. eid: 16 bytes; AIDs of the load file and the module that ISD-Ps are made from."""

    eid: bytes
    eum_id: bytes
    production_date: date
    ecasd: SecurityDomain
    platform_type: str = "euicc"
    platform_version: str = "1"
    isd_p_load_file: bytes = aids.ISD_P_LOAD_FILE
    isd_p_module: bytes = aids.ISD_P_MODULE
    capabilities: Capabilities = Capabilities()

    def to_bytes(self) -> bytes:
        """The bytes that the EUM signs."""
        return records.encode(self)

    @property
    def ecasd_certificate(self) -> bytes:
        """CERT.ECASD.ECKA, a TLV 7F21; EisError without one."""
        found = [each for key_set in self.ecasd.key_sets for each in key_set.certificates]
        if not found:
            raise EisError("no certificate of the ECASD")
        return found[0]


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit trail: when (seconds), who asked, what, on which profile, and how it ended."""

    at: float
    requester: str
    operation: Audited
    result: str
    isd_p_aid: bytes | None = None
    iccid: str | None = None


@dataclass(frozen=True)
class Eis:
    """All that an SM-SR knows of a card. signature, eum_certificate (TLV 7F21): the EUM's, over `info`."""

    info: EumSignedInfo
    signature: bytes
    eum_certificate: bytes = field(repr=False)
    isd_r: SecurityDomain
    smsr_id: str = ""
    remaining_memory: int | None = None
    available_memory: int | None = None
    last_audit: float | None = None
    profiles: tuple[ProfileInfo, ...] = ()
    audit_trail: tuple[AuditEntry, ...] = ()

    @property
    def eid(self) -> bytes:
        """16 bytes."""
        return self.info.eid

    @property
    def enabled(self) -> ProfileInfo | None:
        """The enabled profile."""
        return next((each for each in self.profiles if each.state is ProfileState.ENABLED), None)

    @property
    def fallback(self) -> ProfileInfo | None:
        """The profile with the fallback attribute."""
        return next((each for each in self.profiles if each.fallback), None)

    def profile(self, aid: bytes) -> ProfileInfo | None:
        """The profile in this ISD-P."""
        return next((each for each in self.profiles if each.isd_p == aid), None)

    def named(self, iccid: str) -> ProfileInfo | None:
        """The profile with this ICCID."""
        return next((each for each in self.profiles if each.iccid == iccid), None)

    def with_profile(self, profile: ProfileInfo) -> Eis:
        """With this profile, in place of what it had in the ISD-P."""
        others = tuple(each for each in self.profiles if each.isd_p != profile.isd_p)
        ordered = sorted((*others, profile), key=lambda each: each.isd_p)
        return replace(self, profiles=tuple(ordered))

    def without_profile(self, aid: bytes) -> Eis:
        """Without the profile in this ISD-P."""
        return replace(self, profiles=tuple(each for each in self.profiles if each.isd_p != aid))

    def each_profile(self, change: Callable[[ProfileInfo], ProfileInfo]) -> Eis:
        """With every profile changed."""
        return replace(self, profiles=tuple(map(change, self.profiles)))

    def part(self, of_interest: Callable[[ProfileInfo], bool]) -> EisPart:
        """What others get to see: the profiles that they have to do with."""
        return EisPart(
            eid=self.eid,
            ecasd_certificate=self.info.ecasd_certificate,
            eum_certificate=self.eum_certificate,
            sin=self.isd_r.sin,
            sdin=self.isd_r.sdin,
            isd_p_load_file=self.info.isd_p_load_file,
            isd_p_module=self.info.isd_p_module,
            available_memory=self.available_memory or 0,
            profiles=tuple(filter(of_interest, self.profiles)),
        )

    def without_keys(self) -> Eis:
        """As it is given to others: without the values of the ISD-R's keys."""
        hidden = (
            replace(each, keys=tuple(replace(key, value=b"") for key in each.keys))
            for each in self.isd_r.key_sets
        )
        return replace(self, isd_r=replace(self.isd_r, key_sets=tuple(hidden)))

    def verify(self, cis: Iterable[ec.EllipticCurvePublicKey]) -> GpCertificate:
        """The ECASD's certificate, once everything is the EUM's and the EUM is one of these CIs'; EisError otherwise.

        Checked are: CERT.EUM by a CI, the EUM's signature over `info`, CERT.ECASD by the EUM, that its subject is the
        EID and that its key may agree on keys. Dates are not looked at.
        """
        try:
            eum = GpCertificate.parse(self.eum_certificate)
            ecasd = GpCertificate.parse(self.info.ecasd_certificate)
        except GpCertificateError as error:
            raise EisError(str(error)) from None
        key = eum.content.public_key.key
        checks = {
            "the EUM's certificate": any(map(eum.is_signed_by, cis)),
            "the EUM": eum.content.subject == self.info.eum_id,
            "the EUM's signature": ecdsa.verify(key, self.signature, self.info.to_bytes()),
            "the ECASD's certificate": ecasd.is_signed_by(key),
            "the ECASD's EID": ecasd.content.subject == self.eid,
            "the use of the ECASD's key": ecasd.content.usage == KEY_AGREEMENT,
        }
        wrong = [name for name, right in checks.items() if not right]
        if wrong:
            raise EisError(f"not right: {', '.join(wrong)}")
        return ecasd


def sign(info: EumSignedInfo, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The EUM's signature over what it answers for: r || s, 64 bytes."""
    return ecdsa.sign(key, info.to_bytes())
