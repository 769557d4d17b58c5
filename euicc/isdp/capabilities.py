"""What the platform supports, and what follows for a profile: TCA profile package 8.2 and annex A.

Capabilities are bit numbers of UICCCapability; the names here are those of ServicesList, whose numbering
differs.
"""

from __future__ import annotations

from functools import lru_cache

from asn1.generated import pe
from euicc.isdp.pe_status import ElementRefused, Status
from euicc.uicc.filesystem import Body, Df, Ef

Capability = pe.UICCCapability

CAPABILITY_OF_SERVICE = {
    "contactless": Capability.CONTACTLESS_SUPPORT,
    "usim": Capability.USIM_SUPPORT,
    "isim": Capability.ISIM_SUPPORT,
    "csim": Capability.CSIM_SUPPORT,
    "milenage": Capability.AKA_MILENAGE,
    "tuak128": Capability.AKA_TUAK128,
    "cave": Capability.AKA_CAVE,
    "gba_usim": Capability.GBA_AUTHEN_USIM,
    "gba_isim": Capability.GBA_AUTHEN_I_SIM,
    "mbms": Capability.MBMS_AUTHEN_USIM,
    "eap": Capability.EAP_CLIENT,
    "javacard": Capability.JAVACARD,
    "multos": Capability.MULTOS,
    "multiple_usim": Capability.MULTIPLE_USIM_SUPPORT,
    "multiple_isim": Capability.MULTIPLE_ISIM_SUPPORT,
    "multiple_csim": Capability.MULTIPLE_CSIM_SUPPORT,
    "tuak256": Capability.AKA_TUAK256,
    "usim_test_algorithm": Capability.USIM_TEST_ALGORITHM,
    "ber_tlv": Capability.BER_TLV_FILE_SUPPORT,
    "df_link": Capability.DF_LINK_SUPPORT,
    "cat_tp": Capability.CAT_TP,
    "get_identity": Capability.GET_IDENTITY,
    "profile_a_x25519": Capability.PROFILE_A_X25519,
    "profile_b_p256": Capability.PROFILE_B_P256,
    "suci_calculator_api": Capability.SUCI_CALCULATOR_API,
    "dns_resolution": Capability.DNS_RESOLUTION,
    "scp11ac": Capability.SCP11AC,
    "scp11c_authorization_mechanism": Capability.SCP11C_AUTHORIZATION_MECHANISM,
    "s16mode": Capability.S16MODE,
    "eaka": Capability.EAKA,
}
GBA, MBMS = 1, 2
INFORMATION = {"gba_usim": GBA, "gba_isim": GBA, "mbms": MBMS}
"""additional-information of feature-not-supported, where the standard has one."""

SERVICES_OF_USIM = {
    Capability.GBA_AUTHEN_USIM: (68, 76),
    Capability.MBMS_AUTHEN_USIM: (69,),
    Capability.BER_TLV_FILE_SUPPORT: (115, 120, 132, 134),
    Capability.GET_IDENTITY: (125,),
}
"""Services of EF.UST that are nothing without a capability."""
SERVICES_OF_ISIM = {
    Capability.GBA_AUTHEN_I_SIM: (2, 4),
    Capability.BER_TLV_FILE_SUPPORT: (18, 19, 21),
}
"""The same of EF.IST."""
SERVICE_TABLES = {"usim": (0x6F38, SERVICES_OF_USIM), "isim": (0x6F07, SERVICES_OF_ISIM)}


def require(services: pe.ServicesList, capabilities: frozenset[int]) -> None:
    """Refuse a profile that cannot do without something the platform lacks."""
    for service, capability in CAPABILITY_OF_SERVICE.items():
        if getattr(services, service) and capability not in capabilities:
            information = INFORMATION.get(service)
            raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, service, information=information)
    if services.extensions:
        raise ElementRefused(Status.FEATURE_NOT_SUPPORTED, "a service of a later version")


@lru_cache(maxsize=64)
def unavailable_services(application: str, capabilities: frozenset[int]) -> frozenset[int]:
    """Numbers of the UST or IST services that the platform cannot offer in a "usim" or "isim"."""
    _, table = SERVICE_TABLES[application]
    missing = (services for capability, services in table.items() if capability not in capabilities)
    return frozenset(service for services in missing for service in services)


def clear_services(application: str, adf: Df, unavailable: frozenset[int]) -> None:
    """Take unavailable services out of EF.UST or EF.IST: service n is bit (n - 1) % 8 of byte (n - 1) // 8."""
    fid, _ = SERVICE_TABLES[application]
    ef = adf.children.get(fid)
    if not unavailable or not isinstance(ef, Ef):
        return
    table = bytearray(ef.body.content)
    for service in unavailable:
        byte, bit = divmod(service - 1, 8)
        if byte < len(table):
            table[byte] &= ~(1 << bit)
    ef.body = Body(bytes(table))
