"""G3 of the checklist: eIM configuration operations, each with every result code a card can give.

Not provoked, because this card never gives them: undefinedError of any of them, which cannot fail without a reason of
its own.
"""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from apdu import tlv
from euicc import Config
from tests.sgp32.device import Device, device
from tests.sgp32.eim import LIST_EIM, UNKNOWN_DAMAGED, Eim, code, delete_eim, integer

ADD_OK = bytes.fromhex("A803020100")


@pytest.fixture
def side() -> Device:
    return device()


@pytest.fixture
def eim(side: Device) -> Eim:
    eim = side.associate(Eim(counter=10), token=True)
    assert eim.token == 1
    return eim


def add(fields: bytes) -> bytes:
    return tlv.encode(0xA8, fields)


def update(*fields: bytes) -> bytes:
    return tlv.encode(0xAA, *fields)


def name(text: str) -> bytes:
    return tlv.encode(0x80, text.encode())


def counter(value: int) -> bytes:
    return tlv.encode(0x83, integer(value))


def add_refused(value: int) -> bytes:
    return tlv.encode(0xA8, code(0x02, value))


def added_token(value: int) -> bytes:
    return tlv.encode(0xA8, tlv.encode(0x84, integer(value)))


def listed(*eims: bytes) -> bytes:
    return tlv.encode(0xAB, tlv.encode(0xA0, *(tlv.encode(0x30, each) for each in eims)))


def test_add_with_token_and_list(side: Device, eim: Eim) -> None:
    second = Eim("eim2")
    results = side.eco(eim, add(second.fields(token=-1)), LIST_EIM)
    assert results == [added_token(2), listed(name("eim1"), name("eim2"))]
    second.token = 2
    assert side.eco(second, LIST_EIM) == [listed(name("eim1"), name("eim2"))]


def test_add_without_token(side: Device, eim: Eim) -> None:
    second = Eim("eim2")
    assert side.eco(eim, add(second.fields())) == [ADD_OK]
    assert side.eco(second, LIST_EIM)
    assert 0x84 not in side.eims()[1]


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (Eim("eim1").fields(), 2),
        (Eim("eim2", ci_ski=bytes(20)).fields(), 3),
        (Eim("eim2").fields(token=5), 5),
        (Eim("eim2").fields(token=0), 5),
        (Eim("eim2").fields(counter=0x800000), 6),
        (Eim("eim2").fields(counter=-1), 6),
        (Eim("eim2").fields(counter=None), 7),
        (Eim("eim2").fields(key=b""), 7),
        (Eim("eim2", curve=ec.SECP384R1()).fields(), 7),
        (Eim("eim2").fields()[6:], 7),
        (Eim("eim2").fields(key=tlv.encode(0xA5, bytes.fromhex("A1093003020101300030 00"))), 7),
    ],
)
def test_add_refused(side: Device, eim: Eim, fields: bytes, value: int) -> None:
    assert side.eco(eim, add(fields), LIST_EIM) == [add_refused(value)]
    assert len(side.eims()) == 1


def test_no_room() -> None:
    side = device(Config(eims=1))
    eim = side.associate(Eim())
    assert side.eco(eim, add(Eim("eim2").fields())) == [add_refused(1)]


@pytest.mark.parametrize(
    "operation",
    [
        add(Eim("e").fields() + tlv.encode(0x82, b"")),
        add(name("") + Eim("e").fields()[3:]),
        add(Eim("e").fields(key=bytes.fromhex("A500"))),
        add(Eim("e").fields(key=bytes.fromhex("A504A2020500"))),
        add(Eim("e").fields(key=bytes.fromhex("A502A000"))),
        update(name("eim1"), tlv.encode(0x88, bytes(21)), tlv.encode(0x83, b"")),
        bytes.fromhex("A902807F"),
        bytes.fromhex("AB02"),
        bytes.fromhex("AC00"),
        bytes.fromhex("A300"),
    ],
)
def test_unknown_or_damaged(side: Device, eim: Eim, operation: bytes) -> None:
    assert side.eco(eim, LIST_EIM, operation) == [listed(name("eim1")), UNKNOWN_DAMAGED]


def test_delete_another(side: Device, eim: Eim) -> None:
    second = Eim("eim2")
    side.eco(eim, add(second.fields()))
    package = second.eco(side.eid, LIST_EIM)
    assert side.eco(eim, delete_eim("eim2"), delete_eim("eim2")) == [code(0x89, 0), code(0x89, 1)]
    assert side.load(package).kind == 0xA2


def test_delete_without_name(side: Device, eim: Eim) -> None:
    assert side.eco(eim, bytes.fromhex("A900")) == [code(0x89, 7)]
    assert side.eco(eim, bytes.fromhex("A9028000")) == [code(0x89, 1)]


def test_deleting_oneself_is_answered_signed(side: Device, eim: Eim) -> None:
    side.eco(eim, add(Eim("eim2").fields()))
    answer = side.load(eim.eco(side.eid, delete_eim("eim1"), LIST_EIM))
    assert answer.results == [code(0x89, 0), listed(name("eim2"))]
    assert side.signed_for(answer, eim)
    assert side.stored_results()[-1] == answer.encoded
    assert [each[0x80] for each in side.eims()] == [b"eim2"]


