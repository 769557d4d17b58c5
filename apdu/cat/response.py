"""TERMINAL RESPONSE, TS 102 223 6.8: what became of a proactive command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from apdu.cat.codes import Device, GeneralResult
from apdu.cat.command import ProactiveCommand, head, split
from apdu.cat.comprehension import RESULT, ComprehensionTlv, Content, Objects, encode, wrap
from apdu.tlv import TlvError

_FIRST_FAILURE = 0x20
_FIRST_PERMANENT_FAILURE = 0x30


@dataclass(frozen=True, slots=True)
class Result:
    """Result, TS 102 223 8.12: a GeneralResult, and bytes whose meaning depends on it."""

    TAG: ClassVar[int] = RESULT
    general: int = GeneralResult.PERFORMED
    additional: bytes = b""

    def encode(self) -> bytes:
        """The value."""
        return bytes((self.general,)) + self.additional

    @classmethod
    def decode(cls, value: bytes) -> Result:
        """The result with this value; TlvError when it is empty."""
        if not value:
            raise TlvError("an empty Result")
        return cls(value[0], value[1:])

    @property
    def performed(self) -> bool:
        """Whether the terminal did it, perhaps not quite as asked or ended by the user: 0x and 1x."""
        return self.general < _FIRST_FAILURE

    @property
    def temporary(self) -> bool:
        """Whether it could not be done now and another time may do: 2x."""
        return _FIRST_FAILURE <= self.general < _FIRST_PERMANENT_FAILURE

    @property
    def name(self) -> str:
        """The general result in words, or `result xx`."""
        try:
            return GeneralResult(self.general).name.replace("_", " ").lower()
        except ValueError:
            return f"result {self.general:02X}"


@dataclass(frozen=True, slots=True)
class TerminalResponse(Objects):
    """The response to one command. `objects`: all but Command details, Device identities and Result, in order.

    details: those of the command, 3 bytes.
    """

    details: bytes
    result: Result
    objects: tuple[ComprehensionTlv, ...] = field(default=())
    source: int = Device.TERMINAL
    destination: int = Device.UICC

    @classmethod
    def to(
        cls,
        command: ProactiveCommand,
        general: int = GeneralResult.PERFORMED,
        *contents: Content,
        additional: bytes = b"",
    ) -> TerminalResponse:
        """The response to this command with these typed objects; None among them is left out."""
        return cls(command.details, Result(general, additional), wrap(contents))

    @classmethod
    def parse(cls, data: bytes) -> TerminalResponse:
        """The data of a TERMINAL RESPONSE; TlvError when Command details or Result are missing or malformed."""
        details, (source, destination), objects = split(data, (Device.TERMINAL, Device.UICC))
        result = next((each.value for each in objects if each.tag == RESULT), b"")
        others = tuple(each for each in objects if each.tag != RESULT)
        return cls(details, Result.decode(result), others, source, destination)

    def encode(self) -> bytes:
        """The data of the command TERMINAL RESPONSE."""
        result = ComprehensionTlv(RESULT, self.result.encode())
        return head(self.details, self.source, self.destination) + encode((result, *self.objects))

    @property
    def type(self) -> int:
        """Type of the command that is answered."""
        return self.details[1]

    @property
    def performed(self) -> bool:
        """Whether the terminal did it: general result 0x or 1x."""
        return self.result.performed
