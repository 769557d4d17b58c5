"""What the SM-SR wants of a profile, SGP.02 4.1.1.2 to 4.1.1.4 and 4.1.1.12: data groups with the AID of its ISD-P."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apdu import StatusError, TlvError, status, tlv
from euicc.m2m import policy
from euicc.m2m.policy import Rules
from euicc.m2m.switching import SwitchReason
from euicc.runtime import keys

if TYPE_CHECKING:
    from euicc.m2m.conversation import Conversation
    from euicc.m2m.isdr import M2mIsdR

AID = 0x4F
_LENGTH = 16


def enable(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.EnableProfile: the switch happens once the response is out."""
    aid = _checked(isdr, value, policy.ENABLE)
    isdr.switching.ask(conversation, aid, SwitchReason.ENABLE)
    return b""


def disable(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.DisableProfile: the holder of the fallback attribute is enabled instead, once the response is out."""
    _checked(isdr, value, policy.DISABLE)
    fallback = isdr.nvm.get(keys.FALLBACK_ATTRIBUTE)
    assert fallback is not None  # otherwise the rules refuse
    isdr.switching.ask(conversation, fallback, SwitchReason.DISABLE)
    return b""


def set_fallback(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.SetFallbackAttribute: who had it has it no more."""
    isdr.nvm.set(keys.FALLBACK_ATTRIBUTE, _checked(isdr, value, policy.SET_FALLBACK))
    return b""


def set_emergency(isdr: M2mIsdR, conversation: Conversation, value: bytes) -> bytes:
    """ES5.SetEmergencyProfileAttribute: who had it has it no more."""
    isdr.nvm.set(keys.EMERGENCY_ATTRIBUTE, _checked(isdr, value, policy.SET_EMERGENCY))
    return b""


def _checked(isdr: M2mIsdR, value: bytes, rules: Rules) -> bytes:
    """The AID that a data group holds; StatusError 6A80, and those of the rules."""
    try:
        named = tlv.parse(value)
    except TlvError:
        raise StatusError(status.INCORRECT_DATA) from None
    if named.tag != AID or len(named.value) != _LENGTH:
        raise StatusError(status.INCORRECT_DATA)
    return policy.check(isdr, named.value, rules).aid
