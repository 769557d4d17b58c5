"""The eIM that faces the card: signed packages of operations, and what the card signs in return (SGP.32 2.11)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from asn1 import der
from asn1.generated import pkix
from euicc.check.catalogue import Finding
from euicc.check.expect import shown
from euicc.check.facts import NO_PROFILE
from euicc.check.subject import Subject
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate
from euicc.testing.eim.package import token_object

PSMO, ECO = 0xA0, 0xA1
SIGNED, SIGNED_ERROR, UNSIGNED_ERROR = 0xA0, 0xA1, 0xA2
EIM_ID, EID, COUNTER, TRANSACTION, SEQUENCE, TOKEN = 0x80, 0x5A, 0x81, 0x82, 0x83, 0x84
SIGNATURE, PACKAGE, ADD_INITIAL, GET_CONFIGURATION, GET_CERTS = 0x5F37, 0xBF51, 0xBF57, 0xBF55, 0xBF56
LIST_EIM, LIST_PROFILES, GET_RAT = (bytes.fromhex(each) for each in ("AB00", "BF2D00", "A600"))
UNSET_FALLBACK, UNKNOWN_OPERATION = bytes.fromhex("A900"), bytes.fromhex("AF00")
ROLLBACK_FLAG, DAMAGED = bytes.fromhex("0500"), bytes.fromhex("020102")
ALL_RESULTS = bytes.fromhex("BF2B04A0028200")
ENABLE, DISABLE, DELETE, SET_FALLBACK = 0xA3, 0xA4, 0xA5, 0xA8
ABSENT = NO_PROFILE


def code(tag: int, value: int) -> bytes:
    """The result of an operation that is a code."""
    return tlv.encode(tag, bytes([value]))


def of_profile(tag: int, iccid: bytes, more: bytes = b"") -> bytes:
    """An operation on one profile."""
    return tlv.encode(tag, tlv.encode(0x5A, iccid), more)


def enable(iccid: bytes, rollback: bool = False) -> bytes:
    """PSMO enable."""
    return of_profile(ENABLE, iccid, ROLLBACK_FLAG if rollback else b"")


def disable(iccid: bytes) -> bytes:
    """PSMO disable."""
    return of_profile(DISABLE, iccid)


def delete(iccid: bytes) -> bytes:
    """PSMO delete."""
    return of_profile(DELETE, iccid)


def delete_eim(name: str) -> bytes:
    """eCO deleteEim."""
    return tlv.encode(0xA9, tlv.encode(EIM_ID, name.encode()))


@dataclass
class Eim:
    """One eIM and what it knows of its association: the token it got, the counterValue of its last package."""

    subject: Subject
    name: str = "check.eim"
    token: int | None = None
    counter: int = 0
    generation: int = 0
    """Another one has another key."""

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """What signs its packages: of this name and no other."""
        seed = sha256(f"euicc check {self.name} {self.generation}".encode()).digest()
        return ec.derive_private_key(int.from_bytes(seed, "big") >> 8, ec.SECP256R1())

    def fields(self, *more: bytes, counter: int | None = 0, key: bytes | None = None) -> bytes:
        """EimConfigurationData; `key` in place of eimPublicKeyData, `more` behind it."""
        return b"".join(
            (
                tlv.encode(EIM_ID, self.name.encode()),
                b"" if counter is None else tlv.encode(0x83, _integer(counter)),
                self.public_key_data() if key is None else key,
                *more,
            )
        )

    def with_token(self, token: int) -> bytes:
        """EimConfigurationData that asks for an association token with -1."""
        return b"".join(
            (
                tlv.encode(EIM_ID, self.name.encode()),
                tlv.encode(0x83, b"\x00"),
                tlv.encode(TOKEN, _integer(token)),
                self.public_key_data(),
            )
        )

    def public_key_data(self) -> bytes:
        """eimPublicKeyData."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        parsed = pkix.SubjectPublicKeyInfo.decode(spki).encode()
        return tlv.encode(0xA5, tlv.encode(0xA0, tlv.parse(parsed).value))

    def associate(self, token: bool = True) -> Eim:
        """Make it the first eIM of the card; Finding when the card refuses."""
        entry = self.with_token(-1) if token else self.fields()
        answer = add_initial(self.subject, entry)
        self.subject.associated = True
        added = tlv.find(answer, ADD_INITIAL, 0xA0)
        if added is None:
            raise Finding(f"a right AddInitialEim is answered {shown(answer)}")
        if token:
            self.token = int.from_bytes(tlv.find(added, TOKEN) or b"", "big")
        return self

    def package(
        self,
        operations: Iterable[bytes],
        kind: int = PSMO,
        *,
        counter: int | None = None,
        transaction: bytes | None = None,
        eid: bytes | None = None,
    ) -> bytes:
        """A signed package with the next counterValue, or with this one."""
        if counter is None:
            counter = self.counter = self.counter + 1
        signed = tlv.encode(
            0x30,
            tlv.encode(EIM_ID, self.name.encode()),
            tlv.encode(EID, eid or self.subject.facts.eid),
            tlv.encode(COUNTER, _integer(counter)),
            b"" if transaction is None else tlv.encode(TRANSACTION, transaction),
            tlv.encode(kind, *operations),
        )
        signature = ecdsa.sign(self.key, signed + token_object(self.token))
        return tlv.encode(PACKAGE, signed, tlv.encode(SIGNATURE, signature))

    def load(self, package: bytes) -> Answer:
        """ES10b.LoadEuiccPackage."""
        return Answer.of(self.subject.es10(package))

    def psmo(self, *operations: bytes) -> list[bytes]:
        """The results of a package of profile operations."""
        return self.load(self.package(operations)).results

    def eco(self, *operations: bytes) -> list[bytes]:
        """The results of a package of eIM operations."""
        return self.load(self.package(operations, ECO)).results

    def bound(self, package: bytes) -> bytes:
        """What the card's signature of a result covers after the data: differs with the version of SGP.32."""
        if self.subject.facts.first_version_only:
            return tlv.parse(package).children()[1].encoded
        return token_object(self.token)


