"""Each rule by which a file comes into being."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from asn1.generated import pe
from euicc.uicc.filesystem import Df, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.isdp.packages import (
    CONFIG,
    USIM_AID,
    USIM_FID,
    Status,
    U,
    basic,
    content,
    fcp,
    gfm,
    inserted,
    install,
    mf,
    offset,
    opt_usim,
    pattern,
    pin,
    pins,
    records,
    refused_with,
    replaced,
    size,
    telecom,
    transparent,
    usim,
)

FID = b"\x6f\x99"


def profile_with(**files: Any) -> UiccProfile:
    """The basic package with these files in opt-usim."""
    return install(inserted(basic(), "end", ("opt_usim", opt_usim(**files)))).profile


def ef(profile: UiccProfile, path: bytes) -> Ef:
    found = profile.filesystem.by_package_path(path)
    assert isinstance(found, Ef), path.hex()
    return found


def body(fid: bytes, **files: Any) -> bytes:
    return ef(profile_with(**files), USIM_FID + fid).body.content


def refused_file(**files: Any) -> int:
    return refused_with(inserted(basic(), "end", ("opt_usim", opt_usim(**files))))


def created(*commands: Any) -> UiccProfile:
    """The basic package with a GenericFileManagement that begins in ADF.USIM."""
    return install(inserted(basic(), "end", ("generic_file_management", gfm(USIM_FID, *commands)))).profile


def refused_command(*commands: Any) -> int:
    element = gfm(USIM_FID, *commands)
    return refused_with(inserted(basic(), "end", ("generic_file_management", element)))


def new(fid: bytes = FID, **fields: Any) -> pe.Fcp:
    return pe.Fcp(
        **{
            "file_descriptor": b"\x41\x21",
            "file_id": fid,
            "security_attributes_referenced": b"\x05",
            "ef_file_size": b"\x06",
            **fields,
        }
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


@pytest.mark.parametrize("missing", ["file_id", "df_name"])
def test_an_adf_needs_its_aid_and_a_temporary_fid(missing: str) -> None:
    given: dict[str, Any] = {"file_id": USIM_FID, "df_name": USIM_AID, "pin_status_template_do": b"\x01"}
    del given[missing]
    element = usim(adf_usim=(fcp(**given),))
    assert refused_with(replaced(basic(), "usim", element)) == Status.INVALID_PARAMETER


def test_iccid_of_the_file_is_that_of_the_header() -> None:
    assert refused_with(replaced(basic(), "mf", mf(ef_iccid=(content(bytes(10)),)))) == Status.BAD_VALUES


# -- generic file management ---------------------------------------------------------------------------------------


def test_generic_files() -> None:
    directory = new(
        b"\x5f\x70", file_descriptor=b"\x78\x21", ef_file_size=None, pin_status_template_do=b"\x01"
    )
    profile = created(
        new(b"\x6f\x91"),
        content(b"\x01\x02"),
        2,
        content(b"\x03"),
        directory,
        new(b"\x4f\x01", file_descriptor=b"\x42\x21\x00\x03"),
        USIM_FID + b"\x5f\x70",
        new(b"\x4f\x1f", short_efid=b""),
        b"",
        new(b"\x2f\x40"),
    )
    assert ef(profile, USIM_FID + b"\x6f\x91").body.content.hex() == "0102ffff03ff"
    inner = ef(profile, USIM_FID + b"\x5f\x70\x4f\x01")
    assert (inner.body.record_count, inner.sfi, inner.security.hex()) == (2, 0x01, "6f0605")
    assert ef(profile, USIM_FID + b"\x5f\x70\x4f\x1f").sfi is None
    assert ef(profile, b"\x2f\x40").security.hex() == "2f0605"
    assert ef(profile, b"\x2f\x40").sfi is None  # the low five bits are 0


def test_the_pin_context_is_the_first_directory_of_an_element() -> None:
    directory = new(
        b"\x5f\x70", file_descriptor=b"\x78\x21", ef_file_size=None, pin_status_template_do=b"\x82"
    )
    package = inserted(
        basic(),
        "end",
        ("generic_file_management", gfm(USIM_FID, directory, b"\x7f\xd0\x5f\x70", directory)),
        ("generic_file_management", gfm(b"")),
        ("pin_codes", pins(pin(0x82))),
    )
    profile = install(package).profile
    assert set(profile.pins[USIM_FID + b"\x5f\x70"].pins) == {0x82}


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ((b"\x7f\x44",), Status.INVALID_PARAMETER),
        ((b"\x7f",), Status.BAD_VALUES),
        ((USIM_FID + b"\x6f\x07",), Status.INVALID_PARAMETER),
        ((content(b"\x00"),), Status.INVALID_PARAMETER),
        ((new(), USIM_FID, content(b"\x00")), Status.INVALID_PARAMETER),
        ((new(file_descriptor=None),), Status.INVALID_PARAMETER),
        ((new(file_id=None),), Status.INVALID_PARAMETER),
        ((new(ef_file_size=None),), Status.INVALID_PARAMETER),
        ((new(security_attributes_referenced=None),), Status.INVALID_PARAMETER),
        ((new(file_descriptor=b"\x42\x21"),), Status.INVALID_PARAMETER),
        ((new(), content(bytes(7))), Status.BAD_VALUES),
        ((new(), new()), Status.INVALID_PARAMETER),
        ((new(b"\x3f\x00", file_descriptor=b"\x78\x21", ef_file_size=None),), Status.INVALID_PARAMETER),
    ],
)
def test_refused_commands(commands: tuple[Any, ...], status: int) -> None:
    assert refused_command(*commands) == status


def test_the_mf_may_come_from_generic_file_management() -> None:
    master = new(
        b"\x3f\x00", file_descriptor=b"\x78\x21", ef_file_size=None, pin_status_template_do=b"\x01\x0a"
    )
    rule = pe.Fcp(
        file_descriptor=b"\x42\x21\x00\x16",
        file_id=b"\x2f\x06",
        security_attributes_referenced=b"\x05",
        ef_file_size=size(22 * 14),
    )
    written = [content(item.fill_file_content or b"") for item in usim().ef_arr[1:]]
    package = replaced(basic(), "mf", gfm(master, rule, *written))
    package = [
        (("generic_file_management", element) if name == "mf" else (name, element))
        for name, element in package
    ]
    profile = install(package).profile
    assert profile.filesystem.mf.pin_keys == b"\x01\x0a"
    assert set(profile.pins) == {b"", USIM_FID}


# -- links -----------------------------------------------------------------------------------------------------------


def test_a_linked_file_shares_the_body_and_keeps_its_own_names() -> None:
    link = new(
        link_path=USIM_FID + b"\x6f\x3c",
        file_descriptor=b"\x41\x21",
        ef_file_size=b"\x01",
        proprietary_ef_info=pattern(special_file_information=b"\x40"),
    )
    profile = created(link)
    target, linked = ef(profile, USIM_FID + b"\x6f\x3c"), ef(profile, USIM_FID + FID)
    assert linked.body is target.body
    assert (linked.kind, linked.special) == (FileKind.LINEAR_FIXED, target.special)
    assert (linked.fid, linked.sfi, linked.security.hex()) == (0x6F99, 0x19, "6f0605")


def test_a_link_needs_no_file_descriptor() -> None:
    profile = created(new(link_path=USIM_FID + b"\x6f\x3c", file_descriptor=None, ef_file_size=None))
    assert ef(profile, USIM_FID + FID).kind is FileKind.LINEAR_FIXED


def test_an_empty_link_is_no_link() -> None:
    profile = profile_with(ef_li=(fcp(link_path=b""), content(b"en")))
    assert ef(profile, USIM_FID + b"\x6f\x05").body.content == b"en\xff\xff\xff\xff"


def test_a_linked_directory_has_the_files_and_pins_of_its_target() -> None:
    link = new(
        b"\x5f\x77",
        file_descriptor=b"\x78\x21",
        ef_file_size=None,
        link_path=USIM_FID,
    )
    profile = created(b"", link)
    found = profile.filesystem.by_package_path(b"\x5f\x77")
    assert isinstance(found, Df)
    assert found.pin_keys == b"\x01\x81\x0a"
    assert profile.pins[b"\x5f\x77"] is profile.pins[USIM_FID]
    assert found.children is profile.filesystem.adfs[USIM_AID].children
    unable = replace(
        CONFIG, uicc_capability=tuple(c for c in CONFIG.uicc_capability if c != U.DF_LINK_SUPPORT)
    )
    package = inserted(basic(), "end", ("generic_file_management", gfm(b"", link)))
    assert refused_with(package, unable) == Status.FEATURE_NOT_SUPPORTED


def directory(fid: bytes, **fields: Any) -> pe.Fcp:
    given = {"file_descriptor": b"\x78\x21", "ef_file_size": None, **fields}
    return new(fid, **{"pin_status_template_do": b"\x01", **given})


def test_directories_are_no_deeper_than_a_path_leads() -> None:
    """Each directory created becomes the current one."""
    inside = [directory(bytes((0x5F, number))) for number in range(1, 5)]
    profile = created(*inside[:3], new())
    assert ef(profile, USIM_FID + b"\x5f\x01\x5f\x02\x5f\x03" + FID).body.size == 6
    assert refused_command(*inside) == Status.BAD_VALUES


CIRCLES = {
    "into itself": (directory(b"\x5f\x01"), directory(b"\x5f\x02", link_path=USIM_FID)),
    "into another link": (
        directory(b"\x5f\x01"),
        USIM_FID,
        directory(b"\x5f\x02", link_path=USIM_FID + b"\x5f\x01"),
        USIM_FID,
        directory(b"\x5f\x03", link_path=USIM_FID + b"\x5f\x02"),
    ),
    "a link inside a target": (
        directory(b"\x5f\x01"),
        USIM_FID,
        directory(b"\x5f\x02", link_path=USIM_FID + b"\x5f\x01"),
        USIM_FID,
        directory(b"\x5f\x04"),
        USIM_FID + b"\x5f\x01",
        directory(b"\x5f\x03", link_path=USIM_FID + b"\x5f\x04"),
    ),
}


@pytest.mark.parametrize("commands", CIRCLES.values(), ids=CIRCLES)
def test_links_that_could_lead_in_circles(commands: tuple[Any, ...]) -> None:
    assert refused_command(*commands) == Status.INVALID_PARAMETER


# -- BER-TLV ---------------------------------------------------------------------------------------------------------


def ber(**fields: Any) -> pe.Fcp:
    return new(**{"file_descriptor": b"\x79\x21", "ef_file_size": b"\x10", **fields})


def test_ber_tlv_files_hold_whole_tlvs() -> None:
    profile = created(
        ber(),
        content(b"\x80\x01"),
        content(b"\xaa"),
        ber(fid=b"\x6f\x98", proprietary_ef_info=pattern(maximum_file_size=b"\x20"), ef_file_size=None),
    )
    file = ef(profile, USIM_FID + FID)
    assert (file.kind, file.body.content, file.reserved_size, file.maximum_size) == (
        *(FileKind.BER_TLV, b"\x80\x01\xaa", 16, None),
    )
    assert ef(profile, USIM_FID + b"\x6f\x98").maximum_size == 32


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        ((ber(), content(b"\x80\x02\xaa")), Status.BAD_VALUES),
        ((ber(), 1, content(b"\x80\x00")), Status.BAD_VALUES),
        ((ber(), content(b"\x80\x0f" + bytes(15))), Status.BAD_VALUES),
        ((ber(ef_file_size=None),), Status.INVALID_PARAMETER),
    ],
)
def test_refused_ber_tlv_files(commands: tuple[Any, ...], status: int) -> None:
    assert refused_command(*commands) == status


# -- services ----------------------------------------------------------------------------------------------------------


def test_services_that_the_platform_lacks_are_cleared_and_their_files_left_out() -> None:
    unable = replace(
        CONFIG, uicc_capability=tuple(c for c in CONFIG.uicc_capability if c != U.GBA_AUTHEN_USIM)
    )
    gba = opt_usim(ef_gbabp=transparent(bytes(4)), ef_nafkca=records(4, b"\x00"), ef_li=())
    package = inserted(basic(), "end", ("opt_usim", gba))
    package = [
        (
            name,
            usim(ef_ust=(content(b"\xff" * 14),), usim_header=element.usim_header)
            if name == "usim"
            else element,
        )
        for name, element in package
    ]
    with_gba = install(
        package, replace(CONFIG, uicc_capability=(*CONFIG.uicc_capability, U.MBMS_AUTHEN_USIM))
    )
    assert ef(with_gba.profile, USIM_FID + b"\x6f\x38").body.content == b"\xff" * 14
    assert ef(with_gba.profile, USIM_FID + b"\x6f\xd6").body.content == bytes(4)
    without_gba = install(package, unable).profile
    table = ef(without_gba, USIM_FID + b"\x6f\x38").body.content
    cleared = {8 * at + bit + 1 for at, byte in enumerate(table) for bit in range(8) if not byte >> bit & 1}
    assert cleared == {68, 69, 76}
    children = without_gba.filesystem.adfs[USIM_AID].children
    assert 0x6F05 in children
    assert not {0x6FD6, 0x6FDD} & children.keys()
