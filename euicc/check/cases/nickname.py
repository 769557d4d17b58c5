"""SetNickname (SGP.22 5.7.21)."""

from __future__ import annotations

from apdu import tlv
from euicc.check.catalogue import Area
from euicc.check.expect import require, result_is, same
from euicc.check.facts import NO_PROFILE
from euicc.check.needs import INSTALLING, ISDR, LOCAL
from euicc.check.own_profiles import Own, installed
from euicc.check.profiles import infos, request
from euicc.check.subject import Subject

area = Area("nickname", ISDR, LOCAL, section="SGP.23-1 4.2.26")
SET, NICKNAME = 0xBF29, 0x90
FIRST = Own.FIRST.iccid
NAMES = {
    "short": ("of one character", "x"),
    "longest": ("of 64 bytes", "n" * 64),
    "utf-8": ("with letters beyond ASCII", "Überall – 東京"),
}


def put(subject: Subject, iccid: bytes, name: bytes) -> bytes:
    """SetNickname."""
    return subject.es10(naming(iccid, name))


def naming(iccid: bytes, name: bytes) -> bytes:
    """The request."""
    return tlv.encode(SET, tlv.encode(0x5A, iccid), tlv.encode(NICKNAME, name))


def given(subject: Subject) -> bytes | None:
    """The nickname of the first own profile."""
    answer = subject.es10(request(bytes([NICKNAME]), tlv.encode(0x5A, FIRST)))
    return infos(answer)[0].get(NICKNAME)


@area.case("unknown", "An ICCID that is not there: 1")
def unknown(subject: Subject) -> None:
    result_is(put(subject, NO_PROFILE, b"x"), SET, 1)


@area.each(
    {
        name: (f"A nickname {title} is read back, over a reset, too", row)
        for name, (title, row) in NAMES.items()
    },
    *INSTALLING,
)
def named(subject: Subject, name: str) -> None:
    installed(subject, Own.FIRST)
    result_is(put(subject, FIRST, name.encode()), SET, 0)
    same("the nickname", given(subject), name.encode())
    subject.reset()
    same("the nickname after a reset", given(subject), name.encode())


@area.case("empty", "An empty nickname takes it away", *INSTALLING)
def empty(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    put(subject, FIRST, b"x")
    result_is(put(subject, FIRST, b""), SET, 0)
    require(not given(subject), "there is still a nickname")


@area.case("too-long", "A nickname of 65 bytes is refused", *INSTALLING)
def too_long(subject: Subject) -> None:
    installed(subject, Own.FIRST)
    put(subject, FIRST, b"before")
    error = subject.refusal(naming(FIRST, b"n" * 65))
    same("the nickname", given(subject), b"before")
    if error is None:
        require(put(subject, FIRST, b"n" * 65) != bytes.fromhex("BF2903800100"), "the card says it took it")
