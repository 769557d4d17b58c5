"""The ISD-R of an SGP.02 card on the local interface: without a secure channel ES5 is refused with 6982, SGP.02 2.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command
from euicc.m2m.conversation import Conversation

if TYPE_CHECKING:
    from euicc.m2m.isdr import M2mIsdR


class M2mIsdRSelection:
    """The ISD-R on one logical channel."""

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr
        self._conversation = Conversation()

    def process(self, command: Command) -> bytes:
        """As `euicc.m2m.commands.execute`, for somebody who has no keys; STORE DATA is that of ESx."""
        from euicc.m2m.commands import LOCAL_COMMANDS, execute

        return execute(self._isdr, self._conversation, command, LOCAL_COMMANDS)

    def closed(self) -> None:
        """What was left unfinished is gone with this object."""
