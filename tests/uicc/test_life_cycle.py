"""DEACTIVATE and ACTIVATE FILE, TERMINATE EF, DF and CARD USAGE, bytes in and bytes out."""

from __future__ import annotations

import pytest

from euicc import Card, PowerLoss
from euicc.uicc.applet import UiccApplet
from tests.isdr.installed import install
from tests.uicc.administered import Device
from tests.uicc.handmade import USIM_AID, Channel

IMSI = "0809101010325406369000"


@pytest.fixture
def device() -> Device:
    return Device()


def test_deactivate_and_activate_the_current_file(device: Device) -> None:
    card = device.usim()
    assert card("00040000") == "6986"
    card("00A4000C026F07")
    assert card("00040000") == "9000"
    assert card("00B0000009") == "6985"
    assert card("00D6000001FF") == "6985"
    assert card("00A4000C026F07") == "6283"
    assert "8A0104" in card("00A40004026F07")
    assert card("00040000") == "9000"  # it is so already
    assert card("00440000") == "9000"
    assert card("00B0000009") == IMSI
    assert card("00A4000C026F07") == "9000"


def test_named_by_identifier_and_by_path(device: Device) -> None:
    card = device.usim()
    assert card("00040000026F07") == "9000"
    assert card("00B0870009") == "6985"
    assert card("00440900026F07") == "9000"
    assert card("00B0000009") == IMSI  # the file named is current afterwards
    assert card("00040800047F106F3C") == "9000"
    assert card("00B2010404") == "6985"
    assert card("00440800047F106F3C") == "9000"
    assert card("00B2010404") == "010101019000"
    assert card("00040800047FFF6F07") == "9000"


def test_wrong_parameters(device: Device) -> None:
    card = device.usim()
    for ins in ("04", "44", "E8", "E6"):
        assert card(f"00{ins}0400026F07") == "6A86"
        assert card(f"00{ins}0004026F07") == "6A86"
        assert card(f"00{ins}0000016F") == "6700"
        assert card(f"00{ins}080001FF") == "6700"
        assert card(f"00{ins}0000026F99") == "6A82"
        assert card(f"80{ins}0000026F07") == "6E00"


def test_what_is_no_ef_and_what_is_no_df(device: Device) -> None:
    card = device.usim()
    for ins in ("04", "44", "E8"):
        assert card(f"00{ins}0000023F00") == "6981"
    assert card("00E60000026F07") == "6981"
    assert card("00E60000023F00") == "6985"


def test_the_rule_of_the_file_decides(device: Device) -> None:
    card = device.usim()
    for ins in ("04", "44", "E8", "E4"):
        assert card(f"00{ins}0000026F77") == "6982"
    assert card("00B0870009") == IMSI


def test_a_terminated_file_stays_so(device: Device) -> None:
    card = device.usim()
    assert card("00E80000026F07") == "9000"
    assert card("00B0000009") == "6985"
    assert card("00A4000C026F07") == "6285"
    assert "8A010C" in card("00A40004026F07")
    assert card("00440000") == "6985"
    assert card("00040000") == "6985"
    assert card("00E80000") == "9000"
    card = device.usim()
    assert card("00A4000C026F07") == "6285"
    assert card("00E40000026F07") == "9000"
    assert card("00A4000C026F07") == "6A82"


def test_nothing_in_a_terminated_df_can_be_used(device: Device) -> None:
    card = device.boot()
    assert card("00E60000027F10") == "9000"
    assert card("00A4000C027F10") == "6285"
    assert card("00A4000C026F3C") == "9000"
    assert card("00B2010404") == "6985"
    assert card("00A4080C067F105F3A4F22") == "9000"
    assert card("00B0000004") == "6985"
    assert card("00A4080C027F10") == "6285"
    assert card("00E00000" + "15 6213 82024121 83026F01 8A0105 8B036F0601 800101") == "6985"
    assert card("00E40000027F10") == "9000"


def test_terminate_the_current_df(device: Device) -> None:
    card = device.usim()
    assert card("00A4000C025FC0") == "9000"
    assert card("00E60000") == "9000"
    assert card("00B0810014") == "6985"


def test_a_terminated_application_is_not_selected_again(device: Device) -> None:
    card = device.usim()
    assert card("00E60000") == "9000"
    assert card("00B0870009") == "6985"
    assert card("00A4040C0C" + USIM_AID.hex()) == "6985"
    assert device.boot()("00A4040C0C" + USIM_AID.hex()) == "6985"
    assert device.boot()("00A40004023F00").endswith("9000")


@pytest.mark.parametrize("ins", ["04", "E8"])
@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_at_every_point(device: Device, ins: str, point: int) -> None:
    card = device.usim()
    device.nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        card(f"00{ins}0000026F07")
    assert device.usim()("00B0870009") == ("6985" if point == 3 else IMSI)


def test_terminate_card_usage(device: Device) -> None:
    card = device.usim()
    other = Channel(card.applet)
    assert card("00FE0100") == "6A86"
    assert card("00FE000001FF") == "6700"
    assert card("00FE0000") == "9000"
    for channel in (card, other, device.boot()):
        assert channel("00A40004023F00") == "6F00"
        assert channel("00B0870009") == "6F00"
        assert channel("00A4040C0C" + USIM_AID.hex()) == "6F00"


def test_it_needs_the_right_of_the_mf() -> None:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    assert card.transmit(bytes.fromhex("00FE0000")) == b"\x69\x82"


def test_the_euicc_outlives_its_profile() -> None:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    uicc = card.uicc.running
    uicc.set_lcsi(uicc.profile.filesystem.mf, 0x0C)
    card.reset()
    assert card.transmit(bytes.fromhex("00A40004023F00")) == b"\x6f\x00"
    assert card.transmit(bytes.fromhex("00A4040010A0000005591010FFFFFFFF8900000100"))[0] == 0x61
    assert isinstance(card.uicc, UiccApplet)
