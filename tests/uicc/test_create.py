"""CREATE FILE, DELETE FILE and RESIZE FILE, bytes in and bytes out (TS 102 222 6.3, 6.4, 6.10)."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc.config import Config
from euicc.testing.faults import power_cuts
from euicc.uicc.filesystem import Df, Ef
from tests.uicc.administered import Device, open_profile
from tests.uicc.handmade import Channel

SECURITY = "8B036F0601"


def fcp(*objects: str) -> str:
    return tlv.encode(0x62, bytes.fromhex("".join(objects))).hex()


def create(objects: str) -> str:
    template = fcp(objects)
    return f"00E00000{len(template) // 2:02X}{template}"


def transparent(fid: str = "6FA0", size: str = "0004", more: str = "") -> str:
    return create(f"82024121 8302{fid} 8A0105 {SECURITY} 8002{size} {more}".replace(" ", ""))


def linear(fid: str = "6FA0", size: str = "000C", length: str = "0004", more: str = "") -> str:
    return create(f"82044221{length} 8302{fid} 8A0105 {SECURITY} 8002{size} {more}".replace(" ", ""))


def directory(fid: str = "5FA0", more: str = "") -> str:
    return create(f"82027821 8302{fid} 8A0105 {SECURITY} C606900100830101 {more}".replace(" ", ""))


@pytest.fixture
def device() -> Device:
    return Device()


def test_a_transparent_file(device: Device) -> None:
    card = device.usim()
    assert card(transparent()) == "9000"
    assert card("00B0000004") == "FFFFFFFF9000"  # it is the current file
    assert card("00D6000004DEADBEEF") == "9000"
    card = device.usim()
    assert card("00A40004026FA0") == (
        "62" + "16" + "82024121" + "83026FA0" + "8A0105" + SECURITY + "80020004" + "8800" + "9000"
    )
    assert card("00B0000004") == "DEADBEEF9000"


@pytest.mark.parametrize(
    ("pattern", "content"),
    [
        ("A504C1020102", "010202029000"),
        ("A504C2020102", "010201029000"),
        ("A5020000", None),
        ("A505C20105C001", None),
    ],
)
def test_what_a_new_file_is_filled_with(device: Device, pattern: str, content: str | None) -> None:
    card = device.usim()
    if content is None:
        assert card(transparent(more=pattern)) == "6A80"
        return
    assert card(transparent(more=pattern)) == "9000"
    assert card("00B0000004") == content


def test_the_pattern_starts_anew_in_each_record(device: Device) -> None:
    card = device.usim()
    assert card(linear(more="A505C203010203")) == "9000"
    assert [card("00B2000204") for _ in range(4)] == ["010203019000"] * 3 + ["6A83"]
    assert card("00A40004026FA0").startswith("62" + "19" + "82054221000403")


def test_a_cyclic_file(device: Device) -> None:
    card = device.usim()
    assert card(linear().replace("82044221", "82044621")) == "9000"
    assert card("00DC00030411111111") == "9000"
    assert card("80320000010100") == "11111112019000"


def test_directories_hold_files(device: Device) -> None:
    card = device.usim()
    assert card(directory()) == "9000"
    assert card(transparent("4F01", more="88010A")) == "6A80"
    assert card(transparent("4F01", more="880108")) == "9000"
    assert card(directory("5FA1")) == "9000"
    assert card(transparent("4F02")) == "9000"
    for channel in (card, device.usim()):
        assert channel("00A4080C067FFF5FA04F01") == "9000"
        assert channel("00B0810004") == "FFFFFFFF9000"
        assert channel("00A4080C087FFF5FA05FA14F02") == "9000"


def test_the_fcp_of_a_new_directory(device: Device) -> None:
    card = device.usim()
    card(directory())
    assert "C606900100830101" in card("00A40004025FA0")


def test_identifiers_must_be_free(device: Device) -> None:
    card = device.usim()
    for fid in ("6F07", "5FC0", "7FD0"):
        assert card(transparent(fid)) == "6A89"
    for fid in ("3F00", "7FFF", "FFFF", "3FFF"):
        assert card(transparent(fid)) == "6A80"
    card = device.boot()
    for fid in ("7FD0", "7F10", "2FE2"):
        assert card(directory(fid)) == "6A89"
    card("00A4000C027F10")
    assert card(directory("7F10")) == "6A89"


def test_a_short_identifier_is_given_once(device: Device) -> None:
    card = device.usim()
    assert card(transparent("6FA1", more="880138")) == "6A80"  # EF_IMSI has it
    assert card(transparent("6FA7")) == "9000"  # the one derived from the identifier is that of EF_IMSI
    assert card("00A40004026FA7").endswith("88009000")
    assert card("00B0870009").endswith("9000")
    assert device.usim()("00A40004026FA7").endswith("88009000")
    assert card(transparent("6FAA")) == "9000"
    assert card("00A40004026FAA").endswith("8801509000")


WRONG = {
    "no data": "00E00000",
    "another template": "00E0000002" + "6F00",
    "no descriptor": create("83026FA08A0105" + SECURITY + "80020004"),
    "no identifier": create("820241218A0105" + SECURITY + "80020004"),
    "no life cycle": create("8202412183026FA0" + SECURITY + "80020004"),
    "no rule": create("8202412183026FA08A010580020004"),
    "no size": create("8202412183026FA08A0105" + SECURITY),
    "twice": transparent(more="83026FA0"),
    "unknown object": transparent(more="9900"),
    "unknown structure": create("8202432183026FA08A0105" + SECURITY + "80020004"),
    "no record length": create("8202422183026FA08A0105" + SECURITY + "80020004"),
    "records of nothing": linear(length="0000"),
    "broken record": linear(size="000B"),
    "too many records": linear(size="03FC"),
    "no bytes": transparent(size="0000"),
    "size of five bytes": create("8202412183026FA08A0105" + SECURITY + "80050000000004"),
    "long identifier": create("8202412183036FA0008A0105" + SECURITY + "80020004"),
    "terminated": create("8202412183026FA08A010C" + SECURITY + "80020004"),
    "rule without record": create("8202412183026FA08A01058B026F0680020004"),
    "two kinds of rules": transparent(more="AB00"),
    "both patterns": transparent(more="A506C10101C20101"),
    "maximum size": transparent(more="A503860108"),
    "short identifier with rest": transparent(more="880139"),
    "PINs of an EF": transparent(more="C603830101"),
    "cut": create("82024121")[:-2] + "05",
    "DF without PINs": create("8202782183025FA08A0105" + SECURITY),
    "DF with a size": directory(more="80020004"),
    "key reference of two bytes": create("8202782183025FA08A0105" + SECURITY + "C60483020101"),
}


@pytest.mark.parametrize("command", WRONG.values(), ids=WRONG)
def test_wrong_templates(device: Device, command: str) -> None:
    card = device.usim()
    assert card(command) == "6A80"
    assert device.nvm.generation == 0


def test_other_refusals(device: Device) -> None:
    card = device.usim()
    assert card(transparent().replace("00E00000", "00E00100")) == "6A86"
    assert card(transparent().replace("00E00000", "80E00000")) == "6E00"
    assert card(create("8202782183025FA08407A00000008710028A0105" + SECURITY + "C603830101")) == "6A81"
    card("00A4000C025FC0")
    rule = card.applet.running.profile.filesystem.adfs
    (usim, _) = rule.values()
    closed = usim.children[0x5FC0]
    closed.security = bytes.fromhex("6F0602")
    assert card(transparent("4FA0")) == "6982"
    assert card(directory("5FA0")) == "6982"


def test_memory_is_limited() -> None:
    device = Device(Config(nvm_size=200))
    card = device.usim()
    assert card(transparent(size="0100")) == "6A84"
    assert card(transparent(size="0080")) == "9000"
    assert card(transparent("6FA1", "0040")) == "6A84"
    assert card("80D40000" + "0A" + fcp("83026FA080020100")) == "6A84"
    assert card("00E40000026FA0") == "9000"
    assert card(transparent("6FA1", "0080")) == "9000"
    assert device.usim()("00A4000C026FA1") == "9000"


def test_delete_what_was_created(device: Device) -> None:
    card = device.usim()
    card(transparent())
    card("00D6000001AA")
    assert card("00E40000026FA0") == "9000"
    assert card("00B0000004") == "6986"
    assert card("00A4000C026FA0") == "6A82"
    assert card("00A4000C026F07") == "9000"
    assert device.usim()("00A4000C026FA0") == "6A82"
    assert card(transparent()) == "9000"
    assert card("00B0000004") == "FFFFFFFF9000"  # nothing of the old content


def test_delete_what_the_package_brought(device: Device) -> None:
    card = device.usim()
    card("00D6870001EE")
    assert card("00E40000026F07") == "9000"
    assert card("00B0870001") == "6A82"
    assert device.usim()("00B0870001") == "6A82"
    assert card(transparent("6F07", "0002")) == "9000"
    assert card("00B0870002") == "FFFF9000"
    assert device.usim()("00B0870002") == "FFFF9000"
    assert card("00E40000026F07") == "9000"
    assert device.usim()("00B0870001") == "6A82"


def test_a_directory_goes_with_all_that_is_in_it(device: Device) -> None:
    card = device.boot()
    card("00A4000C027F10")
    card(directory())
    card(transparent("4F01"))
    card("00A4080C047F105F3A")
    card("00E40000024F22")
    assert card("00E40800027F10") == "9000"
    assert card("00A4080C047F105F3A") == "6A82"
    card = device.boot()
    assert card("00A4000C027F10") == "6A82"
    assert card(directory("7F10")) == "9000"
    assert card(directory("5F3A")) == "9000"
    card = device.boot()
    assert card("00A4080C047F105F3A") == "9000"
    assert card("00A4000C024F22") == "6A82"


def test_whoever_stands_in_a_deleted_file_moves_up(device: Device) -> None:
    card = device.boot()
    inside, at_file = Channel(card.applet), Channel(card.applet)
    assert inside("00A4080C047F105F3A") == "9000"
    assert at_file("00A4080C067F105F3A4F22") == "9000"
    assert card("00E40800067F105F3A4F22") == "9000"
    assert at_file("00B0000004") == "6986"
    assert "83025F3A" in at_file("80F2000000")
    assert card("00E40000027F10") == "9000"
    for channel in (inside, at_file):
        assert "83023F00" in channel("80F2000000")


def test_what_cannot_be_deleted(device: Device) -> None:
    card = device.usim()
    assert card("00E40000023F00") == "6985"
    assert card("00E40000027FFF") == "6985"
    assert card("00E40000026F77") == "6982"
    assert card("00E40000") == "6700"
    assert card("00E40000026F99") == "6A82"
    assert card("00E40400026F07") == "6A86"
    assert card("80E40000026F07") == "6E00"


def test_a_link_keeps_the_body(device: Device) -> None:
    def boot() -> Channel:
        made = open_profile()
        usim = made.filesystem.adfs
        source = next(iter(usim.values())).children[0x6F3B]
        telecom = made.filesystem.mf.children[0x7F10]
        assert isinstance(source, Ef)
        assert isinstance(telecom, Df)
        telecom.add(Ef(0x6F3B, source.kind, source.body, security=source.security))
        card = device.boot()
        card.applet._enabled = lambda: made
        return Channel(card.applet)

    card = boot()
    assert card("00A4080C047F106F3B") == "9000"
    assert card("00DC010404AABBCCDD") == "9000"
    assert card("00E40800047F106F3B") == "9000"
    for channel in (card, boot()):
        channel.usim()
        assert channel("00A4000C026F3B") == "9000"
        assert channel("00B2010404") == "AABBCCDD9000"


def resize(objects: str, p1: str = "00") -> str:
    template = fcp(objects)
    return f"80D4{p1}00{len(template) // 2:02X}{template}"


def test_resize_a_transparent_file(device: Device) -> None:
    card = device.usim()
    assert card(resize("83026F0780020003")) == "9000"
    assert card("00B0000000") == "0809109000"
    assert card(resize("83026F0780020006A503C10101")) == "9000"
    assert card("00B0000000") == "0809100101019000"
    assert card(resize("83026F0780020007")) == "9000"
    assert device.usim()("00B0870000") == "080910010101FF9000"


def test_resize_a_linear_fixed_file(device: Device) -> None:
    card = device.usim()
    assert card(resize("83026F3B80020014A504C2020102")) == "9000"
    assert [card(f"00B2{n:02X}0404")[:8] for n in (3, 4, 5, 6)] == [
        "03030303",
        "01020102",
        "01020102",
        "6A83",
    ]
    assert card(resize("83026F3B80020004")) == "9000"
    assert card("00B2020404") == "6A83"
    assert "82054221000401" in device.usim()("00A40004026F3B")


def test_resize_refused(device: Device) -> None:
    card = device.usim()
    assert card(resize("83026F3B8002000D")) == "6A80"
    assert card(resize("83026F3B")) == "6A80"
    assert card(resize("80020004")) == "6A80"
    assert card(resize("83026F9980020004")) == "6A82"
    assert card(resize("83025FC080020004")) == "6A81"
    assert card(resize("83026F8080020004")) == "6981"
    assert card(resize("83026F7780020004")) == "6982"
    assert card(resize("83026F4580020004")) == "6985"
    assert card(resize("83026F0780020004", "02")) == "6A86"
    assert card(resize("83026F0780020004", "01")) == "6A80"
    assert card(resize("83026F0780020004").replace("80D4", "00D4")) == "6E00"


COMMANDS = {
    "create": (transparent(), "00A4000C026FA0", "6A82", "9000"),
    "delete what was created": ("00E40000026FB0", "00A4000C026FB0", "9000", "6A82"),
    "delete": ("00E40000026F07", "00A4000C026F07", "9000", "6A82"),
    "resize": (resize("83026F0780020003"), "00B0870400", "101032540636"[2:] + "9000", "6B00"),
}


@pytest.mark.parametrize("built_anew", [True, False])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_power_may_go_at_every_point(name: str, built_anew: bool) -> None:
    command, probe, before, after = COMMANDS[name]
    found: list[str] = []
    for cut in power_cuts():
        device = Device()
        card = device.usim()
        card("00D6870001AA")
        card(transparent(fid="6FB0"))
        card = device.usim()
        with cut.on(device.nvm):
            assert card(command) == "9000"
        if cut.happened:
            found.append(device.usim(built_anew=built_anew)(probe))
    assert len(found) > 3
    assert found == [before] * (len(found) - 1) + [after]  # only the last point is behind the commit
