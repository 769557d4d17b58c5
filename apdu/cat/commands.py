"""Each proactive command with the data objects that belong to it, TS 102 223 6.6 and TS 31.111 6.6."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apdu.cat import bearer
from apdu.cat.calls import DtmfString, Tone, UssdString
from apdu.cat.codes import CommandType, Device, LocalInformation, TimerAction, channel_device
from apdu.cat.command import ProactiveCommand
from apdu.cat.comprehension import ComprehensionTlv, Content
from apdu.cat.information import Language, TimerValue
from apdu.cat.objects import (
    Address,
    AlphaIdentifier,
    Duration,
    EventList,
    Item,
    ResponseLength,
    SmsTpdu,
    TextString,
    TimerIdentifier,
)
from apdu.cat.refresh import refresh as refresh
from apdu.cat.refresh import uicc_reset as uicc_reset
from apdu.cat.tags import Tag

HIGH_PRIORITY = 0x01
CLEAR_BY_USER = 0x80
"""Bits of the qualifier of DISPLAY TEXT."""
SMS_PACKING = 0x01
"""Bit of the qualifier of SEND SHORT MESSAGE: the terminal packs the user data to 7 bits."""
IMMEDIATE_LINK = 0x01
AUTOMATIC_RECONNECTION = 0x02
BACKGROUND = 0x04
"""Bits of the qualifier of OPEN CHANNEL."""
SEND_IMMEDIATELY = 0x01
"""Qualifier of SEND DATA; 00 stores the data in the buffer."""

_DEFAULT_BEARER = bearer.BearerDescription()


def more_time() -> ProactiveCommand:
    """MORE TIME, 6.6.4."""
    return ProactiveCommand.of(CommandType.MORE_TIME, 0)


def poll_interval(duration: Duration) -> ProactiveCommand:
    """POLL INTERVAL, 6.6.6: how often the terminal is to send STATUS; its response has the Duration it will keep."""
    return ProactiveCommand.of(CommandType.POLL_INTERVAL, 0, duration)


def polling_off() -> ProactiveCommand:
    """POLLING OFF, 6.6.14."""
    return ProactiveCommand.of(CommandType.POLLING_OFF, 0)


def set_up_event_list(events: Iterable[int]) -> ProactiveCommand:
    """SET UP EVENT LIST, 6.6.16: the Events that the terminal is to tell of; none at all ends it."""
    return ProactiveCommand.of(CommandType.SET_UP_EVENT_LIST, 0, EventList(bytes(events)))


def send_short_message(
    tpdu: bytes, service_centre: Address | None = None, alpha: str | None = None, packing: bool = False
) -> ProactiveCommand:
    """SEND SHORT MESSAGE, TS 31.111 6.6.9: an SMS-SUBMIT or SMS-COMMAND TPDU."""
    return ProactiveCommand.of(
        CommandType.SEND_SHORT_MESSAGE,
        SMS_PACKING if packing else 0,
        _alpha(alpha),
        service_centre,
        SmsTpdu(tpdu),
        destination=Device.NETWORK,
    )


def set_up_call(number: Address, alpha: str | None = None, qualifier: int = 0) -> ProactiveCommand:
    """SET UP CALL, 6.6.12; qualifier 0: only if not busy on another call."""
    return ProactiveCommand.of(
        CommandType.SET_UP_CALL, qualifier, _alpha(alpha), number, destination=Device.NETWORK
    )


def send_ussd(text: str, alpha: str | None = None) -> ProactiveCommand:
    """SEND USSD, TS 31.111 6.6.11: *100# and the like; the response has the network's answer as Text string."""
    return ProactiveCommand.of(
        CommandType.SEND_USSD, 0, _alpha(alpha), UssdString.of(text), destination=Device.NETWORK
    )


def send_dtmf(digits: str, alpha: str | None = None) -> ProactiveCommand:
    """SEND DTMF, 6.6.24, during a call."""
    return ProactiveCommand.of(
        CommandType.SEND_DTMF, 0, _alpha(alpha), DtmfString(digits), destination=Device.NETWORK
    )


def play_tone(
    tone: int | None = None, duration: Duration | None = None, alpha: str | None = None
) -> ProactiveCommand:
    """PLAY TONE, 6.6.5: a Tone, the terminal's general beep without one."""
    return ProactiveCommand.of(
        CommandType.PLAY_TONE,
        0,
        _alpha(alpha),
        None if tone is None else Tone(tone),
        duration,
        destination=Device.EARPIECE,
    )


def display_text(text: str, qualifier: int = CLEAR_BY_USER) -> ProactiveCommand:
    """DISPLAY TEXT, 6.6.1."""
    return ProactiveCommand.of(
        CommandType.DISPLAY_TEXT, qualifier, TextString.of(text), destination=Device.DISPLAY
    )


def get_inkey(text: str, qualifier: int = 0) -> ProactiveCommand:
    """GET INKEY, 6.6.2: one character of the user; qualifier 0: a digit."""
    return ProactiveCommand.of(CommandType.GET_INKEY, qualifier, TextString.of(text))


