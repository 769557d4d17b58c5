"""Whether our own device lives with each quirk: an LPA and an IPA over cards that have it, one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from euicc import Config
from euicc.quirks import QUIRKS
from euicc.testing.eim import OrderState, operations
from ipa.errors import CommandRefused, EuiccAnswerInvalid
from tests.faults.consumer import Consumer
from tests.flows32.scene import Scene, operator

REAL = [name for name, quirk in QUIRKS.items() if quirk.real]
UNREAL = [name for name, quirk in QUIRKS.items() if not quirk.real]
LPA = [name for name in REAL if "sgp22" in QUIRKS[name].variants]
IPA = [name for name in REAL if "sgp32" in QUIRKS[name].variants]


def life(side: Consumer) -> None:
    """A profile is downloaded, enabled, disabled and deleted, another one beside it, and the server hears of it all."""
    first, second = operator(1), operator(2)
    lpa = side.lpa()
    assert lpa.profiles() == ()
    assert lpa.download(side.code(1))
    lpa.download(side.code(2))
    lpa.enable(first.iccid)
    assert side.states() == {first.iccid_bytes: True, second.iccid_bytes: False}
    lpa.enable(second.iccid)
    assert side.states() == {first.iccid_bytes: False, second.iccid_bytes: True}
    assert [each.iccid for each in lpa.profiles()] == [first.iccid_bytes, second.iccid_bytes]
    lpa.disable(second.iccid)
    lpa.delete(second.iccid)
    assert side.states() == {first.iccid_bytes: False}
    assert not [each.failure for each in lpa.send_notifications() if each.failure]
    assert lpa.notifications() == ()


@pytest.mark.parametrize("name", LPA)
def test_an_lpa(name: str) -> None:
    life(Consumer(quirks=(name,)))


def scene(name: str, **choices: Any) -> Scene:
    return Scene(config=Config(variant="sgp32", quirks=(name,)), **choices)


@pytest.mark.parametrize("name", IPA)
@pytest.mark.parametrize("indirect", [False, True], ids=["direct", "indirect"])
def test_an_ipa_for_its_eim(name: str, indirect: bool) -> None:
    """Certificates, download, enabling, disabling and deletion, all by the eIM; and the eIM reads its own entry."""
    there = scene(name, indirect=indirect)
    one, two = operator(1), operator(2)
    certificates = there.eim.request_certificates(there.eid)
    for each in (one, two):
        order = there.smdp.order(each.package)
        there.eim.download(there.eid, there.smdp.activation_code(order))
    orders = [
        there.eim.queue(there.eid, operations.enable(one.iccid_bytes)),
        there.eim.queue(there.eid, operations.enable(two.iccid_bytes, rollback=True)),
        there.eim.queue(there.eid, operations.disable(two.iccid_bytes), operations.delete(one.iccid_bytes)),
        there.eim.queue(there.eid, operations.list_profile_info()),
        there.eim.queue(there.eid, operations.list_eim()),
    ]
    polled = there.poll()
    assert [visit.failure for visit in polled.visits] == [""]
    assert [work.remark for work in polled.visits[0].work if work.remark] == []
    assert {each.state for each in (certificates, *orders)} == {OrderState.DONE}
    assert there.states() == {two.iccid_bytes: False}
    assert there.waiting() == 0


@pytest.mark.parametrize("name", IPA)
def test_an_ipa_that_goes_back_and_out(name: str) -> None:
    """A switch is rolled back for want of a network; then the eIM is erased, and another one associated."""
    there = scene(name)
    there.install(1, 2)
    there.enable(1)
    order = there.eim.queue(there.eid, operations.enable(operator(2).iccid_bytes, rollback=True))
    there.without_network(2)
    assert there.poll().visits[0].failure == ""
    assert order.was_rolled_back
    assert there.enabled() == operator(1).iccid_bytes
    there.ipa().escape(there.other.configuration())
    assert [each.id for each in there.ipa().eims()] == ["eim2"]
    assert there.enabled() == operator(1).iccid_bytes


def test_all_at_once() -> None:
    """Quirks that do not contradict each other."""
    against_each_other = {"no-61xx", "6cxx-for-61xx", "6985-after-switch", "6985-until-declared"}
    life(Consumer(quirks=tuple(name for name in LPA if name not in against_each_other)))


@pytest.mark.parametrize("name", ["91xx-without-profile", "6985-after-switch-silent"])
def test_an_lpa_that_tells_nothing_of_its_terminal(name: str) -> None:
    side = Consumer(quirks=(name,))
    iccid = side.install().iccid_bytes
    lpa = side.lpa(terminal_profile=None)
    lpa.enable(iccid)
    lpa.disable(iccid)
    assert side.states() == {iccid: False}


@pytest.mark.parametrize("name", UNREAL)
def test_what_only_emulators_do_is_refused_in_words(name: str) -> None:
    lpa = Consumer(quirks=(name,)).lpa()
    with pytest.raises(EuiccAnswerInvalid, match=r"the eUICC's answer to ES10.\.\w+ cannot be read"):
        lpa.eid() if name == "doubled-tlv" else (lpa.profiles(), lpa.notifications())


def test_a_switch_without_refresh_needs_a_reset_by_hand_where_the_card_waits_for_it() -> None:
    side = Consumer(quirks=("6985-after-switch",))
    iccid = side.install().iccid_bytes
    lpa = side.lpa()
    lpa.enable(iccid, refresh=False)
    with pytest.raises(CommandRefused, match="6985"):
        lpa.profiles()
    assert len(side.lpa().profiles()) == 1
