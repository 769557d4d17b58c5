"""ES2.DownloadProfile with a real SM-SR and networks between that lose, delay and repeat; and with power that goes."""

from __future__ import annotations

import pytest

from euicc.m2m import connectivity
from euicc.m2m.isdr import M2mIsdR
from euicc.testing.lab.m2m_lab import SMDP, SMSR, Equipped, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile, UpdateConnectivityParameters
from euicc.testing.m2m.es3 import ProfileState
from euicc.testing.m2m.es4 import MasterDelete
from euicc.testing.m2m.sms_network import Happening, SmsNetwork, SmsRule
from euicc.testing.profile_builder import Subscription
from euicc.testing.smdp_m2m import Manner, Order, OrderState, Smdp

OLD = Subscription(iccid="8900101234567890123", imsi="001010123456063")
NEW = Subscription(iccid="8900101234567890131", imsi="001010123456071", isim=False, fivegs=False)


def delivered(*rules: SmsRule, seed: int = 1) -> tuple[M2mLab, Equipped, Order]:
    lab = M2mLab(seed, network=SmsNetwork(seed, rules))
    car = lab.device("car", OLD, operator="B")
    return lab, car, lab.order(NEW)


def states(lab: M2mLab, car: Equipped) -> dict[str, ProfileState]:
    """By ICCID, as the SM-SR has them."""
    eis = lab.smsrs[SMSR].eis(car.eid)
    assert eis is not None
    return {profile.iccid: profile.state for profile in eis.profiles}


def isdr_of(car: Equipped) -> M2mIsdR:
    assert isinstance(car.card.isdr, M2mIsdR)
    return car.card.isdr


def agreed(lab: M2mLab, car: Equipped, order: Order) -> None:
    """Card, SM-SR and SM-DP say the same: the new profile is enabled."""
    assert order.state is OrderState.INSTALLED
    assert states(lab, car) == {OLD.iccid: ProfileState.DISABLED, NEW.iccid: ProfileState.ENABLED}
    enabled = car.card.isdr.profiles.enabled()
    assert enabled is not None
    assert enabled.aid == order.isd_p
    assert car.card.isdr.profiles.package(order.isd_p) == order.package


def test_downloaded_and_enabled() -> None:
    lab, car, order = delivered()
    response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid, enable=True))
    assert response.status.ok
    agreed(lab, car, order)


@pytest.mark.parametrize("seed", range(4))
def test_in_a_bad_network(seed: int) -> None:
    rules = (
        SmsRule(Happening.LOST, probability=0.03),
        SmsRule(Happening.DELAYED, probability=0.1, seconds=40),
        SmsRule(Happening.REPEATED, probability=0.1, seconds=90),
    )
    lab, car, order = delivered(*rules, seed=seed)
    for _ in range(10):
        response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid, enable=True))
        if response.status.ok:
            break
    assert response.status.ok
    agreed(lab, car, order)


@pytest.mark.parametrize("write", [1, 5, 9, 14, 20, 27, 35])
def test_power_that_goes_within(write: int) -> None:
    lab, car, order = delivered()
    car.card.nvm.lose_power_at = write
    for _ in range(5):
        response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid, enable=True))
        if response.status.ok:
            break
    assert not car.card.nvm.lose_power_at  # the power did go
    assert response.status.ok
    agreed(lab, car, order)


def test_an_sm_dp_that_starts_anew() -> None:
    lab, car, _ = delivered()
    lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid))
    again = Smdp(lab.smdp.identity)
    order = again.orders.add(Order(lab.smdp.orders.take(car.eid, NEW.iccid, "").package))
    lab.add_smdp(again)
    response = lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid, enable=True))
    assert response.status.ok
    agreed(lab, car, order)


def test_connectivity_parameters() -> None:
    lab, car, order = delivered()
    lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid))
    value = bytes.fromhex("A003810155")
    request = UpdateConnectivityParameters(car.eid, SMSR, NEW.iccid, value)
    assert lab.ask(SMDP, "A", request).status.ok
    assert connectivity.parameters(isdr_of(car), order.isd_p) == value


def test_a_token_of_the_sm_dp_deletes_what_pol1_protects() -> None:
    lab = M2mLab(1)
    car = lab.device("car", OLD, operator="B")
    lab.smdp = Smdp(lab.smdp.identity, manner=Manner(token_keys=True))
    lab.add_smdp(lab.smdp)
    order = lab.order(
        Subscription(iccid=NEW.iccid, imsi=NEW.imsi, isim=False, fivegs=False, pol1=0x02),
    )
    assert lab.ask(SMDP, "A", DownloadProfile(car.eid, SMSR, NEW.iccid)).status.ok
    token = lab.smdp.deletion_token(car.eid, NEW.iccid, b"\x89\x04", b"\x01", b"operator")
    wrong = type(token)(token.issuer, token.image, token.application_provider, token.identifier, bytes(16))
    assert not lab.ask(SMSR, "A", MasterDelete(car.eid, NEW.iccid, wrong)).status.ok
    assert lab.ask(SMSR, "A", MasterDelete(car.eid, NEW.iccid, token)).status.ok
    assert isdr_of(car).isd_ps.by_aid(order.isd_p) is None
    assert states(lab, car) == {OLD.iccid: ProfileState.ENABLED}
