"""What a modem does for the toolkit of its card: REFRESH, and politely nothing else (TS 102 223 6)."""

from __future__ import annotations

from apdu.cat import (
    CommandType,
    GeneralResult,
    ProactiveCommand,
    RefreshMode,
    TerminalProfile,
    TerminalResponse,
    profile,
)

REFRESH_ONLY = TerminalProfile.of((profile.PROFILE_DOWNLOAD, profile.REFRESH))
"""TERMINAL PROFILE, TS 102 223 5.2."""

# Modes of REFRESH that end in a reset of the card, TS 102 223 6.4.7: UICC reset, and eUICC profile state change, which
# leaves the choice to the terminal.
RESETTING = (RefreshMode.UICC_RESET, RefreshMode.EUICC_PROFILE_STATE_CHANGE)


def refreshes(command: ProactiveCommand) -> bool:
    """Whether it is REFRESH."""
    return command.type == CommandType.REFRESH


def resets(command: ProactiveCommand) -> bool:
    """Whether the card is to be reset for it."""
    return refreshes(command) and command.qualifier in RESETTING


def response_to(command: ProactiveCommand) -> TerminalResponse:
    """Performed, or beyond the modem's capabilities."""
    general = GeneralResult.PERFORMED if refreshes(command) else GeneralResult.BEYOND_CAPABILITIES
    return TerminalResponse.to(command, general)
