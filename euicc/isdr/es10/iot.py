"""What an IoT eUICC says of itself and of its profiles besides what SGP.22 has, SGP.32 3.8.4, 5.9.2, 5.9.14, 5.9.25."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import tlv
from asn1 import BitString
from asn1.generated import sgp32
from euicc.isdr.es10 import device, profiles
from euicc.isdr.functions import Function
from euicc.profiles.profile import ProfileClass
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR
    from euicc.profiles.profile import Profile

IpaeActivationResult = sgp32.IpaeActivationResponse.IpaeActivationResult
SetDefaultDpAddressResult = sgp32.SetDefaultDpAddressResponse.SetDefaultDpAddressResult

DEFAULT_TAGS = (0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95, 0x9F7B, 0x9F26, 0x9F67)
"""What GetProfilesInfo shows when no tag list says otherwise, SGP.32 5.9.14."""
_ECALL_INDICATION, _FALLBACK_ATTRIBUTE, _FALLBACK_ALLOWED = 0x9F7B, 0x9F26, 0x9F67
_TRUE, _FALSE = b"\xff", b"\x00"


def euicc_info2(isdr: IsdR) -> sgp32.EUICCInfo2:
    """The card's description of itself at this moment, SGP.32 5.9.2; AuthenticateServer signs it."""
    return sgp32.EUICCInfo2(
        **device.capabilities(isdr),
        ipa_mode=sgp32.IpaMode.IPAD,
        iot_specific_info=sgp32.IoTSpecificInfo(
            iot_version=iot_versions(isdr),
            ecall_supported=isdr.config.ecall or None,
            fallback_supported=isdr.config.fallback or None,
        ),
    )


def iot_versions(isdr: IsdR) -> tuple[bytes, ...]:
    """The versions of SGP.32 that the card names, three bytes each."""
    return tuple(bytes(each) for each in isdr.config.iot_versions or isdr.variant.iot_versions)


def fci_template(isdr: IsdR) -> bytes:
    """ISDRProprietaryApplicationTemplateIoT in the FCI, SGP.32 3.8.4: no IPAe; whether an operational profile is on."""
    enabled = isdr.profiles.enabled()
    operational = enabled is not None and enabled.profile_class is ProfileClass.OPERATIONAL
    bits = sgp32.ISDRProprietaryApplicationTemplateIoT.EuiccConfiguration
    return sgp32.ISDRProprietaryApplicationTemplateIoT(
        euicc_configuration=BitString.of(bits.ENABLED_PROFILE) if operational else BitString.of()
    ).encode()


def profile_elements(isdr: IsdR, profile: Profile) -> dict[int, bytes]:
    """The elements of ProfileInfo by tag, SGP.32 5.9.14; the fallback attribute shows only where it is."""
    stored = profile.metadata_elements
    holds = isdr.nvm.get(keys.FALLBACK_ATTRIBUTE) == profile.aid
    return {
        **profiles.elements(isdr, profile),
        _ECALL_INDICATION: _flag(stored, _ECALL_INDICATION, profile.ecall_indication),
        _FALLBACK_ATTRIBUTE: tlv.encode(_FALLBACK_ATTRIBUTE, _TRUE) if holds else b"",
        _FALLBACK_ALLOWED: _flag(stored, _FALLBACK_ALLOWED, profile.fallback_allowed),
    }


def _flag(stored: dict[int, bytes], tag: int, value: bool) -> bytes:
    """A BOOLEAN in its one DER form, where the metadata have it."""
    return tlv.encode(tag, _TRUE if value else _FALSE) if tag in stored else b""


def activate_ipae(isdr: IsdR, request: sgp32.IpaeActivationRequest) -> sgp32.IpaeActivationResponse:
    """IPAe activation, SGP.32 3.8.4: the card has no IPA of its own."""
    return sgp32.IpaeActivationResponse(ipae_activation_result=IpaeActivationResult.NOT_SUPPORTED)


def set_default_dp_address(
    isdr: IsdR, request: sgp32.SetDefaultDpAddressRequest
) -> sgp32.SetDefaultDpAddressResponse:
    """ES10b.SetDefaultDpAddress and the PSMO, SGP.32 5.9.25: as ES10a's of SGP.22."""
    device.store_default_dp_address(isdr, request.default_dp_address)
    return sgp32.SetDefaultDpAddressResponse(set_default_dp_address_result=SetDefaultDpAddressResult.OK)


FUNCTIONS = (
    Function(sgp32.IpaeActivationRequest.TAG, sgp32.IpaeActivationRequest, activate_ipae),
    Function(
        sgp32.SetDefaultDpAddressRequest.TAG,
        sgp32.SetDefaultDpAddressRequest,
        set_default_dp_address,
        refuse=lambda _, code: sgp32.SetDefaultDpAddressResponse(set_default_dp_address_result=code),
        transaction=True,
    ),
)
