"""The UICC applet: the file system of the enabled profile, served on every logical channel (TS 102 221)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apdu import Command, StatusError, instruction, status
from euicc.uicc.commands.read import read_binary, read_record
from euicc.uicc.commands.select import select, select_application, status_command
from euicc.uicc.context import Context
from euicc.uicc.default_files import default_profile
from euicc.uicc.profile_data import UiccProfile

Handler = Callable[[Context, Command], bytes]

INTERINDUSTRY = False
PROPRIETARY = True
COMMANDS: dict[int, tuple[bool, Handler]] = {
    instruction.SELECT: (INTERINDUSTRY, select),
    instruction.STATUS: (PROPRIETARY, status_command),
    instruction.READ_BINARY: (INTERINDUSTRY, read_binary),
    instruction.READ_RECORD: (INTERINDUSTRY, read_record),
}
"""INS -> class (0X/4X or 8X/CX) and function, TS 102 221 table 10.5."""


class UiccApplet:
    """The default applet of the card: answers the AIDs of the enabled profile's ADFs, and all file commands.

    `enabled` gives the profile whose files are to be served, the same object as long as nothing changed, or
    None when no profile is enabled: then `default_files` is served.
    """

    def __init__(self, enabled: Callable[[], UiccProfile | None]) -> None:
        self._enabled = enabled

    @property
    def profile(self) -> UiccProfile:
        """What is served now."""
        return self._enabled() or default_profile()

    def aids(self) -> Iterable[bytes]:
        """AIDs of the ADFs, in the order of the profile package."""
        return tuple(self.profile.filesystem.adfs)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[FileSelection, bytes]:
        """SELECT by DF name of an ADF, TS 102 221 8.4.4; answers its FCP. StatusError 6A82, 6A86."""
        profile = self.profile
        adf = profile.filesystem.adfs.get(aid)
        if adf is None:
            raise StatusError(status.FILE_NOT_FOUND)
        context, data = select_application(profile, adf, command)
        return FileSelection(self, context), data

    def implicit(self, channel: int, opened_from: object | None) -> FileSelection:
        """The session a channel starts with: at the MF, or where the channel that opened it stands."""
        if not isinstance(opened_from, FileSelection):
            return FileSelection(self)
        origin = opened_from.current_context()
        return FileSelection(self, Context(origin.profile, origin.df, origin.adf))


class FileSelection:
    """One logical channel in the file system; never serves files of a profile that is no longer enabled.

    Without a context it is at the MF, and asks for the profile no earlier than with the first command.
    """

    def __init__(self, applet: UiccApplet, context: Context | None = None) -> None:
        self._applet = applet
        self._context = context

    def process(self, command: Command) -> bytes:
        """Run a file command. StatusError 6D00 (unknown INS), 6E00 (wrong class), and the command's own."""
        entry = COMMANDS.get(command.ins)
        if entry is None:
            raise StatusError(status.INS_NOT_SUPPORTED)
        proprietary, handler = entry
        if command.proprietary is not proprietary:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        return handler(self.current_context(), command)

    def current_context(self) -> Context:
        """The channel's context: at the MF again if the profile changed since the last command."""
        profile = self._applet.profile
        if self._context is None or self._context.profile is not profile:
            self._context = Context.at_mf(profile)
        return self._context

    def closed(self) -> None:
        """Nothing outlives the session."""
