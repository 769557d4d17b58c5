"""What a device reads of a subscription, from cards that have all of it and cards that lack most."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from apdu import ApduChannel, TransportError, open_channel
from apdu.ef import networks
from euicc import Card
from ipa import files
from ipa.errors import NoApplication, PinRefused
from ipa.subscription import (
    EmergencyCode,
    ImsIdentity,
    PreferredNetwork,
    ServiceProvider,
    Subscription,
    read_subscription,
)
from tests.data import needs_ts48, ts48_packages
from tests.ipa.subscribed import HOME, OTHER, card_of, card_with, rewrite

IMS_DOMAIN = "ims.mnc001.mcc262.3gppnetwork.org"


def test_all_of_it() -> None:
    card = card_with(replace(HOME, spn="Home"))
    rewrite(card, "EF.FPLMN", networks.networks.encode(["208-01"], 12))
    found = read_subscription(card)
    assert found.identity == (HOME.iccid, HOME.imsi)
    assert (found.mnc_length, found.home_network) == (2, "262-01")
    assert found.service_provider == ServiceProvider("Home", show_network_at_home=True)
    assert (found.smsc, found.numbers) == (HOME.service_centre, (HOME.msisdn,))
    assert (found.access_points, found.access_points_in_force) == (HOME.apns, True)
    assert found.home_networks == (PreferredNetwork("262-01", ("UTRAN", "E-UTRAN", "NG-RAN", "GSM")),)
    assert found.operator_networks[0].plmn == HOME.roaming_plmns[0][:3] + "-" + HOME.roaming_plmns[0][3:]
    assert found.user_networks[0].plmn == "262-01"
    assert (found.equivalent_homes, found.forbidden) == (("262-01",), ("208-01",))
    assert len(found.access_classes) == 1
    assert [each.number for each in found.emergency_codes] == ["112", "911"]
    assert isinstance(found.emergency_codes[0], EmergencyCode)
    assert found.ims == ImsIdentity(
        f"{HOME.imsi}@{IMS_DOMAIN}", (f"sip:{HOME.imsi}@{IMS_DOMAIN}",), IMS_DOMAIN
    )
    assert {12, 19, 21, 35} <= found.services


def test_without_access_point_control_any_access_point_may_be_used() -> None:
    found = read_subscription(card_with(OTHER))
    assert (found.access_points_in_force, found.permits("anything")) == (False, True)
    assert (found.home_network, found.numbers) == ("310-260", ())


@pytest.mark.parametrize(
    ("name", "permitted"),
    [("internet", True), ("INTERNET", True), ("iot.example", True), ("other", False), ("", False)],
)
def test_access_point_control(name: str, permitted: bool) -> None:
    assert read_subscription(card_with(HOME)).permits(name) is permitted


def test_the_usim_stays_selected_and_other_channels_are_left_alone() -> None:
    card = card_with(HOME)
    with open_channel(card) as channel:
        read_subscription(channel)
        assert files.read_binary(channel, "ADF.USIM/EF.IMSI")
        assert len(files.select(ApduChannel(card), "MF").pin_status) > 0


@pytest.mark.parametrize(("length", "network"), [(2, "262-01"), (3, "262-019"), (0, ""), (4, ""), (0xFF, "")])
def test_the_length_of_the_mnc(length: int, network: str) -> None:
    card = card_with(HOME)
    rewrite(card, "EF.AD", bytes((0, 0, 0, length)))
    found = read_subscription(card)
    assert found.home_network == network
    assert (found.mnc_length is None) is (network == "")


def test_no_profile() -> None:
    with pytest.raises(NoApplication, match="is a profile enabled"):
        read_subscription(Card.manufacture())


def test_a_pin() -> None:
    card = card_with(replace(HOME, pin1="1234"))
    locked = read_subscription(card)
    assert (locked.iccid, locked.imsi, locked.smsc) == (HOME.iccid, "", "")
    assert read_subscription(card, "1234").imsi == HOME.imsi
    with pytest.raises(PinRefused, match="2 tries left") as refusal:
        read_subscription(card, "4321")
    assert refusal.value.tries_left == 2
    assert "4321" not in str(refusal.value)


def test_a_pin_that_is_not_asked_for() -> None:
    """PIN1 disabled: the card refuses VERIFY, and the files can be read."""
    assert read_subscription(card_with(HOME), "0000").imsi == HOME.imsi


class Sparse:
    """A card that has a USIM and nothing in it; other answers by the first bytes of a command."""

    def __init__(self, **answers: str) -> None:
        self._answers = {"00A404": "620482027821 9000", **answers}

    def reset(self) -> bytes:
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        sent = command.hex().upper()
        return bytes.fromhex(
            next((self._answers[each] for each in self._answers if sent.startswith(each)), "6A82")
        )


@pytest.mark.parametrize("refusal", ["6A82", "6982", "6985", "6D00", "6F00"])
def test_a_card_that_lacks_everything(refusal: str) -> None:
    card = Sparse(**{"00A40804": refusal, "00A40004": refusal})
    assert read_subscription(card) == Subscription(ims=ImsIdentity())


@pytest.mark.parametrize(
    "content", ["", "00", "FF", "FFFFFFFFFFFFFFFFFFFF", "0102030405060708090A", "AA" * 30]
)
def test_contents_of_another_form(content: str) -> None:
    size = len(content) // 2
    transparent = Sparse(**{"00A40804": f"620A 82024121 8002{size:04X} 8800 9000", "00B0": f"{content}9000"})
    records = Sparse(
        **{"00A40804": f"620D 82054221{size:04X}01 8002{size:04X} 8800 9000", "00B2": f"{content}9000"}
    )
    for card in (transparent, records):
        found = read_subscription(card)
        assert {field.name for field in fields(found)} == {field.name for field in fields(Subscription)}
        assert found.identity[1] == ""


@pytest.mark.parametrize("garbage", ["", "00", "9000", "6F009000", "6203 8201 9000"])
def test_garbage_instead_of_an_fcp(garbage: str) -> None:
    with pytest.raises(TransportError):
        read_subscription(Sparse(**{"00A40804": garbage, "00A404": garbage}))


@needs_ts48
@pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
def test_profiles_of_ts48(package: Path) -> None:
    found = read_subscription(card_of(package.read_bytes()))
    assert (found.imsi[:5], found.mnc_length) == ("00101", 2)
    assert found.home_network == "001-01"
    assert found.emergency_codes
