"""The proactive session around a card: REFRESH in its modes, a busy terminal, what the profile allows, the poll."""

from __future__ import annotations

import pytest

from apdu.cat import GeneralResult, ProactiveCommand, RefreshMode, TerminalResponse, commands
from apdu.cat.objects import Duration, TimeUnit
from euicc.runtime.proactive import Proactive
from tests.toolkit.device import Device

IMSI = bytes.fromhex("3F007FFF6F07")
ICCID = bytes.fromhex("3F002FE2")
USIM = bytes.fromhex("A0000000871002FF49FF0589")


def responses(
    proactive: Proactive, command: ProactiveCommand, retries: int = 3, ahead: bool = False
) -> list[TerminalResponse]:
    """Queue a command; the list fills with what is answered."""
    found: list[TerminalResponse] = []
    proactive.queue(command, found.append, retries=retries, ahead=ahead)
    return found


@pytest.mark.parametrize(
    ("mode", "files", "aid", "encoded"),
    [
        (RefreshMode.UICC_RESET, [], None, "D009 8103010104 82028182"),
        (RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE, [], None, "D009 8103010100 82028182"),
        (RefreshMode.NAA_INITIALISATION, [], None, "D009 8103010103 82028182"),
        (RefreshMode.EUICC_PROFILE_STATE_CHANGE, [], None, "D009 8103010109 82028182"),
        (RefreshMode.FILE_CHANGE, [IMSI], None, "D012 8103010101 82028182 920701 3F007FFF6F07"),
        (
            RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE,
            [IMSI, ICCID],
            USIM,
            "D024 8103010102 82028182 920B02 3F007FFF6F07 3F002FE2 AF0CA0000000871002FF49FF0589",
        ),
        (RefreshMode.NAA_SESSION_RESET, [], USIM, "D017 8103010106 82028182 AF0CA0000000871002FF49FF0589"),
        (
            RefreshMode.NAA_APPLICATION_RESET,
            [],
            USIM,
            "D017 8103010105 82028182 AF0CA0000000871002FF49FF0589",
        ),
    ],
)
def test_refresh_in_each_mode(mode: int, files: list[bytes], aid: bytes | None, encoded: str) -> None:
    device = Device()
    found: list[TerminalResponse] = []
    device.card.proactive.refresh(mode, found.append, files, aid)
    expected = encoded.replace(" ", "")
    assert device.status() == f"91{len(expected) // 2:02X}"
    assert device.send("8012000000") == expected + "9000"
    assert device.answer(commands.refresh(mode), general=GeneralResult.REFRESH_NAA_NOT_ACTIVE) == "9000"
    assert [response.result.general for response in found] == [0x08]


def test_who_waits_gets_the_whole_response() -> None:
    device = Device()
    found = responses(device.card.proactive, commands.poll_interval(Duration(TimeUnit.SECONDS, 30)))
    device.answer(device.fetch(), Duration(TimeUnit.MINUTES, 1))
    assert found[0].find(Duration) == Duration(TimeUnit.MINUTES, 1)


def test_a_response_that_who_waits_cannot_read() -> None:
    def read(response: TerminalResponse) -> None:
        assert response.find(Duration) is None

    device = Device()
    device.card.proactive.queue(commands.more_time(), read)
    device.card.proactive.queue(commands.polling_off())
    device.fetch()
    assert device.send("801400000F 8103010200 82028281 830100 840114") == "6A80"
    assert device.fetched() == [commands.polling_off()]


def test_nobody_has_to_wait() -> None:
    device = Device()
    device.card.proactive.refresh(RefreshMode.UICC_RESET)
    assert device.answer(device.fetch()) == "9000"


@pytest.mark.parametrize("general", [GeneralResult.TERMINAL_UNABLE_NOW, GeneralResult.NETWORK_UNABLE_NOW])
def test_a_busy_terminal_is_asked_again_at_the_next_poll(general: int) -> None:
    device = Device()
    found = responses(device.card.proactive, commands.more_time(), retries=2)
    for _ in range(2):
        assert device.answer(device.fetch(), general=general, additional=b"\1") == "9000"
        assert device.send("8012000000") == "6985"
        assert device.send("00A4000C023F00") == "9000"
        assert device.status() == "910B"
    assert found == []
    device.answer(device.fetch(), general=general, additional=b"\1")
    assert [each.result.encode().hex() for each in found] == [f"{general:02x}01"]
    assert device.status() == "9000"


