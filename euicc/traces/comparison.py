"""A trace as a regression test: the same commands to a card, and where it answers otherwise.

`play` sends what a trace has, as a terminal would: it fetches what this card announces, on the channels that this
card assigns. `differences` compares two traces, command by command; `compare` does both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from apdu import Command, Recorder, Response, Trace, Transport, instruction, status
from apdu.channel import CLOSE
from apdu.command import LAST_CHANNEL
from euicc.traces.conversations import Conversation, Part, conversations
from euicc.traces.interpreter import Entry, Interpreted, entries, interpreted
from euicc.traces.masking import PIN_COMMANDS
from euicc.traces.messages import MUST_DIFFER
from euicc.traces.tree import Node

_RANDOM = frozenset(
    {instruction.GET_CHALLENGE, instruction.INITIALIZE_UPDATE, instruction.AUTHENTICATE, instruction.FETCH}
)
"""Commands whose answers are not compared: random ones, and what FETCH brings when the card wants it."""
_READING = frozenset(
    {
        instruction.SELECT,
        instruction.STATUS,
        instruction.READ_BINARY,
        instruction.READ_RECORD,
        instruction.SEARCH_RECORD,
        instruction.GET_RESPONSE,
        instruction.GET_DATA,
        instruction.GET_CHALLENGE,
        instruction.MANAGE_CHANNEL,
        instruction.FETCH,
        instruction.TERMINAL_RESPONSE,
        instruction.TERMINAL_PROFILE,
        instruction.TERMINAL_CAPABILITY,
    }
)
_READING_FUNCTIONS = (".Get", ".List", ".Retrieve", ".AuthenticateServer", ".CancelSession")


@dataclass(frozen=True, slots=True)
class Difference:
    """A command that was answered otherwise. `number`: its first exchange in the expected trace, 0 when it has none.

    `what` is the value that differs, as names separated by dots; "command", "status word" or "response" for the whole.
    """

    number: int
    words: str
    what: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.number}: {self.words}: {self.what}: expected {self.expected}, came {self.came}"


def compare(
    trace: Trace, transport: Transport, *, exact: bool = False, ignored: frozenset[str] = MUST_DIFFER
) -> tuple[Difference, ...]:
    """Sends a trace's commands to a card; the differences, none when the card answers as the recorded one did.

    `exact`: every exchange byte by byte. Otherwise what is said is compared, without the components in `ignored`.
    """
    came = play(trace, transport, exact=exact)
    return tuple(_exact_differences(trace, came)) if exact else differences(trace, came, ignored)


def play(trace: Trace, transport: Transport, *, exact: bool = False) -> Trace:
    """The trace of sending the commands of a trace to another card; `exact`: GET RESPONSE and channels as recorded."""
    recorder = Recorder(transport, limit=1 << 30)
    if exact:
        for exchange in trace.exchanges:
            recorder.reset() if exchange.command is None else recorder.transmit(exchange.command)
    else:
        _Player(recorder).play(conversations(trace.exchanges))
    return recorder.trace


def changing(trace: Trace) -> tuple[Entry, ...]:
    """The commands of a trace that may change a card, or block a PIN: not for a card that is only to be read."""
    return tuple(
        entry
        for entry, each in zip(entries(trace), interpreted(trace), strict=True)
        if _may_change(each.conversation.command, entry.function)
    )


def _may_change(command: Command | None, function: str) -> bool:
    if command is None or command.ins in _READING:
        return False
    if command.ins in PIN_COMMANDS:
        return bool(command.data)
    return not any(word in function for word in _READING_FUNCTIONS)


class _Player:
    """Sends conversations, and remembers which channel stands for which."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._channels = {number: number for number in range(LAST_CHANNEL + 1)}
        self._pending = 0

    def play(self, talks: tuple[Conversation, ...]) -> None:
        for talk in talks:
            if talk.first.exchange.command is None:
                self._transport.reset()
            elif talk.command is None:
                self._transport.transmit(talk.first.exchange.command)
            else:
                self._converse(talk, talk.command)

    def _converse(self, talk: Conversation, command: Command) -> None:
        response = Response(b"", status.NO_PRECISE_DIAGNOSIS)
        for part in talk.sent:
            response = self._send(self._here(part), (talk.sw or 0) >> 8)
        if command.ins == instruction.MANAGE_CHANNEL and not command.p1 and talk.answer and response.data:
            self._channels[talk.answer[0]] = response.data[0]

    def _here(self, part: Part) -> Command:
        """The command as it is to be sent to this card."""
        command = part.command
        assert command is not None  # conversations have parsed commands in `sent`
        if command.ins == instruction.FETCH and self._pending:
            command = command.with_le(self._pending)
        if command.ins == instruction.MANAGE_CHANNEL and command.p1 == CLOSE:
            number = self._channels.get(command.p2, command.p2)
            command = Command(command.cla, command.ins, command.p1, number, command.data, command.le)
        return command.on_channel(self._channels[command.channel])

    def _send(self, command: Command, left: int) -> Response:
        """A command and what it takes to complete it, unless the recorded terminal `left` it at this SW1 too."""
        response = self._exchange(command)
        if response.sw1 == 0x6C and left != 0x6C:
            response = self._exchange(command.with_le(status.count_of(response.sw)))
        while response.sw1 == 0x61 and left != 0x61:
            more = Command(0x00, instruction.GET_RESPONSE, 0, 0, le=status.count_of(response.sw))
            response = self._exchange(more.on_channel(command.channel))
        return response

    def _exchange(self, command: Command) -> Response:
        response = Response.parse(self._transport.transmit(command.encode()))
        if response.successful:
            self._pending = status.count_of(response.sw) if response.sw1 == 0x91 else 0
        return response


