"""The driver: performs the steps of a procedure one after the other, with a card, servers and a user."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from apdu import StatusError, TransportError
from ipa.errors import EimUnknown, IpaError
from ipa.state import StateKeeper
from ipa.steps import (
    Card,
    ConfirmationCode,
    Connectivity,
    Consent,
    Decision,
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


class CardAccess(Protocol):
    """The card as a procedure's steps need it: ipa.terminal.Terminal, or a modem that manages the card itself."""

    def store_data(self, request: bytes) -> bytes:
        """One ES10 command; its response. StatusError when the card refuses."""
        ...

    def refresh(self) -> None:
        """Lets the card finish a change of profiles."""
        ...


class Servers(Protocol):
    """Whoever carries function calls to servers: ipa.servers.http.HttpServers, or a server in process."""

    def call(self, request: Server) -> Mapping[str, Any]:
        """The body of the response, {} when there is none; ServerUnreachable, TlsUntrusted, ServerAnswerInvalid."""
        ...


class Eims(Protocol):
    """Whoever carries messages to eIMs: ipa.servers.esipa_https.HttpsEims, or an eIM in process."""

    def send(self, request: Esipa) -> bytes:
        """The message it answers with, b"" when none; ServerUnreachable, TlsUntrusted, ServerAnswerInvalid."""
        ...


class NoEims:
    """A device that has nothing to do with eIMs."""

    def send(self, request: Esipa) -> bytes:
        """EimUnknown."""
        raise EimUnknown(f"there is no way to the eIM {request.eim.id}")


class Surroundings:
    """What the device knows of time and network; this one has a network with every profile."""

    def connected(self) -> bool:
        """Waits until the profile that is enabled now has a network, or for as long as makes sense: has it one?"""
        return True

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        time.sleep(seconds)


class User:
    """The user who agrees to everything and has no confirmation code; subclasses ask, or decide by rule."""

    def consent(self, question: Consent) -> Decision:
        """Shall this profile be downloaded?"""
        return Decision.ACCEPT

    def confirmation_code(self, question: ConfirmationCode) -> str | Decision:
        """The confirmation code for this profile, or a Decision other than ACCEPT."""
        return Decision.NO_ANSWER

    def progress(self, news: Progress) -> None:
        """How far the procedure is."""


class Driver:
    """Runs procedures: each step in turn is performed, its answer or its failure given back to the procedure."""

    def __init__(
        self,
        card: CardAccess,
        servers: Servers,
        user: User | None = None,
        *,
        eims: Eims | None = None,
        surroundings: Surroundings | None = None,
        state: StateKeeper | None = None,
    ) -> None:
        self._card = card
        self._servers = servers
        self._user = user or User()
        self._eims = eims or NoEims()
        self._surroundings = surroundings or Surroundings()
        self._state = state or StateKeeper()

    def run(self, procedure: Procedure[T]) -> T:
        """The procedure's result; what it raises is raised."""
        try:
            step = next(procedure)
            while True:
                try:
                    answer = self._perform(step)
                except (IpaError, StatusError, TransportError) as error:
                    step = procedure.throw(error)
                else:
                    step = procedure.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def _perform(self, step: Step) -> Any:
        match step:
            case Card():
                return self._card.store_data(step.request)
            case Refresh():
                return self._card.refresh()
            case Server():
                return self._servers.call(step)
            case Consent():
                return self._user.consent(step)
            case ConfirmationCode():
                return self._user.confirmation_code(step)
            case Progress():
                return self._user.progress(step)
            case Esipa():
                return self._eims.send(step)
            case Wait():
                return self._surroundings.wait(step.seconds)
            case Connectivity():
                return self._surroundings.connected()
            case Recall():
                return self._state.recall(step.eid)
            case Remember():
                return self._state.remember(step.changes)
