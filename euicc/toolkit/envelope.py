"""ENVELOPE, TS 102 221 11.2.2 and TS 102 223 7: which envelope is whose, and when it has to wait.

What it is answered with:

    status word    when
    9000, 91xx     done; what nobody asked for (an event, a call) is taken and left as it is
    6A80           malformed, an unknown tag, a menu entry or a timer that nobody has
    6200           a short message that nothing was done with (see euicc.ota.receive)
    6F00           a cell broadcast page, and nobody who wants such
    9300           toolkit busy: what begins something new waits until the proactive command that is out was answered,
                   and almost everything while too many commands are queued
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from apdu import StatusError, TlvError, status
from apdu.cat import Envelope, EnvelopeTag, Event, Tag
from apdu.cat.bearer import ChannelDataLength, ChannelStatus
from apdu.cat.comprehension import DataObject
from apdu.cat.information import TimerValue
from apdu.cat.objects import CellBroadcastPage, ItemIdentifier, SmsTpdu, TimerIdentifier
from euicc.toolkit.control import Control

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.runtime.proactive import Proactive

D = TypeVar("D", bound=DataObject)
_USER_DATA_HEADER = 0x40
"""TP-UDHI in the first byte of an SMS-DELIVER, TS 23.040 9.2.2.1."""

Handler = Callable[["Card", Envelope], bytes]


def process(card: Card, data: bytes) -> bytes:
    """The response data to the data of an ENVELOPE; StatusError for other status words than 9000."""
    try:
        answer = _handle(card, Envelope.parse(data))
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    card.toolkit.procedures.envelope_came()
    return answer


def _handle(card: Card, envelope: Envelope) -> bytes:
    row = ENVELOPES.get(envelope.tag)
    if row is None:
        raise StatusError(status.INCORRECT_DATA)
    if row.busy(card.proactive):
        raise StatusError(status.TOOLKIT_BUSY)
    return row.handle(card, envelope)


def _sms_pp_download(card: Card, envelope: Envelope) -> bytes:
    """A secured packet stands behind a user data header; without one it is for applets, if any wants such."""
    tpdu = _read(envelope, SmsTpdu).value
    if not tpdu or not tpdu[0] & _USER_DATA_HEADER:
        wanting = [applet for applet in card.toolkit if envelope.tag in applet.envelopes]
        for applet in wanting:
            card.toolkit.run(applet.short_message(tpdu))
        if wanting:
            return b""
    from euicc.ota.receive import sms_pp_download

    return sms_pp_download(card, envelope.encode())


def _menu_selection(card: Card, envelope: Envelope) -> bytes:
    owner = card.toolkit.owner_of_item(_read(envelope, ItemIdentifier).value)
    if owner is None:
        raise StatusError(status.INCORRECT_DATA)
    applet, item = owner
    card.toolkit.run(applet.menu_selected(item, envelope.value(Tag.HELP_REQUEST) is not None))
    return b""


def _timer_expiration(card: Card, envelope: Envelope) -> bytes:
    timer, value = _read(envelope, TimerIdentifier).value, _read(envelope, TimerValue)
    applet = card.toolkit.owner_of_timer(timer)
    if applet is None:
        raise StatusError(status.INCORRECT_DATA)
    card.toolkit.run(applet.timer_expired(timer, value.seconds))
    return b""


def _event_download(card: Card, envelope: Envelope) -> bytes:
    event = envelope.event
    if event in _CHANNEL_EVENTS:
        _CHANNEL_EVENTS[event](card, envelope)
    for applet in card.toolkit:
        if event in applet.events:
            card.toolkit.run(applet.event(event, envelope))
    return b""


def _data_available(card: Card, envelope: Envelope) -> None:
    found, length = _read(envelope, ChannelStatus), _read(envelope, ChannelDataLength)
    channel = card.toolkit.channels.get(found.channel)
    if channel is not None:
        channel.available = length.value


def _channel_status(card: Card, envelope: Envelope) -> None:
    found = _read(envelope, ChannelStatus)
    channel = card.toolkit.channels.get(found.channel)
    if channel is not None:
        channel.established = found.established


_CHANNEL_EVENTS: dict[int, Callable[[Card, Envelope], None]] = {
    Event.DATA_AVAILABLE: _data_available,
    Event.CHANNEL_STATUS: _channel_status,
}


def _cell_broadcast(card: Card, envelope: Envelope) -> bytes:
    page = _read(envelope, CellBroadcastPage)
    wanting = [applet for applet in card.toolkit if envelope.tag in applet.envelopes]
    if not wanting:
        raise StatusError(status.NO_PRECISE_DIAGNOSIS)
    for applet in wanting:
        card.toolkit.run(applet.cell_broadcast(page.value))
    return b""


def _control(card: Card, envelope: Envelope) -> bytes:
    """Call control and MO short message control: no response data means allowed as it is, TS 31.111 7.3.1.1."""
    controlling = next((applet for applet in card.toolkit if envelope.tag in applet.envelopes), None)
    if controlling is None:
        return b""
    return (controlling.control(envelope) or Control()).encode()


def _read(envelope: Envelope, kind: type[D]) -> D:
    """The object of this type, which must be there; TlvError."""
    found = envelope.find(kind)
    if found is None:
        raise TlvError(f"no {kind.__name__}")
    return found


def _never(proactive: Proactive) -> bool:
    return False


def _while_full(proactive: Proactive) -> bool:
    return proactive.full


def _in_session(proactive: Proactive) -> bool:
    return proactive.full or proactive.session_running


class Row(NamedTuple):
    """Who handles an envelope, and when the toolkit is too busy for it."""

    handle: Handler
    busy: Callable[[Proactive], bool]


ENVELOPES: dict[int, Row] = {
    EnvelopeTag.SMS_PP_DOWNLOAD: Row(_sms_pp_download, _in_session),
    EnvelopeTag.CELL_BROADCAST_DOWNLOAD: Row(_cell_broadcast, _in_session),
    EnvelopeTag.MENU_SELECTION: Row(_menu_selection, _in_session),
    EnvelopeTag.CALL_CONTROL: Row(_control, _never),
    EnvelopeTag.MO_SHORT_MESSAGE_CONTROL: Row(_control, _never),
    EnvelopeTag.EVENT_DOWNLOAD: Row(_event_download, _while_full),
    EnvelopeTag.TIMER_EXPIRATION: Row(_timer_expiration, _while_full),
}
