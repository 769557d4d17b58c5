"""The UICC applet: the file system of the enabled profile, served on every logical channel (TS 102 221)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apdu import Command, StatusError, status
from euicc.uicc.authority import UserAuthentication
from euicc.uicc.commands import authentication_table, file_table, pin_table, read, select
from euicc.uicc.commands.command_table import Commands
from euicc.uicc.context import Context
from euicc.uicc.default_files import default_profile
from euicc.uicc.profile_data import UiccProfile
from euicc.uicc.uicc import Platform, Uicc

COMMANDS: Commands = {
    **select.COMMANDS,
    **read.COMMANDS,
    **file_table.COMMANDS,
    **pin_table.COMMANDS,
    **authentication_table.COMMANDS,
}
"""INS -> class (0X/4X or 8X/CX) and function, TS 102 221 table 10.5.

Not supported are EXCHANGE CAPABILITIES and the secure channels of MANAGE SECURE CHANNEL and TRANSACT DATA (6D00), and
the class A0 of TS 51.011 (6E00).
"""


def execute(context: Context, command: Command) -> bytes:
    """Run a command in the file system, for whoever stands at `context`; response data.

    StatusError 6D00 (unknown INS), 6E00 (wrong class), 6F00 (card usage is terminated), and the command's own.
    """
    if context.uicc.is_terminated:
        raise StatusError(status.NO_PRECISE_DIAGNOSIS)
    entry = COMMANDS.get(command.ins)
    if entry is None:
        raise StatusError(status.INS_NOT_SUPPORTED)
    proprietary, handler = entry
    if command.proprietary is not proprietary:
        raise StatusError(status.CLA_NOT_SUPPORTED)
    context.uicc.executing = command
    return handler(context, command)


class UiccApplet:
    """The default applet of the card: answers the AIDs of the enabled profile's ADFs, and all file commands.

    `enabled` gives the profile whose files are to be served, the same object as long as nothing changed, or
    None when no profile is enabled: then `default_files` is served. `platform` is the card.
    """

    def __init__(self, enabled: Callable[[], UiccProfile | None], platform: Platform) -> None:
        self._enabled = enabled
        self._platform = platform
        self._running: Uicc | None = None

    @property
    def running(self) -> Uicc:
        """The UICC that is served now."""
        profile = self._enabled() or default_profile()
        if self._running is None or self._running.profile is not profile:
            self._running = Uicc(profile, self._platform)
        return self._running

    def boot(self) -> None:
        """Reset: what was verified is forgotten."""
        self._running = None

    def aids(self) -> Iterable[bytes]:
        """AIDs of the ADFs, in the order of the profile package."""
        return tuple(self.running.profile.filesystem.adfs)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[FileSelection, bytes]:
        """SELECT by DF name of an ADF, TS 102 221 8.4.4; answers its FCP. StatusError 6A82, 6A86, 6985, 6F00."""
        uicc = self.running
        adf = uicc.profile.filesystem.adfs.get(aid)
        if adf is None:
            raise StatusError(status.FILE_NOT_FOUND)
        context, data = select.select_application(uicc, adf, command, UserAuthentication(uicc))
        return FileSelection(self, context), data

    def implicit(self, channel: int, opened_from: object | None) -> FileSelection:
        """The session a channel starts with: at the MF, or where the channel that opened it stands."""
        if not isinstance(opened_from, FileSelection):
            return FileSelection(self)
        origin = opened_from.current_context()
        return FileSelection(self, Context(origin.uicc, origin.df, origin.authority, origin.adf))


class FileSelection:
    """One logical channel in the file system; never serves files of a profile that is no longer enabled.

    Without a context it is at the MF, and asks for the profile no earlier than with the first command.
    """

    def __init__(self, applet: UiccApplet, context: Context | None = None) -> None:
        self._applet = applet
        self._context = context

    def process(self, command: Command) -> bytes:
        """As `execute`."""
        return execute(self.current_context(), command)

    def current_context(self) -> Context:
        """The channel's context: at the MF again if the profile changed since the last command."""
        uicc = self._applet.running
        if self._context is None or self._context.uicc is not uicc:
            self._context = Context.at_mf(uicc, UserAuthentication(uicc))
        return self._context

    def closed(self) -> None:
        """The session stands nowhere any more."""
        if self._context is not None:
            self._context.uicc.contexts.discard(self._context)
