"""The commands of the ISD-R, SGP.02 4.1: by INS, and what each demands of its conversation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status
from euicc.globalplatform.session import SecurityLevel
from euicc.m2m.commands.delete import delete
from euicc.m2m.commands.get_data import get_data
from euicc.m2m.commands.get_status import get_status
from euicc.m2m.commands.install import install
from euicc.m2m.commands.put_key import put_key
from euicc.m2m.commands.store_data import local_store_data, store_data

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

SECURED = SecurityLevel.AUTHENTICATED | SecurityLevel.C_MAC | SecurityLevel.C_ENC
"""What SCP80 with the minimum security level of the ISD-R is, and SCP81."""

Handler = Callable[["M2mIsdR", "Conversation", Command], bytes]

Commands = dict[int, tuple[SecurityLevel, Handler]]

COMMANDS: Commands = {
    instruction.GET_DATA: (SecurityLevel.NONE, get_data),
    instruction.GET_STATUS: (SECURED, get_status),
    instruction.INSTALL: (SECURED, install),
    instruction.DELETE: (SECURED, delete),
    instruction.STORE_DATA: (SECURED, store_data),
    instruction.PUT_KEY: (SECURED, put_key),
}
LOCAL_COMMANDS: Commands = {**COMMANDS, instruction.STORE_DATA: (SecurityLevel.NONE, local_store_data)}
"""INS -> what the conversation must be at least, and the function; over the air, and on the local interface."""


def execute(
    isdr: M2mIsdR, conversation: Conversation, command: Command, commands: Commands = COMMANDS
) -> bytes:
    """Run one command in the ISD-R; response data. What it changes is in the NVM, wholly or not at all.

    StatusError 6D00 (unknown INS), 6E00 (class), 6982 (the conversation is not good enough), and the command's own.
    """
    entry = commands.get(command.ins)
    if entry is None:
        raise StatusError(status.INS_NOT_SUPPORTED)
    level, handler = entry
    if not command.proprietary and command.ins != instruction.GET_DATA:
        raise StatusError(status.CLA_NOT_SUPPORTED)
    if not conversation.has(level):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    return handler(isdr, conversation, command)
