"""A trace as the card sees it: follows the applications on all channels and says every command in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from apdu import Command, Trace, instruction, status
from apdu.channel import CLOSE
from apdu.explain import explain_command
from euicc.traces.commands import UNKNOWN, Reading, Said, read, stands_at
from euicc.traces.conversations import Conversation, conversations
from euicc.traces.files import Place
from euicc.traces.masking import Secrets, hexadecimal, masked_parts, overwritten, secrets
from euicc.traces.tree import ERROR, UNDECODED, Node

OK, WARNING = "ok", "warning"
_NOWHERE = Place(UNKNOWN)


@dataclass(frozen=True, slots=True)
class Shown:
    """One exchange in hexadecimal, ** for every masked byte. `command` is "" for a reset."""

    number: int
    command: str
    response: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A command in words, with all exchanges that belong to it.

    `number` is that of its first exchange, from 1; `time` when that was sent, in seconds since the trace began;
    `duration` how long the card took for all of them. `function` is the ES10 function, "" for other commands;
    `request` and `response` what was said, None where there is nothing to say. `status` is the status word by name.
    """

    number: int
    time: float
    duration: float
    channel: int
    application: str
    words: str
    status: str
    sw: int | None
    function: str
    request: Node | None
    response: Node | None
    exchanges: tuple[Shown, ...]

    @property
    def outcome(self) -> str:
        """OK, WARNING or ERROR: by the status word, and by the result code inside an answer."""
        if self.sw is None:
            return OK if self.words == _RESET else ERROR
        if self.sw >> 8 in (0x62, 0x63, 0x6C):
            return WARNING
        troubled = any(node.trouble == ERROR for node in self._troubles())
        return OK if (status.is_success(self.sw) or self.sw >> 8 in (0x61, 0x92)) and not troubled else ERROR

    @property
    def undecoded(self) -> str:
        """Why something in it could not be understood, "" when all was."""
        return "; ".join(node.text for node in self._troubles() if node.trouble == UNDECODED)

    def _troubles(self) -> Iterator[Node]:
        for tree in (self.request, self.response):
            if tree is not None:
                yield from tree.troubles()


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A conversation with where its channel stood, what it says, and what in it is secret."""

    conversation: Conversation
    place: Place
    reading: Reading
    secrets: Secrets


def entries(trace: Trace, unmasked: bool = False) -> tuple[Entry, ...]:
    """Every command of a trace in words; never an error, whatever was exchanged. Secrets are masked by default."""
    return tuple(_entry(each, unmasked) for each in interpreted(trace, unmasked))


def interpreted(trace: Trace, unmasked: bool = False) -> Iterator[Interpreted]:
    """The conversations of a trace in the order in which they began."""
    card = _Card(_NOWHERE if trace.dropped else Place())
    for conversation in conversations(trace.exchanges):
        yield card.follow(conversation, unmasked)


def masked(trace: Trace) -> Trace:
    """The same trace with every secret byte overwritten; it does not replay."""
    exchanges = list(trace.exchanges)
    for each in interpreted(trace):
        for part, in_command, in_response in masked_parts(each.conversation, each.secrets):
            exchanges[part.number - 1] = replace(
                part.exchange,
                command=overwritten(part.exchange.command or b"", in_command)
                if part.exchange.command
                else None,
                response=overwritten(part.exchange.response, in_response),
            )
    return Trace(tuple(exchanges), trace.dropped, trace.transport, trace.recorded)


_RESET = "reset"


class _Card:
    """Where every channel stands."""

    def __init__(self, basic: Place) -> None:
        self._channels = {0: basic}

    def follow(self, conversation: Conversation, unmasked: bool) -> Interpreted:
        command = conversation.command
        if command is None:
            return self._without_command(conversation)
        place = self._channels.get(command.channel, _NOWHERE)
        found = secrets(conversation, stands_at(command, place))
        reading = read(Said(command, conversation, place, found, unmasked))
        if command.ins == instruction.MANAGE_CHANNEL and not command.proprietary:
            self._manage(command, conversation)
        self._channels[command.channel] = reading.place
        return Interpreted(conversation, place, reading, found)

    def _without_command(self, conversation: Conversation) -> Interpreted:
        exchange = conversation.first.exchange
        if exchange.command is not None:
            words = explain_command(exchange.command)
            return Interpreted(
                conversation, _NOWHERE, Reading(words, _NOWHERE), secrets(conversation, _NOWHERE)
            )
        self._channels = {0: Place()}
        atr = Node("atr", exchange.response.hex().upper())
        return Interpreted(conversation, Place(), Reading(_RESET, Place(), None, atr), Secrets())

    def _manage(self, command: Command, conversation: Conversation) -> None:
        if conversation.sw is None or not status.is_success(conversation.sw):
            return
        if command.p1 == CLOSE:
            self._channels.pop(command.p2 or command.channel, None)
            return
        number = conversation.answer[0] if conversation.answer else command.p2
        opener = self._channels.get(command.channel, _NOWHERE)
        self._channels[number] = opener if command.channel else Place()


def _entry(each: Interpreted, unmasked: bool) -> Entry:
    conversation, reading = each.conversation, each.reading
    first = conversation.first.exchange
    hidden = Secrets() if unmasked else each.secrets
    return Entry(
        number=conversation.first.number,
        time=first.started,
        duration=sum(part.exchange.elapsed for part in conversation.parts),
        channel=conversation.command.channel if conversation.command else 0,
        application=reading.place.application
        if reading.words.startswith("SELECT")
        else each.place.application,
        words=reading.words,
        status=_status(conversation),
        sw=conversation.sw,
        function=reading.function,
        request=reading.request,
        response=reading.response,
        exchanges=tuple(
            Shown(
                part.number,
                hexadecimal(part.exchange.command or b"", in_command),
                hexadecimal(part.exchange.response, in_response),
            )
            for part, in_command, in_response in masked_parts(conversation, hidden)
        ),
    )


def _status(conversation: Conversation) -> str:
    if conversation.sw is not None:
        return status.describe(conversation.sw)
    return "" if conversation.first.exchange.command is None else "no status word"
