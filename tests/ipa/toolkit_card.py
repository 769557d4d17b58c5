"""A card that has proactive commands: announces, hands out, and keeps what the terminal answers and tells."""

from __future__ import annotations

from apdu import Command, instruction, status
from apdu.cat import Envelope, ProactiveCommand, TerminalProfile, TerminalResponse
from ipa.terminal import Terminal
from ipa.toolkit import Toolkit


class ToolkitCard:
    """A Transport. `commands`: to be fetched, in order; `responses`, `envelopes`, `resets`: what the terminal did.

    `answers`: the status words of the next envelopes, in hexadecimal with the data before; 9000 after them.
    """

    def __init__(self, *commands: ProactiveCommand) -> None:
        self.commands = list(commands)
        self.responses: list[TerminalResponse] = []
        self.envelopes: list[Envelope] = []
        self.resets = 0
        self.polls = 0
        self.profile = TerminalProfile()
        self.answers: list[str] = []

    def reset(self) -> bytes:
        self.resets += 1
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        parsed = Command.parse(command)
        data, sw = self._answer(parsed)
        return data + (self._success() if sw == status.SUCCESS else sw.to_bytes(2, "big"))

    def _answer(self, command: Command) -> tuple[bytes, int]:
        if command.ins == instruction.FETCH:
            assert command.le == len(self.commands[0].encode())
            return self.commands.pop(0).encode(), status.SUCCESS
        if command.ins == instruction.TERMINAL_RESPONSE:
            self.responses.append(TerminalResponse.parse(command.data))
        elif command.ins == instruction.TERMINAL_PROFILE:
            self.profile = TerminalProfile(command.data)
        elif command.ins == instruction.ENVELOPE:
            self.envelopes.append(Envelope.parse(command.data))
            answer = bytes.fromhex(self.answers.pop(0)) if self.answers else b"\x90\x00"
            return answer[:-2], int.from_bytes(answer[-2:], "big")
        elif command.ins == instruction.STATUS:
            self.polls += 1
        return b"", status.SUCCESS

    def _success(self) -> bytes:
        """91xx where a command waits."""
        if not self.commands:
            return b"\x90\x00"
        return bytes((0x91, len(self.commands[0].encode()) & 0xFF))


def run(toolkit: Toolkit, *commands: ProactiveCommand) -> list[TerminalResponse]:
    """What a terminal answers to these commands."""
    card = ToolkitCard(*commands)
    Terminal(card, toolkit=toolkit).poll()
    assert [each.details for each in card.responses] == [each.details for each in commands]
    return card.responses


def answer(toolkit: Toolkit, command: ProactiveCommand) -> TerminalResponse:
    """What a terminal answers to this one."""
    (response,) = run(toolkit, command)
    return response


def result(response: TerminalResponse) -> str:
    """General result and additional information in hexadecimal."""
    return response.result.encode().hex().upper()
