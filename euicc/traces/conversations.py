"""Conversations: the exchanges that carry one command, put together as a card and its terminal understand them.

One command may take several exchanges: links of a command chain (ISO/IEC 7816-4 5.3.3), blocks of STORE DATA
(GPCS 11.11), the repetition after 6Cxx, GET RESPONSE after 61xx (TS 102 221 7.3.1). Each channel has its own; a reset
ends all of them. Whatever does not fit stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from apdu import Command, Exchange, Response, StatusError, TransportError, instruction
from apdu.store_data import LAST_BLOCK, MORE_BLOCKS


@dataclass(frozen=True, slots=True)
class Part:
    """One exchange: its number from 1, the parsed command and response; None where they are not well-formed."""

    number: int
    exchange: Exchange
    command: Command | None
    response: Response | None

    @property
    def data_offset(self) -> int:
        """Where the data field begins in the bytes of the command."""
        return 7 if self.command and self.command.extended else 5


@dataclass(frozen=True, slots=True)
class Conversation:
    """One command, from its first exchange to the last one that answers it.

    `sent` are the parts that carry command data, `answered` those that carry response data.
    """

    parts: tuple[Part, ...]
    sent: tuple[Part, ...]
    answered: tuple[Part, ...]

    @property
    def first(self) -> Part:
        """Where it begins."""
        return self.parts[0]

    @property
    def command(self) -> Command | None:
        """The command as sent first; None for a reset and for what is no command."""
        return self.first.command

    @property
    def data(self) -> bytes:
        """The whole command data."""
        return b"".join(part.command.data for part in self.sent if part.command)

    @property
    def answer(self) -> bytes:
        """The whole response data."""
        return b"".join(part.response.data for part in self.answered if part.response)

    @property
    def sw(self) -> int | None:
        """The last status word; None when there is none."""
        response = self.parts[-1].response
        return response.sw if response else None

    @property
    def complete(self) -> bool:
        """Whether the last link or block of the command was sent."""
        last = self.sent[-1].command if self.sent else None
        return last is None or not (last.chained or _is_block(last, MORE_BLOCKS))


@dataclass(slots=True)
class _Open:
    """A conversation that may go on."""

    parts: list[Part]
    sent: list[Part] = field(default_factory=list)
    answered: list[Part] = field(default_factory=list)

    def frozen(self) -> Conversation:
        return Conversation(tuple(self.parts), tuple(self.sent), tuple(self.answered))


def conversations(exchanges: Iterable[Exchange]) -> tuple[Conversation, ...]:
    """The exchanges of a trace as conversations, in the order in which they began."""
    joined: list[_Open] = []
    on_channel: dict[int, _Open] = {}
    for number, exchange in enumerate(exchanges, start=1):
        part = _part(number, exchange)
        command = part.command
        if command is None:
            if exchange.command is None:
                on_channel.clear()
            joined.append(_Open([part], answered=[part] if part.response else []))
            continue
        current = on_channel.get(command.channel)
        if current is None or not _continue(current, part, command):
            current = on_channel[command.channel] = _Open([part], [part], [part])
            joined.append(current)
    return tuple(each.frozen() for each in joined)


def _continue(current: _Open, part: Part, command: Command) -> bool:
    """Appends the part to the conversation if it belongs to it."""
    last = current.parts[-1]
    if last.command is None or last.response is None:
        return False
    if command.ins == instruction.GET_RESPONSE and not command.proprietary:
        if last.response.sw1 != 0x61:
            return False
        current.answered.append(part)
    elif last.response.sw1 == 0x6C and command.with_le(None) == last.command.with_le(None):
        current.sent[-1] = current.answered[-1] = part
    elif last.response.successful and _next_of(last.command, command):
        current.sent.append(part)
        current.answered = [part]
    else:
        return False
    current.parts.append(part)
    return True


def _next_of(last: Command, command: Command) -> bool:
    """Whether a command is the next link or block after the last one."""
    if last.chained:
        return (last.ins, last.p1, last.p2) == (command.ins, command.p1, command.p2)
    is_block = _is_block(command, MORE_BLOCKS) or _is_block(command, LAST_BLOCK)
    return _is_block(last, MORE_BLOCKS) and is_block and command.p2 == last.p2 + 1


def _is_block(command: Command, p1: int) -> bool:
    return command.ins == instruction.STORE_DATA and command.proprietary and command.p1 == p1


def _part(number: int, exchange: Exchange) -> Part:
    return Part(number, exchange, _command(exchange), _response(exchange))


def _command(exchange: Exchange) -> Command | None:
    try:
        return None if exchange.command is None else Command.parse(exchange.command)
    except StatusError:
        return None


def _response(exchange: Exchange) -> Response | None:
    if exchange.command is None:
        return None
    try:
        return Response.parse(exchange.response)
    except TransportError:
        return None
