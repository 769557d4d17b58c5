"""Reading the files of a UICC as a device does."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, StatusError, TransportError, fcp, status
from euicc import Card
from ipa import files
from tests.apdu.scripted import ScriptedCard
from tests.isdr.installed import install


@pytest.fixture
def channel() -> ApduChannel:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    return ApduChannel(card)


def test_files_by_name(channel: ApduChannel) -> None:
    assert len(files.read_binary(channel, "EF.ICCID")) == 10
    assert files.read_binary(channel, b"\x2f\xe2") == files.read_binary(channel, "mf/ef.iccid")
    records = files.read_records(channel, "EF.DIR")
    assert {len(record) for record in records} == {len(records[0])}


def test_an_application_first(channel: ApduChannel) -> None:
    usim, isim = files.applications(channel)
    assert (usim.path, isim.path) == ("ADF.USIM", "ADF.ISIM")
    with pytest.raises(StatusError):
        files.read_binary(channel, "EF.IMSI")
    assert files.enter(channel, "ADF.USIM").aid == usim.aid
    assert len(files.read_binary(channel, "EF.IMSI")) == 9
    assert files.enter(channel, isim.aid).is_directory
    assert files.select(channel, "ADF.ISIM").aid == isim.aid


def test_the_fcp_of_each_kind(channel: ApduChannel) -> None:
    found = files.select(channel, "MF/EF.ARR")
    assert (found.structure, found.fid, found.sfi) == (fcp.LINEAR_FIXED, 0x2F06, 6)
    assert found.size == found.record_count * found.record_length
    assert files.select(channel, "MF").is_directory
    assert files.select(channel, "EF.ICCID").size == 10


def test_what_is_not_there(channel: ApduChannel) -> None:
    with pytest.raises(ValueError, match=r"EF\.NOTHING"):
        files.select(channel, "EF.NOTHING")
    for path in ("MF/DF.CD", b"\x7f\x66\x4f\x01"):
        with pytest.raises(StatusError) as refusal:
            files.select(channel, path)
        assert refusal.value.sw == status.FILE_NOT_FOUND
    with pytest.raises(StatusError):
        files.enter(channel, "ADF.CSIM")


def scripted(*exchanges: tuple[str, str]) -> ApduChannel:
    return ApduChannel(ScriptedCard(*exchanges))


SELECT_EF = "00A40804026F0100"


def test_a_long_file_comes_in_blocks() -> None:
    channel = scripted(
        (SELECT_EF, "620C8202412183026F018002012C9000"),
        ("00B00000FF", "11" * 255 + "9000"),
        ("00B000FF2D", "22" * 45 + "9000"),
    )
    assert files.read(channel, b"\x6f\x01") == (b"\x11" * 255 + b"\x22" * 45,)


def test_records_are_counted_by_the_size_where_the_descriptor_does_not() -> None:
    channel = scripted(
        (SELECT_EF, "620E82044221000383026F01800200069000"),
        ("00B2010403", "0102039000"),
        ("00B2020403", "0405069000"),
    )
    assert files.read(channel, b"\x6f\x01") == (b"\x01\x02\x03", b"\x04\x05\x06")


def test_a_ber_tlv_file() -> None:
    channel = scripted(
        (SELECT_EF, "6208 8202 7921 8302 6F01 9000".replace(" ", "")),
        ("80CB0080015C00", "5C03 80 BF01 9000".replace(" ", "")),
        ("80CB0080018000", "8004010262F1"),
        ("80CB000000", "0304 9000".replace(" ", "")),
        ("80CB008002BF0100", "BF01009000"),
    )
    assert files.read(channel, b"\x6f\x01") == (bytes.fromhex("800401020304"), bytes.fromhex("BF0100"))


def test_a_deactivated_file_is_selected() -> None:
    channel = scripted((SELECT_EF, "620B8202412183026F018A01046283"))
    assert files.select(channel, b"\x6f\x01").deactivated


@pytest.mark.parametrize("answer", ["9000", "62009000", "6F028400 9000", "6204830211229000", "6282 9000"])
def test_no_fcp(answer: str) -> None:
    with pytest.raises(TransportError, match="no FCP template"):
        files.select(scripted((SELECT_EF, answer.replace(" ", ""))), b"\x6f\x01")


@pytest.mark.parametrize("answer", ["9000", "5C819000", "8000 9000"])
def test_no_tag_list(answer: str) -> None:
    channel = scripted((SELECT_EF, "62088202792183026F019000"), ("80CB0080015C00", answer.replace(" ", "")))
    with pytest.raises(TransportError, match="no tag list"):
        files.read(channel, b"\x6f\x01")


def test_a_refused_read() -> None:
    channel = scripted((SELECT_EF, "620C8202412183026F01800200049000"), ("00B0000004", "6982"))
    with pytest.raises(StatusError) as refusal:
        files.read_binary(channel, b"\x6f\x01")
    assert refusal.value.sw == status.SECURITY_STATUS_NOT_SATISFIED


def test_writing() -> None:
    channel = scripted(
        (SELECT_EF, "620C8202412183026F018002012C9000"),
        ("00D60000FF" + "33" * 255, "9000"),
        ("00D600FF02" + "33" * 2, "9000"),
        (SELECT_EF, "62088202422183026F019000"),
        ("00DC0304020405", "6A83"),
    )
    files.update_binary(channel, b"\x6f\x01", b"\x33" * 257)
    with pytest.raises(StatusError):
        files.update_record(channel, b"\x6f\x01", 3, b"\x04\x05")


def test_an_application_whose_identifier_ends_like_filler() -> None:
    channel = scripted(
        ("00A40804022F0000", "620E82044221001483022F00800200149000"),
        ("00B2010414", "61124F10A0000003431002F310FFFF89020000FF9000"),
    )
    (found,) = files.applications(channel)
    assert found.aid == bytes.fromhex("A0000003431002F310FFFF89020000FF")
    assert (found.path, found.label) == ("ADF.CSIM", "")
