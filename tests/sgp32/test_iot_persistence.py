"""What an IoT eUICC keeps in its file, and what it forgets with the power; with signed packages where these act."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import tlv
from asn1 import BitString
from euicc import Card
from tests.isdr.es10 import enabled, open_isdr
from tests.isdr.installed import TEST, install
from tests.rsp.contents import contents, profile
from tests.rsp.device import Device as DownloadingDevice
from tests.rsp.device import pki
from tests.rsp.server import ADDRESS, Server
from tests.sgp32.device import Device
from tests.sgp32.eim import Eim, code, configure_immediate_enable, set_fallback
from tests.sgp32.eim import enable as enable_by_package
from tests.sgp32.iot import (
    ECALL,
    EMERGENCY,
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FALLBACK,
    FALLBACK_ALLOWED,
    FROM_FALLBACK,
    IMMEDIATE_ENABLE,
    NORMAL,
    TO_FALLBACK,
    arranged,
    iot_card,
    request,
    reset,
    run,
    tell,
)

IMMEDIATE_FLAG = tlv.encode(0x80)


def test_attribute_by_package_then_fallback_emergency_and_both_ways_back_through_files(
    tmp_path: Path,
) -> None:
    """The card is closed and opened again after each step."""
    path = tmp_path / "card"
    card = iot_card()
    install(card, NORMAL, enabled=True)
    install(card, FALLBACK, more=FALLBACK_ALLOWED)
    install(card, EMERGENCY, more=ECALL)
    side, eim = Device(card), Eim()
    side.associate(eim)
    assert side.psmo(eim, set_fallback(FALLBACK)) == [code(0x8D, 0)]
    card.save(path)
    for function, expected in (
        (TO_FALLBACK, FALLBACK),
        (EMERGENCY_ON, EMERGENCY),
        (EMERGENCY_OFF, FALLBACK),
        (FROM_FALLBACK, NORMAL),
    ):
        with Card.open(path) as opened:
            run(opened, function, refresh=True)
            assert enabled(open_isdr(opened)) == [expected]


def test_immediate_enable_by_package(tmp_path: Path) -> None:
    """The eIM configures it for one SM-DP+; it is there after the power was off, the download before is not."""
    card = Card.manufacture(pki=pki(), seed=1, variant="sgp32")
    side, eim = Device(card), Eim()
    side.associate(eim)
    wanted = configure_immediate_enable(IMMEDIATE_FLAG, tlv.encode(0x82, ADDRESS.encode()))
    assert side.psmo(eim, wanted) == [code(0x87, 0)]
    downloading = DownloadingDevice(card, Server(pki()))
    downloading.install(contents())
    card.save(tmp_path / "card")
    with Card.open(tmp_path / "card") as opened:
        again = DownloadingDevice(opened, Server(pki()))
        assert again.send(request(IMMEDIATE_ENABLE)) == bytes.fromhex("BF5A03800104")
        again.install(contents(profile("8900101234567890131")))
        assert again.send(request(IMMEDIATE_ENABLE)) == bytes.fromhex("BF5A03800100")
        off = Device(opened)
        assert off.psmo(eim, configure_immediate_enable()) == [code(0x87, 0)]
        assert off.send(request(IMMEDIATE_ENABLE)) == bytes.fromhex("BF5A03800101")


@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize(("there", "back"), [(TO_FALLBACK, FROM_FALLBACK), (EMERGENCY_ON, EMERGENCY_OFF)])
def test_the_way_back_leads_to_what_a_package_promised(there: int, back: int, refresh: bool) -> None:
    """The package's result says that profile 4 is enabled; its REFRESH had not come yet."""
    card = arranged()
    install(card, 4)
    side, eim = Device(card), Eim()
    side.associate(eim)
    assert side.psmo(eim, enable_by_package(4)) == [code(0x83, 0)]
    assert side.enabled() == [NORMAL]
    run(card, there, refresh=refresh)
    run(card, back, refresh=refresh)
    assert enabled(open_isdr(card)) == [4]


def test_a_switch_ends_the_session() -> None:
    """The challenge handed out before is worth nothing after."""
    card = Card.manufacture(pki=pki(), seed=1, variant="sgp32")
    install(card, NORMAL, enabled=True)
    install(card, EMERGENCY, more=ECALL)
    side = DownloadingDevice(card, Server(pki()))
    for function in (EMERGENCY_ON, EMERGENCY_OFF):
        challenge = side.challenge()
        side.send(request(function))
        refused = side.authenticate(side.server.authenticate_server(challenge)).authenticate_response_error
        assert refused is not None
        assert refused.authenticate_error_code == 4


def test_bits_about_test_profiles_need_support_of_them() -> None:
    """Ignored where rspCapability has no testProfileSupport."""
    for supported in (True, False):
        card = iot_card(rsp_capability=(0, 3) if supported else (0,))
        install(card, 1, profile_class=TEST, preloaded=True)
        install(card, 2, profile_class=TEST)
        answer = tell(card, reset(1, 3))
        assert answer == bytes.fromhex("BF6403800100" if supported else "BF6403800101")
    assert BitString.of(0) == BitString.of(*card.config.rsp_capability)
