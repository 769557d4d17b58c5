"""The IoT eUICC of SGP.32 v1.0, which devices in the field were made for: what v1.1 and v1.2 brought is not there."""

from __future__ import annotations

from dataclasses import replace

from apdu import tlv
from asn1.generated import sgp32
from euicc.isdr.es10 import v1_0
from euicc.isdr.functions import table
from euicc.profiles.states import SGP22_RULES
from euicc.variants.sgp22 import SGP22
from euicc.variants.sgp32 import SGP32
from euicc.variants.variant import PackageForm

_SIGNATURE = 0x5F37

LATER = frozenset(
    {
        sgp32.IpaeActivationRequest.TAG,
        sgp32.EnableEmergencyProfileRequest.TAG,
        sgp32.DisableEmergencyProfileRequest.TAG,
        sgp32.ExecuteFallbackMechanismRequest.TAG,
        sgp32.ReturnFromFallbackRequest.TAG,
        sgp32.GetConnectivityParametersRequest.TAG,
        sgp32.EuiccMemoryResetRequest.TAG,
        sgp32.SetDefaultDpAddressRequest.TAG,
    }
)
"""Functions that v1.0 does not have."""

RESULT_CODES = {
    0x83: frozenset({0, 1, 2}),
    0x84: frozenset({0, 1, 2}),
    0x85: frozenset({0, 1, 2}),
    0xA8: frozenset({0, 1, 3, 5, 6, 7}),
}
"""enable, disable, delete, addEim: the codes of v1.0 besides undefinedError."""


def _signature_object(token: int | None, eim_signature: bytes) -> bytes:
    """The eIM's signature of the package, tag 5F37."""
    return tlv.encode(_SIGNATURE, eim_signature)


SGP32_V1_0 = replace(
    SGP32,
    name="sgp32-v1.0",
    functions={
        **{tag: function for tag, function in SGP32.functions.items() if tag not in LATER},
        **table(v1_0.FUNCTIONS),
    },
    rules=SGP22_RULES,
    messages=replace(SGP32.messages, store_metadata_request=SGP22.messages.store_metadata_request),
    euicc_info2=v1_0.euicc_info2,
    profile_info=SGP22.profile_info,
    fci=SGP22.fci,
    iot_versions=((1, 0, 0),),
    package=PackageForm(
        psmos=frozenset({0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xBF2D}),
        ecos=frozenset({0xA8, 0xA9, 0xAA, 0xAB}),
        covered=_signature_object,
        result_codes=RESULT_CODES,
        error_codes=frozenset({3, 4, 6, 15}),
        transaction_id_in_unsigned=False,
        eim_id_type=0x84,
    ),
)
