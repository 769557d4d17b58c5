"""A card goes from one SM-SR to another, SGP.02 3.8; what is refused on the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from euicc.testing.m2m import es7
from euicc.testing.m2m.eis import Audited, Eis
from euicc.testing.m2m.es3 import EnableProfile, GetEis, Outcome, Response, SmsrChangeNotification
from euicc.testing.m2m.es4 import PrepareSmsrChange, SmsrChange
from euicc.testing.m2m.messages import Answer, Call, Outgoing
from euicc.testing.m2m.pki import M2mPki
from tests.smsr.agreement import agree
from tests.smsr.world import EID, ICCIDS, SR1, SR2, A, B, World


def handed_over(world: World) -> Response:
    """What the old SM-SR answers to the operator."""
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    return world.ask(SmsrChange(EID, SR2))


def test_the_new_one_has_the_card_and_the_old_one_has_nothing() -> None:
    world = World()
    assert handed_over(world).status.outcome is Outcome.SUCCESS
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (False, True)
    assert world.sr1.eis(EID) is None
    assert world.isdr.key_ring.versions() == (0x02,)
    assert world.isdr.smsr_address.sms == bytes.fromhex("91947100000020")
    assert world.told == [(name, SmsrChangeNotification(EID, SR2)) for name in (A, B)]
    eis = agree(world, SR2)
    assert (eis.smsr_id, eis.info, [each.version for each in eis.isd_r.key_sets]) == (
        SR2,
        world.eis().info,
        [0x02],
    )
    assert [each.operation for each in eis.audit_trail][-1] == Audited.FINALISE_ISDR_HANDOVER


def test_operations_go_on_at_the_new_one_only() -> None:
    world = World()
    assert handed_over(world).status.ok
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.message == "no such eUICC here"
    assert world.ask(EnableProfile(EID, ICCIDS[1]), at=SR2).status.ok
    assert agree(world, SR2).enabled == agree(world, SR2).named(ICCIDS[1])


def test_a_card_comes_back() -> None:
    world = World()
    assert handed_over(world).status.ok
    assert world.ask(PrepareSmsrChange(EID, SR2), at=SR1).status.ok
    assert world.ask(SmsrChange(EID, SR1), at=SR2).status.ok
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)
    assert world.isdr.key_ring.versions() == (0x01,)
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok


def test_the_audit_trail_goes_with_the_card() -> None:
    world = World()
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok
    assert handed_over(world).status.ok
    operations = [each.operation for each in agree(world, SR2).audit_trail]
    assert operations == [
        Audited.ENABLE,
        Audited.ESTABLISH_ISDR_KEY_SET,
        Audited.FINALISE_ISDR_HANDOVER,
    ]


def test_a_new_one_with_other_ways_to_its_cards_makes_a_key_for_them() -> None:
    world = World()
    world.sr2.has_transports = True
    assert handed_over(world).status.ok
    assert world.isdr.key_ring.versions() == (0x02, 0x40)
    assert [each.version for each in agree(world, SR2).isd_r.key_sets] == [0x02, 0x40]
    assert world.ask(EnableProfile(EID, ICCIDS[1]), at=SR2).status.ok


def test_a_card_that_is_here_already_is_managed() -> None:
    world = World()
    assert handed_over(world).status.ok
    request = es7.HandoverEuicc(EID, "another attempt", world.eis().without_keys(), world.now)
    assert world.ask(request, "SM-SR 3", at=SR2).status.message == "already managed by this SM-SR"
    assert world.sr2.manages(EID)


def test_profiles_stay_as_they_are() -> None:
    world = World()
    profiles = agree(world).profiles
    assert handed_over(world).status.ok
    assert agree(world, SR2).profiles == profiles


def test_what_was_not_prepared_is_refused() -> None:
    world = World()
    status = world.ask(SmsrChange(EID, SR2)).status
    assert status.message == "the change was not prepared by an operator"
    assert world.sr1.manages(EID)
    assert handed_over(world).status.ok


def test_who_has_no_profile_in_the_card_cannot_have_it_handed_over() -> None:
    world = World()
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    status = world.ask(SmsrChange(EID, SR2), "somebody").status
    assert status.message == "no profile of the requester's"
    assert world.sr1.manages(EID)


def test_nobody_hands_a_card_over_to_himself() -> None:
    world = World()
    assert world.ask(SmsrChange(EID, SR1)).status.message == "that is this SM-SR itself"
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok


def test_another_one_cannot_hand_it_over() -> None:
    world = World()
    assert world.ask(PrepareSmsrChange(EID, "SM-SR 3"), at=SR2).status.ok
    assert world.ask(SmsrChange(EID, SR2)).status.outcome is Outcome.FAILED
    assert world.sr1.manages(EID)


def test_a_card_that_is_being_handed_over_is_locked() -> None:
    world = World()
    world.servers[SR1].submit(A, SmsrChange(EID, SR2, validity=1000), world.now, "change")
    assert world.sr1.messages() != []
    world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now, "enable")
    world.sr1.submit(A, GetEis(EID), world.now, "read")
    world.pump()
    assert world.answers["enable"].status.message == "the eUICC is being handed over"
    assert world.answers["read"].status.ok


def test_a_card_out_of_coverage_stays() -> None:
    world = World()
    world.device.cover(False, world.now)
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    status = world.ask(SmsrChange(EID, SR2, validity=5000)).status
    assert status.outcome in (Outcome.EXPIRED, Outcome.FAILED)
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)
    world.device.cover(True, world.now)
    world.settle()
    assert handed_over(world).status.ok
    assert world.isdr.key_ring.versions() == (0x02,)


def test_a_card_that_was_away_for_days_is_handed_over_when_it_comes_back() -> None:
    world = World()
    world.device.cover(False, world.now)
    assert world.ask(PrepareSmsrChange(EID, SR1), at=SR2).status.ok
    world.sr1.submit(A, SmsrChange(EID, SR2), world.now, "change")
    world.settle(limit=3 * 24 * 3600)
    assert "change" not in world.answers
    assert world.between < 200
    world.device.cover(True, world.now)
    world.settle()
    assert world.answers["change"].status.ok
    assert world.sr2.manages(EID)


class Forging(World):
    """What SM-SR 1 sends to SM-SR 2 is changed on the way."""

    def __init__(self, change: Any) -> None:
        self._change = change
        super().__init__()

    def _deliver(self, sender: str, message: Outgoing) -> None:
        super()._deliver(sender, replace(message, content=self._change(message.content)))


def with_eis(change: Any) -> Any:
    def changed(content: object) -> object:
        if isinstance(content, Call) and isinstance(content.request, es7.HandoverEuicc):
            return replace(content, request=replace(content.request, eis=change(content.request.eis)))
        return content

    return changed


def with_answer(kind: type[Response], change: Any) -> Any:
    def changed(content: object) -> object:
        if isinstance(content, Answer) and type(content.response) is kind and content.response.euicc_response:
            response = replace(content.response, euicc_response=change(content.response.euicc_response))
            return replace(content, response=response)
        return content

    return changed


def last_byte(data: bytes) -> bytes:
    return data[:-1] + bytes((data[-1] ^ 1,))


def _other_ecasd(eis: Eis) -> Eis:
    other = M2mPki(seed=b"another CI").issue(EID).ecasd_certificate
    key_set = replace(eis.info.ecasd.key_sets[0], certificates=(other,))
    return replace(eis, info=replace(eis.info, ecasd=replace(eis.info.ecasd, key_sets=(key_set,))))


FORGERIES = {
    "EIS": with_eis(lambda eis: replace(eis, info=replace(eis.info, platform_version="9"))),
    "signature": with_eis(lambda eis: replace(eis, signature=last_byte(eis.signature))),
    "EUM": with_eis(lambda eis: replace(eis, eum_certificate=last_byte(eis.eum_certificate))),
    "ECASD": with_eis(_other_ecasd),
    "challenge": with_answer(es7.AuthenticateSmsrResponse, last_byte),
    "receipt": with_answer(es7.CreateAdditionalKeySetResponse, last_byte),
    "no receipt": with_answer(es7.CreateAdditionalKeySetResponse, lambda data: data[:1]),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_what_is_forged_is_refused_and_the_card_stays(what: str) -> None:
    world = Forging(FORGERIES[what])
    assert handed_over(world).status.outcome is Outcome.FAILED
    assert (world.sr1.manages(EID), world.sr2.manages(EID)) == (True, False)
    assert world.isdr.key_ring.versions() == (0x01, 0x40)
    assert world.ask(EnableProfile(EID, ICCIDS[1])).status.ok


def test_a_server_without_a_certificate_of_an_sm_sr_is_refused_by_the_card() -> None:
    world = World()
    smdp = M2mPki().sm_dp(SR2.encode())
    world.sr2.identity = replace(world.sr2.identity, issued=smdp)
    status = handed_over(world).status
    assert status.message.endswith("(6A80)")
    assert world.sr1.manages(EID)


def test_calls_of_es7_that_belong_to_no_handover_reach_no_card() -> None:
    world = World()
    sent = world.network.count
    for request in (
        es7.AuthenticateSmsr(EID, "nothing", b""),
        es7.CreateAdditionalKeySet(EID, "nothing", b"", b"", b""),
    ):
        assert world.ask(request, B).status.message == "no such handover goes on"
    assert world.network.count == sent


def test_only_who_was_asked_can_answer() -> None:
    world = World()
    world.sr1.submit(A, SmsrChange(EID, SR2, validity=1000), world.now, "change")
    (asked,) = world.sr1.messages()
    assert isinstance(asked.content, Call)
    world.sr1.receive("somebody", Answer(asked.content.reference, Response()), world.now)
    assert world.sr1.manages(EID)
    world.sr1.acknowledge(asked)
    world.sr1.receive(SR2, Answer(asked.content.reference, Response()), world.now)
    assert not world.sr1.manages(EID)


def test_nobody_is_asked_any_more_once_it_is_over() -> None:
    world = World()
    world.sr1.submit(A, SmsrChange(EID, SR2, validity=1000), world.now, "change")
    (asked,) = world.sr1.messages()
    world.now += 1000
    world.sr1.advance(world.now)
    (answered,) = world.sr1.messages()
    assert isinstance(asked.content, Call)
    assert isinstance(answered.content, Answer)
    assert answered.content.reference == "change"
    assert world.sr1.manages(EID)
