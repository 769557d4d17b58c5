"""A memory that is full, by bytes and by writes."""

from __future__ import annotations

import pytest

from asn1.generated import rsp
from euicc.testing.faults import MemoryFull
from ipa.errors import EuiccRefused, InstallationFailed, ServerRefused
from tests.faults.consumer import Consumer
from tests.flows32.scene import Scene, operator
from tests.uicc.administered import Device as Administered
from tests.uicc.test_create import transparent

NO_ROOM = rsp.ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE


@pytest.mark.parametrize("full", [MemoryFull(free=0), MemoryFull(free=5000), MemoryFull(writes=1)], ids=repr)
def test_an_installation_is_refused_and_its_result_kept(full: MemoryFull) -> None:
    side = Consumer()
    with full.on(side.card), pytest.raises(InstallationFailed, match="insufficient memory") as refused:
        side.install()
    assert full.refused
    assert refused.value.reason == NO_ROOM
    assert side.states() == {}
    assert side.network.asked[-1] == "handleNotification"  # the result was there to be delivered
    side.install()
    assert len(side.states()) == 1


def test_what_fits_is_let_in() -> None:
    side = Consumer()
    with MemoryFull(free=len(operator().package) + 2000).on(side.card) as full:
        iccid = side.install().iccid_bytes
        side.lpa().enable(iccid)
        side.lpa().disable(iccid)
        with pytest.raises(InstallationFailed):
            side.install(2)
        side.lpa().delete(iccid)
        side.install(2)
    assert full.refused == 1
    assert list(side.states()) == [operator(2).iccid_bytes]


def test_a_function_without_a_code_for_it_has_an_undefined_error() -> None:
    side = Consumer()
    with MemoryFull(free=0).on(side.card), pytest.raises(EuiccRefused) as refused:
        side.lpa().set_default_dp_address("smdp.example.com")
    assert refused.value.code == 127
    assert side.lpa().addresses().default_dp_address is None


def test_an_initial_eim() -> None:
    scene = Scene()
    scene.ipa().reset_memory(5)
    with MemoryFull(writes=0).on(scene.card), pytest.raises(EuiccRefused, match="insufficient memory"):
        scene.ipa().add_initial_eims(scene.eim.configuration())
    assert scene.ipa().eims() == ()


def test_a_file() -> None:
    device = Administered()
    with MemoryFull(free=0).on(device.nvm) as full:
        assert device.usim()(transparent()) == "6A84"
    assert full.refused == 1
    assert device.usim()(transparent()) == "9000"


def test_a_card_that_says_that_it_is_small() -> None:
    side = Consumer(nvm_size=2000)
    with pytest.raises(ServerRefused, match="not enough space"):
        side.install()
    assert side.states() == {}


def test_lists_that_are_full_drop_their_oldest() -> None:
    side = Consumer(notifications=2)
    iccid = side.install().iccid_bytes
    side.lpa().send_notifications()
    for _ in range(2):
        side.lpa().enable(iccid)
        side.lpa().disable(iccid)
    assert len(side.lpa().notifications()) <= 2


@pytest.mark.parametrize("wrong", [{}, {"free": 1, "writes": 1}, {"free": -1}])
def test_what_is_no_limit(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="full after"):
        MemoryFull(**wrong)


def test_the_limit_ends_with_its_block() -> None:
    card = Consumer().card
    with MemoryFull(free=0).on(card):
        assert card.nvm.admit is not None
    assert card.nvm.admit is None
