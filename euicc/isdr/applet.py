"""ISD-R as an application of the card: its FCI, STORE DATA and what it holds, SGP.22 2.4.3 and 5.7.1 to 5.7.2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from apdu import Command, StatusError, instruction, status, tlv
from apdu import aid as aids
from apdu.store_data import BLOCK_SIZE_MAX, BLOCKS_MAX, LAST_BLOCK, MORE_BLOCKS
from euicc.eim.results import PackageResultStore
from euicc.eim.store import EimStore
from euicc.globalplatform.fci import fci
from euicc.isdr import installation
from euicc.isdr.functions import execute
from euicc.profiles.notifications import NotificationStore
from euicc.profiles.states import ProfileStates
from euicc.profiles.store import ProfileStore, free_memory
from euicc.variants import variant_of

if TYPE_CHECKING:
    from euicc.card import Card
    from euicc.config import Config
    from euicc.env import Env
    from euicc.identity import Credential, Identity
    from euicc.isdr.session import Session
    from euicc.ota.target import Target
    from euicc.profiles.profile import Profile
    from euicc.runtime.applet import Selection
    from euicc.runtime.nvm import Nvm
    from euicc.runtime.terminal import Terminal
    from euicc.variants.variant import Variant

LARGEST_COMMAND = BLOCKS_MAX * BLOCK_SIZE_MAX
"""One ES10 command: block numbers do not start again, and a short block holds 255 bytes."""

GATINGS: dict[str, Callable[[Terminal, Variant], bool]] = {
    "off": lambda terminal, variant: True,
    "strict": lambda terminal, variant: bool(variant.declaration(terminal)),
    "either": lambda terminal, variant: bool(terminal.lpad or terminal.ipad),
}
"""Which declaration in TERMINAL CAPABILITY opens the ES10 functions, by Config.gating."""

_ISDR_TEMPLATE, _SVN = 0xE0, 0x82


class IsdR:
    """The ISD-R of one card: the stores, the rules, and the one RSP session.

    session, refresh_due, switch_promised: volatile. Everything else is in the NVM. switch_promised: the marked switch
    stands in a signed result, so it happens at the next reset even if the terminal reports that it could not refresh.
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.variant = variant_of(card.config)
        self.profiles = ProfileStore(card.nvm, self.variant.first_isd_p)
        self.notifications = NotificationStore(card.nvm, self.sign, card.config.notifications)
        self.states = ProfileStates(card.nvm, self.profiles, self.notifications, self.variant.rules)
        self.eims: EimStore = EimStore(card.nvm, card.config, lambda: self.identity)
        self.package_results: PackageResultStore = PackageResultStore(card.nvm, card.config.package_results)
        self.session: Session = None
        self.refresh_due = False
        self.switch_promised = False
        self._gating = GATINGS[card.config.gating]

    @property
    def nvm(self) -> Nvm:
        """The card's memory."""
        return self.card.nvm

    @property
    def env(self) -> Env:
        """The card's randomness and clock."""
        return self.card.env

    @property
    def config(self) -> Config:
        """The product's choices."""
        return self.card.config

    @property
    def identity(self) -> Identity:
        """EID, credentials and trusted CIs."""
        return self.card.identity

    def aids(self) -> Iterable[bytes]:
        """The ISD-R's own AID."""
        return (aids.ISD_R,)

    def select(self, aid: bytes, command: Command, channel: int) -> tuple[Selection, bytes]:
        """SELECT of the ISD-R, SGP.22 5.7.1; the FCI tells the version of SGP.22."""
        version = tlv.encode(_ISDR_TEMPLATE, tlv.encode(_SVN, bytes(self.config.svn)))
        return IsdRSelection(self), fci(aid, version, self.variant.fci(self))

    def boot(self) -> None:
        """Reset or power-on: nothing volatile stays, and what waited for it is carried out."""
        self.end_session()
        self.refresh_due = False
        self.switch_promised = False
        self.states.complete_reset()
        self.states.complete_switch()

    @property
    def open(self) -> bool:
        """Whether the terminal declared what the card was made to want before it carries out any function."""
        return self._gating(self.card.runtime.terminal, self.variant)

    def targets(self) -> Iterable[Target]:
        """What the card itself has under a TAR, whatever profile is enabled: nothing, but on a card of SGP.02."""
        return ()

    def free_aid(self) -> bytes:
        """AID for the ISD-P of one more profile; Refused(MEMORY)."""
        return self.profiles.free_aid()

    def preloaded(self, profile: Profile) -> None:
        """A profile comes with the card; needs an open transaction. Nothing follows, but on a card of SGP.02."""

    def end_session(self) -> None:
        """The RSP session ends, wherever it stands; an installation that it breaks off is reported."""
        self.session = None
        installation.report_interruption(self)

    def credential(self, ci_ski: bytes) -> Credential:
        """What the card signs with under the CI of a profile or a notification that it has stored."""
        credential = self.identity.credential(ci_ski)
        if credential is None:
            raise ValueError("stored under a CI that the card has no credential of")
        return credential

    def sign(self, ci_ski: bytes, data: bytes) -> bytes:
        """The 64-byte signature over `data` by the credential under this CI."""
        return self.credential(ci_ski).sign(data)

    def free_memory(self) -> int:
        """Bytes of NVM left for profiles."""
        return free_memory(self.card.nvm, self.config)


class IsdRSelection:
    """The ISD-R on one logical channel: puts the blocks of STORE DATA together."""

    def __init__(self, isdr: IsdR) -> None:
        self._isdr = isdr
        self._blocks = bytearray()
        self._next_block = 0

    def process(self, command: Command) -> bytes:
        """STORE DATA is the only command, SGP.22 5.7.2."""
        if command.ins != instruction.STORE_DATA:
            raise StatusError(status.INS_NOT_SUPPORTED)
        if not command.proprietary:
            raise StatusError(status.CLA_NOT_SUPPORTED)
        if not self._isdr.open:
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        try:
            self._append(command)
        except StatusError:
            self._restart()
            raise
        if command.p1 == MORE_BLOCKS:
            return b""
        data = bytes(self._blocks)
        self._restart()
        return execute(self._isdr, self._isdr.variant.functions, data)

    def closed(self) -> None:
        """The channel is used otherwise: an unfinished chain is gone with this object."""

    def _append(self, command: Command) -> None:
        """One more block; the first begins anew. StatusError for one that does not fit in."""
        if command.p2 == 0 and self._next_block:
            self._restart()
        if command.p1 not in (MORE_BLOCKS, LAST_BLOCK) or command.p2 != self._next_block:
            raise StatusError(status.INCORRECT_P1_P2)
        if not command.data or len(self._blocks) + len(command.data) > LARGEST_COMMAND:
            raise StatusError(status.WRONG_LENGTH)
        self._blocks += command.data
        self._next_block += 1

    def _restart(self) -> None:
        self._blocks.clear()
        self._next_block = 0
