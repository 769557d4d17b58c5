"""Every PEStatus of the standard, provoked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from asn1.generated import pe
from euicc.config import Config
from tests.isdp.packages import (
    CONFIG,
    ISIM_AID,
    SD_AID,
    SUCCESS,
    USIM_AID,
    USIM_FID,
    Elements,
    Status,
    U,
    aka,
    basic,
    content,
    encode,
    end,
    fcp,
    gfm,
    head,
    header,
    inserted,
    install,
    instance,
    isim,
    key,
    mapped_aka,
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
    security_domain,
    shared_pins,
    telecom,
    usim,
)


def without(*capabilities: int) -> Config:
    return replace(CONFIG, uicc_capability=tuple(c for c in CONFIG.uicc_capability if c not in capabilities))


def with_(*capabilities: int) -> Config:
    return replace(CONFIG, uicc_capability=(*CONFIG.uicc_capability, *capabilities))


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
    assert refused_with(before + without_files + after) == Status.INVALID_PARAMETER
    assert install(before + whole + after).response == SUCCESS


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


# -- PINs ---------------------------------------------------------------------------------------------------------


def test_pins_that_are_referred_to_must_be_defined() -> None:
    assert refused_with(replaced(basic(), "mf", mf(mf=(fcp(pin_status_template_do=b"\x02"),)))) == 11
    local = usim(adf_usim=(fcp(file_id=USIM_FID, df_name=USIM_AID, pin_status_template_do=b"\x82"),))
    assert refused_with(replaced(basic(), "usim", local)) == Status.PIN_CODE_MISSING
    without_local = [*basic()[:5], *basic()[6:]]
    assert refused_with(without_local) == Status.PIN_CODE_MISSING
    no_adm = replaced(basic(), "pin_codes", pins(pin(0x01)))
    no_adm = replaced(no_adm, "mf", mf(mf=(fcp(pin_status_template_do=b"\x01"),)))
    local = usim(adf_usim=(fcp(file_id=USIM_FID, df_name=USIM_AID, pin_status_template_do=b"\x01"),))
    assert refused_with(replaced(no_adm, "usim", local)) == Status.PIN_CODE_MISSING  # in an access rule


def test_a_directory_sees_the_pins_above_it() -> None:
    inner = pe.Fcp(
        file_descriptor=b"\x78\x21",
        file_id=b"\x5f\x70",
        pin_status_template_do=b"\x81\x01",
        security_attributes_referenced=b"\x0e",
    )
    package = inserted(basic(), "end", ("generic_file_management", gfm(USIM_FID, inner)))
    assert install(package).response == SUCCESS


BAD_PINS = {
    "local in the MF": ("pin_codes", pins(pin(0x01), pin(0x0A), pin(0x81)), 3),
    "unknown reference": ("pin_codes", pins(pin(0x01), pin(0x0A), pin(0x11)), 3),
    "twice": ("pin_codes", pins(pin(0x01), pin(0x0A), pin(0x01)), 6),
    "no such PUK": ("pin_codes", pins(pin(0x01, unblocking_pin_reference=2), pin(0x0A)), 6),
    "more left than at most": ("pin_codes", pins(pin(1, max_num_of_attemps_retry_num_left=0x34), pin(10)), 3),
    "no attempts": ("pin_codes", pins(pin(1, max_num_of_attemps_retry_num_left=0), pin(10)), 3),
    "nothing to share": ("pin_codes", shared_pins(b""), 6),
    "PUK twice": ("puk_codes", puks(1, 1), 6),
    "PUK unknown": ("puk_codes", puks(1, 9), 3),
}


@pytest.mark.parametrize(("name", "element", "status"), BAD_PINS.values(), ids=BAD_PINS)
def test_refused_pins(name: str, element: Any, status: int) -> None:
    assert refused_with(replaced(basic(), name, element)) == status


def test_global_pins_belong_to_the_mf() -> None:
    package = basic()
    package[5] = ("pin_codes", pins(pin(0x01)))
    assert refused_with(package) == Status.BAD_VALUES


def test_directories_may_share_their_pins() -> None:
    package = inserted(basic(), "security_domain", ("isim", isim()), ("pin_codes", shared_pins(USIM_FID)))
    profile = install(package).profile
    assert profile.pins[b"\x7f\xb0"] is profile.pins[USIM_FID]


def test_attempts_and_attributes_are_kept() -> None:
    codes = pins(pin(0x01, pin_attributes=6, max_num_of_attemps_retry_num_left=0x52), pin(0x0A))
    found = install(replaced(basic(), "pin_codes", codes)).profile.pins[b""].pins[0x01]
    assert (found.maximum_tries, found.tries_left, found.enabled, found.value) == (5, 2, False, b"12345678")


# -- keys -----------------------------------------------------------------------------------------------------------

BAD_KEYS = {
    "unknown algorithm": (aka(4), 3),
    "short key": (aka(1, bytes(15)), 3),
    "short OPc": (aka(1, bytes(16), bytes(15)), 3),
    "TUAK wants 32 bytes of TOPc": (aka(2, bytes(32), bytes(16)), 3),
    "SQN delta": (aka(sqn_delta=b"\x08" + bytes(5)), 3),
    "age limit": (aka(sqn_age_limit=b"\xff" * 6), 3),
    "initial SQN": (aka(sqn_init=(*(bytes(6),) * 31, b"\x08" + bytes(5))), 3),
    "mapped to nothing": (mapped_aka(ISIM_AID), 6),
}


@pytest.mark.parametrize(("element", "status"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_refused_keys(element: pe.PEAKAParameter, status: int) -> None:
    assert refused_with(replaced(basic(), "aka_parameter", element)) == status


@pytest.mark.parametrize(
    ("element", "capability"),
    [
        (aka(1), U.AKA_MILENAGE),
        (aka(2, bytes(16), bytes(32)), U.AKA_TUAK128),
        (aka(2, bytes(32), bytes(32)), U.AKA_TUAK256),
        (aka(3), U.USIM_TEST_ALGORITHM),
    ],
)
def test_algorithms_need_support(element: pe.PEAKAParameter, capability: int) -> None:
    package = replaced(basic(), "aka_parameter", element)
    assert refused_with(package, without(capability)) == Status.FEATURE_NOT_SUPPORTED
    assert list(install(package).profile.aka) == [USIM_AID]


def test_an_isim_may_use_the_keys_of_the_usim() -> None:
    package = inserted(basic(), "security_domain", ("isim", isim()), ("aka_parameter", mapped_aka(USIM_AID)))
    mapping = install(package).profile.aka[ISIM_AID]
    assert getattr(mapping, "source_aid", None) == USIM_AID


# -- security domains, applications ------------------------------------------------------------------------------------

OTHER = bytes.fromhex("A00000055910100102030405B00199")
LOADED = bytes.fromhex("A0000000871005")


def application(loaded: bool = True, mandated: bool = True, **fields: Any) -> pe.PEApplication:
    block = pe.ApplicationLoadPackage(load_package_aid=LOADED, load_block_object=b"\x01\x02")
    made = instance(OTHER, application_load_package_aid=LOADED, life_cycle_state=b"\x07", **fields)
    return pe.PEApplication(
        app_header=head(mandated=mandated), load_block=block if loaded else None, instance_list=(made,)
    )


BAD_DOMAINS = {
    "key twice": ("security_domain", security_domain(key(1, 1), key(1, 1)), 6),
    "key type": ("security_domain", security_domain(key(1, 1, 0x77)), 10),
    "AES key length": ("security_domain", security_domain(key(1, 1, 0x88, bytes(15))), 3),
    "privileges": ("security_domain", security_domain(instance=instance(application_privileges=b"")), 3),
}


@pytest.mark.parametrize(("name", "element", "status"), BAD_DOMAINS.values(), ids=BAD_DOMAINS)
def test_refused_security_domains(name: str, element: Any, status: int) -> None:
    assert refused_with(replaced(basic(), name, element)) == status


BAD_RFM = {
    "unknown security domain": (rfm(security_domain_aid=OTHER), 6),
    "no TAR": (rfm(tar_list=None), 3),
    "access domain": (rfm(uicc_access_domain=b"\x05"), 3),
    "short rights": (rfm(uicc_admin_access_domain=b"\x02\x00"), 3),
    "AID of another instance": (rfm(instance_aid=SD_AID), 6),
    "no such ADF": (
        rfm(
            adf_rfm_access=pe.ADFRFMAccess(
                adf_aid=OTHER, adf_access_domain=b"\0", adf_admin_access_domain=b"\0"
            )
        ),
        6,
    ),
}


@pytest.mark.parametrize(("element", "status"), BAD_RFM.values(), ids=BAD_RFM)
def test_refused_rfm(element: pe.PERFM, status: int) -> None:
    assert refused_with(inserted(basic(), "end", ("rfm", element))) == status


def test_the_tar_may_come_from_the_aid() -> None:
    element = rfm(tar_list=None, instance_aid=OTHER)
    (found,) = install(inserted(basic(), "end", ("rfm", element))).profile.rfm
    assert found.tars == (bytes.fromhex("B00199"),)


def test_load_files_need_a_runtime() -> None:
    refused = inserted(basic(), "end", ("application", application()))
    assert refused_with(refused) == Status.RUNTIME_NOT_SUPPORTED
    left_out = install(inserted(basic(), "end", ("application", application(mandated=False))))
    assert [s.status for s in pe.EUICCResponse.decode(left_out.response).pe_status] == [7, 0]
    (kept,) = install(refused, with_(U.JAVACARD)).profile.applications
    assert kept.load_package is not None
    assert [made.instance_aid for made in kept.instances] == [OTHER]


def test_instances_need_their_package_and_a_personalized_security_domain() -> None:
    javacard = with_(U.JAVACARD)
    alone = inserted(basic(), "end", ("application", application(loaded=False)))
    assert refused_with(alone, javacard) == Status.LIB_NOT_SUPPORTED
    assert install(alone, javacard, platform_packages={LOADED: b"\x01\x00"}).response == SUCCESS
    selectable = security_domain(instance=instance(life_cycle_state=b"\x07"))
    package = replaced(
        inserted(basic(), "end", ("application", application())), "security_domain", selectable
    )
    assert refused_with(package, javacard) == Status.INVALID_PARAMETER
    elsewhere = inserted(basic(), "end", ("application", application(extradite_security_domain_aid=OTHER)))
    assert refused_with(elsewhere, javacard) == Status.INVALID_PARAMETER


def test_end_is_an_element_too() -> None:
    assert install([*basic()[:-1], ("end", end())]).response == SUCCESS
