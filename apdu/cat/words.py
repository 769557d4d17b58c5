"""Coded values of the toolkit in words, for people who read a trace or a log."""

from __future__ import annotations

from enum import IntEnum

from apdu.cat import profile
from apdu.cat.codes import (
    CHANNELS,
    CommandType,
    Device,
    EnvelopeTag,
    Event,
    GeneralResult,
    RefreshMode,
    channel_device,
)
from apdu.cat.command import name_of
from apdu.cat.profile import TerminalProfile
from apdu.cat.response import Result
from apdu.cat.tags import Tag

_REFRESH_MODES: dict[int, str] = {
    RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE: "NAA initialisation and full file change",
    RefreshMode.FILE_CHANGE: "file change",
    RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE: "NAA initialisation and file change",
    RefreshMode.NAA_INITIALISATION: "NAA initialisation",
    RefreshMode.UICC_RESET: "UICC reset",
    RefreshMode.NAA_APPLICATION_RESET: "NAA application reset",
    RefreshMode.NAA_SESSION_RESET: "NAA session reset",
    RefreshMode.STEERING_OF_ROAMING: "steering of roaming",
    RefreshMode.STEERING_OF_ROAMING_I_WLAN: "steering of roaming, I-WLAN",
    RefreshMode.EUICC_PROFILE_STATE_CHANGE: "eUICC profile state change",
    RefreshMode.APPLICATION_UPDATE: "application update",
}
_ENVELOPES: dict[int, str] = {
    EnvelopeTag.SMS_PP_DOWNLOAD: "SMS-PP download",
    EnvelopeTag.CELL_BROADCAST_DOWNLOAD: "cell broadcast download",
    EnvelopeTag.MENU_SELECTION: "menu selection",
    EnvelopeTag.CALL_CONTROL: "call control",
    EnvelopeTag.MO_SHORT_MESSAGE_CONTROL: "MO short message control",
    EnvelopeTag.EVENT_DOWNLOAD: "event download",
    EnvelopeTag.TIMER_EXPIRATION: "timer expiration",
}
# Where the name in the standard's code is not how one would say it.
_RESULTS: dict[int, str] = {
    GeneralResult.PARTIAL_COMPREHENSION: "performed with partial comprehension",
    GeneralResult.MISSING_INFORMATION: "performed with missing information",
    GeneralResult.REFRESH_WITH_ADDITIONAL_FILES_READ: "REFRESH performed with additional EFs read",
    GeneralResult.REFRESH_NAA_NOT_ACTIVE: "REFRESH performed, NAA was not active",
    GeneralResult.SESSION_TERMINATED_BY_USER: "session ended by the user",
    GeneralResult.BACKWARD_MOVE_BY_USER: "backward move by the user",
    GeneralResult.NO_RESPONSE_FROM_USER: "no response from the user",
    GeneralResult.TERMINAL_UNABLE_NOW: "terminal unable to process the command now",
    GeneralResult.NETWORK_UNABLE_NOW: "network unable to process the command now",
    GeneralResult.CONTRADICTION_WITH_TIMER_STATE: "contradiction with the timer state",
    GeneralResult.BEYOND_CAPABILITIES: "beyond the terminal's capabilities",
    GeneralResult.TYPE_NOT_UNDERSTOOD: "command type not understood",
    GeneralResult.DATA_NOT_UNDERSTOOD: "command data not understood",
    GeneralResult.NUMBER_NOT_KNOWN: "command number not known",
    GeneralResult.REQUIRED_VALUES_MISSING: "required values are missing",
    GeneralResult.MULTIPLE_CARD_ERROR: "multiple card command error",
    GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR: "bearer independent protocol error",
}
_DEVICES: dict[int, str] = {
    Device.KEYPAD: "keypad",
    Device.DISPLAY: "display",
    Device.EARPIECE: "earpiece",
    Device.UICC: "UICC",
    Device.TERMINAL: "terminal",
    Device.NETWORK: "network",
    **{channel_device(number): f"channel {number}" for number in CHANNELS},
}


def command(details: bytes) -> str:
    """Command details (3 bytes): the type, and the qualifier unless it is 00."""
    kind, qualifier = details[1], details[2]
    if kind == CommandType.REFRESH:
        return f"REFRESH {_REFRESH_MODES.get(qualifier, f'mode {qualifier:02X}')}"
    return f"{name_of(kind)} qualifier {qualifier:02X}" if qualifier else name_of(kind)


def result(value: Result) -> str:
    """A result, with its additional information in hexadecimal."""
    more = f", {value.additional.hex().upper()}" if value.additional else ""
    return _RESULTS.get(value.general, value.name) + more


def envelope(tag: int) -> str:
    """Which envelope."""
    return _ENVELOPES.get(tag, f"tag {tag:X}")


def device(identity: int) -> str:
    """A device."""
    return _DEVICES.get(identity, f"{identity:02X}")


def event(code: int) -> str:
    """An event."""
    return _named(Event, code, f"event {code:02X}")


def tag(code: int) -> str:
    """The name of a data object."""
    return _named(Tag, code, f"tag {code:02X}")


def facilities(declared: TerminalProfile) -> list[str]:
    """What a terminal says it can do, as far as it has a name here, and its channels."""
    found = [name for name, bit in _FACILITIES.items() if declared.has(bit)]
    return [*found, f"{declared.channels} channels"] if declared.channels else found


_FACILITIES = {
    name.lower().replace("_", " "): bit
    for name, bit in vars(profile).items()
    if isinstance(bit, profile.Facility)
}


def _named(names: type[IntEnum], code: int, otherwise: str) -> str:
    try:
        return names(code).name.lower().replace("_", " ")
    except ValueError:
        return otherwise
