"""BER-TLV data objects: bytes in, bytes out, and TlvError for everything else."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apdu import Tlv, TlvError, tlv

FCI = bytes.fromhex("6F1F8410A0000005591010FFFFFFFF8900000100A5049F6501FFE0058203020200")


def tags() -> st.SearchStrategy[int]:
    """Every valid tag of 1 to 4 bytes."""
    first = st.integers(0, 7).map(lambda bits: bits << 5 | 0x1F)
    one = st.integers(1, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F)
    two = st.builds(lambda a, b: a << 8 | b, first, st.integers(0x1F, 0x7F))
    three = st.builds(
        lambda a, b, c: a << 16 | b << 8 | c, first, st.integers(0x81, 0xFF), st.integers(0, 0x7F)
    )
    four = st.builds(
        lambda a, b, c, d: a << 24 | b << 16 | c << 8 | d,
        first,
        st.integers(0x81, 0xFF),
        st.integers(0x80, 0xFF),
        st.integers(0, 0x7F),
    )
    return one | two | three | four


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (0, "5A00"),
        (1, "5A01"),
        (0x7F, "5A7F"),
        (0x80, "5A8180"),
        (0xFF, "5A81FF"),
        (0x100, "5A820100"),
        (0xFFFF, "5A82FFFF"),
        (0x10000, "5A83010000"),
        (0x1000000, "5A8401000000"),
    ],
)
def test_lengths_are_the_shortest_possible(size: int, header: str) -> None:
    encoded = bytes.fromhex(header) + bytes(size)
    assert tlv.encode(0x5A, bytes(size)) == encoded
    assert tlv.parse(encoded) == Tlv(0x5A, bytes(size), encoded)


@pytest.mark.parametrize(
    ("tag", "encoded"),
    [
        (0x01, "0100"),
        (0x5F37, "5F3700"),
        (0xBF36, "BF3600"),
        (0xFF21, "FF2100"),
        (0xBF8101, "BF810100"),
        (0x9F818101, "9F81810100"),
    ],
)
def test_tags_of_one_to_four_bytes(tag: int, encoded: str) -> None:
    assert tlv.encode(tag) == bytes.fromhex(encoded)
    assert tlv.parse(bytes.fromhex(encoded)).tag == tag


@pytest.mark.parametrize("length", ["01", "8101", "820001", "83000001", "8400000001"])
def test_a_length_longer_than_needed_is_read(length: str) -> None:
    assert tlv.parse(bytes.fromhex(f"5A{length}AA")).value == b"\xaa"


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "5A",
        "5A01",
        "5A02AA",
        "5A01AABB",  # a byte too many
        "5A80",  # indefinite
        "3080010100",
        "5A85000000000100",  # a length of five bytes
        "5AFF",
        "5A81",
        "5A8201",
        "0000",  # end of contents
        "5F",
        "BF",
        "BF80",
        "BF8001",  # leading zero in the tag number
        "5F1E00",  # a number that one byte can say
        "BF81818101",  # five bytes
        "BF81",
        "5A84FFFFFFFF",
    ],
)
def test_malformed_data_objects(malformed: str) -> None:
    with pytest.raises(TlvError):
        tlv.parse(bytes.fromhex(malformed))


@pytest.mark.parametrize("tag", [0, 0x1F, 0x5F1E, 0x5F80, 0x5A37, 0xBF818101_01, 0x100])
def test_an_invalid_tag_is_not_encoded(tag: int) -> None:
    with pytest.raises(ValueError):
        tlv.encode(tag)


def test_parts_are_joined() -> None:
    assert tlv.encode(0xBF2D, tlv.encode(0xA0, b""), b"\x5c", b"\x00") == bytes.fromhex("BF2D04A0005C00")


def test_an_fci_is_walked() -> None:
    fci = tlv.parse(FCI)
    assert fci.constructed
    assert [child.tag for child in fci.children()] == [0x84, 0xA5, 0xE0]
    assert fci.children()[2].encoded == bytes.fromhex("E0058203020200")
    assert fci.find(0xE0, 0x82) == tlv.find(FCI, 0x6F, 0xE0, 0x82) == b"\x02\x02\x00"
    assert tlv.find(FCI, 0x6F, 0xA5, 0x9F65) == b"\xff"
    assert tlv.find(FCI, 0x6F, 0xE1) is None
    assert tlv.find(FCI, 0x6F, 0xE1, 0x80) is None
    assert tlv.find(FCI) == FCI


def test_several_data_objects() -> None:
    assert tlv.parse_all(b"") == []
    assert [(item.tag, item.value) for item in tlv.parse_all(bytes.fromhex("5A01AA4F00"))] == [
        (0x5A, b"\xaa"),
        (0x4F, b""),
    ]
    with pytest.raises(TlvError):
        tlv.parse_all(bytes.fromhex("5A01AA4F"))


def test_an_inner_object_may_not_leave_its_parent() -> None:
    inner_too_long = bytes.fromhex("E30490046162") + bytes.fromhex("6364")
    with pytest.raises(TlvError):
        tlv.find(inner_too_long, 0xE3, 0x90)
    with pytest.raises(TlvError):
        tlv.read(inner_too_long, 2, 6)


def test_an_inner_header_may_not_leave_its_parent() -> None:
    with pytest.raises(TlvError):
        tlv.find(bytes.fromhex("A0015A00"), 0xA0, 0x5A)


def test_reading_in_place() -> None:
    data = bytes.fromhex("FF5A02AABBCC")
    assert tlv.read(data, 1) == (0x5A, 3, 5)
    assert tlv.read_header(bytes.fromhex("A382314B")) == (0xA3, 4, 4 + 0x314B)
    with pytest.raises(TlvError):
        tlv.read_header(bytes.fromhex("A38231"))


def test_constructed_is_a_bit_of_the_first_byte() -> None:
    assert tlv.is_constructed(0xBF36)
    assert tlv.is_constructed(0x30)
    assert not tlv.is_constructed(0x5F37)
    assert not tlv.is_constructed(0x9F8101)


@given(tag=tags(), value=st.binary(max_size=70000))
def test_what_is_encoded_is_parsed_back(tag: int, value: bytes) -> None:
    encoded = tlv.encode(tag, value)
    assert tlv.parse(encoded) == Tlv(tag, value, encoded)


@given(st.lists(st.tuples(tags(), st.binary(max_size=300)), max_size=8))
def test_sequences_are_parsed_back(items: list[tuple[int, bytes]]) -> None:
    encoded = b"".join(tlv.encode(tag, value) for tag, value in items)
    parsed = tlv.parse_all(encoded)
    assert [(item.tag, item.value) for item in parsed] == items
    assert b"".join(item.encoded for item in parsed) == encoded


def walk(item: Tlv, depth: int = 0) -> None:
    if item.constructed and depth < 8:
        for child in item.children():
            walk(child, depth + 1)


@given(st.binary(max_size=60))
def test_any_bytes_are_data_objects_or_a_tlv_error(data: bytes) -> None:
    with suppress(TlvError):
        for item in tlv.parse_all(data):
            walk(item)


def test_mutated_data_objects_are_parsed_or_a_tlv_error() -> None:
    chance = random.Random(1)
    refused = 0
    for _ in range(20_000):
        mutated = bytearray(FCI[: chance.randrange(1, len(FCI) + 1)])
        mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        try:
            walk(tlv.parse(bytes(mutated)))
            tlv.find(bytes(mutated), 0x6F, 0xE0, 0x82)
        except TlvError:
            refused += 1
    assert 0 < refused < 20_000
