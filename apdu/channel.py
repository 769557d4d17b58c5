"""The device's end of a logical channel: what ES10 needs of it, how APDUs provide it (TS 102 221 11.1.17).

A `Channel` selects an application and talks to it. `ApduChannel` makes one out of any Transport; a modem,
which offers channels but no raw APDUs (TS 27.007 AT+CCHO, AT+CGLA), can make one in another way.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, runtime_checkable

from apdu import store_data
from apdu.command import CHAINING, LAST_CHANNEL, SHORT_LC_MAX, Command, class_on_channel
from apdu.instruction import GET_RESPONSE, MANAGE_CHANNEL, SELECT
from apdu.response import Response
from apdu.status import LOGICAL_CHANNEL_NOT_SUPPORTED, count_of, is_success
from apdu.transport import Transport, TransportError

SELECT_BY_DF_NAME = 0x04
NO_RESPONSE_DATA = 0x0C
OPEN = 0x00
CLOSE = 0x80

# A card that announces more data for ever is not answered for ever: 1 MiB is far beyond any ES10 response.
GET_RESPONSES_MAX = 4096


@runtime_checkable
class Channel(Protocol):
    """A logical channel to a card, as ES10 needs it: SGP.22 5.7.1 and 5.7.2."""

    proactive_pending: int
    """Length 1..256 of the proactive command the card announced last with 91xx, 0 when there is none."""

    def select(self, aid: bytes, p2: int = 0) -> bytes:
        """Selects an application by its AID; returns its FCI. StatusError when the card refuses."""
        ...

    def send(self, command: Command) -> Response:
        """Sends a command on this channel, whatever channel its class names; returns the whole response."""
        ...

    def store_data(self, data: bytes) -> bytes:
        """Sends one ES10 command with STORE DATA; returns its response. StatusError when the card refuses."""
        ...

    def close(self) -> None:
        """Gives the channel back to the card."""
        ...


class ApduChannel:
    """A logical channel over a Transport; a context manager that closes it.

    `le` is the Le of commands that may be answered with data: 256, or None as terminals send them that know
    T=0 only. `block_size` bounds the STORE DATA blocks. 61xx, 6Cxx and command chaining are done here.
    """

    def __init__(
        self,
        transport: Transport,
        number: int = 0,
        *,
        le: int | None = 256,
        block_size: int = store_data.BLOCK_SIZE_MAX,
    ) -> None:
        self.number = number
        self.proactive_pending = 0
        self._transport = transport
        self._le = le
        self._block_size = block_size
        self._get_response_class = class_on_channel(0x00, number)
        self._open = number != 0

    def select(self, aid: bytes, p2: int = 0) -> bytes:
        """SELECT by DF name, TS 102 221 11.1.1; returns the FCI, b"" when `p2` asks for none.

        StatusError on anything but 9000 and 91xx.
        """
        le = None if p2 & NO_RESPONSE_DATA == NO_RESPONSE_DATA else self._le
        return self.send(Command(0x00, SELECT, SELECT_BY_DF_NAME, p2, aid, le)).checked()

    def send(self, command: Command) -> Response:
        """Sends a command on this channel and returns the whole response with its last status word.

        More than 255 bytes of data go as a command chain (ISO/IEC 7816-4 5.3.3) unless the command is
        extended; 6Cxx repeats the command with the right Le, 61xx fetches what is announced. A refused link
        of the chain ends it. TransportError when the card does not come to an end.
        """
        *links, last = _chain(command.on_channel(self.number))
        for link in links:
            response = self._complete(link)
            if not response.successful:
                return response
        return self._complete(last)

    def store_data(self, data: bytes) -> bytes:
        """ES10x transport command, SGP.22 5.7.2: one ES10 command in STORE DATA blocks; returns its response.

        StatusError on anything but 9000 and 91xx; ValueError for no bytes or more than 256 blocks.
        """
        answer = b""
        for block in store_data.blocks(data, self._block_size, self._le):
            answer = self.send(block).checked()
        return answer

    def close(self) -> None:
        """MANAGE CHANNEL close, TS 102 221 11.1.17; nothing on the basic channel or when closed before.

        A card on which the channel is not open any more (after a reset) has done what was wanted.
        """
        if not self._open:
            return
        self._open = False
        command = Command(0x00, MANAGE_CHANNEL, CLOSE, self.number, le=256)
        response = self._exchange(command)
        if response.sw != LOGICAL_CHANNEL_NOT_SUPPORTED:
            response.checked()

    def __enter__(self) -> ApduChannel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _complete(self, command: Command) -> Response:
        """A command and, on 61xx, everything that GET RESPONSE brings."""
        response = self._exchange(command)
        if response.sw1 != 0x61:
            return response
        pieces = [response.data]
        for _ in range(GET_RESPONSES_MAX):
            announced = count_of(response.sw)
            response = self._exchange(Command(self._get_response_class, GET_RESPONSE, 0, 0, le=announced))
            pieces.append(response.data)
            if response.sw1 != 0x61:
                return Response(b"".join(pieces), response.sw)
        raise TransportError(f"the card announces more data after {GET_RESPONSES_MAX} GET RESPONSE")

    def _exchange(self, command: Command) -> Response:
        response = self._transmit(command)
        if response.sw1 == 0x6C:
            response = self._transmit(command.with_le(count_of(response.sw)))
        if is_success(response.sw):
            self.proactive_pending = count_of(response.sw) if response.sw1 == 0x91 else 0
        return response

    def _transmit(self, command: Command) -> Response:
        return Response.parse(self._transport.transmit(command.encode()))


def open_channel(
    transport: Transport,
    number: int | None = None,
    *,
    le: int | None = 256,
    block_size: int = store_data.BLOCK_SIZE_MAX,
) -> ApduChannel:
    """MANAGE CHANNEL open, TS 102 221 11.1.17: a channel that the card assigns, or the one of this number.

    `le` and `block_size` are as for ApduChannel. StatusError when the card refuses, TransportError when what
    it assigns is no channel number, ValueError for a number outside 1..19.
    """
    basic = ApduChannel(transport)
    if number is None:
        number = _assigned(basic.send(Command(0x00, MANAGE_CHANNEL, OPEN, 0x00, le=1)).checked())
    elif 1 <= number <= LAST_CHANNEL:
        basic.send(Command(0x00, MANAGE_CHANNEL, OPEN, number, le=256)).checked()
    else:
        raise ValueError(f"no channel to open: {number}")
    channel = ApduChannel(transport, number, le=le, block_size=block_size)
    channel.proactive_pending = basic.proactive_pending
    return channel


def _assigned(answer: bytes) -> int:
    if len(answer) != 1 or not 1 <= answer[0] <= LAST_CHANNEL:
        raise TransportError(f"the card assigns channel {answer.hex() or 'nothing'}")
    return answer[0]


def _chain(command: Command) -> list[Command]:
    """The command itself, or the links of the command chain that carries its data."""
    data = command.data
    if command.extended or len(data) <= SHORT_LC_MAX:
        return [command]
    cla, ins, p1, p2 = command.cla, command.ins, command.p1, command.p2
    last = (len(data) - 1) // SHORT_LC_MAX * SHORT_LC_MAX
    links = [
        Command(cla | CHAINING, ins, p1, p2, data[start : start + SHORT_LC_MAX])
        for start in range(0, last, SHORT_LC_MAX)
    ]
    return [*links, Command(cla, ins, p1, p2, data[last:], command.le)]
