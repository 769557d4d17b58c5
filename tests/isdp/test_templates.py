"""The template tables agree with the schema and with themselves, and their elements install."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from asn1.generated import pe
from euicc.isdp.content import expand
from euicc.isdp.templates import TEMPLATES, Template
from euicc.isdp.templates.row import DIRECTORIES
from euicc.uicc.filesystem import Df, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.isdp.packages import (
    CONFIG,
    SUCCESS,
    USIM_AID,
    USIM_FID,
    Elements,
    Status,
    U,
    aka,
    basic,
    content,
    end,
    fcp,
    head,
    header,
    inserted,
    install,
    pin,
    pins,
    records,
    refused_with,
    replaced,
    telecom,
    transparent,
    usim,
)

MESSAGES: dict[str, Any] = {
    "mf": pe.PEMF,
    "cd": pe.PECD,
    "telecom": pe.PETELECOM,
    "usim": pe.PEUSIM,
    "opt_usim": pe.PEOPTUSIM,
    "isim": pe.PEISIM,
    "opt_isim": pe.PEOPTISIM,
    "phonebook": pe.PEPHONEBOOK,
    "gsm_access": pe.PEGSMACCESS,
    "csim": pe.PECSIM,
    "opt_csim": pe.PEOPTCSIM,
    "eap": pe.PEEAP,
    "df_5gs": pe.PEDF5GS,
    "df_saip": pe.PEDFSAIP,
    "df_snpn": pe.PEDFSNPN,
    "df_5gprose": pe.PEDF5GPROSE,
    "iot": pe.PEIoT,
    "opt_iot": pe.PEOPTIoT,
}
NEWEST = {template.element: template for template in TEMPLATES.values()}
templates = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)


def fields(element: str) -> list[str]:
    names = MESSAGES[element].__annotations__
    return [name for name in names if not name.endswith("_header") and name not in ("TAG", "template_id")]


@pytest.mark.parametrize("element", MESSAGES)
def test_the_newest_template_has_the_files_of_the_schema(element: str) -> None:
    assert [row.field for row in NEWEST[element].rows] == sorted(
        fields(element), key=list(MESSAGES[element].__annotations__).index
    )


@templates
def test_an_older_template_leaves_out_but_does_not_reorder(template: Template) -> None:
    newest = [row.field for row in NEWEST[template.element].rows]
    mine = [row.field for row in template.rows]
    assert mine == [field for field in newest if field in mine]


@templates
def test_rows_make_sense(template: Template) -> None:
    taken: set[int] = set()
    for row in template.rows:
        if row.kind in DIRECTORIES:
            taken = set()
            continue
        if row.fid:
            assert row.fid not in taken, row.field
            taken.add(row.fid)
        assert row.sfi is None or 1 <= row.sfi <= 30
        assert row.arr is None or 1 <= row.arr <= 14
        if row.size is not None and row.size > 0 and row.record_length:
            assert row.size % row.record_length == 0, row.field
        if row.size is not None and row.size > 0 and row.content is not None:
            unit = row.record_length or row.size
            assert len(expand(row.content, unit, row.size)) == row.size


def build(*elements: tuple[str, Any]) -> UiccProfile:
    return install(
        inserted(basic(), "end", *elements), replace(CONFIG, uicc_capability=tuple(range(32)))
    ).profile


def directory(**fields_: Any) -> tuple[pe.FileItem, ...]:
    return (fcp(pin_status_template_do=b"\x01", **fields_),)


def file(profile: UiccProfile, path: bytes) -> Ef:
    found = profile.filesystem.by_package_path(path)
    assert isinstance(found, Ef), path.hex()
    return found


def test_directories_below_the_usim() -> None:
    profile = build(
        ("phonebook", pe.PEPHONEBOOK(
            phonebook_header=head(), template_id="2.23.143.1.2.6", df_phonebook=directory(), ef_psc=()
        )),
        ("gsm_access", pe.PEGSMACCESS(
            gsm_access_header=head(), template_id="2.23.143.1.2.7", df_gsm_access=directory(), ef_kc=()
        )),
        ("df_5gs", pe.PEDF5GS(
            df_5gs_header=head(),
            template_id="2.23.143.1.2.13.3",
            df_df_5gs=directory(),
            ef_5gs3gpploci=(),
            ef_5gs3gppnsc=(),
            ef_routing_indicator=(),
            ef_ursp=(fcp(ef_file_size=b"\x40"),),
        )),
        ("df_saip", pe.PEDFSAIP(
            df_saip_header=head(),
            template_id="2.23.143.1.2.14",
            df_df_saip=directory(),
            ef_suci_calc_info_usim=transparent(b"\xa0\x00"),
        )),
        ("df_snpn", pe.PEDFSNPN(
            df_snpn_header=head(),
            template_id="2.23.143.1.2.15",
            df_df_snpn=directory(),
            ef_pws_snpn=(content(b"\x01"),),
        )),
        ("df_5gprose", pe.PEDF5GPROSE(
            df_5g_prose_header=head(),
            template_id="2.23.143.1.2.16",
            df_df_5g_prose=directory(),
            ef_5g_prose_st=(content(b"\x01"),),
        )),
        ("eap", pe.PEEAP(
            eap_header=head(),
            template_id="2.23.143.1.2.12",
            df_eap=directory(file_id=b"\x5f\x99"),
            ef_eapstatus=(),
        )),
    )  # fmt: skip
    below = profile.filesystem.adfs[USIM_AID].children
    assert {0x5F3A, 0x5F3B, 0x5FC0, 0x5FD0, 0x5FE0, 0x5FF0, 0x5F99} <= below.keys()
    assert file(profile, USIM_FID + b"\x5f\x3a\x4f\x22").body.content == bytes(4)
    assert file(profile, USIM_FID + b"\x5f\x3b\x4f\x20").body.content == b"\xff" * 8 + b"\x07"
    loci = file(profile, USIM_FID + b"\x5f\xc0\x4f\x01")
    assert (loci.body.content, loci.sfi) == (b"\xff" * 16 + b"\x00\x00\x00\x01", 1)
    assert file(profile, USIM_FID + b"\x5f\xc0\x4f\x03").body.record_count == 2
    assert file(profile, USIM_FID + b"\x5f\xc0\x4f\x0a").body.content == b"\xf0\xff\x00\x00"
    assert file(profile, USIM_FID + b"\x5f\xc0\x4f\x0b").kind is FileKind.BER_TLV
    assert file(profile, USIM_FID + b"\x5f\x99\x4f\x02").body.content == b"\x00"


def test_files_below_the_mf() -> None:
    profile = build(
        ("cd", pe.PECD(
            cd_header=head(),
            template_id="2.23.143.1.2.2",
            df_cd=directory(),
            ef_launchpad=transparent(b"go"),
            ef_icon=(*transparent(b"one"), *transparent(b"two")),
        )),
        ("telecom", telecom(
            template_id="2.23.143.1.2.3.2",
            df_telecom=directory(),
            ef_arr=records(4, b"\x80\x01\x01\x90"),
            df_mcs=directory(),
            ef_mst=transparent(b"\x00"),
            df_v2x=directory(),
            ef_vst=transparent(b"\x01"),
        )),
    )  # fmt: skip
    assert file(profile, b"\x7f\x11\x6f\x41").body.content == b"two"
    assert file(profile, b"\x7f\x10\x5f\x3d\x4f\x01").body.content == b"\x00"
    assert file(profile, b"\x7f\x10\x5f\x3e\x4f\x01").body.content == b"\x01"
    telecom_directory = profile.filesystem.by_package_path(b"\x7f\x10")
    assert isinstance(telecom_directory, Df)
    assert telecom_directory.security.hex() == "2f060e"  # it lies directly in the MF


@pytest.mark.parametrize(
    ("oid", "size"), [("2.23.143.1.2.4", 14), ("2.23.143.1.2.4.2", 17)], ids=["first", "second"]
)
def test_the_service_table_grew_with_the_template(oid: str, size: int) -> None:
    package = replaced(basic(), "usim", usim(template_id=oid, ef_ust=(content(b"\x01"),)))
    profile = install(package).profile
    assert file(profile, USIM_FID + b"\x6f\x38").body.size == size


# -- IoT minimal profile ------------------------------------------------------------------------------------------

PIX = bytes.fromhex("1002FF49FF0589")
IOT_AID = bytes.fromhex("A000000087") + PIX
IOT = replace(CONFIG, uicc_capability=(*CONFIG.uicc_capability, U.IOTMINIMAL))


def iot(**fields_: Any) -> pe.PEIoT:
    return pe.PEIoT(
        **{
            "iot_header": head(),
            "template_id": "2.23.143.1.2.17",
            "ef_imsi": (content(bytes.fromhex("080910101032540636")),),
            "ef_acc": (content(b"\x00\x01"),),
            **fields_,
        }
    )


def minimal() -> Elements:
    return [
        ("header", header(iot_options=pe.IotOptions(pix=PIX))),
        ("iot", iot()),
        ("aka_parameter", aka()),
        ("end", end()),
    ]


def test_a_minimal_profile_has_everything_from_its_header_and_template() -> None:
    installation = install(minimal(), IOT)
    profile = installation.profile
    assert installation.response == SUCCESS
    assert list(profile.filesystem.adfs) == list(profile.aka) == [IOT_AID]
    iccid = profile.filesystem.mf.children[0x2FE2]
    assert isinstance(iccid, Ef)
    assert iccid.body.content.hex() == "98001032547698103214"
    entries = profile.filesystem.mf.children[0x2F00]
    assert isinstance(entries, Ef)
    assert entries.body.record(1).hex() == f"61144f0c{IOT_AID.hex()}50045553494d"
    rules = profile.filesystem.mf.children[0x2F06]
    assert isinstance(rules, Ef)
    assert rules.body.record_count == 14
    assert rules.body.record(10).rstrip(b"\xff").hex() == "800101900080015aa40683010a950108"
    usim_files = profile.filesystem.adfs[IOT_AID].children
    assert {0x6F07, 0x6F06, 0x6F38, 0x6FB7, 0x6F78} <= usim_files.keys()
    assert not {0x6F3C, 0x6F46} & usim_files.keys()


def test_a_minimal_profile_may_have_pins_and_optional_files() -> None:
    codes = pins(pin(0x01), pin(0x0A), pin(0x81))
    optional = pe.PEOPTIoT(
        optiot_header=head(),
        template_id="2.23.143.1.2.18",
        ef_sms=(),
        df_df_5gs=directory(),
        ef_5gs3gpploci=(),
    )
    package = inserted(minimal(), "aka_parameter", ("pin_codes", codes), ("opt_iot", optional))
    profile = install(package, IOT).profile
    adf = profile.filesystem.adfs[IOT_AID]
    assert set(profile.pins[b""].pins) == {0x01, 0x0A}
    assert set(profile.pins[adf.path].pins) == {0x81}
    assert {0x6F3C, 0x5FC0} <= adf.children.keys()


def test_refused_minimal_profiles() -> None:
    assert refused_with(replaced(minimal(), "header", header()), IOT) == Status.INVALID_PARAMETER
    assert refused_with(minimal()) == Status.PE_NOT_SUPPORTED
    other = replaced(minimal(), "iot", iot(ef_iccid=(content(bytes(10)),)))
    assert refused_with(other, IOT) == Status.BAD_VALUES
    twice = inserted(minimal(), "aka_parameter", ("mf", basic()[1][1]))
    assert refused_with(twice, IOT) == Status.INVALID_PARAMETER
