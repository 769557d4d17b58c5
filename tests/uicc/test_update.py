"""UPDATE BINARY and UPDATE RECORD, bytes in and bytes out (TS 102 221 11.1.4, 11.1.6)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euicc import Card, PowerLoss
from euicc.runtime.nvm import Nvm
from euicc.uicc.applet import UiccApplet
from euicc.uicc.filesystem import Body, Df, Ef, FileKind
from euicc.uicc.profile_data import UiccProfile
from tests.isdr.installed import install
from tests.uicc.handmade import CONTENT, DF_ARR, IMSI, USIM_AID, Channel, Chip, profile

RULE = 9
"""The record of EF_ARR that opens reading and updating of the files here."""
OPEN = bytes.fromhex("8001039000")


def writable() -> UiccProfile:
    """The handmade profile with a rule more, and files whose rule it is."""
    made = profile()
    usim = made.filesystem.adfs[USIM_AID]
    rules = usim.children[0x6F06]
    assert isinstance(rules, Ef)
    records = [rules.body.record(number) for number in range(1, rules.body.record_count + 1)]
    records += [b"\xff" * 16] * (RULE - 1 - len(records)) + [OPEN.ljust(16, b"\xff")]
    rules.body = Body(b"".join(records), 16)
    for fid in (0x6F06, 0x6F07, 0x6F3B, 0x6F80, 0x6FC4, 0x6F47, 0x6F45, 0x6F46):
        file = usim.children[fid]
        assert isinstance(file, Ef)
        file.security = DF_ARR + bytes([RULE])
    linked = usim.children[0x6F3B]
    assert isinstance(linked, Ef)
    telecom = made.filesystem.mf.children[0x7F10]
    assert isinstance(telecom, Df)
    telecom.add(Ef(0x6F3B, FileKind.LINEAR_FIXED, linked.body, security=DF_ARR + b"\x01"))
    return made


def on(made: UiccProfile, nvm: Nvm | None = None) -> Channel:
    applet = UiccApplet(lambda: made, Chip(nvm or Nvm()))
    return Channel(applet).usim()


@pytest.fixture
def card() -> Channel:
    return on(writable())


def test_update_binary(card: Channel) -> None:
    assert card("00D6000001FF") == "6986"
    card("00A4000C026F07")
    assert card("00D6000002AABB") == "9000"
    assert card("00D6000801CC") == "9000"
    assert card("00B0000009") == "AABB10101032540" + "6CC9000"
    assert card("00D6000009" + IMSI.hex()) == "9000"
    assert card("00B0000009") == IMSI.hex().upper() + "9000"


def test_update_binary_wrong_length_and_offset(card: Channel) -> None:
    card("00A4000C026F07")
    assert card("00D60000") == "6700"
    assert card("00D600080200FF") == "6700"
    assert card("00D600000A" + "00" * 10) == "6700"
    assert card("00D6000901FF") == "6B00"
    assert card("00D67FFF01FF") == "6B00"
    assert card("00B0000009") == IMSI.hex().upper() + "9000"


def test_update_binary_by_sfi(card: Channel) -> None:
    assert card("00D6870101EE") == "9000"
    assert card("00B0000002") == "08EE9000"  # the EF is current now
    assert card("00D6820101EE") == "6A82"
    assert card("00D6A70101EE") == "6A86"
    assert card("00D6940101EE") == "6981"


def test_a_long_file_is_written_behind_the_first_256_bytes(card: Channel) -> None:
    card("00A4000C026FC4")
    assert card("00D601FF01AB") == "9000"
    assert card("00B001FE02") == f"{CONTENT[0x1FE]:02X}AB9000"
    assert card("00D6000000" + "0200" + "5A" * 512) == "9000"
    assert card("00B001FE02") == "5A5A9000"


def test_update_binary_of_another_structure(card: Channel) -> None:
    for fid in ("6F3B", "6F80", "6FF8"):
        card("00A4000C02" + fid)
        assert card("00D6000001FF") == "6981"


def test_update_record_absolute_and_current(card: Channel) -> None:
    card("00A4000C026F3B")
    assert card("00DC020404AABBCCDD") == "9000"
    assert card("00B2020404") == "AABBCCDD9000"
    assert card("00DC00040411223344") == "6A83"  # absolute did not set the pointer
    assert card("00B2000204") == "010101019000"
    assert card("00DC00040411223344") == "9000"
    assert card("00B2010404") == "112233449000"
    assert card("00DC04040411223344") == "6A83"


def test_update_record_next_and_previous(card: Channel) -> None:
    card("00A4000C026F3B")
    assert card("00DC000204" + "0A" * 4) == "9000"
    assert card("00DC0002030A0A0A") == "6700"  # a refused update does not move the pointer
    assert card("00DC000204" + "0B" * 4) == "9000"
    assert card("00DC000204" + "0C" * 4) == "9000"
    assert card("00DC000204" + "0D" * 4) == "6A83"
    assert card("00DC000304" + "0E" * 4) == "9000"
    assert [card(f"00B2{n:02X}0404") for n in (1, 2, 3)] == ["0A0A0A0A9000", "0E0E0E0E9000", "0C0C0C0C9000"]
    card("00A4000C026F3B")
    assert card("00DC000304" + "0F" * 4) == "9000"  # SELECT cleared the pointer: previous is the last
    assert card("00B2030404") == "0F0F0F0F9000"


def test_update_record_wrong_parameters(card: Channel) -> None:
    card("00A4000C026F3B")
    assert card("00DC01000400000000") == "6A86"
    assert card("00DC01050400000000") == "6A86"
    assert card("00DC010405" + "00" * 5) == "6700"
    assert card("00DC0104") == "6700"


def test_a_cyclic_file_takes_the_newest_over_the_oldest(card: Channel) -> None:
    card("00A4000C026F80")
    assert card("00DC000305" + "AA" * 5) == "9000"
    assert [card(f"00B2{n:02X}0405")[:2] for n in (1, 2, 3)] == ["AA", "01", "02"]
    assert card("00B2000405") == "AA" * 5 + "9000"  # the newest is the current record
    assert card("00B2000205") == "01" * 5 + "9000"
    assert card("00DC000305" + "BB" * 5) == "9000"
    assert [card(f"00B2{n:02X}0405")[:2] for n in (1, 2, 3)] == ["BB", "AA", "01"]


def test_a_cyclic_file_takes_no_other_mode(card: Channel) -> None:
    card("00A4000C026F80")
    assert card("00DC010405" + "AA" * 5) == "6981"
    assert card("00DC000205" + "AA" * 5) == "6981"
    assert card("00DC050305" + "AA" * 5) == "9000"  # previous does not look at P1
    assert card("00DC000304" + "AA" * 4) == "6700"


def test_update_record_by_sfi(card: Channel) -> None:
    assert card("00DC000405" + "AA" * 5) == "6986"
    assert card("00DC00A305" + "AA" * 5) == "9000"
    assert card("00B2010405") == "AA" * 5 + "9000"
    assert card("00DC00CB05" + "AA" * 5) == "6A82"
    assert card("00DC013C01AA") == "6981"


def test_access_rules(card: Channel) -> None:
    assert card("00D6880001FF") == "6982"  # ADM1 only
    card("00A4000C026F37")
    assert card("00D6000001FF") == "6982"  # its rule names reading only
    assert card("00D6910001FF") == "6985"  # deactivated
    card("00A4000C026F46")
    assert card("00D6000001FF") == "9000"  # usable all the same
    assert card("00B0000001") == "FF9000"


def test_an_updated_rule_counts_at_once(card: Channel) -> None:
    assert card("00B0870001") == "089000"
    assert card("00DC093410" + "80010190" + "00" + "FF" * 11) == "9000"
    assert card("00B0870001") == "089000"
    assert card("00D6870001FF") == "6982"


def test_linked_files_have_one_body(card: Channel) -> None:
    card("00A4000C026F3B")
    assert card("00DC020404AABBCCDD") == "9000"
    assert card("00A4080C047F106F3B") == "9000"
    assert card("00B2020404") == "AABBCCDD9000"


def test_channels_see_what_the_other_wrote(card: Channel) -> None:
    other = Channel(card.applet).usim()
    assert card("00D6870001EE") == "9000"
    assert other("00B0870001") == "EE9000"


@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_at_every_point(point: int) -> None:
    made, nvm = writable(), Nvm()
    card = on(made, nvm)
    nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        card("00DC00A305" + "AA" * 5)
    nvm.power_on()
    expected = ["AA", "01", "02"] if point == 3 else ["01", "02", "03"]
    assert [on(made, nvm)(f"00B2{n:02X}A405")[:2] for n in (1, 2, 3)] == expected


class Model:
    """A transparent file as Python sees it."""

    def __init__(self) -> None:
        self.content = bytearray(IMSI)

    def update(self, offset: int, data: bytes) -> str:
        if offset >= len(self.content):
            return "6B00"
        if not data or offset + len(data) > len(self.content):
            return "6700"
        self.content[offset : offset + len(data)] = data
        return "9000"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.binary(min_size=1, max_size=10)), max_size=8))
def test_any_updates(updates: list[tuple[int, bytes]]) -> None:
    card, model = on(writable()), Model()
    for offset, data in updates:
        assert card(f"00D687{offset:02X}{len(data):02X}{data.hex()}") == model.update(offset, data)
    assert card("00B0870009") == model.content.hex().upper() + "9000"


def test_through_the_card() -> None:
    card = Card.manufacture()
    install(card, 1, enabled=True)
    card.reset()
    card.transmit(bytes.fromhex("00A40804022FE200"))
    assert card.transmit(bytes.fromhex("00D6000001FF")) == b"\x69\x82"
