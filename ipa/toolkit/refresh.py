"""REFRESH: what a terminal does in each mode (TS 102 223 6.4.7 and 6.6.13, TS 31.111 6.4.7).

    mode                                        the terminal
    00 NAA initialisation, full file change     starts the NAA anew and reads all that it keeps
    01 file change                              reads what it keeps of the listed files
    02 NAA initialisation and file change       starts the NAA anew and reads all that it keeps
    03 NAA initialisation                       the same
    04 UICC reset                               resets the card
    05 NAA application reset                    selects the application anew, then as 03
    06 NAA session reset                        as 02; the network is left and found again
    07 steering of roaming                      prefers the networks that come with it to those of EF_OPLMNwAcT
    09 eUICC profile state change               resets the card
    0A application update                       keeps nothing of EF_DIR, and reads nothing

The response goes out before a reset. A terminal that is busy refuses, and the card tries again later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from apdu.cat import GeneralResult, ProactiveCommand, RefreshMode, Tag, TerminalResponse
from apdu.cat.objects import Aid, FileList
from apdu.tlv import TlvError
from ipa.toolkit.handler import NotPerformed, required

MASTER_FILE_BYTES = 2
PLMN_ENTRY_BYTES = 5


@dataclass(frozen=True)
class Effect:
    """What a mode has a terminal do: reset the card, start the application anew and read everything."""

    resets: bool = False
    reads_all: bool = False


EFFECTS: dict[int, Effect] = {
    RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE: Effect(reads_all=True),
    RefreshMode.FILE_CHANGE: Effect(),
    RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE: Effect(reads_all=True),
    RefreshMode.NAA_INITIALISATION: Effect(reads_all=True),
    RefreshMode.UICC_RESET: Effect(resets=True),
    RefreshMode.NAA_APPLICATION_RESET: Effect(reads_all=True),
    RefreshMode.NAA_SESSION_RESET: Effect(reads_all=True),
    RefreshMode.STEERING_OF_ROAMING: Effect(),
    RefreshMode.EUICC_PROFILE_STATE_CHANGE: Effect(resets=True),
    RefreshMode.APPLICATION_UPDATE: Effect(),
}
OF_AN_APPLICATION = (
    RefreshMode.NAA_INITIALISATION_AND_FULL_FILE_CHANGE,
    RefreshMode.FILE_CHANGE,
    RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE,
    RefreshMode.NAA_INITIALISATION,
    RefreshMode.NAA_APPLICATION_RESET,
    RefreshMode.NAA_SESSION_RESET,
)


class Refreshed(Protocol):
    """The terminal, as REFRESH sees it."""

    application: bytes
    """AID of the NAA that is active, b"" for none."""

    @property
    def kept(self) -> Iterable[bytes]:
        """Paths of the files whose contents it keeps, from the one below the MF on; none before it read any."""
        ...

    def read_again(self) -> None:
        """Reads them all, after selecting the application anew; nothing before it read any."""
        ...

    def steer(self, networks: bytes) -> None:
        """Takes these networks, 5 bytes each, for the preferred ones."""
        ...


def carry_out(terminal: Refreshed, command: ProactiveCommand) -> TerminalResponse:
    """Does what the mode says, but for the reset. NotPerformed and TlvError say why not."""
    effect = EFFECTS.get(command.qualifier)
    if effect is None:
        raise NotPerformed(GeneralResult.BEYOND_CAPABILITIES)
    if not _active(terminal, command):
        return TerminalResponse.to(command, GeneralResult.REFRESH_NAA_NOT_ACTIVE)
    files, kept = _listed(command), frozenset(terminal.kept)
    if command.qualifier == RefreshMode.STEERING_OF_ROAMING:
        terminal.steer(_networks(command))
    if effect.reads_all or files & kept:
        terminal.read_again()
        if not effect.reads_all and kept - files:
            return TerminalResponse.to(command, GeneralResult.REFRESH_WITH_ADDITIONAL_FILES_READ)
    return TerminalResponse.to(command)


def resets(command: ProactiveCommand) -> bool:
    """Whether the card is to be reset for this REFRESH once it is answered."""
    effect = EFFECTS.get(command.qualifier)
    return effect is not None and effect.resets


def _active(terminal: Refreshed, command: ProactiveCommand) -> bool:
    """Whether the application that the command names, if it names one, is the one that the terminal uses."""
    named = command.find(Aid)
    if named is None or command.qualifier not in OF_AN_APPLICATION:
        return True
    return bool(terminal.application) and terminal.application.startswith(named.value)


def _listed(command: ProactiveCommand) -> frozenset[bytes]:
    """The files that changed, from the one below the MF on."""
    if command.qualifier == RefreshMode.FILE_CHANGE:
        found = required(command, FileList)
    else:
        found = command.find(FileList) or FileList(())
    return frozenset(path[MASTER_FILE_BYTES:] for path in found.paths)


def _networks(command: ProactiveCommand) -> bytes:
    networks = command.value(Tag.PLMN_WITH_ACCESS_TECHNOLOGY_LIST)
    if networks is None:
        raise NotPerformed(GeneralResult.REQUIRED_VALUES_MISSING)
    if len(networks) % PLMN_ENTRY_BYTES:
        raise TlvError("not a list of networks with access technologies")
    return networks
