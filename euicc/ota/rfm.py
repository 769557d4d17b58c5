"""Remote file management, TS 102 226 6: the commands on files, by the rights of an RFM instance.

Each script begins at the MF, or in the ADF of the instance, and shares nothing with the channels of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status
from euicc.ota.access_domain import RemoteAuthority
from euicc.uicc.applet import execute
from euicc.uicc.commands import select
from euicc.uicc.context import Context
from euicc.uicc.filesystem import CURRENT_ADF_FID, MF_FID, Df, Ef, FileKind

if TYPE_CHECKING:
    from euicc.ota.security import KeySource
    from euicc.ota.target import Protected
    from euicc.uicc.application_data import Rfm
    from euicc.uicc.memory import ProfileMemory
    from euicc.uicc.uicc import Uicc

CHANGING = frozenset(
    (
        instruction.UPDATE_BINARY,
        instruction.UPDATE_RECORD,
        instruction.INCREASE,
        instruction.SET_DATA,
        instruction.CREATE_FILE,
        instruction.RESIZE_FILE,
        instruction.DEACTIVATE_FILE,
        instruction.ACTIVATE_FILE,
    )
)
"""Commands after which the current EF is not what it was."""
OF_PINS = frozenset(
    (
        instruction.VERIFY,
        instruction.CHANGE_PIN,
        instruction.DISABLE_PIN,
        instruction.ENABLE_PIN,
        instruction.UNBLOCK_PIN,
    )
)
COMMANDS = (
    CHANGING
    | OF_PINS
    | frozenset(
        (
            instruction.SELECT,
            instruction.STATUS,
            instruction.READ_BINARY,
            instruction.READ_RECORD,
            instruction.SEARCH_RECORD,
            instruction.RETRIEVE_DATA,
            instruction.DELETE_FILE,
        )
    )
)
"""What a script may contain, TS 102 226 6; GET RESPONSE belongs to the script itself."""
CLASSES = (0x00, 0x80)
"""Neither logical channels nor secure messaging: the packet is both."""
_BY_DF_NAME = 0x04
_MF = MF_FID.to_bytes(2, "big")
_ADF = CURRENT_ADF_FID.to_bytes(2, "big")


class RfmTarget:
    """An RFM instance of the enabled profile, PE-RFM; as `euicc.ota.target.Target`."""

    def __init__(self, uicc: Uicc, rfm: Rfm, domain: KeySource) -> None:
        self._uicc = uicc
        self._rfm = rfm
        self.domain = domain

    @property
    def tars(self) -> tuple[bytes, ...]:
        """As `Target.tars`."""
        return self._rfm.tars

    @property
    def minimum_security_level(self) -> int:
        """As `Target.minimum_security_level`."""
        return self._rfm.minimum_security_level

    @property
    def memory(self) -> ProfileMemory:
        """As `Target.memory`."""
        return self._uicc.memory

    def open(self, protected: Protected) -> RfmSession:
        """At the MF, or in the ADF of the instance."""
        authority = RemoteAuthority(self._uicc, self._rfm)
        access = self._rfm.adf_access
        adf = self._uicc.profile.filesystem.adfs.get(access.adf_aid) if access else None
        if adf is None:
            return RfmSession(Context.at_mf(self._uicc, authority))
        return RfmSession(Context.in_adf(self._uicc, adf, authority))

    def resume(self, state: bytes, protected: Protected) -> RfmSession | None:
        """Where `RfmSession.state` was; None when that place is gone."""
        filesystem = self._uicc.profile.filesystem
        aid, rest = state[1 : 1 + state[0]], state[1 + state[0] :]
        adf = filesystem.adfs.get(aid)
        file = filesystem.by_package_path(rest[1:])
        if file is None or (aid and adf is None):
            return None
        context = Context.at_mf(self._uicc, RemoteAuthority(self._uicc, self._rfm))
        context.adf = adf
        context.select(file)
        context.record = rest[0] or None
        return RfmSession(context)


class RfmSession:
    """A script in the file system; as `euicc.ota.target.Session`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.changed: list[bytes] = []
        self.afterwards: tuple[Callable[[], None], ...] = ()

    def execute(self, command: Command) -> bytes:
        """As `Session.execute`; StatusError 6D00 for commands that remote file management does not know."""
        if command.ins not in COMMANDS:
            raise StatusError(status.INS_NOT_SUPPORTED)
        if command.cla not in CLASSES:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if command.ins == instruction.SELECT and command.p1 == _BY_DF_NAME and not command.proprietary:
            return self._select_application(command)
        with _terminal_unaware(self._context, command):
            data = execute(self._context, command)
        if command.ins in CHANGING and self._context.ef is not None:
            self._note(self._context.ef)
        return data

    @property
    def application(self) -> bytes | None:
        """As `Session.application`: the ADF that is active at the end."""
        return self._context.adf.aid if self._context.adf else None

    def state(self) -> bytes:
        """AID of the active application with its length, record pointer, path of the current file."""
        context = self._context
        aid = self.application or b""
        file = context.ef or context.df
        return bytes((len(aid),)) + aid + bytes((context.record or 0,)) + file.path

    def _select_application(self, command: Command) -> bytes:
        """SELECT by DF name, TS 102 221 11.1.1: full or right-truncated AID of an ADF, its first occurrence."""
        if command.p2 & ~select.RETURN_MASK:
            raise StatusError(status.INCORRECT_P1_P2)
        uicc = self._context.uicc
        for aid, adf in uicc.profile.filesystem.adfs.items():
            if command.data and aid.startswith(command.data):
                self._context, data = select.select_application(uicc, adf, command, self._context.authority)
                return data
        raise StatusError(status.FILE_NOT_FOUND)

    def _note(self, ef: Ef) -> None:
        path = _full_path(ef)
        if path not in self.changed:
            self.changed.append(path)


@contextmanager
def _terminal_unaware(context: Context, command: Command) -> Iterator[None]:
    """What a script presents verifies nothing for the terminal and takes nothing back: the security status of the two
    is not the same. What it blocks is blocked for both."""
    pins = context.uicc.pins
    presented = pins.find(command.p2, context.df) if command.ins in OF_PINS else None
    verified = pins.verified
    try:
        yield
    finally:
        if presented is not None:
            pins.restore(verified)
            if not presented.tries_left:
                presented.forget()


def _full_path(ef: Ef) -> bytes:
    """Path from 3F00 as REFRESH names it, an ADF as 7FFF."""
    fids = [ef.fid.to_bytes(2, "big")]
    directory: Df | None = ef.parent
    while directory is not None and directory.kind is not FileKind.MF:
        fids.append(_ADF if directory.kind is FileKind.ADF else directory.fid.to_bytes(2, "big"))
        directory = directory.parent
    return b"".join((_MF, *reversed(fids)))
