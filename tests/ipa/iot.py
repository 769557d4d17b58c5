"""Procedures of an IPA without card and eIM: answers from a script, bytes to compare with, a State to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from apdu import tlv
from ipa.eim import Eim
from ipa.servers.esipa import Link
from ipa.settings import Settings
from ipa.state import StateKeeper
from ipa.steps import (
    Card,
    Connectivity,
    Esipa,
    Procedure,
    Progress,
    Recall,
    Refresh,
    Remember,
    Server,
    Step,
    Wait,
)

T = TypeVar("T")
EID = bytes.fromhex("89049032123451234512345678901235")
EIM = Eim.parse(tlv.encode(0x30, tlv.encode(0x80, b"eim1"), tlv.encode(0x81, b"eim.example.com")))
LINK = Link(EID, EIM, Settings())

GET_NOTHING = "BF4F03020101"
REMOVED = "BF3003800100"
NO_NOTIFICATIONS = "BF2B02A000"
ACKNOWLEDGED_NOTHING = "BF50023000"


def link(**settings: Any) -> Link:
    return Link(EID, EIM, Settings(**settings))


class Script:
    """What is asked, in order, and what is answered: hex to the card and the eIM, an exception, a value.

    `asked`: what the card and the eIM got, in hex.
    """

    def __init__(self, *answers: tuple[str, Any], state: StateKeeper | None = None) -> None:
        self._answers = list(answers)
        self.state = state or StateKeeper()
        self.asked: list[str] = []

    def play(self, procedure: Procedure[T]) -> T:
        """To the procedure's end, which must be the script's."""
        try:
            step = next(procedure)
            while True:
                answer = self._answer(step)
                failed = isinstance(answer, Exception)
                step = procedure.throw(answer) if failed else procedure.send(answer)
        except StopIteration as end:
            assert self._answers == []
            result: T = end.value
            return result

    def _answer(self, step: Step) -> Any:
        silent: dict[type, Callable[[Any], Any]] = {
            Progress: lambda step: None,
            Recall: lambda step: self.state.recall(step.eid),
            Remember: lambda step: self.state.remember(step.changes),
        }
        if type(step) in silent:
            return silent[type(step)](step)
        name = _name(step)
        self.asked.append(_content(step))
        assert self._answers, f"{name} was not expected: {self.asked[-1]}"
        expected, answer = self._answers.pop(0)
        assert name == expected, self.asked[-1]
        return bytes.fromhex(answer) if isinstance(answer, str) else answer


def _name(step: Step) -> str:
    if isinstance(step, Card):
        return step.function.partition(".")[2]
    return step.function if isinstance(step, Esipa | Server) else type(step).__name__


def _content(step: Step) -> str:
    match step:
        case Card():
            return step.request.hex().upper()
        case Esipa():
            return step.message.hex().upper()
        case Wait():
            return f"{step.seconds:g} s"
        case Refresh() | Connectivity():
            return type(step).__name__
    return repr(step)
