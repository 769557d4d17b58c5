"""Transports: what carries command APDUs to a card and its answers back."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class TransportError(Exception):
    """The card cannot be talked to, or what came back is not an answer to what was sent."""


class TransportUnavailable(TransportError):
    """There is no way to a card: something is missing. The text is one line: what, and what to install or start."""


@runtime_checkable
class Transport(Protocol):
    """A card that takes command APDUs: in process, in a reader, or behind a socket."""

    def reset(self) -> bytes:
        """Resets the card and returns its ATR, ISO/IEC 7816-3 8."""
        ...

    def transmit(self, command: bytes, /) -> bytes:
        """Sends one command APDU; returns the response data followed by SW1 SW2."""
        ...
