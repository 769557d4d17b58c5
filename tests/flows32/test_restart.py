"""The device loses power after each step of each procedure, and starts again: nothing is lost, done or sent twice."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from apdu import tlv
from asn1.generated.sgp32 import StateChangeCause
from euicc.testing.eim import Order, OrderState, operations
from ipa.errors import EuiccRefused
from ipa.ipad import Ipa
from ipa.package_result import PackageResult
from ipa.procedures.leftovers import metadata_of
from ipa.servers import esipa
from ipa.state import StateFile, StateKeeper
from ipa.steps import Card, Connectivity, Esipa, Recall, Refresh, Remember, Server, Step
from tests.flows32.scene import Scene, operator
from tests.isdr.installed import install
from tests.sgp32.iot import FALLBACK_ALLOWED

ONE, TWO = operator(1).iccid_bytes, operator(2).iccid_bytes
WORK = (Card, Refresh, Esipa, Server, Remember, Recall, Connectivity)
RESULT, WITH_NOTIFICATIONS, NOTIFICATIONS = 0xBF51, 0x30, 0xA0


class PowerLoss(BaseException):
    """Not an error that anybody may handle."""


class Watched:
    """What an IPA sends is checked: nothing that it knows to be acknowledged."""

    def __init__(self) -> None:
        self.taken: set[int] = set()

    def watch(self, ipa: Ipa, steps: int | None = None) -> Ipa:
        """The power goes after so many steps."""
        perform = ipa._driver._perform
        done = 0

        def watched(step: Step) -> Any:
            nonlocal done
            assert not self.taken & set(sent(step))
            answer = perform(step)
            if isinstance(step, Remember):
                self.taken |= set(step.changes.get("acknowledged", ()))
            done += isinstance(step, WORK)
            if done == steps:
                raise PowerLoss
            return answer

        ipa._driver._perform = watched  # type: ignore[method-assign]
        return ipa


def sent(step: Step) -> list[int]:
    """The sequence numbers of the results and notifications in a message."""
    if isinstance(step, Server) and "pendingNotification" in step.body:
        return [metadata_of(b64decode(step.body["pendingNotification"])).seq_number]
    if not isinstance(step, Esipa):
        return []
    parts = tlv.parse(step.message).children()
    if step.function == esipa.HANDLE_NOTIFICATION:
        return [metadata_of(parts[0].value).seq_number]
    if step.function != esipa.PROVIDE_EIM_PACKAGE_RESULT:
        return []
    found: list[int] = []
    for part in parts[1].children() if parts[1].tag == WITH_NOTIFICATIONS else parts:
        if part.tag == RESULT:
            number = PackageResult.parse(part.encoded).seq_number
            found += [] if number is None else [number]
        elif part.tag == NOTIFICATIONS and parts[1].tag == WITH_NOTIFICATIONS:
            found += [metadata_of(each.encoded).seq_number for each in part.children()]
    return found


Case = Callable[[], tuple[Scene, list[Order], dict[bytes, bool]]]


def switch() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene = Scene()
    scene.install(1, 2)
    scene.enable(1)
    order = scene.eim.queue(scene.eid, operations.enable(TWO, rollback=True), operations.delete(ONE))
    return scene, [order], {ONE: False, TWO: True}


def rolled_back() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene, orders, _ = switch()
    scene.without_network(2)
    return scene, orders, {ONE: True, TWO: False}


def delete_and_list() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene = Scene()
    scene.install(1, 2)
    orders: list[Order] = [
        scene.eim.queue(scene.eid, operations.delete(ONE)),
        scene.eim.request_data(scene.eid, 0xA0, 0xA2, 0xBF22, 0xA5, 0xA6),
        scene.eim.queue(scene.eid, operations.list_eim()),
    ]
    return scene, orders, {TWO: False}


def leave() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene = Scene()
    first = scene.eim.queue(scene.eid, operations.add_eim(scene.other.configuration()))
    scene.poll()
    scene.other.associate(scene.eid)
    gone = scene.eim.queue(scene.eid, operations.delete_eim("eim1"))
    return scene, [first, gone], {}


def download(indirect: bool = False) -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene = Scene(indirect=indirect)
    order = scene.smdp.order(operator(1).package)
    wanted = scene.eim.download(scene.eid, scene.smdp.activation_code(order))
    return scene, [wanted], {ONE: False}


def indirect_download() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    return download(indirect=True)


def refused() -> tuple[Scene, list[Order], dict[bytes, bool]]:
    scene = Scene()
    order = scene.eim.queue(scene.eid, operations.disable(ONE))
    return scene, [order], {}


CASES: tuple[Case, ...] = (switch, rolled_back, delete_and_list, leave, download, indirect_download, refused)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_power_goes_after_each_step(case: Case) -> None:
    steps = 1
    while interrupted(case, steps):
        steps += 1
    assert steps > 10


def interrupted(case: Case, steps: int) -> bool:
    """Whether the power went before everything was done; in the end everything is, once."""
    scene, orders, states = case()
    watched = Watched()
    lost = False
    try:
        watched.watch(scene.ipa(), steps).poll()
    except PowerLoss:
        lost = True
    for _ in range(2):
        watched.watch(scene.ipa()).poll()
    assert [order.state for order in orders] == [OrderState.DONE] * len(orders), steps
    assert scene.states() == states, steps
    assert scene.waiting() == 0, steps
    state = scene.state.recall(scene.eid)
    assert (state.unfinished, state.acknowledged) == ({}, ()), steps
    return lost


def test_a_state_file_comes_back(tmp_path: Any) -> None:
    path = tmp_path / "state.json"
    for steps in (5, 12, 30):
        scene, orders, states = download()
        path.unlink(missing_ok=True)
        scene.state = StateFile(path)
        with pytest.raises(PowerLoss):
            Watched().watch(scene.ipa(), steps).poll()
        scene.state = StateFile(path)
        scene.poll()
        assert orders[0].state is OrderState.DONE
        assert scene.states() == states


def test_nothing_is_executed_twice_when_even_the_state_is_lost() -> None:
    for steps in range(1, 40):
        scene, orders, states = switch()
        try:
            Watched().watch(scene.ipa(), steps).poll()
        except PowerLoss:
            scene.state = StateKeeper()
        scene.poll()
        scene.poll()
        assert orders[0].state is OrderState.DONE
        assert scene.states() == states
        assert scene.waiting() == 0


def test_a_fallback_is_told_whenever_the_power_goes() -> None:
    for steps in range(1, 8):
        scene = Scene()
        holder = install(scene.card, 9, more=FALLBACK_ALLOWED)
        scene.install(1)
        scene.enable(1)
        scene.eim.queue(scene.eid, operations.set_fallback_attribute(holder.iccid))
        scene.poll()
        try:
            Watched().watch(scene.ipa(), steps).fall_back()
        except PowerLoss:
            scene.card.reset()
        scene.poll()
        causes = [each.cause for each in scene.eim.euiccs[scene.eid].state_changes]
        if scene.enabled() == holder.iccid:
            assert causes == [StateChangeCause.FALLBACK], steps
    assert scene.enabled() == holder.iccid


def test_a_fallback_that_does_not_come_about_is_not_told() -> None:
    scene = Scene()
    scene.install(1)
    scene.enable(1)
    with pytest.raises(EuiccRefused):
        scene.ipa().fall_back()
    scene.poll()
    assert scene.eim.euiccs[scene.eid].state_changes == []
