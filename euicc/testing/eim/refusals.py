"""What SM-DP+ and SM-DS refuse with (SGP.22 5.2.6), in the codes of ESipa, SGP.32 6.3.2."""

from __future__ import annotations

from asn1.generated import sgp32

_Initiate = sgp32.InitiateAuthenticationResponseEsipa.InitiateAuthenticationErrorEsipa
_Client = sgp32.AuthenticateClientResponseEsipa.AuthenticateClientErrorEsipa
_Package = sgp32.GetBoundProfilePackageResponseEsipa.GetBoundProfilePackageErrorEsipa
_Cancel = sgp32.CancelSessionResponseEsipa.CancelSessionError

UNDEFINED = 127
"""undefinedError of every function: what has no code of its own."""

INITIATE_AUTHENTICATION = {
    "8.8.1/3.8": _Initiate.INVALID_DP_ADDRESS,
    "8.9.1/3.8": _Initiate.INVALID_DP_ADDRESS,
    "8.8.3/3.1": _Initiate.EUICC_VERSION_NOT_SUPPORTED_BY_DP,
    "8.9.3/3.1": _Initiate.EUICC_VERSION_NOT_SUPPORTED_BY_DP,
    "8.8.2/3.1": _Initiate.CI_PK_ID_NOT_SUPPORTED,
    "8.9.2/3.1": _Initiate.CI_PK_ID_NOT_SUPPORTED,
    "8.8.4/3.7": _Initiate.CI_PK_ID_NOT_SUPPORTED,
    "8.9.4/3.7": _Initiate.CI_PK_ID_NOT_SUPPORTED,
}
AUTHENTICATE_CLIENT = {
    "8.1.2/6.1": _Client.EUM_CERTIFICATE_INVALID,
    "8.1.2/6.3": _Client.EUM_CERTIFICATE_EXPIRED,
    "8.1.3/6.1": _Client.EUICC_CERTIFICATE_INVALID,
    "8.1.3/6.3": _Client.EUICC_CERTIFICATE_EXPIRED,
    "8.1/6.1": _Client.EUICC_SIGNATURE_INVALID,
    "8.2.6/3.8": _Client.MATCHING_ID_REFUSED,
    "8.1.1/3.8": _Client.EID_MISMATCH,
    "8.2.5/4.3": _Client.NO_ELIGIBLE_PROFILE,
    "8.11.1/3.9": _Client.CI_PK_UNKNOWN,
    "8.10.1/3.9": _Client.INVALID_TRANSACTION_ID,
    "8.1/4.8": _Client.INSUFFICIENT_MEMORY,
    "8.9.5/3.9": _Client.EVENT_ID_UNKNOWN,
}
GET_BOUND_PROFILE_PACKAGE = {
    "8.1/6.1": _Package.EUICC_SIGNATURE_INVALID,
    "8.2.7/2.2": _Package.CONFIRMATION_CODE_MISSING,
    "8.2.7/3.8": _Package.CONFIRMATION_CODE_REFUSED,
    "8.2.7/6.4": _Package.CONFIRMATION_CODE_RETRIES_EXCEEDED,
    "8.2/3.7": _Package.BPP_REBINDING_REFUSED,
    "8.8.5/4.10": _Package.DOWNLOAD_ORDER_EXPIRED,
    "8.8.5/6.4": _Package.DOWNLOAD_ORDER_EXPIRED,
    "8.10.1/3.9": _Package.INVALID_TRANSACTION_ID,
}
CANCEL_SESSION = {
    "8.10.1/3.9": _Cancel.INVALID_TRANSACTION_ID,
    "8.1/6.1": _Cancel.EUICC_SIGNATURE_INVALID,
}
