"""Files that only one channel at a time may have current (TS 102 221 8.7)."""

from __future__ import annotations

import pytest

from tests.uicc.administered import Device
from tests.uicc.handmade import USIM_AID, Channel


@pytest.fixture
def channels() -> tuple[Channel, Channel]:
    card = Device().usim()
    usim = card.applet.running.profile.filesystem.adfs[USIM_AID]
    usim.children[0x6F07].shareable = False
    usim.children[0x5FC0].shareable = False
    return card, Channel(card.applet).usim()


def test_an_ef_that_is_not_shareable(channels: tuple[Channel, Channel]) -> None:
    first, second = channels
    assert first("00A40004026F07")[4:12] == "82020121"
    assert first("00A4000C026F07") == "9000"
    assert second("00A4000C026F07") == "6985"
    assert second("00B0870001") == "6985"
    assert first("00B0000001") == "089000"
    assert first("00A4000C026F80") == "9000"
    assert second("00B0870001") == "089000"
    assert first("00D6870001FF") == "6985"


def test_a_df_that_is_not_shareable(channels: tuple[Channel, Channel]) -> None:
    first, second = channels
    assert first("00A4000C025FC0") == "9000"
    assert first("00A4000C025FC0") == "9000"
    assert second("00A4010C025FC0") == "6985"
    assert first("00A4000C027FFF") == "9000"
    assert second("00A4010C025FC0") == "9000"


def test_a_channel_that_is_closed_holds_nothing(channels: tuple[Channel, Channel]) -> None:
    first, second = channels
    third = Channel(first.applet).usim()
    assert third("00A4000C026F07") == "9000"
    assert second("00A4000C026F07") == "6985"
    third.selection.closed()
    assert second("00A4000C026F07") == "9000"
