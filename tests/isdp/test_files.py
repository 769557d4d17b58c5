"""Each rule by which a file of a template comes into being."""

from __future__ import annotations

from typing import Any

import pytest

from asn1.generated import pe
from euicc.uicc.filesystem import FileKind
from tests.isdp.filing import (
    body,
    ef,
    profile_with,
    refused_file,
)
from tests.isdp.packages import (
    USIM_AID,
    USIM_FID,
    Status,
    basic,
    content,
    fcp,
    inserted,
    install,
    mf,
    offset,
    pattern,
    records,
    refused_with,
    replaced,
    size,
    telecom,
    usim,
)

# -- content --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((), "ffffffffffff"),
        ((content(b"\x01\x02"),), "0102ffffffff"),
        ((offset(2), content(b"\x01")), "ffff01ffffff"),
        ((content(b"\x01"), offset(1), content(b"\x02"), offset(1), content(b"\x03\x04")), "01ff02ff0304"),
        ((fcp(proprietary_ef_info=pattern(fill_pattern=b"\x01\x02")),), "010202020202"),
        ((fcp(proprietary_ef_info=pattern(repeat_pattern=b"\x01\x02\x03\x04")),), "010203040102"),
        (
            (fcp(proprietary_ef_info=pattern(fill_pattern=b"\x00")), offset(3), content(b"\x09")),
            "000000090000",
        ),
        ((fcp(proprietary_ef_info=pattern(fill_pattern=bytes(range(9)))),), "000102030405"),
        ((fcp(ef_file_size=b"\x03"),), "ffffff"),
        ((fcp(ef_file_size=b"\x00\x03"),), "ffffff"),
    ],
)
def test_content_of_a_transparent_file(items: tuple[pe.FileItem, ...], expected: str) -> None:
    """EF.LI of the template: 6 bytes of FF."""
    assert body(b"\x6f\x05", ef_li=items).hex() == expected


@pytest.mark.parametrize(
    ("fields", "fills", "expected"),
    [
        ({}, (), "000000" * 1),
        ({"ef_file_size": b"\x09"}, (), "000000" * 3),
        ({"file_descriptor": b"\x46\x21\x00\x05"}, (), "000000ffff"),
        ({"file_descriptor": b"\x46\x21\x00\x02", "ef_file_size": b"\x06"}, (), "0000" * 3),
        (
            {"ef_file_size": b"\x06", "proprietary_ef_info": pattern(fill_pattern=b"\x01\x02")},
            (),
            "010202" * 2,
        ),
        (
            {"ef_file_size": b"\x06", "proprietary_ef_info": pattern(repeat_pattern=b"\x01\x02")},
            (),
            "010201" * 2,
        ),
        ({"ef_file_size": b"\x09"}, (offset(2), content(b"\x07\x08")), "000007080000000000"),
    ],
)
def test_content_of_a_record_file(fields: dict[str, Any], fills: tuple[Any, ...], expected: str) -> None:
    """EF.ACM of the template: cyclic, one record 000000. Patterns and defaults begin anew in each record."""
    acm = (fcp(**fields), *fills)
    assert body(b"\x6f\x39", ef_acm=acm).hex() == expected


def test_defaults_that_are_patterns_are_extended_and_others_padded() -> None:
    profile = profile_with(
        ef_acl=(fcp(ef_file_size=b"\x05"),),
        ef_plmnwact=(fcp(ef_file_size=b"\x2c"),),
        ef_cfis=(fcp(file_descriptor=b"\x42\x21\x00\x12", ef_file_size=b"\x24"),),
        ef_puct=(fcp(ef_file_size=b"\x03"),),
    )
    assert ef(profile, USIM_FID + b"\x6f\x57").body.content.hex() == "00ffffffff"
    assert ef(profile, USIM_FID + b"\x6f\x60").body.content.hex() == "ffffff0000" * 8 + "ffffffff"
    assert ef(profile, USIM_FID + b"\x6f\xcb").body.content.hex() == ("0100" + "ff" * 16) * 2
    assert ef(profile, USIM_FID + b"\x6f\x41").body.content.hex() == "ffffff"


