"""Dispatch, responses and chaining, raw bytes against toy applications."""

from __future__ import annotations

import random

import pytest

from apdu import aid as aids
from apdu import tlv
from apdu.cat.commands import uicc_reset
from euicc.runtime.terminal import Terminal
from tests.runtime.toys import DEAF, ECHO, ECHO_TOO, FILES, Toys


def fci(aid: bytes) -> str:
    return f"6F{len(aid):02X}{aid.hex()}9000".upper()


@pytest.fixture
def toys() -> Toys:
    return Toys()


# --- the class byte and what is no command ---


@pytest.mark.parametrize("apdu", ["", "00", "00A404", "00A40400050102", "00A4040000", "00A404000000"])
def test_any_bytes_have_an_answer(toys: Toys, apdu: str) -> None:
    assert len(toys.send(apdu)) >= 4


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("", "6700"),
        ("0020", "6700"),
        ("002000000501", "6700"),
        ("0020000000000501", "6700"),
        ("20200000", "6E00"),
        ("A0A4000000", "6E00"),
        ("FF000000", "6E00"),
        ("01200000", "6881"),
        ("41200000", "6881"),
        ("04200000", "6882"),
        ("8CE20000", "6882"),
        ("60200000", "6881"),
        ("00FE0000", "6D00"),
    ],
)
def test_refusals_before_any_application(toys: Toys, apdu: str, sw: str) -> None:
    assert toys.send(apdu) == sw


# --- SELECT ---


@pytest.mark.parametrize("p2", [0x00, 0x04, 0x08])
@pytest.mark.parametrize("cla", [0x00, 0x01, 0x43])
def test_select_by_aid_on_any_channel(toys: Toys, cla: int, p2: int) -> None:
    for channel in (1, 7):
        assert toys.send(f"007000{channel:02X}00") == "9000"
    assert toys.select(ECHO, cla, p2) == fci(ECHO)
    assert toys.send(f"{cla:02X}20000003AABBCC00") == "AABBCC9000"


def test_select_without_data_wanted(toys: Toys) -> None:
    assert toys.select(ECHO, p2=0x0C) == "9000"
    assert toys.send("00200000010100") == "019000"


def test_select_by_partial_aid_and_its_occurrences(toys: Toys) -> None:
    prefix = ECHO[:5]
    first, last, following, previous = 0, 1, 2, 3
    assert toys.select(prefix, p2=first) == fci(ECHO)
    assert toys.select(prefix, p2=following) == fci(ECHO_TOO)
    assert toys.select(prefix, p2=following) == "6A82"
    assert toys.select(prefix, p2=previous) == fci(ECHO)
    assert toys.select(prefix, p2=previous) == "6A82"
    assert toys.select(prefix, p2=last) == fci(ECHO_TOO)
    assert toys.select(FILES[:2], p2=last) == fci(FILES)


def test_next_and_previous_from_elsewhere_start_at_the_ends(toys: Toys) -> None:
    prefix = ECHO[:5]
    assert toys.select(prefix, p2=2) == fci(ECHO)
    toys.select(FILES)
    assert toys.select(prefix, p2=3) == fci(ECHO_TOO)


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("00A4040005F000000009", "6A82"),
        ("00A4040008" + ECHO.hex() + "00", "6A82"),
        ("00A40400", "6A87"),
        ("00A4040011" + "F0" * 17, "6A87"),
        ("00A4048005F000000002", "6A86"),
        ("00A4042005F000000002", "6A86"),
        ("00A4040005" + DEAF.hex(), "6985"),
        ("00A40000026F99", "6A82"),
    ],
)
def test_a_select_that_fails_changes_nothing(toys: Toys, apdu: str, sw: str) -> None:
    toys.select(ECHO)
    toys.send("0040000001")
    assert toys.send(apdu) == sw
    assert toys.send("0040000001") == "029000"
    assert ("closed", "echo", 0) not in toys.events


def test_select_ends_the_session_before_it(toys: Toys) -> None:
    toys.select(ECHO)
    toys.select(ECHO)
    session = [
        ("selected", "echo", 0),
        ("closed", "files", 0),
        ("selected", "echo", 0),
        ("closed", "echo", 0),
    ]
    assert toys.events == session
    assert toys.send("0040000001") == "019000"


def test_terminating_an_application_leads_back_to_the_files(toys: Toys) -> None:
    toys.select(ECHO)
    assert toys.select(ECHO, p2=0x44) == fci(ECHO)
    assert toys.events[-1] == ("closed", "echo", 0)
    assert toys.send("00A40004023F0000") == "620283009000"


