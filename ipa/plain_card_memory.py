"""What a device keeps for an SGP.22 card as an SGP.32 card would itself: Associated eIMs, counters, package results."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from apdu import tlv
from asn1 import der
from asn1.generated import sgp32

FIRST_NUMBER = 0x40000000
"""Package results are numbered from here, far from the notifications of the card itself."""
TOKEN, NO_TOKEN = 0x84, 0
HALF = 32
_ASSOCIATION, _RESULT, _NUMBER, _TOKENS, _COUNTER = 0xA0, 0xA1, 0x80, 0x81, 0x82


@dataclass(frozen=True)
class Association:
    """An Associated eIM: its EimConfigurationData without counter, and the counterValue of its last package."""

    configuration: bytes
    counter: int

    @classmethod
    def of(cls, data: sgp32.EimConfigurationData, token: int | None) -> Association:
        """From what AddInitialEim brings, with the token made for it."""
        kept = data.replace(counter_value=None, association_token=token)
        return cls(kept.encode(), data.counter_value or 0)

    @property
    def data(self) -> sgp32.EimConfigurationData:
        """What is known of the eIM."""
        return sgp32.EimConfigurationData.decode(self.configuration)

    @property
    def token(self) -> int | None:
        """Its association token."""
        return self.data.association_token

    @property
    def key(self) -> ec.EllipticCurvePublicKey | None:
        """What verifies its packages; None when it gave nothing that does."""
        material = self.data.eim_public_key_data
        try:
            key = _key(material) if material is not None else None
        except (ValueError, UnsupportedAlgorithm):
            return None
        return key if isinstance(key, ec.EllipticCurvePublicKey) else None

    def has_signed(self, signed: bytes, signature: bytes) -> bool:
        """Whether it signed this euiccPackageSigned, as received, for this association, SGP.32 2.11.1.1."""
        if self.key is None or len(signature) != 2 * HALF:
            return False
        numbers = (int.from_bytes(part, "big") for part in (signature[:HALF], signature[HALF:]))
        token = NO_TOKEN if self.token is None else self.token
        covered = signed + tlv.encode(TOKEN, der.write_integer(token))
        try:
            self.key.verify(utils.encode_dss_signature(*numbers), covered, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def _key(material: sgp32.EimConfigurationData.EimPublicKeyData) -> object:
    from cryptography import x509

    if material.eim_public_key is not None:
        return load_der_public_key(material.eim_public_key.encode())
    return x509.load_der_x509_certificate(material.eim_certificate or b"").public_key()


@dataclass(frozen=True)
class Kept:
    """All of it. `results`: by seqNumber, oldest first; `used`: how many there were. `tokens`: the last one made."""

    associations: tuple[Association, ...] = ()
    results: tuple[tuple[int, bytes], ...] = ()
    used: int = 0
    tokens: int = 0

    @property
    def next_number(self) -> int:
        """seqNumber of the next result."""
        return FIRST_NUMBER + self.used

    def association(self, eim_id: str) -> Association | None:
        """The eIM of this identifier."""
        return next((each for each in self.associations if each.data.eim_id == eim_id), None)

    def counted(self, eim: Association, counter: int) -> Kept:
        """After a package of this eIM was accepted."""
        changed = replace(eim, counter=counter)
        return replace(
            self, associations=tuple(changed if each is eim else each for each in self.associations)
        )

    def storing(self, number: int, result: bytes) -> Kept:
        """With this result, in place of the one of the same number."""
        results = {**dict(self.results), number: result}
        return replace(self, results=tuple(results.items()), used=max(self.used, number - FIRST_NUMBER + 1))

    def to_bytes(self) -> bytes:
        """As kept in the device's state."""
        eims = (
            tlv.encode(
                _ASSOCIATION, each.configuration, tlv.encode(_COUNTER, der.write_integer(each.counter))
            )
            for each in self.associations
        )
        results = (
            tlv.encode(_RESULT, tlv.encode(_NUMBER, der.write_integer(number)), result)
            for number, result in self.results
        )
        numbers = ((_NUMBER, self.used), (_TOKENS, self.tokens))
        return b"".join((*eims, *results, *(tlv.encode(tag, der.write_integer(n)) for tag, n in numbers)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Kept:
        """What `to_bytes` wrote, or nothing."""
        found = tlv.parse_all(data)
        eims = (each.children() for each in found if each.tag == _ASSOCIATION)
        results = (each.children() for each in found if each.tag == _RESULT)
        numbers = {each.tag: _integer(each) for each in found if each.tag in (_NUMBER, _TOKENS)}
        return cls(
            tuple(Association(configuration.encoded, _integer(counter)) for configuration, counter in eims),
            tuple((_integer(number), result.encoded) for number, result in results),
            numbers.get(_NUMBER, 0),
            numbers.get(_TOKENS, 0),
        )


def _integer(element: tlv.Tlv) -> int:
    return int.from_bytes(element.value, "big", signed=True)
