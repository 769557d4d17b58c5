"""ES10b functions about pending notifications."""

from __future__ import annotations

import pytest

from apdu import ApduChannel, tlv
from euicc import Card, Config
from euicc.crypto import ecdsa
from euicc.crypto.certificates import Certificate
from euicc.profiles.notifications import NotificationStore
from euicc.runtime import keys
from tests.isdr.es10 import delete, disable, enable, events, memory_reset, open_isdr, result
from tests.isdr.installed import ALL_EVENTS, DELETE, DISABLE, ENABLE, SMDP, iccid, install

OTHER = "other.example.com"


def ask(isdr: ApduChannel, request: str) -> bytes:
    return isdr.store_data(bytes.fromhex(request))


def pending(answer: bytes) -> list[tlv.Tlv]:
    listed = tlv.find(answer, 0xBF2B, 0xA0)
    assert listed is not None
    return tlv.parse_all(listed)


def number_of(notification: tlv.Tlv) -> int:
    path = (0xBF27, 0xBF2F, 0x80) if notification.tag == 0xBF37 else (0xBF2F, 0x80)
    number = notification.find(*path)
    assert number is not None
    return int.from_bytes(number, "big")


@pytest.fixture
def isdr(card: Card) -> ApduChannel:
    """Five notifications: enable 1, disable 1 (each to two addresses), and delete 1 to one of them."""
    install(card, 1, told=((ALL_EVENTS, SMDP), (ENABLE | DISABLE, OTHER)))
    channel = open_isdr(card)
    for request in (enable(1), disable(1), delete(1)):
        channel.store_data(request)
    return channel


def test_none_pending(card: Card) -> None:
    isdr = open_isdr(card)
    assert ask(isdr, "BF2800") == bytes.fromhex("BF2802A000")
    assert ask(isdr, "BF2B00") == bytes.fromhex("BF2B02A000")


def test_one_entry_byte_by_byte(isdr: ApduChannel) -> None:
    entry = tlv.encode(
        0xBF2F,
        bytes.fromhex("800105 81020410"),
        tlv.encode(0x0C, SMDP.encode()),
        tlv.encode(0x5A, iccid(1)),
    )
    assert ask(isdr, "BF280481020410") == tlv.encode(0xBF28, tlv.encode(0xA0, entry))


def test_numbers_and_events_in_order(isdr: ApduChannel) -> None:
    expected = [(1, ENABLE, 1), (2, ENABLE, 1), (3, DISABLE, 1), (4, DISABLE, 1), (5, DELETE, 1)]
    assert events(isdr) == expected


@pytest.mark.parametrize(
    ("bits", "found"),
    [
        ("810204F0", [1, 2, 3, 4, 5]),
        ("81020640", [1, 2]),
        ("81020560", [1, 2, 3, 4]),
        ("81020430", [3, 4, 5]),
        ("81020780", []),
        ("81020400", []),
        ("810100", []),
        ("8103000FFF", []),
    ],
)
def test_filter_by_event(isdr: ApduChannel, bits: str, found: list[int]) -> None:
    filter_ = bytes.fromhex(bits)
    listed = tlv.find(isdr.store_data(tlv.encode(0xBF28, filter_)), 0xBF28, 0xA0)
    assert listed is not None
    assert [each.find(0x80) for each in tlv.parse_all(listed)] == [bytes([number]) for number in found]
    for criteria in (tlv.encode(0xA0, filter_), filter_):
        retrieved = pending(isdr.store_data(tlv.encode(0xBF2B, criteria)))
        assert [number_of(each) for each in retrieved] == found


@pytest.mark.parametrize(("request_", "found"), [("BF2B05A003800103", [3]), ("BF2B03800105", [5])])
def test_retrieve_one(isdr: ApduChannel, request_: str, found: list[int]) -> None:
    assert [number_of(each) for each in pending(ask(isdr, request_))] == found


