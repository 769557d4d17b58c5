"""A profile comes, is enabled, and the old one goes: through SM-DP and SM-SR, with any message lost on the way."""

from __future__ import annotations

import pytest

from euicc.testing.lab.m2m_lab import SMDP, SMSR, Equipped, M2mLab
from euicc.testing.m2m.es2 import DownloadProfile
from euicc.testing.m2m.es3 import DeleteIsdp, ProfileState
from euicc.testing.m2m.es4 import SetFallbackAttribute
from euicc.testing.m2m.sms_network import Happening, SmsRule
from euicc.testing.profile_builder import Subscription

OLD = Subscription(iccid="8900101234567890123", imsi="001010123456063", isim=False, fivegs=False)
NEW = Subscription(iccid="8900101234567890131", imsi="001010123456071", isim=False, fivegs=False)
A, B = "A", "B"
ATTEMPTS = 10
STRIDE = 4
"""Of the messages, every so-manieth is tried: there are blocks of many that are alike."""


def prepared() -> tuple[M2mLab, Equipped]:
    lab = M2mLab(1)
    car = lab.device("car", OLD, operator=B)
    lab.order(NEW)
    return lab, car


def changed(lab: M2mLab, car: Equipped) -> None:
    """EIS and card agree at the end. An SM-DP that lost too many answers is asked again."""
    download = DownloadProfile(car.eid, SMSR, NEW.iccid, enable=True)
    assert any(lab.ask(SMDP, A, download).status.ok for _ in range(ATTEMPTS))
    assert lab.ask(SMSR, A, SetFallbackAttribute(car.eid, NEW.iccid)).status.ok
    assert lab.ask(SMSR, B, DeleteIsdp(car.eid, OLD.iccid)).status.ok
    eis = lab.smsrs[SMSR].eis(car.eid)
    assert eis is not None
    assert [(each.iccid, each.state) for each in eis.profiles] == [(NEW.iccid, ProfileState.ENABLED)]
    (profile,) = car.card.isdr.profiles.all()
    assert profile.enabled
    assert profile.aid == eis.profiles[0].isd_p


@pytest.fixture(scope="module")
def messages() -> range:
    lab, car = prepared()
    first = lab.network.count + 1
    changed(lab, car)
    return range(first, lab.network.count + 1)


def test_a_message_gets_lost(messages: range) -> None:
    assert len(messages) > 30
    for number in messages[::STRIDE]:
        lab, car = prepared()
        lab.network.reseed(1, [SmsRule(Happening.LOST, frozenset({number}))])
        changed(lab, car)
        assert lab.network.lost == 1


@pytest.mark.parametrize("seed", range(3))
def test_many_messages_get_lost(seed: int) -> None:
    lab, car = prepared()
    lab.network.reseed(seed, [SmsRule(Happening.LOST, probability=0.1)])
    changed(lab, car)
    assert lab.network.lost > 3
