"""DEACTIVATE and ACTIVATE FILE, TS 102 221 11.1.14 and 11.1.15; TERMINATE EF, DF and CARD USAGE, TS 102 222 6.6 to 6.9.

A file is named as by SELECT (P1 00, 08 or 09), or is the current one when there are no data, and is current
afterwards. To bring a file into the state that it is in already is no error; out of termination no way leads.
"""

from __future__ import annotations

from apdu import Command, StatusError, status
from euicc.uicc.access import Access
from euicc.uicc.commands import select
from euicc.uicc.context import Context
from euicc.uicc.filesystem import (
    OPERATIONAL_ACTIVATED,
    OPERATIONAL_DEACTIVATED,
    TERMINATED,
    Df,
    Ef,
    File,
    FileKind,
    is_terminated,
)


def deactivate_file(context: Context, command: Command) -> bytes:
    """DEACTIVATE FILE, TS 102 221 11.1.14: an EF cannot be used until it is activated again.

    StatusError: 6A86, 6700, 6A82, 6986, 6981 for a DF, 6982, 6985 (terminated).
    """
    return _change(context, command, _ef(context, command), Access.DEACTIVATE, OPERATIONAL_DEACTIVATED)


def activate_file(context: Context, command: Command) -> bytes:
    """ACTIVATE FILE, TS 102 221 11.1.15: out of deactivation, creation or initialisation; errors as above."""
    return _change(context, command, _ef(context, command), Access.ACTIVATE, OPERATIONAL_ACTIVATED)


def terminate_ef(context: Context, command: Command) -> bytes:
    """TERMINATE EF, TS 102 222 6.8: nothing but selecting and deleting it is possible from now on; errors as above."""
    return _change(context, command, _ef(context, command), Access.TERMINATE, TERMINATED)


def terminate_df(context: Context, command: Command) -> bytes:
    """TERMINATE DF, TS 102 222 6.7: a DF, without data the current one; nothing in it can be used from now on.

    StatusError: 6A86, 6700, 6A82, 6982, 6981 for an EF, 6985 for the MF, of which TERMINATE CARD USAGE is for.
    """
    file = select.named(context, command) or context.df
    if isinstance(file, Ef):
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    if file.kind is FileKind.MF:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return _change(context, command, file, Access.TERMINATE, TERMINATED)


def terminate_card_usage(context: Context, command: Command) -> bytes:
    """TERMINATE CARD USAGE, TS 102 222 6.9, by the rule of the MF: the profile answers 6F00 to everything afterwards.

    It is the profile that ends, not the eUICC: ISD-R, ECASD and the other profiles stay. StatusError: 6A86, 6700,
    6982.
    """
    if command.p1 or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    if command.data:
        raise StatusError(status.WRONG_LENGTH)
    _change(context, command, context.profile.filesystem.mf, Access.TERMINATE, TERMINATED)
    context.uicc.is_terminated = True
    return b""


def _ef(context: Context, command: Command) -> Ef:
    file = select.named(context, command) or context.target(None)
    if isinstance(file, Df):
        raise StatusError(status.INCOMPATIBLE_FILE_STRUCTURE)
    return file


def _change(context: Context, command: Command, file: File, access: Access, lcsi: int) -> bytes:
    context.check_permission(file, access, command.ins)
    before = context.uicc.lcsi(file)
    if is_terminated(before) and lcsi != TERMINATED:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    if before != lcsi:
        context.uicc.set_lcsi(file, lcsi)
    if command.data:
        context.select(file)
    return b""
