"""A card with an enabled profile, the operator's platform that has its keys, and a device between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from apdu import Command, Response
from euicc import Card
from euicc.config import Config
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.testing.ota import Delivery, Handset, KeySet, OtaPlatform, Protection, Script
from euicc.testing.ota.packet import Response as OtaResponse
from euicc.testing.profile_builder import Subscription, build
from euicc.uicc.filesystem import Ef
from tests.isdr.installed import iccid, metadata
from tests.ota.vectors import TS48_KEYS

TAR_UICC = bytes.fromhex("B00120")
TAR_USIM = bytes.fromhex("B00140")
TAR_ISIM = bytes.fromhex("B00141")
TAR_RAM = bytes.fromhex("B20100")
TAR_NOBODY = bytes.fromhex("B0FFFF")
IMSI = 0x6F07
OTHER_IMSI = bytes.fromhex("080910108967452301")
EF_IMSI = bytes.fromhex("7FD06F07")
CARD = "the card"


@cache
def default_package() -> bytes:
    return build(Subscription(remote_security_level=0x02)).package


def card_with(package: bytes | None = None, config: Config | None = None) -> Card:
    """A card whose enabled profile comes from this package."""
    made = Card.manufacture(config=config)
    store = ProfileStore(made.nvm)
    profile = Profile(
        aid=store.free_aid(),
        iccid=iccid(1),
        metadata=metadata(1),
        ci_ski=made.identity.credentials[0].ci_ski,
        smdp_oid="2.999.10",
        state=ProfileState.ENABLED,
    )
    with made.nvm.transaction():
        store.add(profile, package or default_package())
    made.reset()
    return made


def content(card: Card, path: bytes = EF_IMSI) -> bytes:
    """What a file holds, read past all access rules."""
    uicc = card.uicc.running
    ef = uicc.profile.filesystem.by_package_path(path)
    assert isinstance(ef, Ef)
    return uicc.content(ef)


@dataclass
class Scene:
    card: Card
    platform: OtaPlatform
    handset: Handset

    def send(self, tar: bytes, data: bytes, protection: Protection | None = None) -> OtaResponse:
        """One attempt, answered in the report or by messages of the card."""
        return self.platform.send(
            CARD,
            tar,
            data,
            self.handset.deliver,
            protection=protection,
            submitted=self.handset.user_data_sent,
            attempts=1,
        )

    def pack(self, tar: bytes, data: bytes, protection: Protection | None = None) -> Delivery:
        return self.platform.pack(CARD, tar, data, protection)

    def envelope(self, command: Command) -> Response:
        """As it is, without what a device would do then."""
        return Response.parse(self.card.transmit(command.encode()))


def scene(
    package: bytes | None = None,
    config: Config | None = None,
    keys: KeySet = TS48_KEYS,
    profile: bytes | None = b"\xff" * 20,
) -> Scene:
    card = card_with(package, config)
    platform = OtaPlatform()
    platform.register(CARD, keys)
    return Scene(card, platform, Handset(card, profile))


def imsi_update(data: bytes = OTHER_IMSI) -> bytes:
    return Script().update_binary((IMSI,), data).compact()
