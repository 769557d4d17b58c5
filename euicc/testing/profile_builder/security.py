"""PINs, PUKs, the MNO-SD and remote file management of a test profile."""

from __future__ import annotations

from asn1.generated import pe
from euicc.testing.profile_builder.identifiers import ISIM_AID, USIM_AID
from euicc.testing.profile_builder.subscription import Subscription

ENABLED, CHANGEABLE, MAY_BE_DISABLED = 0x01, 0x02, 0x04
TEN_OF_TEN = 0xAA
DEFAULT_PIN1 = "0000"

SSD_PACKAGE = bytes.fromhex("A0000001515350")
SSD_MODULE = bytes.fromhex("A000000151535041")
MNO_SD = bytes.fromhex("A000000151000000")
MNO_SD_PRIVILEGES = bytes.fromhex("82DC00")
PERSONALIZED = b"\x0f"
SCP80_AND_ALL_EXTRADITION = bytes.fromhex("810280008201F08301F08701F0")
TOOLKIT_RAM = bytes.fromhex("010000000002011206B2010000000000")
CARD_RECOGNITION_DATA = bytes.fromhex(
    "0070326630732E06072A864886FC6B01600B06092A864886FC6B020202630906072A864886FC6B03640B06092A864886FC6B048000"
)
AES, TRIPLE_DES = b"\x88", b"\x80"
KEY_VERSIONS = ((b"\x01", TRIPLE_DES), (b"\x02", AES))
# Key identifier and usage of KIc, KID and KIK: secure messaging confidentiality, integrity, key decryption.
KEY_USAGE = ((0x01, b"\x18"), (0x02, b"\x14"), (0x03, b"\x48"))

RFM_UICC = bytes.fromhex("A00000055910100001")
RFM_USIM = bytes.fromhex("A00000055910100002")
RFM_ISIM = bytes.fromhex("A00000055910100003")
TARS_UICC = (bytes.fromhex("B00000"), bytes.fromhex("B00120"))
TARS_USIM, TARS_ISIM = (bytes.fromhex("B00140"),), (bytes.fromhex("B00141"),)
FULL_ACCESS = b"\x00"


def code(digits: str) -> bytes:
    """A PIN or PUK as VERIFY carries it, TS 102 221 11.1.9: ASCII digits, 8 bytes with FF."""
    if not 4 <= len(digits) <= 8 or not digits.isdecimal():
        raise ValueError("a PIN has 4 to 8 digits")
    return digits.encode("ascii").ljust(8, b"\xff")


def puk_codes(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-PUKCodes, TCA 8.5.2."""
    reference = pe.PUKKeyReferenceValue
    codes = ((reference.PUK_APPL1, subscription.puk1), (reference.SECOND_PUK_APPL1, subscription.puk2))
    element = pe.PEPUKCodes(
        puk_header=header,
        puk_codes=tuple(pe.PUKConfiguration(key_reference=key, puk_value=code(puk)) for key, puk in codes),
    )
    return pe.ProfileElement(puk_codes=element)


def global_pins(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-PINCodes of the MF, TCA 8.5.1: PIN1 and ADM1."""
    pin1 = pe.PINConfiguration(
        key_reference=pe.PINKeyReferenceValue.PIN_APPL1,
        pin_value=code(subscription.pin1 or DEFAULT_PIN1),
        unblocking_pin_reference=pe.PUKKeyReferenceValue.PUK_APPL1,
        pin_attributes=CHANGEABLE | MAY_BE_DISABLED | (0 if subscription.pin1 is None else ENABLED),
    )
    adm1 = pe.PINConfiguration(
        key_reference=pe.PINKeyReferenceValue.ADM1,
        pin_value=subscription.adm,
        pin_attributes=ENABLED | CHANGEABLE,
        max_num_of_attemps_retry_num_left=TEN_OF_TEN,
    )
    return _pins(header, pin1, adm1)


def local_pins(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-PINCodes of DF.TELECOM or an ADF, TCA 8.5.1: PIN2, one of its own in each."""
    pin2 = pe.PINConfiguration(
        key_reference=pe.PINKeyReferenceValue.SECOND_PIN_APPL1,
        pin_value=code(subscription.pin2),
        unblocking_pin_reference=pe.PUKKeyReferenceValue.SECOND_PUK_APPL1,
        pin_attributes=ENABLED | CHANGEABLE,
    )
    return _pins(header, pin2)


def _pins(header: pe.PEHeader, *pins: pe.PINConfiguration) -> pe.ProfileElement:
    codes = pe.PEPINCodes.PinCodes(pinconfig=pins)
    return pe.ProfileElement(pin_codes=pe.PEPINCodes(pin_header=header, pin_codes=codes))


def mno_sd(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-SecurityDomain, TCA 8.7: the operator's security domain with its SCP80 keys."""
    instance = pe.ApplicationInstance(
        application_load_package_aid=SSD_PACKAGE,
        class_aid=SSD_MODULE,
        instance_aid=MNO_SD,
        application_privileges=MNO_SD_PRIVILEGES,
        life_cycle_state=PERSONALIZED,
        application_specific_parameters_c9=SCP80_AND_ALL_EXTRADITION,
        application_parameters=pe.UICCApplicationParameters(
            uicc_toolkit_application_specific_parameters_field=TOOLKIT_RAM
        ),
    )
    keys = tuple(
        _key(identifier, usage, version, kind, key)
        for version, kind in KEY_VERSIONS
        for (identifier, usage), key in zip(KEY_USAGE, subscription.ota_keys, strict=True)
    )
    element = pe.PESecurityDomain(
        sd_header=header, instance=instance, key_list=keys, sd_perso_data=(CARD_RECOGNITION_DATA,)
    )
    return pe.ProfileElement(security_domain=element)


def _key(identifier: int, usage: bytes, version: bytes, kind: bytes, key: bytes) -> pe.KeyObject:
    return pe.KeyObject(
        key_usage_qualifier=usage,
        key_identifier=bytes([identifier]),
        key_version_number=version,
        key_components=(pe.KeyObject.KeyComponentsItem(key_type=kind, key_data=key),),
    )


def rfm_uicc(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-RFM for the files below the MF, TCA 8.8."""
    return _rfm(subscription, header, RFM_UICC, TARS_UICC, None)


def rfm_usim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-RFM for the files of the USIM, TCA 8.8."""
    return _rfm(subscription, header, RFM_USIM, TARS_USIM, USIM_AID)


def rfm_isim(subscription: Subscription, header: pe.PEHeader) -> pe.ProfileElement:
    """PE-RFM for the files of the ISIM, TCA 8.8."""
    return _rfm(subscription, header, RFM_ISIM, TARS_ISIM, ISIM_AID)


def _rfm(
    subscription: Subscription,
    header: pe.PEHeader,
    instance: bytes,
    tars: tuple[bytes, ...],
    adf: bytes | None,
) -> pe.ProfileElement:
    access = None
    if adf is not None:
        access = pe.ADFRFMAccess(
            adf_aid=adf, adf_access_domain=FULL_ACCESS, adf_admin_access_domain=FULL_ACCESS
        )
    element = pe.PERFM(
        rfm_header=header,
        instance_aid=instance,
        tar_list=tars,
        minimum_security_level=bytes([subscription.remote_security_level]),
        uicc_access_domain=FULL_ACCESS,
        uicc_admin_access_domain=FULL_ACCESS,
        adf_rfm_access=access,
    )
    return pe.ProfileElement(rfm=element)
