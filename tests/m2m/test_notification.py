"""The default notification: what is sent, by which short message, how often, and what its confirmation does."""

from __future__ import annotations

from pathlib import Path

import pytest
from Crypto.Cipher import DES3

from apdu import tlv
from apdu.cat.commands import more_time
from euicc import Card
from euicc.m2m.isdr import M2mIsdR
from euicc.m2m.notification import NotificationType, PendingNotification
from euicc.runtime import keys
from euicc.testing.faults import power_cuts
from euicc.testing.ota import Handset
from euicc.testing.ota.sms import Submitted
from euicc.toolkit.procedure import CommandNotAllowed, Procedure
from tests.m2m import commands
from tests.m2m.attended import (
    ADDRESSING,
    ALL_BUT_TIMERS,
    NO_SERVICE,
    NORMAL,
    REFRESH_TYPE,
    SHORT_MESSAGE,
    attended,
    declared,
    enabled,
    expire,
    payloads,
    poll,
    power_cycle,
    refreshed,
    refusing,
    report,
    told,
)
from tests.m2m.managed import FIRST, SECOND, Managed, managed
from tests.m2m.test_es5_keys import DES_KEY, field, put_key

EID = "89049032001001000000000000000120"
WITHOUT_EVENTS = bytes.fromhex("FFFFFFFFEE") + b"\xff" * 15
"""TERMINAL PROFILE of a terminal that does not tell of its location status."""
RETRY, CONFIRMATION = bytes.fromhex("A503001000"), bytes.fromhex("A503005000")
"""Value of a timer of one minute, and of five."""
NO_ANSWER = ("", 0x6A88)


def switched() -> Managed:
    """The second profile is enabled and has a network: the notification is out."""
    here = declared()
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    return here


def test_the_first_attachment_by_bytes() -> None:
    here = attended()
    assert here.handset.sent == []
    report(here, NORMAL)
    (sent,) = here.handset.sent
    head = "41000C91947100000010" + "0004" + "48" + "027000"
    packet = "0043" + "15" + "0200" + "1212" + "000001" + "0000000000" + "00"
    payload = "E12B" + "4C10" + EID + "4D0101" + "4E020001" + "2F10" + FIRST.hex().upper()
    assert sent.hex().upper()[: len(head + packet)] == head + packet
    assert [each.hex().upper() for each in payloads(here)] == [payload]


def test_a_card_whose_sm_sr_has_des_keys_says_it_with_those() -> None:
    here = attended()
    keys_of_two = tuple(bytes(range(first, first + 16)) for first in (0x10, 0x30, 0x50))
    assert here.sw(put_key(0x02, *(field(key, DES_KEY) for key in keys_of_two))) == 0x9000
    assert here.sw(commands.finalise("020103")) == 0x9000
    report(here, NORMAL)
    (packet,) = [Submitted.parse(tpdu).payload for tpdu in here.handset.sent]
    head, check, data = packet[:16], packet[16:24], packet[24:]
    assert head.hex() == "004315" + "0200" + "2525" + "000001" + "000000000000"
    mac = DES3.new(keys_of_two[1], DES3.MODE_CBC, iv=bytes(8))
    assert mac.encrypt(head + data + bytes(-len(head + data) % 8))[-8:] == check
    assert data.hex().upper()[:4] == "E12B"


def test_it_comes_once_in_the_life_of_a_card() -> None:
    here = attended()
    report(here, NORMAL)
    assert here.es5(commands.confirm(1)) == ("8000", 0x9000)
    for _ in range(2):
        power_cycle(here)
        report(here, NORMAL)
    assert told(here) == [(1, 1, FIRST)]


def test_it_is_repeated_after_a_reset_as_long_as_nobody_confirms() -> None:
    here = attended()
    for _ in range(2):
        report(here, NORMAL)
        power_cycle(here)
    assert told(here) == [(1, 1, FIRST)] * 2
    assert here.sw(commands.confirm(1)) == 0x9000


def test_what_was_confirmed_meanwhile_is_not_sent() -> None:
    """The terminal has something else to fetch first."""
    here = attended()
    report(here, NORMAL)
    power_cycle(here)
    assert here.terminal("80C200000C" + "D60A" + "990103" + "82028281" + "9B0100").sw1 == 0x91
    assert here.es5(commands.confirm(1)) == ("8000", 0x9000)
    poll(here)
    assert told(here) == [(1, 1, FIRST)]


def test_without_an_sm_sr_there_is_nobody_to_tell() -> None:
    here = managed()
    report(here, NORMAL)
    assert here.handset.sent == []
    assert here.isdr.notifications_m2m.pending is None
    assert here.sw(commands.addressing(ADDRESSING)) == 0x9000
    report(here, NO_SERVICE)
    report(here, NORMAL)
    assert told(here) == [(1, 1, FIRST)]


