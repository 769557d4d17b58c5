"""The small device: what it tells its card, what it does for it, and what becomes of it without power or network."""

from __future__ import annotations

import pytest

from apdu import Command, TlvError
from apdu.cat import GeneralResult, ProactiveCommand
from apdu.cat.codes import CommandType
from apdu.cat.commands import provide_local_information, send_short_message, set_up_event_list, start_timer
from apdu.cat.information import Imei
from apdu.cat.objects import TimerIdentifier
from apdu.cat.response import TerminalResponse
from euicc.testing.m2m.device import Device
from euicc.testing.m2m.sms_network import Delivery, Message, SmsNetwork
from tests.smsr.world import CAR, IMSIS, MSISDNS, World

SUBMIT = bytes.fromhex("4100088194710010" + "00F6" + "05" + "027100" + "AABB")


class Asking:
    """A card that has these commands, one after the other, after TERMINAL PROFILE, and keeps what it was told."""

    def __init__(self, *commands: ProactiveCommand) -> None:
        self._commands = list(commands)
        self.responses: list[TerminalResponse] = []
        self.envelopes: list[bytes] = []

    def reset(self) -> bytes:
        return b""

    def transmit(self, raw: bytes) -> bytes:
        command = Command.parse(raw)
        return getattr(self, f"_{command.ins:02x}", self._other)(command) + self._status()

    def _10(self, command: Command) -> bytes:
        return b""

    def _12(self, command: Command) -> bytes:
        return self._commands.pop(0).encode()

    def _14(self, command: Command) -> bytes:
        self.responses.append(TerminalResponse.parse(command.data))
        return b""

    def _c2(self, command: Command) -> bytes:
        self.envelopes.append(command.data)
        return b""

    def _other(self, command: Command) -> bytes:
        return b""

    def _status(self) -> bytes:
        return b"\x91\x20" if self._commands else b"\x90\x00"


def served(*commands: ProactiveCommand) -> tuple[Asking, Device]:
    card = Asking(*commands)
    device = Device(CAR, card, SmsNetwork())
    device.power_on(0.0)
    return card, device


def results(card: Asking) -> list[int]:
    return [each.result.general for each in card.responses]


def test_without_a_network_no_short_message_goes_out() -> None:
    card, _ = served(send_short_message(SUBMIT))
    assert results(card) == [GeneralResult.NETWORK_UNABLE_NOW]


def test_timers_expire_once_unless_they_are_stopped() -> None:
    stop = ProactiveCommand.of(CommandType.TIMER_MANAGEMENT, 0x01, TimerIdentifier(2))
    card, device = served(start_timer(1, 60), start_timer(2, 90), stop)
    assert results(card) == [GeneralResult.PERFORMED] * 3
    assert device.next_due == 60
    device.advance(59)
    assert card.envelopes == []
    device.advance(200)
    device.advance(400)
    assert [each.hex() for each in card.envelopes] == ["d70c" + "82028281" + "a40101" + "a503001000"]
    assert device.next_due is None


def test_a_timer_that_is_none_is_an_error() -> None:
    with pytest.raises(TlvError):
        served(ProactiveCommand.of(CommandType.TIMER_MANAGEMENT, 0x00))


def test_it_tells_its_imei_and_nothing_else() -> None:
    card, _ = served(provide_local_information(0x01), provide_local_information(0x00))
    first, second = card.responses
    assert first.value(Imei.TAG) is not None
    assert second.objects == ()


def test_location_status_goes_to_who_asked_for_it() -> None:
    card, device = served(set_up_event_list((0x03,)))
    assert [each[-1] for each in card.envelopes] == [0x02]
    device.cover(False, 1.0)
    assert len(card.envelopes) == 2
    silent, _ = served()
    assert silent.envelopes == []


def test_a_card_without_a_subscription_has_no_network() -> None:
    class Empty(Asking):
        def _other(self, command: Command) -> bytes:
            return b""

        def _status(self) -> bytes:
            return b"\x6a\x82"

    device = Device(CAR, Empty(), SmsNetwork())
    device.power_on(0.0)
    assert (device.imsi, device.attached) == (None, False)


def test_long_answers_are_fetched() -> None:
    class Long(Asking):
        def transmit(self, raw: bytes) -> bytes:
            answers = {0xC2: b"\x61\x02", 0xC0: b"\xaa\xbb\x90\x00"}
            return answers.get(Command.parse(raw).ins, b"\x90\x00")

    network = SmsNetwork()
    device = Device(CAR, Long(), network)
    device.power_on(0.0)
    network.serve("+491", "server")
    message = Message(1, "+491", "+492", bytes.fromhex("400491945100F6") + bytes(7) + b"\x00", 10.0)
    device.deliver(Delivery(CAR, message), 1.0)
    (report,) = network.due(1.0)
    assert not isinstance(report, Delivery)
    assert report.data == b"\xaa\xbb"


def test_who_has_no_power_takes_nothing() -> None:
    world = World()
    assert (world.device.imsi, world.network.number_of(CAR)) == (IMSIS[0], MSISDNS[0])
    world.device.power_off()
    assert not world.device.attached
    count = world.network.count
    message = Message(1, "+491", MSISDNS[0], b"", 10.0)
    world.device.deliver(Delivery(CAR, message), world.now)
    world.device.cover(False, world.now)
    assert world.network.count == count
