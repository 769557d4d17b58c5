"""The card of SGP.32 v1.0, byte by byte: its own forms, and nothing of what came later."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, StatusError, aid, status, tlv
from euicc import Card, Config
from tests.isdr.es10 import delete, disable, enable, enabled, open_isdr, start_proactive, states
from tests.isdr.installed import PPR1, TEST, install
from tests.rsp.contents import contents
from tests.rsp.device import Device, device
from tests.rsp.server import ADDRESS
from tests.sgp32.iot import (
    CONNECTIVITY,
    DEFAULT_ADDRESS,
    ECALL,
    EMERGENCY_OFF,
    EMERGENCY_ON,
    FALLBACK_ALLOWED,
    FROM_FALLBACK,
    RESET,
    TO_FALLBACK,
    add_initial_eim,
    busy,
    configure,
    iot_card,
    profile_infos,
    refresh_done,
    request,
    tell,
)

ENABLE_USING_DD = bytes.fromhex("BF5A00")


@pytest.fixture
def card() -> Card:
    return iot_card("sgp32-v1.0")


def reset(*bits: int) -> bytes:
    """BF34 with the five bits of v1.0."""
    return tlv.encode(0xBF34, tlv.encode(0x82, bytes([3, sum(0x80 >> bit for bit in bits)])))


def test_manufactured_by_name() -> None:
    assert Card.manufacture(variant="sgp32-v1.0", seed=1).config == Config(variant="sgp32-v1.0")


def test_euicc_info2_names_the_version_and_no_more(card: Card) -> None:
    info = tell(card, b"\xbf\x22\x00")
    assert info.endswith(bytes.fromhex("900100 B407 A005 0403010000"))
    consumer = tell(Card.manufacture(seed=1), b"\xbf\x22\x00")
    assert tlv.parse(info).value[:-12] == tlv.parse(consumer).value


def test_fci_has_no_template_of_the_iot(card: Card) -> None:
    assert ApduChannel(card).select(aid.ISD_R) == ApduChannel(Card.manufacture(seed=1)).select(aid.ISD_R)


def test_profile_info_is_that_of_sgp22(card: Card) -> None:
    install(card, 1, more=ECALL + FALLBACK_ALLOWED)
    isdr = open_isdr(card)
    shown = profile_infos(isdr)[0]
    assert list(shown) == [0x5A, 0x4F, 0x9F70, 0x91, 0x92, 0x95]
    wanted = bytes.fromhex("5C075A9F7B9F269F67")
    assert profile_infos(isdr, tlv.encode(0xBF2D, wanted)) == [{0x5A: shown[0x5A]}]


@pytest.mark.parametrize(
    "function",
    [EMERGENCY_ON, EMERGENCY_OFF, TO_FALLBACK, FROM_FALLBACK, CONNECTIVITY, RESET, DEFAULT_ADDRESS, 0xBF42],
)
def test_functions_that_came_later(card: Card, function: int) -> None:
    with pytest.raises(StatusError) as refused:
        tell(card, request(function))
    assert refused.value.sw == status.REFERENCED_DATA_NOT_FOUND


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ((0,), "BF3403020100"),
        ((1,), "BF3403020100"),
        ((2,), "BF3403020101"),
        ((3,), "BF3406020100810100"),
        ((4,), "BF3406020100820100"),
        ((3, 4), "BF3409020100810100820100"),
        ((0, 1, 2, 3, 4), "BF3409020100810100820100"),
        ((), "BF3403020101"),
    ],
)
def test_memory_reset(card: Card, options: tuple[int, ...], answer: str) -> None:
    """resetResult with the tag of INTEGER; bits 3 and 4 are eIMs and automatic enabling."""
    install(card, 1)
    install(card, 2, profile_class=TEST)
    tell(card, configure())
    tell(card, add_initial_eim())
    assert tell(card, reset(*options)) == bytes.fromhex(answer)
    assert set(states(open_isdr(card))) == {1, 2} - {option + 1 for option in options}
    assert (tell(card, b"\xbf\x55\x00") == bytes.fromhex("BF5502A000")) is (3 in options)


@pytest.mark.parametrize(
    ("options", "answer"),
    [((0, 1), "BF3403020101"), ((3,), "BF3406020101810101"), ((4,), "BF3406020101820100")],
)
def test_memory_reset_of_nothing(card: Card, options: tuple[int, ...], answer: str) -> None:
    assert tell(card, reset(*options)) == bytes.fromhex(answer)


def test_memory_reset_of_a_busy_terminal(card: Card) -> None:
    install(card, 1)
    busy(card, enable(1, refresh=True))
    assert tell(card, reset(0)) == bytes.fromhex("BF3403020105")


@pytest.fixture
def side() -> Device:
    return device(config=Config(variant="sgp32-v1.0"))


def test_enable_using_dd(side: Device) -> None:
    """Not configured, no installation before, then once, by REFRESH."""
    assert side.send(ENABLE_USING_DD) == bytes.fromhex("BF5A03800101")
    assert side.send(configure(oid=None, address=ADDRESS)) == bytes.fromhex("BF5903800100")
    assert side.send(ENABLE_USING_DD) == bytes.fromhex("BF5A03800104")
    start_proactive(side.card)
    side.install(contents())
    assert side.send(ENABLE_USING_DD) == bytes.fromhex("BF5A03800100")
    assert enabled(side.channel) == []
    refresh_done(side.card)
    assert len(enabled(side.channel)) == 1
    assert side.send(ENABLE_USING_DD) == bytes.fromhex("BF5A03800104")


@pytest.mark.parametrize("why", ["policy", "busy", "other server"])
def test_enable_using_dd_refused(side: Device, why: str) -> None:
    """There are no codes but 1, 4 and 127."""
    install(side.card, 1, enabled=True, pprs=PPR1 if why == "policy" else None)
    install(side.card, 2)
    side.send(configure(oid=None, address="other.example.com" if why == "other server" else ADDRESS))
    if why == "busy":
        busy(side.card, enable(2, refresh=True))
    side.install(contents())
    assert side.send(ENABLE_USING_DD) == bytes.fromhex(
        "BF5A03800101" if why == "other server" else "BF5A0380017F"
    )


def test_automatic_enabling_is_the_eims_when_there_is_one(card: Card) -> None:
    tell(card, add_initial_eim())
    assert tell(card, configure()) == bytes.fromhex("BF5903800102")


def test_eim_configuration_is_told_whole(card: Card) -> None:
    """The request has no criteria; the answer no field of later versions."""
    entry = tlv.parse(add_initial_eim()).children()[0].children()[0]
    later = tlv.encode(0x30, entry.value, b"\x89\x00")
    assert tell(card, tlv.encode(0xBF57, tlv.encode(0xA0, later))) == bytes.fromhex("BF5704A0020500")
    whole = tell(card, b"\xbf\x55\x00")
    assert tell(card, bytes.fromhex("BF5505A003800161")) == whole
    fields = [each.tag for each in tlv.parse(whole).children()[0].children()[0].children()]
    assert 0x80 in fields
    assert 0x89 not in fields


def test_there_is_no_code_for_an_incomplete_eim(card: Card) -> None:
    """commandError came later."""
    nameless = tlv.encode(0xBF57, tlv.encode(0xA0, tlv.encode(0x30, bytes.fromhex("830100"))))
    for command in (nameless, bytes.fromhex("BF5702A000")):
        assert tell(card, command) == bytes.fromhex("BF570381017F")
    entry = tlv.parse(add_initial_eim()).children()[0].children()[0]
    chosen = tlv.encode(0x30, entry.value.replace(b"\x83\x01\x00", bytes.fromhex("830100840105")))
    assert tell(card, tlv.encode(0xBF57, tlv.encode(0xA0, chosen))) == bytes.fromhex("BF5703810105")


def test_the_way_out_of_a_lock_in(card: Card) -> None:
    tell(card, add_initial_eim())
    assert tell(card, add_initial_eim()) == bytes.fromhex("BF5703810102")
    tell(card, reset(3))
    assert tell(card, add_initial_eim()) == bytes.fromhex("BF5704A0020500")


def test_profiles_change_as_in_sgp22(card: Card) -> None:
    """Metadata of later versions mean nothing."""
    install(card, 1, more=ECALL)
    for command, answer in (
        (enable(1), "BF3103800100"),
        (disable(1), "BF3203800100"),
        (delete(1), "BF3303800100"),
    ):
        assert tell(card, command) == bytes.fromhex(answer)
