"""What stands between the cases and the card: records, and sees to it that no case goes on for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from apdu import Recorder, Trace, Transport, TransportError

EXCHANGES_MAX = 20_000
SECONDS_MAX = 600.0


class OutOfPatience(TransportError):
    """A case exchanged more than any right card needs."""


class Guard:
    """A Transport: the card behind it, with a trace and a limit for each case."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._clock = clock
        self.begin()

    def begin(self) -> None:
        """The next case: a new trace, and all the patience again."""
        self._recorder = Recorder(self._transport, name="")
        self._left = EXCHANGES_MAX
        self._end = self._clock() + SECONDS_MAX

    @property
    def trace(self) -> Trace:
        """What was exchanged since `begin`."""
        return self._recorder.trace

    def reset(self) -> bytes:
        """Resets the card and returns its ATR."""
        self._spend()
        return self._recorder.reset()

    def transmit(self, command: bytes, /) -> bytes:
        """Passes a command on and its response back; OutOfPatience."""
        self._spend()
        return self._recorder.transmit(command)

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OutOfPatience(f"no end after {EXCHANGES_MAX} exchanges")
        if self._clock() > self._end:
            raise OutOfPatience(f"no end after {SECONDS_MAX:g} seconds")
