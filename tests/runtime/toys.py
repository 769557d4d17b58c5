"""Toy applications: what they answer is decided by the command alone, what they went through is written
down."""

from __future__ import annotations

from collections.abc import Iterable

from apdu import Command, StatusError, status
from euicc.runtime.applet import Selection
from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime

FILES = bytes.fromhex("F000000001FF")
ECHO = bytes.fromhex("F000000002AA01")
ECHO_TOO = bytes.fromhex("F000000002AA02")
DEAF = bytes.fromhex("F000000003")

GIVE = 0x10  # answers P1 P2 bytes
ECHO_BACK = 0x20  # answers its data
STATUS = 0x30  # answers the status word P1 P2, and its data as data
COUNT = 0x40  # answers how many commands this session had: only a session remembers

Events = list[tuple[str, str, int]]


class ToySelection:
    def __init__(self, name: str, channel: int, events: Events, commands: int = 0) -> None:
        self.name, self.channel, self.events = name, channel, events
        self.commands = commands

    def process(self, command: Command) -> bytes:
        self.commands += 1
        if command.ins == GIVE:
            return bytes(n & 0xFF for n in range(command.p1 << 8 | command.p2))
        if command.ins == ECHO_BACK:
            return command.data
        if command.ins == STATUS:
            raise StatusError(command.p1 << 8 | command.p2, command.data)
        if command.ins == COUNT:
            return bytes((self.commands,))
        raise StatusError(status.INS_NOT_SUPPORTED)

    def closed(self) -> None:
        self.events.append(("closed", self.name, self.channel))


class Toy:
    def __init__(self, name: str, aids: Iterable[bytes], events: Events) -> None:
        self.name, self._aids, self.events = name, tuple(aids), events

    def aids(self) -> Iterable[bytes]:
        return self._aids

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Selection, bytes]:
        if self.name == "deaf":
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        self.events.append(("selected", self.name, channel))
        return ToySelection(self.name, channel, self.events), b"\x6f" + bytes((len(aid),)) + aid

    def boot(self) -> None:
        self.events.append(("boot", self.name, -1))


class ToyFiles(Toy):
    """The default applet: SELECT 3F00 works, SELECT 6F01 finds a deactivated file."""

    def implicit(self, channel: int, opened_from: Selection | None) -> Selection:
        inherited = opened_from.commands if isinstance(opened_from, ToySelection) else 0
        return ToyFileSelection("files", channel, self.events, inherited)


class ToyFileSelection(ToySelection):
    def process(self, command: Command) -> bytes:
        if command.ins != 0xA4:
            return super().process(command)
        if command.data == b"\x3f\x00":
            return b"\x62\x02\x83\x00"
        if command.data == b"\x6f\x01":
            raise StatusError(status.SELECTED_FILE_DEACTIVATED, b"\x62\x02\x83\x01")
        raise StatusError(status.FILE_NOT_FOUND)


class Toys:
    """A powered runtime with the toys; `send` takes and gives hexadecimal, as a test likes to read it."""

    def __init__(self, channels: int = 20) -> None:
        self.events: Events = []
        self.proactive = Proactive()
        self.runtime = Runtime(ToyFiles("files", [FILES], self.events), self.proactive, channels)
        self.runtime.register(Toy("echo", [ECHO, ECHO_TOO], self.events))
        self.runtime.register(Toy("deaf", [DEAF], self.events))
        self.runtime.reset()
        self.events.clear()

    def send(self, apdu: str) -> str:
        return self.runtime.transmit(bytes.fromhex(apdu)).hex().upper()

    def select(self, aid: bytes, cla: int = 0, p2: int = 0) -> str:
        return self.send(f"{cla:02X}A404{p2:02X}{len(aid):02X}{aid.hex()}00")
