"""Command and response APDUs: bytes in, bytes out (ISO/IEC 7816-4 5.1-5.4)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import Command, Response, StatusError, TransportError, status

BYTE = st.integers(0, 0xFF)

VECTORS = [
    ("00A40004", Command(0x00, 0xA4, 0x00, 0x04)),
    ("0070000001", Command(0x00, 0x70, 0, 0, le=1)),
    ("00C0000000", Command(0x00, 0xC0, 0, 0, le=256)),
    ("00A40000023F00", Command(0x00, 0xA4, 0, 0, b"\x3f\x00")),
    ("80E2910003BF2E0000", Command(0x80, 0xE2, 0x91, 0, b"\xbf\x2e\x00", 256)),
    ("80E2910003BF2E0010", Command(0x80, 0xE2, 0x91, 0, b"\xbf\x2e\x00", 16)),
    ("80E29100FF" + "AA" * 255, Command(0x80, 0xE2, 0x91, 0, b"\xaa" * 255)),
    ("00B00000000000", Command(0x00, 0xB0, 0, 0, le=65536, extended=True)),
    ("00B00000000100", Command(0x00, 0xB0, 0, 0, le=256, extended=True)),
    ("80E29100000003BF2E00", Command(0x80, 0xE2, 0x91, 0, b"\xbf\x2e\x00", None, True)),
    ("80E29100000003BF2E000000", Command(0x80, 0xE2, 0x91, 0, b"\xbf\x2e\x00", 65536, True)),
    ("80E29100000100" + "AA" * 256 + "0001", Command(0x80, 0xE2, 0x91, 0, b"\xaa" * 256, 1, True)),
    ("80E2910000FFFF" + "AA" * 65535, Command(0x80, 0xE2, 0x91, 0, b"\xaa" * 65535, None, True)),
]

WRONG_LENGTHS = [
    "",
    "00",
    "00A400",
    "00A40000023F",  # Lc 2, one byte
    "00A40000023F000000",  # Lc 2, Le of two bytes
    "00B000000000",  # an extended length cut short
    "80E29100000000AA",  # extended Lc 0 with data
    "80E29100000003BF2E",  # extended Lc 3, two bytes
    "80E29100000003BF2E0000",  # extended with an Le of one byte
    "80E29100000003BF2E00000000",  # extended with an Le of three bytes
]


@pytest.mark.parametrize(("raw", "command"), VECTORS)
def test_every_case_is_read_and_written(raw: str, command: Command) -> None:
    assert Command.parse(bytes.fromhex(raw)) == command
    assert command.encode() == bytes.fromhex(raw)


@pytest.mark.parametrize("raw", WRONG_LENGTHS)
def test_lengths_that_do_not_add_up_are_6700(raw: str) -> None:
    with pytest.raises(StatusError) as refusal:
        Command.parse(bytes.fromhex(raw))
    assert refusal.value.sw == status.WRONG_LENGTH == 0x6700


@given(
    header=st.tuples(BYTE, BYTE, BYTE, BYTE),
    data=st.binary(max_size=300),
    le=st.none() | st.integers(1, 0x10000),
    extended=st.booleans(),
)
def test_what_is_encoded_is_parsed_back(
    header: tuple[int, int, int, int], data: bytes, le: int | None, extended: bool
) -> None:
    command = Command(*header, data, le, extended)
    parsed = Command.parse(command.encode())
    assert (parsed.cla, parsed.ins, parsed.p1, parsed.p2, parsed.data) == (*header, data)
    assert parsed.le == le
    assert parsed.encode() == command.encode()


@given(st.binary(max_size=300))
def test_any_bytes_parse_to_themselves_or_are_6700(raw: bytes) -> None:
    with suppress(StatusError):
        assert Command.parse(raw).encode() == raw


@pytest.mark.parametrize(
    "command",
    [
        Command(0, 0xE2, 0, 0, bytes(65536)),
        Command(0, 0xB0, 0, 0, le=0),
        Command(0, 0xB0, 0, 0, le=65537),
        Command(0, 0xB0, 256, 0),
    ],
)
def test_what_has_no_encoding_is_refused(command: Command) -> None:
    with pytest.raises(ValueError):
        command.encode()


@pytest.mark.parametrize(
    ("cla", "channel", "chained", "secure", "proprietary"),
    [
        (0x00, 0, False, 0, False),
        (0x03, 3, False, 0, False),
        (0x04, 0, False, 1, False),
        (0x0C, 0, False, 3, False),
        (0x11, 1, True, 0, False),
        (0x40, 4, False, 0, False),
        (0x4F, 19, False, 0, False),
        (0x5F, 19, True, 0, False),
        (0x60, 4, False, 2, False),
        (0x80, 0, False, 0, True),
        (0x83, 3, False, 0, True),
        (0x84, 0, False, 1, True),
        (0x90, 0, True, 0, True),
        (0xA0, 0, False, 0, True),
        (0xC0, 4, False, 0, True),
        (0xCF, 19, False, 0, True),
        (0xE5, 9, False, 2, True),
    ],
)
def test_the_class_byte_is_read(
    cla: int, channel: int, chained: bool, secure: int, proprietary: bool
) -> None:
    command = Command(cla, 0xA4, 0, 0)
    assert command.channel == channel
    assert command.chained is chained
    assert command.secure_messaging == secure
    assert command.proprietary is proprietary


@pytest.mark.parametrize(
    ("cla", "channel", "moved"),
    [
        (0x00, 3, 0x03),
        (0x00, 4, 0x40),
        (0x02, 19, 0x4F),
        (0x80, 1, 0x81),
        (0x80, 4, 0xC0),
        (0x90, 19, 0xDF),
        (0x0C, 4, 0x60),
        (0x60, 0, 0x08),
        (0xCF, 2, 0x82),
    ],
)
def test_a_command_moves_to_another_channel(cla: int, channel: int, moved: int) -> None:
    command = Command(cla, 0xE2, 0x91, 0, b"\x01", 256).on_channel(channel)
    assert command == Command(moved, 0xE2, 0x91, 0, b"\x01", 256)


@pytest.mark.parametrize("channel", [-1, 20])
def test_there_are_twenty_channels(channel: int) -> None:
    with pytest.raises(ValueError):
        Command(0, 0xA4, 0, 0).on_channel(channel)


@pytest.mark.parametrize("raw", ["9000", "6A82", "DEADBEEF9000", "AA" * 256 + "6110"])
def test_responses(raw: str) -> None:
    response = Response.parse(bytes.fromhex(raw))
    assert response.sw == int(raw[-4:], 16) == response.sw1 << 8 | response.sw2
    assert response.data.hex().upper() == raw[:-4]
    assert response.encode() == bytes.fromhex(raw)


@pytest.mark.parametrize("raw", [b"", b"\x90"])
def test_a_response_without_status_word_is_the_transports_fault(raw: bytes) -> None:
    with pytest.raises(TransportError):
        Response.parse(raw)


def test_a_response_that_refuses_carries_its_data_into_the_error() -> None:
    assert Response(b"\x01", 0x9000).checked() == b"\x01"
    assert Response(b"\x02", 0x9110).checked() == b"\x02"
    with pytest.raises(StatusError, match="6282") as refusal:
        Response(b"\x03", 0x6282).checked()
    assert (refusal.value.sw, refusal.value.data) == (0x6282, b"\x03")
