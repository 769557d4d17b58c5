"""Every builder of a proactive command against the bytes that TS 102 384 and TS 31.124 show for it."""

from __future__ import annotations

import inspect
import re
from ipaddress import IPv4Address, IPv6Address

import pytest

from apdu.cat import CommandType, ProactiveCommand, RefreshMode, commands, refresh
from apdu.cat.bearer import BearerDescription, BearerType, OtherAddress, TransportLevel, TransportProtocol
from apdu.cat.codes import LocalInformation
from apdu.cat.objects import Address, Duration, Item, TimeUnit

ITEMS = [Item(n, f"Item {n}") for n in range(1, 5)]
ITEMS_HEX = "".join(f"8F070{n}4974656D203{n}" for n in range(1, 5))
TPDU = bytes.fromhex("0100099110325476F840F40C54657374204D657373616765")
TCP = TransportLevel(TransportProtocol.TCP_CLIENT_REMOTE, 44444)
V4, V6 = OtherAddress(IPv4Address("1.1.1.1")), OtherAddress(IPv6Address("2001:db8::1"))
GPRS = BearerDescription(BearerType.GPRS, bytes.fromhex("0304030 41F02".replace(" ", "")))

BUILT = {
    "REFRESH": (commands.uicc_reset(), "D009810301010482028182"),
    "REFRESH with files": (
        commands.refresh(RefreshMode.FILE_CHANGE, [bytes.fromhex("3F007FFF6F07")]),
        "D012810301010182028182920701 3F007FFF6F07",
    ),
    "REFRESH with two files and an application": (
        commands.refresh(
            RefreshMode.NAA_INITIALISATION_AND_FILE_CHANGE,
            [bytes.fromhex("3F002FE2"), bytes.fromhex("3F007FFF6F07")],
            bytes.fromhex("A0000000871002"),
        ),
        "D01F 8103010102 82028182 920B02 3F002FE2 3F007FFF6F07 AF07A0000000871002",
    ),
    "MORE TIME": (commands.more_time(), "D009810301020082028182"),
    "POLL INTERVAL": (
        commands.poll_interval(Duration(TimeUnit.SECONDS, 20)),
        "D00D81030103008202818284020114",
    ),
    "POLLING OFF": (commands.polling_off(), "D009810301040082028182"),
    "SET UP EVENT LIST": (commands.set_up_event_list([1, 3]), "D00D810301050082028182 99020103"),
    "SET UP EVENT LIST to nothing": (commands.set_up_event_list([]), "D00B810301050082028182 9900"),
    "SEND SHORT MESSAGE": (
        commands.send_short_message(TPDU, Address.of("+112233445566778"), "Send SM"),
        "D037 8103011300 82028183 850753656E6420534D 8609911122334455667 7F8 8B18" + TPDU.hex(),
    ),
    "SEND SHORT MESSAGE packed": (
        commands.send_short_message(TPDU, packing=True),
        "D023 8103011301 82028183 8B18" + TPDU.hex(),
    ),
    "SET UP CALL": (
        commands.set_up_call(Address.of("+012340123456,1,2"), "Not busy"),
        "D01E 8103011000 82028183 85084E6F742062757379 860991103204214365 1C2C",
    ),
    "SEND USSD": (
        commands.send_ussd("*100#", "Balance"),
        "D01A 8103011200 82028183 850742616C616E6365 8A060FAA180C3602",
    ),
    "SEND DTMF": (
        commands.send_dtmf("1234567890", "Send DTMF"),
        "D01B 8103011400 82028183 850953656E642044544D46 AC052143658709",
    ),
    "PLAY TONE": (
        commands.play_tone(1, Duration(TimeUnit.SECONDS, 5), "Dial Tone"),
        "D01B 8103012000 82028103 85094469616C20546F6E65 8E0101 84020105",
    ),
    "PLAY TONE of the terminal": (commands.play_tone(), "D009 8103012000 82028103"),
    "DISPLAY TEXT": (
        commands.display_text("Toolkit Test 1"),
        "D01A8103012180820281028D0F04546F6F6C6B697420546573742031",
    ),
    "DISPLAY TEXT in UCS2": (
        commands.display_text("ЗДР", 0),
        "D0128103012100820281028D070804170414 0420",
    ),
    "GET INKEY": (commands.get_inkey('Enter "+"'), "D015810301220082028182 8D0A04456E74657220222B22"),
    "GET INPUT": (
        commands.get_input("Enter 12345", 5, 5),
        "D01B8103012300820281828D0C04456E746572203132333435 91020505",
    ),
    "SELECT ITEM": (
        commands.select_item("Toolkit Select", ITEMS),
        "D03D810301240082028182850E546F6F6C6B69742053656C656374" + ITEMS_HEX,
    ),
    "SELECT ITEM without title": (
        commands.select_item(None, [Item(1, "No")], 2),
        "D00E 8103012402 82028182 8F03014E6F",
    ),
    "SET UP MENU": (
        commands.set_up_menu("Toolkit Menu", ITEMS),
        "D03B810301250082028182850C546F6F6C6B6974204D656E75" + ITEMS_HEX,
    ),
    "SET UP MENU to take it away": (commands.set_up_menu("", []), "D00D 8103012500 82028182 8500 8F00"),
    "SET UP IDLE MODE TEXT": (
        commands.set_up_idle_mode_text("Idle"),
        "D010810301280082028182 8D050449646C65",
    ),
    "SET UP IDLE MODE TEXT to nothing": (
        commands.set_up_idle_mode_text(""),
        "D00B810301280082028182 8D00",
    ),
    "LANGUAGE NOTIFICATION": (commands.language_notification("en"), "D00D810301350182028182 AD02656E"),
    "LANGUAGE NOTIFICATION of none": (commands.language_notification(), "D009810301350082028182"),
    "PROVIDE LOCAL INFORMATION": (commands.provide_local_information(), "D009810301260082028182"),
    "PROVIDE LOCAL INFORMATION: IMEI": (
        commands.provide_local_information(LocalInformation.IMEI),
        "D009810301260182028182",
    ),
    "TIMER MANAGEMENT": (commands.start_timer(1, 300), "D011810301270082028182A40101A503005000"),
    "TIMER MANAGEMENT: deactivate": (commands.deactivate_timer(8), "D00C810301270182028182A40108"),
    "TIMER MANAGEMENT: current value": (commands.timer_value(2), "D00C810301270282028182A40102"),
    "OPEN CHANNEL": (
        commands.open_channel(
            1000,
            TCP,
            V4,
            description=GPRS,
            network_access_name="TestGp.rs",
            user="UserLog",
            password="UserPwd",
        ),
        "D042 8103014001 82028182 B50702030403041F02 B90203E8 C70A06546573744770027273"
        "8D08 0455736572 4C6F67 8D08 0455736572507764 BC0302AD9C BE052101010101",
    ),
    "OPEN CHANNEL to IPv6 by the default bearer": (
        commands.open_channel(1500, TCP, V6, alpha="Up", qualifier=0),
        "D02C 8103014000 82028182 85025570 B50103 B90205DC BC0302AD9CBE1157 20010DB8000000000000000000000001",
    ),
    "CLOSE CHANNEL": (commands.close_channel(1), "D009810301410082028121"),
    "SEND DATA": (commands.send_data(1, bytes(range(8))), "D013810301430182028121B6080001020304050607"),
    "SEND DATA to the buffer": (commands.send_data(7, b"\xaa", 0), "D00C810301430082028127B601AA"),
    "RECEIVE DATA": (commands.receive_data(2, 200), "D00C810301420082028122B701C8"),
    "GET CHANNEL STATUS": (commands.get_channel_status(), "D009810301440082028182"),
}


@pytest.mark.parametrize("name", BUILT)
def test_the_bytes_of_each_command(name: str) -> None:
    command, encoded = BUILT[name]
    assert command.encode().hex().upper() == encoded.replace(" ", "").upper()
    assert ProactiveCommand.parse(command.encode()) == command
    assert name.startswith(command.name)


def test_every_type_that_can_be_built_has_its_bytes() -> None:
    types = re.findall(r"CommandType\.(\w+)", inspect.getsource(commands) + inspect.getsource(refresh))
    assert {command.type for command, _ in BUILT.values()} == {CommandType[name] for name in types}


def test_a_number_of_its_own() -> None:
    command = commands.more_time().numbered(0x7E)
    assert command.encode().hex().upper() == "D00981037E020082028182"
    assert command.details == bytes((0x7E, 2, 0))
