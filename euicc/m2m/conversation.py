"""What one sender of commands to the ISD-R has: how well he is protected, and what he left unfinished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from euicc.globalplatform.session import Session


@dataclass(slots=True)
class Conversation(Session):
    """A conversation with the ISD-R: the script of a secured packet, an SCP81 session, or the local interface.

    afterwards: what its commands left to be done once the response is out: a switch of profiles above all.
    """

    afterwards: list[Callable[[], None]] = field(default_factory=list)
