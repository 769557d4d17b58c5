"""What a procedure may want from the outside: the card, a server, the user.

A procedure is a generator. It yields steps, gets each step's answer as the value of the `yield`, and returns its
result: it reads like the sequence chart in the standard and does no input or output itself. A driver performs
the steps; a test plays them from a script, or stops after any of them.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from asn1.generated import rsp

if TYPE_CHECKING:
    from ipa.eim import Eim
    from ipa.state import State

T = TypeVar("T")


@dataclass(frozen=True)
class Card:
    """One ES10 command to the card. Answer: its response bytes; StatusError when the card refuses."""

    function: str
    request: bytes


@dataclass(frozen=True)
class Refresh:
    """Let the card finish a change of profiles, SGP.22 3.2.1: proactive commands, then a reset. Answer: None."""


@dataclass(frozen=True)
class Server:
    """One function call to a server in the JSON binding, SGP.22 6.5. Answer: the body, {} when there is none."""

    address: str
    function: str
    body: dict[str, Any] = field(repr=False)
    interface: str = "es9plus"


@dataclass(frozen=True)
class Esipa:
    """One message to an eIM, SGP.32 6.1. Answer: the message it answers with, b"" when it has none.

    `message` is an EsipaMessage in DER, whatever the binding that carries it.
    """

    eim: Eim
    function: str
    message: bytes = field(repr=False)


@dataclass(frozen=True)
class Wait:
    """Let some time pass before the next attempt. Answer: None."""

    seconds: float


@dataclass(frozen=True)
class Connectivity:
    """Wait for a network with the profile that is enabled now, SGP.32 3.3.2, as long as the device sees fit.

    Answer: whether there is one.
    """


@dataclass(frozen=True)
class Recall:
    """What the device has kept of this card. Answer: a State; a new one when it is of another card."""

    eid: bytes


@dataclass(frozen=True)
class Remember:
    """Keep these fields of State, durably, before anything else is done. Answer: None."""

    changes: Mapping[str, Any]


class Decision(Enum):
    """What a user says to a question; all but ACCEPT end the session with this CancelSessionReason."""

    ACCEPT = None
    REJECT = rsp.CancelSessionReason.END_USER_REJECTION
    POSTPONE = rsp.CancelSessionReason.POSTPONED
    NO_ANSWER = rsp.CancelSessionReason.TIMEOUT


@dataclass(frozen=True)
class Consent:
    """Ask the user whether this profile shall be downloaded, SGP.22 3.1.3. Answer: a Decision.

    `rules` are the Profile Policy Rules (PprIds) to which the Rules Authorisation Table wants explicit consent.
    """

    metadata: rsp.StoreMetadataRequest
    rules: tuple[int, ...] = ()


@dataclass(frozen=True)
class ConfirmationCode:
    """Ask the user for the confirmation code, SGP.22 3.1.3. Answer: the code, or a Decision other than ACCEPT."""

    metadata: rsp.StoreMetadataRequest


class Stage(Enum):
    """How far a download is."""

    AUTHENTICATING = "authenticating"
    PREPARING = "preparing"
    FETCHING = "fetching the profile"
    INSTALLING = "installing"
    NOTIFYING = "notifying the server"
    DONE = "done"


@dataclass(frozen=True)
class Progress:
    """Tell the user how far the procedure is; `done` of `total` bytes within the stage. Answer: None."""

    stage: Stage
    done: int = 0
    total: int = 0


Step: TypeAlias = (
    Card
    | Refresh
    | Server
    | Consent
    | ConfirmationCode
    | Progress
    | Esipa
    | Wait
    | Connectivity
    | Recall
    | Remember
)
Procedure: TypeAlias = Generator[Step, Any, T]


def refresh() -> Procedure[None]:
    """Lets the card finish a change of profiles."""
    yield Refresh()


def progress(stage: Stage, done: int = 0, total: int = 0) -> Procedure[None]:
    """Tells how far the procedure is."""
    yield Progress(stage, done, total)


def ask_consent(metadata: rsp.StoreMetadataRequest, rules: tuple[int, ...] = ()) -> Procedure[Decision]:
    """Asks whether the profile shall be downloaded."""
    decision: Decision = yield Consent(metadata, rules)
    return decision


def ask_confirmation_code(metadata: rsp.StoreMetadataRequest) -> Procedure[str | Decision]:
    """Asks for the confirmation code."""
    code: str | Decision = yield ConfirmationCode(metadata)
    return code


def send_to_eim(eim: Eim, function: str, message: bytes) -> Procedure[bytes]:
    """Sends a message to an eIM; its answer."""
    answer: bytes = yield Esipa(eim, function, message)
    return answer


def wait(seconds: float) -> Procedure[None]:
    """Lets some time pass."""
    yield Wait(seconds)


def connected() -> Procedure[bool]:
    """Whether the profile that is enabled now has a network."""
    answer: bool = yield Connectivity()
    return answer


def recall(eid: bytes) -> Procedure[State]:
    """What the device has kept of this card."""
    state: State = yield Recall(eid)
    return state


def remember(**changes: Any) -> Procedure[None]:
    """Keeps fields of State."""
    yield Remember(changes)
