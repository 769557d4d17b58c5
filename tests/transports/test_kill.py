"""The process that serves a card is killed at any moment: what the card holds is before or after, never between."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest

from apdu import Transport, TransportError
from asn1.generated import rsp
from euicc import Card
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import SmDpPlus
from ipa.lpa import Lpa
from tests.flows.in_process import InProcess
from tests.transports.served import Served, serving

KILLS = 100
TERMINATIONS = 20
LONGEST = 0.003
"""Seconds from a command to the end of the process: as long as the longest commands take."""
PROFILE = build()
ADDRESS = "smdp.example.com"
ABSENT: list[int | None] = []
DISABLED: list[int | None] = [rsp.ProfileState.DISABLED]
ENABLED: list[int | None] = [rsp.ProfileState.ENABLED]

# What is done, and the states of the profiles after it.
STEPS: dict[str, tuple[Callable[[Lpa, SmDpPlus], object], list[int | None]]] = {
    "download": (lambda lpa, server: lpa.download(code(server)), DISABLED),
    "enable": (lambda lpa, server: lpa.enable(PROFILE.iccid), ENABLED),
    "disable": (lambda lpa, server: lpa.disable(PROFILE.iccid), DISABLED),
    "enable again": (lambda lpa, server: lpa.enable(PROFILE.iccid), ENABLED),
    "report": (lambda lpa, server: lpa.send_notifications(), ENABLED),
}


class Fatal:
    """A transport that starts something a moment after it has sent its n-th command or reset."""

    def __init__(self, transport: Transport, at: int, moment: float, end: Callable[[], None]) -> None:
        self.sent = 0
        self._transport = transport
        self._at = at
        self._timer = threading.Timer(moment, end)

    def reset(self) -> bytes:
        self._count()
        return self._transport.reset()

    def transmit(self, command: bytes, /) -> bytes:
        self._count()
        return self._transport.transmit(command)

    def _count(self) -> None:
        self.sent += 1
        if self.sent == self._at:
            self._timer.start()


def code(server: SmDpPlus) -> str:
    return server.activation_code(server.order(PROFILE.package))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A card file; in memory where there is such a place, since a killed process has written what it has written."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as directory:
        path = Path(directory) / "killed.card"
        Card.manufacture(pki=Pki.default()).save(path)
        yield path


@pytest.fixture
def server() -> SmDpPlus:
    return SmDpPlus(Pki.default(), ADDRESS)


def run(transport: Transport, server: SmDpPlus) -> Iterator[str]:
    """Every step; its name when the device has its answer."""
    with Lpa(transport, servers=InProcess(server)) as lpa:
        for name, (step, _) in STEPS.items():
            step(lpa, server)
            yield name


def check(served: Served, server: SmDpPlus, done: list[str]) -> None:
    """The step that was cut is done or not done, everything before it is; then the card is emptied again."""
    with served.connect() as transport, Lpa(transport, servers=InProcess(server)) as lpa:
        found = [profile.profile_state for profile in lpa.profiles()]
        states = [ABSENT, *(state for _, state in STEPS.values())]
        assert found in states[len(done) : len(done) + 2], done
        if found == ENABLED:
            lpa.disable(PROFILE.iccid)
        if found != ABSENT:
            lpa.delete(PROFILE.iccid)
        assert [each.failure for each in lpa.send_notifications() if each.failure] == []
        assert lpa.notifications() == ()


def interrupted(
    file: Path, server: SmDpPlus, end: Callable[[Served], None], at: int, moment: float
) -> tuple[list[str], Served]:
    """A run that `end` cuts that moment after a command; the steps that were done."""
    done: list[str] = []
    with serving(file) as served, served.connect() as transport:
        fatal = Fatal(transport, at, moment, lambda: end(served))
        with suppress(TransportError):
            for name in run(fatal, server):
                done.append(name)
        served.process.join(10)
    return done, served


def whole_run(file: Path, server: SmDpPlus, done: list[str]) -> list[range]:
    """After what was done: check, and a run that nobody cuts; the numbers of the commands of each step."""
    with serving(file) as served:
        check(served, server, done)
        with served.connect() as transport:
            counting = Fatal(transport, 0, 0, lambda: None)
            ends = [counting.sent for _ in run(counting, server)]
        assert len(ends) == len(STEPS)
        check(served, server, list(STEPS))
        assert served.lines == []
    return [range(before + 1, end + 1) for before, end in pairwise((0, *ends))]


def moments(random: Random, steps: list[range]) -> Iterator[tuple[int, float]]:
    """Commands of each step in turn, short steps as often as long ones, and seconds from the command to the end."""
    while True:
        for commands in steps:
            yield random.choice(commands), random.random() * LONGEST


def test_killed_at_random_moments(file: Path, server: SmDpPlus) -> None:
    steps = whole_run(file, server, [])
    reached = set()
    for at, moment in islice(moments(Random(3), steps), KILLS):
        done, served = interrupted(file, server, lambda each: each.process.kill(), at, moment)
        assert served.process.exitcode == -signal.SIGKILL
        reached.add(len(done))
        whole_run(file, server, done)
    assert reached >= set(range(len(STEPS)))


def test_sigterm_loses_nothing(file: Path, server: SmDpPlus) -> None:
    steps = whole_run(file, server, [])
    for at, moment in islice(moments(Random(4), steps), TERMINATIONS):
        done, served = interrupted(file, server, lambda each: each.process.terminate(), at, moment)
        assert served.process.exitcode == 0
        assert served.lines == []
        whole_run(file, server, done)
