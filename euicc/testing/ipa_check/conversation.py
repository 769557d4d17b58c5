"""What a journal says in the terms of SGP.22 5.7: channels, functions of the ISD-R put together from their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from apdu import Command, Exchange, Response, StatusError, TlvError, aid, instruction, status, tlv
from euicc.testing.ipa_check.journal import Entry, Heard

LAST_BLOCK = 0x80
BY_NAME, OPEN, CLOSE, ASSIGNED_BY_CARD = 0x04, 0x00, 0x80, 0x00


@dataclass(frozen=True)
class Sent:
    """A command and its answer; `at`: where in the journal. Without a command: a reset."""

    at: int
    command: Command | None
    response: Response

    @property
    def is_reset(self) -> bool:
        """Whether the card was reset."""
        return self.command is None

    def has(self, ins: int) -> bool:
        """Whether it is this command."""
        return self.command is not None and self.command.ins == ins


@dataclass
class Call:
    """One function of the ISD-R: its request and response put together, and where in the journal it began and ended.

    sw: the last status word; 0 when the program went on to something else before it had the whole answer.
    """

    at: int
    channel: int
    blocks: list[Command] = field(default_factory=list)
    response: bytes = b""
    sw: int = 0
    ended: int = 0

    @property
    def request(self) -> bytes:
        """The data of all blocks."""
        return b"".join(block.data for block in self.blocks)

    @property
    def tag(self) -> int:
        """Which function it is; 0 when that cannot be read."""
        try:
            return tlv.read_header(self.request)[0]
        except TlvError:
            return 0

    @property
    def done(self) -> bool:
        """Whether the card has answered it with success."""
        return status.is_success(self.sw)

    def find(self, *path: int) -> bytes | None:
        """A value in the request."""
        return _find(self.request, path)

    def answered(self, *path: int) -> bytes | None:
        """A value in the response."""
        return _find(self.response, path)


class Conversation:
    """A journal, read. `faults`: bytes that are no command at all."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.faults: list[bytes] = []
        self.sent = tuple(self._sent())
        self.heard = tuple((at, each) for at, each in enumerate(self.entries) if isinstance(each, Heard))

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The functions of the ISD-R, in the order in which they began."""
        return tuple(_Reading().read(self.sent))

    @cached_property
    def astray(self) -> tuple[Sent, ...]:
        """STORE DATA that went where no ISD-R was selected."""
        reading = _Reading()
        reading.read(self.sent)
        return tuple(reading.astray)

    def of(self, *tags: int) -> tuple[Call, ...]:
        """The calls of these functions."""
        return tuple(each for each in self.calls if each.tag in tags)

    def commands(self, ins: int) -> tuple[Sent, ...]:
        """The commands with this instruction."""
        return tuple(each for each in self.sent if each.has(ins))

    def selections(self) -> tuple[Sent, ...]:
        """SELECT of the ISD-R, where it succeeded."""
        return tuple(each for each in self.commands(instruction.SELECT) if selects_isd_r(each))

    def to(self, server: str, *functions: str) -> tuple[tuple[int, Heard], ...]:
        """The calls of these functions of a server, all without any; each with its place in the journal."""
        found = ((at, each) for at, each in self.heard if each.server == server)
        return tuple((at, each) for at, each in found if not functions or each.function in functions)

    def resets(self, after: int = -1) -> tuple[Sent, ...]:
        """Resets behind this place."""
        return tuple(each for each in self.sent if each.is_reset and each.at > after)

    def _sent(self) -> Iterator[Sent]:
        for at, entry in enumerate(self.entries):
            if not isinstance(entry, Exchange):
                continue
            if entry.command is None:
                yield Sent(at, None, Response(entry.response, status.SUCCESS))
                continue
            try:
                yield Sent(at, Command.parse(entry.command), Response.parse(entry.response))
            except StatusError:
                self.faults.append(entry.command)


def selects_isd_r(sent: Sent) -> bool:
    """Whether it selects the ISD-R, and the card did so."""
    command = sent.command
    if command is None or command.ins != instruction.SELECT or command.p1 != BY_NAME:
        return False
    return command.data == aid.ISD_R and fine(sent.response)


def fine(response: Response) -> bool:
    """Success, or success with an answer to fetch."""
    return response.successful or response.sw1 == 0x61


class _Reading:
    """Follows the channels through a journal."""

    def __init__(self) -> None:
        self._on_isd_r: set[int] = set()
        self._open: dict[int, Call] = {}
        self.astray: list[Sent] = []

    def read(self, sent: Iterable[Sent]) -> list[Call]:
        found: list[Call] = []
        for each in sent:
            if each.command is None:
                self._on_isd_r.clear()
                self._open.clear()
            elif each.has(instruction.SELECT):
                self._select(each, each.command)
            elif each.has(instruction.MANAGE_CHANNEL):
                self._manage(each.command)
            elif each.has(instruction.STORE_DATA):
                found += self._store_data(each, each.command)
            elif each.has(instruction.GET_RESPONSE):
                self._answer(each, self._open.get(each.command.channel))
        return found

    def _select(self, sent: Sent, command: Command) -> None:
        self._open.pop(command.channel, None)
        if selects_isd_r(sent):
            self._on_isd_r.add(command.channel)
        elif fine(sent.response) and command.p1 == BY_NAME:
            self._on_isd_r.discard(command.channel)

    def _manage(self, command: Command) -> None:
        if command.p1 == CLOSE:
            self._on_isd_r.discard(command.p2)

    def _store_data(self, sent: Sent, command: Command) -> list[Call]:
        channel = command.channel
        if channel not in self._on_isd_r:
            self.astray.append(sent)
            return []
        call, new = self._open.get(channel), False
        if call is None or call.sw or (call.blocks and call.blocks[-1].p1 & LAST_BLOCK):
            call, new = Call(sent.at, channel), True
            self._open[channel] = call
        if sent.response.sw1 != 0x6C:  # that one is sent once more
            call.blocks.append(command)
        refused = not fine(sent.response) and sent.response.sw1 != 0x6C
        if command.p1 & LAST_BLOCK or refused:
            self._answer(sent, call)
        return [call] if new else []

    @staticmethod
    def _answer(sent: Sent, call: Call | None) -> None:
        if call is None or sent.response.sw1 == 0x6C:
            return
        call.response += sent.response.data
        call.ended = sent.at
        if sent.response.sw1 != 0x61:
            call.sw = sent.response.sw


def _find(encoded: bytes, path: tuple[int, ...]) -> bytes | None:
    try:
        return tlv.find(encoded, *path)
    except TlvError:
        return None
