"""The file system behind the runtime: channels, selection by AID, responses in pieces (TS 102 221)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime
from tests.uicc.handmade import CONTENT, ISIM_AID, USIM_AID, applet, profile

Transmit = Callable[[str], str]


@pytest.fixture
def card() -> Transmit:
    served = profile()
    runtime = Runtime(applet(lambda: served), Proactive())
    runtime.reset()
    return lambda command: runtime.transmit(bytes.fromhex(command)).hex().upper()


def test_partial_aids_and_occurrences(card: Transmit) -> None:
    assert card("00A4040C07A0000000871004") == "9000"
    assert card("80F2000100") == f"840C{ISIM_AID.hex().upper()}9000"
    assert card("00A4040C05A000000087") == "9000"
    assert card("80F2000100") == f"840C{USIM_AID.hex().upper()}9000"
    assert card("00A4040E05A000000087") == "9000"  # next
    assert card("80F2000100") == f"840C{ISIM_AID.hex().upper()}9000"
    assert card("00A4040E05A000000087") == "6A82"
    assert card("00A4040F05A000000087") == "9000"  # previous
    assert card("80F2000100") == f"840C{USIM_AID.hex().upper()}9000"
    assert card("00A4040C07A0000000871009") == "6A82"


def test_the_end_of_an_application_session(card: Transmit) -> None:
    select = f"00A4044C0C{USIM_AID.hex()}"
    assert card(f"00A4040C0C{USIM_AID.hex()}") == "9000"
    assert card(select) == "9000"
    assert card("80F2000100") == "6985"
    assert card("00A4000C027FFF") == "6A82"


def test_an_fcp_without_le_waits_for_get_response(card: Transmit) -> None:
    assert card("00A40004023F00") == "6128"
    assert card("00C0000028").startswith("62268202782183023F00")
    assert card("00A40004023F0000").endswith("9000")


def test_a_long_read_without_le(card: Transmit) -> None:
    card(f"00A4040C0C{USIM_AID.hex()}")
    card("00A4000C026FC4")
    assert card("00B00000") == "6100"
    assert card("00C0000000") == CONTENT[:256].hex().upper() + "9000"


def test_a_deactivated_file(card: Transmit) -> None:
    card(f"00A4040C0C{USIM_AID.hex()}")
    assert card("00A40004026F45") == "6283"
    assert card("00C0000000").startswith("62")
    assert card("00A40004026F4500").endswith("6283")
    assert card("00A4000C026F45") == "6283"


def test_channels(card: Transmit) -> None:
    assert card("01A4000C023F00") == "6881"
    assert card("0070000001") == "019000"
    assert card(f"01A4040C0C{USIM_AID.hex()}") == "9000"
    assert card("01A4000C025FC0") == "9000"
    assert card("00A4000C027FFF") == "6A82"  # the application is active on channel 1 only
    assert card("01B0810001") == "059000"
    assert card("00B0810001") == "6A82"
    assert card("0170000001") == "029000"  # opened from channel 1: its directory is inherited
    assert card("02B0810001") == "059000"
    assert card("0070000001") == "039000"  # opened from the basic channel: the MF
    assert card("03B0810001") == "6A82"
    assert card("00708001") == "9000"
    assert card("01B0810001") == "6881"


def test_other_instructions(card: Transmit) -> None:
    assert card("00F20000") == "6E00"
