"""A device follows its subscription: who is asked for settings, when, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import ApduChannel, StatusError, open_channel
from apdu.cat import RefreshMode
from ipa import files, pin
from ipa.lpa import Lpa
from ipa.network_settings import NetworkSettings, ShortCode
from ipa.subscription import Subscription, read_subscription
from ipa.terminal import Terminal
from tests.ipa.subscribed import (
    HOME,
    IMEI,
    OTHER,
    Following,
    Refreshes,
    card_with,
    change_imsi,
)

NEW = "262019999999999"
SETTINGS = NetworkSettings(
    ("iot.example", "corp.example"), "+491700000001", (ShortCode("voice mail", "3311"),)
)


def test_a_change_of_profiles_is_told_once() -> None:
    terminal, following = Terminal(card_with(HOME, OTHER)), Following()
    terminal.on_subscription(IMEI, following)
    with Lpa(terminal) as lpa:
        lpa.profiles()
        assert following.asked == [(IMEI, HOME.imsi)]
        lpa.enable(OTHER.iccid)
        lpa.profiles()
        terminal.poll()
        assert following.asked == [(IMEI, HOME.imsi), (IMEI, OTHER.imsi)]
        lpa.disable(OTHER.iccid)
        assert terminal.settings is None
        lpa.enable(OTHER.iccid)
    assert [imsi for _, imsi in following.asked] == [HOME.imsi, OTHER.imsi, OTHER.imsi]
    assert following.seen[1].iccid == OTHER.iccid


def test_a_reset_without_change_is_none() -> None:
    card, following = card_with(HOME), Following()
    terminal = Terminal(card)
    terminal.on_subscription(IMEI, following)
    for _ in range(3):
        terminal.start()
    refresh = Refreshes(card)
    for mode in (RefreshMode.UICC_RESET, RefreshMode.NAA_INITIALISATION):
        refresh(mode)
        terminal.poll()
    assert refresh.results == ["00", "00"]
    assert following.asked == [(IMEI, HOME.imsi)]


def test_a_new_imsi_in_the_same_profile() -> None:
    card, following = card_with(HOME), Following()
    terminal = Terminal(card)
    terminal.on_subscription(IMEI, following)
    terminal.start()
    change_imsi(card, NEW)
    terminal.poll()
    assert following.asked == [(IMEI, HOME.imsi)]
    Refreshes(card)(RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE)
    terminal.poll()
    terminal.poll()
    assert following.asked == [(IMEI, HOME.imsi), (IMEI, NEW)]
    assert terminal.subscription().imsi == NEW


def test_who_asks_late_hears_at_once() -> None:
    terminal, following = Terminal(card_with(HOME)), Following()
    terminal.start()
    terminal.on_subscription(IMEI, following)
    assert following.asked == [(IMEI, HOME.imsi)]


def test_a_source_that_failed_is_asked_again() -> None:
    terminal = Terminal(card_with(HOME))
    asked: list[str] = []

    def unreachable(imei: str, subscription: Subscription) -> NetworkSettings:
        asked.append(subscription.imsi)
        if len(asked) == 1:
            raise ConnectionError("no device management")
        return SETTINGS

    terminal.on_subscription(IMEI, unreachable)
    with pytest.raises(ConnectionError):
        terminal.start()
    terminal.poll()
    terminal.poll()
    assert asked == [HOME.imsi] * 2
    assert terminal.settings is not None


def test_a_source_may_use_the_terminal() -> None:
    card = card_with(HOME)
    terminal = Terminal(card)
    seen: list[str] = []

    def curious(imei: str, subscription: Subscription) -> NetworkSettings:
        terminal.poll()
        seen.append(terminal.subscription().imsi)
        return SETTINGS

    terminal.on_subscription(IMEI, curious)
    terminal.start()
    terminal.poll()
    assert seen == [HOME.imsi]
    assert terminal.settings is not None


def test_settings_are_applied_to_device_and_card() -> None:
    card = card_with(HOME)
    before = smsp(card)
    terminal = Terminal(card, pins={HOME.iccid: "0000"})
    terminal.on_subscription(IMEI, lambda imei, subscription: SETTINGS)
    terminal.start()
    settings = terminal.settings
    assert settings is not None
    assert (settings.access_points, settings.refused) == (("iot.example",), ("corp.example",))
    assert (settings.smsc, settings.smsc_on_card) == (SETTINGS.smsc, True)
    assert settings.short_codes == SETTINGS.short_codes
    assert read_subscription(card).smsc == SETTINGS.smsc
    after = smsp(card)
    assert [place for place, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    assert (before[:-15], before[-3:]) == (after[:-15], after[-3:])


def smsp(card: object) -> bytes:
    assert hasattr(card, "transmit")
    with open_channel(card) as channel:  # type: ignore[arg-type]
        files.enter(channel, "ADF.USIM")
        return files.read_records(channel, "EF.SMSP")[0]


def test_a_card_that_does_not_let_its_smsc_be_changed() -> None:
    locked = replace(HOME, pin1="1234")
    terminal = Terminal(card_with(locked))
    terminal.on_subscription(IMEI, lambda imei, subscription: SETTINGS)
    terminal.start()
    assert terminal.settings is not None
    assert (terminal.settings.smsc, terminal.settings.smsc_on_card) == (SETTINGS.smsc, False)


def test_an_smsc_that_the_card_has_is_not_written_again() -> None:
    terminal = Terminal(card_with(HOME))
    terminal.on_subscription(IMEI, lambda imei, subscription: NetworkSettings(smsc=subscription.smsc))
    terminal.start()
    assert terminal.settings is not None
    assert (terminal.settings.smsc, terminal.settings.smsc_on_card) == (HOME.service_centre, True)


def test_settings_follow_the_pair_of_device_and_subscription() -> None:
    book = {(IMEI, HOME.imsi): NetworkSettings(("internet",)), (IMEI, OTHER.imsi): NetworkSettings(("roam",))}
    terminal = Terminal(card_with(HOME, OTHER))
    terminal.on_subscription(IMEI, lambda imei, subscription: book.get((imei, subscription.imsi)))
    used = []
    with Lpa(terminal) as lpa:
        for change in (lpa.profiles, lambda: lpa.enable(OTHER.iccid), lambda: lpa.disable(OTHER.iccid)):
            change()
            used.append(terminal.settings and terminal.settings.access_points)
    assert used == [("internet",), ("roam",), None]


def test_each_subscription_has_its_own_pin() -> None:
    first, second = replace(HOME, pin1="1111"), replace(OTHER, pin1="2222")
    terminal, following = (
        Terminal(card_with(first, second), pins={HOME.iccid: "1111", OTHER.iccid: "2222"}),
        Following(),
    )
    terminal.on_subscription(IMEI, following)
    with Lpa(terminal) as lpa:
        lpa.profiles()
        lpa.enable(OTHER.iccid)
    assert [imsi for _, imsi in following.asked] == [HOME.imsi, OTHER.imsi]


def test_a_wrong_pin_costs_one_try_and_no_more() -> None:
    card = card_with(replace(HOME, pin1="1111"))
    terminal, following = Terminal(card, pins={HOME.iccid: "9999"}), Following()
    terminal.on_subscription(IMEI, following)
    for _ in range(5):
        terminal.start()
    assert pin.tries_left(ApduChannel(card), pin.PIN1) == 2
    assert following.asked == [(IMEI, "")]


def test_the_isd_r_on_the_basic_channel_comes_back_after_a_look_at_the_usim() -> None:
    card, following = card_with(HOME, OTHER), Following()
    terminal = Terminal(card, channel_number=0)
    with Lpa(terminal) as lpa:
        assert len(lpa.profiles()) == 2
        terminal.on_subscription(IMEI, following)
        assert len(lpa.profiles()) == 2
        lpa.enable(OTHER.iccid)
        assert len(lpa.profiles()) == 2
    assert [imsi for _, imsi in following.asked] == [HOME.imsi, OTHER.imsi]


def test_pins_do_not_show() -> None:
    terminal = Terminal(card_with(HOME), pins={HOME.iccid: "8642"})
    assert "8642" not in repr(vars(terminal)) + repr(terminal)


def test_the_card_that_went_away_in_between() -> None:
    class Gone:
        def reset(self) -> bytes:
            return b"\x3b\x00"

        def transmit(self, command: bytes, /) -> bytes:
            return b"\x6f\x00"

    terminal, following = Terminal(Gone()), Following()
    terminal.on_subscription(IMEI, following)
    terminal.poll()
    assert (following.asked, terminal.settings) == ([], None)
    with pytest.raises(StatusError):
        terminal.store_data(b"\xbf\x3e\x03\x5c\x01\x5a")
