"""ES10c.GetProfilesInfo and SetNickname."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import ApduChannel, tlv
from asn1.generated import rsp
from euicc import Card
from euicc.profiles.store import ProfileStore
from tests.isdr.es10 import open_isdr, result
from tests.isdr.installed import PPR1, PROVISIONING, TEST, iccid, install

OWNER = bytes.fromhex("B7 05 8003 00F110")
ICON = bytes.fromhex("930101 9403 89504E")
VENDOR = bytes.fromhex("BF220D 300B 8004 2A030405 A103 040107")


def ask(isdr: ApduChannel, request: str) -> bytes:
    return isdr.store_data(bytes.fromhex(request))


def infos(answer: bytes) -> list[list[tlv.Tlv]]:
    listed = tlv.find(answer, 0xBF2D, 0xA0)
    assert listed is not None
    return [info.children() for info in tlv.parse_all(listed)]


def tags(answer: bytes) -> list[list[int]]:
    return [[element.tag for element in info] for info in infos(answer)]


def test_empty_card(isdr: ApduChannel) -> None:
    assert ask(isdr, "BF2D00") == bytes.fromhex("BF2D02A000")


def test_default_elements(card: Card, isdr: ApduChannel) -> None:
    install(card, 1)
    shown = (
        tlv.encode(0x5A, iccid(1)),
        tlv.encode(0x4F, bytes.fromhex("A0000005591010FFFFFFFF8900001000")),
        bytes.fromhex("9F700100"),
        tlv.encode(0x91, b"Operator"),
        tlv.encode(0x92, b"Profile 1"),
        bytes.fromhex("950102"),
    )
    info = tlv.encode(0xE3, *shown)
    assert ask(isdr, "BF2D00") == tlv.encode(0xBF2D, tlv.encode(0xA0, info))


def test_every_element_in_the_order_of_profile_info(card: Card, isdr: ApduChannel) -> None:
    profile = install(card, 1, pprs=PPR1, more=OWNER)
    with card.nvm.transaction():
        described = profile.metadata_elements
        parts = [described[tag] for tag in (0x5A, 0x91, 0x92)] + [ICON, described[0xB6], OWNER]
        whole = tlv.encode(0xBF25, *parts, described[0x99], VENDOR)
        proprietary = bytes.fromhex("B805 8003 883703")
        ProfileStore(card.nvm).update(
            replace(profile, metadata=whole, nickname="nick", dp_proprietary_data=proprietary)
        )
    answer = ask(isdr, "BF2D145C12" + "5A4F9F70909192939495B6B7B899BF22" + "9F7B")
    expected = [0x5A, 0x4F, 0x9F70, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0xB6, 0xB7, 0xB8, 0x99, 0xBF22]
    assert tags(answer) == [expected]
    assert rsp.ProfileInfoListResponse.decode(answer).profile_info_list_ok is not None


@pytest.mark.parametrize(
    ("tag_list", "expected"),
    [
        ("5A", [0x5A]),
        ("9F70", [0x9F70]),
        ("9F705A", [0x5A, 0x9F70]),
        ("9094B7B8BF22", []),
        ("5AC19F7F", [0x5A]),
        ("5A5A", [0x5A]),
    ],
)
def test_tag_list(card: Card, isdr: ApduChannel, tag_list: str, expected: list[int]) -> None:
    install(card, 1)
    wanted = tlv.encode(0x5C, bytes.fromhex(tag_list))
    assert tags(isdr.store_data(tlv.encode(0xBF2D, wanted))) == [expected]


@pytest.mark.parametrize("cut", ["9F", "5ABF", "9FF0"])
def test_cut_tag_list(card: Card, isdr: ApduChannel, cut: str) -> None:
    install(card, 1)
    wanted = tlv.encode(0x5C, bytes.fromhex(cut))
    assert isdr.store_data(tlv.encode(0xBF2D, wanted)) == bytes.fromhex("BF2D03810101")


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (tlv.encode(0x5A, iccid(2)), [2]),
        (tlv.encode(0x5A, iccid(9)), []),
        (bytes.fromhex("4F10A0000005591010FFFFFFFF8900001200"), [3]),
        (bytes.fromhex("4F05A000000559"), []),
        (bytes.fromhex("950102"), [1]),
        (bytes.fromhex("950101"), [2]),
        (bytes.fromhex("950100"), [3]),
    ],
)
def test_search(card: Card, isdr: ApduChannel, criterion: bytes, found: list[int], wrapped: bool) -> None:
    install(card, 1)
    install(card, 2, profile_class=PROVISIONING)
    install(card, 3, profile_class=TEST)
    criteria = tlv.encode(0xA0, criterion) if wrapped else criterion
    answer = isdr.store_data(tlv.encode(0xBF2D, criteria, bytes.fromhex("5C015A")))
    assert [info[0].value[-1] for info in infos(answer)] == found


def test_class_that_does_not_exist(isdr: ApduChannel) -> None:
    assert ask(isdr, "BF2D05A003950107") == bytes.fromhex("BF2D03810101")


def test_many_profiles_make_a_long_answer(card: Card, isdr: ApduChannel) -> None:
    for number in range(20):
        install(card, number)
    assert [info[0].value[-1] for info in infos(ask(isdr, "BF2D00"))] == list(range(20))


def nickname(number: int, name: str, tag: int = 0x90) -> bytes:
    return tlv.encode(0xBF29, tlv.encode(0x5A, iccid(number)), tlv.encode(tag, name.encode()))


@pytest.mark.parametrize("tag", [0x90, 0x8F])
def test_nickname_is_kept_and_deleted(card: Card, isdr: ApduChannel, tag: int) -> None:
    install(card, 1)

    def stored(channel: ApduChannel) -> list[bytes]:
        return [element.value for element in infos(ask(channel, "BF2D035C0190"))[0]]

    assert stored(isdr) == []
    assert isdr.store_data(nickname(1, "große Reise", tag)) == result(0xBF29, 0)
    card.reset()
    isdr = open_isdr(card)
    assert stored(isdr) == ["große Reise".encode()]
    assert isdr.store_data(nickname(1, "", tag)) == result(0xBF29, 0)
    assert stored(isdr) == []
