"""Sequence numbers, TS 33.102 annex C, through APDUs: what is fresh, what is not, and what AUTS says then."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.aka import network
from tests.aka.device import Device, accepted, auts
from tests.aka.subscriber import NETWORK, card, known, sqn

NO_AK, NO_WRAP, NO_DELTA, NO_AGE = 0x01, 0x02, 0x04, 0x08
TOP = (1 << 43) - 1


def is_fresh(device: Device, number: int) -> bool:
    """Whether the card accepts it; the answer is looked at either way."""
    rand = number.to_bytes(16, "big")
    answer = device.challenged(NETWORK, number, rand)
    if answer.data[:1] == b"\xdb":
        assert accepted(answer)[:3] == [NETWORK.f2(rand), NETWORK.f3(rand), NETWORK.f4(rand)]
        return True
    assert network.resynchronised(NETWORK, rand, auts(answer)) is not None
    return False


def test_a_replay_is_noticed() -> None:
    device = card()
    assert is_fresh(device, sqn(1, 1))
    assert not is_fresh(device, sqn(1, 1))
    assert known(device) == sqn(1, 1)


def test_a_replay_is_noticed_after_a_reset() -> None:
    device = card()
    assert is_fresh(device, sqn(7, 3))
    device.restart()
    assert not is_fresh(device, sqn(7, 3))
    assert known(device) == sqn(7, 3)


def test_challenges_may_overtake_one_another() -> None:
    device = card()
    assert is_fresh(device, sqn(10, 10))
    assert is_fresh(device, sqn(9, 9))
    assert not is_fresh(device, sqn(9, 10))
    assert not is_fresh(device, sqn(9, 9))
    assert is_fresh(device, sqn(10, 9))
    assert known(device) == sqn(10, 10)


@pytest.mark.parametrize("ind", range(32))
def test_each_place_is_its_own(ind: int) -> None:
    device = card()
    assert is_fresh(device, sqn(5, ind))
    others = [other for other in range(32) if other != ind]
    assert all(is_fresh(device, sqn(4, other)) for other in others)
    assert not any(is_fresh(device, sqn(4, other)) for other in range(32))


@pytest.mark.parametrize(("ahead", "fresh"), [(15, True), (16, True), (17, False)])
def test_delta(ahead: int, fresh: bool) -> None:
    device = card(sqn_delta=16)
    assert is_fresh(device, sqn(3, 0))
    assert is_fresh(device, sqn(3 + ahead, 1)) is fresh
    assert is_fresh(card(sqn_delta=16, sqn_options=NO_WRAP | NO_DELTA), sqn(TOP, 1))


@pytest.mark.parametrize(("behind", "fresh"), [(7, True), (8, False), (9, False)])
def test_age_limit(behind: int, fresh: bool) -> None:
    device = card(sqn_age_limit=8)
    assert is_fresh(device, sqn(100, 0))
    assert is_fresh(device, sqn(100 - behind, 1)) is fresh
    unlimited = card(sqn_age_limit=8, sqn_options=NO_WRAP | NO_AGE)
    assert is_fresh(unlimited, sqn(100, 0))
    assert is_fresh(unlimited, sqn(100 - behind, 1))


def test_the_default_delta_is_2_to_the_28() -> None:
    assert not is_fresh(card(), sqn(2**28 + 1))
    assert is_fresh(card(), sqn(2**28))


def test_initial_sequence_numbers() -> None:
    init = tuple(50 + (ind == 4) for ind in range(32))
    device = card(sqn_init=init)
    assert known(device) == sqn(51, 4)
    assert not is_fresh(device, sqn(50, 0))
    assert not is_fresh(device, sqn(51, 4))
    assert is_fresh(device, sqn(51, 0))
    assert known(device) == sqn(51, 4)
    assert is_fresh(device, sqn(52, 9))
    assert known(device) == sqn(52, 9)


def test_without_anonymity_key() -> None:
    device = card(sqn_options=NO_AK | NO_WRAP)
    rand = bytes(16)
    assert accepted(device.challenged(NETWORK, sqn(1), rand, ak=False))[0] == NETWORK.f2(rand)
    assert device.challenged(NETWORK, sqn(2), rand).sw == 0x9862
    token = auts(device.challenged(NETWORK, sqn(1), rand, ak=False))
    assert token[:6] == sqn(1).to_bytes(6, "big")
    assert network.resynchronised(NETWORK, rand, token, ak=False) == sqn(1)


def test_the_end_of_the_numbers() -> None:
    device = card(sqn_init=(TOP,) * 32)
    assert not is_fresh(device, sqn(0, 1))
    assert not is_fresh(device, sqn(TOP, 1))


def test_numbers_that_may_wrap_around() -> None:
    device = card(sqn_options=0, sqn_init=(TOP - 1,) * 32)
    assert is_fresh(device, sqn(TOP, 1))
    assert is_fresh(device, sqn(0, 2))
    assert not is_fresh(device, sqn(TOP, 2))
    assert is_fresh(device, sqn(TOP, 3))
    assert is_fresh(device, sqn(5, 1))
    assert known_after_wrap(device) == sqn(5, 1)


@pytest.mark.parametrize(("ahead", "fresh"), [(1 << 42, False), ((1 << 42) - 1, True)])
def test_the_shorter_way_round_counts(ahead: int, fresh: bool) -> None:
    device = card(sqn_options=NO_DELTA | NO_AGE, sqn_init=(TOP,) * 32)
    assert is_fresh(device, sqn((TOP + ahead) % (TOP + 1), 1)) is fresh


def known_after_wrap(device: Device) -> int | None:
    number = sqn(5, 1)
    return network.resynchronised(NETWORK, bytes(16), auts(device.challenged(NETWORK, number)))


def test_wrong_macs_change_nothing() -> None:
    device = card()
    good = network.challenge(NETWORK, sqn(3))
    for at in range(len(good.autn)):
        changed = bytearray(good.data)
        changed[18 + at] ^= 0x01
        assert device.authenticate(bytes(changed)).sw == 0x9862
    assert known(device) == 0
    assert accepted(device.authenticate(good.data))


class Model:
    """TS 33.102 C.2 as one reads it."""

    def __init__(self, delta: int, age: int) -> None:
        self.seqs, self.delta, self.age = dict.fromkeys(range(32), 0), delta, age
        self.sqn_ms = 0

    def fresh(self, number: int) -> bool:
        seq, ind = divmod(number, 32)
        highest = max(self.seqs.values())
        if seq - highest > self.delta or highest - seq >= self.age or seq <= self.seqs[ind]:
            return False
        if seq > highest:
            self.sqn_ms = number
        self.seqs[ind] = seq
        return True


@settings(max_examples=25, deadline=None)
@given(
    delta=st.integers(0, 40),
    age=st.integers(0, 40),
    numbers=st.lists(st.integers(0, 64 * 32), max_size=40),
    resets=st.sets(st.integers(0, 39), max_size=3),
)
@example(delta=40, age=40, numbers=[33, 65, 33, 34, 66], resets=set())
def test_the_array_is_that_of_a_model(delta: int, age: int, numbers: list[int], resets: set[int]) -> None:
    device, model = card(sqn_delta=delta, sqn_age_limit=age), Model(delta, age)
    for at, number in enumerate(numbers):
        if at in resets:
            device.restart()
        assert is_fresh(device, number) is model.fresh(number)
        assert known(device) == model.sqn_ms
