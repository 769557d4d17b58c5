"""Any bytes as a profile package: refused with a reason, or a profile that a terminal can use, however it was cut."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from apdu import tlv
from euicc import Card, Config
from euicc.isdp.installer import Installation, InstallationAborted, Installer
from euicc.preloading import PreloadRefused
from euicc.testing.profile_builder import Subscription, build
from tests.fuzzing.cards import answered
from tests.fuzzing.mutation import after, tlvs

CUT = 1
"""A byte that says how long the pieces are."""
mutate = after(CUT, tlvs)
USE = tuple(
    map(
        bytes.fromhex,
        (
            *(
                "00A40004023F00",
                "00A40804022F00",
                "00B2010400",
                "00A40804022FE2",
                "00B000000A",
                "00A40804022F06",
            ),
            *(
                "00B2010400",
                "00A4040007A0000000871002",
                "00A40004026F07",
                "00B0000009",
                "00A40004026F38",
                "00B0000000",
            ),
            *("00200001083131313131313131", "00200001083131313131313131", "00D60000010A", "80F2000000"),
            *(
                "0088008122100102030405060708090A0B0C0D0E0F10100102030405060708090A0B0C0D0E0F10",
                "00A4080C047F106F3A",
            ),
            *(
                "00B2010400",
                "80CAFF2100",
                "80F24000024F0000",
                "00A4040C07A0000000871004",
                "00A40004026F02",
                "00B2010400",
            ),
        ),
    )
)


def fuzz_one(data: bytes) -> None:
    """Installs the package in one piece and in several, then as a manufacturer does, and uses the profile."""
    size, package = 1 + (data[0] if data else 0), data[CUT:]
    assert outcome(package, len(package) or 1) == outcome(package, size * 16)
    card = Card.manufacture(seed=1)
    try:
        card.preload(package, enabled=True)
    except PreloadRefused:
        return
    card.reset()
    answered(card, bytes.fromhex("801000001DFFFFFFFF7F9F00DFBF0300"))
    for command in USE:
        if answered(card, command)[0] == 0x61:
            answered(card, bytes.fromhex("00C0000000"))


def outcome(package: bytes, size: int) -> bytes:
    """EUICCResponse, of a profile or of a refusal."""
    installer = Installer(Config())
    try:
        for at in range(0, len(package), size):
            installer.feed(package[at : at + size])
        done: Installation = installer.finish()
    except InstallationAborted as aborted:
        return aborted.response
    return done.response


@cache
def elements() -> tuple[bytes, ...]:
    """The elements of the built-in profile."""
    return tuple(each.encoded for each in tlv.parse_all(build(Subscription()).package))


def corpus() -> Iterator[bytes]:
    """The whole profile, each beginning of it with its end, and each element alone after the first two."""
    header, mf, *others, end = elements()
    yield b"\x00" + b"".join(elements())
    yield b"\x07" + header + mf + end
    for number, element in enumerate(others):
        yield b"\x01" + header + mf + element + end
        if number % 4 == 3:
            yield b"\x03" + header + mf + b"".join(others[: number + 1]) + end
