"""The commands of a security domain, GPCS 11: the table, and what each of them demands of its conversation.

`execute` serves the local interface (after SCP03) and remote scripts (RAM, TS 102 226 8) alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status
from euicc.globalplatform.delete import delete
from euicc.globalplatform.get_data import get_data
from euicc.globalplatform.get_status import get_status
from euicc.globalplatform.install import install
from euicc.globalplatform.load import load
from euicc.globalplatform.put_key import put_key
from euicc.globalplatform.session import SecurityLevel, Session
from euicc.globalplatform.set_status import set_status
from euicc.globalplatform.store_data import store_data

if TYPE_CHECKING:
    from euicc.globalplatform.domain import Domain

Handler = Callable[["Domain", Session, Command], bytes]

COMMANDS: dict[int, tuple[SecurityLevel, Handler]] = {
    instruction.GET_DATA: (SecurityLevel.NONE, get_data),
    instruction.GET_STATUS: (SecurityLevel.AUTHENTICATED, get_status),
    instruction.SET_STATUS: (SecurityLevel.AUTHENTICATED, set_status),
    instruction.PUT_KEY: (SecurityLevel.AUTHENTICATED, put_key),
    instruction.STORE_DATA: (SecurityLevel.AUTHENTICATED, store_data),
    instruction.INSTALL: (SecurityLevel.AUTHENTICATED, install),
    instruction.LOAD: (SecurityLevel.AUTHENTICATED, load),
    instruction.DELETE: (SecurityLevel.AUTHENTICATED, delete),
}
"""INS -> what the conversation must be at least, and the function."""


def execute(domain: Domain, session: Session, command: Command) -> bytes:
    """Run one command in a security domain; response data. `command` is plain: what protected it is in `session`.

    What it changes is in the NVM, wholly or not at all, when it returns. StatusError 6D00 (unknown INS), 6E00
    (class), 6982 (the session is not good enough), 6985 (the domain is locked), and the command's own.
    """
    entry = COMMANDS.get(command.ins)
    if entry is None:
        raise StatusError(status.INS_NOT_SUPPORTED)
    level, handler = entry
    if not command.proprietary and command.ins != instruction.GET_DATA:
        raise StatusError(status.CLA_NOT_SUPPORTED)
    if not session.has(level):
        raise StatusError(status.SECURITY_STATUS_NOT_SATISFIED)
    if domain.entry.locked:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return handler(domain, session, command)
