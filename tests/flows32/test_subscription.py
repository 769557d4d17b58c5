"""An IoT device whose eIM changes profiles asks for its network settings each time, rolled back or not."""

from __future__ import annotations

from euicc.testing.eim import operations
from ipa.ipad import IPA_IN_DEVICE, Ipa
from ipa.terminal import Terminal
from tests.flows32.scene import Scene, operator
from tests.ipa.subscribed import IMEI, Following

ONE, TWO = operator(1), operator(2)


def following(scene: Scene) -> tuple[Ipa, Following]:
    """The device of a scene, with operator 1 enabled and a package for operator 2 waiting."""
    scene.install(1, 2)
    scene.enable(1)
    scene.eim.queue(scene.eid, operations.enable(TWO.iccid_bytes, rollback=True))
    terminal, asked = Terminal(scene.card, capability=IPA_IN_DEVICE), Following()
    terminal.on_subscription(IMEI, asked)
    ipa = Ipa(
        terminal,
        state=scene.state,
        servers=scene.network,
        eims=scene.network,
        surroundings=scene.surroundings,
    )
    return ipa, asked


def test_a_change_by_package() -> None:
    ipa, asked = following(Scene())
    (visit,) = ipa.poll().visits
    assert visit.failure == ""
    assert asked.asked == [(IMEI, ONE.imsi), (IMEI, TWO.imsi)]
    assert [each.iccid for each in asked.seen] == [ONE.iccid, TWO.iccid]


def test_a_change_that_is_rolled_back() -> None:
    scene = Scene()
    ipa, asked = following(scene)
    scene.without_network(2)
    ipa.poll()
    assert scene.enabled() == ONE.iccid_bytes
    assert [imsi for _, imsi in asked.asked] == [ONE.imsi, TWO.imsi, ONE.imsi]