def test_a_busy_terminal_is_asked_four_times_in_all() -> None:
    device = Device()
    found: list[TerminalResponse] = []
    device.card.proactive.queue(commands.more_time(), found.append)
    times = 0
    while device.status() == "910B":
        times += 1
        device.answer(device.fetch(), general=GeneralResult.TERMINAL_UNABLE_NOW)
    assert (times, len(found)) == (4, 1)


def test_what_is_asked_again_keeps_its_place() -> None:
    device = Device()
    for command in (commands.more_time(), commands.polling_off()):
        responses(device.card.proactive, command)
    device.answer(device.fetch(), general=GeneralResult.TERMINAL_UNABLE_NOW)
    assert [command.name for command in device.fetched()] == ["MORE TIME", "POLLING OFF"]


def test_an_envelope_is_a_poll_too() -> None:
    device = Device()
    responses(device.card.proactive, commands.more_time())
    device.answer(device.fetch(), general=GeneralResult.TERMINAL_UNABLE_NOW)
    assert device.envelope("D603990103") == "910B"


def test_other_commands_go_on_while_the_terminal_is_busy_for_one() -> None:
    device = Device()
    first = responses(device.card.proactive, commands.more_time())
    second = responses(device.card.proactive, commands.polling_off())
    assert device.answer(device.fetch(), general=GeneralResult.TERMINAL_UNABLE_NOW) == "910B"
    assert device.fetch() == commands.polling_off()
    device.answer(commands.polling_off())
    assert (len(first), len(second)) == (0, 1)
    assert device.fetched() == [commands.more_time()]
    assert len(first) == 1


@pytest.mark.parametrize("general", [0x22, 0x23, 0x24, 0x26, 0x30, 0x32, 0x3A])
def test_other_failures_are_final(general: int) -> None:
    device = Device()
    found = responses(device.card.proactive, commands.more_time())
    device.answer(device.fetch(), general=general)
    assert [each.result.general for each in found] == [general]
    assert device.status() == "9000"


def test_what_the_profile_does_not_allow_waits_for_a_terminal_that_can() -> None:
    device = Device(profile="000008")
    responses(device.card.proactive, commands.uicc_reset())
    responses(device.card.proactive, commands.more_time())
    assert device.fetched() == [commands.more_time()]
    assert device.start("000088") == "910B"
    assert device.fetched() == [commands.uicc_reset()]


def test_what_continues_goes_ahead() -> None:
    device = Device()
    responses(device.card.proactive, commands.more_time())
    responses(device.card.proactive, commands.polling_off(), ahead=True)
    assert [command.name for command in device.fetched()] == ["POLLING OFF", "MORE TIME"]


def test_a_command_that_fetch_cannot_bring() -> None:
    device = Device()
    longest = commands.send_data(1, bytes(241))
    assert len(longest.encode()) == 256
    responses(device.card.proactive, longest)
    assert device.status() == "9100"
    assert len(device.send("8012000000")) == 2 * 258
    with pytest.raises(ValueError):
        device.card.proactive.queue(commands.send_data(1, bytes(242)))


def test_every_answer_announces_not_only_the_poll() -> None:
    device = Device()
    responses(device.card.proactive, commands.more_time())
    assert device.send("00A4000C023F00") == "910B"
    assert device.send("0070000001") == "01910B"


def test_a_listener_hears_of_profile_poll_and_reset() -> None:
    heard: list[str] = []

    class Listener:
        def profile_taken(self) -> None:
            heard.append("profile")

        def polled(self) -> None:
            heard.append("poll")

        def reset(self) -> None:
            heard.append("reset")

    proactive = Proactive()
    proactive.listener = Listener()
    proactive.take_terminal_profile(b"\xff")
    proactive.polled()
    proactive.reset()
    assert heard == ["profile", "poll", "reset"]
    assert proactive.terminal_profile is None
