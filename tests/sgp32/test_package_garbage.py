"""Damage of every kind that an eIM with a valid key, or a device, can send: always an answer, never a wrong state."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from apdu import StatusError, status, tlv
from tests.isdr.installed import install
from tests.sgp32.device import Device, device
from tests.sgp32.eim import (
    GET_RAT,
    LIST_EIM,
    LIST_PROFILES,
    UNSET_FALLBACK,
    Eim,
    configure_immediate_enable,
    delete,
    delete_eim,
    disable,
    enable,
    integer,
    set_default_dp_address,
    set_fallback,
)

TRUST = tlv.encode(0xA6, tlv.parse(Eim("other").public_key_data).value)
PSMOS = b"".join(
    (
        LIST_PROFILES,
        GET_RAT,
        set_fallback(2),
        UNSET_FALLBACK,
        configure_immediate_enable(b"\x80\x00", bytes.fromhex("8103883701")),
        set_default_dp_address("smdp.example"),
        delete(2),
        disable(1),
        enable(3, rollback=True),
    )
)
ECOS = b"".join(
    (
        tlv.encode(0xA8, Eim("eim2").fields(token=-1) + TRUST),
        tlv.encode(0xAA, tlv.encode(0x80, b"eim2"), tlv.encode(0x83, b"\x05"), TRUST),
        LIST_EIM,
        delete_eim("eim2"),
    )
)
SEEDS = range(3)
ROUNDS = 150


def damaged(data: bytes, random: Random) -> bytes:
    """One to four bytes changed, cut out or put in."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(changed))
        match random.randrange(3):
            case 0:
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                del changed[at : at + random.randint(1, 3)]
            case _:
                changed[at:at] = random.randbytes(random.randint(1, 2))
    return bytes(changed)


def rounds(seed: int) -> Iterator[tuple[Random, int]]:
    random = Random(seed)
    return ((random, number) for number in range(1, ROUNDS))


def card() -> tuple[Device, Eim]:
    side = device()
    install(side.card, 1, enabled=True)
    for number in (2, 3):
        install(side.card, number)
    return side, side.associate(Eim(), token=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kind", "operations"), [(0xA0, PSMOS), (0xA1, ECOS)], ids=["psmos", "ecos"])
def test_signed_operations(kind: int, operations: bytes, seed: int) -> None:
    """Authentic, so that they are executed as far as they can be read: at least one result each, stored as it is."""
    side, eim = card()
    for random, number in rounds(seed):
        package = eim.sign(
            tlv.encode(0x80, b"eim1"),
            tlv.encode(0x5A, side.eid),
            tlv.encode(0x81, integer(number)),
            tlv.encode(kind, damaged(operations, random)),
        )
        answer = side.load(package)
        assert answer.results
        assert side.stored_results()[-1] == answer.encoded
        assert side.load(package).error == 4
        assert side.eims()[0][0x80] == b"eim1"
        assert len(side.enabled()) <= 1
        for index, result in enumerate(answer.results):
            assert index == len(answer.results) - 1 or result[:1] != b"\x02"


@pytest.mark.parametrize("seed", SEEDS)
def test_signed_heads(seed: int) -> None:
    side, eim = card()
    for random, number in rounds(seed):
        fields = (
            tlv.encode(0x80, b"eim1"),
            tlv.encode(0x5A, side.eid),
            tlv.encode(0x81, integer(number)),
            tlv.encode(0x82, b"transaction"),
            tlv.encode(0xA0, GET_RAT),
        )
        assert side.send(eim.sign(damaged(b"".join(fields), random)))[:2] == b"\xbf\x51"


@pytest.mark.parametrize("seed", SEEDS)
def test_unsigned_packages(seed: int) -> None:
    """What is executed has the signed bytes and the signature as the eIM made them."""
    side, eim = card()
    package = tlv.parse(eim.package(side.eid, [disable(1)]))
    signed, signature = package.children()
    for random, _ in rounds(seed):
        changed = damaged(package.value, random)
        answer = side.load(tlv.encode(0xBF51, changed))
        if answer.kind != 0xA2:
            first, second = tlv.parse_all(changed)[:2]
            assert first.encoded == signed.encoded
            assert second.value == signature.value


@pytest.mark.parametrize("seed", SEEDS)
def test_initial_eims(seed: int) -> None:
    side = device()
    request = tlv.encode(0xA0, tlv.encode(0x30, Eim("a").fields(token=-1) + TRUST))
    for random, _ in rounds(seed):
        assert answered(side, tlv.encode(0xBF57, damaged(request, random)))
        side.eims()
        side.send(bytes.fromhex("BF640482020204"))


def answered(side: Device, request: bytes) -> bool:
    """With a response of the function, or with the status word for what cannot be decoded."""
    try:
        return side.send(request)[:2] == request[:2]
    except StatusError as error:
        return error.sw == status.INCORRECT_DATA
