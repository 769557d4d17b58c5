"""A card of SGP.02 with an ISD-P that has keys, and the SM-DP that has them, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from apdu import Command, tlv
from apdu import aid as aids
from asn1.generated import pe
from euicc import Card
from euicc.config import Config
from euicc.m2m.isd_p import IsdP, LifeCycle
from euicc.m2m.isdr import M2mIsdR
from euicc.testing.m2m import es3
from euicc.testing.ota import Handset, KeySet, OtaPlatform, Protection
from euicc.testing.ota.packet import Response
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.scp03 import HostKeys
from euicc.testing.smdp_m2m import scp03t
from euicc.testing.smdp_m2m.scp03t import Scp03tHost, Sent
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey

AID = aids.isd_p(0x20)
VERSION = 0x30
ENC, MAC, DEK = (bytes((byte,)) * 16 for byte in (1, 2, 3))
HOST_KEYS = HostKeys(VERSION, ENC, MAC, DEK)
CHALLENGE = bytes(range(8))
CARD = "the card"


def isd_p_keys(version: int = VERSION, *values: bytes) -> list[SecurityDomainKey]:
    return [
        SecurityDomainKey(b"\x18", identifier, version, (KeyComponent(0x88, value),))
        for identifier, value in enumerate(values or (ENC, MAC, DEK), start=1)
    ]


@cache
def package(**chosen: int) -> bytes:
    """Of another profile than the card comes with."""
    return build(Subscription(iccid="8900101234567890131", imsi="001010123456071", **chosen)).package  # type: ignore[arg-type]


def isdr_of(card: Card) -> M2mIsdR:
    assert isinstance(card.isdr, M2mIsdR)
    return card.isdr


def isd_p_of(card: Card, aid: bytes = AID) -> IsdP:
    found = isdr_of(card).isd_ps.by_aid(aid)
    assert found is not None
    return found


def add_isd_p(card: Card, isd_p: IsdP, keys: list[SecurityDomainKey] | None = None) -> None:
    """An ISD-P with keys, as CreateISDP and key establishment leave it."""
    isd_ps = isdr_of(card).isd_ps
    with card.nvm.transaction():
        isd_ps.put(isd_p)
        isd_ps.key_ring(isd_p).put(isd_p_keys() if keys is None else keys)


def card_with(isd_p: IsdP | None = None, config: Config | None = None) -> Card:
    """With an enabled profile, and an ISD-P that waits for one (or `isd_p`)."""
    card = Card.manufacture(variant="sgp02", config=config)
    card.preload(build(Subscription()).package, enabled=True)
    add_isd_p(card, isd_p or IsdP(AID, personalized=True))
    card.reset()
    return card


@dataclass
class Scene:
    """Speaks to the ISD-P as the script of a packet would."""

    card: Card = field(default_factory=card_with)
    host: Scp03tHost = field(default_factory=lambda: Scp03tHost(HOST_KEYS, AID, CHALLENGE))
    aid: bytes = AID

    @property
    def state(self) -> LifeCycle:
        return isdr_of(self.card).isd_ps.state(isd_p_of(self.card, self.aid))

    def tlv(self, encoded: bytes) -> bytes:
        """One command TLV; the whole answer."""
        return isdr_of(self.card).es8(isd_p_of(self.card, self.aid)).tlv(tlv.parse(encoded))[0]

    def apdu(self, command: bytes) -> bytes:
        """One C-APDU; StatusError."""
        return isdr_of(self.card).es8(isd_p_of(self.card, self.aid)).execute(Command.parse(command))

    def open(self) -> Scene:
        """84 and 85."""
        self.host.take_initialize_update(tlv.parse(self.tlv(self.host.initialize_update())))
        assert self.tlv(self.host.external_authenticate()).hex() == "8500"
        return self

    def send(self, sent: Sent) -> bytes:
        """86 or 87; what the card said."""
        (answer,) = es3.elements(self.tlv(sent.encoded))
        return scp03t.read(sent, answer)

    def data(self, plaintext: bytes) -> bytes:
        return self.send(self.host.data(plaintext))

    def install(self, whole: bytes, block: int = scp03t.LARGEST_BLOCK) -> pe.EUICCResponse:
        """Send a package; the EUICCResponse."""
        for piece in scp03t.blocks(whole, block):
            answer = self.data(piece)
            if answer:
                return pe.EUICCResponse.decode(answer)
        raise AssertionError("no EUICCResponse")


def statuses(response: pe.EUICCResponse) -> list[int]:
    return [each.status for each in response.pe_status]


@dataclass
class OverTheAir:
    """The same by SCP80 packets in short messages, through a handset."""

    card: Card = field(default_factory=card_with)

    def __post_init__(self) -> None:
        kic, kid = (isdr_of(self.card).key_ring.key(1, identifier) for identifier in (1, 2))
        assert kic is not None
        assert kid is not None
        self.keys = KeySet(1, kic.components[0].data, kid.components[0].data)
        self.platform = OtaPlatform()
        self.platform.register(CARD, self.keys)
        self.handset = Handset(self.card)

    def send(self, aid: bytes, script: bytes, protection: Protection | None = None) -> Response:
        """One attempt; NoAnswer."""
        return self.platform.send(
            CARD,
            aid[12:15],
            script,
            self.handset.deliver,
            protection=protection,
            submitted=self.handset.user_data_sent,
            attempts=1,
        )

    def elements(self, aid: bytes, commands: bytes) -> list[tlv.Tlv]:
        """Command TLVs in an AE template; the TLVs in the AF template."""
        response = self.send(aid, b"\xae\x80" + commands + b"\x00\x00")
        assert response.status == 0
        assert response.data[:2] == b"\xaf\x80"
        return es3.elements(response.data[2:-2])
