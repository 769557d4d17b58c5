"""A handover that breaks at any step: one SM-SR has the card, it alone can use it, and another attempt completes."""

from __future__ import annotations

from random import Random

import pytest

from euicc.testing.faults import PowerCut
from euicc.testing.m2m.es3 import EnableProfile
from euicc.testing.m2m.es4 import PrepareSmsrChange, SmsrChange
from euicc.testing.m2m.sms_network import Happening, SmsRule
from tests.smsr.agreement import agree
from tests.smsr.test_handover import FORGERIES, Forging, handed_over
from tests.smsr.world import EID, ICCIDS, SR1, SR2, A, World


class Watched(World):
    """One in which no two SM-SRs ever have the card."""

    def step(self) -> None:
        super().step()
        assert not (self.sr1.manages(EID) and self.sr2.manages(EID))


def broken(world: World) -> None:
    """A handover with whatever is to break it; then what has to be true of it, and another attempt if it failed."""
    status = handed_over(world).status
    assert world.sr1.manages(EID) is not world.sr2.manages(EID)
    assert world.sr2.manages(EID) is status.ok
    if not status.ok:
        agree(world)
        assert handed_over(world).status.ok
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (False, True)
    assert world.isdr.key_ring.versions() == (0x02,)
    agree(world, SR2)


def used(world: World) -> None:
    """The one that has the card uses it, the other one cannot."""
    assert not world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(EnableProfile(EID, ICCIDS[1]), at=SR2).status.ok
    assert world.enabled == world.aid(1)


@pytest.fixture(scope="module")
def undisturbed() -> World:
    """After a handover in which nothing broke: `network.count` and `between` say of how many messages it consists."""
    world = Watched()
    broken(world)
    return world


def test_a_short_message_gets_lost(undisturbed: World) -> None:
    before = Watched().network.count
    last = undisturbed.network.count
    assert last - before >= 8
    for number in range(before + 1, last + 1):
        world = Watched(rules=(SmsRule(Happening.LOST, frozenset({number})),))
        broken(world)
        assert world.network.lost == 1
        used(world)


def test_a_message_between_the_servers_gets_lost(undisturbed: World) -> None:
    assert undisturbed.between == 6
    for number in range(1, undisturbed.between + 1):
        world = Watched(dropped=frozenset({number}))
        broken(world)
        used(world)


def test_all_answers_of_the_old_one_get_lost() -> None:
    """Nobody hears of anybody any more at all: then the card stays, and goes when they can talk again."""
    for first in range(1, 7):
        world = Watched(dropped=frozenset(range(first, 100_000)))
        assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
        world.sr1.submit(A, SmsrChange(EID, SR2, validity=3600), world.now, "change")
        world.settle(limit=2 * 24 * 3600)
        has = (world.sr1.manages(EID), world.sr2.manages(EID))
        assert has in ((True, False), (False, True), (False, False))
        # Where the receipt is out, and the answer of the new one is not here, the old one does not touch the card.
        assert (has == (True, False)) == (first <= 4)
        world.dropped = frozenset()
        world.settle()
        assert world.sr1.manages(EID) is not world.sr2.manages(EID)
        if not world.sr2.manages(EID):
            assert handed_over(world).status.ok
        used(world)


def test_a_card_that_is_away_for_weeks_right_after_the_commit_loses_the_old_keys_later() -> None:
    world = Watched()
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    world.sr1.submit(A, SmsrChange(EID, SR2), world.now, "change")
    world.pump()
    while not world.sr2.manages(EID):
        world.now = world.next_due or world.now
        world.step()
    world.device.power_off()
    world.network.forget()
    world.settle(limit=20 * 24 * 3600)
    status = world.answers["change"].status
    assert status.ok
    assert status.message == "the keys of the old SM-SR are still to be deleted"
    assert world.isdr.key_ring.versions() == (0x01, 0x40, 0x02)
    world.device.power_on(world.now)
    world.settle()
    assert world.isdr.key_ring.versions() == (0x02,)
    used(world)


@pytest.mark.parametrize("name", [SR1, SR2])
def test_a_server_is_killed_before_and_after_every_commit(name: str) -> None:
    point, deaths = 0, 1
    while deaths:
        point += 1
        world = Watched()
        mortal = world.registries[name]
        mortal.counting, mortal.point = True, point
        broken(world)
        deaths = world.deaths
    assert point > 10


def test_a_card_that_was_here_before() -> None:
    """What earlier handovers between the same two left behind is not taken for the one that a kill interrupts."""
    point, deaths = -1, 1
    while deaths:
        point += 2
        world = Watched()
        assert handed_over(world).status.ok
        assert world.ask(PrepareSmsrChange(EID, SR2), at=SR1).status.ok
        assert world.ask(SmsrChange(EID, SR1), at=SR2).status.ok
        for name in (SR1, SR2):
            world.registries[name].counting, world.registries[name].point = True, point
        broken(world)
        used(world)
        deaths = world.deaths
    assert point > 10


def test_a_server_is_killed_while_it_takes_back_what_failed() -> None:
    """The receipt is forged on its way: whoever is killed, the card stays, and no key of the new one stays in it."""
    for point in range(1, 30, 2):
        world = Forging(FORGERIES["receipt"])
        mortal = world.registries[SR1]
        mortal.counting, mortal.point = True, point
        assert not handed_over(world).status.ok
        assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)
        assert world.isdr.key_ring.versions() == (0x01, 0x40)
        agree(world)


def test_the_card_loses_its_power_at_every_write() -> None:
    point, cuts = 0, 1
    while cuts:
        point += 1
        world = Watched()
        with PowerCut(at_write=point).on(world.card):
            broken(world)
        cuts = world.cuts
        if point % 5 == 0:
            used(world)
    assert point > 15


@pytest.mark.parametrize("seed", range(6))
def test_everything_at_once(seed: int) -> None:
    random = Random(seed)
    world = Watched()
    world.network.reseed(
        seed, (SmsRule(Happening.LOST, probability=0.2), SmsRule(Happening.REPEATED, probability=0.2))
    )
    world.dropped = frozenset(number for number in range(1, 500) if random.random() < 0.3)
    for name in (SR1, SR2):
        mortal = world.registries[name]
        mortal.counting, mortal.point = True, random.randrange(1, 25)
    with PowerCut(at_write=random.randrange(1, 20)).on(world.card):
        broken(world)
    used(world)


def test_a_card_that_falls_back_in_the_middle() -> None:
    """The EIS is on its way when the card goes back to B's profile; the new one finds out."""
    world = Watched()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    world.dropped = frozenset(range(2, 7))
    world.sr1.submit(A, SmsrChange(EID, SR2), world.now, "change")
    world.pump()
    world.fall_back()
    assert world.answers["change"].status.ok
    assert world.enabled == world.aid(0)
    agree(world, SR2)
