"""A change of the enabled profile: asked for, durable once the response is out, carried out by a reset."""

from __future__ import annotations

from typing import Literal

import pytest

from apdu import Command, Response
from euicc.m2m.switching import AskedSwitch, SwitchReason
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.testing.ota import Handset, Protection, Script, parse_expanded
from euicc.testing.ota.sms import envelope
from tests.m2m import commands
from tests.m2m.attended import (
    NORMAL,
    REFRESH,
    REFRESH_TYPE,
    declared,
    enabled,
    expire,
    poll,
    power_cycle,
    refreshed,
    refusing,
    report,
    told,
)
from tests.m2m.managed import CARD, FIRST, ICCID, OTHER_ICCID, SECOND, TAR, THIRD, Managed

THIRD_ICCID = "8900101234567890149"
BY_SUBMIT = Protection(by_submit=True)
WITHOUT_REFRESH = bytes.fromhex("FFFF7F") + b"\xff" * 17
DISABLING_NOT_ALLOWED, DELETION_NOT_ALLOWED, DELETED_WHEN_DISABLED = 1, 2, 4


def rule(here: Managed, aid: bytes, rules: int) -> None:
    """POL1 of a profile."""
    isd_p = here.isdr.isd_ps.by_aid(aid)
    assert isd_p is not None
    with here.card.nvm.transaction():
        here.isdr.isd_ps.memory(isd_p).set(keys.POL1, rules)


def confirmed(here: Managed, aid: bytes) -> tuple[str, int]:
    """The profile is enabled, has a network, and the SM-SR confirms that: what the card answers."""
    assert here.sw(commands.enable(aid)) == 0x9000
    report(here, NORMAL)
    return here.es5(commands.confirm(told(here)[-1][1]))


def test_the_response_is_out_before_the_card_asks_for_a_reset() -> None:
    here = declared()
    response = here.send(_script(commands.enable(SECOND)), protection=BY_SUBMIT)
    assert parse_expanded(response.data).sw == 0x9000
    sent = [each.hex().upper() for each in here.handset.commands if each[5:6] != b"\x27"]
    assert [each[10:12] for each in sent[:2]] == ["13", "01"]
    assert sent[1] == REFRESH
    assert enabled(here) == SECOND


def _script(command: str) -> bytes:
    script = Script()
    script.commands.append(Command.parse(bytes.fromhex(command)))
    return script.expanded(indefinite=True)


@pytest.mark.parametrize("by", ["apdu", "answer"])
def test_nothing_is_switched_when_the_power_goes_before_the_response_was_out(
    by: Literal["apdu", "answer"],
) -> None:
    """Response by short messages: a loss of power before the last was taken, and the switch was never asked for."""
    outcomes = []
    for cut in power_cuts(by):
        here = declared()
        with cut.on(here.card):
            here.send(_script(commands.enable(SECOND)), protection=BY_SUBMIT)
        out = bool(here.handset.sent)
        asked = here.isdr.switching.asked is not None or enabled(here) == SECOND
        assert out or not asked
        power_cycle(here)
        assert (enabled(here) == SECOND) == asked
        outcomes.append(asked)
    assert outcomes == sorted(outcomes)
    assert {*outcomes} == {False, True}


def test_what_is_promised_in_a_response_that_is_not_out_binds_the_next_packet() -> None:
    """The device takes short messages, but fetches nothing until the end."""
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    deliver(here, commands.enable(SECOND), BY_SUBMIT)
    for command in (commands.delete(SECOND), commands.enable(THIRD), commands.set_fallback(THIRD)):
        assert parse_expanded(deliver(here, command)).sw == 0x6985
    poll(here)
    assert enabled(here) == SECOND


def deliver(here: Managed, command: str, protection: Protection | None = None) -> bytes:
    """A short message; the response script, if it comes in the report."""
    delivery = here.platform.pack(CARD, TAR, _script(command), protection)
    (tpdu,) = delivery.tpdus
    answer = Response.parse(here.card.transmit(envelope(tpdu).encode()))
    if answer.sw1 != 0x61:
        return b""
    report = Response.parse(here.card.transmit(bytes((0x00, 0xC0, 0x00, 0x00, answer.sw2))))
    return delivery.response(report.data).data


def test_what_was_promised_and_never_told_is_forgotten_with_a_reset() -> None:
    here = declared()
    deliver(here, commands.enable(SECOND), BY_SUBMIT)
    power_cycle(here)
    assert enabled(here) == FIRST
    assert here.sw(commands.enable(SECOND)) == 0x9000


def test_the_last_of_two_wishes_counts() -> None:
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    here.handset.answer = refusing(REFRESH_TYPE, result=0x30)
    here.isdr.switching.begin(SECOND, SwitchReason.ENABLE)
    here.isdr.switching.begin(THIRD, SwitchReason.ENABLE)
    power_cycle(here)
    assert enabled(here) == THIRD


