"""Somebody who types AT commands, and cards to type at."""

from __future__ import annotations

from apdu import TransportError
from apdu.transport.modem import Modem

ISD_R = "A0000005591010FFFFFFFF8900000100"

BOOT = ("80AA000004A9028100", "8010000003010080", "00A4040007A000000087100200")
"""What the modem sends to its card at power-on: TERMINAL CAPABILITY, TERMINAL PROFILE, SELECT USIM."""


class Typist:
    """Types at a modem without echo; sees what a person sees, lines without the empty ones between them."""

    def __init__(self, modem: Modem) -> None:
        self.modem = modem
        self.modem.feed(b"ATE0\r")

    def __call__(self, line: str) -> list[str]:
        shown = self.modem.feed(line.encode("latin-1") + b"\r").decode("ascii")
        return [line for line in shown.split("\r\n") if line]


class TableCard:
    """A Transport that answers by a table, hexadecimal to hexadecimal; 6A82 to what is not in it. Keeps what it saw."""

    def __init__(self, answers: dict[str, str] | None = None) -> None:
        self.answers = answers or {}
        self.seen: list[str] = []

    def reset(self) -> bytes:
        self.seen.append("reset")
        return b"\x3b\x00"

    def transmit(self, command: bytes, /) -> bytes:
        self.seen.append(command.hex().upper())
        return bytes.fromhex(self.answers.get(self.seen[-1], "6A82"))


class ScriptedPort:
    """A Port to a modem that answers by a script; to the greeting as all do."""

    GREETING = (("ATE0V1", "OK\r\n"), ("AT+CMEE=1", "OK\r\n"))

    def __init__(self, *script: tuple[str, str], greets: bool = True) -> None:
        self._script = [*(self.GREETING if greets else ()), *script]
        self._greets = greets
        self._waiting = b""
        self.late = b""

    def read(self, seconds: float) -> bytes:
        waiting, self._waiting = self.late + self._waiting, b""
        self.late = b""
        return waiting

    def write(self, data: bytes) -> None:
        if not self._greets:
            return
        expected, answer = self._script.pop(0)
        assert data.decode() == f"{expected}\r"
        self._waiting += answer.encode()

    def close(self) -> None:
        assert not self._script


class ModemPort:
    """A Port straight to a Modem, whose shortcomings can be chosen."""

    def __init__(self, modem: Modem, lacks: tuple[str, ...] = (), busy_after_refresh: int = 0) -> None:
        self.typed: list[str] = []
        self.gone = False
        self._modem = modem
        self._lacks = lacks
        self._busy = 0
        self._busy_after_refresh = busy_after_refresh
        self._waiting = b""

    def read(self, seconds: float) -> bytes:
        waiting, self._waiting = self._waiting, b""
        return waiting

    def write(self, data: bytes) -> None:
        if self.gone:
            raise TransportError("the modem is gone")
        line = data.decode().strip()
        self.typed.append(line)
        if self._busy and line.startswith(("AT+CCHO", "AT+CSIM")):
            self._busy -= 1
            self._waiting += b"\r\n+CME ERROR: 14\r\n"
        elif line.startswith(tuple(f"AT{name}" for name in self._lacks)):
            self._waiting += b"\r\nERROR\r\n"
        else:
            said = self._modem.feed(data)
            self._busy += self._busy_after_refresh * said.count(b"+CPIN: NOT READY")
            self._waiting += said

    def close(self) -> None:
        self.gone = True
