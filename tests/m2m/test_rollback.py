"""The way back: a network that does not take the new profile, and an SM-SR that does not hear of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from euicc.m2m.notification import NotificationType
from euicc.m2m.switching import SwitchReason
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from tests.m2m import commands
from tests.m2m.attended import (
    ALL_BUT_TIMERS,
    LIMITED,
    NO_SERVICE,
    NORMAL,
    SHORT_MESSAGE,
    declared,
    enabled,
    expire,
    poll,
    power_cycle,
    refreshed,
    refusing,
    report,
    told,
)
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, managed

THIRD_ICCID = "8900101234567890149"
WITHOUT_SMS = bytes.fromhex("FFFFFFFD") + b"\xff" * 16


def switched() -> Managed:
    """The second profile is enabled, and perhaps has a network; the first has the fallback attribute."""
    here = declared()
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert enabled(here) == SECOND
    return here


def elsewhere() -> Managed:
    """From the second profile to the third; the first has the fallback attribute."""
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(2)) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x9000
    here.handset.sent.clear()
    return here


def no_network(here: Managed) -> None:
    """The guard timer expires."""
    expire(here)


def refused(here: Managed) -> None:
    """The terminal says so again and again."""
    for _ in range(here.isdr.registration.patience.refusals):
        report(here, NO_SERVICE)


def resets(here: Managed) -> None:
    """The device tries its luck with resets."""
    for _ in range(here.isdr.registration.patience.refusals):
        power_cycle(here)


def unsent(here: Managed) -> None:
    """A network, but no short message gets through it."""
    here.handset.answer = refusing(SHORT_MESSAGE, result=0x35)
    report(here, NORMAL)
    for _ in range(here.isdr.registration.patience.attempts):
        expire(here)
    here.handset.answer = refusing()
    here.handset.sent.clear()


def unconfirmed(here: Managed) -> None:
    """The SM-SR never answers."""
    report(here, NORMAL)
    for _ in range(here.isdr.registration.patience.attempts):
        expire(here)
    here.handset.sent.clear()


FAILURES: tuple[Callable[[Managed], None], ...] = (no_network, refused, resets, unsent, unconfirmed)


@pytest.mark.parametrize("failure", FAILURES)
def test_the_profile_before_is_enabled_again_and_the_sm_sr_told(failure: Callable[[Managed], None]) -> None:
    here = switched()
    failure(here)
    assert (enabled(here), refreshed(here)) == (FIRST, 2)
    report(here, NORMAL)
    assert told(here) == [(3, 3, FIRST)]
    assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x3F, SECOND: 0x1F}
    assert here.sw(commands.enable(SECOND)) == 0x9000


def test_limited_service_is_no_service() -> None:
    here = switched()
    for _ in range(here.isdr.registration.patience.refusals):
        report(here, LIMITED)
    assert enabled(here) == FIRST


def test_a_registration_that_is_late_but_in_time_is_good() -> None:
    here = switched()
    for _ in range(here.isdr.registration.patience.refusals - 1):
        report(here, NO_SERVICE)
    report(here, NORMAL)
    assert told(here) == [(2, 2, SECOND)]
    for _ in range(3):
        report(here, NO_SERVICE)
        report(here, NORMAL)
    assert here.sw(commands.confirm(2)) == 0x9000
    assert enabled(here) == SECOND


def test_without_timers_polls_are_the_guard() -> None:
    here = declared()
    power_cycle(here, ALL_BUT_TIMERS)
    here.isdr.switching.begin(SECOND, SwitchReason.ENABLE)
    power_cycle(here, ALL_BUT_TIMERS)
    poll(here, 9)
    assert enabled(here) == SECOND
    poll(here)
    assert enabled(here) == FIRST


def test_a_terminal_that_sends_no_short_messages_stays_with_its_profile() -> None:
    here = switched()
    power_cycle(here, WITHOUT_SMS)
    report(here, NORMAL)
    for _ in range(here.isdr.registration.patience.attempts):
        expire(here)
    power_cycle(here, WITHOUT_SMS)
    assert enabled(here) == FIRST
    assert here.handset.sent == []


def test_a_network_that_took_it_once_and_never_again_is_none() -> None:
    here = switched()
    report(here, NORMAL)
    power_cycle(here)
    for _ in range(here.isdr.registration.patience.attempts):
        assert enabled(here) == SECOND
        expire(here)
    assert enabled(here) == FIRST


def test_without_an_sm_sr_to_tell_it_goes_back() -> None:
    here = managed(ICCID, OTHER_ICCID)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    for _ in range(here.isdr.registration.patience.attempts):
        assert enabled(here) == SECOND
        expire(here)
    assert (enabled(here), here.handset.sent) == (FIRST, [])


def test_a_confirmation_at_the_last_moment_keeps_the_new_profile() -> None:
    """The roll-back waits for its reset: what the SM-SR says counts."""
    here = switched()
    report(here, NORMAL)
    here.handset.answer = refusing(0x01, result=0x30)
    for _ in range(here.isdr.registration.patience.attempts):
        expire(here)
    assert here.isdr.switching.asked is not None
    assert here.es5(commands.confirm(2)) == ("8000", 0x9000)
    power_cycle(here)
    assert enabled(here) == SECOND
    assert here.isdr.notifications_m2m.pending is None


def test_pol1_of_the_profile_that_was_rolled_back_deletes_nothing() -> None:
    here = switched()
    for aid in (FIRST, SECOND):
        isd_p = here.isdr.isd_ps.by_aid(aid)
        assert isd_p is not None
        with here.card.nvm.transaction():
            here.isdr.isd_ps.memory(isd_p).set(keys.POL1, 4)
    no_network(here)
    report(here, NORMAL)
    assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x3F, SECOND: 0x1F}


def test_a_switch_before_that_one_keeps_what_pol1_wants_deleted() -> None:
    """From the second to the third to the first, none confirmed; the last is rolled back."""
    here = elsewhere()
    isd_p = here.isdr.isd_ps.by_aid(SECOND)
    assert isd_p is not None
    with here.card.nvm.transaction():
        here.isdr.isd_ps.memory(isd_p).set(keys.POL1, 4)
    report(here, NORMAL)
    assert here.sw(commands.enable(FIRST)) == 0x9000
    no_network(here)
    assert enabled(here) == THIRD
    report(here, NORMAL)
    assert told(here)[-1] == (3, 5, THIRD)
    assert here.es5(commands.confirm(5)) == ("8012" + "4F10" + SECOND.hex().upper(), 0x9000)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_roll_back_that_fails_ends_with_the_fallback_profile(failure: Callable[[Managed], None]) -> None:
    here = elsewhere()
    no_network(here)
    assert enabled(here) == SECOND
    failure(here)
    assert enabled(here) == FIRST
    report(here, NORMAL)
    assert told(here) == [(5, 5, FIRST)]
    assert here.es5(commands.confirm(5)) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x3F, SECOND: 0x1F, THIRD: 0x1F}


@pytest.mark.parametrize("failure", FAILURES)
def test_where_nothing_is_left_the_card_keeps_trying(failure: Callable[[Managed], None]) -> None:
    """The profile that it went back to has the fallback attribute, too."""
    here = switched()
    no_network(here)
    failure(here)
    assert enabled(here) == FIRST
    power_cycle(here)
    report(here, NORMAL)
    assert told(here)[-1] == (3, 3, FIRST)
    assert here.sw(commands.confirm(3)) == 0x9000


def test_without_a_profile_before_the_fallback_comes_at_once() -> None:
    here = elsewhere()
    before = here.isdr.isd_ps.by_aid(SECOND)
    assert before is not None
    with here.card.nvm.transaction():
        here.isdr.isd_ps.delete(before)
    no_network(here)
    assert enabled(here) == FIRST
    report(here, NORMAL)
    assert told(here) == [(5, 4, FIRST)]


def test_power_lost_at_any_write_of_a_roll_back_leaves_a_card_that_goes_on() -> None:
    seen = set()
    for cut in power_cuts():
        here = switched()
        with cut.on(here.card):
            no_network(here)
            report(here, NORMAL)
            here.sw(commands.confirm(3))
        power_cycle(here)
        if enabled(here) == SECOND:
            pending = here.isdr.notifications_m2m.pending
            assert pending is not None
            assert (pending.kind, pending.disabled) == (NotificationType.SWITCHED, (FIRST,))
            no_network(here)
        seen.add(cut.happened)
        assert enabled(here) == FIRST
        report(here, NORMAL)
        assert {each for each in told(here) if each[0] == 3} == {(3, 3, FIRST)}
        assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
    assert seen == {True, False}


def test_power_lost_at_any_write_of_the_last_resort_leaves_a_card_that_goes_on() -> None:
    for cut in power_cuts():
        here = elsewhere()
        no_network(here)
        with cut.on(here.card):
            no_network(here)
            report(here, NORMAL)
        power_cycle(here)
        if enabled(here) == SECOND:
            no_network(here)
        assert enabled(here) == FIRST
        report(here, NORMAL)
        assert told(here)[-1] == (5, 5, FIRST)
        assert here.es5(commands.confirm(5)) == ("8000", 0x9000)
