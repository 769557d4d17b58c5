"""An SM-SR that takes part in handovers and lies: nobody who is honest loses a card by it, or stops."""

from __future__ import annotations

from dataclasses import replace

from euicc import eid as eids
from euicc.testing.m2m import es7, eum
from euicc.testing.m2m.eis import Eis, KeySet
from euicc.testing.m2m.es3 import Outcome, Status
from euicc.testing.m2m.es4 import PrepareSmsrChange, SmsrChange
from euicc.testing.m2m.messages import Call
from euicc.testing.m2m.registry import Handover
from euicc.testing.smsr import refusals
from tests.smsr.test_handover import Forging, handed_over, with_eis
from tests.smsr.world import EID, PKI, SR1, SR2, A, B, World

LIAR = "SM-SR 3"
OTHER_EID = eids.with_check_digits("8904903200" + "0" * 19 + "7")


def other_eis() -> Eis:
    """Of another card, genuine."""
    return eum.register(PKI.issue(OTHER_EID), PKI.eum(OTHER_EID), World().eis().profiles).without_keys()


def under_the_name_of(world: World, name: str, sender: str) -> Status:
    request = es7.HandoverEuicc(OTHER_EID, name, other_eis(), world.now + 1000)
    return world.ask(request, sender, at=SR2).status


def test_an_eis_without_room_for_another_key_set_is_refused() -> None:
    full = tuple(KeySet(version, (), 0) for version in range(0x01, 0x10))
    world = Forging(with_eis(lambda eis: replace(eis, isd_r=replace(eis.isd_r, key_sets=full))))
    assert handed_over(world).status == refusals.BAD_EIS
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)


def test_the_name_of_a_handover_is_good_for_its_card_only() -> None:
    """A card that nobody prepared does not come under the name of one that was; nor does the other one suffer."""
    world = World()
    kept = Handover("name", EID, LIAR, "running")
    world.sr2.registry.keep(kept)
    assert under_the_name_of(world, "name", LIAR) == refusals.NO_HANDOVER
    assert world.sr2.registry.handover("name") == kept
    assert not world.sr2.manages(OTHER_EID)


def test_the_name_of_a_handover_is_good_for_its_sm_sr_only() -> None:
    world = World()
    world.sr2.registry.keep(Handover("name", OTHER_EID, SR1, "running"))
    assert under_the_name_of(world, "name", LIAR) == refusals.NO_HANDOVER


def test_a_card_that_goes_is_not_taken_back_under_the_same_name() -> None:
    """What the one that gets a card is told does not end the lock of the one that gives it."""
    world = World()
    doubt = Handover("name", OTHER_EID, LIAR, "in doubt")
    world.sr2.registry.keep(doubt)
    world.sr2.registry.put(other_eis())
    for eid in (OTHER_EID, EID):
        request = es7.HandoverEuicc(eid, "name", other_eis(), world.now + 1000)
        assert not world.ask(request, LIAR, at=SR2).status.ok
    assert world.sr2.registry.handover("name") == doubt
    assert not world.sr2.manages(OTHER_EID)


def test_an_eis_of_another_card_is_not_believed() -> None:
    world = Forging(with_eis(lambda eis: other_eis()))
    assert handed_over(world).status == refusals.BAD_EIS
    assert world.sr1.manages(EID)


def test_a_handover_that_comes_again_when_the_card_has_gone_on_gives_it_to_nobody() -> None:
    """Long after it: the message was kept somewhere, and the card is back where it was."""
    world = World()
    eis = world.eis().without_keys()
    assert handed_over(world).status.ok
    (taken,) = world.sr2.registry.handovers(EID)
    assert world.ask(PrepareSmsrChange(EID, SR2), at=SR1).status.ok
    assert world.ask(SmsrChange(EID, SR1), at=SR2).status.ok
    again = Call(taken.name, es7.HandoverEuicc(EID, taken.name, eis, world.now + 1000))
    world.sr2.receive(SR1, again, world.now)
    world.settle()
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)


def test_nobody_else_prepares_or_asks_in_the_name_of_the_new_one() -> None:
    world = World()
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    world.sr1.submit(A, SmsrChange(EID, SR2, validity=1000), world.now, "change")
    name = world.sr1.registry.handovers(EID)[0].name
    sent = world.network.count
    request = es7.AuthenticateSmsr(EID, name, PKI.sm_sr(LIAR.encode()).encoded)
    assert world.ask(request, LIAR).status == refusals.NO_HANDOVER
    assert world.ask(request, B).status == refusals.NO_HANDOVER
    assert world.network.count > sent
    assert world.answers["change"].status.outcome is Outcome.SUCCESS
