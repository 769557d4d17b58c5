"""Error codes of TS 27.007 9.2 and the exceptions that carry them, for both ends of the line."""

from __future__ import annotations

from enum import IntEnum

from apdu import status
from apdu.transport import TransportError


class Cme(IntEnum):
    """`<err>` of `+CME ERROR: <err>`, TS 27.007 9.2.1."""

    PHONE_FAILURE = 0
    NO_CONNECTION_TO_PHONE = 1
    OPERATION_NOT_ALLOWED = 3
    OPERATION_NOT_SUPPORTED = 4
    SIM_NOT_INSERTED = 10
    SIM_PIN_REQUIRED = 11
    SIM_PUK_REQUIRED = 12
    SIM_FAILURE = 13
    SIM_BUSY = 14
    SIM_WRONG = 15
    INCORRECT_PASSWORD = 16
    SIM_PIN2_REQUIRED = 17
    SIM_PUK2_REQUIRED = 18
    MEMORY_FULL = 20
    INVALID_INDEX = 21
    NOT_FOUND = 22
    MEMORY_FAILURE = 23
    TEXT_STRING_TOO_LONG = 24
    INVALID_CHARACTERS_IN_TEXT_STRING = 25
    INCORRECT_PARAMETERS = 50
    UNKNOWN = 100


_TEXTS = {
    Cme.NO_CONNECTION_TO_PHONE: "no connection to phone",
    Cme.PHONE_FAILURE: "phone failure",
    Cme.OPERATION_NOT_ALLOWED: "operation not allowed",
    Cme.OPERATION_NOT_SUPPORTED: "operation not supported",
    Cme.SIM_NOT_INSERTED: "SIM not inserted",
    Cme.SIM_PIN_REQUIRED: "SIM PIN required",
    Cme.SIM_PUK_REQUIRED: "SIM PUK required",
    Cme.SIM_FAILURE: "SIM failure",
    Cme.SIM_BUSY: "SIM busy",
    Cme.SIM_WRONG: "SIM wrong",
    Cme.INCORRECT_PASSWORD: "incorrect password",
    Cme.SIM_PIN2_REQUIRED: "SIM PIN2 required",
    Cme.SIM_PUK2_REQUIRED: "SIM PUK2 required",
    Cme.MEMORY_FULL: "memory full",
    Cme.INVALID_INDEX: "invalid index",
    Cme.NOT_FOUND: "not found",
    Cme.MEMORY_FAILURE: "memory failure",
    Cme.TEXT_STRING_TOO_LONG: "text string too long",
    Cme.INVALID_CHARACTERS_IN_TEXT_STRING: "invalid characters in text string",
    Cme.INCORRECT_PARAMETERS: "Incorrect parameters",
    Cme.UNKNOWN: "unknown",
}

# What a refusal of the card is to the user of a command that does not show status words.
_OF_STATUS = {
    status.SECURITY_STATUS_NOT_SATISFIED: Cme.SIM_PIN_REQUIRED,
    status.AUTHENTICATION_METHOD_BLOCKED: Cme.SIM_PUK_REQUIRED,
    status.FILE_NOT_FOUND: Cme.NOT_FOUND,
    status.FUNCTION_NOT_SUPPORTED: Cme.MEMORY_FULL,  # MANAGE CHANNEL: no channel is free
    status.NOT_ENOUGH_MEMORY: Cme.MEMORY_FULL,
    status.MEMORY_FAILURE: Cme.MEMORY_FAILURE,
    status.TOOLKIT_BUSY: Cme.SIM_BUSY,
}


def text_of(code: int) -> str:
    """The verbose form of an error code; the number itself when TS 27.007 does not know it."""
    return _TEXTS[Cme(code)] if code in _TEXTS else str(code)


def code_of(text: str) -> int | None:
    """The error code of `<err>` as a modem sends it, number or text; None when it is neither."""
    if text.isascii() and text.isdigit():
        return int(text)
    wanted = text.casefold()
    return next((code.value for code, known in _TEXTS.items() if known.casefold() == wanted), None)


class CommandFailed(Exception):
    """A command of the line ends in an error: `+CME ERROR` with this code, or `ERROR` when there is none."""

    def __init__(self, code: Cme | None = None) -> None:
        super().__init__("ERROR" if code is None else text_of(code))
        self.code = code

    @classmethod
    def of_status(cls, sw: int) -> CommandFailed:
        """The error for a command that the card refused with this status word."""
        return cls(_OF_STATUS.get(sw, Cme.SIM_FAILURE))


class ModemError(TransportError):
    """A modem answered a command with an error; `code` of TS 27.007 9.2, None for a bare ERROR."""

    def __init__(self, command: str, answer: str, code: int | None = None) -> None:
        super().__init__(f"the modem refuses {command}: {answer if code is None else text_of(code)}")
        self.code = code
