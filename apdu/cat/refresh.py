"""REFRESH: the one command that every card sends, and that therefore loads no more than it needs."""

from __future__ import annotations

from collections.abc import Iterable

from apdu.cat.codes import CommandType, RefreshMode
from apdu.cat.command import ProactiveCommand


def refresh(mode: int, files: Iterable[bytes] = (), aid: bytes | None = None) -> ProactiveCommand:
    """REFRESH, TS 102 223 6.6.13: a RefreshMode; full paths of files that changed; the AID of the NAA it concerns."""
    paths = tuple(files)
    if not paths and aid is None:
        return ProactiveCommand(CommandType.REFRESH, mode)
    from apdu.cat.objects import Aid, FileList

    return ProactiveCommand.of(
        CommandType.REFRESH,
        mode,
        FileList(paths) if paths else None,
        None if aid is None else Aid(aid),
    )


def uicc_reset() -> ProactiveCommand:
    """REFRESH, TS 102 223 6.6.13, that asks for a reset of the UICC."""
    return refresh(RefreshMode.UICC_RESET)
