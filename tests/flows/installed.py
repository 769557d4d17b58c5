"""A card with a profile that was put into it without a download, and then enabled by the device."""

from __future__ import annotations

from euicc import Card
from euicc.config import Config
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from ipa.lpa import Lpa
from tests.isdr.installed import metadata

ICCID = bytes.fromhex("89000123456789012341")


def enabled(package: bytes, config: Config | None = None) -> Card:
    """A card after its first reset with this profile."""
    card = Card.manufacture(config=config)
    store = ProfileStore(card.nvm)
    profile = Profile(
        aid=store.free_aid(),
        iccid=ICCID,
        metadata=metadata(1),
        ci_ski=card.identity.credentials[0].ci_ski,
        smdp_oid="2.999.10",
        state=ProfileState.DISABLED,
    )
    with card.nvm.transaction():
        store.add(profile, package)
    with Lpa(card) as lpa:
        lpa.enable(ICCID)
    card.reset()
    return card
