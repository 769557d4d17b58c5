"""SEARCH RECORD, bytes in and bytes out (TS 102 221 11.1.7)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc.uicc.filesystem import Body, Ef, FileKind
from tests.uicc.administered import Device
from tests.uicc.handmade import ALWAYS, DF_ARR, USIM_AID, Channel, channel, profile

RECORDS = ("0102030405", "AA02030405", "0102FFFFFF", "0303030405", "0102030499")
SFI = 0x0B


def with_records(records: tuple[bytes, ...], kind: FileKind = FileKind.LINEAR_FIXED) -> Channel:
    made = profile()
    body = Body(b"".join(records), len(records[0]))
    made.filesystem.adfs[USIM_AID].add(Ef(0x6F55, kind, body, sfi=SFI, security=DF_ARR + ALWAYS))
    return channel(made).usim()


@pytest.fixture(params=[FileKind.LINEAR_FIXED, FileKind.CYCLIC])
def card(request: pytest.FixtureRequest) -> Channel:
    made = with_records(tuple(map(bytes.fromhex, RECORDS)), request.param)
    made("00A4000C026F55")
    return made


def test_simple_forward_and_backward(card: Channel) -> None:
    assert card("00A20104020102 00") == "0103059000"
    assert card("00A20204020102 00") == "03059000"
    assert card("00A20505020102 00") == "0503019000"
    assert card("00A20405020102 00") == "03019000"
    assert card("00A20404020102 00") == "059000"
    assert card("00A201040104 00") == "6282"
    assert card("00A2010405AA02030405") == "029000"
    assert card("00A2010406AA0203040500") == "6282"  # longer than a record


def test_simple_from_the_current_record(card: Channel) -> None:
    assert card("00A20004020102") == "6A83"
    assert card("00A20204020102") == "03059000"  # the first hit is current now
    assert card("00B2000405") == "0102FFFFFF9000"
    assert card("00A20005020102") == "03019000"
    assert card("00A20104017E") == "6282"  # nothing found: the pointer stays
    assert card("00B2000405") == "0102FFFFFF9000"


def test_enhanced_with_an_offset(card: Channel) -> None:
    assert card("00A2010604 0402 0304") == "010204059000"
    assert card("00A2050604 0502 0304") == "050402019000"
    assert card("00A2010603 0404 99") == "059000"
    assert card("00A2010603 0409 99") == "6282"  # outside the record


def test_enhanced_from_the_next_and_the_previous_record(card: Channel) -> None:
    assert card("00A2000604 0402 0304") == "6A83"  # P1 00 is the current record, and there is none
    assert card("00A2000604 0602 0304") == "010204059000"
    assert card("00A2000604 0602 0304") == "0204059000"  # the first hit was current
    assert card("00A2000604 0402 0304") == "0204059000"
    assert card("00A2010604 0602 0304") == "04059000"  # P1 says nothing here
    assert card("00A2050604 0702 0304") == "02019000"
    assert card("00A2000604 0502 0304") == "02019000"
    assert card("00A2000604 0702 0304") == "019000"
    assert card("00A2000604 0702 0304") == "6282"  # nothing before the first
    assert card("00A2000604 0602 0304") == "0204059000"


def test_enhanced_from_the_previous_record_without_a_current_one(card: Channel) -> None:
    assert card("00A2000604 0702 0304") == "050402019000"
    assert card("00A2000603 0600 01") == "6282"  # the last is current, and nothing behind it


def test_enhanced_behind_a_character(card: Channel) -> None:
    assert card("00A2010603 0C02 03") == "0102059000"
    assert card("00A2010604 0C03 0405") == "01029000"  # behind the first 03 only
    assert card("00A2050603 0D02 03") == "0502019000"
    assert card("00A2010603 0C77 03") == "6282"


@pytest.mark.parametrize("indication", ["0400", "0500", "0600", "0700"])
def test_another_channel_may_have_made_the_file_shorter(indication: str) -> None:
    device = Device()
    card = device.usim()
    other = Channel(card.applet).usim()
    assert card("00A4000C026F3B") == "9000"
    assert card("00B2000304").endswith("9000")  # the last of three
    assert other("80D400000A" + "6208" + "83026F3B" + "80020004") == "9000"
    expected = "6A83" if indication in ("0400", "0500") else "6282"
    assert card(f"00A2000603{indication}77") == expected


def test_by_sfi() -> None:
    card = with_records(tuple(map(bytes.fromhex, RECORDS)))
    assert card("00A2010402 0102") == "6986"
    assert card(f"00A201{SFI << 3 | 4:02X}02 AA02") == "029000"
    assert card("00B2000405") == "AA020304059000"
    assert card("00A201CC01 01") == "6A82"
    assert card("00A2013C01 01") == "6981"


def test_wrong_parameters(card: Channel) -> None:
    assert card("00A2010201 01") == "6A86"
    assert card("00A2010701 01") == "6A86"
    assert card("00A20104") == "6700"
    assert card("00A2010602 0400") == "6700"
    assert card("00A2010603 0000 01") == "6A80"
    assert card("00A2010603 1400 01") == "6A80"
    assert card("00A2060401 01") == "6A83"
    assert card("80A2010401 01") == "6E00"


def test_it_needs_the_right_to_read() -> None:
    card = channel(profile(pin1=0x07)).usim()
    assert card("00A201A40101") == "6982"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.binary(min_size=4, max_size=4).map(lambda r: bytes(b & 1 for b in r)), min_size=1, max_size=9
    ),
    st.integers(1, 9),
    st.binary(min_size=1, max_size=3).map(lambda s: bytes(b & 1 for b in s)),
)
def test_forward_finds_what_a_loop_finds(records: list[bytes], start: int, string: bytes) -> None:
    card = with_records(tuple(records))
    hits = [n for n in range(start, len(records) + 1) if records[n - 1].startswith(string)]
    expected = (bytes(hits).hex().upper() + "9000" if hits else "6282") if start <= len(records) else "6A83"
    assert card(f"00A2{start:02X}{SFI << 3 | 4:02X}{len(string):02X}{string.hex()}") == expected
