"""The ISD-R of an SGP.02 card: whom it knows, what it keeps, and who reaches it, SGP.02 2.2.1.1."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from apdu import aid as aids
from euicc.globalplatform.fci import fci
from euicc.isdr.applet import IsdR
from euicc.m2m.conversation import Conversation
from euicc.m2m.isd_p import IsdP, IsdPs
from euicc.m2m.key_ring import KeyRing
from euicc.m2m.notification import M2mNotifications
from euicc.m2m.registration import Registration
from euicc.m2m.selection import M2mIsdRSelection
from euicc.m2m.smsr_address import SmsrAddress
from euicc.m2m.switching import Switching
from euicc.m2m.target import IsdPTarget, IsdRTarget
from euicc.runtime import keys
from euicc.uicc.memory import ProfileMemory

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apdu import Command
    from euicc.card import Card
    from euicc.m2m.es8 import Es8
    from euicc.m2m.identity import M2mIdentity
    from euicc.m2m.key_establishment import KeyEstablishment
    from euicc.m2m.scp81.applet import AdministrationAgent
    from euicc.ota.target import Protected, Target
    from euicc.profiles.profile import Profile
    from euicc.runtime.applet import Selection
    from euicc.runtime.nvm import Nvm
    from euicc.uicc.application_data import SecurityDomainKey


def identity_of(nvm: Nvm) -> M2mIdentity:
    """Who the card in this memory is; ValueError when it was not manufactured for SGP.02."""
    identity = nvm.get(keys.M2M_IDENTITY)
    if identity is None:
        raise ValueError("no card of SGP.02 was manufactured in this memory")
    return identity


class M2mIsdR(IsdR):
    """The ISD-R of one card.

    memory: what it remembers itself; it never goes. key_ring: its keys. isd_ps: the ISD-Ps. switching: changes of the
    enabled profile. notifications_m2m: what its SM-SR has to hear. registration: who listens to the network. Volatile:
    what conversations and key establishments left unfinished.
    """

    def __init__(self, card: Card) -> None:
        super().__init__(card)
        self.memory = ProfileMemory(card.nvm, aids.ISD_R)
        self.key_ring = KeyRing(self.memory, aids.ISD_R, lambda: self.m2m_identity.isd_r_keys)
        self.isd_ps = IsdPs(card.nvm, self.profiles)
        self.switching = Switching(self)
        self.notifications_m2m = M2mNotifications(self)
        self.registration = Registration(self)
        self._conversations: dict[int, tuple[tuple[SecurityDomainKey, ...], Conversation]] = {}
        self._es8: dict[bytes, Es8] = {}
        self._establishments: dict[bytes, KeyEstablishment] = {}

    @property
    def m2m_identity(self) -> M2mIdentity:
        """EID, ECASD, trusted CIs and first keys."""
        return identity_of(self.nvm)

    def installed(self, card: Card) -> None:
        """It was registered on its card: so is its part of the toolkit."""
        card.toolkit.add(self.registration)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Selection, bytes]:
        """SELECT on the local interface, where next to nothing is allowed; FCI as any security domain gives it."""
        return M2mIsdRSelection(self), fci(aid)

    def targets(self) -> Iterable[Target]:
        """The ISD-R under its TAR, and the ISD-Ps under theirs."""
        yield IsdRTarget(self)
        for isd_p in self.isd_ps.all():
            yield IsdPTarget(self, isd_p)

    def es8(self, isd_p: IsdP) -> Es8:
        """The SM-DP's conversations with an ISD-P; they begin anew when it, or its keys, were replaced."""
        found = self._es8.get(isd_p.aid)
        if found is None or not found.valid:
            from euicc.m2m.es8 import Es8

            found = self._es8[isd_p.aid] = Es8(self, isd_p)
        return found

    @cached_property
    def administration(self) -> AdministrationAgent:
        """Its administration sessions by SCP81; made when the first is held."""
        from euicc.m2m.scp81.isd_r import agent_of

        return agent_of(self)

    def conversation(self, protected: Protected) -> Conversation:
        """The conversation with whoever has this key set: chains of STORE DATA go on from packet to packet.

        It begins anew when keys of the set were replaced.
        """
        version = protected.key_version
        secured = Conversation.secured_packet(
            protected.authenticated, protected.ciphered, version, aids.ISD_R
        )
        key_set = self.key_ring.key_set(version)
        known, before = self._conversations.get(version, (key_set, secured))
        if known == key_set:
            secured.chain, secured.listing, secured.target = before.chain, before.listing, before.target
        self._conversations[version] = key_set, secured
        return secured

    def free_aid(self) -> bytes:
        """As in `IsdR`: ISD-Ps exist before their profiles."""
        return self.profiles.free_aid({isd_p.aid for isd_p in self.isd_ps.all()})

    def preloaded(self, profile: Profile) -> None:
        """There is always one holder of the fallback attribute: the first enabled profile that comes with the card."""
        if profile.enabled and self.nvm.get(keys.FALLBACK_ATTRIBUTE) is None:
            self.nvm.set(keys.FALLBACK_ATTRIBUTE, profile.aid)

    @property
    def smsr_address(self) -> SmsrAddress:
        """Where the SM-SR is found, as far as it said so."""
        stored = self.nvm.get(keys.SMSR_ADDRESSING)
        return SmsrAddress.parse(stored) if stored else SmsrAddress()

    def target_of(self, conversation: Conversation) -> IsdP | None:
        """The ISD-P that INSTALL [for personalization] named, as long as it is there."""
        return None if conversation.target is None else self.isd_ps.by_aid(conversation.target)

    def key_establishment(self, aid: bytes) -> KeyEstablishment:
        """The key establishment of the ISD-R or of an ISD-P, wherever it stands."""
        found = self._establishments.get(aid)
        if found is None:
            from euicc.m2m.key_establishment import KeyEstablishment

            found = self._establishments[aid] = KeyEstablishment(self.m2m_identity, self.env.random)
        return found

    def forget_isd_p(self, aid: bytes) -> None:
        """An ISD-P was deleted: nothing of it goes on in another one with its AID."""
        self._establishments.pop(aid, None)
        self._es8.pop(aid, None)
        for _, conversation in self._conversations.values():
            if conversation.target == aid:
                conversation.target = None

    def boot(self) -> None:
        """Reset or power-on."""
        super().boot()
        self._conversations.clear()
        self._es8.clear()
        self._establishments.clear()
        self.switching.reset()
