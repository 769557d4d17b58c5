from __future__ import annotations

from euicc.testing.network import Admission
from tests.fleet.scene import NUMBER, scene


def test_a_vehicle_is_at_home_in_the_network_of_its_profile() -> None:
    here = scene()
    here.vehicle.start()
    assert here.vehicle.imsi == here.b.imsi(NUMBER)
    assert here.air.sms.number_of(here.vehicle.vin) == here.b.subscription(NUMBER).msisdn
    assert here.vehicle.attach() is Admission.ADMITTED


def test_what_is_barred_does_not_get_in() -> None:
    here = scene()
    here.b.network.bar(here.b.imsi(NUMBER))
    here.vehicle.start()
    assert not here.vehicle.in_service
    assert here.vehicle.attach() is Admission.BARRED


def test_out_of_coverage_and_back() -> None:
    here = scene()
    here.vehicle.start()
    here.vehicle.move(covered=False)
    assert not here.vehicle.in_service
    assert here.vehicle.attach() is None
    here.vehicle.move(covered=True)
    assert here.vehicle.in_service


def test_a_network_that_is_not_there() -> None:
    here = scene()
    here.vehicle.absent = {here.b.plmn}
    here.vehicle.start()
    assert not here.vehicle.in_service
    here.vehicle.absent = set()
    here.vehicle.move(covered=True)
    assert here.vehicle.in_service


def test_where_the_power_goes_the_device_stays_off_until_it_is_started() -> None:
    here = scene()
    here.vehicle.start()
    with here.vehicle.card.nvm.transaction():
        pass
    here.vehicle.lose_power_at(1)
    # The sequence number of AKA is written.
    here.vehicle.move(covered=True)
    assert (here.vehicle.powered, here.vehicle.in_service, here.vehicle.power_losses) == (False, False, 1)
    assert here.vehicle.wake is None
    here.vehicle.start()
    assert (here.vehicle.powered, here.vehicle.in_service) == (True, True)


def test_a_card_is_the_same_every_time_it_is_made() -> None:
    first, second = scene().factory, scene().factory
    assert first.card(3).transmit(b"\x00\xa4\x00\x04\x02\x2f\xe2") == second.card(3).transmit(
        b"\x00\xa4\x00\x04\x02\x2f\xe2"
    )
    assert first.eis(3) == second.eis(3)
    assert first.eis(3).eid != first.eis(4).eid
    assert len({first.imei(number) for number in range(50)}) == 50
