"""Le, 61xx, 6Cxx and GET RESPONSE of the file commands, as with T=0 (TS 102 221 7.3.1.1, 10.1.6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime
from euicc.uicc.applet import UiccApplet
from tests.uicc.administered import open_profile
from tests.uicc.handmade import CONTENT, USIM_AID, Chip

Transmit = Callable[[str], str]
IMSI = "080910101032540636"


@pytest.fixture
def card() -> Transmit:
    made = open_profile()
    runtime = Runtime(UiccApplet(lambda: made, Chip()), Proactive())
    runtime.reset()

    def transmit(command: str) -> str:
        return runtime.transmit(bytes.fromhex(command)).hex().upper()

    assert transmit("00A4040C0C" + USIM_AID.hex()) == "9000"
    return transmit


def test_case_2_with_a_wrong_le(card: Transmit) -> None:
    card("00A4000C026F07")
    assert card("00B000000A") == "6C09"
    assert card("00B0000009") == IMSI + "9000"
    assert card("00B0000000") == IMSI + "9000"
    card("00A4000C026F3B")
    assert card("00B2010401") == "6C04"
    assert card("00B2010404") == "010101019000"
    assert card("80F2000001")[:2] == "6C"
    length = card("80F2000001")[2:]
    assert card("80F20000" + length).endswith("9000")


def test_a_file_of_more_than_256_bytes(card: Transmit) -> None:
    card("00A4000C026FC4")
    whole = CONTENT.hex().upper()
    assert card("00B0000000") == whole[:512] + "9000"
    assert card("00B00100FF") == whole[512:1022] + "9000"
    assert card("00B001FF02") == "6C01"
    assert card("00B000000002 00") == whole + "9000"


def test_case_3_answers_the_status_word(card: Transmit) -> None:
    assert card("00D6870001AA") == "9000"
    assert card("00D687000201BB00") == "9000"  # an Le with nothing to answer
    assert card("00DC00A305" + "11" * 5) == "9000"


def test_case_4_waits_for_get_response(card: Transmit) -> None:
    assert card("00A40004026F80") == "611C"
    assert card("00C000001C")[:2] == "62"
    assert card("00A2010401" + "01") == "6101"
    assert card("00C0000001") == "019000"
    assert card("8032000001" + "05") == "6106"
    assert card("00C0000006") == "0101010106059000"
    assert card("8032000001" + "0100") == "0101010107019000"


def test_get_response(card: Transmit) -> None:
    assert card("00C0000000") == "6985"
    assert card("00A40004026F07").startswith("61")
    assert card("00C00000FF")[:2] == "6C"
    part = card("00C0000004")
    assert part.startswith("62")
    assert part[8:10] == "61"
    assert card("00C0010000") == "6A86"
    assert card("00B0000001") == "089000"  # any other command discards the rest
    assert card("00C0000000") == "6985"
    assert card("00A40004026F07").startswith("61")
    assert card("00C00000") == "6700"
    assert card("00C0000000").endswith("9000")


def test_a_record_longer_than_a_byte_can_say(card: Transmit) -> None:
    template = "82044221" + "0102" + "83026FA0" + "8A0105" + "8B036F0601" + "80020204"
    assert card(f"00E00000{len(template) // 2 + 2:02X}62{len(template) // 2:02X}{template}") == "9000"
    assert card("00DC010400" + "0102" + "5A" * 258) == "9000"
    assert card("00B2010400" + "0102") == "5A" * 258 + "9000"
    assert card("00B2010400") == "6100"


def test_commands_in_a_chain(card: Transmit) -> None:
    card("00A4000C026FC4")
    assert card("10D60000FF" + "AB" * 255) == "9000"
    assert card("00D6000002" + "ABAB") == "9000"
    assert card("00B0010002") == "AB" + f"{CONTENT[257]:02X}" + "9000"


def test_the_gsm_class_is_not_supported(card: Transmit) -> None:
    assert card("A0A40000023F00") == "6E00"
    assert card("A0B0000009") == "6E00"


def test_more_blocks_while_a_proactive_command_waits() -> None:
    made = open_profile()
    proactive = Proactive()
    runtime = Runtime(UiccApplet(lambda: made, Chip(proactive=proactive)), proactive)
    runtime.reset()

    def card(command: str) -> str:
        return runtime.transmit(bytes.fromhex(command)).hex().upper()

    assert card("8010000003FFFFFF") == "9000"
    card("00A4040C0C" + USIM_AID.hex())
    card("00A4000C026FF8")
    assert card("80DB0080028102") == "63F1"
    proactive.refresh(4)
    assert card("80DB00000101") == "63F2"
    assert card("80DB00000102").startswith("91")
    assert card("80CB0080018103") == "81020162F2"
    assert card("80CB000001").startswith("0291")
