"""The bearer independent protocol: sockets for the card, as a TCP or UDP client (TS 102 223 6.4.27 to 6.4.31).

There is no thread: what arrives is taken when the terminal asks for it, at each of its polls.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from apdu.cat import (
    CommandType,
    Envelope,
    Event,
    Facility,
    GeneralResult,
    ProactiveCommand,
    TerminalResponse,
    profile,
)
from apdu.cat.bearer import (
    BearerDescription,
    BearerType,
    BufferSize,
    ChannelData,
    ChannelDataLength,
    ChannelStatus,
    OtherAddress,
    TransportLevel,
    TransportProtocol,
)
from apdu.cat.codes import CHANNELS, BipProblem, channel_device
from apdu.cat.commands import BACKGROUND, IMMEDIATE_LINK, SEND_IMMEDIATELY
from apdu.cat.envelope import event_download
from ipa.toolkit.handler import Handler, NotPerformed, required
from ipa.toolkit.link import Link, State

KINDS: dict[int, int] = {
    TransportProtocol.TCP_CLIENT_REMOTE: socket.SOCK_STREAM,
    TransportProtocol.UDP_CLIENT_REMOTE: socket.SOCK_DGRAM,
}
BEARERS = (BearerType.GPRS, BearerType.DEFAULT, BearerType.UTRAN, BearerType.E_UTRAN, BearerType.NG_RAN)
BUFFER_MAX = 0xFFFF
PATIENCE_SECONDS = 5.0
COUNT_MAX = 0xFF

# What fits into one TERMINAL RESPONSE of 255 bytes beside its other objects.
CHUNK_MAX = 237


MakeLink = Callable[[int, IPv4Address | IPv6Address, int, int, float], Link]
"""Arguments as those of `Link`."""


def is_loopback(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is on this machine."""
    return address.is_loopback


@dataclass
class Channel:
    """An open channel. `told`: the card knows of the data that wait; `link_state`: what the card knows of the link."""

    number: int
    link: Link
    told: bool = False
    link_state: State = State.IDLE

    @property
    def status(self) -> ChannelStatus:
        """As the card is told."""
        dropped = self.link.state is State.DROPPED
        return ChannelStatus.of(self.number, self.link.state is State.ESTABLISHED, dropped)


