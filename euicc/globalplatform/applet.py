"""The security domains of the enabled profile as applications of the card, GPCS 11.9.

Everything behind SELECT is loaded when the first of them is selected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apdu import Command
    from euicc.globalplatform.selection import SecurityDomainSelection
    from euicc.uicc.uicc import Uicc


class SecurityDomains:
    """The security domains of the enabled profile; with none enabled there are none.

    running: the UICC that is served, asked at every command.
    """

    def __init__(self, running: Callable[[], Uicc]) -> None:
        self._running = running
        self._seen: tuple[Uicc, int] | None = None
        self._aids: tuple[bytes, ...] = ()

    def aids(self) -> Iterable[bytes]:
        """AIDs of the domains that can be selected, the MNO-SD first."""
        uicc = self._running()
        if not uicc.profile.security_domains:
            return ()
        generation = uicc.memory.nvm.generation
        if self._seen != (uicc, generation):
            from euicc.globalplatform.registry import Kind, Registry

            entries = Registry(uicc).entries()
            self._aids = tuple(
                entry.aid for entry in entries if entry.kind is Kind.SECURITY_DOMAIN and not entry.locked
            )
            self._seen = uicc, generation
        return self._aids

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[SecurityDomainSelection, bytes]:
        """SELECT of a security domain, GPCS 11.9; answers its FCI."""
        from euicc.globalplatform.domain import domains
        from euicc.globalplatform.fci import fci
        from euicc.globalplatform.selection import SecurityDomainSelection, management_data

        found = next(each for each in domains(self._running()) if each.aid == aid)
        return SecurityDomainSelection(found, self._running), fci(aid, management_data=management_data(found))
