"""ENVELOPE, TS 102 221 11.2.2 and TS 102 223 7: what the terminal tells the card of its own accord."""

from __future__ import annotations

from dataclasses import dataclass

from apdu import tlv
from apdu.cat.codes import Device, EnvelopeTag
from apdu.cat.comprehension import ComprehensionTlv, Content, Objects, encode, parse, wrap
from apdu.cat.information import TimerValue
from apdu.cat.objects import Address, CellBroadcastPage, EventList, ItemIdentifier, SmsTpdu, TimerIdentifier
from apdu.cat.tags import Tag
from apdu.tlv import TlvError


@dataclass(frozen=True, slots=True)
class Envelope(Objects):
    """One envelope: an EnvelopeTag, and all data objects in order, Device identities among them."""

    tag: int
    objects: tuple[ComprehensionTlv, ...]

    @classmethod
    def of(cls, tag: int, source: int, *contents: Content) -> Envelope:
        """An envelope to the UICC with Device identities and then these typed objects; None is left out."""
        return cls(tag, wrap((_identities(source), *contents)))

    @classmethod
    def parse(cls, data: bytes) -> Envelope:
        """The data of the command ENVELOPE; TlvError when they are not one BER-TLV of data objects."""
        outer = tlv.parse(data)
        return cls(outer.tag, parse(outer.value))

    def encode(self) -> bytes:
        """The data of the command ENVELOPE."""
        return tlv.encode(self.tag, encode(self.objects))

    @property
    def source(self) -> int:
        """The first of Device identities; TlvError when there are none."""
        return self._devices()[0]

    @property
    def destination(self) -> int:
        """The second of Device identities; TlvError when there are none."""
        return self._devices()[1]

    @property
    def event(self) -> int:
        """Which Event an event download tells of; TlvError when it does not name one."""
        events = self.value(Tag.EVENT_LIST)
        if events is None or len(events) != 1:
            raise TlvError("not one event in the Event list")
        return events[0]

    def _devices(self) -> bytes:
        devices = self.value(Tag.DEVICE_IDENTITIES)
        if devices is None or len(devices) != 2:
            raise TlvError("no Device identities of 2 bytes")
        return devices


def sms_pp_download(tpdu: bytes, service_centre: Address | None = None) -> Envelope:
    """SMS-PP download, TS 31.111 7.1.1.2: an SMS-DELIVER TPDU, and the service centre it came from."""
    return Envelope.of(EnvelopeTag.SMS_PP_DOWNLOAD, Device.NETWORK, service_centre, SmsTpdu(tpdu))


def cell_broadcast_download(page: bytes) -> Envelope:
    """Cell broadcast download, TS 31.111 7.1.2.2."""
    return Envelope.of(EnvelopeTag.CELL_BROADCAST_DOWNLOAD, Device.NETWORK, CellBroadcastPage(page))


def menu_selection(item: int, help_requested: bool = False) -> Envelope:
    """Menu selection, TS 102 223 7.2: an item of the menu that SET UP MENU gave, or help on it."""
    help = ComprehensionTlv(Tag.HELP_REQUEST, b"") if help_requested else None
    return Envelope.of(EnvelopeTag.MENU_SELECTION, Device.KEYPAD, ItemIdentifier(item), help)


def call_control(*contents: Content) -> Envelope:
    """Call control, TS 31.111 7.3.1: Address, SS or USSD string, then capability parameters and location."""
    return Envelope.of(EnvelopeTag.CALL_CONTROL, Device.TERMINAL, *contents)


def mo_short_message_control(service_centre: Address, destination: Address, *contents: Content) -> Envelope:
    """MO short message control, TS 31.111 7.3.2: both addresses, then the location."""
    return Envelope.of(
        EnvelopeTag.MO_SHORT_MESSAGE_CONTROL, Device.TERMINAL, service_centre, destination, *contents
    )


def event_download(event: int, *contents: Content, source: int = Device.TERMINAL) -> Envelope:
    """Event download, TS 102 223 7.5: an Event, and what belongs to it."""
    objects = (EventList(bytes((event,))), _identities(source), *contents)
    return Envelope(EnvelopeTag.EVENT_DOWNLOAD, wrap(objects))


def timer_expiration(identifier: int, seconds: int) -> Envelope:
    """Timer expiration, TS 102 223 7.4: which timer, and how long it ran."""
    return Envelope.of(
        EnvelopeTag.TIMER_EXPIRATION, Device.TERMINAL, TimerIdentifier(identifier), TimerValue(seconds)
    )


def _identities(source: int) -> ComprehensionTlv:
    return ComprehensionTlv(Tag.DEVICE_IDENTITIES, bytes((source, Device.UICC)))
