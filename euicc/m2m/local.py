"""ESx, what the device itself may ask of the ISD-R: emergency profile and test profile on and off, SGP.02 3.22 on.

    function                         refused (6985) when                                    and then
    LocalEnableEmergencyProfile      it is on already                                       it is enabled
    LocalDisableEmergencyProfile     it is off                                              the profile before it is
    LocalEnableTestProfile           the emergency profile is on, this one is enabled       it is enabled
    LocalDisableTestProfile          the emergency profile is on, no test profile is        the profile before it is

No POL1 is asked. While one of them is on, nobody is notified, nothing is rolled back, and the fallback waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status, tlv
from euicc.m2m.switching import SwitchReason
from euicc.profiles.profile import ProfileClass
from euicc.profiles.switch import NONE_ENABLED
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR
    from euicc.profiles.profile import Profile
    from euicc.runtime.nvm import Key, Nvm

_AID = 0x4F

# No public source has the data groups of ESx: these follow those of ES5, and these lines are all that would change.
ENABLE_EMERGENCY, DISABLE_EMERGENCY, ENABLE_TEST, DISABLE_TEST = 0x3A0A, 0x3A0B, 0x3A0C, 0x3A0D


def emergency(nvm: Nvm) -> bool:
    """Whether the emergency profile is on."""
    return nvm.get(keys.EMERGENCY_RETURN) is not None


def testing(nvm: Nvm) -> bool:
    """Whether a test profile is on, though perhaps the emergency profile in its place just now."""
    return nvm.get(keys.BEFORE_TEST) is not None


def active(nvm: Nvm) -> bool:
    """Whether the device itself has chosen the profile."""
    return emergency(nvm) or testing(nvm)


def enable_emergency(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ESx.LocalEnableEmergencyProfile; StatusError 6A88 when no profile has the attribute."""
    holder = isdr.profiles.by_aid(isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE) or b"")
    if holder is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return _switch(
        isdr, holder.aid, SwitchReason.EMERGENCY, lambda: emergency(isdr.nvm) or _enabled(isdr, holder)
    )


def disable_emergency(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ESx.LocalDisableEmergencyProfile."""
    return _back(isdr, SwitchReason.EMERGENCY_OVER, keys.EMERGENCY_RETURN, lambda: not emergency(isdr.nvm))


def enable_test(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ESx.LocalEnableTestProfile: the one named in 4F, or the first there is; StatusError 6A88 without such a profile.

    Test profiles are those whose metadata say so: where SGP.02 has the flag is not known from public sources.
    """
    wanted = _named(value)
    candidates = (each for each in isdr.profiles.all() if each.profile_class is ProfileClass.TEST)
    found = next((each for each in candidates if wanted in (None, each.aid)), None)
    if found is None:
        raise StatusError(status.REFERENCED_DATA_NOT_FOUND)
    return _switch(isdr, found.aid, SwitchReason.TEST, lambda: emergency(isdr.nvm) or _enabled(isdr, found))


def disable_test(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ESx.LocalDisableTestProfile."""

    def refused() -> bool:
        return emergency(isdr.nvm) or not testing(isdr.nvm)

    return _back(isdr, SwitchReason.TEST_OVER, keys.BEFORE_TEST, refused)


FUNCTIONS: dict[int, Callable[[M2mIsdR, Conversation, bytes], bytes]] = {
    ENABLE_EMERGENCY: enable_emergency,
    DISABLE_EMERGENCY: disable_emergency,
    ENABLE_TEST: enable_test,
    DISABLE_TEST: disable_test,
}
"""Data group of STORE DATA on the local interface -> function, as those of ES5; none has a response."""


def _switch(isdr: M2mIsdR, target: bytes, reason: SwitchReason, refused: Callable[[], bool]) -> bytes:
    """A switch that waits for its reset already has happened as far as this one is concerned."""
    with isdr.nvm.transaction():
        isdr.switching.carry_out()
        if refused():
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        isdr.switching.begin(target, reason)
    return b""


def _back(isdr: M2mIsdR, reason: SwitchReason, way: Key[bytes | None], refused: Callable[[], bool]) -> bytes:
    """To the profile before; where that was deleted, to the fallback profile."""
    with isdr.nvm.transaction():
        isdr.switching.carry_out()
        if refused():
            raise StatusError(status.CONDITIONS_NOT_SATISFIED)
        before = isdr.nvm.get(way) or NONE_ENABLED
        gone = before != NONE_ENABLED and isdr.profiles.by_aid(before) is None
        target = isdr.nvm.get(keys.FALLBACK_ATTRIBUTE) or NONE_ENABLED if gone else before
        isdr.switching.begin(target, reason)
    return b""


def _enabled(isdr: M2mIsdR, profile: Profile) -> bool:
    enabled = isdr.profiles.enabled()
    return enabled is not None and enabled.aid == profile.aid


def _named(value: bytes) -> bytes | None:
    """The AID in 4F, None without; StatusError 6A80."""
    try:
        named = tlv.parse(value) if value else None
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if named is not None and named.tag != _AID:
        raise StatusError(status.INCORRECT_DATA)
    return None if named is None else named.value
