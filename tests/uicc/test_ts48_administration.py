"""Files of the TS.48 packages administered with ADM1, by the rules that the packages give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from euicc.uicc.filesystem import Ef, FileKind
from tests.data import needs_ts48, ts48_packages
from tests.uicc.test_ts48 import USIM, Reader

VERIFY_ADM1 = "0020000A08" + "35" * 8
SELECT_USIM = f"00A4040C{len(USIM) // 2:02X}{USIM}"
CREATE = "00E0000015" + "6213" + "82024121" + "83026FA0" + "8A0105" + "8B036F0602" + "800104"
RESIZE_SMS = "80D400000A" + "6208" + "83026F3C" + "8002"
WITHOUT_RULE = bytes.fromhex("7FB06FFE")
"""Refers to a record that the EF_ARR of the ISIM has not."""

packages = pytest.mark.parametrize("package", ts48_packages(), ids=lambda package: str(package.stem))
pytestmark = needs_ts48


@packages
def test_only_who_knows_adm1(package: Path) -> None:
    terminal = Reader(package)
    for adm1, expected in ((False, "6982"), (True, "9000")):
        if adm1:
            assert terminal(VERIFY_ADM1) == "9000"
        assert terminal(SELECT_USIM) == "9000"
        assert terminal(CREATE) == expected
        assert terminal("00040000026F07") == expected
    assert terminal("00B0870009") == "6985"
    assert terminal("00440000026F07") == "9000"
    assert terminal("00B0870009") == "0809101010325406369000"
    assert terminal("00A4000C026FA0") == "9000"
    assert terminal("00D6000004AABBCCDD") == "9000"
    assert terminal("00B0000004") == "AABBCCDD9000"
    assert terminal("00E40000026FA0") == "9000"
    assert terminal("00E40000026F07") == "6982"  # no rule of the package allows it


@packages
def test_a_link_is_resized_with_its_source(package: Path) -> None:
    terminal = Reader(package)
    source = terminal.profile.filesystem.by_package_path(bytes.fromhex("7FD06F3C"))
    assert isinstance(source, Ef)
    length, count = source.body.record_length, source.body.record_count
    resize = f"{RESIZE_SMS}{length * (count + 1):04X}"
    assert terminal("00A4080C027F10") == "9000"
    assert terminal(resize) == "6982"
    assert terminal(VERIFY_ADM1) == "9000"
    assert terminal(resize) == "9000"
    for path in ("7F106F3C", "7FFF6F3C"):
        assert terminal(SELECT_USIM) == "9000"
        assert terminal(f"00A4080C04{path}") == "9000"
        assert terminal(f"00B2{count + 1:02X}0400") == "FF" * length + "9000"
        assert terminal(f"00B2{count + 2:02X}0400") == "6A83"


@packages
def test_objects_of_the_ber_tlv_files(package: Path) -> None:
    terminal = Reader(package)
    files = [file for file in terminal.profile.filesystem.files() if file.kind is FileKind.BER_TLV]
    assert bool(files) is ("_BERTLV" in package.stem)
    assert terminal(VERIFY_ADM1) == "9000"
    for file in files:
        terminal.select(file)
        if file.path == WITHOUT_RULE:
            assert terminal("80DB0080058103AABBCC") == "6982"
            continue
        assert terminal("80DB0080058103AABBCC") == "9000"
        assert terminal("80CB0080018100") == "8103AABBCC9000"
        assert "80020005" in terminal.select(file).hex()
