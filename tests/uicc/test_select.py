"""SELECT and STATUS, bytes in and bytes out (TS 102 221 11.1.1, 11.1.2)."""

from __future__ import annotations

import pytest

from tests.uicc.handmade import ISIM_AID, USIM_AID, channel

MF_FCP = "62268202782183023F00A5068001718701018A01058B032F0603C60C90016083010183018183010A"
ICCID_FCP = "62178202412183022FE28A01058B032F06018002000A880110"


def test_mf_by_every_form() -> None:
    card = channel()
    for command in ("00A4000402 3F00", "00A4000002 3F00", "00A40004", "00A4080402 3F00"):
        assert card(command) == MF_FCP + "9000"


def test_no_data_with_p2_0c() -> None:
    assert channel()("00A4000C02 2FE2") == "9000"


def test_ef_fcp() -> None:
    assert channel()("00A4000402 2FE2") == ICCID_FCP + "9000"


def test_adf_fcp_has_the_aid_instead_of_a_file_id() -> None:
    answer = channel()("00A404040C" + USIM_AID.hex())
    assert answer == (
        "622D82027821" + "840C" + USIM_AID.hex().upper() + "A503800171" + "8A0105" + "8B032F0603"
        "C60C9001608301018301818301" + "0A9000"
    )


@pytest.mark.parametrize(
    ("steps", "sw"),
    [
        (["7F10", "6F3C"], "9000"),
        (["7F10", "5F3A", "4F22"], "9000"),
        (["7F10", "5F3A", "7F10"], "9000"),  # the parent
        (["7F10", "7F10"], "9000"),  # the current DF
        (["7F10", "2FE2"], "6A82"),  # an EF of the parent
        (["7F10", "6F3C", "5F3A"], "9000"),  # an EF leaves its DF current
        (["4F22"], "6A82"),
        (["7FD0"], "6A82"),  # temporary FID of the ADF
        (["7FFF"], "6A82"),  # no application is active
    ],
)
def test_by_file_id(steps: list[str], sw: str) -> None:
    card = channel()
    for step in steps[:-1]:
        assert card("00A4000C02" + step) == "9000"
    assert card("00A4000C02" + steps[-1]) == sw


def test_siblings_of_the_current_df() -> None:
    card = channel().usim()
    assert card("00A4000C02 5FC0") == "9000"
    assert card("00A4000C02 7FFF") == "9000"
    assert card("00A4000C02 7F10") == "9000"  # child of the MF, which is the parent of the ADF
    assert card("00A4000C02 7FB0") == "6A82"


def test_child_and_parent() -> None:
    card = channel()
    assert card("00A4010C02 7F10") == "9000"
    assert card("00A4010C02 5F3A") == "9000"
    assert card("00A4010C02 4F22") == "6A82"  # an EF is no DF
    assert card("00A4030C") == "9000"
    assert card("80F2000000")[:24] == "62208202782183027F10A503"
    assert card("00A4030C") == "9000"
    assert card("00A4030C") == "6A82"  # the MF has no parent
    assert card("00A4030C02 3F00") == "6700"


def test_path_from_mf() -> None:
    card = channel()
    assert card("00A4080C04 7F106F3C") == "9000"
    assert card("00A4080C06 7F105F3A4F22") == "9000"
    assert card("00A4080C04 7FFF6F07") == "6A82"
    card.usim()
    imsi_fcp = "62178202412183026F078A01058B036F0602800200098801389000"
    assert card("00A4080404 7FFF6F07") == imsi_fcp
    assert card("00A4080C06 7FFF5FC04F01") == "9000"
    assert card("00A4080C06 7FFF6F074F01") == "6A82"
    assert card("00A4080C03 7F106F") == "6700"


def test_path_from_current_df() -> None:
    card = channel()
    assert card("00A4090C04 7F106F3C") == "9000"
    assert card("00A4090C04 5F3A4F22") == "9000"
    assert card("00A4090C04 7F106F3C") == "6A82"


def test_a_failed_select_changes_nothing() -> None:
    card = channel()
    card("00A4000C02 2FE2")
    assert card("00A4000402 6FFF") == "6A82"
    assert card("00B000000A") == "980010325476981032149000"


@pytest.mark.parametrize(
    "command", ["00A4020402 2FE2", "00A4001C02 2FE2", "00A4000802 2FE2", "00A4000502 2FE2"]
)
def test_wrong_p1_p2(command: str) -> None:
    assert channel()(command) == "6A86"


def test_wrong_length() -> None:
    assert channel()("00A4000401 3F") == "6700"


def test_deactivated_file_is_selected_with_a_warning() -> None:
    card = channel().usim()
    assert card("00A4000402 6F45").endswith("8A01048B036F060180020001880188" + "6283")
    assert card("00B0000001") == "6985"
    assert card("00A4000C02 6F46") == "6283"
    assert card("00B0000001") == "039000"  # special file information: usable when deactivated


def test_unknown_application() -> None:
    assert channel()("00A404000C" + "A0000000871009FF49FF0589") == "6A82"


def test_application_switch() -> None:
    card = channel().usim()
    assert card("80F2000110") == "6C0E"
    assert card("80F200010E") == "840C" + USIM_AID.hex().upper() + "9000"
    assert card("00A4040C0C" + ISIM_AID.hex()) == "9000"
    assert card("80F2000100") == "840C" + ISIM_AID.hex().upper() + "9000"
    assert card("00A4080C04 7FFF6F07") == "6A82"
    assert card("00A404080C" + USIM_AID.hex()) == "6A86"
    assert card("80F2000100") == "840C" + ISIM_AID.hex().upper() + "9000"


def test_the_application_stays_active_at_the_mf() -> None:
    card = channel().usim()
    card("00A4000C02 3F00")
    assert card("80F2000000") == MF_FCP + "9000"
    assert card("00A4000C02 7FFF") == "9000"
    assert card("00A4000C02 6F07") == "9000"


def test_status() -> None:
    card = channel()
    assert card("80F2000028") == MF_FCP + "9000"
    assert card("80F20000") == MF_FCP + "9000"
    assert card("80F2000001") == "6C28"
    assert card("80F2000027") == "6C28"
    assert card("80F2010C") == "9000"
    assert card("80F2020C") == "9000"
    assert card("80F2000100") == "6985"
    assert card("80F2030000") == "6A86"
    assert card("80F2000200") == "6A86"
    assert card("80F200000100") == "6700"
    card("00A4000C02 2FE2")
    assert card("80F2000028") == MF_FCP + "9000"
    assert card("00B000000A") == "980010325476981032149000"  # STATUS did not touch the selection


def test_class_and_instruction() -> None:
    card = channel()
    assert card("80A4000402 3F00") == "6E00"
    assert card("00F2000000") == "6E00"
    assert card("001A000000") == "6D00"
