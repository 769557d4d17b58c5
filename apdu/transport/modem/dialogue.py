"""The user's end of a modem's line: commands, their answers, and what comes unasked (V.250 5, TS 27.007 4)."""

from __future__ import annotations

import time
from collections import deque

from apdu.transport import TransportError
from apdu.transport.modem.errors import ModemError, code_of
from apdu.transport.modem.port import Port

ANSWER_SECONDS = 30.0
"""A card that verifies signatures takes seconds for one command."""
GREETING_SECONDS = 1.0
GREETINGS = 3
LINE_MAX = 1 << 20
UNSOLICITED_MAX = 100

_OK = "OK"
_CME = "+CME ERROR:"
_FAILURES = ("ERROR", "+CMS ERROR:", "COMMAND NOT SUPPORT", "NO CARRIER", "ABORTED")


class Dialogue:
    """Asks a modem. Echo is expected or not, unsolicited lines may come anywhere; they are kept in `unsolicited`.

    `seconds`: how long an answer may take. TransportError when none comes, ModemError when it is an error.
    """

    def __init__(self, port: Port, seconds: float = ANSWER_SECONDS) -> None:
        self.unsolicited: deque[str] = deque(maxlen=UNSOLICITED_MAX)
        self._port = port
        self._seconds = seconds
        self._received = bytearray()
        self._greeted = False

    def command(self, text: str, prefix: str = "") -> list[str]:
        """Sends `AT` and this text; the information lines that begin with this prefix, without it.

        Without a prefix all lines but those that look unsolicited (`+...`, `^...`). A digit is a line of every command:
        the session of +CCHO comes as `+CCHO: 1` or, as TS 27.007 has it, as `1`.
        """
        self._greet()
        return self._ask(f"AT{text}", prefix, self._seconds)

    def wait(self, prefixes: tuple[str, ...], seconds: float) -> bool:
        """Whether an unsolicited line with one of these prefixes has come, or comes within this time."""
        deadline = time.monotonic() + seconds
        while not any(line.startswith(prefixes) for line in self.unsolicited):
            line = self._line(deadline)
            if line is None:
                return False
            self.unsolicited.append(line)
        return True

    def forget(self) -> None:
        """Whatever was said before is of no interest; the next command makes sure that the modem listens."""
        self.unsolicited.clear()
        self._greeted = False

    def close(self) -> None:
        """Closes the port."""
        self._port.close()

    def _greet(self) -> None:
        """Finds the modem behind what is left of an earlier conversation, without echo and with words for errors."""
        if self._greeted:
            return
        for _ in range(GREETINGS):
            try:
                self._ask("ATE0V1", "", GREETING_SECONDS)
                break
            except ModemError:
                continue  # the rest of an earlier line was in front of it
            except _NoAnswer:
                continue
        else:
            raise TransportError("the modem does not answer to AT")
        self._drain()
        self._greeted = True
        try:
            self._ask("AT+CMEE=1", "", self._seconds)
        except ModemError:
            return  # then every error is ERROR

    def _drain(self) -> None:
        """Answers to greetings that came late are not those to the next command."""
        while data := self._port.read(0):
            self._received += data
        self._received.clear()

    def _ask(self, line: str, prefix: str, seconds: float) -> list[str]:
        self._port.write(line.encode("ascii") + b"\r")
        deadline = time.monotonic() + seconds
        information: list[str] = []
        while True:
            answer = self._line(deadline)
            if answer is None:
                self._greeted = False
                raise _NoAnswer(f"the modem does not answer {_named(line)} within {seconds:g} s")
            if answer == _OK:
                return information
            if answer.startswith(_CME):
                text = answer.removeprefix(_CME).strip()
                raise ModemError(_named(line), text, code_of(text))
            if answer.startswith(_FAILURES):
                raise ModemError(_named(line), answer)
            self._sort(answer, line, prefix, information)

    def _sort(self, answer: str, line: str, prefix: str, information: list[str]) -> None:
        if answer.endswith(line):
            return  # the echo, perhaps behind the rest of an earlier line
        if prefix and answer.startswith(prefix):
            information.append(answer.removeprefix(prefix).strip())
        elif answer.isdigit() or not (prefix or answer.startswith(("+", "^"))):
            information.append(answer)
        else:
            self.unsolicited.append(answer)

    def _line(self, deadline: float) -> str | None:
        """The next line that is not empty; None when the deadline passes before it is there."""
        while True:
            end = next((i for i, code in enumerate(self._received) if code in b"\r\n"), None)
            if end is not None:
                line = self._received[:end].decode("latin-1").strip()
                del self._received[: end + 1]
                if line:
                    return line
                continue
            if len(self._received) > LINE_MAX:
                raise TransportError("what the modem sends has no line ends")
            data = self._port.read(max(0.0, deadline - time.monotonic()))
            if not data and time.monotonic() >= deadline:
                return None
            self._received += data


class _NoAnswer(TransportError):
    """No result code came in time."""


def _named(line: str) -> str:
    """The command without its parameters: they may be secrets, and are long."""
    return line.partition("=")[0]
