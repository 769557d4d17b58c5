"""TERMINAL PROFILE, TS 102 223 5.2: what the terminal can do, a bit for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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
EVENT_LOCATION_STATUS = Facility(5, 0x10)
EVENT_DATA_AVAILABLE = Facility(6, 0x04)
EVENT_CHANNEL_STATUS = Facility(6, 0x08)
EVENT_ACCESS_TECHNOLOGY_CHANGE = Facility(6, 0x10)
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
PROVIDE_BATTERY_STATE = Facility(22, 0x02)
PROVIDE_MEID = Facility(23, 0x20)

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

    @property
    def channels(self) -> int:
        """How many BIP channels the terminal has at most, 0 to 7."""
        return self[_CHANNELS_BYTE - 1] >> _CHANNELS_SHIFT if len(self) >= _CHANNELS_BYTE else 0
