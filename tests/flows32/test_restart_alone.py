"""The device loses power after each step of what it does without asking an eIM, and starts again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apdu import tlv
from asn1.generated.sgp32 import EuiccMemoryResetRequest, StateChangeCause
from euicc.testing.eim import OrderState, operations
from ipa.errors import EuiccRefused
from ipa.ipad import Ipa
from tests.flows32.scene import Scene, operator
from tests.flows32.test_restart import PowerLoss, Watched
from tests.isdr.installed import install
from tests.sgp32.iot import ECALL

ONE, TWO = operator(1).iccid_bytes, operator(2).iccid_bytes
STEPS_MAX = 60
Options = EuiccMemoryResetRequest.ResetOptions


def cut(scene: Scene, steps: int, act: Callable[[Ipa], object], watched: Watched | None = None) -> bool:
    """Whether the power went before the device was done; card and device are off then."""
    try:
        act((watched or Watched()).watch(scene.ipa(), steps))
    except PowerLoss:
        scene.card.reset()
        return True
    return False


def every_step(case: Callable[[int], bool]) -> None:
    """Each step is the last one once, until the device comes to its end."""
    reached = next(steps for steps in range(1, STEPS_MAX) if not case(steps))
    assert reached > 2


def causes(scene: Scene) -> list[int | None]:
    return [each.cause for each in scene.eim.euiccs[scene.eid].state_changes]


# -- memory reset and escape ------------------------------------------------------------------------------------------


def escaped(steps: int) -> bool:
    scene = Scene()
    scene.install(1)
    scene.enable(1)
    scene.network.away.add(scene.eim.address)
    left = scene.eim.queue(scene.eid, operations.delete(ONE))
    configuration = scene.other.configuration(token=True)
    lost = cut(scene, steps, lambda ipa: ipa.escape(configuration))
    if lost:
        scene.ipa().escape(configuration)
    (eim,) = scene.ipa().eims()
    assert eim.id == "eim2"
    token = int.from_bytes(tlv.parse(eim.association_token or b"").value, "big")
    scene.other.associate(scene.eid, token=token)
    order = scene.other.queue(scene.eid, operations.disable(ONE))
    scene.network.away.clear()
    scene.poll()
    assert (order.state, left.state) == (OrderState.DONE, OrderState.WAITING), steps
    assert (scene.states(), scene.waiting()) == ({ONE: False}, 0), steps
    return lost


def test_an_escape_can_be_repeated() -> None:
    every_step(escaped)


def escaped_with_a_package_at_hand(steps: int) -> bool:
    """The eIM that is left behind has sent a package, which the card had executed or had not."""
    scene = Scene()
    scene.install(1)
    scene.enable(1)
    scene.eim.queue(scene.eid, operations.disable(ONE))
    lost = cut(scene, steps, lambda ipa: ipa.poll())
    executed = not scene.states()[ONE]
    scene.network.away.add(scene.eim.address)
    (token,) = scene.ipa().escape(scene.other.configuration(token=True))
    scene.other.associate(scene.eid, token=token)
    order = scene.other.queue(scene.eid, operations.list_eim())
    scene.poll()
    assert order.state is OrderState.DONE, steps
    assert scene.states() == {ONE: not executed}, steps
    assert scene.state.recall(scene.eid).unfinished == {}, steps
    asked = len(scene.surroundings.waited)
    scene.poll()
    assert len(scene.surroundings.waited) == asked, steps
    return lost


def test_what_an_eim_that_is_erased_has_sent_is_not_executed_any_more() -> None:
    every_step(escaped_with_a_package_at_hand)


def erased(steps: int) -> bool:
    """The device does what it was doing when it polls next: it need not be told again."""
    scene = Scene()
    scene.install(1, 2)
    scene.enable(1)
    watched = Watched()
    lost = cut(scene, steps, lambda ipa: ipa.reset_memory(Options.DELETE_OPERATIONAL_PROFILES), watched)
    for _ in range(2):
        watched.watch(scene.ipa()).poll()
    if not scene.states():
        assert causes(scene) == [StateChangeCause.RESET], steps
    else:
        assert (lost, scene.states()) == (True, {ONE: True, TWO: False}), steps
    assert scene.waiting() == 0, steps
    return lost


def test_a_memory_reset_is_told_whenever_the_power_goes() -> None:
    every_step(erased)


def test_a_memory_reset_that_the_card_refuses_is_not_told() -> None:
    scene = Scene()
    install(scene.card, 8, more=ECALL)
    scene.install(1)
    scene.enable(1)
    scene.ipa().enable_emergency_profile()
    scene.poll()
    with pytest.raises(EuiccRefused):
        scene.ipa().reset_memory(Options.RESET_EIM_CONFIG_DATA)
    scene.poll()
    assert causes(scene) == [StateChangeCause.EMERGENCY_PROFILE]


# -- packages that the eIM brings -------------------------------------------------------------------------------------


class Injecting:
    """An eIM and its device: what is not answered is sent again, as it was. The power goes once."""

    def __init__(self, scene: Scene, steps: int) -> None:
        self.scene, self.watched = scene, Watched()
        self._steps, self.lost = steps, False

    def send(self, message: bytes) -> bytes:
        """The device's answer, after a restart if need be."""
        if not self.lost:
            answers: list[bytes] = []
            self.lost = cut(
                self.scene,
                self._steps,
                lambda ipa: answers.append(ipa.transfer("eim1", message)),
                self.watched,
            )
            if answers:
                return answers[0]
        return self.watched.watch(self.scene.ipa()).transfer("eim1", message)

    def until_done(self) -> None:
        """The package of the eIM, or what it needs to know before; then the acknowledgement."""
        scene = self.scene
        while (message := scene.eim.transfer(scene.eid)) is not None:
            acknowledgement = scene.eim.transferred(scene.eid, self.send(message))
            if acknowledgement is not None:
                assert self.send(acknowledgement) == tlv.encode(0xBF4E, bytes.fromhex("0500"))


