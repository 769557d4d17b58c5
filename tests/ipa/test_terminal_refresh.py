"""REFRESH in every mode: what is read again, when the card is reset, what the card hears of it."""

from __future__ import annotations

import pytest

from apdu.cat import CommandType, ComprehensionTlv, ProactiveCommand, RefreshMode, Tag, commands
from apdu.cat.codes import TerminalProblem
from ipa.subscription import PreferredNetwork
from ipa.subscription_files import KEPT
from ipa.terminal import Terminal
from ipa.toolkit import Toolkit
from tests.ipa.subscribed import HOME, IMEI, Counting, Following, Refreshes, card_with, change_imsi
from tests.ipa.toolkit_card import ToolkitCard, answer, result

NEW = "262019999999999"
EF_IMSI, EF_FPLMN, EF_SMS = "3F007FFF6F07", "3F007FFF6F7B", "3F007FFF6F3C"
USIM, CSIM = bytes.fromhex("A0000000871002"), bytes.fromhex("A0000003431002")
OF_THE_NAA = (0x00, 0x02, 0x03, 0x05, 0x06)


class Life:
    """A device that follows the subscription of a card, whose IMSI the operator has just changed."""

    def __init__(self) -> None:
        self.card = card_with(HOME)
        self.counting = Counting(self.card)
        self.terminal = Terminal(self.counting)
        self.following = Following()
        self.terminal.on_subscription(IMEI, self.following)
        self.terminal.poll()
        change_imsi(self.card, NEW)
        self.refresh = Refreshes(self.card)
        self.counting.resets = 0

    @property
    def imsis(self) -> list[str]:
        return [imsi for _, imsi in self.following.asked]


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.mark.parametrize("mode", OF_THE_NAA)
def test_the_naa_is_started_anew(life: Life, mode: int) -> None:
    life.refresh(mode)
    life.terminal.poll()
    assert (life.refresh.results, life.counting.resets) == (["00"], 0)
    assert life.imsis == [HOME.imsi, NEW]


@pytest.mark.parametrize("mode", [RefreshMode.UICC_RESET, RefreshMode.EUICC_PROFILE_STATE_CHANGE])
def test_the_card_is_reset(life: Life, mode: int) -> None:
    life.refresh(mode)
    life.terminal.poll()
    assert (life.refresh.results, life.counting.resets) == (["00"], 1)
    assert life.imsis == [HOME.imsi, NEW]


def test_files_that_the_device_keeps_are_read_and_others_with_them(life: Life) -> None:
    life.refresh(RefreshMode.FILE_CHANGE, EF_IMSI, EF_SMS)
    life.terminal.poll()
    assert (life.refresh.results, life.counting.resets) == (["03"], 0)
    assert life.imsis == [HOME.imsi, NEW]


def test_when_all_of_them_are_listed_none_is_read_besides(life: Life) -> None:
    from ipa import files

    life.refresh(RefreshMode.FILE_CHANGE, *(f"3F00{files.file_identifiers(path).hex()}" for path in KEPT))
    life.terminal.poll()
    assert life.refresh.results == ["00"]
    assert life.imsis == [HOME.imsi, NEW]


def test_files_that_the_device_does_not_keep(life: Life) -> None:
    life.refresh(RefreshMode.FILE_CHANGE, EF_SMS)
    life.terminal.poll()
    assert life.refresh.results == ["00"]
    assert life.imsis == [HOME.imsi]


def test_a_device_that_never_read_anything() -> None:
    terminal = Terminal(card := card_with(HOME))
    refresh = Refreshes(card)
    terminal.start()
    refresh(RefreshMode.FILE_CHANGE, EF_IMSI)
    terminal.poll()
    refresh(RefreshMode.NAA_INITIALISATION)
    terminal.poll()
    assert refresh.results == ["00", "00"]


