"""Any ES10b requests to an IoT eUICC, and packages of its eIM: what they say is changed first and signed then."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from apdu import tlv
from euicc import Card, Config
from tests.fuzzing.cards import (
    ES10,
    KINDS_OF_FRAMES,
    ROWS_A_FRAME,
    SEED,
    Again,
    assert_still_a_card,
    open_isd_r,
    send,
)
from tests.fuzzing.frames import Frame, join, split
from tests.fuzzing.mutation import apdu, framed, octets, tlvs
from tests.isdr.installed import install
from tests.rsp.device import pki
from tests.sgp32.device import Device
from tests.sgp32.eim import Eim, integer
from tests.sgp32.test_package_garbage import ECOS, PSMOS, TRUST

mutate = framed(apdu, tlvs, octets, tlvs)
TO_SIGN = KINDS_OF_FRAMES
"""A part that holds the contents of euiccPackageSigned."""
SELECTED = Frame(0, open_isd_r())
REQUESTS = (
    *(
        "BF5500",
        "BF5600",
        "BF5800",
        "BF58038001FF",
        "BF5900",
        "BF5A00",
        "BF5A038001FF",
        "BF5B038001FF",
        "BF5C00",
    ),
    *(
        "BF5D00",
        "BF5D038001FF",
        "BF5E00",
        "BF5F00",
        "BF5F038001FF",
        "BF6500",
        "BF640482020204",
        "BF2E00",
        "BF2000",
    ),
    *(
        "BF2200",
        "BF2D00",
        "BF2B00",
        "BF2B04A0028200",
        "BF3003800101",
        "BF2800",
        "BF4300",
        "BF52028000",
        "BF3C00",
    ),
)


@cache
def eim() -> Eim:
    """The eIM that manages the card; it knows its token once the card is made."""
    return Eim("eim1")


@cache
def again() -> Again:
    """With three profiles, the first enabled, and its eIM."""

    def make() -> Card:
        card = Card.manufacture(pki=pki(), seed=SEED, config=Config(variant="sgp32"))
        for number in (1, 2, 3):
            install(card, number, enabled=number == 1)
        Device(card).associate(eim(), token=True)
        return card

    return Again(make)


def fuzz_one(data: bytes) -> None:
    """The parts to a card, one after the other."""
    card, parts = again()(), list(split(data))
    for kind, payload in parts:
        if kind % (KINDS_OF_FRAMES + 1) == TO_SIGN:
            send(card, Frame(ES10, eim().sign(payload)))
        else:
            send(card, Frame(kind % (KINDS_OF_FRAMES + 1), payload))
    assert_still_a_card(card, again().rows + ROWS_A_FRAME * (len(parts) + 1))


def corpus() -> Iterator[bytes]:
    """Requests of the device, and what the eIM wants: each operation alone, and all in one package."""
    requests = [bytes.fromhex(each) for each in REQUESTS]
    initial = tlv.encode(0xBF57, tlv.encode(0xA0, tlv.encode(0x30, Eim("a").fields(token=-1) + TRUST)))
    for request in (*requests, initial):
        yield join((SELECTED, Frame(ES10, request)))
    psmos, ecos = ([each.encoded for each in tlv.parse_all(all_of)] for all_of in (PSMOS, ECOS))
    for kind, operations in ((0xA0, psmos), (0xA1, ecos)):
        for wanted in (operations, *([each] for each in operations)):
            package = Frame(TO_SIGN, signed(kind, *wanted))
            yield join((SELECTED, package, Frame(2, b""), SELECTED, Frame(ES10, b"\xbf\x2b\x00")))
    package = Frame(TO_SIGN, signed(0xA0, psmos[-1]))
    yield join((SELECTED, package, *(Frame(ES10, each) for each in requests)))


def signed(kind: int, *operations: bytes, counter: int = 1) -> bytes:
    """The contents of euiccPackageSigned for the card."""
    return b"".join(
        (
            tlv.encode(0x80, eim().name.encode()),
            tlv.encode(0x5A, again()().identity.eid),
            tlv.encode(0x81, integer(counter)),
            tlv.encode(0x82, bytes(8)),
            tlv.encode(kind, *operations),
        )
    )
