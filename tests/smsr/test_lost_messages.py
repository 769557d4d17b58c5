"""Short messages get lost, come twice and late, SM-SRs are killed: operations end, and EIS and card agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from euicc.testing.m2m.es3 import AuditEis, CreateIsdp, DeleteIsdp, EnableProfile
from euicc.testing.m2m.es4 import SetFallbackAttribute
from euicc.testing.m2m.sms_network import Happening, SmsRule
from tests.smsr.agreement import agree
from tests.smsr.world import EID, ICCIDS, SR1, A, B, World

REQUESTS = (
    (EnableProfile(EID, ICCIDS[1]), A),
    (SetFallbackAttribute(EID, ICCIDS[1]), A),
    (DeleteIsdp(EID, ICCIDS[0]), B),
    (CreateIsdp(EID, "89001", B), B),
)


def move(world: World) -> None:
    """A's profile is enabled, B's deleted, and an ISD-P made for another one: each once, and nothing else."""
    for request, requester in REQUESTS:
        assert world.ask(request, requester).status.ok
    assert world.enabled == world.aid(1)
    assert sorted(each.iccid for each in agree(world).profiles) == ["89001", ICCIDS[1]]


@pytest.fixture(scope="module")
def messages() -> range:
    """The numbers of the messages that belong to it when nothing is wrong."""
    world = World()
    first = world.network.count + 1
    move(world)
    return range(first, world.network.count + 1)


def struck(messages: range, happening: Happening, seconds: float = 0.0) -> Iterator[World]:
    for number in messages:
        yield World(rules=(SmsRule(happening, frozenset({number}), seconds=seconds),))


@pytest.mark.parametrize(
    ("happening", "seconds"),
    [(Happening.LOST, 0), (Happening.REPEATED, 30), (Happening.DELAYED, 1000)],
)
def test_each_message(messages: range, happening: Happening, seconds: float) -> None:
    assert len(messages) == 11
    for world in struck(messages, happening, seconds):
        move(world)


@pytest.mark.parametrize("seed", range(4))
def test_many_at_once(seed: int) -> None:
    rules = (
        SmsRule(Happening.LOST, probability=0.25),
        SmsRule(Happening.DELAYED, probability=0.5, seconds=300),
        SmsRule(Happening.REPEATED, probability=0.3, seconds=600),
    )
    world = World()
    world.network.reseed(seed, rules)
    move(world)


def test_a_late_command_does_nothing_once_the_card_was_asked() -> None:
    """The packet with EnableProfile comes after the audit that says that it never came."""
    world = World()
    lost = world.network.count + 1
    later = 3 * 3600.0
    world.network.rules = (
        SmsRule(Happening.DELAYED, frozenset({lost}), seconds=later),
        SmsRule(Happening.LOST, frozenset(range(lost + 1, lost + 4))),
    )
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(AuditEis(EID)).status.ok
    assert agree(world).enabled == agree(world).named(ICCIDS[1])


def test_the_sm_sr_is_killed_before_and_after_every_commit() -> None:
    point, deaths = 0, 1
    while deaths:
        point += 1
        world = World()
        mortal = world.registries[SR1]
        mortal.counting, mortal.point = True, point
        move(world)
        deaths = world.deaths
    assert point > 25


def test_who_is_out_of_coverage_gets_it_later() -> None:
    world = World()
    world.device.cover(False, world.now)
    reference = world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now)
    world.settle(limit=20 * 3600)
    assert reference not in world.answers
    world.device.cover(True, world.now)
    world.settle()
    assert world.answers[reference].status.ok
    assert agree(world).enabled == agree(world).named(ICCIDS[1])


def test_who_stays_out_of_coverage_expires() -> None:
    world = World()
    world.device.cover(False, world.now)
    status = world.ask(EnableProfile(EID, ICCIDS[1])).status
    assert status.outcome.value == "Expired"
    world.network.forget()
    world.device.cover(True, world.now)
    world.settle()
    assert agree(world).enabled == agree(world).named(ICCIDS[0])


def test_no_network_for_the_new_profile_ends_in_a_roll_back() -> None:
    world = World()
    world.network.unsubscribe("001010123456071")
    status = world.ask(EnableProfile(EID, ICCIDS[1])).status
    assert status.message == "the eUICC went back to another profile"
    assert agree(world).enabled == agree(world).named(ICCIDS[0])
    assert world.told == []


def test_a_device_without_power_in_the_middle_goes_on_later() -> None:
    world = World()
    reference = world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now)
    world.device.power_off()
    world.settle(limit=3600)
    world.device.power_on(world.now)
    world.settle()
    assert world.answers[reference].status.ok
    assert agree(world).enabled == agree(world).named(ICCIDS[1])