def test_selecting_a_file_leaves_the_application(toys: Toys) -> None:
    toys.select(ECHO)
    assert toys.send("00A40004023F0000") == "620283009000"
    assert toys.events[-1] == ("closed", "echo", 0)
    toys.send("0040000001")
    assert toys.send("00A40004023F0000") == "620283009000"
    assert toys.send("0040000001") == "029000"


def test_selecting_a_deactivated_file_is_a_selection(toys: Toys) -> None:
    toys.select(ECHO)
    assert toys.send("00A40004026F0100") == "620283016283"
    assert toys.events[-1] == ("closed", "echo", 0)


def test_a_warning_with_data_and_no_le_is_followed_by_get_response(toys: Toys) -> None:
    assert toys.send("00A40004026F01") == "6283"
    assert toys.send("00C0000004") == "620283019000"


# --- responses ---


def test_select_without_le_announces_exactly(toys: Toys) -> None:
    apdu = f"00A40404{len(ECHO):02X}{ECHO.hex()}"
    assert toys.send(apdu) == f"61{len(ECHO) + 2:02X}"
    assert toys.send(f"00C00000{len(ECHO) + 2:02X}") == fci(ECHO)
    assert toys.send("00C0000000") == "6985"


@pytest.mark.parametrize("cla", ["00", "80"])
def test_get_response_with_le_00_and_in_either_class(toys: Toys, cla: str) -> None:
    assert toys.send("0020000003AABBCC") == "6103"
    assert toys.send(f"{cla}C0000000") == "AABBCC9000"


def test_get_response_with_wrong_le(toys: Toys) -> None:
    toys.send("0020000003AABBCC")
    assert toys.send("00C0000004") == "6C03"
    assert toys.send("00C00000") == "6700"
    assert toys.send("00C0010003") == "6A86"
    assert toys.send("00C0000002") == "AABB6101"
    assert toys.send("00C0000001") == "CC9000"
    assert toys.send("00C0000001") == "6985"


@pytest.mark.parametrize(
    "between", ["00FE0000", "0040000001", "0070000100", "80AA000005A903830107", "01FE0000"]
)
def test_any_other_command_discards_the_response(toys: Toys, between: str) -> None:
    toys.send("0020000003AABBCC")
    toys.send(between)
    assert toys.send("00C0000003") == "6985"


@pytest.mark.parametrize(
    "apdu", ["00100200", "0010020000", "001002000101", "00100200010100", "00100200010105"]
)
def test_an_answer_of_512_bytes_never_comes_at_once(toys: Toys, apdu: str) -> None:
    assert toys.send(apdu) == "6100"
    first = toys.send("00C0000000")
    second = toys.send("00C0000000")
    assert (len(first), first[-4:]) == (516, "6100")
    assert (len(second), second[-4:]) == (516, "9000")
    assert bytes.fromhex(first[:-4] + second[:-4]) == bytes(range(256)) * 2


def test_the_last_piece_is_announced(toys: Toys) -> None:
    assert toys.send("001001050101") == "6100"
    assert toys.send("00C0000000")[-4:] == "6105"
    assert toys.send("00C0000005") == "00010203049000"


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 300, 600, 2000])
@pytest.mark.parametrize("step", [1, 7, 255, 256])
def test_in_pieces_of_any_size_the_answer_is_the_same(toys: Toys, size: int, step: int) -> None:
    answer = toys.runtime.transmit(bytes((0x00, 0x10, size >> 8, size & 0xFF, 1, 0)))
    collected = b""
    while answer[-2] == 0x61:
        announced = answer[-1] or 256
        answer = toys.runtime.transmit(bytes((0, 0xC0, 0, 0, min(step, announced) & 0xFF)))
        collected += answer[:-2]
    assert answer[-2:] == b"\x90\x00"
    assert collected == bytes(n & 0xFF for n in range(size))


@pytest.mark.parametrize(
    ("apdu", "answer"),
    [
        ("0010000300", "0001029000"),
        ("0010000303", "0001029000"),
        ("0010000302", "6C03"),
        ("0010000304", "6C03"),
        ("0010010004", "6C00"),
        ("00100003", "6103"),
        ("00100003000000", "0001029000"),
        ("00100003000004", "0001029000"),
        ("00200000030A0B0C04", "0A0B0C9000"),
        ("00200000030A0B0C02", "6103"),
        ("002000000000030A0B0C0000", "0A0B0C9000"),
        ("0030698200", "6982"),
    ],
)
def test_le(toys: Toys, apdu: str, answer: str) -> None:
    assert toys.send(apdu) == answer


