"""Files without template, links, BER-TLV files, and services that the platform lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from asn1.generated import pe
from euicc.uicc.filesystem import Df, FileKind
from tests.isdp.filing import (
    FID,
    created,
    directory,
    ef,
    new,
    profile_with,
    refused_command,
)
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
    opt_usim,
    pattern,
    pin,
    pins,
    records,
    refused_with,
    replaced,
    size,
    transparent,
    usim,
)

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


def test_an_application_without_template() -> None:
    aid = bytes.fromhex("A000000559101099")
    application = directory(b"\x7f\x55", df_name=aid, security_attributes_referenced=b"\x03")
    profile = created(application, new(), b"\x7f\x55", new(b"\x6f\x98"))
    assert profile.filesystem.adfs[aid].security.hex() == "2f0603"
    assert set(profile.filesystem.adfs[aid].children) == {0x6F99, 0x6F98}
    assert 0x7F55 not in profile.filesystem.mf.children
    assert refused_command(application, application) == Status.INVALID_PARAMETER


def test_nothing_comes_before_the_mf() -> None:
    application = directory(b"\x7f\x55", df_name=bytes.fromhex("A000000559101099"))
    for command in (application, new(), directory(b"\x7f\x56")):
        package = inserted(basic(), "mf", ("generic_file_management", gfm(command)))
        assert refused_with(package) == Status.INVALID_PARAMETER


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
