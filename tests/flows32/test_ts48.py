"""Every TS.48 package through eIM, SM-DP+ and IPA: by the device itself and through the eIM, on both curves."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc.crypto import curves
from euicc.crypto.curves import Curve
from euicc.testing.eim import OrderState, operations
from tests.data import needs_ts48, ts48_packages
from tests.flows32.scene import Scene

pytestmark = needs_ts48


@pytest.mark.parametrize("path", ts48_packages(), ids=lambda path: str(path.stem))
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
@pytest.mark.parametrize("indirect", [False, True], ids=["direct", "indirect"])
def test_a_package_is_downloaded_for_the_eim_and_enabled_by_it(
    path: Path, curve: Curve, indirect: bool
) -> None:
    there = Scene(curve, indirect=indirect)
    order = there.smdp.order(path.read_bytes())
    download = there.eim.download(there.eid, there.smdp.activation_code(order))
    there.poll()
    assert download.state is OrderState.DONE
    assert there.states() == {order.iccid: False}
    switch = there.eim.queue(there.eid, operations.enable(order.iccid))
    there.poll()
    assert (switch.state, switch.codes) == (OrderState.DONE, (0,))
    assert there.enabled() == order.iccid
    assert there.waiting() == 0
    assert len(there.smdp.notifications) == 2