@pytest.mark.parametrize("number", ["800106", "800100", "8001FF", "80050100000001"])
def test_retrieve_a_number_that_nothing_has(isdr: ApduChannel, number: str) -> None:
    criteria = tlv.encode(0xA0, bytes.fromhex(number))
    assert isdr.store_data(tlv.encode(0xBF2B, criteria)) == bytes.fromhex("BF2B02A000")


def test_signed_by_the_card(card: Card, isdr: ApduChannel) -> None:
    credential = card.identity.credentials[0]
    notifications = pending(ask(isdr, "BF2B00"))
    assert [number_of(each) for each in notifications] == [1, 2, 3, 4, 5]
    for notification in notifications:
        assert notification.tag == 0x30
        metadata, signature, euicc, eum = notification.children()
        assert (metadata.tag, signature.tag) == (0xBF2F, 0x5F37)
        assert (euicc.encoded, eum.encoded) == (credential.euicc_certificate, credential.eum_certificate)
        key = Certificate.parse(euicc.encoded).public_key
        assert ecdsa.verify(key, signature.value, metadata.encoded)
        assert not ecdsa.verify(key, signature.value, metadata.encoded[:-1] + b"\x02")


def test_removed_for_good(card: Card, isdr: ApduChannel) -> None:
    assert ask(isdr, "BF3003800102") == result(0xBF30, 0)
    assert ask(isdr, "BF3003800102") == result(0xBF30, 1)
    card.reset()
    assert [number for number, _, _ in events(open_isdr(card))] == [1, 3, 4, 5]


def test_numbers_are_never_used_twice(card: Card, isdr: ApduChannel) -> None:
    for number in range(1, 6):
        ask(isdr, f"BF30038001{number:02X}")
    install(card, 2)
    isdr.store_data(memory_reset(0))
    card.reset()
    isdr = open_isdr(card)
    assert events(isdr) == [(6, DELETE, 2)]
    install(card, 3)
    isdr.store_data(delete(3))
    assert [number for number, _, _ in events(isdr)] == [6, 7]


def test_more_notifications_than_one_byte_counts(card: Card) -> None:
    install(card, 1)
    isdr = open_isdr(card)
    for _ in range(130):
        isdr.store_data(enable(1))
        isdr.store_data(disable(1))
    assert [number for number, _, _ in events(isdr)] == list(range(1, 261))
    assert [number_of(each) for each in pending(ask(isdr, "BF2B06A00480020104"))] == [260]


def test_the_oldest_makes_room_for_one_too_many() -> None:
    card = Card.manufacture(config=Config(notifications=3))
    install(card, 1)
    isdr = open_isdr(card)
    for _ in range(2):
        isdr.store_data(enable(1))
        isdr.store_data(disable(1))
    assert [number for number, _, _ in events(isdr)] == [2, 3, 4]
    assert card.nvm.indexes(keys.NOTIFICATION) == ["00000002", "00000003", "00000004"]
    isdr.store_data(delete(1))
    assert events(isdr) == [(3, ENABLE, 1), (4, DISABLE, 1), (5, DELETE, 1)]


def test_installation_result_comes_back_as_it_was(card: Card) -> None:
    store = NotificationStore(card.nvm, lambda ski, data: bytes(64), most=1)
    with card.nvm.transaction():
        number = store.next_seq()
        metadata = tlv.encode(0xBF2F, bytes.fromhex("800101 81020780"), tlv.encode(0x0C, SMDP.encode()))
        error = bytes.fromhex("A208 A106 800102 81010F")
        data = tlv.encode(0xBF27, bytes.fromhex("800101"), metadata, bytes.fromhex("060388370A"), error)
        whole = tlv.encode(0xBF37, data, tlv.encode(0x5F37, bytes(64)))
        store.add_installation_result(whole, number)
    isdr = open_isdr(card)
    assert ask(isdr, "BF2B00") == tlv.encode(0xBF2B, tlv.encode(0xA0, whole))
    assert ask(isdr, "BF2800") == tlv.encode(0xBF28, tlv.encode(0xA0, metadata))
    assert ask(isdr, "BF3003800101") == result(0xBF30, 0)
    assert ask(isdr, "BF2B00") == bytes.fromhex("BF2B02A000")
