"""eUICCMemoryReset of SGP.32: what each option takes away, what the answer says, what stays."""

from __future__ import annotations

import pytest

from apdu import tlv
from euicc import Card
from euicc.config import Config
from euicc.runtime import keys
from tests.isdr.es10 import REFRESH, enable, enabled, events, fetch, open_isdr, start_proactive, states
from tests.isdr.installed import DELETE, ENABLE, OPERATIONAL, PPR2, PROVISIONING, TEST, install
from tests.sgp32.iot import (
    FALLBACK_ALLOWED,
    RESET,
    add_initial_eim,
    configure,
    hold_fallback,
    iot_card,
    reset,
    tell,
)

BY_OPTION = {0: OPERATIONAL, 1: TEST, 3: TEST, 4: PROVISIONING}
"""Options about profiles, and the class they are about: field loaded (1) and preloaded (3) test profiles."""
GET_ADDRESSES, GET_EIMS = b"\xbf\x3c\x00", b"\xbf\x55\x00"
NO_EIM = bytes.fromhex("BF5502A000")


def answer(**results: int) -> bytes:
    """BF64 with resetResult, resetEimResult, resetImmediateEnableConfigResult."""
    tags = {"profiles": 0x80, "eim": 0x81, "immediate": 0x82}
    return tlv.encode(RESET, *(tlv.encode(tags[name], bytes([code])) for name, code in results.items()))


@pytest.fixture
def card() -> Card:
    """One profile of each kind, numbered as the option that deletes it; an eIM, an address, immediate enabling."""
    card = iot_card()
    for option, profile_class in BY_OPTION.items():
        install(card, option, profile_class=profile_class, preloaded=option == 3)
    for command in (
        configure(),
        add_initial_eim(),
        tlv.encode(0xBF65, tlv.encode(0x80, b"smdp.example")),
    ):
        tell(card, command)
    return card


@pytest.mark.parametrize("option", BY_OPTION)
def test_one_class_of_profiles(card: Card, option: int) -> None:
    assert tell(card, reset(option)) == answer(profiles=0)
    isdr = open_isdr(card)
    assert set(states(isdr)) == BY_OPTION.keys() - {option}
    assert tell(card, reset(option)) == answer(profiles=1)
    assert tell(card, GET_EIMS) != NO_EIM


def test_default_address(card: Card) -> None:
    """The result counts profiles."""
    assert b"smdp.example" in tell(card, GET_ADDRESSES)
    assert tell(card, reset(2)) == answer(profiles=1)
    assert b"smdp.example" not in tell(card, GET_ADDRESSES)
    assert len(states(open_isdr(card))) == 4


def test_eim_configuration(card: Card) -> None:
    """The way out of a lock-in: nothing else is touched, and an eIM can be added again."""
    assert tell(card, add_initial_eim()) == bytes.fromhex("BF5703810102")
    assert tell(card, reset(5)) == answer(profiles=0, eim=0)
    assert tell(card, GET_EIMS) == NO_EIM
    assert card.nvm.indexes(keys.EIM_COUNTER) == []
    assert tell(card, reset(5)) == answer(profiles=1, eim=1)
    assert len(states(open_isdr(card))) == 4
    assert tell(card, add_initial_eim()) == bytes.fromhex("BF5704A0020500")


def test_immediate_enable_configuration(card: Card) -> None:
    assert tell(card, reset(6)) == answer(profiles=0, immediate=0)
    assert card.nvm.get(keys.IMMEDIATE_ENABLE) is None
    assert tell(card, reset(6)) == answer(profiles=1, immediate=0)


def test_everything_at_once(card: Card) -> None:
    assert tell(card, reset(*range(7))) == answer(profiles=0, eim=0, immediate=0)
    isdr = open_isdr(card)
    assert states(isdr) == {}
    assert isdr.store_data(GET_EIMS) == NO_EIM
    assert [event for _, event, _ in events(isdr)] == [DELETE, DELETE]
    assert isdr.store_data(reset(*range(7))) == answer(profiles=1, eim=1, immediate=0)


def test_nothing_chosen(card: Card) -> None:
    assert tell(card, reset()) == answer(profiles=1)
    assert len(states(open_isdr(card))) == 4


@pytest.mark.parametrize("bits", ["0204", "0104", "030400", "0004"])
def test_zero_bits_behind_the_last_option(card: Card, bits: str) -> None:
    """With the zeros of seven bits, without, with more."""
    command = tlv.encode(RESET, tlv.encode(0x82, bytes.fromhex(bits)))
    assert tell(card, command) == answer(profiles=0, eim=0)


def test_enabled_profile_deleted_then_refresh(card: Card) -> None:
    start_proactive(card)
    tell(card, enable(0))
    isdr = open_isdr(card)
    isdr.store_data(reset(0))
    assert isdr.proactive_pending
    assert fetch(card)[: len(REFRESH)] == REFRESH
    assert enabled(isdr) == []


def test_no_refresh_for_what_was_not_enabled(card: Card) -> None:
    start_proactive(card)
    tell(card, enable(4))
    isdr = open_isdr(card)
    isdr.store_data(reset(0, 5))
    assert not isdr.proactive_pending


def test_out_of_test_mode() -> None:
    """The operational profile enabled before the test profile comes back."""
    card = iot_card()
    install(card, 1, enabled=True, pprs=PPR2)
    install(card, 2, profile_class=TEST)
    tell(card, enable(2))
    assert tell(card, reset(1)) == answer(profiles=0)
    isdr = open_isdr(card)
    assert enabled(isdr) == [1]
    assert events(isdr)[-1][1:] == (ENABLE, 1)
    assert isdr.store_data(reset(0)) == answer(profiles=0)


def test_fallback_attribute_goes_with_its_profile() -> None:
    card = iot_card()
    hold_fallback(card, install(card, 1, more=FALLBACK_ALLOWED))
    tell(card, reset(0))
    assert card.nvm.get(keys.FALLBACK_ATTRIBUTE) is None


def test_tokens_and_numbers_are_never_given_twice(card: Card) -> None:
    """What an eIM or a server has seen once does not come again."""
    with card.nvm.transaction():
        card.nvm.set(keys.ASSOCIATION_TOKEN, 7)
    number = card.nvm.get(keys.SEQUENCE_NUMBER)
    tell(card, reset(*range(7)))
    assert card.nvm.get(keys.ASSOCIATION_TOKEN) == 7
    assert card.nvm.get(keys.SEQUENCE_NUMBER) > number


def test_the_form_of_sgp22_is_there_too(card: Card) -> None:
    """With its own three options."""
    assert tell(card, bytes.fromhex("BF3404820200FF")) == bytes.fromhex("BF3403800100")
    assert set(states(open_isdr(card))) == {3, 4}
    assert tell(card, GET_EIMS) != NO_EIM


def test_config_keeps_its_choices() -> None:
    config = Config(variant="sgp32", ecall=False, fallback=False, iot_versions=((1, 1, 0), (1, 2, 0)))
    assert Config.from_json(config.to_json()) == config
