"""ES10a, ES10b and ES10c functions about the card itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apdu import ApduChannel, StatusError, status, tlv
from asn1.generated import rsp
from euicc import Card, Config
from euicc.config import Operator, Ppr, RatRule
from tests.isdr.es10 import memory_reset, open_isdr, result
from tests.isdr.installed import install


def ask(isdr: ApduChannel, request: str) -> bytes:
    return isdr.store_data(bytes.fromhex(request))


def card_with(**choices: object) -> ApduChannel:
    return open_isdr(Card.manufacture(seed=1, config=replace(Config(), **choices)))  # type: ignore[arg-type]


@pytest.mark.parametrize("request_", ["BF3E035C015A", "BF3E00"])
def test_eid(card: Card, isdr: ApduChannel, request_: str) -> None:
    assert ask(isdr, request_) == bytes.fromhex("BF3E125A10") + card.identity.eid


def test_eid_has_no_other_tag(isdr: ApduChannel) -> None:
    with pytest.raises(StatusError) as refused:
        ask(isdr, "BF3E035C014F")
    assert refused.value.sw == status.INCORRECT_DATA


def test_info1_lists_the_cis(card: Card, isdr: ApduChannel) -> None:
    verification = b"".join(tlv.encode(0x04, anchor.ski) for anchor in card.identity.trusted)
    signing = b"".join(tlv.encode(0x04, each.ci_ski) for each in card.identity.credentials)
    assert ask(isdr, "BF2000") == tlv.encode(
        0xBF20, bytes.fromhex("8203020500"), tlv.encode(0xA9, verification), tlv.encode(0xAA, signing)
    )


def test_info2_fields_are_in_order_and_primitive(isdr: ApduChannel) -> None:
    elements = tlv.parse(ask(isdr, "BF2200")).children()
    tags = [element.tag for element in elements]
    assert tags == [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0xA9, 0xAA, 0x8B, 0x04, 0x0C]
    shown = {element.tag: element.value for element in elements}
    assert shown[0x81] == b"\x02\x03\x01"
    assert shown[0x82] == b"\x02\x05\x00"
    assert shown[0x88] == bytes.fromhex("0490")  # additionalProfile, testProfileSupport


def test_info2_of_a_card_with_everything() -> None:
    isdr = card_with(
        forbidden_pprs=(Ppr.DISABLING_NOT_ALLOWED,), platform_label="label", discovery_base_url="https://a"
    )
    info = rsp.EUICCInfo2.decode(ask(isdr, "BF2200"))
    assert info.forbidden_profile_policy_rules is not None
    assert list(info.forbidden_profile_policy_rules) == [1]
    assert info.certification_data_object is not None
    assert info.certification_data_object.platform_label == "label"


def test_free_memory_follows_the_profiles(card: Card, isdr: ApduChannel) -> None:
    def resources() -> dict[int, int]:
        extended = tlv.find(ask(isdr, "BF2200"), 0xBF22, 0x84)
        assert extended is not None
        return {each.tag: int.from_bytes(each.value, "big") for each in tlv.parse_all(extended)}

    assert resources() == {0x81: 0, 0x82: card.config.nvm_size, 0x83: card.config.ram_size}
    free = card.config.nvm_size - install(card, 1).size
    assert resources() == {0x81: 1, 0x82: free, 0x83: card.config.ram_size}


def test_rat_has_no_sequence_around_it(isdr: ApduChannel) -> None:
    rule = bytes.fromhex("80020560 A10B 3009 8003EEEEEE 8100 8200 820100")
    assert ask(isdr, "BF4300") == tlv.encode(0xBF43, tlv.encode(0xA0, tlv.encode(0x30, rule)))


def test_rat_shows_every_rule() -> None:
    isdr = card_with(
        rat=(
            RatRule(
                (Ppr.DISABLING_NOT_ALLOWED,), (Operator(b"\x00\xf1\x10", b"\x01"),), consent_required=True
            ),
            RatRule((Ppr.DELETION_NOT_ALLOWED,), ()),
        )
    )
    rules = bytes.fromhex("3014 80020640 A10A 3008 800300F110 810101 82020780  3009 80020520 A100 820100")
    assert ask(isdr, "BF4300") == tlv.encode(0xBF43, tlv.encode(0xA0, rules))


def test_addresses_of_a_new_card(isdr: ApduChannel) -> None:
    assert ask(isdr, "BF3C00") == tlv.encode(0xBF3C, tlv.encode(0x81, b"testrootsmds.gsma.com"))


def test_default_address_is_set_overwritten_and_deleted(card: Card, isdr: ApduChannel) -> None:
    def set_to(address: bytes) -> bytes:
        return isdr.store_data(tlv.encode(0xBF3F, tlv.encode(0x80, address)))

    def default() -> bytes | None:
        return tlv.find(ask(open_isdr(card), "BF3C00"), 0xBF3C, 0x80)

    for address in (b"one.example", b"two.example"):
        assert set_to(address) == result(0xBF3F, 0)
        assert default() == address
        card.reset()
        isdr = open_isdr(card)
        assert default() == address
    assert set_to(b"") == result(0xBF3F, 0)
    assert default() is None


def test_too_long_an_address_changes_nothing(isdr: ApduChannel) -> None:
    isdr.store_data(tlv.encode(0xBF3F, tlv.encode(0x80, b"one.example")))
    assert isdr.store_data(tlv.encode(0xBF3F, tlv.encode(0x80, b"a" * 256))) == result(0xBF3F, 127)
    assert tlv.find(ask(isdr, "BF3C00"), 0xBF3C, 0x80) == b"one.example"


def test_memory_reset_brings_the_manufacturers_address_back() -> None:
    isdr = card_with(default_dp_address="factory.example")
    assert tlv.find(ask(isdr, "BF3C00"), 0xBF3C, 0x80) == b"factory.example"
    isdr.store_data(tlv.encode(0xBF3F, tlv.encode(0x80, b"")))
    assert tlv.find(ask(isdr, "BF3C00"), 0xBF3C, 0x80) is None
    assert isdr.store_data(memory_reset(2)) == result(0xBF34, 1)
    assert tlv.find(ask(isdr, "BF3C00"), 0xBF3C, 0x80) == b"factory.example"


def test_no_lpa_inside(isdr: ApduChannel) -> None:
    assert ask(isdr, "BF420480020780") == result(0xBF42, 1)


def test_crls_are_not_supported(isdr: ApduChannel) -> None:
    assert ask(isdr, "BF3502A000") == bytes.fromhex("BF350381017F")
