"""LOAD: a load file arrives in blocks, is kept and listed, or refused."""

from __future__ import annotations

from hashlib import sha1

import pytest

from euicc.card import Card
from euicc.runtime import keys
from tests.globalplatform.cards import MNO_SD, SSD, card_with, mno_sd, package, remote, run
from tests.globalplatform.content import (
    FOR_LOAD,
    PACKAGE,
    answers,
    apdu,
    blocks,
    entry,
    for_install,
    install,
    load_file,
    loaded,
    tlv_c4,
)


@pytest.fixture
def card() -> Card:
    return card_with(package())


def test_a_load_file_is_kept_and_listed(card: Card) -> None:
    loaded(card)
    card.reset()
    listed = answers(card, "80F21002084F06A00000000101")
    assert listed == ["E3234F06A000000001019F700101CE0201028407A0000000010101CC08A0000001510000009000"]
    assert card.uicc.running.memory.get(keys.LOAD_FILE, PACKAGE.hex()) == load_file()


def test_what_is_no_java_card_file_is_kept_without_modules(card: Card) -> None:
    begin = FOR_LOAD
    assert answers(card, begin, *blocks(tlv_c4(bytes(10))))[-1] == "009000"
    found = entry(card, PACKAGE)
    assert found is not None
    assert (found.modules, found.version) == ((), b"")
    assert answers(card, for_install(of=PACKAGE, module=bytes(5))) == ["009000"]


def test_blocks_may_come_in_sessions_with_resets_between(card: Card) -> None:
    commands = [
        install(0x02, PACKAGE, MNO_SD, sha1(load_file()).digest(), b"", b""),
        *blocks(tlv_c4(load_file()), 100),
    ]
    for command in commands:
        assert answers(card, command) == ["009000"]
        card.reset()
    assert entry(card, PACKAGE) is not None


def test_dap_blocks_are_passed_over(card: Card) -> None:
    content = bytes.fromhex("E2034F0100") + tlv_c4(load_file())
    assert answers(card, install(0x02, PACKAGE, SSD, b"", b"", b""), *blocks(content))[-1] == "009000"
    found = entry(card, PACKAGE)
    assert found is not None
    assert found.domain == SSD


LOAD_REFUSED = {
    "without INSTALL": ([], blocks(tlv_c4(bytes(10))), "6985"),
    "wrong hash": ([install(0x02, PACKAGE, b"", bytes(32), b"", b"")], blocks(tlv_c4(bytes(10))), "6A80"),
    "cut": ([FOR_LOAD], blocks(tlv_c4(bytes(10))[:-1]), "6A80"),
    "no C4": ([FOR_LOAD], blocks(b"\xc5\x00"), "6A80"),
    "nothing": ([FOR_LOAD], ["80E88000"], "6A80"),
    "not the next block": ([FOR_LOAD], [apdu(0xE8, 0, 1, b"x")], "6A86"),
    "P1": ([FOR_LOAD], [apdu(0xE8, 1, 0, b"x")], "6A86"),
}


@pytest.mark.parametrize(("before", "given", "expected"), LOAD_REFUSED.values(), ids=LOAD_REFUSED.keys())
def test_what_load_refuses(card: Card, before: list[str], given: list[str], expected: str) -> None:
    assert answers(card, *before, *given)[-1] == expected
    assert entry(card, PACKAGE) is None
    if expected == "6A80":
        assert answers(card, apdu(0xE8, 0, 1, b"x")) == ["6985"]


def test_a_load_file_must_fit_into_the_memory(card: Card) -> None:
    of, session = mno_sd(card), remote()
    assert run(of, session, FOR_LOAD) == "009000"
    piece = (b"\x80\xe8\x00\x00\x00\xff\xff" + bytes(0xFFFF)).hex()
    found = [run(of, session, piece[:6] + f"{number:02x}" + piece[8:]) for number in range(8)]
    assert found[0] == "009000"
    assert found[-1] == "6A84"


def test_block_numbers_go_round(card: Card) -> None:
    content = tlv_c4(load_file() + bytes(300))
    commands = blocks(content, 2)
    assert len(commands) > 0x100
    of, session = mno_sd(card), remote()
    assert run(of, session, FOR_LOAD) == "009000"
    assert {run(of, session, command) for command in commands} == {"009000"}
    assert entry(card, PACKAGE) is not None
    assert card.uicc.running.memory.names(keys.LOAD_RECEIVED) == []
