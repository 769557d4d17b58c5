"""What a part of the toolkit is: commands it answers, facilities it declares, and what it has to tell the card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from apdu.cat import Envelope, Facility, GeneralResult, ProactiveCommand, TerminalResponse
from apdu.cat.comprehension import DataObject

D = TypeVar("D", bound=DataObject)

Handler = Callable[[ProactiveCommand], TerminalResponse]
"""Answers one command. NotPerformed and apdu.TlvError, for what the command has in it, become an answer, too."""


class Service(Protocol):
    """One part of the toolkit."""

    def facilities(self) -> Iterable[Facility]:
        """What TERMINAL PROFILE says of it besides the commands that it answers."""
        ...

    def handlers(self) -> Mapping[int, Handler]:
        """Type of command -> who answers it."""
        ...

    def due(self) -> Iterable[Envelope]:
        """What the card is to be told now; each is given once. Events that it did not ask for are left out later."""
        ...

    def reset(self) -> None:
        """The card was reset: nothing that it has asked for is left."""
        ...


class NotPerformed(Exception):
    """A command is answered with this result, a GeneralResult other than performed, TS 102 223 8.12."""

    def __init__(self, general: int, additional: bytes = b"") -> None:
        super().__init__(general, additional)
        self.general = general
        self.additional = additional


def required(command: ProactiveCommand, kind: type[D]) -> D:
    """The data object that the command must have; NotPerformed 36 without it, TlvError when it is malformed."""
    found = command.find(kind)
    if found is None:
        raise NotPerformed(GeneralResult.REQUIRED_VALUES_MISSING)
    return found
