"""GET CHALLENGE, TS 102 221 11.1.15."""

from __future__ import annotations

from apdu import Command, StatusError, status
from euicc.uicc.commands.length import asks_for_all
from euicc.uicc.context import Context

USUAL_LENGTH = 8


def get_challenge(context: Context, command: Command) -> bytes:
    """GET CHALLENGE: Le random bytes, 8 when Le leaves it open. StatusError 6A86, 6700."""
    if command.p1 or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    if command.data:
        raise StatusError(status.WRONG_LENGTH)
    count = USUAL_LENGTH if asks_for_all(command) else command.le
    return context.uicc.env.random(count or USUAL_LENGTH)
