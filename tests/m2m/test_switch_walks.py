"""Random walks of SM-SR, device, network and power: one profile is always enabled, and a good network ends it all."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from euicc.runtime import keys
from euicc.runtime.nvm import PowerLoss
from euicc.testing.ota import NoAnswer
from tests.m2m import commands
from tests.m2m.attended import (
    ALL_BUT_TIMERS,
    NORMAL,
    REFRESH_TYPE,
    SHORT_MESSAGE,
    TIMER,
    expire,
    poll,
    power_cycle,
    refusing,
    report,
)
from tests.m2m.managed import FIRST, SECOND, THIRD, Managed
from tests.m2m.test_local import (
    DISABLE_EMERGENCY,
    DISABLE_TEST,
    ENABLE_EMERGENCY,
    ENABLE_TEST,
    esx,
    vehicle,
)
from tests.m2m.test_switching import BY_SUBMIT, deliver, rule

PROFILES = (FIRST, SECOND, THIRD)
FUNCTIONS = ("3A03", "3A04", "3A05", "3A09")
LOCAL = (ENABLE_EMERGENCY, DISABLE_EMERGENCY, ENABLE_TEST, DISABLE_TEST)
STEPS = 50
CUTS = 0.05
Step = Callable[[Managed, random.Random], object]


def confirm(here: Managed, dice: random.Random) -> None:
    pending = here.isdr.notifications_m2m.pending
    here.sw(commands.confirm(pending.number if pending else 0))


def change_pol1(here: Managed, dice: random.Random) -> None:
    aid = dice.choice(PROFILES)
    if here.isdr.isd_ps.by_aid(aid) is not None:
        rule(here, aid, dice.randrange(8))


def change_mood(here: Managed, dice: random.Random) -> None:
    """What the terminal refuses from now on."""
    types = dice.sample((SHORT_MESSAGE, REFRESH_TYPE, TIMER), dice.randrange(3))
    here.handset.answer = refusing(*types, result=dice.choice((0x20, 0x30, 0x35)))


def two_at_once(here: Managed, dice: random.Random) -> None:
    """Two functions in one STORE DATA, done both or neither."""
    groups = (f"{dice.choice(FUNCTIONS)}124F10{dice.choice(PROFILES).hex()}" for _ in range(2))
    here.sw(commands.apdu("80E28800", "".join(groups)))


WALK: tuple[Step, ...] = (
    lambda here, dice: report(here, NORMAL),
    lambda here, dice: report(here, dice.randrange(3)),
    lambda here, dice: expire(here),
    lambda here, dice: poll(here, dice.randrange(15)),
    lambda here, dice: power_cycle(here, dice.choice((None, ALL_BUT_TIMERS))),
    lambda here, dice: here.sw(commands.enable(dice.choice(PROFILES))),
    lambda here, dice: here.sw(commands.disable(dice.choice(PROFILES))),
    lambda here, dice: here.sw(commands.set_fallback(dice.choice(PROFILES))),
    lambda here, dice: here.sw(commands.set_emergency(dice.choice(PROFILES))),
    lambda here, dice: here.sw(commands.delete(THIRD)),
    lambda here, dice: deliver(here, commands.enable(dice.choice(PROFILES)), BY_SUBMIT),
    lambda here, dice: esx(here, dice.choice(LOCAL)),
    two_at_once,
    confirm,
    confirm,
    change_pol1,
    change_mood,
)


def check(here: Managed) -> None:
    there = {profile.aid: profile.enabled for profile in here.isdr.profiles.all()}
    pending = here.isdr.notifications_m2m.pending
    named = [
        here.card.nvm.get(key) for key in (keys.FALLBACK_RETURN, keys.EMERGENCY_RETURN, keys.BEFORE_TEST)
    ]
    assert sum(there.values()) == 1
    assert here.card.nvm.get(keys.FALLBACK_ATTRIBUTE) in there
    assert here.card.nvm.get(keys.EMERGENCY_ATTRIBUTE) in (None, *there)
    assert here.card.nvm.get(keys.EMERGENCY_ATTRIBUTE) != here.card.nvm.get(keys.FALLBACK_ATTRIBUTE)
    assert all(aid in there for aid in named if aid)
    assert all(aid in there for aid in (pending.disabled if pending else ()))


def step(here: Managed, dice: random.Random) -> None:
    """One, and perhaps a loss of power in the middle of it."""
    here.card.nvm.lose_power_at = dice.randrange(1, 12) if dice.random() < CUTS else None
    try:
        dice.choice(WALK)(here, dice)
    except (PowerLoss, NoAnswer):
        power_cycle(here)
    here.card.nvm.lose_power_at = None


def come_home(here: Managed) -> None:
    """A terminal that can do everything, a network, and an SM-SR that confirms."""
    here.handset.answer = refusing()
    power_cycle(here)
    for group in (DISABLE_EMERGENCY, DISABLE_TEST):
        esx(here, group)
    for _ in range(3):
        report(here, NORMAL)
        expire(here)
        confirm(here, random.Random())


@pytest.mark.parametrize("seed", range(12))
def test_wherever_it_goes_it_comes_home(seed: int) -> None:
    here, dice = vehicle(), random.Random(seed)
    for _ in range(STEPS):
        step(here, dice)
        check(here)
    come_home(here)
    check(here)
    assert here.isdr.notifications_m2m.pending is None
    assert here.isdr.switching.asked is None
