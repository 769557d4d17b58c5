"""ES10b.GetConnectivityParameters, SGP.32 5.9.24: how the network of the enabled profile is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import TlvError, tlv
from asn1.generated import sgp32
from euicc.isdr.functions import Function
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

_HTTPS_PARAMETERS = 0xA1
"""Tag in the connectivityParameters of the ProfileHeader, which are coded as in SGP.02 4.1.3.4."""


def get_connectivity_parameters(
    isdr: IsdR, request: sgp32.GetConnectivityParametersRequest
) -> sgp32.GetConnectivityParametersResponse:
    """ES10b.GetConnectivityParameters, SGP.32 5.9.24; Refused(NOT_FOUND): the enabled profile has none.

    httpParams: what is inside the HTTPS parameters of the profile package (bearer, access point, login, password).
    """
    enabled = isdr.card.enabled_profile.current()
    stored = enabled.connectivity_parameters if enabled else None
    try:
        found = tlv.find(stored or b"", _HTTPS_PARAMETERS)
    except TlvError:
        found = None
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    return sgp32.GetConnectivityParametersResponse(
        connectivity_parameters=sgp32.ConnectivityParameters(http_params=found)
    )


FUNCTIONS = (
    Function(
        sgp32.GetConnectivityParametersRequest.TAG,
        sgp32.GetConnectivityParametersRequest,
        get_connectivity_parameters,
        refusals={Reason.NOT_FOUND: sgp32.ConnectivityParametersError.PARAMETERS_NOT_AVAILABLE},
        refuse=lambda _, code: sgp32.GetConnectivityParametersResponse(connectivity_parameters_error=code),
    ),
)
