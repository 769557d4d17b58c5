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
    NONE_ENABLED = auto()  # no profile is enabled
    AWAITED = auto()  # a fallback or an emergency will return to this profile
    EMERGENCY = auto()  # the Emergency Profile is on
    NO_EMERGENCY_PROFILE = auto()  # no profile for emergency calls, or a card without them
    NO_FALLBACK = auto()  # no profile with the fallback attribute, or no fallback to return from
    FALLBACK_NOT_ALLOWED = auto()  # the profile may not have the fallback attribute
    FALLBACK_ENABLED = auto()  # the profile with the fallback attribute is the enabled one
    NO_IMMEDIATE_ENABLE = auto()  # off, or not for profiles of this SM-DP+
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
    # eIMs and their packages
    EIM_ID_MISSING = auto()  # the configuration of an eIM that does not say of which
    TOKEN = auto()  # an association token that the card did not make
    COUNTER_OUT_OF_RANGE = auto()  # a counterValue that the card cannot keep
    CHANGE_ONGOING = auto()  # an operation before this one changes the profiles
    NO_ROLLBACK = auto()  # no profile to return to, not authorised, or needed for it
    # anything
    INCORRECT_INPUT = auto()  # decodable, but its values make no sense here
    NOT_SUPPORTED = auto()  # the card does not have the function


class Refused(Exception):
    """A well-formed request that the card turns down, with its reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason
