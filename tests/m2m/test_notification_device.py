"""A whole device around an SGP.02 card: it reports its network, sends the card's messages, keeps its timers."""

from __future__ import annotations

from apdu import Command
from apdu.cat import Event, GeneralResult, Result
from apdu.cat.objects import LocationStatus
from euicc import Card
from euicc.config import Patience
from euicc.testing.ota import OtaPlatform, Script, parse_expanded
from ipa.terminal import Terminal
from ipa.toolkit import Toolkit
from ipa.toolkit.local_information import Device
from tests.m2m import commands
from tests.m2m.attended import ADDRESSING, opened
from tests.m2m.managed import CARD, FIRST, ICCID, OTHER_ICCID, SECOND, TAR, package, scp80

IMEI = "490154203237518"
IN_SERVICE, OUT_OF_SERVICE = LocationStatus(0), LocationStatus(2)


class Vehicle:
    """Card and device; `sent`: short messages of the card, `works`: whether the network takes them."""

    def __init__(self, imei: str = IMEI) -> None:
        self.card = Card.manufacture(variant="sgp02", seed=1)
        self.card.preload(package(ICCID), enabled=True)
        self.card.preload(package(OTHER_ICCID))
        self.card.reset()
        self.now = 0.0
        self.works = True
        self.sent: list[bytes] = []
        toolkit = Toolkit.of(Device(imei=imei), sms=self.send, clock=lambda: self.now)
        self.terminal = Terminal(self.card, toolkit=toolkit)
        self.platform = OtaPlatform()
        self.platform.register(CARD, scp80())
        assert self.es5(commands.addressing(ADDRESSING)) == 0x9000

    def send(self, tpdu: bytes, service_centre: str) -> Result:
        if not self.works:
            return Result(GeneralResult.TERMINAL_UNABLE_NOW, b"\x04")
        self.sent.append(tpdu)
        return Result()

    def es5(self, command: str) -> int:
        script = Script()
        script.commands.append(Command.parse(bytes.fromhex(command)))
        response = self.platform.send(
            CARD,
            TAR,
            script.expanded(indefinite=True),
            lambda tpdu: self.terminal.deliver_sms(tpdu).data,
            attempts=1,
        )
        sw = parse_expanded(response.data).sw
        assert sw is not None
        return sw

    def report(self, status: LocationStatus) -> None:
        self.terminal.report(Event.LOCATION_STATUS, status)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.terminal.poll()

    @property
    def enabled(self) -> bytes:
        found = self.card.isdr.profiles.enabled()
        assert found is not None
        return found.aid

    def told(self) -> list[str]:
        """Type, number, AID and what follows of each notification, in hexadecimal."""
        return [opened(tpdu[tpdu.index(b"\x02\x70\x00") + 3 :])[20:].hex().upper() for tpdu in self.sent]


def payload(kind: int, number: int, aid: bytes, imei: str = "1408" + "4A09512430325781") -> str:
    return f"4D01{kind:02X}4E02{number:04X}2F10{aid.hex().upper()}" + imei


def test_attachment_switch_and_confirmation() -> None:
    vehicle = Vehicle()
    vehicle.report(IN_SERVICE)
    assert vehicle.es5(commands.confirm(1)) == 0x9000
    assert vehicle.es5(commands.enable(SECOND)) == 0x9000
    assert vehicle.enabled == SECOND
    vehicle.report(IN_SERVICE)
    assert vehicle.es5(commands.confirm(2)) == 0x9000
    assert vehicle.told() == [payload(1, 1, FIRST), payload(2, 2, SECOND)]


def test_a_device_that_does_not_tell_its_imei() -> None:
    vehicle = Vehicle(imei="")
    vehicle.report(IN_SERVICE)
    assert vehicle.told() == [payload(1, 1, FIRST, imei="")]


def test_without_a_network_in_time_it_is_rolled_back() -> None:
    vehicle = Vehicle()
    assert vehicle.es5(commands.enable(SECOND)) == 0x9000
    vehicle.report(OUT_OF_SERVICE)
    vehicle.wait(Patience.registration_seconds - 1)
    assert vehicle.enabled == SECOND
    vehicle.wait(1)
    assert vehicle.enabled == FIRST
    vehicle.report(IN_SERVICE)
    assert vehicle.told() == [payload(3, 2, FIRST)]


def test_a_network_that_takes_messages_late_is_in_time() -> None:
    vehicle = Vehicle()
    assert vehicle.es5(commands.enable(SECOND)) == 0x9000
    vehicle.works = False
    vehicle.report(IN_SERVICE)
    for _ in range(4):
        vehicle.wait(1)
    vehicle.works = True
    vehicle.wait(Patience.retry_seconds)
    assert vehicle.told() == [payload(2, 1, SECOND)]
    assert vehicle.es5(commands.confirm(1)) == 0x9000
    assert vehicle.enabled == SECOND


def test_days_in_a_tunnel_bring_the_fallback_profile() -> None:
    vehicle = Vehicle()
    assert vehicle.es5(commands.enable(SECOND)) == 0x9000
    vehicle.report(IN_SERVICE)
    assert vehicle.es5(commands.confirm(1)) == 0x9000
    vehicle.report(OUT_OF_SERVICE)
    vehicle.wait(Patience.loss_seconds)
    assert vehicle.enabled == FIRST
    vehicle.report(IN_SERVICE)
    assert vehicle.told()[-1] == payload(5, 2, FIRST)
