"""GET IDENTITY, TS 102 221 11.1.30 and TS 31.102 7.5."""

from __future__ import annotations

from apdu import Command, StatusError, status, tlv
from euicc.uicc.authentication.applications import Naa, UsimService, available, naa
from euicc.uicc.authentication.concealment import NoIdentity, suci
from euicc.uicc.commands.authenticate import active_application, check_application_pin
from euicc.uicc.commands.length import check_le
from euicc.uicc.context import Context

SUCI_CONTEXT, SUCI_NSWO_CONTEXT = 0x01, 0x02
SUCI = 0xA1


def get_identity(context: Context, command: Command) -> bytes:
    """GET IDENTITY of an active USIM: SUCI in `A1`. Needs the application PIN, and services 124 and 125.

    StatusError 6A86, 6700, 6985 (no USIM, a service is off, or no SUPI), 6982, 6A81 for the SUCI of non-seamless WLAN
    offload, which this card does not calculate.
    """
    if command.p1 or command.p2 not in (SUCI_CONTEXT, SUCI_NSWO_CONTEXT):
        raise StatusError(status.INCORRECT_P1_P2)
    if command.data:
        raise StatusError(status.WRONG_LENGTH)
    adf, uicc = active_application(context), context.uicc
    services = (UsimService.IDENTIFIER_PRIVACY, UsimService.SUCI_BY_USIM)
    if naa(adf) is not Naa.USIM or not all(available(uicc, adf, service) for service in services):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    check_application_pin(context, adf)
    if command.p2 == SUCI_NSWO_CONTEXT:
        raise StatusError(status.FUNCTION_NOT_SUPPORTED)
    try:
        identity = tlv.encode(SUCI, suci(uicc, adf, uicc.env.random))
    except NoIdentity:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED) from None
    check_le(command, len(identity))
    return identity
