"""Any commands to a consumer eUICC whose profile is enabled: every one is answered, and it stays a card."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from euicc import Card
from tests.fuzzing.cards import ES10, ROWS_A_FRAME, SEED, Again, assert_still_a_card, open_isd_r, send
from tests.fuzzing.frames import Frame, join, of, split
from tests.fuzzing.mutation import apdu, framed, octets, tlvs
from tests.isdr.installed import install
from tests.rsp.device import pki
from tests.rsp.garbage import ES10 as REQUESTS
from tests.rsp.garbage import READS, session

mutate = framed(apdu, tlvs, octets)
MORE = (
    *(
        "002000010831323334FFFFFFFF",
        "0020000A083838383838383838",
        "002C00011031323334FFFFFFFF31323334FFFFFFFF",
    ),
    *(
        "00D6000009080910101032547698",
        "00DC010404FFFFFFFF",
        "00A201040102",
        "003200000301",
        "00440000",
        "0084000008",
    ),
    *("0088008122100102030405060708090A0B0C0D0E0F10100102030405060708090A0B0C0D0E0F10", "00CB8000015C00"),
    *(
        "00E0000012621082024121830226F48A01058B032F06018002000A",
        "00E40000026F4E",
        "00A40004022F00",
        "80760000",
    ),
    *(
        "801000001DFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "80C2000009D3078202018190010100",
    ),
    *(
        "80C200000CD10A82028381860291FF8B00",
        "80AA000005A903830107",
        "0070000001",
        "0070800100",
        "80F24000024F0000",
    ),
    *("80500000080102030405060708", "00D40000056F07010203", "002600010831323334FFFFFFFF", "00A4000C026F38"),
)


@cache
def again() -> Again:
    """With three profiles, one of them enabled."""

    def make() -> Card:
        card = Card.manufacture(pki=pki(), seed=SEED)
        for number in (1, 2, 3):
            install(card, number, enabled=number == 1)
        return card

    return Again(make)


def fuzz_one(data: bytes) -> None:
    """The parts to a card, one after the other."""
    card, parts = again()(), list(split(data))
    for part in parts:
        send(card, part)
    assert_still_a_card(card, again().rows + ROWS_A_FRAME * (len(parts) + 1))


def corpus() -> Iterator[bytes]:
    """Every kind of command there is a recording or an example of: alone, and in the company it is sent in."""
    requests = [bytes.fromhex(each) for each in REQUESTS]
    selected = Frame(0, open_isd_r())
    for request in requests:
        yield join((selected, Frame(ES10, request)))
    switches = [
        bytes.fromhex(f"{tag}11A00C5A0A{iccid}8101FF") for tag in ("BF31", "BF32") for iccid in ICCIDS
    ]
    deletions = [bytes.fromhex(f"BF330C5A0A{iccid}") for iccid in ICCIDS]
    for request in (*switches, *deletions):
        yield join((selected, Frame(ES10, request), Frame(2, b""), selected, Frame(ES10, b"\xbf\x2d\x00")))
    reads = [bytes.fromhex(each) for each in (*READS, *MORE)]
    yield of(*reads)
    usim = bytes.fromhex("00A4040007A0000000871002")
    for read in reads:
        yield of(usim, read)
    for at in range(0, len(session()), 4):
        yield of(*session()[max(at - 2, 0) : at + 6])
    first = next(at for at, command in enumerate(session()) if command[1] == 0xE2)
    yield of(*session()[:first], *session()[first : first + 30])


ICCIDS = tuple(bytes.fromhex("98100000000000000000")[:9].hex() + f"{number:02X}" for number in (1, 2, 9))
