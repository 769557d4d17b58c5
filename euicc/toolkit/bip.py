"""Channels of the bearer independent protocol for applets, TS 102 223 4.11 and 6.4.27 to 6.4.31.

    def procedure(self) -> Procedure[None]:
        channel = yield from bip.open_channel(self.toolkit, commands.open_channel(1400, transport, address))
        yield from channel.send(request)
        answer = yield from channel.receive()
        yield from channel.close()

The terminal tells of data and of lost links by events, which reach the applet through `channels` in its declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu.cat import ProactiveCommand, Result, TerminalResponse, commands
from apdu.cat.bearer import (
    BufferSize,
    ChannelData,
    ChannelDataLength,
    ChannelStatus,
    TransportLevel,
    TransportProtocol,
)
from apdu.cat.codes import BipProblem, GeneralResult
from apdu.cat.commands import SEND_IMMEDIATELY
from euicc.toolkit.procedure import CommandNotAllowed, Procedure, ToolkitError, Until

if TYPE_CHECKING:
    from euicc.toolkit.handle import Toolkit

SEND_MAX = 240
"""Bytes of data in a SEND DATA that one FETCH can bring."""
RECEIVE_MAX = 237
"""Bytes of data in a TERMINAL RESPONSE with a short Lc."""
_STORE = 0x00
_DATAGRAMS = (TransportProtocol.UDP_CLIENT_REMOTE, TransportProtocol.UDP_CLIENT_LOCAL)


class ChannelError(ToolkitError):
    """A channel could not be opened or used. result: what the terminal said, None where it lost the link."""

    def __init__(self, message: str, result: Result | None = None) -> None:
        super().__init__(message)
        self.result = result

    @property
    def problem(self) -> int | None:
        """The BipProblem, if the terminal named one."""
        result = self.result
        if result is None or result.general != GeneralResult.BEARER_INDEPENDENT_PROTOCOL_ERROR:
            return None
        return result.additional[0] if result.additional else BipProblem.NO_SPECIFIC_CAUSE


class Channel:
    """One channel.

    toolkit: the handle of the applet that opened it. number: 1 to 7. buffer_size: bytes that the terminal keeps for it.
    available: bytes that can be received, as far as the card knows; 255 means 255 or more. established: false once
    the terminal told that there is no link.
    """

    def __init__(self, toolkit: Toolkit, number: int, buffer_size: int, datagrams: bool) -> None:
        self.toolkit = toolkit
        self._datagrams = datagrams
        self.number = number
        self.buffer_size = buffer_size
        self.available = 0
        self.established = True

    def send(self, data: bytes) -> Procedure[None]:
        """SEND DATA, in as many pieces as it takes; ChannelError.

        Pieces are stored as long as the buffer has room, and sent together. ValueError for a datagram that is larger
        than the buffer.
        """
        if self._datagrams and len(data) > self.buffer_size:
            raise ValueError(f"a datagram of {len(data)} bytes, for a buffer of {self.buffer_size}")
        size = min(SEND_MAX, self.buffer_size)
        stored = 0
        for start in range(0, len(data), size):
            piece, following = data[start : start + size], data[start + size : start + 2 * size]
            stored += len(piece)
            last = not following or stored + len(following) > self.buffer_size
            yield from _checked(commands.send_data(self.number, piece, SEND_IMMEDIATELY if last else _STORE))
            stored = 0 if last else stored

    def receive(self, most: int = RECEIVE_MAX) -> Procedure[bytes]:
        """RECEIVE DATA: the next piece, at most `most` bytes; waits for it. b"" once the link is lost; ChannelError."""
        data = b""
        while not data:
            yield Until(lambda: self.available > 0 or not self.established)
            if not self.available:
                return b""
            data = yield from self._receive(min(self.available, most, RECEIVE_MAX))
        return data

    def _receive(self, wanted: int) -> Procedure[bytes]:
        """One RECEIVE DATA. A terminal that gives nothing has nothing, until it tells of data again."""
        response = yield from _checked(commands.receive_data(self.number, wanted))
        data, left = response.find(ChannelData), response.find(ChannelDataLength)
        self.available = left.value if data and data.value and left else 0
        return data.value if data else b""

    def receive_exactly(self, count: int) -> Procedure[bytes]:
        """That many bytes; ChannelError when the link is lost before."""
        received = b""
        while len(received) < count:
            piece = yield from self.receive(count - len(received))
            if not piece:
                raise ChannelError(f"the link was lost after {len(received)} of {count} bytes")
            received += piece
        return received

    def close(self) -> Procedure[None]:
        """CLOSE CHANNEL. Its result does not matter: the terminal may have closed it already."""
        yield commands.close_channel(self.number)
        self.toolkit.release(self)


def open_channel(toolkit: Toolkit, command: ProactiveCommand) -> Procedure[Channel]:
    """OPEN CHANNEL, as `apdu.cat.commands.open_channel` built it; ChannelError when the terminal cannot.

    CommandNotAllowed when the terminal's profile forbids it, or the applet has as many channels as it declared.
    """
    if len(toolkit.channels) >= toolkit.channels_max:
        raise CommandNotAllowed(command.name)
    response = yield from _checked(command)
    status = response.find(ChannelStatus)
    if status is None or not status.channel:
        raise ChannelError("the terminal gave no channel", response.result)
    given = response.find(BufferSize) or command.find(BufferSize)
    size = given.size if given else SEND_MAX
    if not size or not toolkit.is_free(status.channel):
        raise ChannelError("the terminal gave a channel that cannot be used", response.result)
    transport = command.find(TransportLevel)
    channel = Channel(
        toolkit, status.channel, size, transport is not None and transport.protocol in _DATAGRAMS
    )
    toolkit.occupy(channel)
    return channel


def _checked(command: ProactiveCommand) -> Procedure[TerminalResponse]:
    """The response to a command; ChannelError when it was not performed."""
    response: TerminalResponse = yield command
    if not response.performed:
        raise ChannelError(f"{command.name}: {response.result.name}", response.result)
    return response
