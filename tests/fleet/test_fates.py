from __future__ import annotations

from collections import Counter

import pytest

from examples.fleet.fates import FLOWS, SHARES, Flow, Kind, fates


def test_every_kind_has_its_share_in_both_flows() -> None:
    drawn = fates(200, 1, SHARES, FLOWS["both"])
    assert Counter(fate.kind for fate in drawn) == {
        Kind.NOTHING: 140,
        Kind.OUT_OF_COVERAGE: 20,
        Kind.POWER_LOSS: 20,
        Kind.NO_NETWORK: 20,
    }
    assert Counter((fate.kind, fate.flow) for fate in drawn)[Kind.NO_NETWORK, Flow.HANDOVER] == 10


@pytest.mark.parametrize("count", range(1, 12))
def test_there_is_one_fate_for_each_vehicle(count: int) -> None:
    assert len(fates(count, 1, SHARES, FLOWS["both"])) == count


def test_what_has_no_share_happens_to_nobody() -> None:
    drawn = fates(50, 1, {Kind.POWER_LOSS: 0.0, Kind.NO_NETWORK: 1.0}, FLOWS["same"])
    assert {(fate.kind, fate.flow) for fate in drawn} == {(Kind.NO_NETWORK, Flow.SAME)}


def test_a_seed_draws_the_same_fates_again() -> None:
    assert fates(50, 4, SHARES, FLOWS["both"]) == fates(50, 4, SHARES, FLOWS["both"])
    assert fates(50, 4, SHARES, FLOWS["both"]) != fates(50, 5, SHARES, FLOWS["both"])


def test_a_fate_says_what_belongs_to_it_and_no_more() -> None:
    for fate in fates(100, 2, SHARES, FLOWS["both"]):
        assert bool(fate.write) == (fate.kind is Kind.POWER_LOSS)
        assert (fate.returns > fate.leaves) == (fate.kind is Kind.OUT_OF_COVERAGE)


def test_so_many_are_reached_by_https_in_every_flow() -> None:
    drawn = fates(200, 1, SHARES, FLOWS["both"], https=0.2)
    assert Counter(fate.flow for fate in drawn if fate.https) == {Flow.SAME: 20, Flow.HANDOVER: 20}
