"""Status words by the standards' names (ISO/IEC 7816-4 5.6, TS 102 221 10.2.1, TS 31.102 7.3, GPCS 11.1.3).

A status word is an int of 16 bits, SW1 SW2. Names that end in `_XX` are the first of a range whose second
byte is a value.
"""

from __future__ import annotations

# Normal processing
SUCCESS = 0x9000
RESPONSE_AVAILABLE_XX = 0x6100
PROACTIVE_COMMAND_XX = 0x9100
DATA_TRANSFER_SESSION_XX = 0x9200

# Postponed processing
TOOLKIT_BUSY = 0x9300

# Warnings, non-volatile memory unchanged
WARNING_UNCHANGED = 0x6200
DATA_MAY_BE_CORRUPTED = 0x6281
END_OF_FILE = 0x6282
SELECTED_FILE_DEACTIVATED = 0x6283
FCI_NOT_FORMATTED = 0x6284
SELECTED_FILE_TERMINATED = 0x6285
MORE_DATA_AVAILABLE = 0x62F1
MORE_DATA_AND_PROACTIVE_COMMAND = 0x62F2
RESPONSE_DATA_AVAILABLE = 0x62F3

# Warnings, non-volatile memory changed
WARNING_CHANGED = 0x6300
MORE_DATA_TO_COME = 0x6310
FILE_FILLED_UP = 0x6381
RETRIES_LEFT_X = 0x63C0
MORE_DATA_EXPECTED = 0x63F1
MORE_DATA_EXPECTED_AND_PROACTIVE_COMMAND = 0x63F2

# Execution errors
EXECUTION_ERROR = 0x6400
IMMEDIATE_RESPONSE_REQUIRED = 0x6401
EXECUTION_ERROR_CHANGED = 0x6500
MEMORY_FAILURE = 0x6581
SECURITY_ISSUE = 0x6600

# Checking errors
WRONG_LENGTH = 0x6700
CLA_FUNCTION_NOT_SUPPORTED = 0x6800
LOGICAL_CHANNEL_NOT_SUPPORTED = 0x6881
SECURE_MESSAGING_NOT_SUPPORTED = 0x6882
LAST_COMMAND_EXPECTED = 0x6883
CHAINING_NOT_SUPPORTED = 0x6884
COMMAND_NOT_ALLOWED = 0x6900
INCOMPATIBLE_FILE_STRUCTURE = 0x6981
SECURITY_STATUS_NOT_SATISFIED = 0x6982
AUTHENTICATION_METHOD_BLOCKED = 0x6983
REFERENCED_DATA_INVALIDATED = 0x6984
CONDITIONS_NOT_SATISFIED = 0x6985
NO_CURRENT_EF = 0x6986
SECURE_MESSAGING_OBJECTS_MISSING = 0x6987
SECURE_MESSAGING_OBJECTS_INCORRECT = 0x6988
SECURE_CHANNEL_REQUIRED = 0x6989
WRONG_PARAMETERS = 0x6A00
INCORRECT_DATA = 0x6A80
FUNCTION_NOT_SUPPORTED = 0x6A81
FILE_NOT_FOUND = 0x6A82
RECORD_NOT_FOUND = 0x6A83
NOT_ENOUGH_MEMORY = 0x6A84
LC_INCONSISTENT_WITH_TLV = 0x6A85
INCORRECT_P1_P2 = 0x6A86
LC_INCONSISTENT_WITH_P1_P2 = 0x6A87
REFERENCED_DATA_NOT_FOUND = 0x6A88
FILE_ALREADY_EXISTS = 0x6A89
DF_NAME_ALREADY_EXISTS = 0x6A8A
WRONG_P1_P2 = 0x6B00
WRONG_LE_XX = 0x6C00
INS_NOT_SUPPORTED = 0x6D00
CLA_NOT_SUPPORTED = 0x6E00
NO_PRECISE_DIAGNOSIS = 0x6F00

# SGP.02 4.1
POL1_FORBIDS = 0x69E1

