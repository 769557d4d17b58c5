"""The UICC applet: no profile, a changed profile, channels that stand apart."""

from __future__ import annotations

import pytest

from apdu import Command, StatusError
from euicc.uicc.profile_data import UiccProfile
from tests.uicc.handmade import ISIM_AID, USIM_AID, Channel, applet, profile

SELECT_USIM = "00A4040C0C" + USIM_AID.hex()


class Switch:
    """A card whose enabled profile a test replaces."""

    def __init__(self, enabled: UiccProfile | None) -> None:
        self.enabled = enabled
        self.applet = applet(lambda: self.enabled)


def test_aids_are_those_of_the_enabled_profile() -> None:
    card = Switch(profile())
    assert list(card.applet.aids()) == [USIM_AID, ISIM_AID]
    card.enabled = None
    assert list(card.applet.aids()) == []


def test_without_a_profile_the_minimum_of_a_uicc_is_there() -> None:
    card = Channel(Switch(None).applet)
    assert card("00A40004") == "621D8202782183023F00A5068001718701018A01058B032F0602C6039001009000"
    assert card("00A4000402 2F00") == "621A82054221002001" + "83022F008A01058B032F0601800200208801F09000"
    assert card("00B2010420") == "FF" * 32 + "9000"
    assert card("00B0850002") == "FFFF9000"
    assert card("00B0880005") == "3C3C0200009000"
    assert card("00B2013405") == "80010190009000"
    assert card("00A4000402 2FE2") == "6A82"
    assert card(SELECT_USIM) == "6A82"


@pytest.mark.parametrize("after", [None, profile()])
def test_a_selection_never_serves_a_profile_that_is_gone(after: UiccProfile | None) -> None:
    switch = Switch(profile())
    card = Channel(switch.applet).usim()
    assert card("00B0870001") == "089000"
    switch.enabled = after
    assert card("00B0000001") == "6986"
    assert card("00A4000C02 6F07") == "6A82"  # at the MF
    assert card("00A4000C02 7FFF") == "6A82"  # without an application
    assert card("80F2000100") == "6985"
    assert card("00A4000C02 2F06") == "9000"


def test_a_new_profile_is_served_at_once() -> None:
    switch = Switch(None)
    card = Channel(switch.applet)
    switch.enabled = profile()
    assert card("00B082000A") == "980010325476981032149000"
    assert card.usim()("00B0870001") == "089000"


def test_channels_stand_apart() -> None:
    applet = Switch(profile()).applet
    first, second = Channel(applet).usim(), Channel(applet).usim()
    first("00A4000C02 6F3B")
    second("00A4000C02 6F3B")
    assert first("00B2000204") == "010101019000"
    assert first("00B2000204") == "020202029000"
    assert second("00B2000204") == "010101019000"
    second("00A4000C02 3F00")
    assert first("00B2000204") == "030303039000"


def test_a_channel_opened_from_another_inherits_its_directory() -> None:
    applet = Switch(profile()).applet
    origin = Channel(applet).usim()
    origin("00A4000C02 5FC0")
    opened = Channel(applet, applet.implicit(2, origin.selection))
    assert opened("00B0810001") == "059000"
    assert opened("00A4000C02 7FFF") == "9000"
    assert origin("00B0000001") == "6986"  # reading there selected nothing here
    from_another_applet = Channel(applet, applet.implicit(3, object()))
    assert from_another_applet("00A4000C02 7FFF") == "6A82"


def test_an_aid_that_is_gone_meanwhile() -> None:
    switch = Switch(profile())
    switch.enabled = None
    with pytest.raises(StatusError, match="6A82"):
        switch.applet.select(USIM_AID, Command.parse(bytes.fromhex(SELECT_USIM)), 0)


def test_closing_keeps_nothing() -> None:
    applet = Switch(profile()).applet
    card = Channel(applet).usim()
    card.selection.closed()
    assert Channel(applet)("00B0870001") == "6A82"
