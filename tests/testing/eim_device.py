"""An eUICC and its IPA as an eIM sees them: bytes made by hand from the standard, keys from the PKI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from apdu import tlv
from euicc import eid as eids
from euicc.env import Env
from euicc.identity import Credential
from euicc.testing.eim import Eim, Euicc
from euicc.testing.pki import Pki
from tests.testing.ordered import EID, NOW, PKI

NAME = "eim1"
ADDRESS = "eim.example.com"
STRANGER = eids.with_check_digits("890490320010010000000000000009")
NOTHING_TO_DO = bytes.fromhex("BF4F03020101")
NOTHING_TO_SAY = bytes.fromhex("BF50023000")
OK_ENABLE = bytes.fromhex("830100")


def eim(name: str = NAME, pki: Pki = PKI, **options: Any) -> Eim:
    return Eim(pki, name, options.pop("address", ADDRESS), random=Env(7).random, now=lambda: NOW, **options)


def integer(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def verifies(public_key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> bool:
    """Without any code of the project."""
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        public_key.verify(der, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == 64


@dataclass
class Device:
    """Asks an eIM and answers it. token: what the eUICC believes; key: with which it signs, its own by default."""

    server: Eim
    eid: bytes = EID
    pki: Pki = PKI
    token: int | None = None
    seq: int = 40

    @property
    def credential(self) -> Credential:
        return self.pki.issue_euicc(self.eid).credentials[0]

    @property
    def record(self) -> Euicc:
        return self.server.euiccs[self.eid]

    @property
    def certificates(self) -> tuple[bytes, bytes]:
        return self.credential.eum_certificate, self.credential.euicc_certificate

    def ask(self, *more: bytes) -> bytes:
        """ESipa.GetEimPackage."""
        return self.server.handle_asn1(tlv.encode(0xBF4F, tlv.encode(0x5A, self.eid), *more))

    def package(self) -> bytes:
        """The eUICC Package that it gets when it asks."""
        found = tlv.parse(tlv.parse(self.ask()).value)
        assert found.tag == 0xBF51
        return found.encoded

    def provide(self, *answer: bytes, eid: bool = True) -> bytes:
        """ESipa.ProvideEimPackageResult."""
        head = tlv.encode(0x5A, self.eid) if eid else b""
        return self.server.handle_asn1(tlv.encode(0xBF50, head, *answer))

    def signed(self, arm: int, *fields: bytes, after: bytes | None = None) -> bytes:
        """EuiccPackageResult: these fields, signed with the token object, or with something else behind."""
        data = tlv.encode(0x30, *fields)
        token = tlv.encode(0x84, integer(self.token or 0)) if after is None else after
        signature = tlv.encode(0x5F37, self.credential.sign(data + token))
        return tlv.encode(0xBF51, tlv.encode(arm, data, signature))

    def head(self, package: bytes, counter: int | None = None) -> bytes:
        """eimId, counterValue and eimTransactionId as they come back."""
        asked = tlv.parse(package).children()[0]
        transaction = asked.find(0x82)
        number = asked.find(0x81) if counter is None else integer(counter)
        return (
            tlv.encode(0x80, asked.find(0x80) or b"")
            + tlv.encode(0x81, number or b"")
            + (b"" if transaction is None else tlv.encode(0x82, transaction))
        )

    def result(self, package: bytes, *results: bytes, seq: int | None = None, **options: Any) -> bytes:
        """EuiccPackageResultSigned with the next sequence number, or with this one."""
        if seq is None:
            seq = self.seq = self.seq + 1
        after = options.pop("after", None)
        fields = (self.head(package, **options), tlv.encode(0x83, integer(seq)), tlv.encode(0x30, *results))
        return self.signed(0xA0, *fields, after=after)

    def error(self, package: bytes, code: int) -> bytes:
        """EuiccPackageErrorSigned."""
        return self.signed(0xA1, self.head(package), tlv.encode(0x02, integer(code)))


def acknowledged(answer: bytes) -> list[int]:
    """The sequence numbers in a ProvideEimPackageResultResponse."""
    found = tlv.find(answer, 0xBF50, 0xBF53)
    return [] if found is None else [int.from_bytes(each.value, "big") for each in tlv.parse_all(found)]


def device(
    server: Eim | None = None, *, token: int | None = None, known: bool = True, **options: Any
) -> Device:
    """A device whose eUICC an eIM is associated with; known: it has the certificates, too."""
    found = Device(server or eim(**options), token=token)
    found.server.associate(found.eid, token=token, certificates=found.certificates if known else None)
    return found
