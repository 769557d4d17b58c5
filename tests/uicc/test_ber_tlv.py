"""RETRIEVE DATA and SET DATA, bytes in and bytes out (TS 102 221 11.3.1, 11.3.2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apdu import tlv
from euicc import PowerLoss
from euicc.config import Config
from euicc.runtime.proactive import Proactive
from euicc.runtime.runtime import Runtime
from euicc.uicc.applet import UiccApplet
from euicc.uicc.filesystem import Ef
from tests.uicc.administered import Device, open_profile
from tests.uicc.handmade import USIM_AID, Channel, Chip, applet, profile

OBJECT = "8103AABBCC"
SECOND = "5F37020102"


@pytest.fixture
def device() -> Device:
    return Device()


def selected(device: Device) -> Channel:
    card = device.usim()
    assert card("00A4000C026FF8") == "9000"
    return card


def set_first(data: str) -> str:
    return f"80DB0080{len(data) // 2:02X}{data}"


def test_set_and_retrieve(device: Device) -> None:
    card = selected(device)
    assert card("80CB00800181") == "6A88"
    assert card(set_first(OBJECT)) == "9000"
    assert card(set_first(SECOND)) == "9000"
    for each in (card, selected(device)):
        assert each("80CB0080018100") == OBJECT + "9000"
        assert each("80CB0080025F3700") == SECOND + "9000"
        assert each("80CB0080015C00") == "5C03815F379000"


def test_no_objects_no_tags(device: Device) -> None:
    assert selected(device)("80CB0080015C00") == "5C009000"


def test_an_object_is_replaced_and_deleted(device: Device) -> None:
    card = selected(device)
    for data in (OBJECT, SECOND, "810101"):
        assert card(set_first(data)) == "9000"
    assert card("80CB0080018100") == "8101019000"
    assert card(set_first("81")) == "9000"
    assert card("80CB00800181") == "6A88"
    assert card(set_first("81")) == "6A88"
    assert card("80CB0080015C00") == "5C025F379000"
    assert card(set_first("8100")) == "9000"  # an object without a value is one
    assert card("80CB0080018100") == "81009000"


def test_retrieve_in_blocks(device: Device) -> None:
    card = selected(device)
    assert card("80CB0000") == "6985"
    card(set_first("8108" + "0102030405060708"))
    assert card("80CB0040") == "6985"
    assert card("80CB0080018104") == "8108010262F1"
    assert card("80CB004004") == "8108010262F1"  # retransmitted
    assert card("80CB000004") == "0304050662F1"
    assert card("80CB004002") == "030462F1"  # a smaller block this time, from which it goes on
    assert card("80CB000004") == "0506070862F1"[:8] + "9000"
    assert card("80CB000004") == "6985"
    assert card("80CB004004") == "050607089000"


def test_set_in_blocks(device: Device) -> None:
    card = selected(device)
    assert card("80DB00000101") == "6985"
    assert card(set_first("810801020304")) == "63F1"
    assert card("80CB0080018100") == "6A88"  # not there yet, and that was another command
    assert card("80DB00000405060708") == "6985"
    assert card(set_first("810801020304")) == "63F1"
    assert card("80DB0000020506") == "63F1"
    assert card("80DB004002F5F6") == "63F1"  # in place of the block before
    assert card("80DB0000020708") == "9000"
    assert card("80CB008001810A") == "810801020304F5F607089000"
    assert card(set_first("8108FFFFFFFFFF")) == "63F1"
    assert card("80DB00400781080102030405") == "63F1"
    assert card("80DB000003FDFEFF") == "9000"
    assert card("80DB004003AAABAC") == "9000"  # the last one again
    assert card("80CB0080018100") == "81080102030405AAABAC9000"
    assert card("80DB00000101") == "6985"


def test_what_comes_in_between(device: Device) -> None:
    card = selected(device)
    other = Channel(card.applet)
    assert card(set_first("8103")) == "63F1"  # tag and length alone
    assert other("00A40004023F00").endswith("9000")
    assert card("80F2000C") == "9000"
    assert card("80DB00000101") == "63F1"
    assert card("00B0000001") == "6981"
    assert card("0020000A").startswith("63")
    assert card("80DB0000020203") == "9000"
    assert card("80CB0080018103") == "81030162F1"
    assert card("00B0990001") == "6A82"
    assert card("80CB000002") == "02039000"


def test_another_current_file_breaks_it_off(device: Device) -> None:
    for between in ("00A4000C026FF8", "00B0870001", "00A4000C025FC0"):
        card = selected(device)
        assert card(set_first("810201")) == "63F1"
        assert card(between)[-4:] == "9000"
        card("00A4080C047FFF6FF8")
        assert card("80DB00000103") == "6985"
    card = selected(device)
    card(set_first(OBJECT))
    assert card("80CB0080018102") == "810362F1"
    card("00A4000C026FF8")
    assert card("80CB000002") == "6985"


def test_an_earlier_object_stays_until_the_last_block(device: Device) -> None:
    card = selected(device)
    card(set_first(OBJECT))
    assert card(set_first("8102FF")) == "63F1"
    card("00A4000C026FF8")
    assert card("80CB0080018100") == OBJECT + "9000"


def test_a_file_deleted_meanwhile(device: Device) -> None:
    card = selected(device)
    other = Channel(card.applet).usim()
    assert card(set_first("810201")) == "63F1"
    assert other("00E40000026FF8") == "9000"
    assert card("80DB00000102") == "6985"


def test_wrong_data(device: Device) -> None:
    card = selected(device)
    for data in ("00", "8103AABBCCDD", "81810101", "9F81828301" + "00", "5C0101", "1F050101"):
        assert card(set_first(data)) == "6A80"
    assert card("80CB008003810200") == "6A80"
    assert card("80CB00800100") == "6A80"
    assert card("80CB0080") == "6700"
    assert card("80CB00000181") == "6700"
    assert card("80DB0080") == "6700"
    assert card("80DB0000") == "6700"


def test_wrong_parameters(device: Device) -> None:
    card = selected(device)
    for ins in ("CB", "DB"):
        assert card(f"80{ins}01800181") == "6A86"
        assert card(f"80{ins}00C00181") == "6A86"
        assert card(f"80{ins}00A00181") == "6A86"
        assert card(f"80{ins}00190181") == "6A86"  # further blocks have no SFI
        assert card(f"80{ins}00590181") == "6A86"
        assert card(f"00{ins}00800181") == "6E00"
        card("00A4000C026F07")
        assert card(f"80{ins}00800181") == "6981"
        assert card(f"80{ins}009F0181") == "6A82"
        card("00A4000C025FC0")
        assert card(f"80{ins}00800181") == "6986"
        card("00A4080C047FFF6FF8")


def test_by_sfi(device: Device) -> None:
    card = device.usim()
    ef = card.applet.running.profile.filesystem.adfs[USIM_AID].children[0x6FF8]
    assert isinstance(ef, Ef)
    ef.sfi = 0x19
    assert card("80DB009905" + OBJECT) == "9000"
    card("00A4000C027FFF")
    assert card("80CB0099018100") == OBJECT + "9000"
    assert card("80CB0080018100") == OBJECT + "9000"  # the EF is current now


def test_access_rules() -> None:
    made = profile()
    made.filesystem.adfs[USIM_AID].children[0x6FF8].security = bytes.fromhex("6F0603")
    card = Channel(applet(lambda: made)).usim()
    card("00A4000C026FF8")
    assert card("80CB00800181") == "6982"
    assert card("80DB0080028100") == "6982"


def test_a_deactivated_file(device: Device) -> None:
    card = selected(device)
    card(set_first(OBJECT))
    card("00040000")
    assert card("80CB00800181") == "6985"
    assert card(set_first(OBJECT)) == "6985"


def test_the_maximum_size(device: Device) -> None:
    card = selected(device)  # 128 bytes
    assert "A50F" + "83020080" + "840101" + "85020040" + "86020080" in card("00A40004026FF8")
    assert card(set_first("817F" + "00" * 127)) == "6A84"
    assert card(set_first("817E" + "00" * 60)) == "63F1"  # 128 with tag and length
    assert card("80DB000042" + "00" * 66) == "9000"
    assert "83020000" in card("00A40004026FF8")
    assert "80020080" in card("00A40004026FF8")
    assert card(set_first("8200")) == "6A84"
    assert card(set_first("8101" + "FF")) == "9000"
    assert card(set_first("8200")) == "9000"


def test_another_channel_may_have_taken_the_room_meanwhile(device: Device) -> None:
    card = selected(device)
    other = Channel(card.applet).usim()
    assert other("00A4000C026FF8") == "9000"
    assert card(set_first("817E" + "00" * 60)) == "63F1"
    assert other(set_first("8200")) == "9000"
    assert card("80DB000042" + "00" * 66) == "6A84"
    assert other("80CB0080015C00") == "5C01829000"


def test_the_memory_of_the_card() -> None:
    device = Device(Config(nvm_size=30))
    card = selected(device)  # 64 bytes of its own
    assert "8302005E" in card("00A40004026FF8")  # these and 30 more
    assert card(set_first("815D" + "00" * 93)) == "6A84"
    assert card(set_first("815C" + "00" * 92)) == "9000"
    assert "83020000" in card("00A40004026FF8")
    assert card(set_first("8200")) == "6A84"
    assert card(set_first("81")) == "9000"
    assert "8302005E" in card("00A40004026FF8")


def test_resize(device: Device) -> None:
    card = selected(device)
    card(set_first(OBJECT))
    assert card("80D400000D" + "620B" + "83026FF8" + "A50586030F4240"[:14]) == "9000"
    assert "86030F4240" in card("00A40004026FF8")
    assert card("80CB0080018100") == OBJECT + "9000"
    assert card("80D400000A" + "6208" + "83026FF8" + "80020003") == "9000"
    assert card("80D400000A" + "6208" + "83026FF8" + "A5028601")[-4:] == "6A80"
    assert card("80D400000D" + "620B" + "83026FF8" + "A503860104" + "8000")[-4:] == "6A80"
    assert card("80D400000B" + "6209" + "83026FF8" + "A503860104") == "6A80"  # 5 bytes are in use
    card = selected(device)
    assert "85020003" in card("00A40004026FF8")
    assert card("80D401000B" + "6209" + "83026FF8" + "A503860104") == "9000"
    assert card("80CB0080015C00") == "5C009000"
    assert card(set_first(OBJECT)) == "6A84"


@pytest.mark.parametrize("point", [1, 2, 3])
def test_the_power_may_go_at_every_point(device: Device, point: int) -> None:
    card = selected(device)
    card(set_first(OBJECT))
    assert card(set_first("8103010203")[:-2].replace("80DB008005", "80DB008004")) == "63F1"
    device.nvm.lose_power_at = point
    with pytest.raises(PowerLoss):
        card("80DB00000104")
    expected = "8103010204" if point == 3 else OBJECT
    assert selected(device)("80CB0080018100") == expected + "9000"


def test_through_the_runtime() -> None:
    made = open_profile()
    runtime = Runtime(UiccApplet(lambda: made, Chip()), Proactive())
    runtime.reset()

    def card(command: str) -> str:
        return runtime.transmit(bytes.fromhex(command)).hex().upper()

    card(f"00A4040C0C{USIM_AID.hex()}")
    card("00A4000C026FF8")
    assert card(set_first("8104AABBCCDD")) == "9000"
    assert card("80CB00800181") == "6106"
    assert card("00C0000006") == "8104AABBCCDD9000"
    assert card("80CB0080018103") == "8104AA62F1"
    assert card("80CB000003") == "BBCCDD9000"


tags = st.sampled_from(["81", "82", "A3", "5F37", "DF8101"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(tags, st.none() | st.binary(max_size=30), st.integers(1, 40)), max_size=10))
def test_any_objects(writes: list[tuple[str, bytes | None, int]]) -> None:
    device = Device()
    card, model = selected(device), dict[str, bytes]()
    for tag, value, cut in writes:
        if value is None:
            assert card(set_first(tag)) == ("9000" if model.pop(tag, None) is not None else "6A88")
            continue
        encoded = tlv.encode(int(tag, 16), value)
        others = sum(len(tlv.encode(int(t, 16), v)) for t, v in model.items() if t != tag)
        fits = others + len(encoded) <= 128
        blocks = [encoded[: cut + 4], *(encoded[i : i + cut] for i in range(cut + 4, len(encoded), cut))]
        for number, block in enumerate(blocks):
            p2 = "00" if number else "80"
            last = "63F1" if number + 1 < len(blocks) else "9000"
            answer = card(f"80DB00{p2}{len(block):02X}{block.hex()}")
            assert answer == (last if fits else "6A84")
            if not fits:
                break
        if fits:
            model[tag] = value
    for tag, value in model.items():
        expected = tlv.encode(int(tag, 16), value).hex().upper()
        assert card(f"80CB0080{len(tag) // 2:02X}{tag}00") == expected + "9000"
