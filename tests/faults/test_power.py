"""Power cuts at writes and at APDUs, one at a time and each in turn."""

from __future__ import annotations

import pytest

from euicc import Card, PowerLoss
from euicc.testing.faults import PowerCut, every_power_cut
from euicc.testing.faults.power import Point
from tests.faults.consumer import Consumer

SELECT_MF = bytes.fromhex("00A4000C023F00")


def address(side: Consumer) -> str | None:
    return side.lpa().addresses().default_dp_address


def test_a_cut_at_a_write() -> None:
    side = Consumer()
    lpa = side.lpa()
    with PowerCut(at_write=1).on(side.card) as cut:
        lpa.set_default_dp_address("a.example.com")
    assert cut.happened
    with pytest.raises(PowerLoss):
        side.card.transmit(SELECT_MF)
    assert address(side) is None


def test_a_cut_at_an_apdu_before_or_after_it_is_carried_out() -> None:
    for answered, becomes in ((False, None), (True, "a.example.com")):
        side = Consumer()
        lpa = side.lpa()
        lpa.eid()
        with PowerCut(at_apdu=1, answered=answered).on(side.card) as cut:
            lpa.set_default_dp_address("a.example.com")
        assert cut.happened
        assert address(side) == becomes


def test_points_are_counted_over_a_reset() -> None:
    card = Card.manufacture()
    with PowerCut(at_apdu=2).on(card) as cut:
        assert card.transmit(SELECT_MF) == b"\x90\x00"
        card.reset()
        card.transmit(SELECT_MF)
    assert cut.happened


def test_a_cut_that_is_not_reached_leaves_nothing_behind() -> None:
    card = Card.manufacture()
    for cut in (PowerCut(at_write=5), PowerCut(at_apdu=5)):
        with cut.on(card):
            assert card.transmit(SELECT_MF) == b"\x90\x00"
        assert (cut.happened, card.nvm.lose_power_at, card.front) == (False, None, card.runtime)


def test_the_power_loss_of_somebody_else_is_not_taken() -> None:
    card = Card.manufacture()
    for cut in (PowerCut(at_write=5), PowerCut(at_apdu=5)):
        card.power_off()
        with pytest.raises(PowerLoss), cut.on(card):
            card.transmit(SELECT_MF)
        assert not cut.happened
        card.reset()


@pytest.mark.parametrize(("write", "apdu"), [(None, None), (1, 1), (0, None), (None, -1)])
def test_what_is_no_cut(write: int | None, apdu: int | None) -> None:
    with pytest.raises(ValueError, match=r"a cut is|counted from 1"):
        PowerCut(at_write=write, at_apdu=apdu)


def test_a_memory_knows_no_apdus() -> None:
    with pytest.raises(ValueError, match="APDUs"), PowerCut(at_apdu=1).on(Card.manufacture().nvm):
        pytest.fail("it was laid")


@pytest.mark.parametrize("by", ["write", "apdu", "answer"])
def test_every_cut_of_an_enabling_leaves_one_state_or_the_other(by: Point) -> None:
    found = []

    def scenario(cut: PowerCut) -> None:
        side = Consumer()
        iccid = side.install().iccid_bytes
        with cut.on(side.card):
            side.lpa().enable(iccid)
        side.card.reset()
        found.append(side.states()[iccid])

    points = every_power_cut(scenario, by)
    assert points == len(found) - 1 > 4
    assert found == sorted(found)
    assert set(found) == {False, True}


def test_a_scenario_that_cuts_nothing_is_told() -> None:
    with pytest.raises(RuntimeError, match="into `with"):
        every_power_cut(lambda cut: None)


def test_a_scenario_without_an_end_is_told() -> None:
    def scenario(cut: PowerCut) -> None:
        card = Card.manufacture()
        with cut.on(card):
            while True:
                card.transmit(SELECT_MF)

    with pytest.raises(RuntimeError, match="no end"):
        every_power_cut(scenario, "apdu", most=3)
