"""Why an SM-SR does not carry a function out: status codes of SGP.02 5.1.6, subject and reason.

The codes are from knowledge of the standard, not confirmed by a second source; nobody here decides by them.
"""

from __future__ import annotations

from dataclasses import replace

from apdu import status
from euicc.testing.m2m.es3 import Outcome, Status, failed
from euicc.testing.smsr.es5 import Result

UNKNOWN_EID = failed("8.1.1", "3.9", "no such eUICC here")
LOCKED = failed("8.1.1", "1.2", "the eUICC is being handed over")
UNKNOWN_PROFILE = failed("8.2.1", "3.9", "no such profile")
KNOWN_PROFILE = failed("8.2.1", "3.3", "there is a profile with this ICCID")
NO_CUSTOMER = failed("8.1.1", "1.2", "no profile of the requester's")
NOT_YOURS = failed("8.2.1", "1.2", "not the requester's profile")
WRONG_STATE = failed("8.2.1", "1.2", "the profile is not in the right state")
IS_FALLBACK = failed("8.2.1", "1.2", "the profile has the fallback attribute")
NO_FALLBACK = failed("8.2.1", "1.2", "no profile has the fallback attribute")
POL1 = failed("8.2.2", "3.8", "POL1")
POL2 = failed("8.2.3", "3.8", "POL2")
NO_MEMORY = failed("8.1", "4.8", "memory of the eUICC")
NOT_FOR_SMDPS = failed("8.4", "1.2", "a command to the ISD-R that is the SM-SR's")
MALFORMED = failed("8.3", "2.1", "no command TLVs")
EXECUTION = failed("8.4", "4.2", "the eUICC refused")
ANSWER_LOST = failed("8.4", "4.2", "the answer of the eUICC is lost")
INTERRUPTED = failed("8.4", "4.2", "something came between the two steps of a key establishment")
ROLLED_BACK = failed("8.2.1", "4.2", "the eUICC went back to another profile")
UNREACHED = Status(Outcome.EXPIRED, "8.1", "5.3", "the eUICC did not answer in time")
NO_OTHER_SMSR = failed("8.7", "3.9", "that is this SM-SR itself")
NOT_PREPARED = failed("8.7", "1.2", "the change was not prepared by an operator")
NO_HANDOVER = failed("8.7", "1.2", "no such handover goes on")
BAD_EIS = failed("8.6", "6.3", "the EIS, or a certificate of it")
BAD_RECEIPT = failed("8.4", "6.1", "the receipt of the eUICC")
NOT_OFFERED = failed("8.7", "1.2", "no function of this SM-SR for the requester")

_BY_STATUS_WORD: dict[int, Status] = {
    status.POL1_FORBIDS: POL1,
    status.CONDITIONS_NOT_SATISFIED: WRONG_STATE,
    status.REFERENCED_DATA_NOT_FOUND: UNKNOWN_PROFILE,
    status.FILE_NOT_FOUND: UNKNOWN_PROFILE,
    status.NOT_ENOUGH_MEMORY: NO_MEMORY,
}


class Refusal(Exception):
    """A function that is not carried out."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


def of(result: Result) -> Status:
    """What a status word of the card is to the requester."""
    known = _BY_STATUS_WORD.get(result.sw, EXECUTION)
    return replace(known, message=f"{known.message} ({result.sw:04X})")
