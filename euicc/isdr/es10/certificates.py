"""ES10b of SGP.32: the card's certificates, 5.9.10."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1.generated import sgp32
from euicc.isdr.functions import Function
from euicc.isdr.tolerance import retag
from euicc.refusals import Reason, Refused

if TYPE_CHECKING:
    from euicc.isdr.applet import IsdR

GetCertsError = sgp32.GetCertsResponse.GetCertsError


def get_certs(isdr: IsdR, request: sgp32.GetCertsRequest) -> sgp32.GetCertsResponse:
    """ES10b.GetCerts, SGP.32 5.9.10: certificates of EUM and eUICC under a CI, or the preferred one."""
    ci_ski = request.euicc_ci_pk_id
    credential = isdr.identity.credentials[0] if ci_ski is None else isdr.identity.credential(ci_ski)
    if credential is None:
        raise Refused(Reason.CI_UNKNOWN)
    return sgp32.GetCertsResponse(
        certs=sgp32.GetCertsResponse.Certs(
            eum_certificate=credential.eum_certificate, euicc_certificate=credential.euicc_certificate
        )
    )


FUNCTIONS = (
    Function(
        sgp32.GetCertsRequest.TAG,
        sgp32.GetCertsRequest,
        get_certs,
        refusals={Reason.CI_UNKNOWN: GetCertsError.INVALID_CI_PK_ID},
        refuse=lambda _, code: sgp32.GetCertsResponse(get_certs_error=code),
        tolerance=(retag(0x04, 0x80),),
    ),
)