def test_a_switch_is_told_of_with_the_next_number_and_the_new_profile() -> None:
    here = switched()
    assert told(here) == [(2, 2, SECOND)]
    assert here.es5(commands.confirm(2)) == ("8000", 0x9000)
    assert here.isdr.notifications_m2m.pending is None


def test_a_disabled_profile_gives_way_to_the_fallback_profile() -> None:
    here = switched()
    assert here.sw(commands.confirm(2)) == 0x9000
    assert here.sw(commands.disable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert told(here)[-1] == (2, 3, FIRST)


def test_service_that_is_told_of_again_repeats_nothing() -> None:
    here = switched()
    report(here, NORMAL)
    report(here, NO_SERVICE)
    assert told(here) == [(2, 2, SECOND)]


@pytest.mark.parametrize("number", [0, 1, 3, 0xFFFF])
def test_another_number_confirms_nothing(number: int) -> None:
    here = switched()
    assert here.es5(commands.confirm(number)) == (NO_ANSWER if number != 1 else ("8000", 0x9000))
    assert here.isdr.notifications_m2m.pending is not None


def test_a_confirmation_that_comes_again_is_answered_as_before() -> None:
    here = switched()
    set_pol1(here, FIRST, 4)
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    answer = ("8012" + "4F10" + FIRST.hex().upper(), 0x9000)
    assert here.es5(commands.confirm(2)) == answer
    assert here.es5(commands.confirm(2)) == answer


def set_pol1(here: Managed, aid: bytes, rules: int) -> None:
    isd_p = here.isdr.isd_ps.by_aid(aid)
    assert isd_p is not None
    with here.card.nvm.transaction():
        here.isdr.isd_ps.memory(isd_p).set(keys.POL1, rules)


def test_the_enabled_profile_says_how_short_messages_are_sent() -> None:
    here = attended()
    with here.card.nvm.transaction():
        here.isdr.isd_ps.memory(here.isdr.isd_ps.all()[0]).set(
            keys.CONNECTIVITY_PARAMETERS, bytes.fromhex("A00B0603914477" + "81017F" + "8201F6")
        )
    report(here, NORMAL)
    (sent,) = here.handset.sent
    assert sent[10:12].hex() == "7ff6"
    (command,) = [each for each in here.handset.commands if each[5:6] == bytes((SHORT_MESSAGE,))]
    assert bytes.fromhex("8603914477") in command


def test_a_busy_terminal_is_asked_again_with_each_poll_and_then_later() -> None:
    here = attended()
    here.handset.answer = refusing(SHORT_MESSAGE)
    report(here, NORMAL)
    poll(here, 5)
    assert told(here) == [(1, 1, FIRST)] * 4
    here.handset.answer = refusing()
    expire(here)
    poll(here, 5)
    assert told(here) == [(1, 1, FIRST)] * 5


@pytest.mark.parametrize("result", [0x10, 0x22, 0x30, 0x35])
def test_what_is_not_done_is_tried_again_after_a_while(result: int) -> None:
    here = attended()
    here.handset.answer = refusing(SHORT_MESSAGE, result=result)
    report(here, NORMAL)
    assert here.handset.commands[-1].endswith(RETRY)
    poll(here, 3)
    assert len(told(here)) == 1
    here.handset.answer = refusing()
    expire(here)
    assert here.handset.commands[-1].endswith(CONFIRMATION)
    assert told(here) == [(1, 1, FIRST)] * 2


def test_what_is_not_confirmed_is_sent_again_after_a_while() -> None:
    here = switched()
    expire(here)
    assert told(here) == [(2, 2, SECOND)] * 2
    assert here.sw(commands.confirm(2)) == 0x9000
    expire(here)
    assert len(told(here)) == 2
    assert (enabled(here), here.isdr.switching.asked) == (SECOND, None)


def test_what_is_being_sent_is_not_sent_twice() -> None:
    """The guard of the switch rings while the terminal is too busy for the message."""
    here = declared()
    assert here.sw(commands.enable(SECOND)) == 0x9000
    power_cycle(here, ALL_BUT_TIMERS)
    poll(here, 8)
    here.handset.answer = refusing(SHORT_MESSAGE)
    report(here, NORMAL)
    poll(here)
    pending = here.isdr.notifications_m2m.pending
    assert pending is not None
    assert (pending.attempts, len(told(here))) == (1, 2)


def test_nothing_is_told_before_a_reset_that_is_due() -> None:
    here = attended()
    here.handset.answer = refusing(REFRESH_TYPE, result=0x30)
    assert here.sw(commands.enable(SECOND)) == 0x9000
    report(here, NORMAL)
    assert here.isdr.notifications_m2m.pending is None
    power_cycle(here)
    report(here, NORMAL)
    assert told(here) == [(2, 1, SECOND)]


def test_without_timers_status_tells_the_time() -> None:
    here = attended()
    power_cycle(here, ALL_BUT_TIMERS)
    report(here, NORMAL)
    waiting = here.isdr.registration.patience.confirmation_seconds // 30
    poll(here, waiting - 1)
    assert len(told(here)) == 1
    poll(here)
    assert told(here) == [(1, 1, FIRST)] * 2


def test_a_terminal_that_cannot_start_its_timer_is_one_without() -> None:
    here = attended()
    here.handset.answer = refusing(0x27, result=0x30)
    report(here, NORMAL)
    poll(here, 11)
    assert len(told(here)) == 2


def test_a_terminal_that_tells_nothing_of_its_location_is_taken_to_have_a_network() -> None:
    here = attended()
    power_cycle(here, WITHOUT_EVENTS)
    assert told(here) == []
    poll(here)
    assert told(here) == [(1, 1, FIRST)]


def test_whoever_can_do_nothing_keeps_trying_at_leisure() -> None:
    here = attended()
    here.handset.answer = refusing(SHORT_MESSAGE, result=0x35)
    report(here, NORMAL)
    attempts = here.isdr.registration.patience.attempts
    for _ in range(attempts + 1):
        expire(here)
    assert len(told(here)) == attempts + 1
    assert (refreshed(here), enabled(here)) == (0, FIRST)


def test_numbers_go_on_from_zero() -> None:
    here = attended()
    with here.card.nvm.transaction():
        here.card.nvm.set(keys.M2M_NOTIFICATION_NUMBER, 0xFFFF)
    report(here, NORMAL)
    assert told(here) == [(1, 0, FIRST)]
    assert here.sw(commands.confirm(0)) == 0x9000


def test_another_way_to_the_sm_sr_may_come_first_or_last() -> None:
    here = attended()
    seen: list[bytes] = []

    def another(isdr: M2mIsdR, payload: bytes) -> Procedure[bool]:
        yield more_time()
        seen.append(payload)
        return len(seen) > 1

    def impossible(isdr: M2mIsdR, payload: bytes) -> Procedure[bool]:
        yield from ()
        raise CommandNotAllowed("this one")

    here.isdr.notifications_m2m.transports[:0] = impossible, another
    report(here, NORMAL)
    assert (len(told(here)), len(seen)) == (1, 1)
    expire(here)
    assert (len(told(here)), len(seen)) == (1, 2)
    assert tlv.parse(seen[0]).tag == 0xE1


def test_an_event_without_location_status_is_malformed() -> None:
    here = attended()
    assert here.terminal("80C2000009" + "D607" + "990103" + "82028281").sw == 0x6A80


def test_a_notification_survives_as_bytes() -> None:
    for pending in (
        PendingNotification(NotificationType.FIRST_ATTACHMENT, 0),
        PendingNotification(NotificationType.SWITCHED, 0xFFFF, (FIRST, SECOND), True, 300),
    ):
        assert PendingNotification.from_bytes(pending.to_bytes()) == pending


def test_a_card_that_was_saved_goes_on_where_it_was(tmp_path: Path) -> None:
    here = switched()
    here.card.save(tmp_path / "it.card")
    with Card.open(tmp_path / "it.card") as card:
        again = Managed(card, Handset(card), here.platform)
        report(again, NORMAL)
        assert told(again) == [(2, 2, SECOND)]
        assert again.sw(commands.confirm(2)) == 0x9000


def test_power_lost_at_any_write_of_notification_and_confirmation_loses_nothing() -> None:
    """What was told before the loss is told again with the same number, and confirmed once."""
    for cut in power_cuts():
        here = attended()
        with cut.on(here.card):
            report(here, NORMAL)
            here.sw(commands.confirm(1))
        power_cycle(here)
        report(here, NORMAL)
        assert set(told(here)) == {(1, 1, FIRST)}
        assert here.es5(commands.confirm(1)) == ("8000", 0x9000)
        assert here.isdr.notifications_m2m.pending is None


def test_power_lost_at_any_write_of_a_deletion_by_pol1_deletes_wholly_or_not_at_all() -> None:
    for cut in power_cuts():
        here = switched()
        set_pol1(here, FIRST, 4)
        assert here.sw(commands.set_fallback(SECOND)) == 0x9000
        with cut.on(here.card):
            here.sw(commands.confirm(2))
        power_cycle(here)
        report(here, NORMAL)
        gone = here.isdr.isd_ps.by_aid(FIRST) is None
        assert gone == (here.isdr.notifications_m2m.pending is None)
        assert here.es5(commands.confirm(2)) == ("8012" + "4F10" + FIRST.hex().upper(), 0x9000)


def test_a_device_without_toolkit_hears_nothing() -> None:
    """Without TERMINAL PROFILE nothing is sent, and nothing waits for it."""
    here = attended()
    here.handset = Handset(here.card, profile=None)
    here.card.reset()
    report(here, NORMAL)
    poll(here, 50)
    assert here.handset.commands == []