@pytest.mark.parametrize("mode", OF_THE_NAA)
def test_an_application_that_is_not_the_device_s(life: Life, mode: int) -> None:
    life.refresh(mode, aid=CSIM)
    life.terminal.poll()
    assert life.refresh.results == ["08"]
    assert life.imsis == [HOME.imsi]
    life.refresh(mode, aid=USIM)
    life.terminal.poll()
    assert life.refresh.results == ["08", "00"]
    assert life.imsis == [HOME.imsi, NEW]


def test_no_application_is_active() -> None:
    terminal = Terminal(card := card_with(HOME))
    terminal.start()
    refresh = Refreshes(card)
    refresh(RefreshMode.NAA_SESSION_RESET, aid=USIM)
    terminal.poll()
    assert refresh.results == ["08"]


def test_an_application_update_reads_nothing(life: Life) -> None:
    life.refresh(RefreshMode.APPLICATION_UPDATE)
    life.terminal.poll()
    assert (life.refresh.results, life.imsis) == (["00"], [HOME.imsi])


def test_steering_of_roaming(life: Life) -> None:
    networks = ComprehensionTlv(Tag.PLMN_WITH_ACCESS_TECHNOLOGY_LIST, bytes.fromhex("02F8014000 62F2208000"))
    command = ProactiveCommand.of(CommandType.REFRESH, RefreshMode.STEERING_OF_ROAMING, networks)
    life.card.proactive.queue(command)
    life.terminal.poll()
    assert life.terminal.steered == (
        PreferredNetwork("208-10", ("E-UTRAN",)),
        PreferredNetwork("262-02", ("UTRAN",)),
    )
    life.terminal.start()
    assert not life.terminal.steered


@pytest.mark.parametrize(
    ("mode", "objects", "refused"),
    [
        (RefreshMode.FILE_CHANGE, (), "36"),
        (RefreshMode.FILE_CHANGE, ((Tag.FILE_LIST, "027FFF6F07"),), "32"),
        (RefreshMode.FILE_CHANGE, ((Tag.FILE_LIST, ""),), "32"),
        (RefreshMode.STEERING_OF_ROAMING, (), "36"),
        (RefreshMode.STEERING_OF_ROAMING, ((Tag.PLMN_WITH_ACCESS_TECHNOLOGY_LIST, "02F801"),), "32"),
        (RefreshMode.STEERING_OF_ROAMING_I_WLAN, (), "30"),
        (0x0B, (), "30"),
        (0xFF, (), "30"),
    ],
)
def test_what_cannot_be_done(mode: int, objects: tuple[tuple[int, str], ...], refused: str) -> None:
    made = tuple(ComprehensionTlv(tag, bytes.fromhex(value)) for tag, value in objects)
    assert result(answer(Toolkit(), ProactiveCommand(CommandType.REFRESH, mode, made))) == refused


def test_a_busy_device_is_asked_again(life: Life) -> None:
    busy: list[int | None] = [TerminalProblem.BUSY_ON_CALL, None]
    asked: list[int] = []

    def on_a_call(mode: int) -> int | None:
        asked.append(mode)
        return busy.pop(0)

    card = ToolkitCard(commands.uicc_reset())
    terminal = Terminal(card, busy=on_a_call)
    terminal.poll()
    assert ([result(each) for each in card.responses], card.resets) == (["2002"], 1)
    card.commands.append(commands.uicc_reset())
    terminal.poll()
    assert ([result(each) for each in card.responses], card.resets) == (["2002", "00"], 2)
    assert asked == [RefreshMode.UICC_RESET] * 2


def test_the_emulated_card_repeats_what_the_device_was_too_busy_for(life: Life) -> None:
    busy: list[int | None] = [TerminalProblem.BUSY_ON_CALL, TerminalProblem.BUSY_ON_CALL, None]
    terminal = Terminal(life.counting, busy=lambda mode: busy.pop(0))
    terminal.start()
    life.refresh(RefreshMode.UICC_RESET)
    for _ in range(3):
        terminal.poll()
    assert (life.refresh.results, life.counting.resets) == (["00"], 2)