def get_input(text: str, minimum: int, maximum: int, qualifier: int = 0) -> ProactiveCommand:
    """GET INPUT, 6.6.3: from `minimum` to `maximum` characters of the user; qualifier 0: digits."""
    return ProactiveCommand.of(
        CommandType.GET_INPUT, qualifier, TextString.of(text), ResponseLength(minimum, maximum)
    )


def select_item(title: str | None, items: Sequence[Item], qualifier: int = 0) -> ProactiveCommand:
    """SELECT ITEM, 6.6.8: the user chooses one of the items."""
    return ProactiveCommand.of(CommandType.SELECT_ITEM, qualifier, _alpha(title), *items)


def set_up_menu(title: str, items: Sequence[Item], qualifier: int = 0) -> ProactiveCommand:
    """SET UP MENU, 6.6.7; without items it takes the menu away, which is one empty Item."""
    contents: Sequence[Content] = items or [ComprehensionTlv(Tag.ITEM, b"")]
    return ProactiveCommand.of(CommandType.SET_UP_MENU, qualifier, AlphaIdentifier(title), *contents)


def set_up_idle_mode_text(text: str) -> ProactiveCommand:
    """SET UP IDLE MODE TEXT, 6.6.22; an empty text takes it away."""
    return ProactiveCommand.of(CommandType.SET_UP_IDLE_MODE_TEXT, 0, TextString.of(text))


def language_notification(code: str | None = None) -> ProactiveCommand:
    """LANGUAGE NOTIFICATION, 6.6.25: which language the toolkit speaks; None: no particular one."""
    return ProactiveCommand.of(
        CommandType.LANGUAGE_NOTIFICATION, int(code is not None), None if code is None else Language(code)
    )


def provide_local_information(what: int = LocalInformation.LOCATION) -> ProactiveCommand:
    """PROVIDE LOCAL INFORMATION, 6.6.15: a LocalInformation."""
    return ProactiveCommand.of(CommandType.PROVIDE_LOCAL_INFORMATION, what)


def start_timer(identifier: int, seconds: int) -> ProactiveCommand:
    """TIMER MANAGEMENT, 6.6.21: start the timer 1 to 8."""
    return ProactiveCommand.of(
        CommandType.TIMER_MANAGEMENT, TimerAction.START, TimerIdentifier(identifier), TimerValue(seconds)
    )


def deactivate_timer(identifier: int) -> ProactiveCommand:
    """TIMER MANAGEMENT, 6.6.21: stop the timer."""
    return ProactiveCommand.of(
        CommandType.TIMER_MANAGEMENT, TimerAction.DEACTIVATE, TimerIdentifier(identifier)
    )


def timer_value(identifier: int) -> ProactiveCommand:
    """TIMER MANAGEMENT, 6.6.21: ask for what is left of the timer."""
    return ProactiveCommand.of(
        CommandType.TIMER_MANAGEMENT, TimerAction.GET_CURRENT_VALUE, TimerIdentifier(identifier)
    )


def open_channel(
    buffer_size: int,
    transport: bearer.TransportLevel | None = None,
    destination: bearer.OtherAddress | None = None,
    *,
    description: bearer.BearerDescription = _DEFAULT_BEARER,
    network_access_name: str | None = None,
    user: str | None = None,
    password: str | None = None,
    alpha: str | None = None,
    qualifier: int = IMMEDIATE_LINK,
) -> ProactiveCommand:
    """OPEN CHANNEL for a packet data service or the default bearer, 6.6.27.2 and TS 31.111 6.6.27.

    destination: the remote address; `transport`: its protocol and port.
    """
    name = None if network_access_name is None else bearer.NetworkAccessName(network_access_name)
    login = [None if each is None else TextString.of(each) for each in (user, password)]
    return ProactiveCommand.of(
        CommandType.OPEN_CHANNEL,
        qualifier,
        _alpha(alpha),
        description,
        bearer.BufferSize(buffer_size),
        name,
        *login,
        transport,
        destination,
    )


def close_channel(channel: int) -> ProactiveCommand:
    """CLOSE CHANNEL, 6.6.28: the channel 1 to 7."""
    return ProactiveCommand.of(CommandType.CLOSE_CHANNEL, 0, destination=channel_device(channel))


def send_data(channel: int, data: bytes, qualifier: int = SEND_IMMEDIATELY) -> ProactiveCommand:
    """SEND DATA, 6.6.30: at most 255 bytes at a time fit into what a terminal fetches at once."""
    return ProactiveCommand.of(
        CommandType.SEND_DATA, qualifier, bearer.ChannelData(data), destination=channel_device(channel)
    )


def receive_data(channel: int, length: int) -> ProactiveCommand:
    """RECEIVE DATA, 6.6.29: up to `length` (1 to 255) bytes."""
    return ProactiveCommand.of(
        CommandType.RECEIVE_DATA, 0, bearer.ChannelDataLength(length), destination=channel_device(channel)
    )


def get_channel_status() -> ProactiveCommand:
    """GET CHANNEL STATUS, 6.6.31: the response has the Channel status of each channel."""
    return ProactiveCommand.of(CommandType.GET_CHANNEL_STATUS, 0)


def _alpha(text: str | None) -> AlphaIdentifier | None:
    return None if text is None else AlphaIdentifier(text)
