"""Status codes of ES9+, SGP.22 5.2.6 and Annex: what an SM-DP+ says when it says no.

A code is a subject (an object identifier of its own kind) and a reason.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """subjectCode, reasonCode and the text for people; two with the same codes are the same."""

    subject: str
    reason: str
    message: str = ""

    @property
    def code(self) -> str:
        """ "8.2.6/3.8": as tables and logs show it."""
        return f"{self.subject}/{self.reason}"


class Failure(Exception):
    """The function ends with "Failed" and this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"{status.code} {status.message}")
        self.status = status


class BadRequest(Exception):
    """Not a request of this function: answered by the HTTP status alone, SGP.22 6.3."""


class UnknownFunction(Exception):
    """No function of ES9+ has this name."""


def require(condition: bool, status: Status) -> None:
    """Failure with `status` unless the condition holds."""
    if not condition:
        raise Failure(status)


ADDRESS_INVALID = Status("8.8.1", "3.8", "Invalid SM-DP+ address")
SVN_UNSUPPORTED = Status("8.8.3", "3.1", "The SVN of the eUICC is not supported")
NO_SIGNING_CI = Status("8.8.2", "3.1", "None of the proposed CI public keys for signing is supported")
NO_CERTIFICATE = Status("8.8.4", "3.7", "No CERT.DPauth under a CI that the eUICC verifies")

TRANSACTION_UNKNOWN = Status("8.10.1", "3.9", "The RSP session is unknown")
CI_UNKNOWN = Status("8.11.1", "3.9", "Unknown CI: the EUM certificate is not under the CI agreed on")
EUM_INVALID = Status("8.1.2", "6.1", "The EUM certificate is invalid")
EUM_EXPIRED = Status("8.1.2", "6.3", "The EUM certificate has expired")
EUICC_INVALID = Status("8.1.3", "6.1", "The eUICC certificate is invalid")
EUICC_EXPIRED = Status("8.1.3", "6.3", "The eUICC certificate has expired")
EID_NOT_PERMITTED = Status("8.1.4", "6.1", "The EID is outside the range of its EUM")
SIGNATURE_INVALID = Status("8.1", "6.1", "The eUICC's signature or the server challenge is invalid")
AUTHENTICATION_REFUSED = Status("8.1", "6.1", "The eUICC answered AuthenticateServer with an error")
PREPARATION_REFUSED = Status("8.1", "6.1", "The eUICC answered PrepareDownload with an error")
CANCELLATION_REFUSED = Status("8.1", "6.1", "The eUICC answered CancelSession with an error")

MATCHING_ID_REFUSED = Status("8.2.6", "3.8", "The MatchingID is refused: no pending download order")
EID_REFUSED = Status("8.1.1", "3.8", "The download order is for another EID")
NOT_RELEASED = Status("8.2", "1.2", "The profile has not been released")
NOT_ELIGIBLE = Status("8.2.5", "4.3", "No eligible profile for this eUICC")
INSUFFICIENT_MEMORY = Status("8.1", "4.8", "The eUICC has not enough space for the profile")

CODE_MISSING = Status("8.2.7", "2.2", "The confirmation code is missing")
CODE_REFUSED = Status("8.2.7", "3.8", "The confirmation code is refused")
CODE_ATTEMPTS_EXCEEDED = Status("8.2.7", "6.4", "Too many wrong confirmation codes")
REBINDING_REFUSED = Status("8.2", "3.7", "The profile is not available for a new binding")
ORDER_EXPIRED = Status("8.8.5", "4.10", "The download order has expired")
DOWNLOADS_EXCEEDED = Status("8.8.5", "6.4", "Too many attempts to download the profile")

OID_INVALID = Status("8.8", "3.10", "The SM-DP+ OID is invalid")

# Of the operator's side, ES2+.
EID_MISSING = Status("8.1.1", "2.2", "A download order without MatchingID needs an EID")
MATCHING_ID_IN_USE = Status("8.2.6", "3.3", "Another pending download order has this MatchingID")
ICCID_UNKNOWN = Status("8.2.1", "3.9", "No download order for this ICCID")