def differences(
    expected: Trace, came: Trace, ignored: frozenset[str] = MUST_DIFFER
) -> tuple[Difference, ...]:
    """Where two traces say different things, whatever exchanges they took for it."""
    pairs = zip_longest(zip(entries(expected), interpreted(expected), strict=True), _both(came))
    return tuple(difference for one, other in pairs for difference in _compared(one, other, ignored))


_Both = tuple[Entry, Interpreted]


def _both(trace: Trace) -> Iterator[_Both]:
    return zip(entries(trace), interpreted(trace), strict=True)


def _compared(one: _Both | None, other: _Both | None, ignored: frozenset[str]) -> Iterator[Difference]:
    if one is None or other is None or _asked(one) != _asked(other):
        entry = one[0] if one else None
        words = [each[0].words if each else "nothing" for each in (one, other)]
        yield Difference(entry.number if entry else 0, words[0], "command", *words)
        return
    expected, came = one[0], other[0]
    if _kind(expected.sw) != _kind(came.sw):
        yield Difference(expected.number, expected.words, "status word", expected.status, came.status)
    command = one[1].conversation.command
    if command is not None and command.ins in _RANDOM:
        return
    if expected.response is not None or came.response is not None:
        nothing = Node("response", "nothing")
        trees = (tree or nothing for tree in (expected.response, came.response))
        for what, left, right in _differing(*(tree.without(ignored) for tree in trees)):
            yield Difference(expected.number, expected.words, what, left, right)


def _asked(both: _Both) -> tuple[int | None, str]:
    """Which command it is, whatever channel it came on."""
    command = both[1].conversation.command
    return command.ins if command else None, both[0].function


def _kind(sw: int | None) -> int | None:
    """A status word without what only counts: 61xx and 91xx are as good as 9000."""
    return sw if sw is None or sw >> 8 not in (0x61, 0x91) else status.SUCCESS


def _differing(one: Node, other: Node) -> Iterator[tuple[str, str, str]]:
    """Path and both texts of each value that differs."""
    if one.name != other.name or bool(one.children) != bool(other.children):
        yield one.name, _brief(one), _brief(other)
        return
    if one.text != other.text:
        yield one.name, one.text, other.text
    for left, right in zip_longest(one.children, other.children):
        if left is None or right is None:
            present = left or right
            yield f"{one.name}.{present.name}", _brief(left), _brief(right)
            continue
        for path, expected, came in _differing(left, right):
            yield f"{one.name}.{path}", expected, came


def _brief(node: Node | None) -> str:
    return "nothing" if node is None else f"{node.name} {node.text}".rstrip()


def _exact_differences(expected: Trace, came: Trace) -> Iterator[Difference]:
    for number, (one, other) in enumerate(zip(expected.exchanges, came.exchanges, strict=True), start=1):
        if one.response != other.response:
            words = one.explain().partition(" -> ")[0]
            yield Difference(
                number, words, "response", one.response.hex().upper(), other.response.hex().upper()
            )
