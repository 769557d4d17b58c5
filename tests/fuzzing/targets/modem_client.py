"""What a modem may answer to the device that uses it: anything; the only errors are those of a line or a card."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress

from apdu import StatusError, TransportError
from apdu.transport.modem import Modem
from ipa.errors import IpaError
from ipa.modem import ModemAccess, Way
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import framed, text
from tests.fuzzing.targets.sgp22 import again

mutate = framed(text)
WAYS = (None, Way.SESSIONS, Way.GENERIC)
GET_EID = bytes.fromhex("BF3E035C015A")


class Line:
    """A Port: after each line that is written come the bytes of the next part, and at last nobody is there."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = deque(answers)
        self._waiting = b""

    def read(self, seconds: float) -> bytes:
        """What has come."""
        waiting, self._waiting = self._waiting, b""
        if not waiting and seconds:
            raise TransportError("the line is dead")
        return waiting

    def write(self, data: bytes) -> None:
        """Brings the next answer."""
        if not self._answers:
            raise TransportError("the line is dead")
        self._waiting += self._answers.popleft()

    def close(self) -> None:
        """Nothing is to be done."""


class Overheard(Line):
    """A Port to a modem that works; what it answers is kept."""

    def __init__(self, modem: Modem) -> None:
        super().__init__([])
        self._modem = modem
        self.heard: list[bytes] = []

    def write(self, data: bytes) -> None:
        """To the modem."""
        self.heard.append(self._modem.feed(data))
        self._waiting += self.heard[-1]


def fuzz_one(data: bytes) -> None:
    """The answers to a device that wants the EID, a change of profiles, and the USIM."""
    parts = list(split(data))
    use(Line([payload for _, payload in parts]), WAYS[parts[0].kind % len(WAYS)] if parts else None)


def use(line: Line, way: Way | None) -> None:
    """As an LPA would."""
    documented = suppress(TransportError, StatusError, IpaError)
    with documented, ModemAccess(line, way=way, patience=0.0) as access:
        access.store_data(GET_EID)
        access.refresh()
        access.store_data(bytes.fromhex("BF2D00"))
        access.open_application(bytes.fromhex("A0000000871002"))


def corpus() -> Iterator[bytes]:
    """What a modem answers, each way."""
    for number, way in enumerate(WAYS):
        line = Overheard(Modem(again()()))
        use(line, way)
        yield join(Frame(number, answer) for answer in line.heard)
        for end in range(2, len(line.heard), 2):
            yield join(Frame(number, answer) for answer in (*line.heard[:end], b"\r\n+CME ERROR: 3\r\n"))