@pytest.mark.parametrize("result", [0x20, 0x30])
def test_a_terminal_that_cannot_refresh_switches_with_the_next_reset(result: int) -> None:
    here = declared()
    here.handset.answer = refusing(REFRESH_TYPE, result=result)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    poll(here, 6)
    assert enabled(here) == FIRST
    report(here, NORMAL)
    expire(here)
    assert told(here) == []
    power_cycle(here)
    assert enabled(here) == SECOND


def test_a_busy_terminal_is_asked_for_the_reset_again() -> None:
    here = declared()
    here.handset.answer = refusing(REFRESH_TYPE)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    here.handset.answer = refusing()
    poll(here)
    assert (refreshed(here), enabled(here)) == (2, SECOND)


def test_a_terminal_without_refresh_is_not_asked() -> None:
    here = declared()
    here.handset = Handset(here.card, WITHOUT_REFRESH)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    poll(here)
    assert (refreshed(here), enabled(here)) == (0, FIRST)
    power_cycle(here)
    assert enabled(here) == SECOND


def test_a_target_that_is_gone_or_enabled_changes_nothing() -> None:
    here = declared()
    for aid in (THIRD, FIRST):
        here.isdr.switching.begin(aid, SwitchReason.ENABLE)
        power_cycle(here)
        assert enabled(here) == FIRST
        assert here.isdr.switching.asked is None
        assert here.isdr.notifications_m2m.pending is None


@pytest.mark.parametrize(
    ("rules", "deleted"),
    [
        (0, False),
        (DELETION_NOT_ALLOWED, False),
        (DELETED_WHEN_DISABLED, True),
        (DELETED_WHEN_DISABLED | DELETION_NOT_ALLOWED, True),
    ],
)
def test_what_pol1_of_the_profile_before_does_after_the_confirmation(rules: int, deleted: bool) -> None:
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    assert confirmed(here, SECOND) == ("8000", 0x9000)
    rule(here, SECOND, rules)
    expected = "8012" + "4F10" + SECOND.hex().upper() if deleted else "8000"
    assert confirmed(here, THIRD) == (expected, 0x9000)
    assert (here.isdr.isd_ps.by_aid(SECOND) is None) == deleted
    assert here.states() == {FIRST: 0x1F, THIRD: 0x3F} | ({} if deleted else {SECOND: 0x1F})


def test_the_fallback_profile_stays_whatever_its_pol1_says() -> None:
    here = declared()
    rule(here, FIRST, DELETED_WHEN_DISABLED)
    assert confirmed(here, SECOND) == ("8000", 0x9000)
    assert here.states() == {FIRST: 0x1F, SECOND: 0x3F}


def test_a_profile_that_pol1_keeps_enabled_is_not_switched_away_from() -> None:
    here = declared()
    rule(here, FIRST, DISABLING_NOT_ALLOWED)
    assert here.sw(commands.enable(SECOND)) == 0x69E1
    power_cycle(here)
    assert enabled(here) == FIRST


def test_a_second_switch_before_the_first_was_confirmed_forgets_no_deletion() -> None:
    here = declared(ICCID, OTHER_ICCID, THIRD_ICCID)
    assert confirmed(here, SECOND) == ("8000", 0x9000)
    rule(here, SECOND, DELETED_WHEN_DISABLED)
    assert here.sw(commands.enable(THIRD)) == 0x9000
    report(here, NORMAL)
    assert here.sw(commands.enable(FIRST)) == 0x9000
    report(here, NORMAL)
    assert told(here)[-1] == (2, 4, FIRST)
    assert here.es5(commands.confirm(4)) == ("8012" + "4F10" + SECOND.hex().upper(), 0x9000)


def test_power_lost_at_any_write_leaves_one_profile_and_all_that_follows() -> None:
    """From the wish to the reset: the profile before and nothing pending, or the new one and its notification."""
    seen = set()
    for cut in power_cuts():
        here = declared()
        with cut.on(here.card):
            here.sw(commands.enable(SECOND))
        power_cycle(here)
        states = [each.enabled for each in here.isdr.profiles.all()]
        pending = here.isdr.notifications_m2m.pending
        assert (states == [False, True]) == (pending is not None)
        assert here.isdr.switching.asked is None
        if pending is not None:
            assert (pending.number, pending.disabled) == (2, (FIRST,))
        seen.add(tuple(states))
    assert seen == {(True, False), (False, True)}


def test_what_was_asked_survives_as_bytes() -> None:
    for asked in (AskedSwitch(b"", SwitchReason.DISABLE), AskedSwitch(FIRST, SwitchReason.TEST_OVER)):
        assert AskedSwitch.from_bytes(asked.to_bytes()) == asked
