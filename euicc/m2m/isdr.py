"""The ISD-R of an SGP.02 card: whom it knows, what it keeps, and who reaches it, SGP.02 2.2.1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import aid as aids
from euicc.isdr.applet import IsdR
from euicc.m2m.conversation import Conversation
from euicc.m2m.isd_p import IsdPs
from euicc.m2m.key_ring import KeyRing
from euicc.m2m.switching import Switching
from euicc.m2m.target import IsdRTarget
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from euicc.card import Card
    from euicc.m2m.identity import M2mIdentity
    from euicc.ota.target import Protected, Target
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm


def identity_of(nvm: Nvm) -> M2mIdentity:
    """Who the card in this memory is; ValueError when it was not manufactured for SGP.02."""
    identity = nvm.get(keys.M2M_IDENTITY)
    if identity is None:
        raise ValueError("no card of SGP.02 was manufactured in this memory")
    return identity


class M2mIsdR(IsdR):
    """The ISD-R of one card.

    memory: what it remembers itself; it never goes. key_ring: its keys. isd_ps: the ISD-Ps. switching: changes of the
    enabled profile. Volatile: what conversations left unfinished.
    """

    def __init__(self, card: Card) -> None:
        super().__init__(card)
        self.memory = ProfileMemory(card.nvm, aids.ISD_R)
        self.key_ring = KeyRing(self.memory, aids.ISD_R, lambda: self.m2m_identity.isd_r_keys)
        self.isd_ps = IsdPs(card.nvm, self.profiles)
        self.switching = Switching(self)
        self._conversations: dict[int, Conversation] = {}

    @property
    def m2m_identity(self) -> M2mIdentity:
        """EID, ECASD, trusted CIs and first keys."""
        return identity_of(self.nvm)

    def targets(self) -> Iterable[Target]:
        """The ISD-R under its TAR."""
        return (IsdRTarget(self),)

    def conversation(self, protected: Protected) -> Conversation:
        """The conversation with whoever has this key set; chains of STORE DATA go on from packet to packet."""
        secured = Conversation.secured_packet(
            protected.authenticated, protected.ciphered, protected.key_version, aids.ISD_R
        )
        before = self._conversations.get(protected.key_version)
        if before is not None:
            secured.chain, secured.listing, secured.target = before.chain, before.listing, before.target
        self._conversations[protected.key_version] = secured
        return secured

    def preloaded(self, profile: Profile) -> None:
        """There is always one holder of the fallback attribute: the first enabled profile that comes with the card."""
        if profile.enabled and self.nvm.get(keys.FALLBACK_ATTRIBUTE) is None:
            self.nvm.set(keys.FALLBACK_ATTRIBUTE, profile.aid)

    def boot(self) -> None:
        """Reset or power-on."""
        super().boot()
        self._conversations.clear()
        self.switching.boot()
