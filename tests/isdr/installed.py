"""Profiles put straight into the card, for tests of what happens to them afterwards."""

from __future__ import annotations

from functools import cache
from typing import Any

from apdu import tlv
from euicc import Card
from euicc.profiles.profile import Profile, ProfileState
from euicc.profiles.store import ProfileStore
from euicc.testing.profile_builder import Subscription, build

INSTALL, ENABLE, DISABLE, DELETE = 0x80, 0x40, 0x20, 0x10
ALL_EVENTS = INSTALL | ENABLE | DISABLE | DELETE
PPR1, PPR2 = 0x40, 0x20
TEST, PROVISIONING, OPERATIONAL = 0, 1, 2
SMDP = "smdp.example.com"


def iccid(number: int) -> bytes:
    return bytes.fromhex("98100000000000000000")[:9] + bytes([number])


def metadata(
    number: int,
    profile_class: int | None = None,
    pprs: int | None = None,
    told: tuple[tuple[int, str], ...] = ((ALL_EVENTS, SMDP),),
    more: bytes = b"",
) -> bytes:
    """StoreMetadata (BF25). told: (event bits, address) of each notificationConfigurationInfo."""
    configured = [
        tlv.encode(0x30, tlv.encode(0x80, bytes([4, events])), tlv.encode(0x81, address.encode()))
        for events, address in told
    ]
    return tlv.encode(
        0xBF25,
        tlv.encode(0x5A, iccid(number)),
        tlv.encode(0x91, b"Operator"),
        tlv.encode(0x92, b"Profile %d" % number),
        b"" if profile_class is None else tlv.encode(0x95, bytes([profile_class])),
        tlv.encode(0xB6, *configured) if configured else b"",
        more,
        b"" if pprs is None else tlv.encode(0x99, bytes([5, pprs])),
    )


@cache
def package() -> bytes:
    """A profile package that is as good as any: what it says of itself does not matter here."""
    return build(Subscription()).package


def install(
    card: Card, number: int, *, enabled: bool = False, preloaded: bool = False, **described: Any
) -> Profile:
    """Put a profile into the card; the first gets the first ISD-P AID, and so on."""
    store = ProfileStore(card.nvm)
    profile = Profile(
        aid=store.free_aid(),
        iccid=iccid(number),
        metadata=metadata(number, **described),
        ci_ski=card.identity.credentials[0].ci_ski,
        smdp_oid="2.999.10",
        state=ProfileState.ENABLED if enabled else ProfileState.DISABLED,
        preloaded=preloaded,
    )
    with card.nvm.transaction():
        return store.add(profile, package())
