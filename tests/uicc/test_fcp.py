"""FCP templates, TS 102 221 11.1.1.3: whole templates, in the fixed order."""

from __future__ import annotations

import pytest

from euicc.uicc import fcp
from euicc.uicc.filesystem import Body, Df, Ef, FileKind
from tests.uicc.handmade import USIM_AID, profile, running


def of_ef(ef: Ef) -> str:
    return fcp.template(ef, running(profile())).hex().upper()


@pytest.mark.parametrize(
    ("ef", "expected"),
    [
        (
            Ef(0x6F07, FileKind.TRANSPARENT, Body(bytes(9)), sfi=7, security=b"\x6f\x06\x02"),
            "6217 82024121 83026F07 8A0105 8B036F0602 80020009 880138",
        ),
        (
            Ef(0x6F3B, FileKind.LINEAR_FIXED, Body(bytes(60), 30), security=b"\x6f\x06\x02"),
            "6219 82054221001E02 83026F3B 8A0105 8B036F0602 8002003C 8800",
        ),
        (
            Ef(0x6F39, FileKind.CYCLIC, Body(bytes(9), 3), security=b"\x6f\x06\x02", special=0x80),
            "621E 82054621000303 83026F39 A503C00180 8A0105 8B036F0602 80020009 8800",
        ),
        (
            Ef(0x6F05, FileKind.TRANSPARENT, Body(bytes(2)), security=b"\x6f\x06\x00\x02\x01\x03"),
            "6219 82024121 83026F05 8A0105 8B066F0600020103 80020002 8800",
        ),
        (
            Ef(0x6F05, FileKind.TRANSPARENT, Body(bytes(70000)), shareable=False, lcsi=4),
            "6212 82020121 83026F05 8A0104 8003011170 8800",
        ),
        (
            Ef(0x6FF8, FileKind.BER_TLV, Body(bytes(3)), security=b"\x6f\x06\x02", reserved_size=64),
            "6224 82027921 83026FF8 A50C 830308003D 840101 85020040 8A0105 8B036F0602 80020003 8800",
        ),
        (
            Ef(0x6FF8, FileKind.BER_TLV, Body(b""), reserved_size=64, maximum_size=0x12345),
            "6224 82027921 83026FF8 A511 8303012345 840101 85020040 8603012345 8A0105 80020000 8800",
        ),
    ],
)
def test_elementary_files(ef: Ef, expected: str) -> None:
    assert of_ef(ef) == expected.replace(" ", "")


def test_the_record_count_has_one_byte() -> None:
    assert of_ef(Ef(0x6F3A, FileKind.LINEAR_FIXED, Body(bytes(300), 1)))[4:18] == "820542210001FF"


def test_an_announced_size_is_enough() -> None:
    def expand() -> bytes:
        raise AssertionError("the FCP must not need the content")

    assert "80020200" in of_ef(Ef(0x6FC4, FileKind.TRANSPARENT, Body(expand, size=512)))


@pytest.mark.parametrize(
    ("pin1", "pin2", "mask"), [(0x06, 0x03, "60"), (0x07, 0x03, "E0"), (0x06, 0x02, "20"), (0x07, 0x02, "A0")]
)
def test_pin_status_follows_the_profile(pin1: int, pin2: int, mask: str) -> None:
    made = profile(pin1, pin2)
    adf = made.filesystem.adfs[USIM_AID]
    assert fcp.pin_status_template(adf, running(made)).hex().upper() == f"C60C9001{mask}83010183018183010A"


def test_pin_status_of_many_keys_and_of_the_universal_pin() -> None:
    made = profile()
    nine = Df(0x7F20, FileKind.DF, pin_keys=bytes.fromhex("0A0A0A0A0A0A0A0A01"), parent=made.filesystem.mf)
    status = fcp.pin_status_template(nine, running(made)).hex().upper()
    assert status.startswith("C61F9002FF0083010A")
    assert status.endswith("83010A830101")
    universal = Df(0x7F20, FileKind.DF, pin_keys=b"\x01\x11", parent=made.filesystem.mf)
    assert fcp.pin_status_template(universal, running(made)).hex().upper() == "C60C900140830101950100830111"
