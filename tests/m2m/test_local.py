"""ESx: the device itself enables the emergency profile or a test profile, by bytes on the local interface."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from apdu import Command
from asn1.generated import rsp
from euicc import Card
from euicc.profiles.profile import ProfileClass
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.testing.ota import Handset
from euicc.testing.profile_builder import Aka, Subscription, build
from tests.m2m import commands
from tests.m2m.attended import (
    ADDRESSING,
    NO_SERVICE,
    NORMAL,
    REFRESH_TYPE,
    enabled,
    expire,
    power_cycle,
    refreshed,
    refusing,
    report,
    told,
)
from tests.m2m.managed import CARD, FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, package, scp80
from tests.m2m.test_switching import BY_SUBMIT, DISABLING_NOT_ALLOWED, deliver, rule

ENABLE_EMERGENCY, DISABLE_EMERGENCY, ENABLE_TEST, DISABLE_TEST = "3A0A00", "3A0B00", "3A0C00", "3A0D00"
TEST_ICCID = "8900101234567890156"
ES5 = ("3A03", "3A04", "3A05", "3A09")


@cache
def for_tests() -> bytes:
    return build(Subscription(iccid=TEST_ICCID, aka=Aka(algorithm=3), isim=False)).package


def vehicle(*, test: bool = True, emergency: bool = True) -> Managed:
    """The first profile enabled and with the fallback attribute, the second for emergencies, the third for tests."""
    card = Card.manufacture(variant="sgp02", seed=1)
    card.preload(package(ICCID), enabled=True)
    card.preload(package(OTHER_ICCID))
    if test:
        metadata = rsp.StoreMetadataRequest(
            iccid=bytes.fromhex("980001214365870951F6"),
            service_provider_name="",
            profile_name="Test",
            profile_class=ProfileClass.TEST,
        )
        card.preload(for_tests(), metadata.encode())
    card.reset()
    here = Managed(card, Handset(card))
    here.platform.register(CARD, scp80())
    assert here.sw(commands.addressing(ADDRESSING)) == 0x9000
    if emergency:
        assert here.sw(commands.set_emergency(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(1)) == 0x9000
    here.handset.sent.clear()
    here.handset.commands.clear()
    return here


def esx(here: Managed, group: str) -> int:
    """STORE DATA to the selected ISD-R, and then what the card wants; 9000 for 91xx, too."""
    assert here.terminal("00A4040C10" + commands.ISD_R).successful
    response = here.handset.transmit(Command.parse(bytes.fromhex("80E28800" + commands.lv(group))))
    return 0x9000 if response.successful else response.sw


def test_the_emergency_profile_goes_on_and_off() -> None:
    here = vehicle()
    assert esx(here, ENABLE_EMERGENCY) == 0x9000
    assert (enabled(here), refreshed(here)) == (SECOND, 1)
    assert esx(here, DISABLE_EMERGENCY) == 0x9000
    assert (enabled(here), refreshed(here)) == (FIRST, 2)


def test_a_test_profile_goes_on_and_off() -> None:
    here = vehicle()
    assert esx(here, ENABLE_TEST) == 0x9000
    assert enabled(here) == THIRD
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == FIRST


def test_a_test_profile_may_be_named() -> None:
    here = vehicle()
    assert esx(here, "3A0C" + commands.lv("4F10" + THIRD.hex())) == 0x9000
    assert enabled(here) == THIRD


def test_nobody_hears_of_it_until_it_is_over() -> None:
    here = vehicle()
    for on, off, kind in ((ENABLE_EMERGENCY, DISABLE_EMERGENCY, 6), (ENABLE_TEST, DISABLE_TEST, 7)):
        assert esx(here, on) == 0x9000
        report(here, NORMAL)
        power_cycle(here)
        report(here, NORMAL)
        assert told(here) == []
        assert esx(here, off) == 0x9000
        report(here, NORMAL)
        ((found, number, aid),) = told(here)
        assert (found, aid) == (kind, FIRST)
        assert here.sw(commands.confirm(number)) == 0x9000
        here.handset.sent.clear()


def test_no_network_brings_no_other_profile() -> None:
    for group, aid in ((ENABLE_EMERGENCY, SECOND), (ENABLE_TEST, THIRD)):
        here = vehicle()
        assert esx(here, group) == 0x9000
        for _ in range(20):
            report(here, NO_SERVICE)
            expire(here)
            power_cycle(here)
        assert enabled(here) == aid


def test_pol1_is_not_asked() -> None:
    here = vehicle()
    rule(here, FIRST, DISABLING_NOT_ALLOWED)
    rule(here, SECOND, DISABLING_NOT_ALLOWED)
    assert esx(here, ENABLE_EMERGENCY) == 0x9000
    assert enabled(here) == SECOND
    assert esx(here, DISABLE_EMERGENCY) == 0x9000
    assert enabled(here) == FIRST


def nothing(here: Managed) -> None:
    """As it is."""


def in_emergency(here: Managed) -> None:
    assert esx(here, ENABLE_EMERGENCY) == 0x9000


def in_test(here: Managed) -> None:
    assert esx(here, ENABLE_TEST) == 0x9000


def emergency_during_test(here: Managed) -> None:
    in_test(here)
    in_emergency(here)


@pytest.mark.parametrize(
    ("before", "group", "sw"),
    [
        (in_emergency, ENABLE_EMERGENCY, 0x6985),
        (nothing, DISABLE_EMERGENCY, 0x6985),
        (in_test, DISABLE_EMERGENCY, 0x6985),
        (in_emergency, ENABLE_TEST, 0x6985),
        (in_test, ENABLE_TEST, 0x6985),
        (nothing, DISABLE_TEST, 0x6985),
        (in_emergency, DISABLE_TEST, 0x6985),
        (emergency_during_test, DISABLE_TEST, 0x6985),
        (nothing, "3A0C" + commands.lv("4F10" + FIRST.hex()), 0x6A88),
        (nothing, "3A0C" + commands.lv("4F"), 0x6A80),
        (nothing, "3A0C" + commands.lv("5000"), 0x6A80),
        (nothing, "3A0E00", 0x6A80),
        *((nothing, group + commands.lv("4F10" + SECOND.hex()), 0x6982) for group in ES5),
    ],
)
def test_what_is_refused_changes_nothing(before: Callable[[Managed], None], group: str, sw: int) -> None:
    here = vehicle()
    before(here)
    aid, asked = enabled(here), refreshed(here)
    assert esx(here, group) == sw
    power_cycle(here)
    assert (enabled(here), refreshed(here)) == (aid, asked)


def test_without_such_profiles_there_is_nothing_to_enable() -> None:
    here = vehicle(test=False, emergency=False)
    assert [esx(here, group) for group in (ENABLE_EMERGENCY, ENABLE_TEST)] == [0x6A88] * 2


def test_over_the_air_there_is_no_esx() -> None:
    here = vehicle()
    assert here.sw(commands.apdu("80E28800", ENABLE_EMERGENCY)) == 0x6A80


@pytest.mark.parametrize("function", [commands.enable, commands.set_fallback, commands.set_emergency])
def test_a_test_profile_is_the_device_s_own(function: Callable[[bytes], str]) -> None:
    """No SM-SR enables it, nor what would: an attribute."""
    assert vehicle(emergency=False).sw(function(THIRD)) == 0x6985


def test_an_enabled_emergency_profile_cannot_be_enabled() -> None:
    """The SM-SR enabled the one that has the attribute."""
    here = vehicle()
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert esx(here, ENABLE_EMERGENCY) == 0x6985


def test_an_emergency_during_a_test_ends_in_the_test() -> None:
    here = vehicle()
    emergency_during_test(here)
    assert enabled(here) == SECOND
    assert esx(here, DISABLE_EMERGENCY) == 0x9000
    assert enabled(here) == THIRD
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == FIRST


@pytest.mark.parametrize(("on", "off"), [(ENABLE_EMERGENCY, DISABLE_EMERGENCY), (ENABLE_TEST, DISABLE_TEST)])
def test_what_waits_for_its_reset_can_be_taken_back(on: str, off: str) -> None:
    here = vehicle()
    here.handset.answer = refusing(REFRESH_TYPE, result=0x30)
    assert [esx(here, on), esx(here, on), esx(here, off), esx(here, off)] == [0x9000, 0x6985] * 2
    power_cycle(here)
    assert enabled(here) == FIRST
    assert esx(here, off) == 0x6985


def test_a_switch_that_waited_for_its_reset_is_what_the_emergency_returns_to() -> None:
    here = vehicle(emergency=False)
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    here.handset.answer = refusing(REFRESH_TYPE, result=0x30)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert enabled(here) == FIRST
    here.handset.answer = refusing()
    assert esx(here, ENABLE_TEST) == 0x9000
    assert enabled(here) == THIRD
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == SECOND
    report(here, NORMAL)
    assert told(here) == [(2, 2, SECOND)]


def test_what_the_device_chose_is_not_undone_by_a_switch_promised_before() -> None:
    here = vehicle(emergency=False)
    deliver(here, commands.enable(SECOND), BY_SUBMIT)
    assert esx(here, ENABLE_TEST) == 0x9000
    assert enabled(here) == THIRD
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == FIRST


def test_a_network_that_goes_does_not_keep_the_chosen_profile_from_its_reset() -> None:
    here = vehicle(emergency=False)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(2)) == 0x9000
    report(here, NO_SERVICE)
    here.handset.answer = refusing(REFRESH_TYPE, result=0x30)
    assert esx(here, ENABLE_TEST) == 0x9000
    expire(here)
    for _ in range(here.isdr.registration.patience.losses):
        report(here, NO_SERVICE)
    power_cycle(here)
    assert enabled(here) == THIRD


def test_what_was_to_be_told_before_waits_until_it_is_over() -> None:
    here = vehicle()
    assert here.sw(commands.set_fallback(SECOND)) == 0x6985
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert esx(here, ENABLE_TEST) == 0x9000
    report(here, NORMAL)
    assert told(here) == []
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == SECOND
    report(here, NORMAL)
    assert told(here) == [(2, 2, SECOND)]


def test_a_profile_to_return_to_that_is_gone_is_replaced_by_the_fallback_profile() -> None:
    here = vehicle()
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(2)) == 0x9000
    assert esx(here, ENABLE_TEST) == 0x9000
    with here.card.nvm.transaction():
        here.card.nvm.set(keys.BEFORE_TEST, b"\x00" * 16)
    assert esx(here, DISABLE_TEST) == 0x9000
    assert enabled(here) == FIRST


def test_power_lost_at_any_write_leaves_one_or_the_other() -> None:
    seen = set()
    for cut in power_cuts():
        here = vehicle()
        with cut.on(here.card):
            esx(here, ENABLE_EMERGENCY)
        power_cycle(here)
        on = here.card.nvm.get(keys.EMERGENCY_RETURN) is not None
        assert enabled(here) == (SECOND if on else FIRST)
        assert here.isdr.switching.asked is None
        seen.add(on)
    assert seen == {False, True}


def test_power_lost_at_any_write_on_the_way_back_leaves_one_or_the_other() -> None:
    for cut in power_cuts():
        here = vehicle()
        in_emergency(here)
        with cut.on(here.card):
            esx(here, DISABLE_EMERGENCY)
        power_cycle(here)
        on = here.card.nvm.get(keys.EMERGENCY_RETURN) is not None
        pending = here.isdr.notifications_m2m.pending
        assert enabled(here) == (SECOND if on else FIRST)
        assert (pending is None) == on
