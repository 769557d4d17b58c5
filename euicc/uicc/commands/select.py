"""SELECT and STATUS, TS 102 221 11.1.1 and 11.1.2."""

from __future__ import annotations

from collections.abc import Callable

from apdu import Command, StatusError, instruction, status, tlv
from euicc.uicc import fcp
from euicc.uicc.authority import Authority
from euicc.uicc.commands.command_table import INTERINDUSTRY, PROPRIETARY, Commands
from euicc.uicc.commands.length import check_le
from euicc.uicc.context import Context
from euicc.uicc.filesystem import MF_FID, Df, File, is_deactivated, is_terminated
from euicc.uicc.uicc import Uicc

# P1 of SELECT
BY_FILE_ID = 0x00
CHILD_DF = 0x01
PARENT_DF = 0x03
BY_PATH_FROM_MF = 0x08
BY_PATH_FROM_CURRENT_DF = 0x09
NAMING = (BY_FILE_ID, BY_PATH_FROM_MF, BY_PATH_FROM_CURRENT_DF)
"""P1 of the administrative commands."""

# P2 of SELECT: what to answer. Occurrence and session control, for DF names only, are the runtime's.
RETURN_MASK = 0x1C
RETURN_FCP = (0x00, 0x04)
RETURN_NOTHING = 0x0C

# STATUS
STATUS_P1 = (0x00, 0x01, 0x02)
STATUS_FCP = 0x00
STATUS_DF_NAME = 0x01
STATUS_NOTHING = 0x0C


def select(context: Context, command: Command) -> bytes:
    """SELECT by anything but a DF name, TS 102 221 11.1.1; answers the FCP template, or nothing with P2 0C.

    StatusError: 6A86, 6700, 6A82, 6985 (not shareable, and current on another channel); 6283 or 6285 with the FCP as
    data when the file, now selected, is deactivated or terminated.
    """
    find = FORMS.get(command.p1)
    if find is None or command.p2 & ~RETURN_MASK:
        raise StatusError(status.INCORRECT_P1_P2)
    with_fcp = wants_fcp(command.p2)
    file = find(context, command.data)
    if file is None:
        raise StatusError(status.FILE_NOT_FOUND)
    context.check_shareable(file)
    context.select(file)
    data = fcp.template(file, context.uicc) if with_fcp else b""
    lcsi = context.uicc.lcsi(file)
    if is_deactivated(lcsi):
        raise StatusError(status.SELECTED_FILE_DEACTIVATED, data)
    if is_terminated(lcsi):
        raise StatusError(status.SELECTED_FILE_TERMINATED, data)
    return data


def named(context: Context, command: Command) -> File | None:
    """The file that the data of an administrative command name, as SELECT with P1 00, 08 or 09; None for no data.

    StatusError: 6A86, 6700, 6A82.
    """
    if command.p1 not in NAMING or command.p2:
        raise StatusError(status.INCORRECT_P1_P2)
    if not command.data and command.p1 == BY_FILE_ID:
        return None
    file = FORMS[command.p1](context, command.data)
    if file is None:
        raise StatusError(status.FILE_NOT_FOUND)
    return file


def select_application(uicc: Uicc, adf: Df, command: Command, authority: Authority) -> tuple[Context, bytes]:
    """SELECT by DF name, TS 102 221 11.1.1 and 8.4.4: the channel's new context and the FCP of the ADF.

    StatusError 6A86, 6F00 (card usage is terminated), 6985 (the ADF is terminated).
    """
    with_fcp = wants_fcp(command.p2)
    if uicc.is_terminated:
        raise StatusError(status.NO_PRECISE_DIAGNOSIS)
    if is_terminated(uicc.lcsi(adf)):
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return Context.in_adf(uicc, adf, authority), fcp.template(adf, uicc) if with_fcp else b""


def wants_fcp(p2: int) -> bool:
    """Whether P2 asks for the FCP template; StatusError 6A86 when it asks for what a UICC does not have."""
    form = p2 & RETURN_MASK
    if form not in (*RETURN_FCP, RETURN_NOTHING):
        raise StatusError(status.INCORRECT_P1_P2)
    return form != RETURN_NOTHING


def _fid(data: bytes) -> int:
    if len(data) != 2:
        raise StatusError(status.WRONG_LENGTH)
    return int.from_bytes(data, "big")


def _by_file_id(context: Context, data: bytes) -> File | None:
    fid = _fid(data) if data else MF_FID
    return context.profile.filesystem.by_fid(fid, context.df, context.adf)


def _child_df(context: Context, data: bytes) -> File | None:
    child = context.df.children.get(_fid(data))
    return child if isinstance(child, Df) else None


def _parent_df(context: Context, data: bytes) -> File | None:
    if data:
        raise StatusError(status.WRONG_LENGTH)
    return context.df.parent


def _path(data: bytes) -> bytes:
    if not data or len(data) % 2:
        raise StatusError(status.WRONG_LENGTH)
    return data


def _by_path_from_mf(context: Context, data: bytes) -> File | None:
    return context.profile.filesystem.by_path_from_mf(_path(data), context.adf)


def _by_path_from_current_df(context: Context, data: bytes) -> File | None:
    return context.profile.filesystem.by_path_from(context.df, _path(data))


FORMS: dict[int, Callable[[Context, bytes], File | None]] = {
    BY_FILE_ID: _by_file_id,
    CHILD_DF: _child_df,
    PARENT_DF: _parent_df,
    BY_PATH_FROM_MF: _by_path_from_mf,
    BY_PATH_FROM_CURRENT_DF: _by_path_from_current_df,
}
"""P1 of SELECT -> how its data names a file, TS 102 221 table 11.1."""


def status_command(context: Context, command: Command) -> bytes:
    """STATUS, TS 102 221 11.1.2: FCP of the current DF, AID of the active application, or nothing.

    StatusError: 6A86, 6700 with command data, 6985 for the AID when no application is active, 6Cxx for
    another Le.
    """
    if command.p1 not in STATUS_P1 or command.p2 not in STATUS_ANSWERS:
        raise StatusError(status.INCORRECT_P1_P2)
    if command.data:
        raise StatusError(status.WRONG_LENGTH)
    data = STATUS_ANSWERS[command.p2](context)
    if data:
        check_le(command, len(data))
    return data


def _fcp_of_current_df(context: Context) -> bytes:
    return fcp.template(context.df, context.uicc)


def _df_name(context: Context) -> bytes:
    if context.adf is None or context.adf.aid is None:
        raise StatusError(status.CONDITIONS_NOT_SATISFIED)
    return tlv.encode(fcp.DF_NAME, context.adf.aid)


STATUS_ANSWERS: dict[int, Callable[[Context], bytes]] = {
    STATUS_FCP: _fcp_of_current_df,
    STATUS_DF_NAME: _df_name,
    STATUS_NOTHING: lambda context: b"",
}
"""P2 of STATUS -> what it answers, TS 102 221 table 11.9."""


COMMANDS: Commands = {
    instruction.SELECT: (INTERINDUSTRY, select),
    instruction.STATUS: (PROPRIETARY, status_command),
}
