"""POL2, kept by the SM-SR: each rule at each function, and what it has deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from euicc.testing.m2m.eis import Eis
from euicc.testing.m2m.es3 import (
    DeleteIsdp,
    DisableProfile,
    EnableProfile,
    PolicyRule,
    ProfileInfo,
    ProfileNotification,
    ProfileState,
    Request,
    Status,
    Subscription,
)
from euicc.testing.m2m.es4 import DeletionToken, MasterDelete
from euicc.testing.profile_builder import Subscription as Packaged
from euicc.testing.profile_builder import build
from euicc.testing.smsr import refusals, rules
from euicc.testing.smsr.refusals import Refusal
from tests.smsr.agreement import agree
from tests.smsr.world import EID, ICCIDS, A, B, World, registered

FIXED, KEPT, FLEETING = (
    PolicyRule.DISABLING_NOT_ALLOWED,
    PolicyRule.DELETION_NOT_ALLOWED,
    PolicyRule.DELETE_WHEN_DISABLED,
)
NONE = PolicyRule.NONE
TOKEN = DeletionToken(b"\x01", b"\x02", b"\x03", b"\x04", bytes(16))

# POL2 of B's profile, which is enabled, and of A's; what is asked for, by whom; whether the card hears of it.
CASES: list[tuple[PolicyRule, PolicyRule, Request[Any], str, bool]] = [
    (FIXED, NONE, EnableProfile(EID, ICCIDS[1]), A, False),
    (KEPT, KEPT, EnableProfile(EID, ICCIDS[1]), A, True),
    (NONE, FIXED, EnableProfile(EID, ICCIDS[1]), A, True),
    (FIXED, KEPT, DeleteIsdp(EID, ICCIDS[1]), A, False),
    (KEPT, FIXED, DeleteIsdp(EID, ICCIDS[1]), A, True),
    (KEPT, KEPT, MasterDelete(EID, ICCIDS[1], TOKEN), A, True),
]


@pytest.mark.parametrize(("enabled", "other", "request_", "requester", "allowed"), CASES)
def test_what_pol2_forbids_reaches_no_card(
    enabled: PolicyRule, other: PolicyRule, request_: Request[Any], requester: str, allowed: bool
) -> None:
    world = World(pol2=(enabled, other))
    sent = world.network.count
    status = world.ask(request_, requester).status
    assert (world.network.count > sent) == allowed
    assert (status == refusals.POL2) == (not allowed)
    agree(world)


def test_disabling_is_forbidden_too() -> None:
    world = World(pol2=(NONE, FIXED))
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(DisableProfile(EID, ICCIDS[1])).status == refusals.POL2
    assert world.enabled == world.aid(1)


def test_a_profile_that_must_not_stay_disabled_is_deleted() -> None:
    world = World(pol2=(NONE, FLEETING))
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(DisableProfile(EID, ICCIDS[1])).status.ok
    assert [each.iccid for each in agree(world).profiles] == [ICCIDS[0]]
    assert world.told[-1] == (A, ProfileNotification(EID, ICCIDS[1], None))


def test_the_fallback_profile_is_not() -> None:
    world = World(pol2=(FLEETING, NONE))
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert [each.iccid for each in agree(world).profiles] == list(ICCIDS)


def test_a_profile_that_a_fallback_disabled_is_not() -> None:
    world = World(pol2=(NONE, FLEETING))
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    world.fall_back()
    assert [each.iccid for each in agree(world).profiles] == list(ICCIDS)
    assert world.enabled == world.aid(0)


def test_a_wrong_token_is_refused_by_the_card() -> None:
    world = World()
    status = world.ask(MasterDelete(EID, ICCIDS[1], TOKEN)).status
    assert status.message.endswith("(6982)")
    assert len(agree(world).profiles) == 2


def refusal(
    checked: tuple[rules.Rule, ...], eis: Eis, profile: ProfileInfo, requester: str = A
) -> Status | None:
    try:
        rules.check(checked, eis, profile, requester)
    except Refusal as refused:
        return refused.status
    return None


STATES = {
    "ENABLE": {ProfileState.DISABLED},
    "DISABLE": {ProfileState.ENABLED},
    "DELETE": {ProfileState.IN_CREATION, ProfileState.CREATED, ProfileState.DISABLED},
    "MASTER_DELETE": {ProfileState.DISABLED},
    "SET_FALLBACK": {ProfileState.DISABLED, ProfileState.ENABLED},
    "SEND_DATA": {ProfileState.CREATED, ProfileState.DISABLED, ProfileState.ENABLED},
    "COMPLETE": {ProfileState.CREATED, ProfileState.DISABLED},
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("state", ProfileState)
def test_every_function_has_its_states(name: str, state: ProfileState) -> None:
    eis = registered()
    profile = replace(eis.profiles[1], state=state)
    expected = None if state in STATES[name] else refusals.WRONG_STATE
    assert refusal(getattr(rules, name), eis.with_profile(profile), profile) == expected


@pytest.mark.parametrize("name", STATES)
def test_a_profile_is_its_operators_and_its_sm_dps_business(name: str) -> None:
    eis = replace(registered(), smsr_id="SM-SR 1")
    states = STATES[name]
    profile = replace(eis.profiles[1], state=sorted(states, key=str)[0], smdp="SM-DP")
    for requester, expected in ((A, None), ("SM-DP", None), ("SM-SR 1", None), (B, refusals.NOT_YOURS)):
        # A master delete needs the token of the operator, and nothing else.
        wanted = None if name == "MASTER_DELETE" else expected
        assert refusal(getattr(rules, name), eis.with_profile(profile), profile, requester) == wanted


def test_without_a_fallback_profile_nothing_is_disabled() -> None:
    eis = registered().each_profile(lambda each: replace(each, fallback=False))
    assert refusal(rules.DISABLE, eis, eis.profiles[0], B) == refusals.NO_FALLBACK


def test_one_that_was_not_enabled_before_a_switch_is_not() -> None:
    """A third profile is enabled: A's waits for its day as it did before."""
    world = World(pol2=(NONE, FLEETING))
    subscription = Packaged(iccid="8900101234567890149", imsi="001010123456089")
    third = world.card.preload(build(subscription).package)
    number = Subscription(subscription.imsi, "+491600000003")
    world.network.subscribe(number.imsi, number.msisdn)
    told = ProfileInfo(subscription.iccid, third.aid, ProfileState.DISABLED, B, subscription=number)
    world.sr1.registry.put(with_another(world, told))
    assert world.ask(EnableProfile(EID, subscription.iccid), B).status.ok
    assert [each.iccid for each in agree(world).profiles] == [*ICCIDS, subscription.iccid]


def with_another(world: World, profile: ProfileInfo) -> Eis:
    """The EIS with another profile."""
    eis = world.sr1.eis(EID)
    assert eis is not None
    return eis.with_profile(profile)
