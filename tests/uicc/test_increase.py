"""INCREASE, bytes in and bytes out (TS 102 221 11.1.8)."""

from __future__ import annotations

import pytest

from euicc import PowerLoss
from euicc.runtime.nvm import Nvm
from euicc.uicc.applet import UiccApplet
from euicc.uicc.filesystem import Body, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.uicc.handmade import USIM_AID, Channel, Chip, profile

SFI = 0x0B
OPEN = {
    "update": "8001039000",
    "instruction": "8001019000840132" + "9000",
    "neither": "8001019000",
}


def counter(rule: str = "update", content: str = "0000FE000001000002") -> UiccProfile:
    made = profile()
    usim = made.filesystem.adfs[USIM_AID]
    usim.add(Ef(0x6F01, FileKind.LINEAR_FIXED, Body(bytes.fromhex(OPEN[rule]), len(OPEN[rule]) // 2)))
    acm = Ef(0x6F39, FileKind.CYCLIC, Body(bytes.fromhex(content), 3), sfi=SFI)
    acm.security = b"\x6f\x01\x01"
    usim.add(acm)
    long = Ef(0x6F3A, FileKind.CYCLIC, Body(bytes(0x80), 0x80), security=acm.security)
    usim.add(long)
    return made


def on(made: UiccProfile, nvm: Nvm | None = None) -> Channel:
    return Channel(UiccApplet(lambda: made, Chip(nvm or Nvm()))).usim()


@pytest.fixture
def card() -> Channel:
    return on(counter())


def content(card: Channel) -> list[str]:
    return [card(f"00B2{n:02X}{SFI << 3 | 4:02X}03")[:6] for n in (1, 2, 3)]


def test_the_newest_record_is_the_sum(card: Channel) -> None:
    card("00A4000C026F39")
    assert card("8032000003000003 00") == "0001010000039000"
    assert content(card) == ["000101", "0000FE", "000001"]
    assert card("00B2000403") == "0001019000"  # and the current one
    assert card("80320000010F") == "0001100F9000"
    assert content(card) == ["000110", "000101", "0000FE"]


def test_by_sfi(card: Channel) -> None:
    assert card("8032000003000001") == "6986"
    assert card("80328B0003000001") == "0000FF0000019000"
    assert card("8032000003000001") == "0001000000019000"
    assert card("8032820003000001") == "6A82"


def test_the_sum_must_have_room(card: Channel) -> None:
    assert card("80328B0003FFFF01") == "FFFFFF" + "FFFF01" + "9000"
    assert card("80328B0003000001") == "9850"
    assert content(card) == ["FFFFFF", "0000FE", "000001"]
    assert card("80328B0003000000") == "FFFFFF0000009000"


def test_wrong_parameters_and_lengths(card: Channel) -> None:
    assert card("80328B0103000001") == "6A86"
    assert card("80320B0003000001") == "6A86"
    assert card("8032AB0003000001") == "6A86"
    assert card("80328B00") == "6700"
    assert card("80328B0004" + "00" * 4) == "6700"
    assert card("00328B0003000001") == "6E00"


def test_other_structures(card: Channel) -> None:
    assert card("8032870003000001") == "6981"
    card("00A4000C026F3B")
    assert card("8032000003000001") == "6981"
    card("00A4000C026F3A")
    assert card("8032000001FF") == "6981"  # a record longer than 127 bytes is no number


def test_which_rule_opens_it() -> None:
    assert on(counter("instruction"))("80328B000101").endswith("9000")
    assert on(counter("neither"))("80328B000101") == "6982"
    assert on(counter("instruction"))("00DC005B03000000") == "6982"


@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_at_every_point(point: int) -> None:
    made, nvm = counter(), Nvm()
    card = on(made, nvm)
    nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        card("80328B000101")
    nvm.power_on()
    expected = ["0000FF", "0000FE", "000001"] if point == 3 else ["0000FE", "000001", "000002"]
    assert content(on(made, nvm)) == expected
