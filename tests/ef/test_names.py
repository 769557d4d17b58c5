"""Files by name and by number."""

from __future__ import annotations

import pytest

from apdu.ef import names
from apdu.ef.directories import DIRECTORIES, Kind
from euicc.isdp.templates import TEMPLATES

USIM_AID = bytes.fromhex("A0000000871002FF49FF0589")


@pytest.mark.parametrize(
    ("name", "path", "fids"),
    [
        ("EF.IMSI", "ADF.USIM/EF.IMSI", (0x7FFF, 0x6F07)),
        ("ef.iccid", "MF/EF.ICCID", (0x2FE2,)),
        ("DF.TELECOM/EF.SMSP", "MF/DF.TELECOM/EF.SMSP", (0x7F10, 0x6F42)),
        ("EF.SMSP", "ADF.USIM/EF.SMSP", (0x7FFF, 0x6F42)),
        ("ADF.USIM/DF.5GS/EF.SUCI_Calc_Info", "ADF.USIM/DF.5GS/EF.SUCI_Calc_Info", (0x7FFF, 0x5FC0, 0x4F07)),
        (
            "ADF.USIM/DF.SAIP/EF.SUCI_Calc_Info",
            "ADF.USIM/DF.SAIP/EF.SUCI_Calc_Info",
            (0x7FFF, 0x5FD0, 0x4F01),
        ),
        ("EF.IMPI", "ADF.ISIM/EF.IMPI", (0x7FFF, 0x6F02)),
        ("DF.PHONEBOOK", "ADF.USIM/DF.PHONEBOOK", (0x7FFF, 0x5F3A)),
        ("/ADF.ISIM/", "ADF.ISIM", (0x7FFF,)),
        ("mf", "MF", (0x3F00,)),
    ],
)
def test_find(name: str, path: str, fids: tuple[int, ...]) -> None:
    known = names.find(name)
    assert known is not None
    assert (known.path, known.fids) == (path, fids)


def test_nothing_by_this_name() -> None:
    assert names.find("EF.NOTHING") is None
    assert names.find("ADF.USIM/EF.ICCID") is None
    assert names.by_fid("ADF.USIM", 0x2FE2) is None
    assert names.children("ADF.USIM/DF.NOTHING") == ()


def test_by_number() -> None:
    known = names.by_fid("ADF.USIM", 0x6F38)
    assert known is not None
    assert (known.name, known.row.kind, known.row.sfi) == ("EF.UST", Kind.TRANSPARENT, 0x04)
    assert names.by_sfi("ADF.USIM", 0x07) == names.find("EF.IMSI")
    anywhere = names.by_fid("MF/DF.TELECOM/DF.PHONEBOOK", 0x4F5A)
    assert anywhere is not None
    assert (anywhere.name, anywhere.application) == ("EF.ADN", "MF")


def test_applications() -> None:
    assert names.of_application(USIM_AID) == "ADF.USIM"
    assert names.of_application(bytes.fromhex("A0000000871004")) == "ADF.ISIM"
    assert names.of_application(bytes.fromhex("A0000005591010FFFFFFFF8900000100")) == ""


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_a_number_means_one_file(directory: str) -> None:
    listed = names.children(directory)
    assert len({each.row.fid for each in listed}) == len(listed)
    short = [each.row.sfi for each in listed if each.row.sfi]
    assert len(set(short)) == len(short)
    for each in listed:
        assert names.find(each.path) is not None
        assert each.fids[-1] == each.row.fid


ELEMENTS = {
    "usim": "ADF.USIM",
    "opt_usim": "ADF.USIM",
    "isim": "ADF.ISIM",
    "opt_isim": "ADF.ISIM",
    "mf": "MF",
}


@pytest.mark.parametrize(
    "template",
    [each for each in TEMPLATES.values() if each.element in ELEMENTS],
    ids=lambda each: str(each.oid),
)
def test_the_templates_of_profile_packages_agree(template: object) -> None:
    """Written down independently: the installer's tables name the same files by the same numbers."""
    assert isinstance(template, type(next(iter(TEMPLATES.values()))))
    directory = ELEMENTS[template.element]
    for row in template.rows:
        if row.is_directory:
            continue
        known = names.by_fid(directory, row.fid)
        assert known is not None, row.field
        spelled = "".join(filter(str.isalnum, known.row.name)).casefold()
        assert spelled == row.field.removeprefix("ef_").replace("_", "").replace("acmax", "acmmax"), row
        assert row.sfi is None or known.row.sfi is None or known.row.sfi == row.sfi
        assert row.kind is None or row.kind.name == known.row.kind.name
