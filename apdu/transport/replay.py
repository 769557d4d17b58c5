"""The replay transport: a recorded card that wants the same commands again and answers as it did."""

from __future__ import annotations

from itertools import zip_longest
from types import TracebackType

from apdu.explain import explain_command
from apdu.trace import Exchange, Trace


class ReplayMismatch(Exception):
    """Another command came than was recorded; says which, and where the first difference is."""


class Replay:
    """A Transport over a recorded trace; as a context manager it also wants the trace played to its end.

    Commands and resets must come in the recorded order, byte by byte; otherwise ReplayMismatch.
    """

    def __init__(self, trace: Trace) -> None:
        self._exchanges = trace.exchanges
        self._next = 0

    @property
    def remaining(self) -> int:
        """How many recorded exchanges have not been played."""
        return len(self._exchanges) - self._next

    def reset(self) -> bytes:
        """The recorded ATR."""
        return self._play(None)

    def transmit(self, command: bytes, /) -> bytes:
        """The recorded response to the command that is next in the trace."""
        return self._play(command)

    def finish(self) -> None:
        """ReplayMismatch unless every recorded exchange was played."""
        if self.remaining:
            raise self._mismatch(f"expected {_named(self._exchanges[self._next].command)}, nothing came")

    def __enter__(self) -> Replay:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()

    def _play(self, command: bytes | None) -> bytes:
        if not self.remaining:
            raise self._mismatch(f"the trace is over, came {_named(command)}")
        recorded: Exchange = self._exchanges[self._next]
        if recorded.command != command:
            raise self._mismatch(_difference(recorded.command, command))
        self._next += 1
        return recorded.response

    def _mismatch(self, what: str) -> ReplayMismatch:
        return ReplayMismatch(f"exchange {self._next + 1} of {len(self._exchanges)}: {what}")


def _named(command: bytes | None) -> str:
    return "reset" if command is None else f"{explain_command(command)} ({command.hex().upper()})"


def _difference(expected: bytes | None, came: bytes | None) -> str:
    words = f"expected {_named(expected)}, came {_named(came)}"
    if expected is None or came is None:
        return words
    pairs = enumerate(zip_longest(expected, came))
    position, (one, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
    return f"{words}; byte {position}: expected {_byte(one)}, came {_byte(other)}"


def _byte(value: int | None) -> str:
    return "the end" if value is None else f"{value:02X}"
