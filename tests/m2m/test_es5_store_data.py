"""STORE DATA at the ISD-R: blocks and chains, both codings of lengths, whom data are for; addressing parameters."""

from __future__ import annotations

import pytest

from euicc.globalplatform.dgi import DgiError
from euicc.m2m.commands.data_groups import DataGroup, parse_all
from euicc.m2m.isd_p import LifeCycle
from euicc.m2m.smsr_address import SmsrAddress
from euicc.runtime import keys
from tests.m2m import commands
from tests.m2m.managed import FIRST, ICCID, OTHER_ICCID, SECOND, THIRD, Managed, managed

SET_FALLBACK = "3A05" + commands.lv("4F" + commands.lv(SECOND.hex()))
SET_EMERGENCY = "3A09" + SET_FALLBACK[4:]
SMSR = "81" + commands.lv("91947117325476")


@pytest.fixture
def here() -> Managed:
    return managed(ICCID, OTHER_ICCID)


def holder(here: Managed) -> bytes | None:
    return here.isdr.nvm.get(keys.FALLBACK_ATTRIBUTE)


def store(p1: int, p2: int, data: str) -> str:
    return commands.apdu(f"80E2{p1:02X}{p2:02X}", data)


@pytest.mark.parametrize("p1", [0x88, 0x89])
@pytest.mark.parametrize("length", ["12", "8112", "FF0012", "820012"])
def test_lengths_as_both_open_sm_srs_write_them(here: Managed, p1: int, length: str) -> None:
    assert here.sw(store(p1, 0, "3A05" + length + SET_FALLBACK[6:])) == 0x9000
    assert holder(here) == SECOND


@pytest.mark.parametrize("size", [1, 7, 20])
def test_blocks_may_come_in_packets_of_their_own(here: Managed, size: int) -> None:
    pieces = [SET_FALLBACK[at : at + 2 * size] for at in range(0, len(SET_FALLBACK), 2 * size)]
    for number, piece in enumerate(pieces[:-1]):
        assert here.sw(store(0x08, number, piece)) == 0x9000
        assert holder(here) != SECOND
    assert here.sw(store(0x88, len(pieces) - 1, pieces[-1])) == 0x9000
    assert holder(here) == SECOND


def test_a_response_that_p1_asks_for_comes_without_le(here: Managed) -> None:
    confirmation = "80E28{}0007" + "3A08044E020001"
    assert here.sw(commands.enable(SECOND)) == 0x9000
    assert here.es5(confirmation.format("9")) == ("8000", 0x9000)
    assert here.es5(confirmation.format("8")) == ("", 0x9000)


def test_the_first_block_begins_anew(here: Managed) -> None:
    assert here.sw(store(0x08, 0, "3A05FF")) == 0x9000
    assert here.sw(store(0x08, 0, SET_FALLBACK[:10])) == 0x9000
    assert here.sw(store(0x88, 1, SET_FALLBACK[10:])) == 0x9000


@pytest.mark.parametrize(
    ("blocks", "sw"),
    [
        ([(0x88, 1, SET_FALLBACK)], 0x6A86),
        ([(0x08, 0, SET_FALLBACK[:10]), (0x88, 2, SET_FALLBACK[10:])], 0x6A86),
        ([(0x08, 0, SET_FALLBACK[:10]), (0x90, 1, SET_FALLBACK[10:])], 0x6A86),
        ([(0x90, 0, SET_FALLBACK)], 0x6A86),
        ([(0x80, 0, SET_FALLBACK)], 0x6A86),
        ([(0x98, 0, SET_FALLBACK)], 0x6A86),
        ([(0xE8, 0, SET_FALLBACK)], 0x6A86),
        ([(0x88, 0, SET_FALLBACK[:-2])], 0x6A80),
        ([(0x88, 0, SET_FALLBACK + "00")], 0x6A80),
        ([(0x88, 0, "3A")], 0x6A80),
        ([(0x88, 0, "3A05FF00")], 0x6A80),
        ([(0x88, 0, "3A0500")], 0x6A80),
        ([(0x88, 0, "3A05025010")], 0x6A80),
        ([(0x88, 0, "3A05" + commands.lv("50" + commands.lv(SECOND.hex())))], 0x6A80),
        ([(0x88, 0, "3A05" + commands.lv("4F" + commands.lv(SECOND[:-1].hex())))], 0x6A80),
        ([(0x88, 0, "3A0600")], 0x6A80),
        ([(0x88, 0, "007003420101")], 0x6A80),
    ],
)
def test_blocks_that_are_refused(here: Managed, blocks: list[tuple[int, int, str]], sw: int) -> None:
    answers = [here.sw(store(*block)) for block in blocks]
    assert answers == [0x9000] * (len(blocks) - 1) + [sw]
    assert holder(here) != SECOND
    assert here.sw(store(0x88, 0, SET_FALLBACK)) == 0x9000


def test_an_empty_block(here: Managed) -> None:
    assert here.sw("80E28800") == 0x6700


def test_more_than_a_domain_takes(here: Managed) -> None:
    here.terminal("00A4040C10" + commands.ISD_R)
    block = "00" * 0xFF
    answers = [here.terminal(f"80E208{number:02X}FF{block}").sw for number in range(129)]
    assert answers == [0x9000] * 128 + [0x6700]


def test_groups_take_effect_together_or_not_at_all(here: Managed) -> None:
    assert here.sw(store(0x88, 0, SET_FALLBACK + SET_EMERGENCY)) == 0x6985
    assert holder(here) != SECOND
    assert here.isdr.nvm.get(keys.EMERGENCY_ATTRIBUTE) is None
    addressing = "3A07" + commands.lv("A3" + commands.lv(SMSR))
    assert here.sw(store(0x88, 0, SET_FALLBACK + addressing)) == 0x9000
    assert (holder(here), here.isdr.smsr_address.sms) == (SECOND, bytes.fromhex("91947117325476"))


