from __future__ import annotations

import pytest

from apdu import StatusError, TransportError
from ipa.errors import NotAnEuicc
from ipa.terminal import Terminal

CAPABILITY = ("80AA000005A903830107", "9000")
PROFILE = ("8010000003010080", "9000")
OPEN = ("0070000001", "019000")
SELECT = ("01A4040010A0000005591010FFFFFFFF890000010000", "6F029F00 9000")
GET_EID = ("81E2910006BF3E035C015A00", "BF3E035A0100 9000")
REFRESH = "D009810301010482028182"
REFRESH_DONE = "801400000C810301010482028281830100"
REQUEST = bytes.fromhex("BF3E035C015A")


class ScriptedCard:
    """A Transport over lines of hexadecimal; "reset" is a line like any other."""

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self.exchanges = list(exchanges)

    def reset(self) -> bytes:
        assert self.exchanges.pop(0)[0] == "reset"
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        expected, answer = self.exchanges.pop(0)
        assert command.hex().upper() == expected
        return bytes.fromhex(answer)


START = (("reset", ""), CAPABILITY, PROFILE, OPEN, SELECT)


def test_the_card_is_brought_up_on_first_use() -> None:
    card = ScriptedCard(*START, GET_EID, GET_EID)
    terminal = Terminal(card)
    assert terminal.store_data(REQUEST) == bytes.fromhex("BF3E035A0100")
    assert terminal.fci == bytes.fromhex("6F029F00")
    terminal.store_data(REQUEST)
    assert not card.exchanges


def test_without_terminal_profile_on_the_basic_channel() -> None:
    select = ("00A4040010A0000005591010FFFFFFFF890000010000", "9000")
    card = ScriptedCard(("reset", ""), CAPABILITY, select, ("80E2910006BF3E035C015A00", "BF3E009000"))
    assert Terminal(card, profile=None, channel_number=0).store_data(REQUEST) == bytes.fromhex("BF3E00")


def test_a_card_that_knows_no_terminal_capability() -> None:
    card = ScriptedCard(("reset", ""), (CAPABILITY[0], "6E00"), (PROFILE[0], "6D00"), OPEN, SELECT, GET_EID)
    assert Terminal(card).store_data(REQUEST)


def test_a_card_without_isd_r() -> None:
    card = ScriptedCard(("reset", ""), CAPABILITY, PROFILE, OPEN, (SELECT[0], "6A82"))
    with pytest.raises(NotAnEuicc, match="6A82"):
        Terminal(card).store_data(REQUEST)


def test_a_refusal_is_the_card_s_own() -> None:
    card = ScriptedCard(*START, GET_EID, (GET_EID[0], "6985"))
    terminal = Terminal(card)
    terminal.store_data(REQUEST)
    with pytest.raises(StatusError, match="6985"):
        terminal.store_data(REQUEST)


BOTH_ROLES = ("80AA000008A906830107840101", "9000")
REFUSED = (GET_EID[0], "6985")


@pytest.mark.parametrize("last", [GET_EID, REFUSED])
def test_a_card_that_answers_nothing_at_first_is_told_of_both_roles_once(last: tuple[str, str]) -> None:
    card = ScriptedCard(*START, REFUSED, ("reset", ""), BOTH_ROLES, *START[2:], last)
    terminal = Terminal(card)
    if last is GET_EID:
        terminal.store_data(REQUEST)
    else:
        with pytest.raises(StatusError, match="6985"):
            terminal.store_data(REQUEST)
    assert not card.exchanges


def test_a_declaration_that_was_asked_for_stays() -> None:
    card = ScriptedCard(("reset", ""), ("80AA000005A903840101", "9000"), *START[2:], REFUSED)
    terminal = Terminal(card, capability=bytes.fromhex("840101"))
    with pytest.raises(StatusError, match="6985"):
        terminal.store_data(REQUEST)


def test_a_refresh_is_fetched_answered_and_followed_by_a_reset() -> None:
    answered = (GET_EID[0], "BF3E00 910B")
    card = ScriptedCard(
        *START, answered, ("801200000B", REFRESH + "9000"), (REFRESH_DONE, "9000"), *START, GET_EID
    )
    terminal = Terminal(card)
    assert terminal.store_data(REQUEST) == bytes.fromhex("BF3E00")
    terminal.refresh()
    terminal.store_data(REQUEST)
    assert not card.exchanges


