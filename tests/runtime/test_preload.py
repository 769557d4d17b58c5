"""A card that leaves the factory with profiles: the same checks as a download, and nothing to tell anybody."""

from __future__ import annotations

import pytest

from euicc import Card
from euicc.preloading import PreloadRefused
from euicc.runtime import keys
from euicc.testing.profile_builder import Subscription, build
from tests.isdr.es10 import open_isdr
from tests.isdr.installed import metadata

PROFILE = build(Subscription(iccid="8900101234567890123"))
SECOND = build(Subscription(iccid="8900201234567890122"))
PROFILES_INFO = bytes.fromhex("BF2D00")


def test_an_enabled_profile_is_there_at_once_and_nobody_is_notified() -> None:
    card = Card.manufacture()
    installed = card.preload(PROFILE.package, enabled=True)
    assert installed.preloaded
    assert card.transmit(bytes.fromhex("00A4080C022FE2")) == b"\x90\x00"
    assert card.transmit(bytes.fromhex("00B000000A")) == PROFILE.iccid_bytes + b"\x90\x00"
    assert PROFILE.iccid_bytes in open_isdr(card).store_data(PROFILES_INFO)
    assert not card.nvm.indexes(keys.NOTIFICATION)


def test_a_disabled_one_is_only_listed() -> None:
    card = Card.manufacture()
    card.preload(PROFILE.package)
    assert card.transmit(bytes.fromhex("00A4080C022FE2")) == b"\x6a\x82"
    assert PROFILE.iccid_bytes in open_isdr(card).store_data(PROFILES_INFO)


@pytest.mark.parametrize(
    ("package", "described", "why"),
    [
        (PROFILE.package, None, "ALREADY_EXISTS"),
        (b"", None, "does not begin with a ProfileElement"),
        (b"\x04\x00", None, "does not begin with a ProfileElement"),
        (SECOND.package[:-1], None, "does not install"),
        (SECOND.package + b"\xa0\x00", None, "does not install"),
        (SECOND.package, b"\xbf\x25\x00", "no StoreMetadata"),
        (SECOND.package, metadata(1), "not those that its metadata announce"),
    ],
)
def test_what_a_download_would_refuse_is_refused(package: bytes, described: bytes | None, why: str) -> None:
    card = Card.manufacture()
    card.preload(PROFILE.package, enabled=True)
    with pytest.raises(PreloadRefused, match=why):
        card.preload(package, described)
    assert len(card.nvm.indexes(keys.PROFILE)) == 1


def test_only_one_can_be_enabled() -> None:
    card = Card.manufacture()
    card.preload(PROFILE.package, enabled=True)
    with pytest.raises(PreloadRefused, match="another profile is enabled"):
        card.preload(SECOND.package, enabled=True)
    card.preload(SECOND.package)
    assert len(card.nvm.indexes(keys.PROFILE)) == 2
