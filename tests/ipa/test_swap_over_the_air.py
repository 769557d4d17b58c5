"""An operator changes the IMSI over the air: the device brings the messages, answers, and follows the subscription."""

from __future__ import annotations

import pytest

from apdu.cat import Result
from apdu.ef import identity
from euicc.testing.ota import OtaPlatform, Protection, Script
from euicc.testing.ota.sms import Submitted
from ipa.network_settings import NetworkSettings
from ipa.terminal import Terminal
from ipa.toolkit import Toolkit
from tests.ipa.subscribed import IMEI
from tests.ota.scene import CARD, IMSI, TAR_USIM, card_with
from tests.ota.vectors import TS48_KEYS

OLD, NEW = "001010123456063", "001019876543210"
SETTINGS = {OLD: NetworkSettings(("old.example",)), NEW: NetworkSettings(("new.example",), "+882000000042")}
MODES = (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x09)
FILES = [(0x3F00, 0x7FFF, IMSI)]


class Device:
    """A device with its card, whose operator can reach it."""

    def __init__(self, protection: Protection) -> None:
        self.packets: list[bytes] = []
        self.terminal = Terminal(card_with(), toolkit=Toolkit.of(sms=self._send))
        self.used: list[tuple[str, ...]] = []
        self.terminal.on_subscription(IMEI, lambda imei, subscription: SETTINGS.get(subscription.imsi))
        self.terminal.start()
        self._platform = OtaPlatform(protection=protection)
        self._platform.register(CARD, TS48_KEYS)

    def _send(self, tpdu: bytes, centre: str) -> Result:
        self.packets.append(bytes.fromhex("027100") + Submitted.parse(tpdu).payload)
        return Result()

    def administer(self, script: Script) -> int:
        """The response status of a script that is sent to the USIM."""
        response = self._platform.send(
            CARD,
            TAR_USIM,
            script.expanded(),
            lambda tpdu: self.terminal.deliver_sms(tpdu).data,
            submitted=lambda: self.packets,
            attempts=1,
        )
        return response.status

    @property
    def access_points(self) -> tuple[str, ...]:
        return self.terminal.settings.access_points if self.terminal.settings else ()


@pytest.mark.parametrize("by_submit", [False, True], ids=["report", "submit"])
@pytest.mark.parametrize("mode", MODES)
def test_the_device_uses_the_new_subscription(mode: int, by_submit: bool) -> None:
    device = Device(Protection(by_submit=by_submit))
    before = device.access_points
    script = Script().update_binary((IMSI,), identity.imsi.encode(NEW, 9))
    assert device.administer(script.refresh(mode, FILES if mode in (1, 2) else ())) == 0
    device.terminal.poll()
    assert (before, device.access_points) == (("old.example",), ("new.example",))
    assert (len(device.packets) == 1) is by_submit
    known = device.terminal.subscription()
    assert (known.imsi, known.smsc) == (NEW, SETTINGS[NEW].smsc)
    device.terminal.start()
    assert device.terminal.subscription() == known


def test_without_refresh_the_device_goes_on_as_before() -> None:
    device = Device(Protection())
    assert device.administer(Script().update_binary((IMSI,), identity.imsi.encode(NEW, 9))) == 0
    device.terminal.poll()
    assert device.access_points == ("old.example",)
    device.terminal.start()
    assert device.access_points == ("new.example",)
