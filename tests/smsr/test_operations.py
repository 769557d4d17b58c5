"""An SM-SR and a whole card: every operation, from the request to the answer and to those who must know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import aid as aids
from euicc.testing.m2m.eis import Audited
from euicc.testing.m2m.es3 import (
    AuditEis,
    CreateIsdp,
    CreateIsdpResponse,
    DeleteIsdp,
    DisableProfile,
    EisResponse,
    EnableProfile,
    GetEis,
    Outcome,
    PolicyRule,
    ProfileDownloadCompleted,
    ProfileInfo,
    ProfileNotification,
    ProfileState,
    Subscription,
    UpdatePolicyRules,
    UpdateSubscriptionAddress,
)
from euicc.testing.m2m.es4 import SetFallbackAttribute
from euicc.testing.m2m.own_requests import UpdateSmsrAddressing
from euicc.testing.smsr import Patience
from tests.smsr.agreement import agree
from tests.smsr.world import EID, ICCIDS, SR1, A, B, World

ENABLED, DISABLED, CREATED = ProfileState.ENABLED, ProfileState.DISABLED, ProfileState.CREATED
SMDP = "SM-DP"


def states(world: World) -> list[ProfileState]:
    return [each.state for each in agree(world).profiles]


def audited(world: World) -> list[tuple[Audited, str]]:
    return [(each.operation, each.result) for each in agree(world).audit_trail]


def test_a_card_learns_where_its_sm_sr_is_and_tells_of_its_first_attachment() -> None:
    world = World()
    assert world.isdr.smsr_address.sms == bytes.fromhex("91947100000010")
    assert world.isdr.notifications_m2m.pending is None
    assert agree(world).smsr_id == SR1
    assert world.told == []


def test_a_profile_is_enabled_and_both_operators_hear_of_it() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert states(world) == [DISABLED, ENABLED]
    assert world.told == [
        (B, ProfileNotification(EID, ICCIDS[0], DISABLED)),
        (A, ProfileNotification(EID, ICCIDS[1], ENABLED)),
    ]
    assert world.network.number_of("car") == "+491600000002"
    assert audited(world) == [(Audited.ENABLE, "Executed-Success")]


def test_disabling_ends_at_the_fallback_profile() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(DisableProfile(EID, ICCIDS[1])).status.ok
    assert states(world) == [ENABLED, DISABLED]
    assert (B, ProfileNotification(EID, ICCIDS[0], ENABLED)) in world.told


def test_the_fallback_attribute_moves_and_what_had_it_may_be_deleted() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(DeleteIsdp(EID, ICCIDS[0]), B).status.outcome is Outcome.FAILED
    assert world.ask(SetFallbackAttribute(EID, ICCIDS[1])).status.ok
    assert [each.fallback for each in agree(world).profiles] == [False, True]
    assert world.ask(DeleteIsdp(EID, ICCIDS[0]), B).status.ok
    assert [each.iccid for each in agree(world).profiles] == [ICCIDS[1]]
    assert [operation for operation, _ in audited(world)] == [
        Audited.ENABLE,
        Audited.SET_FALLBACK,
        Audited.DELETE,
    ]


def test_an_isd_p_is_created_and_deleted() -> None:
    world = World()
    created = world.ask(CreateIsdp(EID, "89001", A, memory=5000), SMDP)
    assert isinstance(created, CreateIsdpResponse)
    assert created.isd_p == aids.isd_p(0x12)
    assert states(world) == [ENABLED, DISABLED, CREATED]
    assert agree(world).named("89001") == ProfileInfo(
        "89001", aids.isd_p(0x12), CREATED, operator=A, smdp=SMDP, memory=5000
    )
    assert world.ask(CreateIsdp(EID, "89001", A), SMDP).status.message == "there is a profile with this ICCID"
    assert world.ask(DeleteIsdp(EID, "89001"), SMDP).status.ok
    assert states(world) == [ENABLED, DISABLED]
    assert world.told == [(A, ProfileNotification(EID, "89001", None))]


def test_what_the_card_has_no_room_for_leaves_nothing_in_the_eis() -> None:
    world = World()
    refused = world.ask(CreateIsdp(EID, "89001", A, memory=2**31), SMDP)
    assert (refused.status.subject, refused.status.reason) == ("8.1", "4.8")
    assert states(world) == [ENABLED, DISABLED]


def test_an_audit_brings_the_eis_up_to_date() -> None:
    world = World()
    wrong = agree(world)
    world.registries[SR1].put(wrong.each_profile(lambda each: replace(each, state=DISABLED, fallback=False)))
    response = world.ask(AuditEis(EID), B)
    assert isinstance(response, EisResponse)
    assert response.eis is not None
    assert [each.iccid for each in response.eis.profiles] == [ICCIDS[0]]
    assert response.eis.available_memory == world.isdr.free_memory()
    assert states(world) == [ENABLED, DISABLED]
    assert world.told == []
    for iccids, seen in ((ICCIDS, 1), ((ICCIDS[1],), 0)):
        named = world.ask(AuditEis(EID, iccids), B)
        assert isinstance(named, EisResponse)
        assert named.eis is not None
        assert len(named.eis.profiles) == seen
    assert agree(world).last_audit == world.now


def test_everybody_sees_his_own_profiles() -> None:
    world = World()
    for requester, seen in ((A, 1), (B, 1), (SMDP, 0)):
        response = world.ask(GetEis(EID), requester)
        assert isinstance(response, EisResponse)
        assert response.eis is not None
        assert len(response.eis.profiles) == seen
        assert response.eis.ecasd_certificate == world.issued.ecasd_certificate


def test_what_needs_no_card_is_answered_at_once() -> None:
    world = World()
    sent = world.network.count
    rule = PolicyRule.DELETION_NOT_ALLOWED
    assert world.ask(UpdatePolicyRules(EID, ICCIDS[1], rule)).status.ok
    assert world.ask(UpdateSubscriptionAddress(EID, ICCIDS[1], Subscription("1", "+2"))).status.ok
    assert world.ask(ProfileDownloadCompleted(EID, ICCIDS[1], "kind", Subscription("3", "+4"))).status.ok
    profile = agree(world).named(ICCIDS[1])
    assert profile is not None
    assert (profile.pol2, profile.subscription, profile.profile_type) == (
        PolicyRule.NONE,
        Subscription("3", "+4"),
        "kind",
    )
    assert world.network.count == sent


OTHERS = bytes.fromhex("89001012012341234012345678901224")
REFUSED = [
    (GetEis(OTHERS), A, "no such eUICC here"),
    (EnableProfile(EID, "8999"), A, "no such profile"),
    (EnableProfile(EID, ICCIDS[1]), B, "not the requester's profile"),
    (EnableProfile(EID, ICCIDS[0]), B, "the profile is not in the right state"),
    (DisableProfile(EID, ICCIDS[0]), B, "the profile has the fallback attribute"),
    (DisableProfile(EID, ICCIDS[1]), A, "the profile is not in the right state"),
    (DeleteIsdp(EID, ICCIDS[0]), B, "the profile is not in the right state"),
    (UpdatePolicyRules(EID, ICCIDS[0], PolicyRule.NONE), A, "not the requester's profile"),
    (UpdateSmsrAddressing(EID), A, "no function of this SM-SR for the requester"),
]


def test_refusals_reach_no_card() -> None:
    world = World()
    sent = world.network.count
    for request, requester, message in REFUSED:
        status = world.ask(request, requester).status
        assert (status.outcome, status.message) == (Outcome.FAILED, message)
    assert world.network.count == sent
    assert states(world) == [ENABLED, DISABLED]


@pytest.mark.parametrize("pol1", [0x01, None])
def test_the_card_has_the_last_word(pol1: int | None) -> None:
    """POL1 of the enabled profile forbids what the EIS allows."""
    world = World(pol1=(pol1, None))
    status = world.ask(EnableProfile(EID, ICCIDS[1])).status
    assert status.ok == (pol1 is None)
    assert pol1 is None or (status.subject, status.message) == ("8.2.2", "POL1 (69E1)")
    assert states(world) == ([DISABLED, ENABLED] if pol1 is None else [ENABLED, DISABLED])


def test_what_pol1_has_the_card_delete_goes_from_the_eis() -> None:
    world = World(pol1=(None, 0x04))
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert world.ask(DisableProfile(EID, ICCIDS[1])).status.ok
    assert [each.iccid for each in agree(world).profiles] == [ICCIDS[0]]


def test_operations_on_a_card_go_one_after_the_other() -> None:
    world = World()
    requests = [EnableProfile(EID, ICCIDS[1]), SetFallbackAttribute(EID, ICCIDS[1])]
    references = [world.sr1.submit(A, request, world.now) for request in requests]
    last = world.sr1.submit(B, DeleteIsdp(EID, ICCIDS[0]), world.now)
    assert len(world.sr1.take_sms()) == 1
    world.settle()
    world.settle()
    assert [world.answers[each].status.ok for each in (*references, last)] == [True] * 3
    assert [each.iccid for each in agree(world).profiles] == [ICCIDS[1]]


def test_a_call_that_waits_is_not_done_twice() -> None:
    world = World()
    for _ in range(2):
        world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now, "the same")
    world.settle()
    assert world.answers["the same"].status.ok
    assert world.registries[SR1].operations() == []


def test_what_waited_too_long_is_not_begun() -> None:
    world = World()
    world.device.cover(False, world.now)
    references = [
        world.sr1.submit(A, request, world.now)
        for request in (EnableProfile(EID, ICCIDS[1]), SetFallbackAttribute(EID, ICCIDS[1]))
    ]
    world.settle(limit=8 * 24 * 3600)
    assert [world.answers[each].status.outcome for each in references] == [Outcome.EXPIRED] * 2
    (left,) = world.registries[SR1].operations()
    assert (left.requester, left.request) == (SR1, AuditEis(EID))


def test_what_a_card_does_after_its_time_is_asked_for() -> None:
    world = World(patience=Patience(operation=2000))
    world.device.cover(False, world.now)
    reference = world.sr1.submit(SMDP, CreateIsdp(EID, "89001", A), world.now)
    world.settle(limit=5000)
    assert world.answers[reference].status.outcome is Outcome.EXPIRED
    world.device.cover(True, world.now)
    world.settle()
    assert states(world) == [ENABLED, DISABLED, CREATED]


def test_what_never_came_about_is_no_longer_awaited() -> None:
    world = World(patience=Patience(operation=2000))
    world.device.cover(False, world.now)
    assert world.sr1.submit(SMDP, CreateIsdp(EID, "89001", A), world.now)
    world.settle(limit=2500)
    world.network.forget()
    world.device.cover(True, world.now)
    world.settle()
    assert states(world) == [ENABLED, DISABLED]


def test_a_fallback_is_told_and_the_eis_follows() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    world.told.clear()
    world.fall_back()
    assert states(world) == [ENABLED, DISABLED]
    assert world.told == [
        (B, ProfileNotification(EID, ICCIDS[0], ENABLED)),
        (A, ProfileNotification(EID, ICCIDS[1], DISABLED)),
    ]
