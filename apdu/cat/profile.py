"""TERMINAL PROFILE, TS 102 223 5.2: what the terminal can do, a bit for each.

TerminalProfile.of([profile.PROFILE_DOWNLOAD, profile.COMMANDS[CommandType.REFRESH]])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from apdu.cat.codes import CommandType, Event, LocalInformation, TimerAction


class Facility(NamedTuple):
    """One bit of the profile: its byte, from 1, and its mask."""

    byte: int
    mask: int


# What the terminal can take, and send of its own accord
PROFILE_DOWNLOAD = Facility(1, 0x01)
SMS_PP_DOWNLOAD = Facility(1, 0x02)
CELL_BROADCAST_DOWNLOAD = Facility(1, 0x04)
MENU_SELECTION = Facility(1, 0x08)
TIMER_EXPIRATION = Facility(1, 0x20)
CALL_CONTROL = Facility(2, 0x02)
MO_SHORT_MESSAGE_CONTROL = Facility(2, 0x08)

# Bearers of channels
CSD = Facility(13, 0x01)
GPRS = Facility(13, 0x02)
TCP_CLIENT_REMOTE = Facility(17, 0x01)
UDP_CLIENT_REMOTE = Facility(17, 0x02)

COMMANDS: dict[int, Facility] = {
    CommandType.DISPLAY_TEXT: Facility(3, 0x01),
    CommandType.GET_INKEY: Facility(3, 0x02),
    CommandType.GET_INPUT: Facility(3, 0x04),
    CommandType.MORE_TIME: Facility(3, 0x08),
    CommandType.PLAY_TONE: Facility(3, 0x10),
    CommandType.POLL_INTERVAL: Facility(3, 0x20),
    CommandType.POLLING_OFF: Facility(3, 0x40),
    CommandType.REFRESH: Facility(3, 0x80),
    CommandType.SELECT_ITEM: Facility(4, 0x01),
    CommandType.SEND_SHORT_MESSAGE: Facility(4, 0x02),
    CommandType.SEND_SS: Facility(4, 0x04),
    CommandType.SEND_USSD: Facility(4, 0x08),
    CommandType.SET_UP_CALL: Facility(4, 0x10),
    CommandType.SET_UP_MENU: Facility(4, 0x20),
    CommandType.PROVIDE_LOCAL_INFORMATION: Facility(4, 0x40),
    CommandType.SET_UP_EVENT_LIST: Facility(5, 0x01),
    CommandType.POWER_ON_CARD: Facility(7, 0x01),
    CommandType.POWER_OFF_CARD: Facility(7, 0x02),
    CommandType.PERFORM_CARD_APDU: Facility(7, 0x04),
    CommandType.GET_READER_STATUS: Facility(7, 0x08),
    CommandType.TIMER_MANAGEMENT: Facility(8, 0x01),
    CommandType.SET_UP_IDLE_MODE_TEXT: Facility(8, 0x10),
    CommandType.RUN_AT_COMMAND: Facility(8, 0x20),
    CommandType.SEND_DTMF: Facility(9, 0x02),
    CommandType.LANGUAGE_NOTIFICATION: Facility(9, 0x20),
    CommandType.LAUNCH_BROWSER: Facility(9, 0x40),
    CommandType.OPEN_CHANNEL: Facility(12, 0x01),
    CommandType.CLOSE_CHANNEL: Facility(12, 0x02),
    CommandType.RECEIVE_DATA: Facility(12, 0x04),
    CommandType.SEND_DATA: Facility(12, 0x08),
    CommandType.GET_CHANNEL_STATUS: Facility(12, 0x10),
}
"""Where the profile says that the terminal knows a command."""

QUALIFIED: dict[tuple[int, int], Facility] = {
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.NETWORK_MEASUREMENT_RESULTS): Facility(4, 0x80),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.DATE_TIME_AND_TIME_ZONE): Facility(8, 0x04),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.LANGUAGE): Facility(9, 0x08),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.TIMING_ADVANCE): Facility(9, 0x10),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.ACCESS_TECHNOLOGY): Facility(9, 0x80),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.ESN): Facility(18, 0x10),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.IMEISV): Facility(18, 0x40),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.NETWORK_SEARCH_MODE): Facility(18, 0x80),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.BATTERY_STATE): Facility(22, 0x02),
    (CommandType.PROVIDE_LOCAL_INFORMATION, LocalInformation.MEID): Facility(23, 0x20),
    (CommandType.TIMER_MANAGEMENT, TimerAction.GET_CURRENT_VALUE): Facility(8, 0x02),
}
"""Commands that have a bit of their own for this qualifier."""

EVENTS: dict[int, Facility] = {
    Event.MT_CALL: Facility(5, 0x02),
    Event.CALL_CONNECTED: Facility(5, 0x04),
    Event.CALL_DISCONNECTED: Facility(5, 0x08),
    Event.LOCATION_STATUS: Facility(5, 0x10),
    Event.USER_ACTIVITY: Facility(5, 0x20),
    Event.IDLE_SCREEN_AVAILABLE: Facility(5, 0x40),
    Event.CARD_READER_STATUS: Facility(5, 0x80),
    Event.LANGUAGE_SELECTION: Facility(6, 0x01),
    Event.BROWSER_TERMINATION: Facility(6, 0x02),
    Event.DATA_AVAILABLE: Facility(6, 0x04),
    Event.CHANNEL_STATUS: Facility(6, 0x08),
    Event.ACCESS_TECHNOLOGY_CHANGE: Facility(6, 0x10),
    Event.DISPLAY_PARAMETERS_CHANGED: Facility(6, 0x20),
    Event.LOCAL_CONNECTION: Facility(6, 0x40),
    Event.NETWORK_SEARCH_MODE_CHANGE: Facility(6, 0x80),
    Event.BROWSING_STATUS: Facility(25, 0x01),
    Event.FRAMES_INFORMATION_CHANGE: Facility(25, 0x04),
    Event.WLAN_ACCESS_STATUS: Facility(25, 0x08),
    Event.NETWORK_REJECTION: Facility(25, 0x10),
    Event.HCI_CONNECTIVITY: Facility(25, 0x20),
    Event.CSG_CELL_SELECTION: Facility(26, 0x01),
    Event.CONTACTLESS_STATE_REQUEST: Facility(26, 0x02),
}
"""Where the profile says that the terminal can tell of an event."""

_CHANNELS_BYTE = 13
_CHANNELS_SHIFT = 5


class TerminalProfile(bytes):
    """The data of a TERMINAL PROFILE: missing bytes are zero."""

    __slots__ = ()

    @classmethod
    def of(cls, facilities: Iterable[Facility], channels: int = 0) -> TerminalProfile:
        """The profile of a terminal with these facilities and this number of BIP channels (0 to 7)."""
        chosen = [*facilities]
        if channels:
            chosen.append(Facility(_CHANNELS_BYTE, channels << _CHANNELS_SHIFT))
        profile = bytearray(max((each.byte for each in chosen), default=0))
        for byte, mask in chosen:
            profile[byte - 1] |= mask
        return cls(profile)

    def has(self, facility: Facility) -> bool:
        """Whether the terminal can do this."""
        byte, mask = facility
        return bool(self[byte - 1 : byte] and self[byte - 1] & mask)

    def allows(self, type: int, qualifier: int = 0) -> bool:
        """Whether the terminal knows this proactive command; one that has no bit is allowed."""
        facility = QUALIFIED.get((type, qualifier)) or COMMANDS.get(type)
        return facility is None or self.has(facility)

    def reports(self, event: int) -> bool:
        """Whether the terminal can tell of this event; one that has no bit may be asked for."""
        facility = EVENTS.get(event)
        return facility is None or self.has(facility)

    @property
    def channels(self) -> int:
        """How many BIP channels the terminal has at most, 0 to 7."""
        return self[_CHANNELS_BYTE - 1] >> _CHANNELS_SHIFT if len(self) >= _CHANNELS_BYTE else 0
