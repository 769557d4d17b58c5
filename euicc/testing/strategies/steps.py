"""The steps of an APDU script: data that says in words what it sends.

`step.commands` are the APDUs, an empty one a reset. Steps do not look at answers, so that a script is what it is: a
card that answers 61xx is asked with a `GetResponse` step, or by whoever plays the script.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apdu import Command, Exchange, Response, Transport, aid, instruction, status
from apdu import store_data as es10
from apdu.channel import CLOSE, NO_RESPONSE_DATA, OPEN, SELECT_BY_DF_NAME
from apdu.command import CHAINING, channel_of
from apdu.explain import explain_command
from euicc.testing.strategies.values import Shown

SELECT_PATH = 0x08
FCP = 0x04
RESET = b""
PROPRIETARY_CLASS = 0x80
MOST_EXCHANGES = 100_000
"""A card that announces more for ever is not asked for ever."""


@dataclass(frozen=True, repr=False)
class Step(Shown):
    """One step; `channel` is where its commands go."""

    channel: int = 0

    @property
    def made(self) -> tuple[Command, ...]:
        """Its commands, on the basic channel."""
        return ()

    @property
    def commands(self) -> tuple[bytes, ...]:
        """The APDUs to send, in order; an empty one stands for a reset."""
        return tuple(command.on_channel(self.channel).encode() for command in self.made)

    def __repr__(self) -> str:
        return ", ".join(f"{explain_command(each)} ({each.hex().upper()})" for each in self.commands)


@dataclass(frozen=True, repr=False)
class Reset(Step):
    """A reset of the card."""

    @property
    def commands(self) -> tuple[bytes, ...]:
        """One reset."""
        return (RESET,)

    def __repr__(self) -> str:
        return "reset"


@dataclass(frozen=True, repr=False)
class Open(Step):
    """MANAGE CHANNEL open, TS 102 221 11.1.17; number 0: the card chooses."""

    number: int = 0

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        le = 1 if not self.number else None
        return (Command(0, instruction.MANAGE_CHANNEL, OPEN, self.number, le=le),)


@dataclass(frozen=True, repr=False)
class Close(Step):
    """MANAGE CHANNEL close of channel `number`, sent on `channel`."""

    number: int = 1

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        return (Command(0, instruction.MANAGE_CHANNEL, CLOSE, self.number),)


@dataclass(frozen=True, repr=False)
class SelectApplication(Step):
    """SELECT by DF name, TS 102 221 11.1.1: the ISD-R, a NAA, an AID cut short."""

    name: bytes = aid.ISD_R
    answered: bool = True

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        p2 = FCP if self.answered else NO_RESPONSE_DATA
        return (Command(0, instruction.SELECT, SELECT_BY_DF_NAME, p2, self.name),)


@dataclass(frozen=True, repr=False)
class SelectFile(Step):
    """SELECT by path from the MF (`by_path`) or by file identifier, TS 102 221 11.1.1."""

    path: bytes = b"\x3f\x00"
    by_path: bool = False

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        p1 = SELECT_PATH if self.by_path else 0
        return (Command(0, instruction.SELECT, p1, FCP, self.path),)


@dataclass(frozen=True, repr=False)
class FileCommand(Step):
    """A command for the current file or its directory, TS 102 221 11.1: READ, UPDATE, SEARCH, STATUS, VERIFY ..."""

    ins: int = instruction.READ_BINARY
    p1: int = 0
    p2: int = 0
    data: bytes = b""
    le: int | None = None

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        cla = PROPRIETARY_CLASS if self.ins == instruction.STATUS else 0
        return (Command(cla, self.ins, self.p1, self.p2, self.data, self.le),)


@dataclass(frozen=True, repr=False)
class GetResponse(Step):
    """GET RESPONSE, TS 102 221 7.3.1.1."""

    le: int = 256

    @property
    def made(self) -> tuple[Command, ...]:
        """One command."""
        return (Command(0, instruction.GET_RESPONSE, 0, 0, le=self.le),)


@dataclass(frozen=True, repr=False)
class StoreData(Step):
    """An ES10 command in STORE DATA blocks, SGP.22 5.7.2; of `blocks` only the first ones are sent, None: all."""

    data: bytes = b"\xbf\x2d\x00"
    size: int = es10.BLOCK_SIZE_MAX
    blocks: int | None = None

    @property
    def made(self) -> tuple[Command, ...]:
        """One command a block."""
        return tuple(es10.blocks(self.data, self.size, None)[: self.blocks])


@dataclass(frozen=True, repr=False)
class Chained(Step):
    """A command whose data go in pieces of `size` bytes by command chaining, ISO/IEC 7816-4 5.3.3."""

    step: FileCommand = FileCommand()
    size: int = 8

    @property
    def made(self) -> tuple[Command, ...]:
        """One command a piece; all but the last have the chaining bit."""
        (whole,) = self.step.made
        pieces = [whole.data[at : at + self.size] for at in range(0, len(whole.data), self.size)] or [b""]
        more = [Command(whole.cla | CHAINING, whole.ins, whole.p1, whole.p2, piece) for piece in pieces[:-1]]
        return (*more, Command(whole.cla, whole.ins, whole.p1, whole.p2, pieces[-1], whole.le))


@dataclass(frozen=True, repr=False)
class Bytes(Step):
    """Any bytes, sent as they are; none are sent where there are none."""

    raw: bytes = bytes(4)

    @property
    def commands(self) -> tuple[bytes, ...]:
        """The bytes."""
        return (self.raw,) if self.raw else ()


def play(script: Iterable[Step], transport: Transport, *, fetch: bool = True) -> list[Exchange]:
    """Sends the commands of a script, one after the other whatever the answers are; what went over the wire.

    With `fetch` the rest of an answer (61xx) is asked for at once, on the same channel.
    """
    exchanges: list[Exchange] = []
    for command in (each for step in script for each in step.commands):
        if command == RESET:
            exchanges.append(Exchange(None, transport.reset()))
            continue
        exchanges.append(Exchange(command, transport.transmit(command)))
        while fetch and len(exchanges) < MOST_EXCHANGES and (more := _more(exchanges[-1])):
            exchanges.append(Exchange(more, transport.transmit(more)))
    return exchanges


def _more(exchange: Exchange) -> bytes | None:
    """The GET RESPONSE that an answer asks for."""
    assert exchange.command is not None
    response = Response.parse(exchange.response)
    if response.sw1 << 8 != status.RESPONSE_AVAILABLE_XX:
        return None
    channel = channel_of(exchange.command[0])
    return Command(0, instruction.GET_RESPONSE, 0, 0, le=response.sw2 or 256).on_channel(channel).encode()
