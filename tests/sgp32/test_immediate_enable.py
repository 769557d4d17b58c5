"""Enabling a profile right after its installation: who may, when, and once."""

from __future__ import annotations

from typing import Any

import pytest

from apdu import tlv
from euicc import Config
from euicc.runtime import keys
from tests.isdr.es10 import enabled, events, start_proactive
from tests.isdr.installed import DISABLE, ENABLE, PPR1, install
from tests.rsp.contents import contents, profile
from tests.rsp.device import Device, device
from tests.rsp.server import ADDRESS
from tests.sgp32.iot import (
    ECALL,
    EMERGENCY,
    EMERGENCY_ON,
    IMMEDIATE_ENABLE,
    add_initial_eim,
    configure,
    refresh_done,
    request,
)

NEW = profile().iccid_bytes
GET_CHALLENGE = b"\xbf\x2e\x00"


def answer(code: int) -> bytes:
    return tlv.encode(IMMEDIATE_ENABLE, tlv.encode(0x80, bytes([code])))


OK, NOT_AVAILABLE, NO_SESSION, UNDEFINED = (answer(code) for code in (0, 1, 4, 127))


def iot_device(**choices: Any) -> Device:
    return device(config=Config(variant="sgp32", **choices))


@pytest.fixture
def side() -> Device:
    return iot_device()


def new_is_enabled(side: Device) -> bool:
    enabled = side.card.isdr.profiles.enabled()
    return enabled is not None and enabled.iccid == NEW


def server_oid(side: Device) -> str:
    """The OID of the test SM-DP+, as the card saw it."""
    side.install(contents())
    return side.card.isdr.profiles.all()[-1].smdp_oid


@pytest.mark.parametrize(
    ("oid", "address"), [(True, None), (True, ADDRESS), (False, ADDRESS), (False, ADDRESS.upper())]
)
def test_enabled_when_the_server_is_the_configured_one(side: Device, oid: bool, address: str | None) -> None:
    known = server_oid(iot_device()) if oid else None
    side.send(configure(oid=known, address=address))
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == OK
    assert new_is_enabled(side)
    assert side.send(request(IMMEDIATE_ENABLE)) == NO_SESSION


@pytest.mark.parametrize(
    ("oid", "address"),
    [(None, None), ("2.999.77", None), (None, "other.example.com"), ("2.999.77", ADDRESS)],
)
def test_not_for_another_server(side: Device, oid: str | None, address: str | None) -> None:
    side.send(configure(oid=oid, address=address))
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == NOT_AVAILABLE
    assert not new_is_enabled(side)


def test_not_when_it_is_off(side: Device) -> None:
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == NOT_AVAILABLE
    side.send(configure(address=ADDRESS, oid=None))
    side.send(configure(flag=False, address=ADDRESS, oid=None))
    assert side.send(request(IMMEDIATE_ENABLE)) == NOT_AVAILABLE
    assert side.card.nvm.get(keys.IMMEDIATE_ENABLE) is None


def test_off_counts_before_the_session_and_the_session_before_the_server(side: Device) -> None:
    assert side.send(request(IMMEDIATE_ENABLE)) == NOT_AVAILABLE
    side.send(configure(oid=None))
    assert side.send(request(IMMEDIATE_ENABLE)) == NO_SESSION


def test_not_after_a_failed_installation(side: Device) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    broken = side.install(contents(icon=b"\xff"))
    assert broken.profile_installation_result_data.final_result.error_result is not None
    assert side.send(request(IMMEDIATE_ENABLE)) == NO_SESSION


@pytest.mark.parametrize("end", ["challenge", "reset", "deleted"])
def test_not_when_the_session_is_over(side: Device, end: str) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    if end == "challenge":
        side.send(GET_CHALLENGE)
    elif end == "reset":
        side.restart()
    else:
        side.send(tlv.encode(0xBF33, tlv.encode(0x5A, NEW)))
    assert side.send(request(IMMEDIATE_ENABLE)) == NO_SESSION


def test_other_functions_do_not_end_the_session(side: Device) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    for command in ("BF2B00", "BF2800", "BF2D00", "BF2200", "BF3E035C015A"):
        side.send(bytes.fromhex(command))
    assert side.send(request(IMMEDIATE_ENABLE)) == OK


def test_by_refresh_with_the_notifications_of_a_switch(side: Device) -> None:
    install(side.card, 1, enabled=True)
    side.send(configure(oid=None, address=ADDRESS))
    start_proactive(side.card)
    side.install(contents())
    before = len(events(side.channel))
    assert side.send(request(IMMEDIATE_ENABLE, refresh=True)) == OK
    assert enabled(side.channel) == [1]
    refresh_done(side.card)
    assert new_is_enabled(side)
    told = [event for _, event, _ in events(side.channel)[before:]]
    assert told == [DISABLE, ENABLE, ENABLE]  # the new one has two addresses


def test_without_refresh_flag_as_v1_0_asks_for_it(side: Device) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    assert side.send(b"\xbf\x5a\x00") == OK
    assert not new_is_enabled(side)
    side.restart()
    assert new_is_enabled(side)


def test_busy_terminal_may_try_again(side: Device) -> None:
    install(side.card, 1)
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    start_proactive(side.card)
    # The session of the terminal: a REFRESH that something else asked for.
    side.card.proactive.refresh(4, lambda result: None)
    side.card.transmit(bytes.fromhex("8012000000"))
    assert side.send(request(IMMEDIATE_ENABLE, refresh=True)) == answer(5)
    side.card.transmit(bytes.fromhex("801400000C810301010402028281830100"))
    assert side.send(request(IMMEDIATE_ENABLE, refresh=True)) == OK


def test_policy_rules_count(side: Device) -> None:
    """There is no code of its own."""
    install(side.card, 1, enabled=True, pprs=PPR1)
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == UNDEFINED
    assert not new_is_enabled(side)


def test_not_instead_of_the_emergency_profile(side: Device) -> None:
    install(side.card, EMERGENCY, more=ECALL)
    side.send(configure(oid=None, address=ADDRESS))
    side.send(request(EMERGENCY_ON))
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == UNDEFINED


def test_only_the_eim_configures_it_when_there_is_one(side: Device) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    side.send(add_initial_eim())
    assert side.send(configure(flag=False)) == bytes.fromhex("BF5903800102")
    side.restart()
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == OK


def test_configuration_survives_power_cycles_and_is_replaced(side: Device) -> None:
    side.send(configure(oid="2.999.1", address="a.example"))
    side.restart()
    side.send(configure(oid=None, address=ADDRESS))
    side.card.power_off()
    side.restart()
    side.install(contents())
    assert side.send(request(IMMEDIATE_ENABLE)) == OK


@pytest.mark.parametrize("length", [255, 256])
def test_room_for_an_address(side: Device, length: int) -> None:
    code = 0 if length == 255 else 1
    assert side.send(configure(address="a" * length)) == tlv.encode(0xBF59, tlv.encode(0x80, bytes([code])))


def test_not_deleted_while_the_switch_waits(side: Device) -> None:
    side.send(configure(oid=None, address=ADDRESS))
    side.install(contents())
    side.send(request(IMMEDIATE_ENABLE, refresh=True))
    assert side.send(tlv.encode(0xBF33, tlv.encode(0x5A, NEW))) == bytes.fromhex("BF3303800102")
