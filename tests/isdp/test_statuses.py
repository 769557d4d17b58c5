"""Every PEStatus of the standard, provoked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import tlv
from asn1.generated import pe
from euicc.isdp.installer import InstallationAborted, Installer
from tests.isdp.packages import (
    CONFIG,
    ISIM_AID,
    SUCCESS,
    USIM_AID,
    Elements,
    Status,
    U,
    aka,
    basic,
    content,
    encode,
    fcp,
    gfm,
    head,
    header,
    inserted,
    install,
    isim,
    mf,
    opt_usim,
    pin,
    pins,
    puks,
    refusal,
    refused_with,
    removed,
    replaced,
    rfm,
    telecom,
    usim,
    without,
)


def services(**flags: bool) -> pe.ProfileHeader:
    return header(euicc_mandatory_services=pe.ServicesList(**flags))


def test_success_is_one_status_without_identification() -> None:
    assert install(basic()).response == SUCCESS


# -- header ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(1, 9), (2, 4), (3, 0), (255, 0)])
def test_an_unsupported_version(version: tuple[int, int]) -> None:
    package = replaced(basic(), "header", header(major_version=version[0], minor_version=version[1]))
    assert refused_with(package) == Status.UNSUPPORTED_PROFILE_VERSION


@pytest.mark.parametrize("version", [(2, 0), (2, 3), (3, 2)])
def test_a_platform_takes_older_versions(version: tuple[int, int]) -> None:
    package = replaced(basic(), "header", header(major_version=version[0], minor_version=version[1]))
    assert install(package, replace(CONFIG, profile_version=(3, 3, 1))).response == SUCCESS


@pytest.mark.parametrize("service", [name for name in pe.ServicesList.__annotations__ if name != "TAG"])
def test_a_mandatory_service_that_is_not_there(service: str) -> None:
    package = replaced(basic(), "header", services(**{service: True}))
    nothing = replace(CONFIG, uicc_capability=())
    everything = replace(CONFIG, uicc_capability=tuple(range(32)))
    (status,) = refusal(package, nothing).pe_status
    assert status.status == Status.FEATURE_NOT_SUPPORTED
    assert status.additional_information == {"gba_usim": 1, "gba_isim": 1, "mbms": 2}.get(service)
    assert install(package, everything).response == SUCCESS


def test_a_service_of_a_later_version() -> None:
    flags = bytes.fromhex("A5039F1F00")
    encoded = encode(basic())
    old = encode([("header", services())])
    at = old.index(b"\xa5\x00")
    new = b"\xa0" + bytes((old[1] + 3,)) + old[2:at] + flags + old[at + 2 :]
    assert refused_with(new + encoded[len(encode(basic()[:1])) :]) == Status.FEATURE_NOT_SUPPORTED


def test_a_mandatory_template_that_is_not_known() -> None:
    package = replaced(basic(), "header", header(euicc_mandatory_gfste_list=("2.23.143.1.2.99",)))
    assert refused_with(package) == Status.TEMPLATE_NOT_SUPPORTED


@pytest.mark.parametrize(
    ("present", "refused"),
    [(None, True), (b"\x01\x04", False), (b"\x01\x02", True), (b"\x02\x03", True)],
)
def test_mandatory_packages(present: bytes | None, refused: bool) -> None:
    aid = bytes.fromhex("A0000000620101")
    needed = pe.ProfileHeader.EUICCMandatoryAIDsItem(aid=aid, version=b"\x01\x03")
    package = replaced(basic(), "header", header(euicc_mandatory_ai_ds=(needed,)))
    platform = {aid: present} if present else {}
    if refused:
        assert refused_with(package, platform_packages=platform) == Status.LIB_NOT_SUPPORTED
    else:
        assert install(package, platform_packages=platform).response == SUCCESS


# -- order ----------------------------------------------------------------------------------------------------

OUT_OF_ORDER: dict[str, Elements] = {
    "nothing before the header": basic()[1:],
    "one header": [*basic()[:1], *basic()],
    "MF before files": removed(basic(), "mf"),
    "one MF": inserted(basic(), "usim", ("mf", mf())),
    "opt-usim after usim": inserted(basic(), "usim", ("opt_usim", opt_usim())),
    "one opt-usim": inserted(basic(), "end", ("opt_usim", opt_usim()), ("opt_usim", opt_usim())),
    "keys after the application": inserted(basic(), "usim", ("aka_parameter", aka())),
    "one key": inserted(basic(), "end", ("aka_parameter", aka())),
    "one telecom": inserted(basic(), "end", ("telecom", telecom()), ("telecom", telecom())),
    "one list of PUKs": inserted(basic(), "end", ("puk_codes", puks(2))),
    "RFM after its security domain": inserted(basic(), "security_domain", ("rfm", rfm())),
    "nothing after the end": [*basic(), ("telecom", telecom())],
    "an MNO-SD": removed(basic(), "security_domain"),
    "no PINs twice": inserted(basic(), "usim", ("pin_codes", pins(pin(0x02)))),
}


@pytest.mark.parametrize("package", OUT_OF_ORDER.values(), ids=OUT_OF_ORDER)
def test_elements_out_of_order(package: Elements) -> None:
    assert refused_with(package) == Status.INVALID_PARAMETER


def test_an_identification_names_one_element() -> None:
    package = inserted(basic(), "end", ("telecom", telecom(telecom_header=head(identification=77))))
    package = replaced(package, "end", pe.PEEnd(end_header=head(identification=77)))
    (status,) = refusal(package).pe_status
    assert (status.status, status.identification) == (Status.INVALID_PARAMETER, 77)


def test_a_package_without_its_end() -> None:
    assert refused_with(basic()[:-1]) == Status.INVALID_REQUEST_FORMAT


# -- elements the platform does not know ------------------------------------------------------------------------


def unknown(mandated: bool, tag: bytes = b"\xbf\x22") -> bytes:
    inner = bytes.fromhex("80008101" if mandated else "8101") + b"\x63"
    body = b"\xa0" + bytes((len(inner),)) + inner + b"\x81\x01\x00"
    return tag + bytes((len(body),)) + body


@pytest.mark.parametrize("tag", [b"\xbf\x22", b"\xab", b"\xaf"])
def test_an_unknown_element_is_reported_or_stops_the_installation(tag: bytes) -> None:
    before, last = encode(basic()[:-1]), encode(basic()[-1:])
    skipped = install(before + unknown(False, tag) + last)
    first, ok = pe.EUICCResponse.decode(skipped.response).pe_status
    assert (first.status, first.identification) == (Status.PE_NOT_SUPPORTED, 99)
    assert (ok.status, ok.identification, ok.offset) == (Status.OK, None, None)
    (status,) = refusal(before + unknown(True, tag) + last).pe_status
    assert (status.status, status.identification) == (Status.PE_NOT_SUPPORTED, 99)


def test_an_element_of_no_known_vendor() -> None:
    def vendor(mandated: bool) -> pe.PENonStandard:
        return pe.PENonStandard(
            non_standard_header=head(mandated=mandated), issuer_id="2.999.1", content=b"x"
        )

    assert refused_with(inserted(basic(), "end", ("non_standard", vendor(True)))) == Status.PE_NOT_SUPPORTED
    response = install(inserted(basic(), "end", ("non_standard", vendor(False)))).response
    assert [s.status for s in pe.EUICCResponse.decode(response).pe_status] == [1, 0]


def test_an_application_without_support_is_left_out_with_what_belongs_to_it() -> None:
    package = inserted(
        basic(),
        "security_domain",
        ("isim", isim(isim_header=head(mandated=False))),
        ("pin_codes", pe.PEPINCodes(pin_header=head(mandated=False), pin_codes=pins(pin(0x81)).pin_codes)),
        ("aka_parameter", aka().replace(aka_header=head(mandated=False))),
    )
    left_out = install(package, without(U.ISIM_SUPPORT))
    assert [s.status for s in pe.EUICCResponse.decode(left_out.response).pe_status] == [1, 1, 1, 0]
    assert list(left_out.profile.filesystem.adfs) == [USIM_AID]
    assert list(install(package).profile.filesystem.adfs) == [USIM_AID, ISIM_AID]


def test_more_than_one_usim_takes_a_capability() -> None:
    another = usim(
        adf_usim=(fcp(file_id=b"\x7f\xd1", df_name=USIM_AID + b"\x01", pin_status_template_do=b"\x01"),),
        ef_arr=usim().ef_arr,
    )
    package = inserted(basic(), "security_domain", ("usim", another), ("pin_codes", pins(pin(0x81))))
    assert refused_with(package, without(U.MULTIPLE_USIM_SUPPORT)) == Status.FEATURE_NOT_SUPPORTED
    assert len(install(package).profile.filesystem.adfs) == 2


def test_a_template_that_is_not_known() -> None:
    def later(mandated: bool) -> pe.PETELECOM:
        return telecom(telecom_header=head(mandated=mandated), template_id="2.23.143.1.2.3.99")

    response = install(inserted(basic(), "end", ("telecom", later(False))))
    assert [s.status for s in pe.EUICCResponse.decode(response.response).pe_status] == [9, 0]
    assert 0x7F10 not in response.profile.filesystem.mf.children
    assert refused_with(inserted(basic(), "end", ("telecom", later(True)))) == Status.TEMPLATE_NOT_SUPPORTED
    wrong = telecom(template_id="2.23.143.1.2.4")
    assert refused_with(inserted(basic(), "end", ("telecom", wrong))) == Status.INVALID_PARAMETER


def test_a_file_of_a_later_template_is_a_warning_unless_mandated() -> None:
    eaka = (content(b"\x00"),)
    optional = opt_usim(optusim_header=head(mandated=False), ef_li=(), ef_eaka=eaka)
    response = install(inserted(basic(), "end", ("opt_usim", optional))).response
    assert [s.status for s in pe.EUICCResponse.decode(response).pe_status] == [6, 0]
    assert refused_with(inserted(basic(), "end", ("opt_usim", opt_usim(ef_eaka=eaka)))) == 6


# -- encoding ---------------------------------------------------------------------------------------------------


def test_malformed_and_incomplete_elements() -> None:
    before, after = encode(basic()[:4]), encode(basic()[5:])
    whole = encode(basic()[4:5])
    inside_out = b"\xb3\x04\xa0\x09\x80\x00"
    assert refused_with(before + inside_out + after) == Status.INVALID_REQUEST_FORMAT
    without_files = b"\xb3\x07\xa0\x05\x80\x00\x81\x01\x09"
    (status,) = refusal(before + without_files + after).pe_status
    assert (status.status, status.identification) == (Status.INVALID_PARAMETER, 9)
    assert install(before + whole + after).response == SUCCESS


def test_an_element_nested_without_end() -> None:
    inner = b""
    for _ in range(3000):
        inner = tlv.encode(0xA3, inner)
    package = encode(basic()[:2]) + tlv.encode(0xBF22, inner)
    assert refused_with(package) == Status.INVALID_REQUEST_FORMAT


def test_after_a_refusal_nothing_goes_on() -> None:
    installer = Installer(CONFIG)
    with pytest.raises(InstallationAborted) as first:
        installer.feed(encode([("header", header(major_version=9))]))
    with pytest.raises(InstallationAborted) as second:
        installer.feed(encode(basic()))
    with pytest.raises(InstallationAborted) as third:
        installer.finish()
    assert first.value.response == second.value.response == third.value.response


def test_the_offset_leads_to_what_is_wrong() -> None:
    bad = usim(ef_imsi=(content(bytes(10)),))
    element = encode([("usim", bad)])
    (status,) = refusal(replaced(basic(), "usim", bad)).pe_status
    assert status.status == Status.BAD_VALUES
    assert status.identification == bad.usim_header.identification
    assert status.offset == element.index(b"\x83\x0a" + bytes(10)) - 2


def test_the_offset_inside_generic_file_management() -> None:
    missing = pe.Fcp(
        file_descriptor=b"\x41\x21",
        file_id=b"\x6f\x01",
        security_attributes_referenced=b"\x01",
        ef_file_size=b"\x01",
    )
    element = gfm(b"", missing, content(b"\x00"), b"\x7f\x77")
    (status,) = refusal(inserted(basic(), "end", ("generic_file_management", element))).pe_status
    encoded = encode([("generic_file_management", element)])
    assert status.offset == encoded.index(b"\x80\x02\x7f\x77")


def test_memory() -> None:
    needed = install(basic()).memory
    assert install(basic(), memory=needed).memory == needed
    (status,) = refusal(basic(), memory=needed - 1).pe_status
    assert status.status == Status.NOT_ENOUGH_MEMORY


def test_the_message_of_an_abort_is_short_text() -> None:
    for package in OUT_OF_ORDER.values():
        message = refusal(package).status_message
        assert message is not None
        assert 2 <= len(message) <= 64
