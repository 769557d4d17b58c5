"""Logical channels, raw bytes against toy applications."""

from __future__ import annotations

import pytest

from tests.runtime.toys import ECHO, ECHO_TOO, Toys


def fci(aid: bytes) -> str:
    return f"6F{len(aid):02X}{aid.hex()}9000".upper()


@pytest.fixture
def toys() -> Toys:
    return Toys()


def test_the_card_assigns_the_lowest_free_channel(toys: Toys) -> None:
    assert toys.send("0070000001") == "019000"
    assert toys.send("0070000000") == "029000"
    assert toys.send("00708001") == "9000"
    assert toys.send("0070000001") == "019000"
    assert toys.send("00700000") == "6101"
    assert toys.send("00C0000001") == "039000"


def test_a_channel_of_the_terminals_choice(toys: Toys) -> None:
    assert toys.send("0070000100") == "9000"
    assert toys.send("0070000100") == "6A86"
    assert toys.send("00701000") == "6A86"
    assert toys.send("0070001300") == "9000"
    assert toys.send("0070001400") == "6881"
    assert toys.send("4F200000010A00") == "0A9000"


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("0070000005", "6C01"),
        ("00700000010100", "6700"),
        ("00704000", "6A86"),
        ("00708000", "6A86"),
        ("00708005", "6881"),
    ],
)
def test_manage_channel_refused(toys: Toys, apdu: str, sw: str) -> None:
    assert toys.send(apdu) == sw
    assert toys.send("0070000001") == "019000"


def test_no_channel_left() -> None:
    toys = Toys(channels=3)
    assert [toys.send("0070000001") for _ in range(3)] == ["019000", "029000", "6A81"]
    assert toys.send("0070000300") == "6881"


def test_a_channel_closes_itself_and_its_session(toys: Toys) -> None:
    toys.send("0070000100")
    toys.select(ECHO, 0x01)
    assert toys.send("01708000") == "9000"
    assert toys.events[-1] == ("closed", "echo", 1)
    assert toys.send("0140000001") == "6881"


def test_channels_have_sessions_of_their_own(toys: Toys) -> None:
    toys.send("0070000100")
    toys.select(ECHO, 0x01)
    toys.select(ECHO_TOO, 0x00)
    assert toys.send("0140000001") == "019000"
    assert toys.send("0140000001") == "029000"
    assert toys.send("0040000001") == "019000"


def test_a_channel_inherits_where_the_non_basic_one_stands_that_opened_it(toys: Toys) -> None:
    toys.send("0040000001")
    toys.send("0070000100")
    assert toys.send("0140000001") == "019000"
    toys.send("0170000200")
    assert toys.send("0240000001") == "029000"


def test_reset_closes_channels_and_boots(toys: Toys) -> None:
    toys.send("0070000100")
    toys.select(ECHO)
    toys.send("1020000001AA")
    toys.send("0020000003AABBCC")
    toys.events.clear()
    toys.runtime.reset()
    assert toys.events == [("boot", "echo", -1), ("boot", "deaf", -1), ("boot", "files", -1)]
    assert toys.send("00C0000003") == "6985"
    assert toys.send("0140000001") == "6881"
    assert toys.send("00A40004023F0000") == "620283009000"
