"""A profile in a stored card as `euicc show` looks into it: everything in it may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, Response, StatusError, instruction, status
from apdu.status import SUCCESS
from euicc.uicc.applet import execute
from euicc.uicc.commands.select import select_application
from euicc.uicc.context import Context
from euicc.uicc.uicc import Uicc

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.profiles.profile import Profile
    from euicc.uicc.access import Access
    from euicc.uicc.filesystem import Df, File

BY_DF_NAME = 0x04


class Owner:
    """Whoever has the file of the card may read all that is in it; an `euicc.uicc.authority.Authority`."""

    def satisfied(self, reference: int, df: Df) -> bool:
        """Yes."""
        return True

    def permits(self, file: File, access: Access, ins: int) -> bool:
        """Yes."""
        return True


class OwnersChannel:
    """The files of a profile for the walk that reads real cards; an apdu.Channel that is no part of the card."""

    proactive_pending = 0

    def __init__(self, uicc: Uicc) -> None:
        self._context = Context.at_mf(uicc, Owner())

    def select(self, aid: bytes, p2: int = 0) -> bytes:
        """SELECT by DF name; StatusError 6A82."""
        return self.send(Command(0x00, instruction.SELECT, BY_DF_NAME, p2, aid)).checked()

    def send(self, command: Command) -> Response:
        """Runs a command in the file system."""
        try:
            return Response(self._run(command), SUCCESS)
        except StatusError as error:
            return Response(error.data, error.sw)

    def store_data(self, data: bytes) -> bytes:
        """StatusError: there is no ISD-R among the files."""
        raise StatusError(status.INS_NOT_SUPPORTED)

    def close(self) -> None:
        """Nothing is held."""

    def _run(self, command: Command) -> bytes:
        if (command.ins, command.p1) != (instruction.SELECT, BY_DF_NAME):
            return execute(self._context, command)
        uicc = self._context.uicc
        adf = uicc.profile.filesystem.adfs.get(command.data)
        if adf is None:
            raise StatusError(status.FILE_NOT_FOUND)
        self._context, answer = select_application(uicc, adf, command, Owner())
        return answer


def run(card: Card, profile: Profile) -> Uicc:
    """The profile as it would run if it were enabled; nothing in the card changes by that."""
    from euicc.enabled_profile import build_profile

    return Uicc(build_profile(profile.aid, card.isdr.profiles.package(profile.aid), card.config), card)
