"""TERMINAL PROFILE, TS 102 223 5.2: what the terminal can do, a bit for each.

TerminalProfile.of([profile.PROFILE_DOWNLOAD, profile.REFRESH])
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from apdu.cat.codes import CommandType, Event, LocalInformation, TimerAction


class Facility(NamedTuple):
    """One bit of the profile: its byte, from 1, and its mask."""

    byte: int
    mask: int


PROFILE_DOWNLOAD = Facility(1, 0x01)
SMS_PP_DOWNLOAD = Facility(1, 0x02)
CELL_BROADCAST_DOWNLOAD = Facility(1, 0x04)
MENU_SELECTION = Facility(1, 0x08)
TIMER_EXPIRATION = Facility(1, 0x20)
CALL_CONTROL = Facility(2, 0x02)
MO_SHORT_MESSAGE_CONTROL = Facility(2, 0x08)
DISPLAY_TEXT = Facility(3, 0x01)
GET_INKEY = Facility(3, 0x02)
GET_INPUT = Facility(3, 0x04)
MORE_TIME = Facility(3, 0x08)
PLAY_TONE = Facility(3, 0x10)
POLL_INTERVAL = Facility(3, 0x20)
POLLING_OFF = Facility(3, 0x40)
REFRESH = Facility(3, 0x80)
SELECT_ITEM = Facility(4, 0x01)
SEND_SHORT_MESSAGE = Facility(4, 0x02)
SEND_SS = Facility(4, 0x04)
SEND_USSD = Facility(4, 0x08)
SET_UP_CALL = Facility(4, 0x10)
SET_UP_MENU = Facility(4, 0x20)
PROVIDE_LOCATION_AND_IMEI = Facility(4, 0x40)
PROVIDE_NETWORK_MEASUREMENT_RESULTS = Facility(4, 0x80)
SET_UP_EVENT_LIST = Facility(5, 0x01)
EVENT_MT_CALL = Facility(5, 0x02)
EVENT_CALL_CONNECTED = Facility(5, 0x04)
EVENT_CALL_DISCONNECTED = Facility(5, 0x08)
EVENT_LOCATION_STATUS = Facility(5, 0x10)
EVENT_USER_ACTIVITY = Facility(5, 0x20)
EVENT_IDLE_SCREEN_AVAILABLE = Facility(5, 0x40)
EVENT_CARD_READER_STATUS = Facility(5, 0x80)
EVENT_LANGUAGE_SELECTION = Facility(6, 0x01)
EVENT_BROWSER_TERMINATION = Facility(6, 0x02)
EVENT_DATA_AVAILABLE = Facility(6, 0x04)
EVENT_CHANNEL_STATUS = Facility(6, 0x08)
EVENT_ACCESS_TECHNOLOGY_CHANGE = Facility(6, 0x10)
EVENT_DISPLAY_PARAMETERS_CHANGED = Facility(6, 0x20)
EVENT_LOCAL_CONNECTION = Facility(6, 0x40)
EVENT_NETWORK_SEARCH_MODE_CHANGE = Facility(6, 0x80)
POWER_ON_CARD = Facility(7, 0x01)
POWER_OFF_CARD = Facility(7, 0x02)
PERFORM_CARD_APDU = Facility(7, 0x04)
GET_READER_STATUS = Facility(7, 0x08)
TIMER_START_STOP = Facility(8, 0x01)
TIMER_GET_VALUE = Facility(8, 0x02)
PROVIDE_DATE_TIME = Facility(8, 0x04)
SET_UP_IDLE_MODE_TEXT = Facility(8, 0x10)
RUN_AT_COMMAND = Facility(8, 0x20)
SEND_DTMF = Facility(9, 0x02)
PROVIDE_LANGUAGE = Facility(9, 0x08)
PROVIDE_TIMING_ADVANCE = Facility(9, 0x10)
LANGUAGE_NOTIFICATION = Facility(9, 0x20)
LAUNCH_BROWSER = Facility(9, 0x40)
PROVIDE_ACCESS_TECHNOLOGY = Facility(9, 0x80)
OPEN_CHANNEL = Facility(12, 0x01)
CLOSE_CHANNEL = Facility(12, 0x02)
RECEIVE_DATA = Facility(12, 0x04)
SEND_DATA = Facility(12, 0x08)
GET_CHANNEL_STATUS = Facility(12, 0x10)
BEARER_CSD = Facility(13, 0x01)
BEARER_GPRS = Facility(13, 0x02)
TCP_CLIENT_REMOTE = Facility(17, 0x01)
UDP_CLIENT_REMOTE = Facility(17, 0x02)
PROVIDE_ESN = Facility(18, 0x10)
PROVIDE_IMEISV = Facility(18, 0x40)
PROVIDE_NETWORK_SEARCH_MODE = Facility(18, 0x80)
PROVIDE_BATTERY_STATE = Facility(22, 0x02)
PROVIDE_MEID = Facility(23, 0x20)
EVENT_BROWSING_STATUS = Facility(25, 0x01)
EVENT_FRAMES_INFORMATION_CHANGE = Facility(25, 0x04)
EVENT_WLAN_ACCESS_STATUS = Facility(25, 0x08)
EVENT_NETWORK_REJECTION = Facility(25, 0x10)
EVENT_HCI_CONNECTIVITY = Facility(25, 0x20)
EVENT_CSG_CELL_SELECTION = Facility(26, 0x01)
EVENT_CONTACTLESS_STATE_REQUEST = Facility(26, 0x02)

COMMANDS: dict[int, Facility] = {
    CommandType.PROVIDE_LOCAL_INFORMATION: PROVIDE_LOCATION_AND_IMEI,
    CommandType.TIMER_MANAGEMENT: TIMER_START_STOP,
    **{kind: globals()[kind.name] for kind in CommandType if kind.name in globals()},
}
"""Where the profile says that the terminal knows a type of command."""

_INFORMATION: dict[int, Facility] = {
    LocalInformation.NETWORK_MEASUREMENT_RESULTS: PROVIDE_NETWORK_MEASUREMENT_RESULTS,
    LocalInformation.DATE_TIME_AND_TIME_ZONE: PROVIDE_DATE_TIME,
    LocalInformation.LANGUAGE: PROVIDE_LANGUAGE,
    LocalInformation.TIMING_ADVANCE: PROVIDE_TIMING_ADVANCE,
    LocalInformation.ACCESS_TECHNOLOGY: PROVIDE_ACCESS_TECHNOLOGY,
    LocalInformation.ESN: PROVIDE_ESN,
    LocalInformation.IMEISV: PROVIDE_IMEISV,
    LocalInformation.NETWORK_SEARCH_MODE: PROVIDE_NETWORK_SEARCH_MODE,
    LocalInformation.BATTERY_STATE: PROVIDE_BATTERY_STATE,
    LocalInformation.MEID: PROVIDE_MEID,
}
QUALIFIED: dict[tuple[int, int], Facility] = {
    (CommandType.TIMER_MANAGEMENT, TimerAction.GET_CURRENT_VALUE): TIMER_GET_VALUE,
    **{(CommandType.PROVIDE_LOCAL_INFORMATION, what): bit for what, bit in _INFORMATION.items()},
}
"""Type and qualifier of commands that have a bit of their own."""

EVENTS: dict[int, Facility] = {
    event: globals()[f"EVENT_{event.name}"] for event in Event if f"EVENT_{event.name}" in globals()
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
