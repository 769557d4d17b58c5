"""Cards whose enabled profile is made from a package."""

from __future__ import annotations

from euicc import Card
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from tests.isdr.installed import iccid, metadata


def card_with(package: bytes) -> Card:
    """A card with this profile enabled, after a reset."""
    card = Card.manufacture()
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
        store.add(profile, package)
    card.reset()
    return card
