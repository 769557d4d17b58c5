"""The handmade profile with every kind of PIN: enabled, unblockable, local, universal, administrative."""

from __future__ import annotations

from euicc.uicc.profile_data import Pin, PinContext, Puk, UiccProfile
from tests.uicc import handmade
from tests.uicc.handmade import USIM_AID, Channel

PIN1, UNIVERSAL, PIN2 = b"0000" + b"\xff" * 4, b"1" * 8, b"9999" + b"\xff" * 4
ADM1 = b"5" * 8
PUK1, PUK2 = b"1" * 8, b"2" * 8
FIXED = 0x01
"""Attributes of a PIN that is enabled for ever and cannot be changed."""


def profile(pin1: int = 0x07, *, universal: bool = True) -> UiccProfile:
    """pin1: attributes of PIN1; 07 enabled, 06 disabled."""
    made = handmade.profile()
    globals_ = {
        0x01: Pin(0x01, PIN1, unblocking_reference=0x01, attributes=pin1),
        0x02: Pin(0x02, PIN1, attributes=FIXED),
        0x0A: Pin(0x0A, ADM1, attributes=0x03, maximum_tries=10, tries_left=10),
    }
    if universal:
        globals_[0x11] = Pin(0x11, UNIVERSAL, unblocking_reference=0x01)
    locals_ = {0x81: Pin(0x81, PIN2, unblocking_reference=0x81, attributes=0x03)}
    made.pins = {b"": PinContext(b"", globals_), b"\x7f\xd0": PinContext(b"\x7f\xd0", locals_)}
    made.puks = {0x01: Puk(0x01, PUK1), 0x81: Puk(0x81, PUK2)}
    made.filesystem.adfs[USIM_AID].pin_keys = b"\x01\x81\x11\x0a" if universal else b"\x01\x81\x0a"
    return made


def channel(pin1: int = 0x07, *, universal: bool = True) -> Channel:
    """A channel of such a profile, at the MF."""
    return handmade.channel(profile(pin1, universal=universal))