def test_a_given_pattern_replaces_the_default_and_other_information_does_not() -> None:
    profile = profile_with(
        ef_acmax=(fcp(proprietary_ef_info=pattern(special_file_information=b"\x40")),),
        ef_puct=(fcp(proprietary_ef_info=pattern(fill_pattern=b"\x11")),),
    )
    assert ef(profile, USIM_FID + b"\x6f\x37").body.content.hex() == "000000"
    assert ef(profile, USIM_FID + b"\x6f\x41").body.content.hex() == "11" * 5


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"ef_li": (content(bytes(7)),)}, Status.BAD_VALUES),
        ({"ef_li": (offset(6), content(b"\x00"))}, Status.BAD_VALUES),
        ({"ef_li": (offset(65535), content(b"\x00"))}, Status.BAD_VALUES),
        ({"ef_li": (fcp(ef_file_size=b""),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(ef_file_size=b"\x01\x00\x00\x00"),)}, Status.BAD_VALUES),
        ({"ef_acm": (fcp(ef_file_size=b"\x04"),)}, Status.BAD_VALUES),
        ({"ef_acm": (fcp(ef_file_size=size(3 * 255)),)}, Status.BAD_VALUES),
        (
            {"ef_acm": (fcp(file_descriptor=b"\x46\x21\x01\x00", ef_file_size=b"\x01\x00"),)},
            Status.BAD_VALUES,
        ),
        ({"ef_acm": (fcp(file_descriptor=b"\x46\x21\x00\x00"),)}, Status.BAD_VALUES),
        ({"ef_acm": (fcp(file_descriptor=b"\x46\x21\x03"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(file_descriptor=b"\x78\x21"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(file_descriptor=b"\x00\x21"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(file_id=b"\x3f\x00"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(file_id=b"\x7f\xff"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(security_attributes_referenced=b"\x6f\x06"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(short_efid=b"\x0c"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(short_efid=b"\xf8"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(lcsi=b"\x55"),)}, Status.BAD_VALUES),
        ({"ef_gid1": ()}, Status.INVALID_PARAMETER),
        ({"ef_gid1": (fcp(ef_file_size=b"\x02"),)}, Status.INVALID_PARAMETER),
        ({"ef_mmsup": ()}, Status.INVALID_PARAMETER),
        ({"ef_mmsup": (fcp(file_descriptor=b"\x42\x21\x00\x05"),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(pin_status_template_do=b"\x01"),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(df_name=USIM_AID),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(), fcp())}, Status.INVALID_PARAMETER),
        ({"ef_li": (pe.FileItem(do_not_create=True), content(b"\x00"))}, Status.INVALID_PARAMETER),
        ({"ef_li": (content(b"\x00"), pe.FileItem(do_not_create=True))}, Status.INVALID_PARAMETER),
        (
            {"ef_li": (fcp(proprietary_ef_info=pattern(fill_pattern=b"\x00", repeat_pattern=b"\x00")),)},
            Status.INVALID_PARAMETER,
        ),
        ({"ef_li": (fcp(file_id=b"\x6f\x07"),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(link_path=b"\x7f\x99"),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(link_path=b"\x7f\xd0"),)}, Status.INVALID_PARAMETER),
        ({"ef_li": (fcp(link_path=b"\x7f\xd0\x6f"),)}, Status.BAD_VALUES),
        ({"ef_li": (fcp(link_path=b"\x7f\xd0\x6f\x07"), content(b"\x00"))}, Status.INVALID_PARAMETER),
    ],
)
def test_refused_files(files: dict[str, Any], status: int) -> None:
    assert refused_file(**files) == status


# -- attributes ------------------------------------------------------------------------------------------------


def test_attributes_come_from_the_template_or_the_fcp() -> None:
    profile = profile_with(
        ef_li=(),
        ef_acm=(fcp(lcsi=b"\x04", short_efid=b"\xe0", security_attributes_referenced=b"\x03"),),
        ef_acmax=(fcp(security_attributes_referenced=b"\x2f\x06\x02", file_descriptor=b"\x01\x21"),),
        ef_cbmid=(fcp(short_efid=b""),),
    )
    li = ef(profile, USIM_FID + b"\x6f\x05")
    assert (li.kind, li.sfi, li.security.hex(), li.lcsi, li.special, li.shareable) == (
        *(FileKind.TRANSPARENT, 0x02, "6f0601", 5, 0, True),
    )
    acm = ef(profile, USIM_FID + b"\x6f\x39")
    assert (acm.kind, acm.sfi, acm.security.hex(), acm.lcsi, acm.special) == (
        *(FileKind.CYCLIC, 0x1C, "6f0603", 4, 0x80),
    )
    acmax = ef(profile, USIM_FID + b"\x6f\x37")
    assert (acmax.security.hex(), acmax.shareable, acmax.sfi) == ("2f0602", False, None)
    assert ef(profile, USIM_FID + b"\x6f\x48").sfi is None


def test_high_update_may_be_taken_away() -> None:
    profile = profile_with(ef_acm=(fcp(proprietary_ef_info=pattern(fill_pattern=b"\x00")),))
    assert ef(profile, USIM_FID + b"\x6f\x39").special == 0


def test_rules_in_the_mf_are_those_of_the_mf() -> None:
    profile = install(basic()).profile
    assert ef(profile, b"\x2f\xe2").security.hex() == "2f060b"
    assert profile.filesystem.mf.security.hex() == "2f060e"
    assert profile.filesystem.adfs[USIM_AID].security.hex() == "2f060e"
    assert ef(profile, USIM_FID + b"\x6f\x07").security.hex() == "6f0602"


@pytest.mark.parametrize("reference", [b"\x6f\x06\x0f", b"\x6f\x16\x01", b"\x00"])
def test_a_rule_that_is_not_there_is_no_reason_to_refuse(reference: bytes) -> None:
    profile = profile_with(ef_li=(fcp(security_attributes_referenced=reference),))
    assert ef(profile, USIM_FID + b"\x6f\x05").security.endswith(reference)


def test_another_fid_for_a_template_file() -> None:
    profile = profile_with(ef_li=(fcp(file_id=b"\x6f\xaa"),))
    assert ef(profile, USIM_FID + b"\x6f\xaa").body.size == 6


# -- what is created ---------------------------------------------------------------------------------------------


def test_files_by_default() -> None:
    children = install(basic()).profile.filesystem.adfs[USIM_AID].children
    assert {0x6F07, 0x6F08, 0x6F31, 0x6F3B, 0x6FE4} <= children.keys()
    assert 0x6F05 not in children


def test_do_not_create_leaves_out_a_file_but_not_in_the_mf() -> None:
    nothing = (pe.FileItem(do_not_create=True),)
    package = replaced(basic(), "usim", usim(ef_fdn=nothing, ef_sms=nothing))
    package = replaced(package, "mf", mf(ef_pl=nothing))
    profile = install(package).profile
    assert not {0x6F3B, 0x6F3C} & profile.filesystem.adfs[USIM_AID].children.keys()
    assert ef(profile, b"\x2f\x05").body.content == b"\xff\xff"


def test_a_field_for_several_files() -> None:
    directory = (fcp(pin_status_template_do=b"\x01"),)
    adn = (*records(14, b"one"), *records(14, b"two", number=2))
    phonebook = telecom(df_phonebook=directory, ef_pbr=records(5, b"\xa8\x00"), ef_adn=adn)
    profile = install(inserted(basic(), "end", ("telecom", phonebook))).profile
    book = b"\x7f\x10\x5f\x3a"
    assert ef(profile, book + b"\x4f\x58").body.content[:4] == b"one\xff"
    assert ef(profile, book + b"\x4f\x59").body.record_count == 2
    assert ef(profile, book + b"\x4f\x30").parent is profile.filesystem.by_package_path(book)


def test_files_of_a_directory_that_is_not_there() -> None:
    without = telecom(ef_pbr=records(5, b"\xa8\x00"))
    assert refused_with(inserted(basic(), "end", ("telecom", without))) == Status.INVALID_PARAMETER


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.INVALID_PARAMETER),
        ({"pin_status_template_do": b"\x01", "ef_file_size": b"\x01"}, Status.INVALID_PARAMETER),
        ({"pin_status_template_do": b"\x01", "short_efid": b""}, Status.INVALID_PARAMETER),
        ({"pin_status_template_do": b"\x10"}, Status.BAD_VALUES),
        ({"pin_status_template_do": b"\x01", "file_descriptor": b"\x41\x21"}, Status.BAD_VALUES),
    ],
)
def test_refused_directories(fields: dict[str, Any], status: int) -> None:
    element = telecom(df_telecom=(fcp(**fields),))
    assert refused_with(inserted(basic(), "end", ("telecom", element))) == status


def test_a_directory_is_described_once_and_an_adf_not_left_out() -> None:
    once = fcp(pin_status_template_do=b"\x01")
    nothing = (pe.FileItem(do_not_create=True),)
    for items in ((once, once), (once, content(b"")), (once, offset(1))):
        package = inserted(basic(), "end", ("telecom", telecom(df_telecom=items)))
        assert refused_with(package) == Status.INVALID_PARAMETER
    fields = [name for name in vars(usim()) if name not in ("usim_header", "template_id")]
    package = replaced(basic(), "usim", usim(**dict.fromkeys(fields, nothing)))
    assert refused_with(package) == Status.INVALID_PARAMETER


@pytest.mark.parametrize("missing", ["file_id", "df_name"])
def test_an_adf_needs_its_aid_and_a_temporary_fid(missing: str) -> None:
    given: dict[str, Any] = {"file_id": USIM_FID, "df_name": USIM_AID, "pin_status_template_do": b"\x01"}
    del given[missing]
    element = usim(adf_usim=(fcp(**given),))
    assert refused_with(replaced(basic(), "usim", element)) == Status.INVALID_PARAMETER


def test_iccid_of_the_file_is_that_of_the_header() -> None:
    assert refused_with(replaced(basic(), "mf", mf(ef_iccid=(content(bytes(10)),)))) == Status.BAD_VALUES
