"""eUICC Packages from the eIM's queue to the card and back, and the way back when there is no network."""

from __future__ import annotations

import pytest

from asn1.generated.sgp32 import StateChangeCause
from euicc.crypto import curves
from euicc.testing.eim import OrderState, PackageOrder, operations
from ipa.errors import EimUnknown, EuiccRefused
from tests.flows32.scene import Scene, operator
from tests.isdr.installed import install
from tests.sgp32.iot import FALLBACK_ALLOWED

ONE, TWO = operator(1).iccid_bytes, operator(2).iccid_bytes


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("as_json", [False, True], ids=["ASN.1", "JSON"])
@pytest.mark.parametrize("token", [False, True], ids=["", "token"])
def test_a_profile_is_enabled(curve: curves.Curve, as_json: bool, token: bool) -> None:
    scene = Scene(curve, token=token)
    scene.network.as_json = as_json
    scene.install(1)
    order = scene.eim.queue(scene.eid, operations.enable(ONE))
    (visit,) = scene.poll().visits
    assert visit.failure == ""
    assert order.state is OrderState.DONE
    assert order.codes == (0,)
    assert scene.enabled() == ONE
    again = scene.poll()
    assert again.leftovers == ()
    assert again.visits[0].work == ()


def test_there_is_nothing_to_do() -> None:
    scene = Scene()
    scene.poll()
    assert scene.network.asked == ["getEimPackage"]


def switched(*, rollback: bool = True) -> tuple[Scene, PackageOrder]:
    """Operator 1 is enabled, and a package enables operator 2."""
    scene = Scene()
    scene.install(1, 2)
    scene.enable(1)
    return scene, scene.eim.queue(scene.eid, operations.enable(TWO, rollback=rollback))


def test_a_switch_with_a_network_on_either_side() -> None:
    scene, order = switched()
    (visit,) = scene.poll().visits
    assert (visit.failure, order.codes, scene.enabled()) == ("", (0,), TWO)
    assert not order.was_rolled_back
    assert scene.waiting() == 0


def test_a_switch_is_rolled_back_where_there_is_no_network() -> None:
    scene, order = switched()
    scene.without_network(2)
    polled = scene.poll()
    (visit,) = polled.visits
    assert [work.rolled_back for work in visit.work if work.package == order.request] == [True]
    assert visit.failure == ""
    assert scene.enabled() == ONE
    assert order.was_rolled_back
    assert polled.notifications == ()
    assert scene.waiting() == 0
    assert scene.poll().leftovers == ()


def test_without_the_flag_there_is_no_way_back() -> None:
    scene, order = switched(rollback=False)
    scene.without_network(2)
    (visit,) = scene.poll().visits
    assert "no network" in visit.failure
    assert "rollback not allowed" in visit.work[0].remark
    assert scene.enabled() == TWO
    assert order.is_outstanding
    scene.without_network()
    (leftover,) = scene.poll().leftovers
    assert leftover.failure == ""
    assert (order.state, order.codes) == (OrderState.DONE, (0,))
    assert scene.waiting() == 0


def test_a_network_that_is_there_but_leads_nowhere() -> None:
    scene, order = switched()
    scene.without_network(2)
    scene.surroundings.connected = lambda: True  # type: ignore[method-assign]
    scene.poll()
    assert scene.surroundings.waited == [5.0, 10.0]
    assert (scene.enabled(), order.was_rolled_back) == (ONE, True)


def test_operations_of_each_kind() -> None:
    scene = Scene()
    scene.install(1, 2)
    profiles = scene.eim.queue(
        scene.eid, operations.list_profile_info(), operations.enable(ONE), operations.delete(TWO)
    )
    eims = scene.eim.queue(scene.eid, operations.list_eim())
    address = scene.eim.queue(scene.eid, operations.set_default_dp_address("dp.example.com"))
    scene.poll()
    assert [each.state for each in (profiles, eims, address)] == [OrderState.DONE] * 3
    assert list(scene.states().items()) == [(ONE, True)]
    assert scene.waiting() == 0


def test_a_refused_package_is_reported_and_leaves_nothing() -> None:
    scene = Scene()
    order = scene.eim.queue(scene.eid, operations.list_eim())
    scene.eim.euiccs[scene.eid].token = 99  # not the one the card has made
    scene.poll()
    assert order.state is OrderState.UNCONFIRMED
    assert scene.state.recall(scene.eid).unfinished == {}


# -- several eIMs -----------------------------------------------------------------------------------------------------


def test_an_euicc_is_handed_over() -> None:
    scene = Scene()
    handover = scene.eim.hand_over(scene.eid, scene.other)
    scene.poll()
    scene.poll()
    assert handover.is_complete
    assert [each.id for each in scene.ipa().eims()] == ["eim2"]
    order = scene.other.queue(scene.eid, operations.list_eim())
    scene.poll()
    assert order.state is OrderState.DONE
    assert scene.waiting() == 0


def test_the_other_eim_is_told_of_a_change() -> None:
    scene = Scene()
    scene.install(1)
    scene.eim.queue(scene.eid, operations.add_eim(scene.other.configuration()))
    scene.poll()
    scene.other.associate(scene.eid)
    scene.eim.queue(scene.eid, operations.enable(ONE))
    scene.poll()
    (change,) = scene.other.euiccs[scene.eid].state_changes
    assert change.cause == StateChangeCause.OTHER_EIM
    assert scene.eim.euiccs[scene.eid].state_changes == []
    scene.poll()
    assert len(scene.other.euiccs[scene.eid].state_changes) == 1


def test_an_eim_that_is_away_does_not_keep_another_from_its_work() -> None:
    scene = Scene()
    scene.eim.queue(scene.eid, operations.add_eim(scene.other.configuration()))
    scene.poll()
    scene.other.associate(scene.eid)
    order = scene.other.queue(scene.eid, operations.list_eim())
    scene.network.away.add(scene.eim.address)
    first, second = scene.poll().visits
    assert "cannot be reached" in first.failure
    assert (second.failure, order.state) == ("", OrderState.DONE)


def test_an_eim_of_no_name() -> None:
    with pytest.raises(EimUnknown, match="eim7"):
        Scene().poll(eim_id="eim7")


# -- without an eIM ---------------------------------------------------------------------------------------------------


def test_a_lock_in_is_escaped() -> None:
    scene = Scene()
    scene.install(1)
    scene.enable(1)
    (token,) = scene.ipa().escape(scene.other.configuration(token=True))
    scene.other.associate(scene.eid, token=token)
    order = scene.other.queue(scene.eid, operations.list_profile_info())
    scene.poll()
    assert order.state is OrderState.DONE
    assert scene.enabled() == ONE
    assert [each.id for each in scene.ipa().eims()] == ["eim2"]


def test_fallback_and_back() -> None:
    scene = Scene()
    holder = install(scene.card, 9, more=FALLBACK_ALLOWED)
    scene.install(1)
    scene.enable(1)
    attribute = scene.eim.queue(scene.eid, operations.set_fallback_attribute(holder.iccid))
    scene.poll()
    assert attribute.codes == (0,)
    scene.ipa().fall_back()
    assert scene.enabled() == holder.iccid
    scene.poll()
    assert [each.cause for each in scene.eim.euiccs[scene.eid].state_changes] == [StateChangeCause.FALLBACK]
    scene.ipa().return_from_fallback()
    assert scene.enabled() == ONE


def test_fallback_without_a_profile_for_it() -> None:
    scene = Scene()
    scene.install(1)
    scene.enable(1)
    with pytest.raises(EuiccRefused, match="fallback not available"):
        scene.ipa().fall_back()
