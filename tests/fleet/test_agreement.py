"""What does not agree is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from euicc.testing.m2m.eis import Eis, KeySet
from euicc.testing.m2m.es3 import ProfileState
from euicc.testing.ota import KeySet as Scp80Keys
from examples.fleet.agreement import disagreements, opens, still_served
from tests.fleet.scene import NUMBER, Scene, scene


@pytest.fixture
def here() -> Scene:
    made = scene()
    made.vehicle.start()
    return made


def found(here: Scene, eis: Eis) -> list[str]:
    return [*disagreements(here.vehicle, here.b, NUMBER, eis, eis)]


def test_a_card_from_the_factory_is_as_its_eis_says(here: Scene) -> None:
    assert found(here, here.factory.eis(NUMBER)) == []


def test_another_state(here: Scene) -> None:
    eis = here.factory.eis(NUMBER).each_profile(lambda each: replace(each, state=ProfileState.DISABLED))
    assert "the EIS says" in found(here, eis)[0]
    assert "not operator B's profile is enabled" in found(here, eis)


def test_another_holder_of_the_fallback_attribute(here: Scene) -> None:
    eis = here.factory.eis(NUMBER).each_profile(lambda each: replace(each, fallback=False))
    assert len(found(here, eis)) == 1


def test_other_keys(here: Scene) -> None:
    eis = here.factory.eis(NUMBER)
    more = replace(eis.isd_r, key_sets=(*eis.isd_r.key_sets, KeySet(0x02)))
    assert len(found(here, replace(eis, isd_r=more))) == 1


def test_an_audit_that_finds_something_else(here: Scene) -> None:
    eis = here.factory.eis(NUMBER)
    audited = eis.each_profile(lambda each: replace(each, fallback=False))
    assert [*disagreements(here.vehicle, here.b, NUMBER, eis, audited)] == ["the audit changed the EIS"]


def test_another_operator(here: Scene) -> None:
    eis = here.factory.eis(NUMBER)
    assert [*disagreements(here.vehicle, here.a, NUMBER, eis, eis)] == [
        "not operator A's profile is enabled",
        "the network of operator A does not admit it",
    ]


def test_a_network_that_does_not_admit_it(here: Scene) -> None:
    here.b.network.bar(here.b.imsi(NUMBER))
    assert found(here, here.factory.eis(NUMBER)) == ["the network of operator B does not admit it"]


def test_an_operator_that_still_serves_a_vehicle_that_left(here: Scene) -> None:
    assert [*still_served(here.b, NUMBER)] == ["operator B still serves it"]
    here.b.network.bar(here.b.imsi(NUMBER))
    assert [*still_served(here.b, NUMBER)] == []


def test_the_keys_of_the_eis_open_the_card_and_others_do_not(here: Scene) -> None:
    keys = here.factory.eis(NUMBER).isd_r.key_sets[0].scp80()
    assert opens(here.vehicle, keys, 1)
    assert opens(here.vehicle, keys, 2)
    assert not opens(here.vehicle, Scp80Keys(keys.version, keys.kic, bytes(16)), 3)
    assert not opens(here.vehicle, Scp80Keys(2, keys.kic, keys.kid), 4)
