"""How the core of the card says no. Each function of an interface maps reasons to its own result codes."""

from __future__ import annotations

from enum import Enum, auto, unique


@unique
class Reason(Enum):
    """Why a well-formed request is refused, in words that belong to no interface."""

    # profiles
    NOT_FOUND = auto()  # no profile (or notification, or key) of that name
    WRONG_STATE = auto()  # enabled though it must be disabled, or the other way round
    POLICY = auto()  # a profile policy rule forbids it
    WRONG_REENABLING = auto()  # a test profile would have to be left first
    CAT_BUSY = auto()  # a proactive session runs, and REFRESH was asked for
    MEMORY = auto()  # not enough non-volatile memory
    ALREADY_EXISTS = auto()  # a profile with this ICCID is installed
    NOTHING_TO_DELETE = auto()
    # the RSP session
    NO_SESSION = auto()  # the step before this one is missing
    TRANSACTION_ID = auto()  # not the transactionId of the session
    CHALLENGE_MISMATCH = auto()  # not the eUICC challenge handed out last
    CI_UNKNOWN = auto()  # no CI key by that identifier, for verification or for signing
    INVALID_CERTIFICATE = auto()
    UNSUPPORTED_CURVE = auto()
    INVALID_OID = auto()  # the certificate belongs to another role, or to another server
    INVALID_SIGNATURE = auto()
    CONFIRMATION_CODE = auto()  # required and not given
    # anything
    INCORRECT_INPUT = auto()  # decodable, but its values make no sense here
    NOT_SUPPORTED = auto()  # the card does not have the function


class Refused(Exception):
    """A well-formed request that the card turns down, with its reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason
