"""Power lost during AUTHENTICATE: no sequence number is ever accepted twice, and no use goes uncounted."""

from __future__ import annotations

import pytest

from euicc.runtime import keys
from euicc.runtime.nvm import PowerLoss
from euicc.testing.faults import PowerCut, every_power_cut, power_cuts
from euicc.testing.profile_builder import Aka, Subscription
from tests.aka.device import Device, accepted
from tests.aka.subscriber import MILENAGE, NETWORK, K, card, known, sqn
from tests.aka.test_gba import bootstrapped, derived


def test_a_sequence_number_is_accepted_once() -> None:
    def scenario(cut: PowerCut) -> None:
        device = card()
        with cut.on(device.nvm):
            assert accepted(device.challenged(NETWORK, sqn(9, 3)))
        if cut.happened:
            device.restart()
            was_stored = known(device) == sqn(9, 3)
            assert (device.challenged(NETWORK, sqn(9, 3)).data[:1] == b"\xdc") is was_stored
            assert device.challenged(NETWORK, sqn(9, 3)).data[:1] == b"\xdc"

    assert every_power_cut(scenario) == 3  # the write, and both sides of the commit


def test_the_answer_comes_after_the_write() -> None:
    device = card()
    device.nvm.lose_power_at = 3  # just after the commit
    with pytest.raises(PowerLoss):
        device.challenged(NETWORK, sqn(9, 3))
    device.restart()
    assert known(device) == sqn(9, 3)


def test_every_use_is_counted() -> None:
    """Whoever cuts the power gets no use beyond the limit: an answer was always counted before."""
    limit, answers = 4, 0
    device = card(auth_counter_max=limit)
    for attempt in range(40):
        device.nvm.lose_power_at = 1 + attempt % 6
        try:
            answer = device.challenged(NETWORK, sqn(20 + attempt))
        except PowerLoss:
            device.restart()
            continue
        device.nvm.lose_power_at = None
        if answer.sw == 0x6985:
            break
        answers += len(accepted(answer)) > 0
    assert answers <= limit
    assert device.challenged(NETWORK, sqn(100)).sw == 0x6985


def test_a_use_is_counted_before_anything_comes_of_it() -> None:
    device = card(auth_counter_max=1)
    device.nvm.lose_power_at = 3
    with pytest.raises(PowerLoss):
        device.challenged(NETWORK, sqn(1))
    device.restart()
    assert device.challenged(NETWORK, sqn(2)).sw == 0x6985


def test_bootstrapping_is_all_or_nothing() -> None:
    for cut in power_cuts():
        device = Device(Subscription(k=K, opc=NETWORK.opc, gba=True, aka=Aka(MILENAGE)))
        with cut.on(device.nvm):
            accepted(bootstrapped(device, sqn(1)))
        if cut.happened:
            device.restart()
            done = known(device) == sqn(1)
            assert (device.read(0x6FD6)[:1] == b"\x10") is done
            assert (derived(device).sw == 0x9000) is done


def test_derivation_is_all_or_nothing() -> None:
    for cut in power_cuts():
        device = Device(Subscription(k=K, opc=NETWORK.opc, gba=True, aka=Aka(MILENAGE)))
        bootstrapped(device, sqn(1))
        with cut.on(device.nvm):
            accepted(derived(device))
        if cut.happened:
            device.restart()
            kept = bool(device.nvm.indexes(keys.GBA_NAF_KEYS))
            assert (device.read(0x6FDA, record=1)[:1] == b"\x80") is kept


def test_a_deleted_profile_leaves_nothing() -> None:
    device = card(auth_counter_max=9)
    accepted(device.challenged(NETWORK, sqn(1)))
    ours = (keys.AKA_SEQUENCE_NUMBERS, keys.AKA_RUNS)
    assert all(device.nvm.indexes(key) for key in ours)
    with device.nvm.transaction():
        device.card.uicc.running.memory.erase()
    assert not any(device.nvm.indexes(key) for key in ours)
    assert {keys.AKA_PARAMETERS, keys.GBA_BOOTSTRAPPED, keys.GBA_NAF_KEYS, *ours} <= set(keys.PROFILE_MEMORY)
