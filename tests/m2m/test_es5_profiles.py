"""ES5.EnableProfile, DisableProfile, the fallback and the emergency attribute, and POL1, by bytes over SCP80."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import Command
from apdu import aid as aids
from euicc.m2m.isd_p import LifeCycle
from euicc.runtime import keys
from euicc.testing.ota import Protection, Script, parse_expanded
from tests.m2m import commands
from tests.m2m.managed import (
    FIRST,
    ICCID,
    OTHER_ICCID,
    SECOND,
    THIRD,
    THIRD_ICCID,
    Managed,
    managed,
)

DISABLED, ENABLED = LifeCycle.DISABLED, LifeCycle.ENABLED
NO_DISABLING, NO_DELETION, DELETED_WHEN_DISABLED = 0x01, 0x02, 0x04
REFRESH = bytes.fromhex("D009810301010482028182")
BOTH = (ICCID, OTHER_ICCID)
ALL = (ICCID, OTHER_ICCID, THIRD_ICCID)


def test_enabling_happens_by_refresh_once_the_response_is_out() -> None:
    here = managed(*BOTH)
    assert here.es5(commands.enable(SECOND)) == ("", 0x9000)
    assert here.handset.commands[0] == REFRESH
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}


def test_a_response_by_short_message_is_out_first() -> None:
    here = managed(*BOTH)
    script = Script()
    script.commands.append(Command.parse(bytes.fromhex(commands.enable(SECOND))))
    response = here.send(script.expanded(), protection=Protection(by_submit=True))
    assert parse_expanded(response.data).sw == 0x9000
    sent = [command[command.index(b"\x81\x03") + 3] for command in here.handset.commands]
    assert sent[:2] == [0x13, 0x01]
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}


def test_disabling_enables_the_fallback_profile() -> None:
    here = managed(*BOTH)
    here.switch(SECOND)
    assert here.es5(commands.disable(SECOND)) == ("", 0x9000)
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}


def test_the_fallback_attribute_has_one_holder() -> None:
    here = managed(*BOTH)
    for aid in (SECOND, SECOND, FIRST):
        assert here.sw(commands.set_fallback(aid)) == 0x9000
        data, _ = here.es5(commands.apdu("80F24002", "4F005C024F53"))
        assert data.count("530101") == 1
        assert f"{aid.hex().upper()}530101" in data


def test_fallback_and_emergency_attribute_exclude_each_other() -> None:
    here = managed(*BOTH)
    assert here.sw(commands.set_emergency(FIRST)) == 0x6985
    assert here.sw(commands.set_emergency(SECOND)) == 0x9000
    assert here.isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE) == SECOND
    assert here.sw(commands.set_fallback(SECOND)) == 0x6985


def nothing(here: Managed) -> None:
    """As it is: the first one enabled with the fallback attribute, the second disabled."""


def switched(here: Managed) -> None:
    """The second enabled and confirmed."""
    here.switch(SECOND)


def unconfirmed(here: Managed) -> None:
    assert here.sw(commands.enable(SECOND)) == 0x9000


def created(here: Managed) -> None:
    assert here.sw(commands.create(THIRD)) == 0x9000


def waiting(here: Managed) -> None:
    """The terminal is too busy for the REFRESH."""
    here.handset.answer = lambda command_type: 0x20
    assert here.sw(commands.enable(SECOND)) == 0x9000


def without_fallback(here: Managed) -> None:
    switched(here)
    with here.isdr.nvm.transaction():
        here.isdr.nvm.delete(keys.FALLBACK_ATTRIBUTE)


def emergency(here: Managed) -> None:
    """The device itself enabled the second one."""
    assert here.sw(commands.set_emergency(SECOND)) == 0x9000
    here.terminal("00A4040C10" + commands.ISD_R)
    assert here.terminal("80E28800033A0A00").sw1 == 0x91
    here.handset.reset()


def fallen_back(here: Managed) -> None:
    """The enabled one lost its network, although it must not be disabled."""
    here.switch(SECOND)
    with here.isdr.nvm.transaction():
        here.isdr.nvm.set(keys.POL1, NO_DISABLING, f"{SECOND.hex()}/")
        here.isdr.nvm.set(keys.FALLBACK_RETURN, SECOND)
        for aid, state in ((FIRST, 1), (SECOND, 0)):
            profile = here.isdr.profiles.by_aid(aid)
            assert profile is not None
            here.isdr.profiles.update(profile.in_state(type(profile.state)(state)))


REFUSED: list[tuple[str, Callable[[Managed], None], int]] = [
    (commands.enable(THIRD), nothing, 0x6A88),
    (commands.enable(aids.ISD_R), nothing, 0x6A88),
    (commands.enable(FIRST), nothing, 0x6985),
    (commands.enable(THIRD), created, 0x6985),
    (commands.enable(THIRD), waiting, 0x6A88),
    (commands.enable(FIRST), waiting, 0x6985),
    (commands.enable(FIRST), emergency, 0x6985),
    (commands.enable(FIRST), fallen_back, 0x6985),
    (commands.disable(THIRD), nothing, 0x6A88),
    (commands.disable(SECOND), nothing, 0x6985),
    (commands.disable(FIRST), nothing, 0x6985),
    (commands.disable(FIRST), waiting, 0x6985),
    (commands.disable(SECOND), without_fallback, 0x6985),
    (commands.disable(SECOND), emergency, 0x6985),
    (commands.set_fallback(THIRD), nothing, 0x6A88),
    (commands.set_fallback(THIRD), created, 0x6985),
    (commands.set_fallback(SECOND), waiting, 0x6985),
    (commands.set_fallback(FIRST), fallen_back, 0x69E1),
    (commands.set_emergency(THIRD), nothing, 0x6A88),
    (commands.set_emergency(THIRD), created, 0x6985),
    (commands.set_emergency(SECOND), emergency, 0x6985),
    (commands.delete(FIRST), switched, 0x6985),
    (commands.delete(SECOND), waiting, 0x6985),
    (commands.delete(FIRST), unconfirmed, 0x6985),
    (commands.delete(SECOND), unconfirmed, 0x6985),
    (commands.delete(SECOND), fallen_back, 0x6985),
]


@pytest.mark.parametrize(("command", "before", "sw"), REFUSED)
def test_what_a_state_forbids(command: str, before: Callable[[Managed], None], sw: int) -> None:
    here = managed(*BOTH)
    before(here)
    states = here.states()
    assert here.es5(command) == ("", sw)
    assert here.states() == states


def test_what_may_be_done_after_a_fallback() -> None:
    here = managed(*BOTH)
    fallen_back(here)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}


def test_a_way_back_can_be_deleted_once_the_switch_is_final() -> None:
    here = managed(*ALL)
    here.switch(SECOND)
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    assert here.sw(commands.enable(THIRD)) == 0x9000
    assert here.sw(commands.delete(SECOND)) == 0x6985
    here.confirm()
    assert here.sw(commands.delete(SECOND)) == 0x6985
    assert here.sw(commands.set_fallback(THIRD)) == 0x9000
    assert here.sw(commands.delete(SECOND)) == 0x9000
    assert here.states() == {FIRST: DISABLED, THIRD: ENABLED}


def test_a_script_that_switches_does_nothing_else_to_profiles() -> None:
    here = managed(*ALL)
    enable_second = commands.enable(SECOND)
    for more in (commands.enable(THIRD), commands.delete(SECOND), commands.set_fallback(THIRD)):
        assert [sw for _, sw in here.script(enable_second, more).responses] == [0x9000, 0x6985]
        here.confirm()
        assert here.states() == {FIRST: DISABLED, SECOND: ENABLED, THIRD: DISABLED}
        here.switch(FIRST)


def test_pol1_of_the_enabled_profile_forbids_to_disable_it() -> None:
    here = managed(*BOTH, pol1=(NO_DISABLING,))
    assert here.sw(commands.enable(SECOND)) == 0x69E1
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}
    here = managed(*BOTH, pol1=(0, NO_DISABLING))
    here.switch(SECOND)
    assert here.sw(commands.disable(SECOND)) == 0x69E1
    assert here.sw(commands.enable(FIRST)) == 0x69E1
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}


def test_pol1_of_a_profile_forbids_to_delete_it() -> None:
    here = managed(*BOTH, pol1=(0, NO_DELETION))
    assert here.sw(commands.delete(SECOND)) == 0x69E1
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}


def test_pol1_as_updated_counts() -> None:
    here = managed(*BOTH, pol1=(0, NO_DELETION))
    with here.isdr.nvm.transaction():
        here.isdr.nvm.set(keys.POL1, 0, f"{SECOND.hex()}/")
    assert here.sw(commands.delete(SECOND)) == 0x9000


def test_pol1_deletes_what_was_disabled_when_the_switch_is_confirmed() -> None:
    here = managed(*BOTH, pol1=(0, DELETED_WHEN_DISABLED))
    here.switch(SECOND)
    assert here.sw(commands.disable(SECOND)) == 0x9000
    assert here.states() == {FIRST: ENABLED, SECOND: DISABLED}
    assert here.confirm() == f"8012{'4F10'}{SECOND.hex()}".upper()
    assert here.states() == {FIRST: ENABLED}


def test_the_fallback_profile_stays_whatever_pol1_wants() -> None:
    here = managed(*BOTH, pol1=(DELETED_WHEN_DISABLED,))
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert here.confirm() == "8000"
    assert here.states() == {FIRST: DISABLED, SECOND: ENABLED}


@pytest.mark.parametrize("value", ["4E01" + "01", "4E03000001", "4F020001", "4E02", ""])
def test_a_confirmation_without_a_number(value: str) -> None:
    here = managed(*BOTH)
    assert here.sw(commands.apdu("80E28900", "3A08" + commands.lv(value))) == 0x6A80


def test_a_confirmation_of_something_else() -> None:
    here = managed(*BOTH)
    assert here.sw(commands.confirm(0x0001)) == 0x6A88
    unconfirmed(here)
    pending = here.isdr.notifications_m2m.pending
    assert pending is not None
    assert here.sw(commands.confirm(pending.number + 1)) == 0x6A88
    assert here.isdr.notifications_m2m.pending == pending
