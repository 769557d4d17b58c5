"""Every result code of the IoT functions, ES10b of SGP.32: provoked, or why it cannot be. Refused, nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from apdu import ApduChannel, StatusError, status, tlv
from euicc import Card
from tests.isdr.es10 import delete, disable, enable, open_isdr
from tests.isdr.installed import PPR1, install
from tests.rsp.contents import contents
from tests.rsp.device import Device, pki
from tests.rsp.server import ADDRESS, Server
from tests.sgp32.iot import (
    CONFIGURE,
    CONNECTIVITY,
    DEFAULT_ADDRESS,
    EMERGENCY,
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FALLBACK,
    FALLBACK_ALLOWED,
    FROM_FALLBACK,
    IMMEDIATE_ENABLE,
    NORMAL,
    RESET,
    TO_FALLBACK,
    add_initial_eim,
    arranged,
    busy,
    configure,
    iot_card,
    request,
    reset,
    run,
    tell,
)

RESULT, ERROR, EIM_RESULT, IMMEDIATE_RESULT = 0x80, 0x81, 0x81, 0x82
CODES: dict[tuple[int, int], tuple[int, ...]] = {
    (CONFIGURE, RESULT): (0, 1, 2, 127),
    (IMMEDIATE_ENABLE, RESULT): (0, 1, 4, 5, 127),
    (EMERGENCY_ON, RESULT): (0, 2, 5, 8, 127),
    (EMERGENCY_OFF, RESULT): (0, 2, 5, 127),
    (TO_FALLBACK, RESULT): (0, 2, 5, 6, 7, 104, 127),
    (FROM_FALLBACK, RESULT): (0, 5, 6, 7, 127),
    (CONNECTIVITY, ERROR): (1, 127),
    (RESET, RESULT): (0, 1, 5, 104, 127),
    (RESET, EIM_RESULT): (0, 1, 2, 127),
    (RESET, IMMEDIATE_RESULT): (0, 1, 127),
    (DEFAULT_ADDRESS, RESULT): (0, 127),
}
"""Function and tag of the result -> the codes it has in the standard."""

_NOTHING_ELSE = "every way the function can fail has a code of its own"
NOT_PROVOKED: dict[tuple[int, int, int], str] = {
    **{
        (*place, 127): _NOTHING_ELSE
        for place in CODES
        if place not in {(IMMEDIATE_ENABLE, RESULT), (DEFAULT_ADDRESS, RESULT)}
    },
    (RESET, EIM_RESULT, 2): "the card can reset its eIM configuration",
    (RESET, IMMEDIATE_RESULT, 1): "the card can reset the configuration of immediate enabling",
}


def nothing_there() -> Card:
    return iot_card()


def usual() -> Card:
    return arranged()


def none_enabled() -> Card:
    return arranged(enabled=None)


def without_ecall() -> Card:
    return arranged(ecall=False)


def without_fallback() -> Card:
    return arranged(fallback=False)


def attribute_unset() -> Card:
    card = iot_card()
    install(card, NORMAL, enabled=True)
    install(card, FALLBACK, more=FALLBACK_ALLOWED)
    return card


def in_fallback() -> Card:
    card = arranged()
    run(card, TO_FALLBACK)
    return card


def fallback_enabled_by_hand() -> Card:
    card = arranged()
    tell(card, enable(FALLBACK))
    return card


def in_fallback_and_left() -> Card:
    card = in_fallback()
    tell(card, disable(FALLBACK))
    return card


def emergency() -> Card:
    card = arranged()
    run(card, EMERGENCY_ON)
    return card


def emergency_none_enabled_before() -> Card:
    card = arranged(enabled=None)
    run(card, EMERGENCY_ON)
    return card


def emergency_in_fallback() -> Card:
    card = in_fallback()
    run(card, EMERGENCY_ON)
    return card


def emergency_enabled_by_hand() -> Card:
    return arranged(enabled=EMERGENCY)


def terminal_busy() -> Card:
    card = arranged()
    busy(card, enable(FALLBACK, refresh=True))
    return card


def in_fallback_terminal_busy() -> Card:
    card = in_fallback()
    busy(card, request(FROM_FALLBACK, refresh=True))
    return card


def emergency_terminal_busy() -> Card:
    card = emergency()
    busy(card, request(EMERGENCY_OFF, refresh=True))
    return card


def with_eim() -> Card:
    card = arranged()
    tell(card, add_initial_eim())
    return card


def configured() -> Card:
    card = arranged()
    tell(card, configure(oid=None, address=ADDRESS))
    return card


@dataclass(frozen=True)
class Case:
    """results: tag and code of every result in the answer."""

    function: int
    results: dict[int, int]
    arrange: Callable[[], Card]
    request: bytes

    def __str__(self) -> str:
        codes = "-".join(map(str, self.results.values()))
        return f"{self.function:04X}-{codes}-{self.arrange.__name__}"


def case(function: int, code: int, arrange: Callable[[], Card], command: bytes | None = None) -> Case:
    return Case(function, {RESULT: code}, arrange, request(function) if command is None else command)


def reset_case(arrange: Callable[[], Card], bits: tuple[int, ...], **codes: int) -> Case:
    tags = {"profiles": RESULT, "eim": EIM_RESULT, "immediate": IMMEDIATE_RESULT}
    return Case(RESET, {tags[name]: code for name, code in codes.items()}, arrange, reset(*bits))


def by_refresh(function: int) -> bytes:
    return request(function, refresh=True)


def address(length: int) -> bytes:
    return tlv.encode(DEFAULT_ADDRESS, tlv.encode(0x80, b"a" * length))


UNREADABLE = "80020000"

CASES = [
    case(CONFIGURE, 0, usual, configure()),
    case(CONFIGURE, 0, usual, bytes.fromhex("BF5900")),
    case(CONFIGURE, 1, usual, configure(address="a" * 256)),
    case(CONFIGURE, 2, with_eim, configure()),
    case(CONFIGURE, 2, with_eim, configure(address="a" * 256)),
    case(IMMEDIATE_ENABLE, 1, usual),
    case(IMMEDIATE_ENABLE, 4, configured),
    case(EMERGENCY_ON, 0, usual),
    case(EMERGENCY_ON, 0, usual, by_refresh(EMERGENCY_ON)),
    case(EMERGENCY_ON, 0, none_enabled),
    case(EMERGENCY_ON, 0, in_fallback),
    case(EMERGENCY_ON, 0, terminal_busy),
    case(EMERGENCY_ON, 2, emergency),
    case(EMERGENCY_ON, 2, emergency_enabled_by_hand),
    case(EMERGENCY_ON, 2, emergency_terminal_busy, by_refresh(EMERGENCY_ON)),
    case(EMERGENCY_ON, 5, terminal_busy, by_refresh(EMERGENCY_ON)),
    case(EMERGENCY_ON, 8, nothing_there),
    case(EMERGENCY_ON, 8, attribute_unset),
    case(EMERGENCY_ON, 8, without_ecall),
    case(EMERGENCY_OFF, 0, emergency),
    case(EMERGENCY_OFF, 0, emergency_none_enabled_before, by_refresh(EMERGENCY_OFF)),
    case(EMERGENCY_OFF, 2, usual),
    case(EMERGENCY_OFF, 2, nothing_there),
    case(EMERGENCY_OFF, 2, emergency_enabled_by_hand),
    case(EMERGENCY_OFF, 2, terminal_busy, by_refresh(EMERGENCY_OFF)),
    case(EMERGENCY_OFF, 5, emergency_terminal_busy, by_refresh(EMERGENCY_OFF)),
    case(TO_FALLBACK, 0, usual),
    case(TO_FALLBACK, 0, usual, by_refresh(TO_FALLBACK)),
    case(TO_FALLBACK, 0, terminal_busy),
    case(TO_FALLBACK, 0, with_eim),
    case(TO_FALLBACK, 2, in_fallback),
    case(TO_FALLBACK, 2, fallback_enabled_by_hand),
    case(TO_FALLBACK, 2, in_fallback_terminal_busy, by_refresh(TO_FALLBACK)),
    case(TO_FALLBACK, 5, terminal_busy, by_refresh(TO_FALLBACK)),
    case(TO_FALLBACK, 6, attribute_unset),
    case(TO_FALLBACK, 6, without_fallback),
    case(TO_FALLBACK, 7, none_enabled),
    case(TO_FALLBACK, 7, nothing_there),
    case(TO_FALLBACK, 7, usual, bytes.fromhex("BF5D00")),
    case(TO_FALLBACK, 7, emergency, bytes.fromhex("BF5D04") + bytes.fromhex(UNREADABLE)),
    case(TO_FALLBACK, 104, emergency),
    case(TO_FALLBACK, 104, emergency_in_fallback),
    case(TO_FALLBACK, 104, emergency_terminal_busy, by_refresh(TO_FALLBACK)),
    case(FROM_FALLBACK, 0, in_fallback),
    case(FROM_FALLBACK, 0, in_fallback, by_refresh(FROM_FALLBACK)),
    case(FROM_FALLBACK, 5, in_fallback_terminal_busy, by_refresh(FROM_FALLBACK)),
    case(FROM_FALLBACK, 6, usual),
    case(FROM_FALLBACK, 6, nothing_there),
    case(FROM_FALLBACK, 6, attribute_unset),
    case(FROM_FALLBACK, 6, fallback_enabled_by_hand),
    case(FROM_FALLBACK, 6, in_fallback_and_left),
    case(FROM_FALLBACK, 6, emergency_in_fallback),
    case(FROM_FALLBACK, 6, terminal_busy, by_refresh(FROM_FALLBACK)),
    case(FROM_FALLBACK, 7, in_fallback, bytes.fromhex("BF5E00")),
    case(FROM_FALLBACK, 7, usual, bytes.fromhex("BF5E04") + bytes.fromhex(UNREADABLE)),
    Case(CONNECTIVITY, {ERROR: 1}, nothing_there, bytes.fromhex("BF5F00")),
    Case(CONNECTIVITY, {ERROR: 1}, usual, bytes.fromhex("BF5F00")),
    reset_case(usual, (0,), profiles=0),
    reset_case(with_eim, (5,), profiles=0, eim=0),
    reset_case(configured, (5, 6), profiles=0, eim=1, immediate=0),
    reset_case(with_eim, (1, 5), profiles=1, eim=0),
    reset_case(usual, (6,), profiles=1, immediate=0),
    reset_case(nothing_there, (0, 1, 2, 3, 4), profiles=1),
    reset_case(nothing_there, (), profiles=1),
    reset_case(terminal_busy, (0, 5, 6), profiles=5),
    reset_case(emergency, (0, 5, 6), profiles=104),
    reset_case(emergency_terminal_busy, (0,), profiles=104),
    case(DEFAULT_ADDRESS, 0, usual, address(255)),
    case(DEFAULT_ADDRESS, 127, usual, address(256)),
]

DOWNLOADS: list[tuple[str, dict[str, Any], bytes, int]] = [
    ("usual", {}, request(IMMEDIATE_ENABLE), 0),
    ("locked in", {"pprs": PPR1}, request(IMMEDIATE_ENABLE), 127),
    ("busy", {}, by_refresh(IMMEDIATE_ENABLE), 5),
]
"""ImmediateEnable needs a download before: its name, how the enabled profile is, request, code."""


def snapshot(isdr: ApduChannel) -> list[bytes]:
    """Profiles, notifications, addresses, eIMs."""
    return [isdr.store_data(bytes.fromhex(each)) for each in ("BF2D00", "BF2800", "BF3C00", "BF5500")]


def succeeded(each: Case) -> bool:
    return 0 in each.results.values() or each.function == RESET


@pytest.mark.parametrize("case", CASES, ids=str)
def test_result_code(case: Case) -> None:
    card = case.arrange()
    isdr = open_isdr(card)
    before = snapshot(isdr)
    expected = [tlv.encode(tag, bytes([code])) for tag, code in case.results.items()]
    assert isdr.store_data(case.request) == tlv.encode(case.function, *expected)
    if not succeeded(case):
        assert snapshot(isdr) == before


@pytest.mark.parametrize(
    ("name", "described", "command", "code"), DOWNLOADS, ids=[each[0] for each in DOWNLOADS]
)
def test_result_code_after_a_download(
    name: str, described: dict[str, Any], command: bytes, code: int
) -> None:
    card = Card.manufacture(pki=pki(), seed=1, variant="sgp32")
    install(card, NORMAL, enabled=True, **described)
    install(card, FALLBACK)
    side = Device(card, Server(pki()))
    side.send(configure(oid=None, address=ADDRESS))
    if name == "busy":
        busy(card, enable(FALLBACK, refresh=True))
    side.install(contents())
    assert side.send(command) == tlv.encode(IMMEDIATE_ENABLE, tlv.encode(RESULT, bytes([code])))


def test_every_code_is_provoked_or_explained() -> None:
    all_codes = {(*place, code) for place, codes in CODES.items() for code in codes}
    provoked = {(each.function, tag, code) for each in CASES for tag, code in each.results.items()}
    provoked |= {(IMMEDIATE_ENABLE, RESULT, code) for _, _, _, code in DOWNLOADS}
    assert provoked | NOT_PROVOKED.keys() == all_codes
    assert not provoked & NOT_PROVOKED.keys()


@pytest.mark.parametrize(
    "function", [IMMEDIATE_ENABLE, EMERGENCY_ON, EMERGENCY_OFF, TO_FALLBACK, FROM_FALLBACK]
)
@pytest.mark.parametrize("flag", ["0101FF", "010101", "010100", "800101"])
def test_refresh_flag_in_other_forms(function: int, flag: str) -> None:
    """BOOLEAN with its universal tag, TRUE as any octet but zero."""
    arrange = {EMERGENCY_OFF: emergency, FROM_FALLBACK: in_fallback}.get(function, usual)
    expected = 1 if function == IMMEDIATE_ENABLE else 0
    answer = tell(arrange(), tlv.encode(function, bytes.fromhex(flag)))
    assert answer == tlv.encode(function, bytes([0x80, 0x01, expected]))


@pytest.mark.parametrize(
    "command", ["BF5B00", "BF5C00", "BF5B0480020000", "BF5900" + "00", "BF6400", "BF6500", "BF5D0380"]
)
def test_what_cannot_be_decoded_and_has_no_code(command: str) -> None:
    with pytest.raises(StatusError) as refused:
        tell(arranged(), bytes.fromhex(command))
    assert refused.value.sw == status.INCORRECT_DATA


@pytest.mark.parametrize(
    "function",
    [
        CONFIGURE,
        IMMEDIATE_ENABLE,
        EMERGENCY_ON,
        EMERGENCY_OFF,
        TO_FALLBACK,
        FROM_FALLBACK,
        CONNECTIVITY,
        RESET,
        DEFAULT_ADDRESS,
    ],
)
def test_a_consumer_card_has_none_of_them(function: int) -> None:
    with pytest.raises(StatusError) as refused:
        tell(Card.manufacture(seed=1), request(function))
    assert refused.value.sw == status.REFERENCED_DATA_NOT_FOUND


def test_order_of_checks_in_delete() -> None:
    """State before policy before the way back."""
    card = in_fallback()
    assert tell(card, delete(FALLBACK))[-1] == 2
    assert tell(card, delete(NORMAL))[-1] == 127
    assert tell(card, delete(9))[-1] == 1
