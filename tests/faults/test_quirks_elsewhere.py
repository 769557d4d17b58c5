"""Quirks beyond the life of a profile: what is read of its files, and the memory reset of older cards."""

from __future__ import annotations

import pytest

from asn1.generated import sgp32
from euicc import Card, Config
from euicc.quirks import QUIRKS
from euicc.testing.faults import FaultyTransport
from euicc.testing.faults import answer as answer_of
from euicc.testing.profile_builder import Subscription, build
from ipa.errors import CommandRefused, EuiccAnswerInvalid
from ipa.ipad import Ipa
from ipa.lpa import Lpa
from ipa.terminal import Terminal
from tests.faults.consumer import pki
from tests.isdr.installed import install

ON_THE_WIRE = [name for name, quirk in QUIRKS.items() if quirk.front and "sgp22" in quirk.variants]
Options = sgp32.EuiccMemoryResetRequest.ResetOptions


def enabled(*quirks: str) -> Card:
    card = Card.manufacture(config=Config(quirks=quirks))
    card.preload(build(Subscription(spn="Operator")).package, enabled=True)
    card.reset()
    return card


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_the_subscription_is_read_as_from_any_card(name: str) -> None:
    assert Terminal(enabled(name)).subscription() == Terminal(enabled()).subscription()


def iot(variant: str = "sgp32", *quirks: str) -> Card:
    return Card.manufacture(pki=pki(), config=Config(variant=variant, quirks=quirks))


@pytest.mark.parametrize("card", [iot("sgp32-v1.0"), iot("sgp32", "bf34-for-bf64")], ids=["v1.0", "quirk"])
def test_a_memory_reset_in_the_form_of_v1_0(card: Card) -> None:
    install(card, 1)
    ipa = Ipa(card)
    ipa.reset_memory(Options.DELETE_OPERATIONAL_PROFILES, Options.RESET_IMMEDIATE_ENABLE_CONFIG)
    assert Lpa(card).profiles() == ()
    ipa.reset_memory(Options.DELETE_OPERATIONAL_PROFILES)  # nothing to delete is no failure


@pytest.mark.parametrize(
    "option", [Options.DELETE_PRE_LOADED_TEST_PROFILES, Options.DELETE_PROVISIONING_PROFILES]
)
def test_what_v1_0_cannot_erase_is_refused(option: int) -> None:
    card = iot("sgp32-v1.0")
    install(card, 1)
    with pytest.raises(CommandRefused, match="eUICCMemoryReset"):
        Ipa(card).reset_memory(Options.DELETE_OPERATIONAL_PROFILES, option)
    assert len(Lpa(card).profiles()) == 1


def test_a_card_that_is_no_iot_euicc_is_not_asked_in_the_form_of_v1_0() -> None:
    card = iot("sgp22")
    install(card, 1)
    with pytest.raises(CommandRefused, match="6A88"):
        Ipa(card).reset_memory(Options.DELETE_OPERATIONAL_PROFILES)
    assert len(Lpa(card).profiles()) == 1


@pytest.mark.parametrize(("answer", "says"), [("BF3400", "no result"), ("BF34", "cannot be read")])
def test_an_answer_in_the_form_of_v1_0_that_is_none(answer: str, says: str) -> None:
    card = iot("sgp32-v1.0")
    wrong = FaultyTransport(card, [answer_of(0x9000, bytes.fromhex(answer)).when(tag=0xBF34)])
    with pytest.raises(EuiccAnswerInvalid, match=says):
        Ipa(wrong).reset_memory(Options.DELETE_OPERATIONAL_PROFILES)
