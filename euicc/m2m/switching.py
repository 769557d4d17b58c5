"""A change of the enabled profile, from the wish to the reset that carries it out, SGP.02 3.2, 3.3, 3.16 and 3.22 on.

    who asks                      when it becomes durable (`AskedSwitch`)
    EnableProfile, DisableProfile once the response is out: before that, a loss of power leaves everything as it was
    the card itself, the device   at once

From then on it happens at the next reset, whether the terminal carries out the REFRESH that it is asked for, cannot, or
loses its power. A switch asked for while another one waits takes its place; but one that was promised in a response
does not take that of the device's own, which came while the response went out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from apdu import tlv
from apdu.cat import RefreshMode
from euicc.profiles.profile import ProfileState
from euicc.profiles.switch import NONE_ENABLED
from euicc.runtime import keys

if TYPE_CHECKING:
    from apdu.cat import TerminalResponse
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Nvm

_TARGET, _REASON = 0x80, 0x81


class SwitchReason(IntEnum):
    """Why the enabled profile changes. The number is stored: none is used again."""

    ENABLE = 0
    DISABLE = 1
    ROLL_BACK = 2
    FALL_BACK = 3
    EMERGENCY = 4
    EMERGENCY_OVER = 5
    TEST = 6
    TEST_OVER = 7


@dataclass(frozen=True)
class AskedSwitch:
    """A switch that the next reset carries out. target: AID of the ISD-P, NONE_ENABLED for none."""

    target: bytes
    reason: SwitchReason

    def to_bytes(self) -> bytes:
        """As kept in NVM: context-specific TLVs 80 and 81."""
        return tlv.encode(_TARGET, self.target) + tlv.encode(_REASON, bytes((self.reason,)))

    @classmethod
    def from_bytes(cls, data: bytes) -> AskedSwitch:
        """What `to_bytes` wrote."""
        fields = {field.tag: field.value for field in tlv.parse_all(data)}
        return cls(fields[_TARGET], SwitchReason(fields[_REASON][0]))


def _nothing(nvm: Nvm, old: Profile | None) -> None:
    """The way back does not change."""


def _fallen_back(nvm: Nvm, old: Profile | None) -> None:
    # Where a fallback follows another one, the way back is still that of the first.
    if nvm.get(keys.FALLBACK_RETURN) is None:
        nvm.set(keys.FALLBACK_RETURN, old.aid if old else None)


def _emergency(nvm: Nvm, old: Profile | None) -> None:
    nvm.set(keys.EMERGENCY_RETURN, old.aid if old else NONE_ENABLED)


def _test(nvm: Nvm, old: Profile | None) -> None:
    # From one test profile to another the way back stays that of the first.
    if nvm.get(keys.BEFORE_TEST) is None:
        nvm.set(keys.BEFORE_TEST, old.aid if old else NONE_ENABLED)


EFFECTS: dict[SwitchReason, Callable[[Nvm, Profile | None], None]] = {
    SwitchReason.ENABLE: _nothing,
    SwitchReason.DISABLE: _nothing,
    SwitchReason.ROLL_BACK: _nothing,
    SwitchReason.FALL_BACK: _fallen_back,
    SwitchReason.EMERGENCY: _emergency,
    SwitchReason.EMERGENCY_OVER: lambda nvm, old: nvm.delete(keys.EMERGENCY_RETURN),
    SwitchReason.TEST: _test,
    SwitchReason.TEST_OVER: lambda nvm, old: nvm.delete(keys.BEFORE_TEST),
}
"""What a switch remembers as the way back, in its own transaction; `old`: the profile that was enabled."""


RETREATS = frozenset({SwitchReason.ROLL_BACK, SwitchReason.FALL_BACK})
"""Switches that nobody asked for."""


class Switching:
    """The switches of one card.

    Volatile: what was promised in a response that is not out yet.
    """

    def __init__(self, isdr: M2mIsdR) -> None:
        self._isdr = isdr
        self._promised = False

    @property
    def asked(self) -> AskedSwitch | None:
        """The switch that the next reset carries out."""
        return self._isdr.nvm.get(keys.M2M_SWITCH)

    def ask(
        self, conversation: Conversation, target: bytes, reason: SwitchReason = SwitchReason.ENABLE
    ) -> None:
        """Switch to the profile with the AID `target` once the response is out; no rule is applied."""
        self._promised = True
        conversation.afterwards.append(lambda: self._keep(target, reason))

    def take_back(self, conversation: Conversation, before: int) -> None:
        """The command has failed: of what its conversation left to be done, only the first `before` stay."""
        if len(conversation.afterwards) > before:
            del conversation.afterwards[before:]
            self._promised = False

    @property
    def waiting(self) -> bool:
        """Whether a switch waits: for its response to be out, or for the reset."""
        return self._promised or self.asked is not None

    def _keep(self, target: bytes, reason: SwitchReason) -> None:
        """The response is out. What the device itself has chosen meanwhile is not taken from it."""
        self._promised = False
        if self.asked is None or self.asked.reason in RETREATS:
            self.begin(target, reason)

    def begin(self, target: bytes, reason: SwitchReason) -> None:
        """Make a switch durable, and ask the terminal for the reset that carries it out."""
        with self._isdr.nvm.transaction():
            self._isdr.nvm.set(keys.M2M_SWITCH, AskedSwitch(target, reason))
        self._ask_for_refresh()

    def reset(self) -> None:
        """The card is reset: what is due happens, what nobody was told of never will."""
        self._promised = False
        self.carry_out()

    def carry_out(self) -> None:
        """Carry out what was asked for, if anything, as a reset does: with all that follows, in one transaction.

        Nothing happens when the target is enabled already, or was deleted meanwhile.
        """
        asked, profiles = self.asked, self._isdr.profiles
        if asked is None:
            return
        with self._isdr.nvm.transaction():
            self._isdr.nvm.delete(keys.M2M_SWITCH)
            old, new = profiles.enabled(), profiles.by_aid(asked.target)
            if old == new or (new is None and asked.target != NONE_ENABLED):
                return
            EFFECTS[asked.reason](self._isdr.nvm, old)
            if old:
                profiles.update(old.in_state(ProfileState.DISABLED))
            if new:
                profiles.update(new.in_state(ProfileState.ENABLED))
            self._isdr.notifications_m2m.switched(asked.reason, old.aid if old else None)

    def drop_retreat(self) -> None:
        """The SM-SR knows of the switch after all: nothing is rolled back. Needs an open transaction."""
        if self.asked is not None and self.asked.reason in RETREATS:
            self._isdr.nvm.delete(keys.M2M_SWITCH)

    def _ask_for_refresh(self) -> None:
        """Queue one REFRESH (UICC reset), unless one waits already."""
        if not self._isdr.refresh_due:
            self._isdr.refresh_due = True
            self._isdr.card.proactive.refresh(RefreshMode.UICC_RESET, self._refreshed)

    def _refreshed(self, response: TerminalResponse) -> None:
        """A terminal that could not, after all retries, does it whenever it resets the card."""
        self._isdr.refresh_due = False