def injected(steps: int) -> bool:
    scene = Scene()
    scene.install(1, 2)
    scene.enable(1)
    scene.poll()
    order = scene.eim.queue(scene.eid, operations.enable(TWO))
    device = Injecting(scene, steps)
    device.until_done()
    assert order.state is OrderState.DONE, steps
    assert [each.code for each in order.results] == [0], steps
    assert scene.states() == {ONE: False, TWO: True}, steps
    assert scene.eim.euiccs[scene.eid].discarded == [], steps
    device.watched.watch(scene.ipa()).poll()
    assert scene.waiting() == 0, steps
    return device.lost


def test_the_power_goes_after_each_step_of_an_injection() -> None:
    every_step(injected)


def download_injected(steps: int) -> bool:
    scene = Scene()
    bought = scene.smdp.order(operator(1).package)
    wanted = scene.eim.download(scene.eid, scene.smdp.activation_code(bought))
    message = scene.eim.transfer(scene.eid)
    assert message is not None
    device = Injecting(scene, steps)
    assert device.send(message) == tlv.encode(0xBF4E, bytes.fromhex("0500"))
    device.watched.watch(scene.ipa()).poll()
    assert (wanted.state, scene.states(), scene.waiting()) == (OrderState.DONE, {ONE: False}, 0), steps
    return device.lost


def test_the_power_goes_after_each_step_of_an_injected_download() -> None:
    every_step(download_injected)


# -- emergency --------------------------------------------------------------------------------------------------------


def emergency(steps: int, on: bool) -> bool:
    """The user repeats the command; the eIM is told, and its package comes after the emergency."""
    scene = Scene()
    emergency_profile = install(scene.card, 8, more=ECALL).iccid
    scene.install(1)
    scene.enable(1)
    if not on:
        scene.ipa().enable_emergency_profile()
        scene.poll()
        scene.eim.euiccs[scene.eid].state_changes.clear()
    watched = Watched()
    lost = cut(scene, steps, Ipa.enable_emergency_profile if on else Ipa.disable_emergency_profile, watched)
    there = scene.enabled() == (emergency_profile if on else ONE)
    if there:
        watched.watch(scene.ipa()).poll()
        assert causes(scene) == [StateChangeCause.EMERGENCY_PROFILE], steps
        with pytest.raises(EuiccRefused):
            (Ipa.enable_emergency_profile if on else Ipa.disable_emergency_profile)(scene.ipa())
        scene.poll()
        assert causes(scene) == [StateChangeCause.EMERGENCY_PROFILE], steps
    else:
        assert lost, steps
    if scene.enabled() == emergency_profile:
        scene.ipa().disable_emergency_profile()
    order = scene.eim.queue(scene.eid, operations.disable(ONE))
    watched.watch(scene.ipa()).poll()
    assert (order.state, scene.enabled(), scene.waiting()) == (OrderState.DONE, None, 0), steps
    return lost


@pytest.mark.parametrize("on", [True, False])
def test_the_power_goes_after_each_step_of_an_emergency(on: bool) -> None:
    every_step(lambda steps: emergency(steps, on))


# -- a card that cannot -----------------------------------------------------------------------------------------------


def test_a_card_without_certificates_does_not_keep_the_device_from_going_on() -> None:
    scene = Scene()
    asked = scene.eim.request_data(scene.eid, 0xA5, 0xA6)
    ipa = scene.ipa()
    store_data = ipa._driver._card.store_data

    def answer(request: bytes) -> bytes:
        refused = request.startswith(bytes.fromhex("BF56"))
        return bytes.fromhex("BF560381017F") if refused else store_data(request)

    ipa._driver._card.store_data = answer  # type: ignore[method-assign]
    ipa.poll()
    assert (asked.state, asked.error) == (OrderState.REFUSED, 127)
    assert scene.state.recall(scene.eid).unfinished == {}
