"""COMPREHENSION-TLV and its typed objects: both ways, every length and value, and only TlvError for garbage."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import TlvError
from apdu.cat import (
    ComprehensionTlv,
    Envelope,
    ProactiveCommand,
    TerminalResponse,
    bearer,
    calls,
    comprehension,
    information,
    objects,
)
from apdu.cat import text as alphabet
from apdu.cat.comprehension import DataObject
from apdu.cat.objects import Address, AlphaIdentifier, FileList, Item, TextString
from apdu.cat.response import Result

TYPES: list[type[DataObject]] = [
    Result,
    *(
        kind
        for module in (objects, bearer, calls, information)
        for kind in vars(module).values()
        if isinstance(kind, type) and isinstance(vars(kind).get("TAG"), int)
    ),
]
TLVS = st.builds(
    ComprehensionTlv,
    st.integers(1, 0x7E) | st.integers(0x7F, 0x7FFF),
    st.binary(max_size=300),
    st.booleans(),
)
VALUES = [
    (FileList((b"\x3f\x00\x2f\xe2", b"\x3f\x00\x7f\xff\x6f\x07")), "023F002FE23F007FFF6F07"),
    (FileList(()), "00"),
    (Address.of("+4912*#,"), "919421BAFC"),
    (Address.of("110"), "8111F0"),
    (Item(1, "Ok"), "014F6B"),
    (Item(1, "Ж"), "01800416"),
    (TextString.of("Ok"), "044F6B"),
    (TextString.of("@$€"), "0400021B65"),
    (TextString.of("Ж"), "080416"),
    (TextString.of(""), ""),
    (bearer.OtherAddress(None), ""),
    (bearer.OtherAddress(IPv4Address("192.0.2.1")), "21C0000201"),
    (bearer.OtherAddress(IPv6Address("::1")), "5700000000000000000000000000000001"),
    (bearer.NetworkAccessName("internet"), "08696E7465726E6574"),
    (bearer.NetworkAccessName(""), ""),
    (bearer.NetworkAccessName("a.b"), "01610162"),
    (bearer.NetworkAccessName("a" * 63), "3F" + "61" * 63),
    (bearer.ChannelStatus.of(3, established=False), "0300"),
    (bearer.ChannelStatus(1, 0x40), "4100"),
    (information.LocationInformation("", b"\xff\xfe"), "FFFFFFFFFE"),
    (information.LocationInformation("310410", b"\0\1", b"\0\2"), "130014 0001 0002"),
    (information.DateTimeAndTimeZone(datetime(2026, 1, 2, 3, 4, 5)), "621020304050FF"),
    (
        information.DateTimeAndTimeZone(
            datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
        ),
        "62102030405049",
    ),
    (information.DateTimeAndTimeZone(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)), "62102030405000"),
    (information.TimerValue(359_999), "999595"),
    (information.Language("de"), "6465"),
    (objects.EventList(b"\x03\x09"), "0309"),
]


@pytest.mark.parametrize(("value", "encoded"), VALUES)
def test_values(value: DataObject, encoded: str) -> None:
    assert value.encode().hex().upper() == encoded.replace(" ", "")
    assert type(value).decode(bytes.fromhex(encoded)) == value


@given(st.lists(TLVS, max_size=4).map(tuple))
def test_data_objects_round_trip(found: tuple[ComprehensionTlv, ...]) -> None:
    assert comprehension.parse(comprehension.encode(found)) == found


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "B600"),
        (0x7F, "B67F"),
        (0x80, "B68180"),
        (0xFF, "B681FF"),
        (0x100, "B6820100"),
        (0x10000, "B683010000"),
    ],
)
def test_lengths(size: int, header: str) -> None:
    encoded = bytes.fromhex(header) + bytes(size)
    assert comprehension.encode([ComprehensionTlv(0x36, bytes(size))]) == encoded
    assert comprehension.parse(encoded) == (ComprehensionTlv(0x36, bytes(size)),)
    with pytest.raises(TlvError):
        comprehension.parse(encoded + b"\x36")


@pytest.mark.parametrize("number", ["+4912*#,", "110", ""])
def test_numbers_as_they_are_dialled(number: str) -> None:
    assert Address.of(number).number == number


@pytest.mark.parametrize(
    "encoded", ["81", "8180", "7F00", "7F0001", "00", "8000", "FF00", "7F800000", "8183000003"]
)
def test_what_is_no_sequence_of_data_objects(encoded: str) -> None:
    with pytest.raises(TlvError):
        comprehension.parse(bytes.fromhex(encoded))


@pytest.mark.parametrize("tag", [0, -1, 0x8000])
def test_a_tag_that_cannot_be_written(tag: int) -> None:
    with pytest.raises(ValueError):
        ComprehensionTlv(tag, b"").encode()


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
@given(value=st.binary(max_size=20))
def test_any_value_is_read_or_refused_and_what_was_read_can_be_written(
    kind: type[DataObject], value: bytes
) -> None:
    with suppress(TlvError):
        found = kind.decode(value)
        assert kind.decode(found.encode()) == found


@given(st.binary(max_size=60), st.sampled_from([0xD0, 0xD1, 0xD6]))
def test_garbage_is_read_or_refused(data: bytes, tag: int) -> None:
    whole = bytes((tag, len(data))) + data
    for parse in (ProactiveCommand.parse, TerminalResponse.parse, Envelope.parse):
        for each in (data, whole):
            with suppress(TlvError):
                message = parse(each)
                assert parse(message.encode()) == message


@given(st.lists(TLVS, max_size=4), st.binary(min_size=3, max_size=3), st.binary(min_size=1, max_size=3))
def test_messages_round_trip(found: list[ComprehensionTlv], details: bytes, result: bytes) -> None:
    others = tuple(each for each in found if each.tag > 3)
    response = TerminalResponse(details, Result(result[0], result[1:]), others)
    assert TerminalResponse.parse(response.encode()) == response
    command = ProactiveCommand(details[1], details[2], others, number=details[0])
    assert ProactiveCommand.parse(command.encode()) == command


@given(st.text(max_size=20).filter(lambda text: all(ord(each) < 0x10000 for each in text)))
def test_texts_in_either_alphabet(text: str) -> None:
    with suppress(ValueError):  # half a surrogate pair
        assert TextString.decode(TextString.of(text).encode()).text == text


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("00C8329BFD06", "Hello"),
        ("F4557365", "Use"),
        ("F0C8329BFD06", "Hello"),
        ("0C41", None),
        ("4041", None),
    ],
)
def test_other_coding_schemes(encoded: str, text: str | None) -> None:
    string = TextString.decode(bytes.fromhex(encoded))
    if text is None:
        with pytest.raises(TlvError):
            _ = string.text
    else:
        assert string.text == text


def test_packing() -> None:
    assert alphabet.pack(alphabet.encode_default("Hello")).hex() == "c8329bfd06"
    assert alphabet.unpack(bytes.fromhex("c8329bfd06")) == b"Hello"
    with pytest.raises(ValueError):
        alphabet.encode_default("Ж")


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("4F6BFFFF", "Ok"),
        ("80041600", "Ж"),
        ("8004160418FFFF", "ЖИ"),
        ("810313 5395A6", "S\u0995\u09a6"),
        ("8205 0530 2D82D32D31", "-\u0532\u0583-1"),
        ("81031353", None),
        ("8205", None),
        ("4F80", None),
    ],
)
def test_alpha_identifiers(encoded: str, text: str | None) -> None:
    value = bytes.fromhex(encoded)
    if text is None:
        with pytest.raises(TlvError):
            AlphaIdentifier.decode(value)
    else:
        assert AlphaIdentifier.decode(value).text == text


@pytest.mark.parametrize(
    ("kind", "encoded"),
    [
        (Result, ""),
        (Item, ""),
        (Address, ""),
        (Address, "911F32"),
        (FileList, ""),
        (FileList, "01"),
        (FileList, "023F002FE2"),
        (FileList, "012FE23F00"),
        (FileList, "013F002F"),
        (objects.Duration, "01"),
        (calls.UssdString, ""),
        (calls.DtmfString, "1F32"),
        (objects.ResponseLength, "010203"),
        (objects.ItemIdentifier, ""),
        (objects.LocationStatus, "0000"),
        (bearer.BearerDescription, ""),
        (bearer.ChannelStatus, "81"),
        (bearer.BufferSize, "0000AA"),
        (bearer.TransportLevel, "0201"),
        (bearer.OtherAddress, "21C00002"),
        (bearer.OtherAddress, "57C0000201"),
        (bearer.OtherAddress, "22C0000201"),
        (bearer.NetworkAccessName, "0161022E"),
        (bearer.NetworkAccessName, "00"),
        (bearer.NetworkAccessName, "01FF"),
        (bearer.NetworkAccessName, "012E"),
        (information.LocationInformation, "00F1100001000100"),
        (information.LocationInformation, "00FA100001"),
        (information.LocationInformation, "0FFFFF0001"),
        (information.Imei, ""),
        (information.Imei, "1A32B4"),
        (information.DateTimeAndTimeZone, "621020304050"),
        (information.DateTimeAndTimeZone, "62312030405000"),
        (information.DateTimeAndTimeZone, "6A102030405000"),
        (information.TimerValue, "0000"),
        (information.TimerValue, "0000F0"),
        (information.Language, "64"),
        (information.Language, "6431"),
        (information.Language, "FFFF"),
    ],
)
def test_what_cannot_be_such_an_object(kind: type[DataObject], encoded: str) -> None:
    with pytest.raises(TlvError):
        kind.decode(bytes.fromhex(encoded))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Address.of("12a").encode(),
        lambda: bearer.NetworkAccessName("a..b").encode(),
        lambda: bearer.NetworkAccessName("a" * 64).encode(),
        lambda: information.Imei("12x").encode(),
        lambda: information.TimerValue(360_000).encode(),
        lambda: information.LocationInformation("123", b"\0\1").encode(),
        lambda: TextString.of("\ud800"),
        lambda: Item(1, "\udc00").encode(),
    ],
)
def test_what_cannot_be_written(make: object) -> None:
    with pytest.raises(ValueError):
        make()  # type: ignore[operator]
