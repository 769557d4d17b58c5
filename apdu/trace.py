"""Traces: what was exchanged with a card, recorded, kept as a readable text file, explained.

A trace holds the bytes as they were: PINs, keys and subscriber data included. The file looks like this, where lines
that begin with # are for people and not read back:

    APDU trace 2
    transport Pcsc
    recorded 2025-03-01T09:30:00.000000+00:00
    @ 0.000000 +0.000012
    # reset -> ATR 3B9F96803FC7828031A073BE2113674320071800000107
    < 3B9F96803FC7828031A073BE2113674320071800000107
    @ 0.000520 +0.000105
    # [1] SELECT ISD-R -> 6121 33 bytes of response available
    > 01A4040010A0000005591010FFFFFFFF8900000100
    < 6121

The lines between the first and the first @ may be absent; `dropped 12` there counts earlier exchanges that were not
kept. Version 1 had no such lines and said the latter on its first: it is read, not written.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeVar

from apdu.explain import explain_command, explain_response
from apdu.transport import Transport

RECORDED_MAX = 10_000

T = TypeVar("T")

_VERSION_1 = re.compile(r"APDU trace 1(?:, (\d+) exchanges before it dropped)?")
_VERSION_2 = "APDU trace 2"
_TRANSPORT, _RECORDED, _DROPPED = "transport", "recorded", "dropped"
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
    """Exchanges in the order they happened; `dropped` counts earlier ones that were not kept.

    `transport` says in one line what carried them, `recorded` when the recording began; "" and None when not known.
    """

    exchanges: tuple[Exchange, ...] = ()
    dropped: int = 0
    transport: str = ""
    recorded: datetime | None = None

    def explain(self) -> str:
        """The exchanges in words, one line each with its time in seconds."""
        return "\n".join(f"{exchange.started:10.6f} {exchange.explain()}" for exchange in self.exchanges)

    def to_text(self) -> str:
        """The text of a trace file."""
        return _heading(self) + "".join(_lines(exchange) for exchange in self.exchanges)

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

    `clock` gives seconds from any origin; `name` is the trace's transport, by default the class of the transport.
    `writer` gets every exchange at once. What raises instead of answering is not recorded.
    """

    def __init__(
        self,
        transport: Transport,
        clock: Callable[[], float] = time.perf_counter,
        limit: int = RECORDED_MAX,
        *,
        name: str | None = None,
        recorded: datetime | None = None,
        writer: TraceWriter | None = None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._origin = clock()
        self._exchanges: deque[Exchange] = deque(maxlen=limit)
        self._recorded = 0
        self._name = type(transport).__name__ if name is None else name
        self._began = recorded or datetime.now(UTC)
        self._writer = writer
        if writer:
            writer.begin(self.trace)

    @property
    def trace(self) -> Trace:
        """What was recorded until now."""
        dropped = self._recorded - len(self._exchanges)
        return Trace(tuple(self._exchanges), dropped, self._name, self._began)

    @property
    def ci_certificates(self) -> tuple[bytes, ...]:
        """The CI certificates (DER) the recorded card offers its device as trust anchors."""
        certificates: tuple[bytes, ...] = getattr(self._transport, "ci_certificates", ())
        return certificates

    def reset(self) -> bytes:
        """Resets the card and returns its ATR."""
        return self.timed(None, self._transport.reset)

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back."""
        return self.timed(command, lambda: self._transport.transmit(command))

    def beside(self, transport: Transport) -> Transport:
        """Another way to the same card, whose exchanges are recorded in the same trace."""
        return _Beside(self, transport)

    def timed(self, command: bytes | None, exchange: Callable[[], bytes]) -> bytes:
        """What the exchange answers to the command (None: a reset), and records it."""
        started = self._clock()
        response = exchange()
        self._record(command, response, started)
        return response

    def _record(self, command: bytes | None, response: bytes, started: float) -> None:
        elapsed = self._clock() - started
        since = started - self._origin
        # Microseconds are what the file keeps: a trace is the same before and after.
        exchange = Exchange(command, response, round(since, 6), round(elapsed, 6))
        self._exchanges.append(exchange)
        self._recorded += 1
        if self._writer:
            self._writer.add(exchange)


class _Beside:
    """A Transport that has no trace of its own."""

    def __init__(self, recorder: Recorder, transport: Transport) -> None:
        self._recorder = recorder
        self._transport = transport

    def reset(self) -> bytes:
        return self._recorder.timed(None, self._transport.reset)

    def transmit(self, command: bytes, /) -> bytes:
        return self._recorder.timed(command, lambda: self._transport.transmit(command))


class TraceWriter:
    """Writes a trace file while it happens, each exchange at once: a process that is killed leaves what it did.

    OSError when the file cannot be written. A context manager that closes it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - closed by close()

    def begin(self, trace: Trace) -> None:
        """The head of the file, and what the trace has so far."""
        self._write(trace.to_text())

    def add(self, exchange: Exchange) -> None:
        """One more exchange."""
        self._write(_lines(exchange))

    def close(self) -> None:
        """The trace is over."""
        self._file.close()

    def __enter__(self) -> TraceWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()


def _heading(trace: Trace) -> str:
    values = {
        _TRANSPORT: " ".join(trace.transport.split()),
        _RECORDED: trace.recorded.isoformat(timespec="microseconds") if trace.recorded else "",
        _DROPPED: str(trace.dropped) if trace.dropped else "",
    }
    return "".join(f"{line}\n" for line in (_VERSION_2, *(f"{k} {v}" for k, v in values.items() if v)))


def _lines(exchange: Exchange) -> str:
    sent = "" if exchange.command is None else f"> {exchange.command.hex().upper()}\n"
    times = f"@ {exchange.started:.6f} +{exchange.elapsed:.6f}"
    return f"{times}\n# {exchange.explain()}\n{sent}< {exchange.response.hex().upper()}\n"


def _aware(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not math.isfinite(seconds):
        raise ValueError("more than any time")
    return seconds


class _Reader:
    """The lines of a trace file, each read with its number at hand."""

    def __init__(self, text: str) -> None:
        lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
        self._lines: Iterator[tuple[int, str]] = (
            (number, line) for number, line in lines if line and not line.startswith("#")
        )
        self._number = 0

    def trace(self) -> Trace:
        first = self._next()
        if first == _VERSION_2:
            values, line = self._values()
        else:
            values = {_DROPPED: self._match(_VERSION_1, first, "no trace")[1]}
            line = self._next()
        dropped = self._value(values.get(_DROPPED) or "0", int)
        when = values.get(_RECORDED)
        recorded = self._value(when, _aware) if when else None
        exchanges = []
        while line:
            exchanges.append(self._exchange(line))
            line = self._next()
        return Trace(tuple(exchanges), dropped, values.get(_TRANSPORT) or "", recorded)

    def _values(self) -> tuple[dict[str, str], str]:
        """The named values after the first line, and the line behind them. Names of later versions are skipped."""
        values = {}
        while (line := self._next()) and line[0] not in "@<>":
            name, _, value = line.partition(" ")
            values[name] = value
        return values, line

    def _value(self, text: str, read: Callable[[str], T]) -> T:
        try:
            return read(text)
        except ValueError:
            raise self._error(f"not understood: {text}") from None

    def _exchange(self, line: str) -> Exchange:
        times = self._match(_TIMES, line, "no times")
        line = self._next()
        command = None
        if line.startswith(">"):
            command = self._bytes(line)
            line = self._next()
        if not line.startswith("<"):
            raise self._error("no response")
        response = self._bytes(line)
        return Exchange(command, response, self._value(times[1], _seconds), self._value(times[2], _seconds))

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
