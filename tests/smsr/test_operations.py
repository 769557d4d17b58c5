"""An SM-SR and a whole card: every operation, from the request to the answer and to those who must know."""

from __future__ import annotations

from euicc.testing.m2m.es3 import (
    EnableProfile,
    ProfileNotification,
    ProfileState,
)
from tests.smsr.world import EID, ICCIDS, A, B, World


def test_a_profile_is_enabled_and_the_other_operator_hears_of_it() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    eis = world.sr1.eis(EID)
    assert eis is not None
    assert [each.state for each in eis.profiles] == [ProfileState.DISABLED, ProfileState.ENABLED]
    assert world.aid(1) == world.enabled
    assert world.told == [
        (B, ProfileNotification(EID, ICCIDS[0], ProfileState.DISABLED)),
        (A, ProfileNotification(EID, ICCIDS[1], ProfileState.ENABLED)),
    ]
