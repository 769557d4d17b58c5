"""Profiles that come with a card of SGP.02."""

from __future__ import annotations

import pytest

from apdu import aid as aids
from euicc import Card
from euicc.m2m.isd_p import LifeCycle
from euicc.m2m.isdr import M2mIsdR
from euicc.preloading import PreloadRefused
from euicc.runtime import keys
from euicc.testing.profile_builder import Subscription, build

FIRST = build(Subscription()).package
SECOND = build(Subscription(iccid="8900101234567890131", imsi="001010123456071")).package


def test_the_first_enabled_profile_holds_the_fallback_attribute() -> None:
    card = Card.manufacture(variant="sgp02")
    card.preload(FIRST)
    assert card.nvm.get(keys.FALLBACK_ATTRIBUTE) is None
    profile = card.preload(SECOND, enabled=True)
    assert profile.aid == aids.isd_p(0x11)
    assert card.nvm.get(keys.FALLBACK_ATTRIBUTE) == profile.aid


def test_its_isd_p_is_the_first_one_and_enabled() -> None:
    card = Card.manufacture(variant="sgp02")
    profile = card.preload(FIRST, enabled=True)
    isdr = card.isdr
    assert isinstance(isdr, M2mIsdR)
    assert [isd_p.aid for isd_p in isdr.isd_ps.all()] == [profile.aid] == [aids.isd_p(0x10)]
    assert isdr.isd_ps.state(isdr.isd_ps.all()[0]) is LifeCycle.ENABLED
    card.reset()
    assert isdr.isd_ps.state(isdr.isd_ps.all()[0]) is LifeCycle.ENABLED


def test_no_iccid_twice_and_no_second_enabled_profile() -> None:
    card = Card.manufacture(variant="sgp02")
    card.preload(FIRST, enabled=True)
    with pytest.raises(PreloadRefused, match="ALREADY_EXISTS"):
        card.preload(FIRST)
    with pytest.raises(PreloadRefused, match="another profile is enabled"):
        card.preload(SECOND, enabled=True)


def test_other_cards_know_no_such_holder() -> None:
    card = Card.manufacture()
    card.preload(FIRST, enabled=True)
    assert card.nvm.get(keys.FALLBACK_ATTRIBUTE) is None
