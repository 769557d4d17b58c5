"""Own profiles at work: enabled, with the USIM selected, for cases that have to know PIN and keys."""

from __future__ import annotations

from apdu import Command, Response, instruction, tlv
from euicc.check import files
from euicc.check.expect import ended, same
from euicc.check.own_profiles import PIN, Own, installed
from euicc.check.restoring import ENABLE, switch
from euicc.check.subject import Subject

PIN1 = 0x01


def enabled(subject: Subject, own: Own = Own.FIRST) -> None:
    """This profile is enabled, and the card was reset."""
    installed(subject, own)
    if subject.enabled() != own.iccid:
        answer = subject.es10(switch(ENABLE, own.iccid))
        same("the result of enabling", tlv.find(answer, ENABLE, 0x80), b"\x00")
    subject.reset()


def usim(subject: Subject, verified: bool = False) -> None:
    """The USIM of the first own profile is selected on the basic channel."""
    enabled(subject)
    files.usim(subject)
    if verified:
        ended(verify(subject, PIN))


def padded(pin: str) -> bytes:
    """A PIN as it is sent."""
    return pin.encode().ljust(8, b"\xff")


def pin_command(subject: Subject, ins: int, *pins: str, channel: int = 0) -> Response:
    """A command for PIN1 with these PINs; without any, the question how many tries are left."""
    data = b"".join(map(padded, pins))
    return subject.exchange(Command(0, ins, 0, PIN1, data).on_channel(channel))


def verify(subject: Subject, *pins: str, channel: int = 0) -> Response:
    """VERIFY of PIN1."""
    return pin_command(subject, instruction.VERIFY, *pins, channel=channel)
