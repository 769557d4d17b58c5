"""What comes back of SendData: answers of the card, or the loss of one."""

from __future__ import annotations

from apdu import TlvError, tlv
from euicc.testing.m2m import es3
from euicc.testing.m2m.es3 import Outcome, SendDataResponse
from euicc.testing.smdp_m2m import failure
from euicc.testing.smdp_m2m.failure import Failure


def answered(response: SendDataResponse) -> list[tlv.Tlv]:
    """The TLVs with which the card answered; Failure when the SM-SR did not reach it, or lost an answer."""
    if not response.status.ok:
        raise Failure(response.status, response.status.outcome is Outcome.FAILED, response.data)
    try:
        return es3.elements(response.data)
    except TlvError as error:
        raise Failure(failure.REFUSED, euicc_response=response.data) from error
