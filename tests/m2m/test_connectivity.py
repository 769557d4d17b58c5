"""Connectivity parameters: from the package, updated block by block, and what they mean for the enabled profile."""

from __future__ import annotations

import pytest

from apdu import TlvError, tlv
from apdu.cat.bearer import BearerDescription
from apdu.cat.objects import Address
from euicc import Card
from euicc.m2m import connectivity
from euicc.m2m.connectivity import HttpsParameters, SmsParameters
from euicc.testing.profile_builder import Subscription, build

# Address (international 88200000009), PID, DCS.
SMS = tlv.encode(0xA0, bytes.fromhex("0607918802000000F9 81017F 8201F6"))
# Default bearer, iot.example, us, pass.
HTTPS = tlv.encode(0xA1, bytes.fromhex("350103 470C03696F74076578616D706C65 0D03047573 0D050470617373"))
CAT_TP = bytes.fromhex("A203 350102")


def card_with(connectivity_parameters: bytes | None) -> Card:
    card = Card.manufacture(variant="sgp02")
    card.preload(build(Subscription(connectivity=connectivity_parameters)).package, enabled=True)
    return card


def test_the_header_of_the_package_brings_them() -> None:
    isdr = card_with(SMS + HTTPS + CAT_TP).isdr
    assert connectivity.sms(isdr) == SmsParameters(Address(0x91, "88200000009"), 0x7F, 0xF6)
    assert connectivity.https(isdr) == HttpsParameters(BearerDescription(3), "iot.example", "us", "pass")


@pytest.mark.parametrize("given", [None, b"\x80\x01\x00", b"\xa0\x05"])
def test_defaults_where_a_package_says_nothing_of_use(given: bytes | None) -> None:
    isdr = card_with(given).isdr
    assert connectivity.sms(isdr) == SmsParameters(None, 0x00, 0x04)
    assert connectivity.https(isdr) == HttpsParameters(BearerDescription(3), None, None, None)


def test_defaults_without_a_profile() -> None:
    assert connectivity.sms(Card.manufacture(variant="sgp02").isdr) == SmsParameters()


def test_comprehension_flags_do_not_matter() -> None:
    isdr = card_with(bytes.fromhex("A007 86029121 01017F A108 B5020300 C7020161")).isdr
    assert connectivity.sms(isdr) == SmsParameters(Address(0x91, "12"), 0x7F, 0x04)
    assert connectivity.https(isdr) == HttpsParameters(BearerDescription(3, b"\x00"), "a")


def test_an_update_replaces_block_by_block() -> None:
    card = card_with(SMS + HTTPS)
    enabled = card.isdr.profiles.all()[0].aid
    with card.nvm.transaction():
        connectivity.update(card.isdr, enabled, bytes.fromhex("A00381017E"))
    assert connectivity.sms(card.isdr) == SmsParameters(None, 0x7E)
    assert connectivity.https(card.isdr).network_access_name == "iot.example"
    with card.nvm.transaction():
        connectivity.update(card.isdr, enabled, b"\xa1\x00" + CAT_TP)
    assert connectivity.parameters(card.isdr, enabled) == bytes.fromhex("A00381017E") + CAT_TP
    assert connectivity.https(card.isdr) == HttpsParameters()


@pytest.mark.parametrize(
    "value",
    [
        "A3020600",  # no such block
        "A000A000",  # twice
        "A003810200",  # TLV cut off
        "A0048102FFFF",  # PID of two bytes
        "A0020600",  # empty address
        "A00E060C91" + "21" * 11,  # one that is too long for a short message
        "A1023500",  # empty bearer description
        "A103470502",  # labels that end early
        "A103470102",
        "A1030D01C0",  # reserved coding of text
        "A0",
    ],
)
def test_what_could_not_be_used_is_refused_as_a_whole(value: str) -> None:
    card = card_with(SMS)
    enabled = card.isdr.profiles.all()[0].aid
    with card.nvm.transaction(), pytest.raises(TlvError):
        connectivity.update(card.isdr, enabled, CAT_TP + bytes.fromhex(value))
    assert connectivity.parameters(card.isdr, enabled) == SMS


def test_they_survive_a_reset_and_go_with_the_profile() -> None:
    card = card_with(SMS)
    profile = card.isdr.profiles.all()[0]
    with card.nvm.transaction():
        connectivity.update(card.isdr, profile.aid, bytes.fromhex("A00381017E"))
    card.reset()
    assert connectivity.sms(card.isdr).protocol == 0x7E
    with card.nvm.transaction():
        card.isdr.profiles.delete(profile)
    assert connectivity.parameters(card.isdr, profile.aid) == b""
