"""Somebody who types AT commands, and cards to type at."""

from __future__ import annotations

from apdu.transport.modem import Modem

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
