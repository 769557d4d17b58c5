"""Watches a target: how often it ran, how long one input took, what was found; the time after which it is over."""

from __future__ import annotations

import gc
import hashlib
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from types import FrameType

from tests.fuzzing.target import Target

LONGEST = 0.1
"""Processor seconds for one input."""
HANGING = 20
"""Seconds after which nobody waits any longer."""
GROWTH = 100_000_000
"""Bytes that a process may grow by once a third of its time is over: caches are full by then."""
REPEATED = 3
FOUND = Path("build/fuzz")


class TooLong(BaseException):
    """An input that nobody wants to wait for; no `except` in what is fuzzed is to take it for its own."""


@dataclass(frozen=True)
class Finding:
    """Something that must not be; `input` is the file that shows it."""

    what: str
    input: str


@dataclass
class Watch:
    """`fuzz_one` of a target as the machinery calls it: counts, measures, keeps what was found, and goes on.

    `over` is called with it when `seconds` have passed.
    """

    target: Target
    seconds: float
    over: Callable[[Watch], None]
    executions: int = 0
    longest: float = 0.0
    findings: dict[str, Finding] = field(default_factory=dict)
    began: float = field(default_factory=monotonic)
    _resident: int = 0
    _ticked: int = -1
    _running: bool = False

    def guard(self) -> None:
        """From now on an input that does not come back is interrupted."""
        signal.signal(signal.SIGALRM, self._tick)
        signal.setitimer(signal.ITIMER_REAL, HANGING, HANGING)

    def __call__(self, data: bytes) -> None:
        """One input."""
        self.executions += 1
        start = process_time()
        self._run(data)
        taken = process_time() - start
        if taken > self.longest:
            self.longest = self._measured(data, taken)
        passed = monotonic() - self.began
        if not self._resident and passed > self.seconds / 3:
            self._resident = resident()
        if passed > self.seconds:
            self._judge_growth(data)
            self.over(self)

    def _run(self, data: bytes) -> None:
        self._running = True
        try:
            self.target.fuzz_one(data)
        except (Exception, TooLong) as error:  # whatever it is: that it came out of the target is the finding
            self._keep(_place(error), "".join(traceback.format_exception(error)), data)
        finally:
            self._running = False

    def _measured(self, data: bytes, taken: float) -> float:
        """The processor time that this input takes; again when it seems too long: others use the machine, too."""
        for _ in range(REPEATED if taken > LONGEST else 0):
            gc.collect()
            start = process_time()
            self._run(data)
            taken = min(taken, process_time() - start)
        if taken > LONGEST:
            self._keep("slow", f"{taken * 1000:.0f} ms for one input\n", data)
        return max(taken, self.longest)

    def _judge_growth(self, data: bytes) -> None:
        grown = resident() - self._resident
        if grown > GROWTH:
            self._keep("growth", f"the process grew by {grown / 1e6:.0f} MB\n", data)

    def _tick(self, _number: int, _frame: FrameType | None) -> None:
        if self._running and self._ticked == self.executions:
            raise TooLong(f"no end after {HANGING} s")
        self._ticked = self.executions

    def _keep(self, place: str, report: str, data: bytes) -> None:
        """The smallest input for each place."""
        known = self.findings.get(place)
        if known is not None and Path(known.input).stat().st_size <= len(data):
            return
        FOUND.mkdir(parents=True, exist_ok=True)
        path = FOUND / f"{self.target.name}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        path.write_bytes(data)
        if known is None:
            print(report, file=sys.stderr, flush=True)
        self.findings[place] = Finding(report.strip().splitlines()[-1][:200], str(path))


def _place(error: BaseException) -> str:
    """Where it was raised, and what."""
    frames = traceback.extract_tb(error.__traceback__)
    return (
        f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}"
        if frames
        else type(error).__name__
    )


def resident() -> int:
    """Bytes of this process in memory, or as many as there ever were."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
