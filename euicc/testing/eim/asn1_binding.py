"""The ASN.1 binding of ESipa, SGP.32 6.3: one EsipaMessage in, one out, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from apdu import TlvError, tlv
from apdu.tlv import Tlv
from asn1.generated import sgp32
from euicc.testing.eim.delivery import (
    handle_notification,
    provide_eim_package_result,
    transfer_eim_package_response,
)
from euicc.testing.eim.polling import EidError, get_eim_package
from euicc.testing.eim.received import Unreadable
from euicc.testing.eim.records import State
from euicc.testing.eim.relay import (
    authenticate_client,
    cancel_session,
    get_bound_profile_package,
    initiate_authentication,
)
from euicc.testing.smdp.status import BadRequest

PATH = "/gsma/rsp2/asn1"
"""Where every function is, SGP.32 6.1.1."""

FUNCTIONS: dict[int, Callable[[State, Tlv], bytes]] = {
    sgp32.InitiateAuthenticationRequestEsipa.TAG: initiate_authentication,
    sgp32.AuthenticateClientRequestEsipa.TAG: authenticate_client,
    sgp32.GetBoundProfilePackageRequestEsipa.TAG: get_bound_profile_package,
    sgp32.CancelSessionRequestEsipa.TAG: cancel_session,
    sgp32.HandleNotificationEsipa.TAG: handle_notification,
    sgp32.TransferEimPackageResponse.TAG: transfer_eim_package_response,
    sgp32.GetEimPackageRequest.TAG: get_eim_package,
    sgp32.ProvideEimPackageResult.TAG: provide_eim_package_result,
}
"""EsipaMessageFromIpaToEim by its tag."""


def run(state: State, body: bytes) -> bytes:
    """Answers one EsipaMessageFromIpaToEim; empty where there is nothing to say.

    BadRequest if it is none, or damaged and its function has no code for that.
    """
    try:
        message = tlv.parse(body)
        function = FUNCTIONS[message.tag]
    except (TlvError, KeyError):
        raise BadRequest("not a message from an IPA to an eIM") from None
    try:
        return function(state, message)
    except (TlvError, Unreadable, EidError) as error:
        raise BadRequest(str(error)) from None
