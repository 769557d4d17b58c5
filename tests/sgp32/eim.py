"""An eIM in a test: made of bytes and of cryptography's primitives, it shares nothing with the card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from apdu import tlv
from tests.isdr.installed import iccid

ALGORITHM = ec.ECDSA(hashes.SHA256())
GENERATE = -1
ROLLBACK = bytes.fromhex("0500")
LIST_EIM, LIST_PROFILES, GET_RAT, UNSET_FALLBACK = (
    bytes.fromhex(each) for each in ("AB00", "BF2D00", "A600", "A900")
)
UNKNOWN_DAMAGED = bytes.fromhex("020102")


def integer(value: int) -> bytes:
    """Contents of a DER INTEGER."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def token_object(token: int | None) -> bytes:
    return tlv.encode(0x84, b"\x00" if token is None else integer(token))


def _of_profile(tag: int, number: int, more: bytes = b"") -> bytes:
    return tlv.encode(tag, tlv.encode(0x5A, iccid(number)), more)


def enable(number: int, rollback: bool = False) -> bytes:
    return _of_profile(0xA3, number, ROLLBACK if rollback else b"")


def disable(number: int) -> bytes:
    return _of_profile(0xA4, number)


def delete(number: int) -> bytes:
    return _of_profile(0xA5, number)


def set_fallback(number: int) -> bytes:
    return _of_profile(0xA8, number)


def configure_immediate_enable(*fields: bytes) -> bytes:
    return tlv.encode(0xA7, *fields)


def set_default_dp_address(address: str) -> bytes:
    return tlv.encode(0xBF65, tlv.encode(0x80, address.encode()))


def delete_eim(name: str) -> bytes:
    return tlv.encode(0xA9, tlv.encode(0x80, name.encode()))


def code(tag: int, value: int) -> bytes:
    """The result of an operation that is a code."""
    return tlv.encode(tag, bytes([value]))


@dataclass
class Eim:
    """One eIM and what it knows of the card: the token it got, and the counterValue of its last package."""

    name: str = "eim1"
    curve: ec.EllipticCurve = field(default_factory=ec.SECP256R1)
    token: int | None = None
    counter: int = 0
    generation: int = 0
    """Another one has another key."""
    ci_ski: bytes | None = None

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        seed = sha256(f"{self.name} {self.generation} {self.curve.name}".encode()).digest()
        return ec.derive_private_key(int.from_bytes(seed, "big") >> 8, self.curve)

    @property
    def public_key_info(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def public_key_data(self) -> bytes:
        """eimPublicKeyData as the standard has it."""
        return tlv.encode(0xA5, tlv.encode(0xA0, tlv.parse(self.public_key_info).value))

    def fields(self, counter: int | None = 0, token: int | None = None, key: bytes | None = None) -> bytes:
        """The usual fields of EimConfigurationData. token: asked for; key: eimPublicKeyData."""
        return b"".join(
            (
                tlv.encode(0x80, self.name.encode()),
                b"" if counter is None else tlv.encode(0x83, integer(counter)),
                b"" if token is None else tlv.encode(0x84, integer(token)),
                self.public_key_data if key is None else key,
                b"" if self.ci_ski is None else tlv.encode(0x88, self.ci_ski),
            )
        )

    def package(
        self,
        eid: bytes,
        operations: Iterable[bytes],
        kind: int = 0xA0,
        counter: int | None = None,
        transaction: bytes | None = None,
    ) -> bytes:
        """A package with the next counterValue, or with this one."""
        if counter is None:
            counter = self.counter = self.counter + 1
        return self.sign(
            tlv.encode(0x80, self.name.encode()),
            tlv.encode(0x5A, eid),
            tlv.encode(0x81, integer(counter)),
            b"" if transaction is None else tlv.encode(0x82, transaction),
            tlv.encode(kind, *operations),
        )

    def eco(self, eid: bytes, *operations: bytes) -> bytes:
        """A package of eIM configuration operations."""
        return self.package(eid, operations, kind=0xA1)

    def sign(self, *fields: bytes) -> bytes:
        """EuiccPackageRequest of whatever fields."""
        signed = tlv.encode(0x30, *fields)
        r, s = decode_dss_signature(self.key.sign(signed + token_object(self.token), ALGORITHM))
        signature = tlv.encode(0x5F37, r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return tlv.encode(0xBF51, signed, signature)


@dataclass(frozen=True)
class Answer:
    """An EuiccPackageResult that somebody signed, taken apart; `fields` by tag."""

    kind: int
    data: bytes
    signature: bytes
    encoded: bytes

    @classmethod
    def of(cls, encoded: bytes) -> Answer:
        arm = tlv.parse(tlv.parse(encoded).value)
        if arm.tag == 0xA2:
            return cls(arm.tag, tlv.encode(0x30, arm.value), b"", encoded)
        data, signature = arm.children()
        assert signature.tag == 0x5F37
        return cls(arm.tag, data.encoded, signature.value, encoded)

    def __getitem__(self, tag: int) -> bytes | None:
        return tlv.parse(self.data).find(tag)

    @property
    def results(self) -> list[bytes]:
        assert self.kind == 0xA0
        found = self[0x30]
        assert found is not None
        return [each.encoded for each in tlv.parse_all(found)]

    @property
    def error(self) -> int:
        assert self.kind == 0xA1
        found = self[0x02]
        assert found is not None
        return found[0]

    @property
    def seq_number(self) -> int:
        found = self[0x83]
        assert found is not None
        return int.from_bytes(found, "big")

    def verifies(self, key: ec.EllipticCurvePublicKey, after: bytes) -> bool:
        """Whether the signature covers the data and, after them, these bytes."""
        r, s = self.signature[:32], self.signature[32:]
        der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        try:
            key.verify(der, self.data + after, ALGORITHM)
        except InvalidSignature:
            return False
        return True
