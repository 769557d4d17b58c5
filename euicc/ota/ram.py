"""Remote application management, TS 102 226 8: the commands of a security domain, sent to its own TAR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import Command, StatusError, status
from euicc.globalplatform.domain import Domain, conversation_domain
from euicc.globalplatform.session import Session as Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from euicc.ota.security import KeySource
    from euicc.ota.target import Protected
    from euicc.uicc.memory import ProfileMemory

CLASSES = (0x00, 0x80)
"""Neither logical channels nor secure messaging: the packet is both."""


class RamTarget:
    """A security domain of the enabled profile; as `euicc.ota.target.Target`."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    @property
    def tars(self) -> tuple[bytes, ...]:
        """As `Target.tars`."""
        return self._domain.tars

    @property
    def minimum_security_level(self) -> int:
        """As `Target.minimum_security_level`."""
        return self._domain.minimum_security_level or 0

    @property
    def domain(self) -> KeySource:
        """As `Target.domain`: a domain without keys is reached with those of the one above it."""
        return conversation_domain(self._domain)

    @property
    def memory(self) -> ProfileMemory:
        """As `Target.memory`."""
        return self._domain.uicc.memory

    def open(self, protected: Protected) -> RamSession:
        """A conversation as well protected as the packet."""
        conversation = Conversation.secured_packet(
            protected.authenticated, protected.ciphered, protected.key_version, self.domain.aid
        )
        return RamSession(self._domain, conversation)

    def resume(self, state: bytes, protected: Protected) -> None:
        """Conversations end with their script: there is nothing to resume."""


class RamSession:
    """A script in a security domain; as `euicc.ota.target.Session`."""

    changed: tuple[bytes, ...] = ()
    application: bytes | None = None
    afterwards: tuple[Callable[[], None], ...] = ()

    def __init__(self, domain: Domain, conversation: Conversation) -> None:
        self._domain = domain
        self._conversation = conversation

    def execute(self, command: Command) -> bytes:
        """As `Session.execute`."""
        from euicc.globalplatform.commands import execute

        if command.cla not in CLASSES:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        return execute(self._domain, self._conversation, command)

    def state(self) -> None:
        """As `Session.state`: not possible."""
