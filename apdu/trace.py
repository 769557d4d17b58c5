"""Traces: what was exchanged with a card, recorded, kept as a readable text file, explained.

A trace holds the bytes as they were: PINs, keys and subscriber data included. The file looks like this, where lines
that begin with # are for people and not read back:

    APDU trace 1
    @ 0.000000 +0.000012
    # reset -> ATR 3B9F96803FC7828031A073BE2113674320071800000107
    < 3B9F96803FC7828031A073BE2113674320071800000107
    @ 0.000520 +0.000105
    # [1] SELECT ISD-R -> 6121 33 bytes of response available
    > 01A4040010A0000005591010FFFFFFFF8900000100
    < 6121
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apdu.explain import explain_command, explain_response
from apdu.transport import Transport

RECORDED_MAX = 10_000

_FIRST_LINE = re.compile(r"APDU trace 1(?:, (\d+) exchanges before it dropped)?")
_TIMES = re.compile(r"@ (-?\d+\.\d+) \+(-?\d+\.\d+)")


class TraceFormatError(Exception):
    """A text that is not a trace; names the line."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command APDU and its response, or a reset and its ATR; times in seconds since the trace began."""

    command: bytes | None
    response: bytes
    started: float = 0.0
    elapsed: float = 0.0

    def explain(self) -> str:
        """One line of words for both sides."""
        if self.command is None:
            return f"reset -> ATR {self.response.hex().upper()}"
        return f"{explain_command(self.command)} -> {explain_response(self.response)}"


@dataclass(frozen=True, slots=True)
class Trace:
    """Exchanges in the order they happened; `dropped` counts earlier ones that were not kept."""

    exchanges: tuple[Exchange, ...] = ()
    dropped: int = 0

    def explain(self) -> str:
        """The exchanges in words, one line each with its time in seconds."""
        return "\n".join(f"{exchange.started:10.6f} {exchange.explain()}" for exchange in self.exchanges)

    def to_text(self) -> str:
        """The text of a trace file."""
        dropped = f", {self.dropped} exchanges before it dropped" if self.dropped else ""
        return "\n".join([f"APDU trace 1{dropped}", *(_lines(exchange) for exchange in self.exchanges), ""])

    @classmethod
    def from_text(cls, text: str) -> Trace:
        """The trace in the text of a trace file; TraceFormatError when it is none."""
        return _Reader(text).trace()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the trace file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.to_text())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Trace:
        """Reads a trace file; TraceFormatError when it is none, OSError when it cannot be read."""
        with open(path, encoding="utf-8") as file:
            try:
                return cls.from_text(file.read())
            except UnicodeDecodeError as error:
                raise TraceFormatError(f"not a text: {error}") from None


class Recorder:
    """A Transport that keeps the last `limit` exchanges with the card behind it.

    `clock` gives seconds from any origin. What raises instead of answering is not recorded.
    """

    def __init__(
        self, transport: Transport, clock: Callable[[], float] = time.perf_counter, limit: int = RECORDED_MAX
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._origin = clock()
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self._recorded = 0

    @property
    def trace(self) -> Trace:
        """What was recorded until now."""
        return Trace(tuple(self._exchanges), self._recorded - len(self._exchanges))

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """The CI certificates (DER) the recorded card offers its device as trust anchors."""
        certificates: tuple[bytes, ...] = getattr(self._transport, "ci_certificates", ())
        return certificates

    def reset(self) -> bytes:
        """Resets the card and returns its ATR."""
        started = self._clock()
        atr = self._transport.reset()
        self._record(None, atr, started)
        return atr

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back."""
        started = self._clock()
        response = self._transport.transmit(command)
        self._record(command, response, started)
        return response

    def _record(self, command: bytes | None, response: bytes, started: float) -> None:
        elapsed = self._clock() - started
        since = started - self._origin
        # Microseconds are what the file keeps: a trace is the same before and after.
        self._exchanges.append(Exchange(command, response, round(since, 6), round(elapsed, 6)))
        self._recorded += 1


def _lines(exchange: Exchange) -> str:
    sent = "" if exchange.command is None else f"> {exchange.command.hex().upper()}\n"
    times = f"@ {exchange.started:.6f} +{exchange.elapsed:.6f}"
    return f"{times}\n# {exchange.explain()}\n{sent}< {exchange.response.hex().upper()}"


class _Reader:
    """The lines of a trace file, each read with its number at hand."""

    def __init__(self, text: str) -> None:
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
        self._lines: Iterator[tuple[int, str]] = (
            (number, line) for number, line in lines if line and not line.startswith("#")
        )
        self._number = 0

    def trace(self) -> Trace:
        first = self._match(_FIRST_LINE, self._next(), "no trace")
        exchanges = []
        while line := self._next():
            exchanges.append(self._exchange(line))
        return Trace(tuple(exchanges), int(first[1] or 0))

    def _exchange(self, line: str) -> Exchange:
        times = self._match(_TIMES, line, "no times")
        line = self._next()
        command = None
        if line.startswith(">"):
            command = self._bytes(line)
            line = self._next()
        if not line.startswith("<"):
            raise self._error("no response")
        return Exchange(command, self._bytes(line), float(times[1]), float(times[2]))

    def _next(self) -> str:
        self._number, line = next(self._lines, (self._number + 1, ""))
        return line

    def _match(self, pattern: re.Pattern[str], line: str, fault: str) -> re.Match[str]:
        match = pattern.fullmatch(line)
        if match is None:
            raise self._error(fault)
        return match

    def _bytes(self, line: str) -> bytes:
        try:
            return bytes.fromhex(line[1:])
        except ValueError:
            raise self._error("not hexadecimal") from None

    def _error(self, fault: str) -> TraceFormatError:
        return TraceFormatError(f"line {self._number}: {fault}")
