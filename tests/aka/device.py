"""A device with a card in it, whose one profile is that of a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from euicc import Card
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.runtime.nvm import Nvm
from euicc.testing.profile_builder import Subscription, build
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from tests.aka import network
from tests.isdr.installed import iccid, metadata

SUCCESS = 0x9000
GSM, UMTS, VGCS, GBA = 0x80, 0x81, 0x82, 0x84
AUTHENTICATE = 0x88


@dataclass(frozen=True)
class Answer:
    data: bytes
    sw: int


@lru_cache(None)
def package(subscription: Subscription) -> bytes:
    return build(subscription).package


def install(card: Card, package: bytes) -> Profile:
    """The package as the enabled profile of the card, without the steps of a download."""
    store = ProfileStore(card.nvm)
    profile = Profile(
        aid=store.free_aid(),
        iccid=iccid(1),
        metadata=metadata(1),
        ci_ski=card.identity.credentials[0].ci_ski,
        smdp_oid="2.999.10",
        state=ProfileState.ENABLED,
    )
    with card.nvm.transaction():
        return store.add(profile, package)


class Device:
    """Talks to the card on the basic channel; the USIM is active."""

    def __init__(self, subscription: Subscription | bytes, card: Card | None = None) -> None:
        self.card = card or Card.manufacture(seed=1)
        install(self.card, subscription if isinstance(subscription, bytes) else package(subscription))
        self.restart()

    def restart(self, aid: bytes = USIM_AID) -> None:
        self.card.nvm.power_on()
        self.card.reset()
        self.select(aid)

    def send(self, header: str, data: bytes | None = None, le: int | None = 0) -> Answer:
        command = bytes.fromhex(header)
        if data is not None:
            command += bytes([len(data)]) + data
        if le is not None:
            command += bytes([le])
        answer = self.card.transmit(command)
        return Answer(answer[:-2], int.from_bytes(answer[-2:], "big"))

    def select(self, aid: bytes) -> None:
        assert self.send("00A4040C", aid, None).sw == SUCCESS

    def isim(self) -> Device:
        self.select(ISIM_AID)
        return self

    def authenticate(self, data: bytes, context: int = UMTS) -> Answer:
        return self.send(f"008800{context:02X}", data)

    def challenged(
        self, functions: network.Functions, sqn: int, rand: bytes = bytes(16), **more: bytes | bool
    ) -> Answer:
        amf, ak = more.get("amf", b"\x80\x00"), more.get("ak", True)
        assert isinstance(amf, bytes)
        return self.authenticate(network.challenge(functions, sqn, rand, amf, bool(ak)).data)

    def read(self, *path: int, record: int | None = None) -> bytes:
        """A file below the active ADF."""
        chain = b"".join(fid.to_bytes(2, "big") for fid in (0x7FFF, *path))
        assert self.send("00A4080C", chain, None).sw == SUCCESS
        answer = self.send("00B00000") if record is None else self.send(f"00B2{record:02X}04")
        assert answer.sw == SUCCESS
        self.send("00A4000C", b"\x7f\xff", None)
        return answer.data

    def update(self, content: bytes, *path: int) -> int:
        chain = b"".join(fid.to_bytes(2, "big") for fid in (0x7FFF, *path))
        assert self.send("00A4080C", chain, None).sw == SUCCESS
        answer = self.send("00D60000", content, None)
        self.send("00A4000C", b"\x7f\xff", None)
        return answer.sw

    @property
    def nvm(self) -> Nvm:
        return self.card.nvm


def fields(data: bytes) -> list[bytes]:
    """Length and value, one after the other."""
    found, offset = [], 0
    while offset < len(data):
        end = offset + 1 + data[offset]
        found.append(data[offset + 1 : end])
        offset = end
    return found


def accepted(answer: Answer) -> list[bytes]:
    """RES, CK, IK and perhaps Kc."""
    assert (answer.sw, answer.data[:1]) == (SUCCESS, b"\xdb")
    return fields(answer.data[1:])


def auts(answer: Answer) -> bytes:
    assert (answer.sw, answer.data[:1]) == (SUCCESS, b"\xdc")
    (token,) = fields(answer.data[1:])
    return token