@dataclass(frozen=True)
class Answer:
    """An EuiccPackageResult taken apart: `data` is what is signed."""

    kind: int
    data: bytes
    signature: bytes
    encoded: bytes

    @classmethod
    def of(cls, encoded: bytes) -> Answer:
        """Finding when it is none."""
        try:
            outer = tlv.parse(encoded)
            arm = tlv.parse(outer.value)
            if outer.tag != PACKAGE or arm.tag not in (SIGNED, SIGNED_ERROR, UNSIGNED_ERROR):
                raise Finding(f"{shown(encoded)} is no EuiccPackageResult")
            if arm.tag == UNSIGNED_ERROR:
                return cls(arm.tag, tlv.encode(0x30, arm.value), b"", encoded)
            data, signature = arm.children()
        except (tlv.TlvError, ValueError):
            raise Finding(f"{shown(encoded)} is no EuiccPackageResult") from None
        return cls(arm.tag, data.encoded, signature.value, encoded)

    def field(self, tag: int) -> bytes | None:
        """A field of the data."""
        return tlv.parse(self.data).find(tag)

    @property
    def results(self) -> list[bytes]:
        """The results of the operations; Finding when the package was refused."""
        found = self.field(0x30) if self.kind == SIGNED else None
        if found is None:
            raise Finding(f"a right package is refused: {shown(self.encoded)}")
        return [each.encoded for each in tlv.parse_all(found)]

    @property
    def error(self) -> int | None:
        """The code of a signed error; None for anything else."""
        found = self.field(0x02) if self.kind == SIGNED_ERROR else None
        return None if found is None else int.from_bytes(found, "big")

    @property
    def sequence(self) -> int:
        """seqNumber."""
        return int.from_bytes(self.field(SEQUENCE) or b"", "big")

    def signed_by(self, key: ec.EllipticCurvePublicKey, after: bytes) -> bool:
        """Whether the signature covers the data and these bytes after them."""
        return ecdsa.verify(key, self.signature, self.data + after)


def add_initial(subject: Subject, *entries: bytes) -> bytes:
    """ES10b.AddInitialEim; entries: fields of each."""
    listed = (tlv.encode(0x30, each) for each in entries)
    subject.associated = True
    return subject.es10(tlv.encode(ADD_INITIAL, tlv.encode(0xA0, *listed)))


def configured(subject: Subject, request: bytes = bytes.fromhex("BF5500")) -> list[dict[int, bytes]]:
    """The fields of each eIM that GetEimConfigurationData gives."""
    found = tlv.find(subject.es10(request), GET_CONFIGURATION, 0xA0)
    if found is None:
        raise Finding("GetEimConfigurationData gives no list")
    return [{each.tag: each.value for each in entry.children()} for entry in tlv.parse_all(found)]


def stored_results(subject: Subject, request: bytes = ALL_RESULTS) -> list[bytes]:
    """The package results that the card keeps."""
    answer = subject.es10(request)
    found = tlv.find(answer, 0xBF2B, 0xA2)
    if found is None:
        raise Finding(f"no list of package results (A2) in {shown(answer)}")
    return [each.encoded for each in tlv.parse_all(found)]


def card_key(subject: Subject) -> ec.EllipticCurvePublicKey:
    """What verifies the card's signatures: the key of the certificate that GetCerts gives by default."""
    contents = tlv.find(subject.es10(bytes.fromhex("BF5600")), GET_CERTS, 0xA0, 0xA6)
    if contents is None:
        raise Finding("GetCerts gives no eUICC certificate")
    return Certificate.parse(tlv.encode(0x30, contents)).public_key


def _integer(value: int) -> bytes:
    return der.write_integer(value)