def test_the_last_one_deletes_itself(side: Device, eim: Eim) -> None:
    package = eim.eco(side.eid, delete_eim("eim1"), add(eim.fields()))
    answer = side.load(package)
    assert answer.results == [code(0x89, 2), add_refused(2)]
    assert side.signed_for(answer, eim)
    assert side.eims() == []
    assert side.load(package).kind == 0xA2
    side.associate(Eim(counter=3), token=True)
    assert len(side.eims()) == 1


def test_update(side: Device, eim: Eim) -> None:
    changes = tlv.encode(0x81, b"eim.example"), tlv.encode(0x82, b"\x02"), b"\x89\x00"
    assert side.eco(eim, update(name("eim1"), *changes), LIST_EIM) == [
        code(0x8A, 0),
        listed(name("eim1") + bytes.fromhex("820102")),
    ]
    (shown,) = side.eims()
    assert shown[0x81] == b"eim.example"
    assert shown[0x84] == b"\x01"
    assert 0xA5 in shown
    assert 0x89 in shown


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (name("eim9") + counter(20), 1),
        (counter(20), 1),
        (name("eim1") + tlv.encode(0x88, bytes(20)), 3),
        (name("eim1") + counter(0x800000), 6),
        (name("eim1") + counter(20) + tlv.encode(0x84, b"\xff"), 7),
        (name("eim1"), 7),
        (name("eim1") + counter(9), 7),
        (name("eim1") + counter(9) + Eim().public_key_data, 7),
        (name("eim1") + Eim(curve=ec.SECP384R1()).public_key_data, 7),
    ],
)
def test_update_refused(side: Device, eim: Eim, fields: bytes, value: int) -> None:
    before = side.eims()
    assert side.eco(eim, update(fields), LIST_EIM) == [code(0x8A, value)]
    assert side.eims() == before


def test_a_new_key_counts_at_once_and_may_start_lower(side: Device, eim: Eim) -> None:
    second = Eim("eim2", counter=30)
    side.eco(eim, add(second.fields(counter=30)))
    renewed = Eim("eim2", generation=1, counter=3)
    change = update(name("eim2"), counter(3), renewed.public_key_data)
    assert side.eco(eim, change) == [code(0x8A, 0)]
    assert side.load(second.eco(side.eid, LIST_EIM)).kind == 0xA2
    assert side.eco(renewed, LIST_EIM) == [listed(name("eim1"), name("eim2"))]


def test_the_counter_before_the_package_is_what_an_update_is_compared_with(side: Device, eim: Eim) -> None:
    assert side.eco(eim, update(name("eim1"), counter(10))) == [code(0x8A, 0)]
    assert eim.counter == 11
    package = eim.package(side.eid, [LIST_EIM], kind=0xA1, counter=11)
    assert side.load(package).error == 4


def test_the_package_counts_whatever_it_does_to_its_own_eim(side: Device, eim: Eim) -> None:
    """Key, counter and CI as they were before it was executed answer it; its counterValue is the one that stays."""
    renewed = Eim(generation=1, token=eim.token, counter=3)
    package = eim.eco(side.eid, update(name("eim1"), counter(3), renewed.public_key_data))
    assert side.load(package).results == [code(0x8A, 0)]
    assert side.load(package).kind == 0xA2
    assert side.load(renewed.package(side.eid, [LIST_EIM], kind=0xA1, counter=11)).error == 4
    assert side.load(renewed.package(side.eid, [LIST_EIM], kind=0xA1, counter=12)).results


def test_what_ran_before_a_failure_stays(side: Device, eim: Eim) -> None:
    results = side.eco(eim, add(Eim("eim2").fields()), delete_eim("eim9"), delete_eim("eim2"))
    assert results == [ADD_OK, code(0x89, 1)]
    assert [each[0x80] for each in side.eims()] == [b"eim1", b"eim2"]


def test_type_is_listed_where_it_says_something(side: Device, eim: Eim) -> None:
    for index, kind in enumerate((1, 2, 3)):
        fields = Eim(f"e{index}").fields()
        at = fields.index(b"\x83")
        side.eco(eim, add(fields[:at] + tlv.encode(0x82, bytes([kind])) + fields[at:]))
    kinds = bytes.fromhex("820101"), bytes.fromhex("820102"), b""
    shown = (name(f"e{index}") + kind for index, kind in enumerate(kinds))
    assert side.eco(eim, LIST_EIM) == [listed(name("eim1"), *shown)]


def test_tokens_are_never_given_out_again(side: Device, eim: Eim) -> None:
    assert side.eco(eim, add(Eim("eim2").fields(token=-1))) == [added_token(2)]
    side.eco(eim, delete_eim("eim2"), delete_eim("eim1"))
    again = side.associate(Eim(counter=0), token=True)
    assert again.token == 3
