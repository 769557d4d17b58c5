"""The device's side: a card with profiles and eIMs, and ES10b commands as bytes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate

from apdu import ApduChannel, tlv
from euicc import Card, Config
from euicc.testing.pki import Pki
from tests.isdr.es10 import open_isdr, states
from tests.sgp32.eim import Answer, Eim, token_object

ADD_INITIAL_EIM, GET_EIM_CONFIGURATION_DATA = 0xBF57, 0xBF55
ALL_RESULTS = bytes.fromhex("BF2B04A0028200")
ROLLBACK_BY_REFRESH, ROLLBACK_AT_ONCE = bytes.fromhex("BF58038001FF"), bytes.fromhex("BF5803800100")
ROLLBACK_NOT_ALLOWED = bytes.fromhex("BF5803020101")


@dataclass
class Device:
    """A card on whose ISD-R a channel is open."""

    card: Card
    channel: ApduChannel = field(init=False)

    def __post_init__(self) -> None:
        self.select()

    @property
    def eid(self) -> bytes:
        return self.card.identity.eid

    def select(self) -> None:
        self.channel = open_isdr(self.card)

    def restart(self) -> None:
        self.card.reset()
        self.select()

    def send(self, command: bytes) -> bytes:
        return self.channel.store_data(command)

    def add_initial(self, *entries: bytes) -> bytes:
        """ES10b.AddInitialEim; entries: fields of each."""
        listed = (tlv.encode(0x30, each) for each in entries)
        return self.send(tlv.encode(ADD_INITIAL_EIM, tlv.encode(0xA0, *listed)))

    def associate(self, eim: Eim, token: bool = False) -> Eim:
        """Make it the first eIM of the card."""
        answer = self.add_initial(eim.fields(eim.counter, -1 if token else None))
        added = tlv.find(answer, ADD_INITIAL_EIM, 0xA0)
        assert added is not None
        (item,) = tlv.parse_all(added)
        eim.token = int.from_bytes(item.value, "big") if token else None
        return eim

    def eims(self, request: bytes = b"\xbf\x55\x00") -> list[dict[int, bytes]]:
        """The fields of each eIM in the answer to GetEimConfigurationData."""
        found = tlv.find(self.send(request), GET_EIM_CONFIGURATION_DATA, 0xA0)
        assert found is not None
        return [{each.tag: each.value for each in entry.children()} for entry in tlv.parse_all(found)]

    def load(self, package: bytes) -> Answer:
        """ES10b.LoadEuiccPackage."""
        return Answer.of(self.send(package))

    def psmo(self, eim: Eim, *operations: bytes) -> list[bytes]:
        """The results of a package of profile operations."""
        return self.load(eim.package(self.eid, operations)).results

    def eco(self, eim: Eim, *operations: bytes) -> list[bytes]:
        """The results of a package of eIM operations."""
        return self.load(eim.eco(self.eid, *operations)).results

    def stored_results(self, request: bytes = ALL_RESULTS) -> list[bytes]:
        """The package results of an answer to RetrieveNotificationsList."""
        found = tlv.find(self.send(request), 0xBF2B, 0xA2)
        assert found is not None
        return [each.encoded for each in tlv.parse_all(found)]

    def remove(self, seq_number: int) -> int:
        """ES10b.RemoveNotificationFromList; its code."""
        number = tlv.encode(0x80, seq_number.to_bytes(2, "big").lstrip(b"\x00"))
        found = tlv.find(self.send(tlv.encode(0xBF30, number)), 0xBF30, 0x80)
        assert found is not None
        return found[0]

    def enabled(self) -> list[int]:
        """Numbers of the enabled profiles."""
        return [number for number, state in states(self.channel).items() if state]

    def key(self, index: int = 0) -> ec.EllipticCurvePublicKey:
        """What verifies the card's signatures: from GetCerts, under the CI at this place of its signing list."""
        ski = self.card.identity.credentials[index].ci_ski
        answer = self.send(tlv.encode(0xBF56, tlv.encode(0x80, ski)))
        contents = tlv.find(answer, 0xBF56, 0xA0, 0xA6)
        assert contents is not None
        key = load_der_x509_certificate(tlv.encode(0x30, contents)).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key

    def signed_for(self, answer: Answer, eim: Eim) -> bool:
        """Whether the card signed this for this eIM."""
        return answer.verifies(self.key(), token_object(eim.token))


def device(config: Config | None = None, pki: Pki | None = None) -> Device:
    """A new IoT card without profiles and eIMs."""
    chosen = replace(config or Config(), variant="sgp32")
    return Device(Card.manufacture(seed=32, config=chosen, pki=pki))
