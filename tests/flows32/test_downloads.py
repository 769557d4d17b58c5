"""Profiles that the eIM has the device download: by itself and through the eIM, from wherever they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apdu import tlv
from asn1.generated import rsp, sgp32
from euicc import Config
from euicc.crypto import curves
from euicc.crypto.curves import P256, Curve
from euicc.testing.eim import OrderState, operations
from ipa.settings import Features
from ipa.steps import Esipa
from tests.data import needs_ts48, ts48_packages
from tests.flows32.scene import SMDP, Scene, operator

ONE = operator(1).iccid_bytes
DIRECT, INDIRECT = Features.DIRECT_RSP_SERVER_COMMUNICATION, Features.INDIRECT_RSP_SERVER_COMMUNICATION
both_curves = pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
either_binding = pytest.mark.parametrize("as_json", [False, True], ids=["ASN.1", "JSON"])
either_way = pytest.mark.parametrize("indirect", [False, True], ids=["direct", "indirect"])


def scene(curve: Curve = P256, *, as_json: bool = False, indirect: bool = False, **settings: Any) -> Scene:
    made = Scene(curve, indirect=indirect, **settings)
    made.network.as_json = as_json
    return made


@both_curves
@either_binding
@either_way
def test_by_activation_code(curve: Curve, as_json: bool, indirect: bool) -> None:
    there = scene(curve, as_json=as_json, indirect=indirect)
    order = there.smdp.order(operator(1).package)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    (visit,) = there.poll().visits
    assert visit.failure == ""
    assert [work.remark for work in visit.work] == [""] * len(visit.work)
    assert wanted.state is OrderState.DONE
    assert there.states() == {ONE: False}
    assert there.waiting() == 0
    assert len(there.smdp.notifications) == 1
    assert there.state.recall(there.eid).unfinished == {}


@either_way
def test_from_the_default_server(indirect: bool) -> None:
    there = scene(indirect=indirect)
    there.smdp.order(operator(1).package, matching_id="", eid=there.eid)
    address = there.eim.queue(there.eid, operations.set_default_dp_address(SMDP))
    wanted = there.eim.download_from_default(there.eid)
    there.poll()
    assert (address.state, wanted.state) == (OrderState.DONE, OrderState.DONE)
    assert there.states() == {ONE: False}


@either_way
def test_no_such_order(indirect: bool) -> None:
    there = scene(indirect=indirect)
    wanted = there.eim.download(there.eid, f"1${SMDP}$NONE")
    (visit,) = there.poll().visits
    assert any("refuses authenticateClient" in work.remark for work in visit.work)
    assert (wanted.state, wanted.error) == (OrderState.REFUSED, 127)
    assert there.states() == {}


@either_way
def test_a_confirmation_code_that_nobody_gave(indirect: bool) -> None:
    there = scene(indirect=indirect)
    order = there.smdp.order(operator(1).package, confirmation_code="2468")
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    there.poll()
    assert (wanted.state, there.states()) == (OrderState.REFUSED, {})


def test_the_eim_has_the_confirmation_code() -> None:
    there = scene(indirect=True)
    order = there.smdp.order(operator(1).package, confirmation_code="2468")
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order), confirmation_code="2468")
    there.poll()
    assert (wanted.state, there.states()) == (OrderState.DONE, {ONE: False})


@pytest.mark.parametrize(
    "features",
    [
        (INDIRECT,),
        (INDIRECT, Features.EIM_DOWNLOAD_DATA_HANDLING),
        (INDIRECT, Features.EIM_DOWNLOAD_DATA_HANDLING, Features.EIM_CTX_PARAMS1_GENERATION),
        (INDIRECT, Features.EIM_PROFILE_METADATA_VERIFICATION),
        (INDIRECT, Features.MINIMIZE_ESIPA_BYTES),
        tuple(range(1, 6)),
    ],
    ids=str,
)
@either_binding
def test_what_an_ipa_leaves_to_the_eim(features: tuple[int, ...], as_json: bool) -> None:
    there = scene(as_json=as_json, features=features)
    everything = there.eim.request_data(there.eid, 0xA5, 0xA6, 0xBF20, 0xBF22, 0xA8, 0xA9)
    there.poll()
    assert everything.state is OrderState.DONE
    first = there.smdp.order(operator(1).package)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(first))
    enabled = there.eim.queue(there.eid, operations.enable(ONE))
    (visit,) = there.poll().visits
    assert [work.remark for work in visit.work] == [""] * len(visit.work)
    assert (wanted.state, enabled.state) == (OrderState.DONE, OrderState.DONE)
    assert there.states() == {ONE: True}
    assert there.waiting() == 0
    assert {each.function for each in there.network.calls if each.address == SMDP} == set()


def test_a_profile_with_rules_that_the_card_does_not_grant() -> None:
    there = Scene(indirect=True, config=Config(rat=()))
    owner = rsp.OperatorId(mcc_mnc=bytes.fromhex("00F110"))
    order = there.smdp.order(operator(1).package, policy_rules=(rsp.PprIds.PPR2,), owner=owner)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    (visit,) = there.poll().visits
    assert any("policy rules are not allowed" in work.remark for work in visit.work)
    assert wanted.state is OrderState.REFUSED
    assert "cancelSession" in there.network.asked
    assert "getBoundProfilePackage" not in there.network.asked


@either_way
def test_a_new_profile_is_enabled_at_once(indirect: bool) -> None:
    there = scene(indirect=indirect)
    there.eim.queue(there.eid, operations.configure_immediate_enable(smdp_address=SMDP))
    order = there.smdp.order(operator(1).package)
    there.eim.download(there.eid, there.smdp.activation_code(order))
    there.poll()
    assert there.states() == {ONE: True}
    there.poll()
    causes = [each.cause for each in there.eim.euiccs[there.eid].state_changes]
    assert causes == [sgp32.StateChangeCause.IMMEDIATE_ENABLE_PROFILE]
    assert there.waiting() == 0


def test_an_injected_package_and_its_acknowledgement() -> None:
    there = scene()
    there.poll()
    order = there.eim.queue(there.eid, operations.list_eim())
    message = there.eim.transfer(there.eid)
    while message is not None:
        answer = there.ipa().transfer("eim1", message)
        message = there.eim.transferred(there.eid, answer) or there.eim.transfer(there.eid)
        if order.state is OrderState.DONE and message is None:
            break
    assert order.state is OrderState.DONE


def test_an_injected_download_waits_for_the_next_poll() -> None:
    there = scene()
    order = there.smdp.order(operator(1).package)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    message = there.eim.transfer(there.eid)
    assert message is not None
    assert there.ipa().transfer("eim1", message).hex() == "bf4e020500"
    assert there.states() == {}
    (leftover,) = there.poll().leftovers
    assert leftover.failure == ""
    assert (wanted.state, there.states()) == (OrderState.DONE, {ONE: False})


# -- by SM-DS ---------------------------------------------------------------------------------------------------------


@either_way
@either_binding
def test_the_sm_ds_knows_where(indirect: bool, as_json: bool) -> None:
    there = scene(indirect=indirect, as_json=as_json)
    smds = there.with_smds()
    order = there.smdp.order(operator(1).package)
    smds.register(there.eid, SMDP, order.matching_id)
    wanted = there.eim.download_by_smds(there.eid, smds.address)
    (visit,) = there.poll().visits
    assert [work.remark for work in visit.work] == [""] * len(visit.work)
    assert (wanted.state, there.states()) == (OrderState.DONE, {ONE: False})
    assert there.waiting() == 0


@either_way
def test_the_sm_ds_knows_nothing(indirect: bool) -> None:
    there = scene(indirect=indirect)
    wanted = there.eim.download_by_smds(there.eid, there.with_smds().address)
    (visit,) = there.poll().visits
    assert any(work.remark for work in visit.work)
    assert (wanted.state, there.states()) == (OrderState.REFUSED, {})


# -- packages of others -----------------------------------------------------------------------------------------------


@needs_ts48
@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
@either_way
@both_curves
def test_a_package_of_ts_48_is_downloaded_and_enabled(path: Path, indirect: bool, curve: Curve) -> None:
    there = scene(curve, indirect=indirect)
    order = there.smdp.order(path.read_bytes())
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    enabled = there.eim.queue(there.eid, operations.enable(order.iccid))
    (visit,) = there.poll().visits
    assert visit.failure == ""
    assert (wanted.state, enabled.codes) == (OrderState.DONE, (0,))
    assert there.enabled() == order.iccid
    assert there.waiting() == 0


def test_an_eim_that_sends_only_the_beginning_of_the_key_identifier() -> None:
    there = scene(indirect=True)
    order = there.smdp.order(operator(1).package)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    send = there.network.send

    def shortening(request: Esipa) -> bytes:
        received = send(request)
        if request.function != "initiateAuthentication":
            return received
        answer = tlv.parse(received)
        (ok,) = answer.children()
        fields = [
            tlv.encode(0x04, each.value[:5]) if each.tag == 0x04 else each.encoded for each in ok.children()
        ]
        return tlv.encode(answer.tag, tlv.encode(ok.tag, *fields))

    there.network.send = shortening  # type: ignore[method-assign]
    there.poll()
    assert wanted.state is OrderState.DONE
    assert there.states() == {ONE: False}


def test_an_eim_that_has_deleted_itself_has_nothing_downloaded_any_more() -> None:
    there = scene()
    gone = there.eim.queue(there.eid, operations.delete_eim(there.eim.identity.eim_id))
    order = there.smdp.order(operator(1).package)
    wanted = there.eim.download(there.eid, there.smdp.activation_code(order))
    there.poll()
    assert gone.state is OrderState.DONE
    assert wanted.state is not OrderState.DONE
    assert there.states() == {}
