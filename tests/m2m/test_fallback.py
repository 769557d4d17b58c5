"""The fallback mechanism: a final profile loses its network, and the way back from it."""

from __future__ import annotations

import pytest

from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.uicc.application_data import KeyComponent, SecurityDomainKey
from tests.m2m import commands
from tests.m2m.attended import (
    LIMITED,
    NO_SERVICE,
    NORMAL,
    attended,
    declared,
    enabled,
    expire,
    power_cycle,
    refreshed,
    report,
    told,
)
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed
from tests.m2m.test_switching import (
    DELETED_WHEN_DISABLED,
    DISABLING_NOT_ALLOWED,
    THIRD_ICCID,
    rule,
)


def final() -> Managed:
    """The second profile is enabled and confirmed; the first has the fallback attribute, a third is there."""
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(2)) == 0x9000
    here.handset.sent.clear()
    here.handset.commands.clear()
    return here


def fallen(rules: int = 0) -> Managed:
    """The first is enabled by the fallback; the second has this POL1."""
    here = final()
    rule(here, SECOND, rules)
    lose(here)
    assert enabled(here) == FIRST
    return here


def lose(here: Managed) -> None:
    """For too long."""
    report(here, NO_SERVICE)
    expire(here)


def test_a_network_that_stays_away_brings_the_fallback_profile() -> None:
    here = fallen()
    assert refreshed(here) == 1
    report(here, NORMAL)
    assert told(here) == [(5, 3, FIRST)]
    assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x3F, SECOND: 0x1F, THIRD: 0x1F}


@pytest.mark.parametrize("status", [LIMITED, NO_SERVICE])
def test_so_does_one_that_goes_too_often(status: int) -> None:
    here = final()
    losses = here.isdr.registration.patience.losses
    for count in range(losses - 1):
        report(here, status)
        if count % 2:
            power_cycle(here)
    assert enabled(here) == SECOND
    report(here, status)
    assert enabled(here) == FIRST


def test_a_first_attachment_that_nobody_confirms_does_not_keep_it_from_that() -> None:
    here = attended()
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    report(here, NORMAL)
    for _ in range(here.isdr.registration.patience.losses):
        report(here, NO_SERVICE)
    assert enabled(here) == SECOND
    report(here, NORMAL)
    assert told(here)[-1] == (5, 2, SECOND)


def test_a_network_that_comes_back_begins_anew() -> None:
    here = final()
    for _ in range(3 * here.isdr.registration.patience.losses):
        report(here, NO_SERVICE)
        report(here, NORMAL)
    expire(here)
    assert enabled(here) == SECOND
    assert told(here) == []


def test_a_loss_outlives_a_reset() -> None:
    here = final()
    report(here, NO_SERVICE)
    power_cycle(here)
    assert enabled(here) == SECOND
    expire(here)
    assert enabled(here) == FIRST


def test_what_is_never_told_is_no_loss() -> None:
    here = final()
    power_cycle(here)
    expire(here)
    assert enabled(here) == SECOND


@pytest.mark.parametrize("rules", [DISABLING_NOT_ALLOWED, DELETED_WHEN_DISABLED])
def test_pol1_of_the_profile_that_is_left_is_not_asked(rules: int) -> None:
    here = fallen(rules)
    report(here, NORMAL)
    assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x3F, SECOND: 0x1F, THIRD: 0x1F}


def test_the_fallback_profile_itself_has_nothing_to_fall_back_to() -> None:
    here = declared()
    for _ in range(20):
        report(here, NO_SERVICE)
    expire(here)
    assert (enabled(here), refreshed(here)) == (FIRST, 0)
    assert here.card.nvm.get(keys.M2M_LOSSES) == 0


def test_one_that_must_not_be_disabled_is_the_only_one_to_return_to() -> None:
    here = fallen(DISABLING_NOT_ALLOWED)
    report(here, NORMAL)
    assert here.sw(commands.confirm(3)) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x69E1
    assert here.sw(commands.set_fallback(THIRD)) == 0x69E1
    assert here.sw(commands.delete(SECOND)) == 0x6985
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(4)) == 0x9000
    assert here.sw(commands.set_fallback(THIRD)) == 0x9000


def test_master_delete_ends_that() -> None:
    here = fallen(DISABLING_NOT_ALLOWED)
    report(here, NORMAL)
    assert here.sw(commands.confirm(3)) == 0x9000
    isd_p = here.isdr.isd_ps.by_aid(SECOND)
    assert isd_p is not None
    with here.card.nvm.transaction():
        token_key = SecurityDomainKey(b"\x81", 1, 0x70, (KeyComponent(0x88, bytes(16)),))
        here.isdr.isd_ps.key_ring(isd_p).put([token_key])
    assert here.sw(commands.master_delete(SECOND, bytes(16))) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x9000


def test_any_other_leaves_the_choice() -> None:
    here = fallen()
    report(here, NORMAL)
    assert here.sw(commands.confirm(3)) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.confirm(4)) == 0x9000
    assert here.card.nvm.get(keys.FALLBACK_RETURN) is None


def test_a_return_that_fails_is_still_the_only_one_allowed() -> None:
    """Rolled back to the fallback profile: POL1 of the one before counts as it did."""
    here = fallen(DISABLING_NOT_ALLOWED)
    report(here, NORMAL)
    assert here.sw(commands.confirm(3)) == 0x9000
    assert here.sw(commands.enable(SECOND)) == 0x9000
    expire(here)
    assert enabled(here) == FIRST
    report(here, NORMAL)
    assert told(here)[-1] == (3, 5, FIRST)
    assert here.sw(commands.confirm(5)) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x69E1


def test_power_lost_at_any_write_of_a_fallback_leaves_a_card_that_goes_on() -> None:
    outcomes = set()
    for cut in power_cuts():
        here = final()
        rule(here, SECOND, DELETED_WHEN_DISABLED)
        with cut.on(here.card):
            lose(here)
            report(here, NORMAL)
            here.sw(commands.confirm(3))
        power_cycle(here)
        outcomes.add(enabled(here))
        if enabled(here) == SECOND:
            lose(here)
        assert enabled(here) == FIRST
        assert here.card.nvm.get(keys.FALLBACK_RETURN) == SECOND
        report(here, NORMAL)
        assert set(told(here)) == {(5, 3, FIRST)}
        assert here.es5(commands.confirm(3)) == ("8000", 0x9000)
        assert here.states() == {FIRST: 0x3F, SECOND: 0x1F, THIRD: 0x1F}
    assert outcomes == {FIRST, SECOND}