# Application errors
ALGORITHM_NOT_SUPPORTED = 0x9484
INVALID_KEY_CHECK_VALUE = 0x9485
INCREASE_MAXIMUM_REACHED = 0x9850
INCORRECT_MAC = 0x9862
SECURITY_SESSION_EXPIRED = 0x9863
SECURITY_CONTEXT_NOT_SUPPORTED = 0x9864
MINIMUM_SUSPENSION_TOO_LONG = 0x9864
"""SUSPEND UICC, TS 102 221 11.1.22: the status word that AUTHENTICATE has for something else."""
KEY_FRESHNESS_FAILURE = 0x9865
AUTHENTICATION_NO_MEMORY = 0x9866

_MEANINGS = {
    SUCCESS: "normal ending",
    TOOLKIT_BUSY: "toolkit busy, command not executed",
    WARNING_UNCHANGED: "warning, memory unchanged",
    DATA_MAY_BE_CORRUPTED: "part of the returned data may be corrupted",
    END_OF_FILE: "end of file before Le bytes, or search without hit",
    SELECTED_FILE_DEACTIVATED: "selected file deactivated",
    FCI_NOT_FORMATTED: "file control information not formatted",
    SELECTED_FILE_TERMINATED: "selected file in termination state",
    MORE_DATA_AVAILABLE: "more data available",
    MORE_DATA_AND_PROACTIVE_COMMAND: "more data available and proactive command pending",
    RESPONSE_DATA_AVAILABLE: "response data available",
    WARNING_CHANGED: "warning, memory changed, or authentication failed",
    MORE_DATA_TO_COME: "more data to come",
    FILE_FILLED_UP: "file filled up by the last write",
    MORE_DATA_EXPECTED: "more data expected",
    MORE_DATA_EXPECTED_AND_PROACTIVE_COMMAND: "more data expected and proactive command pending",
    EXECUTION_ERROR: "execution error, memory unchanged",
    IMMEDIATE_RESPONSE_REQUIRED: "immediate response required by the card",
    EXECUTION_ERROR_CHANGED: "execution error, memory changed",
    MEMORY_FAILURE: "memory problem",
    SECURITY_ISSUE: "security issue",
    WRONG_LENGTH: "wrong length",
    CLA_FUNCTION_NOT_SUPPORTED: "function in CLA not supported",
    LOGICAL_CHANNEL_NOT_SUPPORTED: "logical channel not supported or not open",
    SECURE_MESSAGING_NOT_SUPPORTED: "secure messaging not supported",
    LAST_COMMAND_EXPECTED: "last command of the chain expected",
    CHAINING_NOT_SUPPORTED: "command chaining not supported",
    COMMAND_NOT_ALLOWED: "command not allowed",
    INCOMPATIBLE_FILE_STRUCTURE: "command incompatible with file structure",
    SECURITY_STATUS_NOT_SATISFIED: "security status not satisfied",
    AUTHENTICATION_METHOD_BLOCKED: "authentication or PIN method blocked",
    REFERENCED_DATA_INVALIDATED: "referenced data invalidated",
    CONDITIONS_NOT_SATISFIED: "conditions of use not satisfied",
    NO_CURRENT_EF: "command not allowed, no EF selected",
    SECURE_MESSAGING_OBJECTS_MISSING: "expected secure messaging objects missing",
    SECURE_MESSAGING_OBJECTS_INCORRECT: "secure messaging objects incorrect",
    SECURE_CHANNEL_REQUIRED: "command not allowed, secure channel required",
    POL1_FORBIDS: "policy rules of the profile forbid it",
    WRONG_PARAMETERS: "wrong parameters P1-P2",
    INCORRECT_DATA: "incorrect parameters in the data field",
    FUNCTION_NOT_SUPPORTED: "function not supported",
    FILE_NOT_FOUND: "file or application not found",
    RECORD_NOT_FOUND: "record not found",
    NOT_ENOUGH_MEMORY: "not enough memory space",
    LC_INCONSISTENT_WITH_TLV: "Lc inconsistent with TLV structure",
    INCORRECT_P1_P2: "incorrect parameters P1-P2",
    LC_INCONSISTENT_WITH_P1_P2: "Lc inconsistent with P1-P2",
    REFERENCED_DATA_NOT_FOUND: "referenced data not found",
    FILE_ALREADY_EXISTS: "file already exists",
    DF_NAME_ALREADY_EXISTS: "DF name already exists",
    WRONG_P1_P2: "wrong parameters P1-P2, or offset outside the file",
    INS_NOT_SUPPORTED: "instruction not supported or invalid",
    CLA_NOT_SUPPORTED: "class not supported",
    NO_PRECISE_DIAGNOSIS: "no precise diagnosis",
    ALGORITHM_NOT_SUPPORTED: "algorithm not supported",
    INVALID_KEY_CHECK_VALUE: "invalid key check value",
    INCREASE_MAXIMUM_REACHED: "INCREASE cannot be performed, maximum value reached",
    INCORRECT_MAC: "authentication error, incorrect MAC",
    SECURITY_SESSION_EXPIRED: "security session or association expired",
    SECURITY_CONTEXT_NOT_SUPPORTED: "authentication error, security context not supported; or suspension too long",
    KEY_FRESHNESS_FAILURE: "key freshness failure",
    AUTHENTICATION_NO_MEMORY: "authentication error, no memory space available",
}

