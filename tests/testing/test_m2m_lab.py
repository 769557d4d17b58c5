"""The laboratory of SGP.02: a vehicle changes operator and SM-SR in a few lines, the same way for the same seed."""

from __future__ import annotations

import pytest

from euicc.testing.lab.m2m import NoAnswer
from euicc.testing.lab.m2m_lab import OTHER_SMSR, SMDP, SMSR, Equipped, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.es3 import (
    AuditEis,
    DeleteIsdp,
    ProfileNotification,
    ProfileState,
    SmsrChangeNotification,
)
from euicc.testing.m2m.es4 import PrepareSmsrChange, SetFallbackAttribute, SmsrChange
from euicc.testing.m2m.sms_network import Happening, SmsNetwork, SmsRule
from euicc.testing.profile_builder import Subscription

B = Subscription(imsi="001010000000001", iccid="8900101000000000001", spn="B")
A = Subscription(imsi="001020000000002", iccid="8900102000000000002", spn="A")


def changed(lab: M2mLab) -> Equipped:
    """A car that went from B to A."""
    car = lab.device("car", B, operator="B")
    lab.order(A)
    assert lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, A.iccid, enable=True)).status.ok
    assert lab.ask(SMSR, "A", SetFallbackAttribute(car.eid, A.iccid)).status.ok
    assert lab.ask(SMSR, "B", DeleteIsdp(car.eid, B.iccid)).status.ok
    return car


def test_a_vehicle_changes_its_operator() -> None:
    lab = M2mLab(seed=1)
    car = changed(lab)
    assert car.device.imsi == A.imsi
    eis = lab.ask(SMSR, "A", AuditEis(car.eid)).eis
    assert eis is not None
    assert [(each.iccid, each.state) for each in eis.profiles] == [(A.iccid, ProfileState.ENABLED)]
    assert ("B", ProfileNotification(car.eid, B.iccid, ProfileState.DISABLED)) in lab.told


def test_another_sm_sr_takes_the_card() -> None:
    lab = M2mLab(seed=1)
    car = changed(lab)
    assert lab.ask(OTHER_SMSR, "A", PrepareSmsrChange(car.eid, SMSR)).status.ok
    assert lab.ask(SMSR, "A", SmsrChange(car.eid, OTHER_SMSR)).status.ok
    lab.run()
    assert not lab.smsrs[SMSR].manages(car.eid)
    assert lab.smsrs[OTHER_SMSR].manages(car.eid)
    assert ("A", SmsrChangeNotification(car.eid, OTHER_SMSR)) in lab.told
    assert lab.ask(OTHER_SMSR, "A", AuditEis(car.eid)).status.ok


def test_a_card_that_loses_its_power_is_switched_on_again() -> None:
    lab = M2mLab(seed=1)
    car = lab.device("car", B)
    resets = car.device.resets
    car.card.nvm.lose_power_at = 1
    assert lab.ask(SMSR, "operator", AuditEis(car.eid)).status.ok
    assert car.device.resets == resets + 1


def test_the_same_seed_is_the_same_story() -> None:
    def story() -> tuple[float, int, bytes]:
        lab = M2mLab(seed=5, network=SmsNetwork(3, [SmsRule(Happening.LOST, probability=0.1)]))
        car = changed(lab)
        return lab.now, lab.network.count, car.card.transmit(bytes.fromhex("0084000008"))

    assert story() == story()


def test_a_function_that_nobody_answers_in_time() -> None:
    lab = M2mLab(seed=1)
    car = lab.device("car", B, covered=False)
    with pytest.raises(NoAnswer, match="AuditEis"):
        lab.ask(SMSR, "operator", AuditEis(car.eid), limit=3600)


def test_servers_that_are_not_there_are_told_at_once_and_hold_nothing_up() -> None:
    lab = M2mLab(seed=1)
    car = lab.device("car", B, operator="B")
    lab.order(A)
    assert lab.ask(SMSR, "B", PrepareSmsrChange(car.eid, SMSR)).status.ok
    for server, request in (
        (SMDP, DownloadProfile(car.eid, "nowhere", A.iccid)),
        (SMSR, SmsrChange(car.eid, "nowhere")),
    ):
        status = lab.ask(server, "B", request).status
        assert (status.subject, status.reason) == ("8.7", "3.9")
        assert lab.now < 60  # the SM-SR asks the card for something first
    assert lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, A.iccid, enable=True)).status.ok
    with pytest.raises(ValueError, match="there is no server nowhere: SM-SR, other SM-SR, SM-DP"):
        lab.ask("nowhere", "B", AuditEis(car.eid))


def test_two_devices_of_one_name() -> None:
    lab = M2mLab(seed=1)
    lab.device("car", B)
    with pytest.raises(ValueError, match="there is a device car"):
        lab.device("car", A)
