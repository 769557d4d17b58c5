"""A device whose card is behind a modem follows its subscription, too."""

from __future__ import annotations

import pytest

from apdu.transport.modem import Modem
from ipa.lpa import Lpa
from ipa.modem import ModemAccess, Way
from ipa.network_settings import NetworkSettings
from ipa.subscription import read_subscription
from tests.ipa.subscribed import HOME, IMEI, OTHER, Following, card_with
from tests.modem.typist import ModemPort

SMSC = "+491700000001"


def access_to(modem: Modem, way: Way | None = None, **options: object) -> ModemAccess:
    return ModemAccess(ModemPort(modem, **options), way=way, patience=2.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("way", [*Way])
def test_each_change_is_told_once(way: Way) -> None:
    following = Following()
    with access_to(Modem(card_with(HOME, OTHER)), way) as access, Lpa(access) as lpa:
        access.on_subscription(IMEI, following)
        lpa.profiles()
        lpa.profiles()
        lpa.enable(OTHER.iccid)
        assert following.asked == [(IMEI, HOME.imsi), (IMEI, OTHER.imsi)]
        lpa.disable(OTHER.iccid)
        lpa.enable(HOME.iccid)
        lpa.profiles()
    assert [imsi for _, imsi in following.asked] == [HOME.imsi, OTHER.imsi, HOME.imsi]


@pytest.mark.parametrize("lacks", [(), ("+CSIM",), ("+CCHO",)])
def test_settings_are_applied(lacks: tuple[str, ...]) -> None:
    card = card_with(HOME)
    with access_to(Modem(card), lacks=lacks) as access, Lpa(access) as lpa:
        lpa.profiles()
        before = access.settings
        access.on_subscription(IMEI, lambda imei, subscription: NetworkSettings(("iot.example", "x"), SMSC))
        settings = access.settings
    assert before is None
    assert settings is not None
    assert (settings.access_points, settings.refused) == (("iot.example",), ("x",))
    assert settings.smsc_on_card
    assert read_subscription(card).smsc == SMSC
