"""VERIFY, CHANGE, DISABLE, ENABLE and UNBLOCK PIN, TS 102 221 11.1.9 to 11.1.13."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.uicc.handmade import USIM_AID, Channel
from tests.uicc.locked import channel

PIN1, PIN2, UNIVERSAL, ADM1 = "01", "81", "11", "0A"
RIGHT = {PIN1: "30303030FFFFFFFF", PIN2: "39393939FFFFFFFF", UNIVERSAL: "3131313131313131", ADM1: "35" * 8}
PUK1, PUK2 = "31" * 8, "32" * 8
WRONG, NEW = "38383838FFFFFFFF", "3132333435FFFFFF"
IMSI = "0809101010325406369000"


def verify(key: str, value: str) -> str:
    return f"002000{key}08{value}"


def change(key: str, old: str, new: str = NEW) -> str:
    return f"002400{key}10{old}{new}"


def disable(key: str, value: str, p1: str = "00") -> str:
    return f"0026{p1}{key}08{value}"


def enable(key: str, value: str) -> str:
    return f"002800{key}08{value}"


def unblock(key: str, puk: str, new: str = NEW) -> str:
    return f"002C00{key}10{puk}{new}"


def tries(key: str) -> str:
    return f"002000{key}"


def puk_tries(key: str) -> str:
    return f"002C00{key}"


@pytest.fixture
def card() -> Channel:
    """With the USIM selected, PIN1 and PIN2 enabled."""
    return channel().usim()


@pytest.fixture
def open_() -> Channel:
    """With the USIM selected, PIN1 disabled."""
    return channel(pin1=0x06).usim()


def test_verify_opens_what_asks_for_the_pin(card: Channel) -> None:
    assert card("00B0870009") == "6982"
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"
    assert card("00B0870009") == IMSI
    card("00A4000C026F37")
    assert card("00B0000001") == "6982"
    assert card(verify(PIN2, RIGHT[PIN2])) == "9000"
    assert card("00B0000001") == "019000"
    assert card("00B0880021") == "6982"
    assert card(verify(ADM1, RIGHT[ADM1])) == "9000"
    assert card("00B0880021") == "00" * 33 + "9000"


def test_a_wrong_value_costs_a_try_and_the_verification(card: Channel) -> None:
    assert card(tries(PIN1)) == "63C3"
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"
    assert card(verify(PIN1, WRONG)) == "63C2"
    assert card("00B0870009") == "6982"
    assert card(tries(PIN1)) == "63C2"
    assert card(verify(PIN1, WRONG)) == "63C1"
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"
    assert card(tries(PIN1)) == "63C3"


def blocked(card: Channel, key: str = PIN1) -> Channel:
    assert [card(verify(key, WRONG)) for _ in range(3)] == ["63C2", "63C1", "63C0"]
    return card


def test_a_blocked_pin(card: Channel) -> None:
    blocked(card)
    assert card(verify(PIN1, RIGHT[PIN1])) == "6983"
    assert card(tries(PIN1)) == "6983"
    assert card(change(PIN1, RIGHT[PIN1])) == "6983"
    assert card(disable(PIN1, RIGHT[PIN1])) == "6983"
    assert card(enable(PIN1, RIGHT[PIN1])) == "6983"
    assert card(verify(PIN2, RIGHT[PIN2])) == "9000"


@pytest.mark.parametrize("command", [change, disable])
def test_a_pin_that_another_command_blocks_is_no_longer_verified(
    card: Channel, command: Callable[[str, str], str]
) -> None:
    card(verify(PIN1, RIGHT[PIN1]))
    assert [card(command(PIN1, WRONG)) for _ in range(2)] == ["63C2", "63C1"]
    assert card("00B0870009") == IMSI
    assert card(command(PIN1, WRONG)) == "63C0"
    assert card("00B0870009") == "6982"


def test_change(card: Channel) -> None:
    assert card(change(PIN1, WRONG)) == "63C2"
    assert card(change(PIN1, RIGHT[PIN1])) == "9000"
    assert card("00B0870009") == IMSI
    assert card(tries(PIN1)) == "63C3"
    assert card(verify(PIN1, RIGHT[PIN1])) == "63C2"
    assert card(verify(PIN1, NEW)) == "9000"


def test_disable_and_enable(card: Channel) -> None:
    assert card(enable(PIN1, RIGHT[PIN1])) == "6985"
    assert card(disable(PIN1, WRONG)) == "63C2"
    assert card(disable(PIN1, RIGHT[PIN1])) == "9000"
    assert card("00B0870009") == IMSI
    assert card(disable(PIN1, RIGHT[PIN1])) == "6985"
    assert card(verify(PIN1, RIGHT[PIN1])) == "6984"
    assert card(change(PIN1, RIGHT[PIN1])) == "6984"
    assert card(tries(PIN1)) == "63C3"
    assert card(enable(PIN1, WRONG)) == "63C2"
    assert card(enable(PIN1, RIGHT[PIN1])) == "9000"
    assert card(tries(PIN1)) == "63C3"


def test_a_disabled_pin_that_is_blocked_still_opens(open_: Channel) -> None:
    assert [open_(enable(PIN1, WRONG)) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    assert open_(verify(PIN1, RIGHT[PIN1])) == "6983"
    assert open_("00B0870009") == IMSI
    assert open_(unblock(PIN1, PUK1)) == "9000"
    assert open_(disable(PIN1, NEW)) == "9000"


def test_unblock(card: Channel) -> None:
    blocked(card)
    assert card(puk_tries(PIN1)) == "63CA"
    assert card(unblock(PIN1, PUK2)) == "63C9"
    assert card(puk_tries(PIN1)) == "63C9"
    assert card(unblock(PIN1, PUK1)) == "9000"
    assert card(puk_tries(PIN1)) == "63CA"
    assert card(tries(PIN1)) == "63C3"
    assert card("00B0870009") == IMSI
    assert card(verify(PIN1, NEW)) == "9000"


def test_unblock_enables(open_: Channel) -> None:
    assert open_(unblock(PIN1, PUK1)) == "9000"
    assert open_(enable(PIN1, NEW)) == "6985"


def test_a_blocked_puk(card: Channel) -> None:
    answers = [card(unblock(PIN1, WRONG)) for _ in range(11)]
    assert answers == [f"63C{left:X}" for left in range(9, -1, -1)] + ["6983"]
    assert card(unblock(PIN1, PUK1)) == "6983"
    assert card(puk_tries(PIN1)) == "6983"
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"


def test_a_puk_counts_for_all_its_pins(card: Channel) -> None:
    """The universal PIN has the PUK of PIN1."""
    assert card(unblock(PIN1, WRONG)) == "63C9"
    assert card(puk_tries(UNIVERSAL)) == "63C9"
    assert card(unblock(UNIVERSAL, PUK1)) == "9000"
    assert card(puk_tries(PIN1)) == "63CA"
    assert card(verify(UNIVERSAL, NEW)) == "9000"


def test_administrative_keys(card: Channel) -> None:
    assert card(tries(ADM1)) == "63CA"
    assert card(verify(ADM1, WRONG)) == "63C9"
    assert card(change(ADM1, RIGHT[ADM1], NEW)) == "9000"
    assert card(verify(ADM1, NEW)) == "9000"
    assert card(disable(ADM1, NEW)) == "6985"
    assert card(enable(ADM1, NEW)) == "6985"
    assert card(unblock(ADM1, PUK1)) == "6A88"
    assert card(puk_tries(ADM1)) == "6A88"


def test_attributes(card: Channel) -> None:
    """PIN2 may be changed but not disabled; the PIN 02 may be neither."""
    assert card(disable(PIN2, RIGHT[PIN2])) == "6985"
    assert card(change(PIN2, RIGHT[PIN2])) == "9000"
    assert card(change("02", RIGHT[PIN1])) == "6985"
    assert card(disable("02", RIGHT[PIN1])) == "6985"
    assert card(tries("02")) == "63C3"
    assert card(verify("02", RIGHT[PIN1])) == "9000"


@pytest.mark.parametrize("ins", ["20", "24", "26", "28", "2C"])
def test_parameters(card: Channel, ins: str) -> None:
    data = "10" + "00" * 16 if ins in ("24", "2C") else "08" + "00" * 8
    other = "08" + "00" * 8 if ins in ("24", "2C") else "10" + "00" * 16
    assert card(f"00{ins}0101{data}") == "6A86"
    assert card(f"00{ins}0041{data}") == "6A86"
    assert card(f"00{ins}0021{data}") == "6A86"
    assert card(f"00{ins}0003{data}") == "6A88"
    assert card(f"00{ins}0000{data}") == "6A88"
    assert card(f"00{ins}0001{other}") == "6700"
    assert card(f"00{ins}000107" + "00" * 7) == "6700"
    assert card(f"80{ins}0001{data}") == "6E00"
    assert card(tries(PIN1)) == "63C3"


@pytest.mark.parametrize("ins", ["24", "26", "28"])
def test_without_data(card: Channel, ins: str) -> None:
    assert card(f"00{ins}0001") == "6700"


def test_local_pins_belong_to_their_application(card: Channel) -> None:
    assert card("00A4000C023F00") == "9000"
    assert card(tries(PIN2)) == "6A88"
    card.usim()
    card("00A4000C025FC0")
    assert card(tries(PIN2)) == "63C3"


def test_a_verification_is_shared_by_channels_and_ends_with_a_reset(card: Channel) -> None:
    other = Channel(card.applet).usim()
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"
    assert other("00B0870009") == IMSI
    assert other(verify(PIN1, WRONG)) == "63C2"
    assert card("00B0870009") == "6982"
    assert card(verify(PIN1, RIGHT[PIN1])) == "9000"
    assert card(verify(PIN2, WRONG)) == "63C2"
    card.applet.boot()
    card.usim()
    assert card("00B0870009") == "6982"
    assert card(tries(PIN2)) == "63C2"


def pin_status(card: Channel) -> str:
    return card(f"00A404040C{USIM_AID.hex()}").split("C6")[-1]


def test_the_universal_pin_replaces_the_application_pin(card: Channel) -> None:
    assert pin_status(card) == "129001F083010183018195010083011183010A9000"
    assert card(disable(PIN1, RIGHT[PIN1], "91")) == "9000"
    assert pin_status(card) == "1290017083010183018195010883011183010A9000"
    assert card("00B0870009") == "6982"
    assert card(verify(PIN1, RIGHT[PIN1])) == "6984"
    assert card(verify(UNIVERSAL, RIGHT[UNIVERSAL])) == "9000"
    assert card("00B0870009") == IMSI
    assert card(enable(PIN1, RIGHT[PIN1])) == "9000"
    assert pin_status(card).startswith("129001F0830101830181950100")
    assert card(verify(PIN1, WRONG)) == "63C2"
    assert card("00B0870009") == "6982"


def test_a_disabled_universal_pin_replaces_nothing(card: Channel) -> None:
    assert card(disable(PIN1, RIGHT[PIN1], "91")) == "9000"
    assert card(disable(UNIVERSAL, RIGHT[UNIVERSAL])) == "9000"
    assert card("00B0870009") == IMSI


def test_what_can_replace_what(card: Channel) -> None:
    assert card(disable(PIN1, RIGHT[PIN1], "82")) == "6A86"
    assert card(disable(PIN1, RIGHT[PIN1], "11")) == "6A86"
    assert card(disable(PIN2, RIGHT[PIN2], "91")) == "6A86"
    assert card(disable(UNIVERSAL, RIGHT[UNIVERSAL], "91")) == "6A86"
    assert channel(universal=False)(disable(PIN1, RIGHT[PIN1], "91")) == "6A88"
