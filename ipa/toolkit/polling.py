"""How often the card is asked whether it wants anything: POLL INTERVAL, POLLING OFF, MORE TIME (TS 102 223 6.4.4-6)."""

from __future__ import annotations

from collections.abc import Mapping

from apdu.cat import CommandType, Envelope, Facility, ProactiveCommand, TerminalResponse
from apdu.cat.objects import Duration
from apdu.tlv import TlvError
from ipa.toolkit.handler import Handler, required

DEFAULT_SECONDS = 30.0
"""Until the card says otherwise, TS 102 221 14.5.1."""


class Polling:
    """The interval between two STATUS: `seconds`, None when the card wants none."""

    def __init__(self) -> None:
        self.seconds: float | None = DEFAULT_SECONDS

    def facilities(self) -> tuple[Facility, ...]:
        """Nothing but the commands."""
        return ()

    def handlers(self) -> Mapping[int, Handler]:
        """The three commands."""
        return {
            CommandType.MORE_TIME: TerminalResponse.to,
            CommandType.POLL_INTERVAL: self._poll_interval,
            CommandType.POLLING_OFF: self._polling_off,
        }

    def due(self) -> tuple[Envelope, ...]:
        """Nothing: who runs the terminal polls."""
        return ()

    def reset(self) -> None:
        """Back to the default."""
        self.seconds = DEFAULT_SECONDS

    def _poll_interval(self, command: ProactiveCommand) -> TerminalResponse:
        """The duration is accepted as it is, and told back."""
        duration = required(command, Duration)
        if not duration.interval:
            raise TlvError("an interval of nothing")
        self.seconds = duration.seconds
        return TerminalResponse.to(command, 0, duration)

    def _polling_off(self, command: ProactiveCommand) -> TerminalResponse:
        self.seconds = None
        return TerminalResponse.to(command)
