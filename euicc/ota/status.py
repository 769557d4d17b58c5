"""Response status codes of secured packets, TS 102 225 5.2."""

from __future__ import annotations

from enum import IntEnum


class ResponseStatus(IntEnum):
    """Response status code."""

    POR_OK = 0x00
    CHECK_FAILED = 0x01
    """RC/CC/DS failed."""
    COUNTER_LOW = 0x02
    COUNTER_HIGH = 0x03
    COUNTER_BLOCKED = 0x04
    CIPHERING_ERROR = 0x05
    UNIDENTIFIED_SECURITY_ERROR = 0x06
    """The command header cannot be interpreted: the response goes unciphered and without check."""
    INSUFFICIENT_MEMORY = 0x07
    MORE_TIME = 0x08
    TAR_UNKNOWN = 0x09
    INSUFFICIENT_SECURITY_LEVEL = 0x0A
    RESPONSE_IN_SMS_SUBMIT = 0x0B
    """TS 31.115: the actual response comes in an SMS-SUBMIT."""


class PacketRefused(Exception):
    """A packet that is not executed: `status` says why."""

    def __init__(self, status: ResponseStatus) -> None:
        super().__init__(status.name)
        self.status = status