class Bip:
    """Up to seven channels.

    permitted: which addresses the card may reach, only this machine unless told otherwise; buffer_size: bytes kept
    for a channel in each direction at most; patience: seconds that connecting and sending may take; channels: how
    many, 1 to 7; link: makes connections, of sockets unless told otherwise.
    """

    events = (Event.DATA_AVAILABLE, Event.CHANNEL_STATUS)

    def __init__(
        self,
        *,
        permitted: Callable[[IPv4Address | IPv6Address], bool] = is_loopback,
        buffer_size: int = BUFFER_MAX,
        patience: float = PATIENCE_SECONDS,
        channels: int = len(CHANNELS),
        link: MakeLink = Link,
    ) -> None:
        self._permitted = permitted
        self._buffer_size = buffer_size
        self._patience = patience
        self._make_link = link
        self.numbers = CHANNELS[:channels]
        self._open: dict[int, Channel] = {}

    def facilities(self) -> tuple[Facility, ...]:
        """The bearer, TCP and UDP clients; `numbers` are the channels."""
        return (profile.BEARER_GPRS, profile.TCP_CLIENT_REMOTE, profile.UDP_CLIENT_REMOTE)

    def handlers(self) -> Mapping[int, Handler]:
        """The five commands."""
        return {
            CommandType.OPEN_CHANNEL: self._open_channel,
            CommandType.CLOSE_CHANNEL: self._close_channel,
            CommandType.RECEIVE_DATA: self._receive_data,
            CommandType.SEND_DATA: self._send_data,
            CommandType.GET_CHANNEL_STATUS: self._get_channel_status,
        }

    def due(self) -> Iterator[Envelope]:
        """Data available, once until the card has read them all; links that came about or broke."""
        for channel in tuple(self._open.values()):
            channel.link.pull()
            waiting = len(channel.link.received)
            if waiting and not channel.told:
                channel.told = True
                length = ChannelDataLength(min(waiting, COUNT_MAX))
                yield event_download(Event.DATA_AVAILABLE, channel.status, length)
            if channel.link.state is not channel.link_state:
                channel.link_state = channel.link.state
                yield event_download(Event.CHANNEL_STATUS, channel.status)

    def reset(self) -> None:
        """Closes all channels."""
        for channel in self._open.values():
            channel.link.close()
        self._open.clear()

    def _open_channel(self, command: ProactiveCommand) -> TerminalResponse:
        bearer = required(command, BearerDescription)
        wanted = required(command, BufferSize).size
        link = self._link(command, bearer, min(wanted, self._buffer_size))
        number = next(each for each in self.numbers if each not in self._open)
        self._establish(command, link)
        channel = Channel(number, link, link_state=link.state)
        self._open[number] = channel
        general = GeneralResult.PERFORMED if link.size == wanted else GeneralResult.MODIFIED
        return TerminalResponse.to(command, general, channel.status, bearer, BufferSize(link.size))

    def _link(self, command: ProactiveCommand, bearer: BearerDescription, size: int) -> Link:
        """What the command asks for, if the terminal has such a thing."""
        transport = command.find(TransportLevel)
        kind = KINDS.get(transport.protocol) if transport else None
        if kind is None or transport is None or bearer.type not in BEARERS:
            raise NotPerformed(GeneralResult.BEYOND_CAPABILITIES)
        # An address before the transport level is the terminal's own, one after it the remote one.
        addresses = command.find_all(OtherAddress)
        address = addresses[-1].address if addresses else None
        if address is None:
            raise NotPerformed(GeneralResult.REQUIRED_VALUES_MISSING)
        if len(self._open) == len(self.numbers):
            raise problem(BipProblem.NO_CHANNEL_AVAILABLE)
        if not self._permitted(address):
            raise problem(BipProblem.REMOTE_DEVICE_NOT_REACHABLE)
        try:
            return self._make_link(kind, address, transport.port, size, self._patience)
        except OSError:
            raise problem(BipProblem.TRANSPORT_LEVEL_NOT_AVAILABLE) from None

    def _establish(self, command: ProactiveCommand, link: Link) -> None:
        """At once, in the background, or later when the first data are sent."""
        if command.qualifier & BACKGROUND:
            link.start()
        elif command.qualifier & IMMEDIATE_LINK and not link.connect():
            link.close()
            raise problem(BipProblem.REMOTE_DEVICE_NOT_REACHABLE)

    def _close_channel(self, command: ProactiveCommand) -> TerminalResponse:
        channel = self._addressed(command)
        del self._open[channel.number]
        channel.link.close()
        return TerminalResponse.to(command)

    def _send_data(self, command: ProactiveCommand) -> TerminalResponse:
        channel = self._addressed(command)
        link = channel.link
        data = required(command, ChannelData).value
        link.settle()
        if link.state is State.DROPPED:
            raise problem(BipProblem.CHANNEL_CLOSED)
        if len(link.unsent) + len(data) > link.size:
            raise problem(BipProblem.BUFFER_SIZE_NOT_AVAILABLE)
        link.unsent += data
        if command.qualifier & SEND_IMMEDIATELY:
            _send(channel)
        free = link.size - len(link.unsent)
        return TerminalResponse.to(command, GeneralResult.PERFORMED, ChannelDataLength(min(free, COUNT_MAX)))

    def _receive_data(self, command: ProactiveCommand) -> TerminalResponse:
        channel = self._addressed(command)
        link = channel.link
        asked = required(command, ChannelDataLength).value
        link.pull()
        if link.state is State.DROPPED and not link.received:
            raise problem(BipProblem.CHANNEL_CLOSED)
        chunk = bytes(link.received[: min(asked, CHUNK_MAX)])
        del link.received[: len(chunk)]
        channel.told = bool(link.received)
        enough = len(chunk) == asked or link.received
        general = GeneralResult.PERFORMED if enough else GeneralResult.MISSING_INFORMATION
        left = ChannelDataLength(min(len(link.received), COUNT_MAX))
        return TerminalResponse.to(command, general, ChannelData(chunk), left)

    def _get_channel_status(self, command: ProactiveCommand) -> TerminalResponse:
        for channel in self._open.values():
            channel.link.pull()
        states = [channel.status for channel in self._open.values()] or [ChannelStatus.of(0, False)]
        return TerminalResponse.to(command, GeneralResult.PERFORMED, *states)

    def _addressed(self, command: ProactiveCommand) -> Channel:
        """The channel that the command is for."""
        found = (each for each in self._open.values() if channel_device(each.number) == command.destination)
        channel = next(found, None)
        if channel is None:
            raise problem(BipProblem.CHANNEL_IDENTIFIER_NOT_VALID)
        return channel


def problem(cause: int) -> NotPerformed:
    """Bearer Independent Protocol error, TS 102 223 8.12.11."""
    return NotPerformed(GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR, bytes((cause,)))


def _send(channel: Channel) -> None:
    """All that is to be sent; the card learns from the response what became of the link, and needs no event."""
    connected = channel.link.connect()
    sent = connected and channel.link.flush()
    channel.link_state = channel.link.state
    if not sent:
        raise problem(BipProblem.CHANNEL_CLOSED if connected else BipProblem.REMOTE_DEVICE_NOT_REACHABLE)
