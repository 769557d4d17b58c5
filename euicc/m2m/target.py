"""The ISD-R under its TAR: scripts of ES5, protected by its SCP80 keys, SGP.02 2.4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, status
from euicc.m2m.conversation import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from euicc.m2m.isdr import M2mIsdR
    from euicc.m2m.key_ring import KeyRing
    from euicc.ota.target import Protected
    from euicc.uicc.memory import ProfileMemory

TAR = bytes.fromhex("000001")
MINIMUM_SECURITY_LEVEL = 0x16
"""Cryptographic checksum, ciphered, counter higher than the last: SGP.02 2.4.3.1."""
CLASSES = (0x00, 0x80)
"""Neither logical channels nor secure messaging: the packet is both."""


class IsdRTarget:
    """As `euicc.ota.target.Target`."""

    tars = (TAR,)
    minimum_security_level = MINIMUM_SECURITY_LEVEL

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr

    @property
    def domain(self) -> KeyRing:
        """As `Target.domain`."""
        return self._isdr.key_ring

    @property
    def memory(self) -> ProfileMemory:
        """As `Target.memory`: counters go neither with a profile nor with its ISD-P."""
        return self._isdr.memory

    def open(self, protected: Protected) -> IsdRScript:
        """A conversation as well protected as the packet."""
        return IsdRScript(self._isdr, self._isdr.conversation(protected))

    def resume(self, state: bytes, protected: Protected) -> None:
        """Script chaining is not supported: what spans packets stays in the conversation."""


class IsdRScript:
    """A script for the ISD-R; as `euicc.ota.target.Session`."""

    changed: tuple[bytes, ...] = ()
    application: bytes | None = None

    def __init__(self, isdr: M2mIsdR, conversation: Conversation) -> None:
        self._isdr = isdr
        self._conversation = conversation

    @property
    def afterwards(self) -> Sequence[Callable[[], None]]:
        """As `Session.afterwards`."""
        return tuple(self._conversation.afterwards)

    def execute(self, command: Command) -> bytes:
        """As `Session.execute`."""
        from euicc.m2m.commands import execute

        if command.cla not in CLASSES:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        return execute(self._isdr, self._conversation, command)

    def state(self) -> None:
        """As `Session.state`: not possible."""