# Ranges whose second byte counts: SW1 -> meaning, the count in place of {}; 00 counts as 256 in them.
_COUNTED = {
    0x61: "{} bytes of response available",
    0x6C: "wrong Le, {} bytes available",
    0x91: "normal ending, proactive command of {} bytes pending",
}

# What is known of a status word of which only SW1 is known.
_FAMILIES = {
    0x62: "warning, memory unchanged",
    0x63: "warning, memory changed",
    0x64: "execution error, memory unchanged",
    0x65: "execution error, memory changed",
    0x66: "security issue",
    0x67: "wrong length",
    0x68: "function in CLA not supported",
    0x69: "command not allowed",
    0x6A: "wrong parameters",
    0x6B: "wrong parameters P1-P2",
    0x6D: "instruction not supported or invalid",
    0x6E: "class not supported",
    0x6F: "no precise diagnosis",
    0x92: "normal ending, data transfer session ongoing",
    0x98: "application error",
}


class StatusError(Exception):
    """A card refused a command with this status word; `data` is the data field that came with it."""

    def __init__(self, sw: int, data: bytes = b"") -> None:
        super().__init__(sw, data)
        self.sw = sw
        self.data = data

    def __str__(self) -> str:
        return describe(self.sw)


def is_success(sw: int) -> bool:
    """Normal ending: 9000, or 91xx which also announces a proactive command."""
    return sw == SUCCESS or sw >> 8 == PROACTIVE_COMMAND_XX >> 8


def with_count(base: int, count: int) -> int:
    """Status word of a counting range (61xx, 6Cxx, 91xx): 256 and more are written as 00, "256 or more"."""
    return base | (count if count < 0x100 else 0)


def count_of(sw: int) -> int:
    """The count in a status word of a counting range (61xx, 6Cxx, 91xx): 1..256."""
    return sw & 0xFF or 0x100


def retries_left(tries: int) -> int:
    """63Cx: verification failed, `tries` (0..15) further tries allowed, ISO/IEC 7816-4 7.5.1."""
    return RETRIES_LEFT_X | min(tries, 0x0F)


def describe(sw: int) -> str:
    """The status word in hexadecimal and what it says in words."""
    return f"{sw:04X} {_meaning(sw)}"


def _meaning(sw: int) -> str:
    if sw in _MEANINGS:
        return _MEANINGS[sw]
    if sw & 0xFFF0 == RETRIES_LEFT_X:
        return f"verification failed, {sw & 0x0F} tries left"
    if sw >> 8 in _COUNTED:
        return _COUNTED[sw >> 8].format(count_of(sw))
    return _FAMILIES.get(sw >> 8, "unknown status word")
