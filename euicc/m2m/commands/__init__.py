"""The commands of the ISD-R, SGP.02 4.1: by INS, and what each demands of its conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status
from euicc.globalplatform.session import SecurityLevel
from euicc.m2m.commands.get_data import get_data

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

Handler = Callable[["M2mIsdR", "Conversation", Command], bytes]

COMMANDS: dict[int, tuple[SecurityLevel, Handler]] = {
    instruction.GET_DATA: (SecurityLevel.NONE, get_data),
}
"""INS -> what the conversation must be at least, and the function."""


def execute(isdr: M2mIsdR, conversation: Conversation, command: Command) -> bytes:
    """Run one command in the ISD-R; response data. What it changes is in the NVM, wholly or not at all.

    StatusError 6D00 (unknown INS), 6E00 (class), 6982 (the conversation is not good enough), and the command's own.
    """
    entry = COMMANDS.get(command.ins)
    if entry is None:
        raise StatusError(status.INS_NOT_SUPPORTED)
    level, handler = entry
    if not command.proprietary and command.ins != instruction.GET_DATA:
        raise StatusError(status.CLA_NOT_SUPPORTED)
    if not conversation.has(level):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    return handler(isdr, conversation, command)
