"""Key establishment with a whole card over SCP80: the ISD-R by an SM-SR, an ISD-P by an SM-DP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import Command, status, tlv
from euicc.m2m.isd_p import LifeCycle
from euicc.testing.m2m.key_establishment import (
    BASE_KEY,
    PSK_KEY,
    KeyRequest,
    certificate_dgi,
    store_data,
)
from euicc.testing.m2m.server_key import ServerKey
from euicc.testing.ota import KeySet, NoAnswer, Script
from tests.m2m.managed import Managed, managed
from tests.m2m_keys.air import (
    ISD_P,
    ISSUED,
    SM_DP,
    SM_SR,
    create,
    establish,
    establishment,
    personalize,
    run,
    step_1,
)

NEW = KeyRequest(0x02, counter=(100).to_bytes(5, "big"))
MEMORY = "80CAFF2100"
COUNTER_LOW = 0x02


def as_new_smsr(there: Managed, keys: tuple[ServerKey, ...], counter: int) -> str:
    """The new SM-SR knows the card, too, by the name that is returned."""
    there.platform.register("new", KeySet(keys[0].version, keys[0].value, keys[1].value), counter)
    return "new"


def test_a_new_sm_sr_gets_keys_through_the_old_one_and_both_can_go_on() -> None:
    there = managed()
    keys = establish(there, NEW, SM_SR)
    assert there.isdr.key_ring.versions() == (0x01, 0x40, 0x02)
    name = as_new_smsr(there, keys, 101)
    assert there.script(MEMORY, name=name).sw == status.SUCCESS
    assert there.sw(MEMORY) == status.SUCCESS


def test_the_counter_of_the_new_keys_begins_where_the_request_says() -> None:
    there = managed()
    name = as_new_smsr(there, establish(there, NEW, SM_SR), 99)
    script = Script()
    script.commands.append(Command.parse(bytes.fromhex(MEMORY)))
    statuses = [there.send(script.expanded(indefinite=True), name).status for _ in range(2)]
    assert statuses == [COUNTER_LOW, 0]


def test_keys_that_replace_all_others_leave_nothing_to_the_old_sm_sr() -> None:
    there = managed()
    name = as_new_smsr(there, establish(there, replace(NEW, delete_existing=True), SM_SR), 101)
    assert there.isdr.key_ring.versions() == (0x02,)
    assert there.script(MEMORY, name=name).sw == status.SUCCESS
    with pytest.raises(NoAnswer):
        there.sw(MEMORY)


def test_keys_that_would_leave_the_card_to_nobody_are_not_stored() -> None:
    there = managed()
    request = KeyRequest(0x41, usage=BASE_KEY, type=PSK_KEY, length=32, delete_existing=True)
    challenge, sw = step_1(there, SM_SR)
    assert sw == status.SUCCESS
    signed = establishment(request, SM_SR).sign(challenge)
    blocks = len(store_data(certificate_dgi(SM_SR.encoded)))
    assert run(there, store_data(signed.dgis(), first=blocks, last=True)) == (b"", 0x6A80)
    assert there.isdr.key_ring.versions() == (0x01, 0x40)


def test_a_server_that_leaves_out_le_gets_its_answers() -> None:
    there = managed()
    establishing = establishment(NEW, SM_SR)
    *blocks, last = [each.encode().hex()[:-2] for each in store_data(certificate_dgi(SM_SR.encoded))]
    assert [there.es5(block) for block in blocks] == [("", status.SUCCESS)] * len(blocks)
    challenge, _ = there.es5(last)
    assert challenge[:4] == "8510"
    signed = establishing.sign(bytes.fromhex(challenge))
    (request,) = store_data(signed.dgis(), first=len(blocks) + 1, last=True)
    receipt, _ = there.es5(request.encode().hex()[:-2])
    assert establishing.conclude(bytes.fromhex(receipt))


@pytest.mark.parametrize("size", [255, 100, 7])
def test_blocks_may_be_of_any_size(size: int) -> None:
    there = managed()
    request = KeyRequest(0x41, usage=BASE_KEY, type=PSK_KEY, length=32)
    (key,) = establish(there, request, SM_SR, size)
    stored = there.isdr.key_ring.key(0x41, 1)
    assert stored is not None
    assert stored.components[0].data == key.value


def test_an_sm_dp_personalizes_an_isd_p() -> None:
    there = managed()
    create(there)
    assert there.states()[ISD_P] == LifeCycle.SELECTABLE
    assert personalize(there) == status.SUCCESS
    keys = establish(there, KeyRequest(0x30, derivation_random=True), SM_DP)
    assert there.states()[ISD_P] == LifeCycle.PERSONALIZED
    isd_p = there.isdr.isd_ps.by_aid(ISD_P)
    assert isd_p is not None
    stored = there.isdr.isd_ps.key_ring(isd_p).keys
    assert [key.components[0].data for key in stored] == [key.value for key in keys]
    assert [(key.version, key.identifier) for key in stored] == [(0x30, 1), (0x30, 2), (0x30, 3)]
    assert there.isdr.key_ring.versions() == (0x01, 0x40)


def test_servers_of_the_other_kind_are_refused() -> None:
    there = managed()
    assert step_1(there, SM_DP) == (b"", status.INCORRECT_DATA)
    create(there)
    personalize(there)
    assert step_1(there, SM_SR) == (b"", status.INCORRECT_DATA)


def test_step_2_is_not_executed_twice_nor_after_a_reset() -> None:
    there = managed()
    establishing = establishment(NEW, SM_SR)
    challenge, _ = step_1(there, SM_SR)
    step_2 = store_data(establishing.sign(challenge).dgis(), last=True)
    assert run(there, step_2)[1] == status.SUCCESS
    assert run(there, step_2)[1] == status.CONDITIONS_NOT_SATISFIED
    challenge, _ = step_1(there, SM_SR)
    there.handset.reset()
    step_2 = store_data(establishing.sign(challenge).dgis(), last=True)
    assert run(there, step_2)[1] == status.CONDITIONS_NOT_SATISFIED


def test_a_wrong_signature_leaves_no_key() -> None:
    there = managed()
    establishing = establishment(NEW, SM_SR)
    challenge, _ = step_1(there, SM_SR)
    signed = establishing.sign(challenge)
    wrong = replace(signed, signature=signed.signature[:-1] + bytes((signed.signature[-1] ^ 1,)))
    assert run(there, store_data(wrong.dgis(), last=True))[1] == status.SECURITY_ISSUE
    assert there.isdr.key_ring.versions() == (0x01, 0x40)
    assert run(there, store_data(signed.dgis(), last=True))[1] == status.CONDITIONS_NOT_SATISFIED


def test_the_isd_r_gives_out_the_certificate_of_the_ecasd() -> None:
    there = managed()
    data, sw = there.es5("80CABF30045C027F2100")
    assert sw == status.SUCCESS
    assert tlv.parse(bytes.fromhex(data)).value == ISSUED.ecasd_certificate