def test_extended_le_takes_a_long_answer_at_once(toys: Toys) -> None:
    answer = toys.runtime.transmit(bytes.fromhex("00100400000000"))
    assert len(answer) == 0x400 + 2
    assert answer[-2:] == b"\x90\x00"


# --- command chaining ---


def test_a_chain_is_one_command(toys: Toys) -> None:
    assert toys.send("1020000002AABB") == "9000"
    assert toys.send("1020000001CC") == "9000"
    assert toys.send("0020000001DD00") == "AABBCCDD9000"
    assert toys.send("0040000001") == "029000"


def test_another_command_ends_an_unfinished_chain(toys: Toys) -> None:
    toys.send("1020000002AABB")
    assert toys.send("0020000101DD00") == "DD9000"
    assert toys.send("0020000001EE00") == "EE9000"


def test_chains_of_two_channels_do_not_mix(toys: Toys) -> None:
    toys.send("0070000100")
    toys.send("1020000001AA")
    toys.send("1120000001BB")
    assert toys.send("0020000001CC00") == "AACC9000"
    assert toys.send("0120000001DD00") == "BBDD9000"


def test_a_select_may_come_in_a_chain(toys: Toys) -> None:
    assert toys.send(f"10A4040003{ECHO[:3].hex()}") == "9000"
    assert toys.send(f"00A40400{len(ECHO) - 3:02X}{ECHO[3:].hex()}00") == fci(ECHO)


def test_a_chain_has_a_limit(toys: Toys) -> None:
    block = "10200000FF" + "AA" * 255
    answers = [toys.send(block) for _ in range(258)]
    assert answers == ["9000"] * 257 + ["6700"]
    assert toys.send("0020000001DD00") == "DD9000"


# --- TERMINAL CAPABILITY ---


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        ("A903830107", Terminal(lpad=7)),
        ("A9088100820101830107", Terminal(lpad=7)),
        ("A903840101", Terminal(ipad=1)),
        ("A9088003070A32840101", Terminal(ipad=1)),
        ("A900", Terminal()),
        ("A9028300", Terminal()),
        ("A906C20155830107", Terminal(lpad=7)),
    ],
)
def test_terminal_capability(toys: Toys, data: str, declared: Terminal) -> None:
    assert tlv.parse(bytes.fromhex(data)).tag == 0xA9
    assert toys.send(f"80AA0000{len(data) // 2:02X}{data}") == "9000"
    assert toys.runtime.terminal == declared
    toys.runtime.reset()
    assert toys.runtime.terminal == Terminal()


def test_terminal_capabilities_add_up(toys: Toys) -> None:
    assert toys.send("80AA000005A903830107") == "9000"
    assert toys.send("81AA000005A903840101") == "6881"
    assert toys.send("80AA000005A903840101") == "9000"
    assert toys.runtime.terminal == Terminal(7, 1)


@pytest.mark.parametrize(
    ("apdu", "sw"),
    [
        ("80AA0000", "6A80"),
        ("80AA000003830107", "6A80"),
        ("80AA000005A904830107", "6A80"),
        ("80AA010005A903830107", "6A86"),
        ("00AA000005A903830107", "6D00"),
    ],
)
def test_terminal_capability_refused(toys: Toys, apdu: str, sw: str) -> None:
    assert toys.send(apdu) == sw
    assert toys.runtime.terminal == Terminal()


def test_random_bytes_always_have_an_answer() -> None:
    toys = Toys()
    chance = random.Random(2)
    starts = [
        b"\x00\xa4\x04",
        b"\x00\x70",
        b"\x00\xc0",
        b"\x80\xaa",
        b"\x80\x10",
        b"\x80\x12",
        b"\x80\x14",
        b"\x10",
        b"",
    ]
    for _ in range(20_000):
        if not chance.randrange(500):
            toys.proactive.queue(uicc_reset())
        raw = chance.choice(starts) + chance.randbytes(chance.choice((0, 1, 2, 3, 4, 5, 6, 7, 12, 40, 300)))
        assert len(toys.runtime.transmit(raw)) >= 2
    toys.runtime.reset()
    assert toys.select(ECHO) == fci(ECHO)
    assert toys.select(aids.ISD_R) == "6A82"
