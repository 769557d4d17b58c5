"""PINs, keys, security domains and applications: what is kept and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from asn1.generated import pe
from tests.isdp.packages import (
    ISIM_AID,
    SD_AID,
    SUCCESS,
    USIM_AID,
    USIM_FID,
    Status,
    U,
    aka,
    basic,
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
    pin,
    pins,
    puks,
    refused_with,
    replaced,
    rfm,
    security_domain,
    shared_pins,
    usim,
    with_,
    without,
)

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
    "unknown reference": ("pin_codes", pins(pin(0x01), pin(0x0A), pin(0x09)), 3),
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


def test_administrative_keys_of_the_mf_serve_everywhere() -> None:
    package = replaced(basic(), "pin_codes", pins(pin(0x01), pin(0x0A), pin(0x8A)))
    local = usim(adf_usim=(fcp(file_id=USIM_FID, df_name=USIM_AID, pin_status_template_do=b"\x01\x8a"),))
    profile = install(replaced(package, "usim", local)).profile
    assert profile.pin(0x8A, profile.filesystem.adfs[USIM_AID]) is profile.pins[b""].pins[0x8A]


def test_what_only_other_kinds_of_euicc_use_is_kept() -> None:
    package = replaced(basic(), "header", header(pol=b"\x03", connectivity_parameters=b"\xa1\x00"))
    profile = install(package).profile
    assert (profile.pol, profile.connectivity_parameters) == (b"\x03", b"\xa1\x00")


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


def test_what_personalizes_is_kept_and_not_shown() -> None:
    secret = bytes.fromhex("00700466025A31")
    element = security_domain(sd_perso_data=(secret,), instance=instance(process_data=(secret,)))
    profile = install(replaced(basic(), "security_domain", element)).profile
    (domain,) = profile.security_domains
    assert domain.perso_data == domain.instance.process_data == (secret,)
    profile.cdma[USIM_AID] = secret
    assert str(secret) not in repr(profile)


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
