"""Commands, responses and envelopes as real cards and terminals send them: parsed, asked, and encoded again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from apdu import TlvError
from apdu.cat import (
    CommandType,
    ComprehensionTlv,
    Device,
    Envelope,
    EnvelopeTag,
    Event,
    GeneralResult,
    ProactiveCommand,
    Result,
    Tag,
    TerminalResponse,
    commands,
    envelope,
)
from apdu.cat.bearer import BufferSize, ChannelDataLength, ChannelStatus, NetworkAccessName, TransportLevel
from apdu.cat.information import DateTimeAndTimeZone, Imei, Imeisv, LocationInformation, TimerValue
from apdu.cat.objects import (
    Address,
    AlphaIdentifier,
    Duration,
    Item,
    LocationStatus,
    TextString,
    TimerIdentifier,
)

# From cards in the field: comprehension flags on some objects of a command, not on others.
FIELD_MENU = bytes.fromhex(
    "d03c810301250082028182850b416c6661204d6f62696c65"
    "8f16808112089db0c1c2c0beb9bab82f53657474696e6773"
    "8f0881810400d4e5f3f418020021"
)
FIELD_CHANNEL = bytes.fromhex(
    "d02b8103014001820281828500b50103b9020200c70b076d656761666f6e2e7275bc03021f90be05217f000001"
)
TEST_CHANNEL = bytes.fromhex(
    "D04281030140018202818235070203040304 1F02390203E8470A065465737447700272730D08F4557365724C6F67"
    "0D08F4557365725077643C0301AD9C3E052101010101".replace(" ", "")
)


def test_a_menu_from_the_field() -> None:
    command = ProactiveCommand.parse(FIELD_MENU)
    assert (command.type, command.qualifier, command.name) == (CommandType.SET_UP_MENU, 0, "SET UP MENU")
    assert command.find(AlphaIdentifier) == AlphaIdentifier("Alfa Mobile")
    assert [item.text for item in command.find_all(Item)] == ["Настройки/Settings", "Test"]
    assert command.value(Tag.ITEMS_NEXT_ACTION_INDICATOR) == bytes.fromhex("0021")
    assert command.encode() == FIELD_MENU


def test_a_channel_from_the_field() -> None:
    command = ProactiveCommand.parse(FIELD_CHANNEL)
    assert command.find(TransportLevel) == TransportLevel(2, 8080)
    assert command.find(BufferSize) == BufferSize(512)
    assert command.find(Duration) is None
    with pytest.raises(TlvError):  # "megafon.ru" as one label
        command.find(NetworkAccessName)
    assert command.encode() == FIELD_CHANNEL


def test_objects_without_the_comprehension_flag_keep_it() -> None:
    command = ProactiveCommand.parse(TEST_CHANNEL)
    assert command.find(NetworkAccessName) == NetworkAccessName("TestGp.rs")
    assert [each.text for each in command.find_all(TextString)] == ["UserLog", "UserPwd"]
    assert not any(each.required for each in command.objects)
    assert command.encode() == TEST_CHANNEL


def test_a_command_without_device_identities_is_one_to_the_terminal() -> None:
    command = ProactiveCommand.parse(bytes.fromhex("D0058103010200"))
    assert (command.source, command.destination) == (Device.UICC, Device.TERMINAL)


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "D0",
        "D000",
        "D10981030102008202 8182",
        "D009810301020082028182 00",
        "D0048102 0102",
        "D0088103010200 820181",
        "D0058103010200 00",
        "D00682028182 FF00",
    ],
)
def test_what_is_no_proactive_command(encoded: str) -> None:
    with pytest.raises(TlvError):
        ProactiveCommand.parse(bytes.fromhex(encoded))


RESPONSES = {
    "810301260082028281830100930700F11000010001": LocationInformation("00101", b"\0\1", b"\0\1"),
    "810301260082028281830100930900F110000100000 01F".replace(" ", ""): LocationInformation(
        "00101", b"\0\1", bytes.fromhex("0000001F")
    ),
    "810301260082028281830100930B62F2100000010000000 01F".replace(" ", ""): LocationInformation(
        "26201", b"\0\0\1", bytes.fromhex("000000001F")
    ),
    "8103012601820282818301009408" + "1A32547698103254": Imei("123456789012345"),
    "810301260882028281830100E209" + "1332547698103254F6": Imeisv("1234567890123456"),
    "810301260382028281830100A607" + "62112210203004": DateTimeAndTimeZone(
        datetime(2026, 11, 22, 1, 2, 3, tzinfo=timezone(timedelta(hours=10)))
    ),
    "810301270282028281830100A40101A503001050": TimerValue(65),
    "81030103008202828183010084020114": Duration(1, 20),
    "810301400182028281830100B8028100": ChannelStatus(1),
    "810301430182028281830100B701FF": ChannelDataLength(255),
}


@pytest.mark.parametrize(("encoded", "expected"), RESPONSES.items())
def test_what_responses_tell(encoded: str, expected: object) -> None:
    response = TerminalResponse.parse(bytes.fromhex(encoded))
    assert response.performed
    assert response.find(type(expected)) == expected  # type: ignore[type-var]
    assert response.encode().hex().upper() == encoded.upper()


def test_a_response_to_a_command() -> None:
    command = commands.poll_interval(Duration(1, 30)).numbered(5)
    response = TerminalResponse.to(command, GeneralResult.PERFORMED, Duration(0, 1), None)
    assert response.encode().hex().upper() == "81030503008202828183010084020001"
    assert response.type == CommandType.POLL_INTERVAL
    busy = TerminalResponse.to(command, GeneralResult.TERMINAL_UNABLE_NOW, additional=b"\x01")
    assert busy.encode().hex().upper() == "810305030082028281830220 01".replace(" ", "")
    assert busy.result.temporary
    assert not busy.performed
    assert (busy.result.name, Result(0x7E).name) == ("terminal unable now", "result 7E")
    assert ProactiveCommand(0x7E).name == "command type 7E"


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "83 0100",
        "8103010200",
        "8103010200 8300",
        "8103010200 82028281",
        "8102 0102 830100",
        "8103010200 8301",
    ],
)
def test_what_is_no_response(encoded: str) -> None:
    with pytest.raises(TlvError):
        TerminalResponse.parse(bytes.fromhex(encoded))


SMS_PP = (
    "d15b82028381860581214365878b4e400881214365877ff6227052000000003d027000"
    "00381516392222b00140d1e6230a651970a16960afb9c0c36758b08cd4c607fec18a42d38b4cc38b3f3630d29ad3016386892426f08c07012b76"
)
LOCATION = LocationInformation("00101", b"\0\1", b"\0\1")
ENVELOPES = {
    SMS_PP: envelope.sms_pp_download(bytes.fromhex(SMS_PP)[15:], Address(0x81, "12345678")),
    "D25E82028381 8C58" + "11" * 88: envelope.cell_broadcast_download(b"\x11" * 88),
    "D307820201819001 02": envelope.menu_selection(2),
    "D309820201819001 029500": envelope.menu_selection(2, help_requested=True),
    "D412 82028281 86039121F3 930700F11000010001": envelope.call_control(Address.of("+123"), LOCATION),
    "D518 82028281 8603912143 860491214365 930700F11000010001": envelope.mo_short_message_control(
        Address.of("+1234"), Address.of("+123456"), LOCATION
    ),
    "D613 990103 82028281 9B0100 930700F11000010001": envelope.event_download(
        Event.LOCATION_STATUS, LocationStatus(0), LOCATION
    ),
    "D60E 990109 82028281 B8028100 B701FF": envelope.event_download(
        Event.DATA_AVAILABLE, ChannelStatus(1), ChannelDataLength(255)
    ),
    "D60B 99010A 82028281 B8020105": envelope.event_download(
        Event.CHANNEL_STATUS, ChannelStatus.of(1, established=False, dropped=True)
    ),
    "D70C82028281A40101A503005000": envelope.timer_expiration(1, 300),
}


@pytest.mark.parametrize(("encoded", "expected"), ENVELOPES.items())
def test_envelopes(encoded: str, expected: Envelope) -> None:
    data = bytes.fromhex(encoded)
    assert Envelope.parse(data) == expected
    assert expected.encode() == data


def test_what_an_envelope_says() -> None:
    event = Envelope.parse(bytes.fromhex("D60E990109820282 81B8028100B701FF".replace(" ", "")))
    assert (event.tag, event.event) == (EnvelopeTag.EVENT_DOWNLOAD, Event.DATA_AVAILABLE)
    assert (event.source, event.destination) == (Device.TERMINAL, Device.UICC)
    timer = envelope.timer_expiration(1, 300)
    assert timer.find(TimerIdentifier) == TimerIdentifier(1)
    with pytest.raises(TlvError):
        _ = timer.event
    with pytest.raises(TlvError):
        _ = Envelope(EnvelopeTag.MENU_SELECTION, (ComprehensionTlv(Tag.ITEM_IDENTIFIER, b"\1"),)).source