def test_a_change_without_proactive_command_is_finished_by_a_reset() -> None:
    card = ScriptedCard(*START, GET_EID, *START)
    terminal = Terminal(card)
    terminal.store_data(REQUEST)
    terminal.refresh()
    assert not card.exchanges


def test_other_proactive_commands_are_beyond_the_terminal() -> None:
    menu = "D00E 8103012500 82028182 850141 8F00".replace(" ", "")
    card = ScriptedCard(
        ("reset", ""),
        CAPABILITY,
        (PROFILE[0], "910E"),
        ("801200000E", menu + "910B"),
        ("801400000C810301250082028281830130", "910B"),
        ("801200000B", REFRESH + "9000"),
        (REFRESH_DONE, "9000"),
        *START,
        GET_EID,
    )
    Terminal(card).store_data(REQUEST)
    assert not card.exchanges


def test_a_card_with_commands_without_end() -> None:
    class Chatterbox:
        def reset(self) -> bytes:
            return b"\x3b\x00"

        def transmit(self, command: bytes, /) -> bytes:
            fetched = bytes.fromhex("D009810301250082028182") if command[1] == 0x12 else b""
            return fetched + bytes.fromhex("910B")

    with pytest.raises(TransportError, match="more than 64"):
        Terminal(Chatterbox()).store_data(REQUEST)


@pytest.mark.parametrize("command", ["", "D0", "D00281", "D100", "D000", "D00481020104", "D00582028182"])
def test_what_is_no_proactive_command(command: str) -> None:
    answered = (GET_EID[0], "BF3E00 910B")
    card = ScriptedCard(*START, answered, ("801200000B", command + "9000"))
    with pytest.raises(TransportError, match="not a proactive command"):
        Terminal(card).store_data(REQUEST)


def test_details_without_comprehension_flag() -> None:
    fetched = ("801200000B", "D009010301010402028182 9000")
    card = ScriptedCard(*START, (GET_EID[0], "BF3E00 910B"), fetched, (REFRESH_DONE, "9000"))
    assert Terminal(card).store_data(REQUEST) == bytes.fromhex("BF3E00")
    assert not card.exchanges


@pytest.mark.parametrize("refused", ["6F00", "6985", "6A86"])
def test_a_card_that_refuses_its_own_session(refused: str) -> None:
    answered, fetch = (GET_EID[0], "BF3E00 910B"), "801200000B"
    card = ScriptedCard(*START, answered, (fetch, refused), GET_EID)
    terminal = Terminal(card)
    assert terminal.store_data(REQUEST) == bytes.fromhex("BF3E00")
    assert terminal.store_data(REQUEST)
    card = ScriptedCard(*START, answered, (fetch, REFRESH + "9000"), (REFRESH_DONE, refused))
    assert Terminal(card).store_data(REQUEST) == bytes.fromhex("BF3E00")
    assert not card.exchanges


def test_a_card_that_is_reset_again_and_again_is_left_at_that() -> None:
    again = (
        ("reset", ""),
        CAPABILITY,
        (PROFILE[0], "910B"),
        ("801200000B", REFRESH + "9000"),
        (REFRESH_DONE, "9000"),
    )
    card = ScriptedCard(*again * 3, OPEN, SELECT, GET_EID)
    assert Terminal(card).store_data(REQUEST)
    assert not card.exchanges


def test_the_first_use_may_be_a_poll() -> None:
    status = ("80F2000C", "9000")
    card = ScriptedCard(*START[:3], status, OPEN, SELECT, GET_EID, status)
    terminal = Terminal(card)
    terminal.poll()
    terminal.store_data(REQUEST)
    terminal.poll()
    assert not card.exchanges


def test_a_card_that_wants_a_reset_when_it_is_polled() -> None:
    card = ScriptedCard(
        *START[:3],
        ("80F2000C", "910B"),
        ("801200000B", REFRESH + "9000"),
        (REFRESH_DONE, "9000"),
        *START,
        GET_EID,
    )
    terminal = Terminal(card)
    terminal.poll()
    terminal.store_data(REQUEST)
    assert not card.exchanges