def test_a_group_that_fails_takes_the_switch_with_it(here: Managed) -> None:
    enable = "3A03" + commands.lv("4F" + commands.lv(SECOND.hex()))
    assert here.sw(store(0x88, 0, enable + "3A07" + commands.lv("A304"))) == 0x6A80
    here.handset.reset()
    assert here.states()[FIRST] == LifeCycle.ENABLED
    assert here.sw(commands.enable(SECOND)) == 0x9000


def test_a_reset_ends_a_chain(here: Managed) -> None:
    assert here.sw(store(0x08, 0, SET_FALLBACK[:10])) == 0x9000
    here.handset.reset()
    assert here.sw(store(0x88, 1, SET_FALLBACK[10:])) == 0x6A86


def test_groups_of_the_isd_r_are_for_the_isd_r(here: Managed) -> None:
    assert here.sw(commands.create(THIRD)) == 0x9000
    assert here.es5(commands.personalize(THIRD)) == ("", 0x9000)
    assert here.sw(commands.addressing("A3" + commands.lv(SMSR))) == 0x6982
    assert here.sw(commands.set_fallback(SECOND)) == 0x9000
    assert here.sw(commands.addressing("A3" + commands.lv(SMSR))) == 0x9000


@pytest.mark.parametrize(
    "between",
    [commands.personalize(bytes.fromhex(commands.ISD_R)), commands.delete(THIRD), commands.create(SECOND)],
)
def test_who_was_named_for_personalization_until_something_else_comes(here: Managed, between: str) -> None:
    addressing = commands.addressing("A3" + commands.lv(SMSR))
    assert here.sw(commands.create(THIRD)) == 0x9000
    assert here.sw(commands.personalize(THIRD)) == 0x9000
    assert [here.sw(addressing) for _ in range(2)] == [0x6982, 0x6982]
    here.es5(between)
    assert here.sw(addressing) == 0x9000


@pytest.mark.parametrize(
    ("command", "sw"),
    [
        (commands.personalize(THIRD), 0x6A88),
        (commands.personalize(b""), 0x6A88),
        (commands.apdu("80E62000", "0000"), 0x6A80),
        (commands.apdu("80E62000", "0000" + commands.lv(SECOND.hex()) + "00000101"), 0x6A80),
    ],
)
def test_personalizations_that_are_refused(here: Managed, command: str, sw: int) -> None:
    assert here.sw(command) == sw


def test_keys_of_an_isd_p_that_has_a_profile_are_not_established_anew(here: Managed) -> None:
    assert here.sw(commands.personalize(SECOND)) == 0x9000
    for group in ("3A01037F2100", "3A0202A600"):
        assert here.sw(store(0x89, 0, group)) == 0x6985


def test_addressing_parameters_are_replaced_block_by_block(here: Managed) -> None:
    assert here.isdr.smsr_address == SmsrAddress()
    for blocks, sms, https in (
        ("A3" + commands.lv(SMSR), "91947117325476", None),
        ("A403350103", "91947117325476", "350103"),
        ("A305860391" + "21F3", "9121f3", "350103"),
        ("A300", None, "350103"),
        ("A400", None, None),
    ):
        assert here.sw(commands.addressing(blocks)) == 0x9000
        address = here.isdr.smsr_address
        assert address.sms == (None if sms is None else bytes.fromhex(sms))
        assert address.https == (None if https is None else bytes.fromhex(https))


@pytest.mark.parametrize(
    "blocks",
    [
        *("", "A3", "A3018100", "8101" + "91", "A3008100", "A300A300", "A30281FF"),
        *("A3038101" + "91", "A30E810C" + "91" + "21" * 11),  # addresses that no short message can have
    ],
)
def test_addressing_parameters_that_are_refused(here: Managed, blocks: str) -> None:
    assert here.sw(commands.addressing(blocks)) == 0x6A80
    assert here.isdr.smsr_address == SmsrAddress()


def test_addressing_survives_a_reset(here: Managed) -> None:
    here.sw(commands.addressing("A3" + commands.lv(SMSR)))
    here.handset.reset()
    assert here.isdr.smsr_address.sms == bytes.fromhex("91947117325476")


LONG = bytes(range(0x80)) * 3


@pytest.mark.parametrize("length", [0, 1, 0x7F, 0x80, 0x81, 0x82, 0xFE, 0xFF, 0x100])
@pytest.mark.parametrize("ber", [False, True])
def test_one_group_of_any_length_in_either_coding(length: int, ber: bool) -> None:
    value = LONG[:length]
    coded = _ber(length) if ber else _dgi(length)
    assert parse_all(b"\x3a\x01" + coded + value) == [DataGroup(0x3A01, value)]


def _ber(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    return bytes((0x81, length)) if length < 0x100 else b"\x82" + length.to_bytes(2, "big")


def _dgi(length: int) -> bytes:
    return bytes((length,)) if length < 0xFF else b"\xff" + length.to_bytes(2, "big")


def test_several_groups_and_the_rest_of_each() -> None:
    data = bytes.fromhex("3A0201AA7F49021122")
    assert parse_all(data) == [DataGroup(0x3A02, b"\xaa"), DataGroup(0x7F49, b"\x11\x22")]
    assert parse_all(data, (0x3A02,)) == [DataGroup(0x3A02, data[3:])]


@pytest.mark.parametrize(
    "data", ["3A", "3A01", "3A0102AA", "3A0181", "3A01820100", "3A01FF01", "3A01FF0002AA"]
)
def test_what_is_no_group(data: str) -> None:
    with pytest.raises(DgiError):
        parse_all(bytes.fromhex(data))
