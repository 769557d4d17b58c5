"""A complete life of a profile over a modem on a TCP port, by sessions and by +CSIM; tests.flows has the terminal."""

from __future__ import annotations

import pytest

from apdu import Recorder, instruction
from ipa.modem import ModemAccess, Way
from tests.flows.life import es10_messages, live, new_card, new_server
from tests.flows.test_life import without_a_door
from tests.modem.doors import ModemDevice, modem_device, on_tcp


@pytest.mark.parametrize("way", [*Way, None])
def test_a_life_over_tcp(way: Way | None) -> None:
    recorder = Recorder(new_card())
    with on_tcp(recorder) as address, ModemAccess(address, way=way) as access:
        live(ModemDevice(access), new_server())
    assert es10_messages(recorder.trace.exchanges) == without_a_door()


def test_the_modem_and_not_the_device_carries_refresh_out() -> None:
    recorder = Recorder(new_card())
    with modem_device(recorder, Way.SESSIONS) as device:
        live(device, new_server())
    commands = [exchange.command for exchange in recorder.trace.exchanges]
    # power on, enabled, disabled
    assert commands.count(None) == 3
    responses = [command for command in commands if command and command[1] == instruction.TERMINAL_RESPONSE]
    assert responses == [bytes.fromhex("801400000C810301010482028281830100")] * 2
