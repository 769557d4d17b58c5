"""eUICC Packages from the eIM's queue to the card and back, and the way back when there is no network."""

from __future__ import annotations

import pytest

from euicc.crypto import curves
from euicc.testing.eim import OrderState, operations
from tests.flows32.scene import Scene, operator

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
