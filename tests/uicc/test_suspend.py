"""SUSPEND UICC, bytes in and bytes out (TS 102 221 11.1.22), and commands that the card has not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from euicc import Card, PowerLoss
from euicc.env import FIXED_CLOCK, Env
from euicc.runtime import keys
from tests.isdr.installed import install
from tests.uicc.handmade import USIM_AID

SELECT_USIM = "00A4040C0C" + USIM_AID.hex()
SELECT_ISD_R = "00A4040C10A0000005591010FFFFFFFF8900000100"
ONE_HOUR = "8076000004" + "0001" + "0201"


class Clock(Env):
    """A seeded environment whose clock can be set."""

    __slots__ = ("later",)

    def __init__(self) -> None:
        super().__init__(1)
        self.later = timedelta()

    def now(self) -> datetime:
        """As set."""
        return FIXED_CLOCK + self.later


class Device:
    """A card with the USIM active on two channels: EF_IMSI on the basic one, record 2 of EF_ARR on the other."""

    def __init__(self) -> None:
        self.card = Card.manufacture(seed=1)
        install(self.card, 1, enabled=True)
        self.card.env = self.clock = Clock()
        self.card.reset()
        for command in (SELECT_USIM, "00A4000C026F07", "0070000001", "01A4040C0C" + USIM_AID.hex()):
            assert self(command).endswith("9000")
        assert self("01A4000C026F06") == "9000"
        assert self("01B2000200").endswith("9000")

    def __call__(self, command: str) -> str:
        return self.card.transmit(bytes.fromhex(command)).hex().upper()

    def suspend(self) -> str:
        """The resume token, in hexadecimal."""
        answer = self(ONE_HOUR + "00")
        assert answer[:4] == "0201"
        assert answer[20:] == "9000"
        return answer[4:20]

    def resume(self, token: str) -> str:
        return self("8076010008" + token)


@pytest.fixture
def device() -> Device:
    return Device()


def test_suspend_power_off_and_resume(device: Device) -> None:
    imsi, number = device("00B0000009"), device("01B2000400")
    assert imsi.endswith("9000")
    token = device.suspend()
    device.card.power_off()
    device.card.reset()
    assert device.resume(token) == "9000"
    assert device("00B0000009") == imsi
    assert device("01B2000400") == number
    assert device("80F2000100").startswith("840C" + USIM_AID.hex().upper())
    assert device("02B0000009") == "6881"


def test_a_token_serves_once(device: Device) -> None:
    token = device.suspend()
    device.card.reset()
    assert device.resume(token) == "9000"
    assert device.resume(token) == "6985"
    device.card.reset()
    assert device.resume(token) == "6985"
    assert device("00B0000009") == "6986"


def test_resume_with_the_power_still_on(device: Device) -> None:
    token = device.suspend()
    for command in ("00B0000009", SELECT_USIM, "80F2000C", "0070000001", ONE_HOUR, "8012000001"):
        assert device(command) == "6985"
    assert device.resume("00" * 8) == "6982"
    assert device("00B0000009") == "6985"
    assert device.resume(token) == "9000"
    assert device("00B0000009").endswith("9000")


def test_the_token_may_wait_for_get_response(device: Device) -> None:
    assert device(ONE_HOUR) == "610A"
    answer = device("00C000000A")
    device.card.reset()
    assert device.resume(answer[4:20]) == "9000"


def test_another_command_gives_it_up(device: Device) -> None:
    token = device.suspend()
    device.card.reset()
    assert device("00A40004023F00").startswith("61")
    assert device("00B0000009") == "6986"
    assert device.resume(token) == "6985"
    assert device.card.nvm.get(keys.SUSPENSION) is None


def test_a_wrong_token_changes_nothing(device: Device) -> None:
    token = device.suspend()
    device.card.reset()
    assert device.resume("00" * 8) == "6982"
    assert device("8076010007" + "00" * 7) == "6700"
    assert device.resume(token) == "9000"
    assert device("00B0000009").endswith("9000")


def test_terminal_capability_may_come_first(device: Device) -> None:
    assert device("80AA000005" + "A903830107") == "9000"
    token = device.suspend()
    assert device("80AA000005" + "A903830107") == "9000"
    device.card.reset()
    assert device("80AA000005" + "A903830107") == "9000"
    assert device.resume(token) == "9000"
    assert device("00B0000009").endswith("9000")


def test_the_accepted_time_passes(device: Device) -> None:
    token = device.suspend()
    device.clock.later = timedelta(hours=1, seconds=1)
    device.card.reset()
    assert device.resume(token) == "6985"
    assert device("00A40004023F00").startswith("61")


def test_verified_pins_and_terminal_go_on(device: Device) -> None:
    assert device("80AA000005" + "A903830107") == "9000"
    assert device("8010000003" + "FFFFFF") == "9000"
    assert device("002000 0A08 3535353535353535".replace(" ", "")) == "9000"
    verified = device.card.uicc.running.pins.verified
    assert verified
    token = device.suspend()
    device.card.reset()
    assert device.card.uicc.running.pins.verified == ()
    assert device.resume(token) == "9000"
    assert device.card.uicc.running.pins.verified == verified
    assert device.card.runtime.terminal.lpad == 7
    assert device.card.proactive.terminal_profile == b"\xff" * 3


def test_it_is_in_the_file_of_the_card(device: Device, tmp_path: Path) -> None:
    imsi, token = device("00B0000009"), device.suspend()
    device.card.save(tmp_path / "card")
    stored = device.card.nvm.get(keys.SUSPENSION)
    assert stored is not None
    assert bytes.fromhex(token) not in stored.to_bytes()
    assert type(stored).from_bytes(stored.to_bytes()) == stored
    with Card.open(tmp_path / "card", seed=1) as again:
        assert again.transmit(bytes.fromhex("8076010008" + token)) == b"\x90\x00"
        assert again.transmit(bytes.fromhex("00B0000009")).hex().upper() == imsi


def test_durations(device: Device) -> None:
    assert device("8076000004" + "0001" + "0000" + "00") == "6A80"  # the shortest is longer than the longest
    assert device("8076000004" + "0501" + "0501" + "00") == "6A80"
    assert device("8076000004" + "031F" + "0404" + "00") == "9864"
    answer = device("8076000004" + "0001" + "04FF" + "00")
    assert answer[:4] == "031E"  # 30 days are the most


def test_wrong_parameters(device: Device) -> None:
    assert device("80760000030001 02") == "6700"
    assert device("80760000") == "6700"
    assert device("8076010007" + "00" * 7) == "6700"
    assert device("8076020004" + "00010201") == "6A86"
    assert device("8076000104" + "00010201") == "6A86"
    assert device("8076010008" + "00" * 8) == "6985"
    assert device("8176000004" + "00010201") == "6881"
    assert device("0076000004" + "00010201") == "6D00"


def test_not_while_something_else_goes_on(device: Device) -> None:
    assert device("01" + SELECT_ISD_R[2:]) == "9000"
    assert device(ONE_HOUR) == "6985"
    assert device("00708001") == "9000"
    device("8010000003" + "FFFFFF")
    device.card.proactive.refresh(4)
    assert device(ONE_HOUR) == "6985"
    assert device("80F2000C").startswith("91")
    fetched = device("8012000000")
    assert fetched.startswith("D0")
    assert device(ONE_HOUR) == "6985"


@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_while_it_is_suspended(device: Device, point: int) -> None:
    device.card.nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        device(ONE_HOUR)
    device.card.reset()
    assert device("00B0000009") == "6986"
    assert device.card.nvm.get(keys.SUSPENSION) is None


@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_while_it_is_resumed(device: Device, point: int) -> None:
    token = device.suspend()
    device.card.reset()
    device.card.nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        device.resume(token)
    device.card.reset()
    assert device.resume(token) == ("6985" if point == 3 else "9000")
    assert device("00B0000009").endswith("6986" if point == 3 else "9000")


@pytest.mark.parametrize("command", ["807A0000", "0073000000", "0075000000", "80750000"])
def test_what_the_card_has_not(device: Device, command: str) -> None:
    """EXCHANGE CAPABILITIES, MANAGE SECURE CHANNEL, TRANSACT DATA."""
    assert device(command) == "6D00"
