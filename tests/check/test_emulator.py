"""The emulated cards: whatever applies to them, they pass; and they are afterwards as they were."""

from __future__ import annotations

from typing import Any

import pytest

from apdu import tlv
from euicc import Card
from euicc.check import Outcome, check
from euicc.crypto import curves
from euicc.runtime import keys
from euicc.testing.pki import Pki
from tests.check.cards import STATES, cases, checked, ids, new_card, subject, told

PASSED = {
    ("sgp22", False): 290,
    ("sgp22", True): 305,
    ("sgp32", False): 425,
    ("sgp32", True): 440,
    ("sgp32-v1.0", False): 380,
    ("sgp32-v1.0", True): 400,
}
"""At least so many cases pass: what is not applicable does not grow unseen."""
READING = 190


def remembered(card: Card) -> dict[str, Any]:
    """What a user would miss or find too much."""
    return {
        "profiles": [(each.iccid, each.state, each.nickname) for each in card.isdr.profiles.all()],
        "notifications": [each.sequence_number for each in card.isdr.notifications.all()],
        "eims": card.isdr.eims.all(),
        "address": card.nvm.get(keys.DEFAULT_DP_ADDRESS) or None,
        "results": card.nvm.indexes(keys.PACKAGE_RESULT),
        "immediate": card.nvm.get(keys.IMMEDIATE_ENABLE),
    }


@pytest.mark.parametrize(("variant", "subscribed"), STATES)
def test_every_case_passes_or_does_not_apply(variant: str, subscribed: bool) -> None:
    card = new_card(variant, subscribed)
    before = remembered(card)
    report = checked(card)
    assert told(report) == []
    assert report.conforms
    assert report.counts[Outcome.SKIPPED] == 0
    assert report.counts[Outcome.PASSED] >= PASSED[variant, subscribed]
    assert remembered(card) == before


@pytest.mark.parametrize(("variant", "subscribed"), STATES)
def test_without_write_nothing_is_changed(variant: str, subscribed: bool) -> None:
    card = new_card(variant, subscribed)
    before = remembered(card), card.nvm.get(keys.SEQUENCE_NUMBER)
    report = checked(card, write=False)
    assert told(report) == []
    assert report.counts[Outcome.PASSED] >= READING
    assert report.counts[Outcome.SKIPPED] > 0
    assert (remembered(card), card.nvm.get(keys.SEQUENCE_NUMBER)) == before


def test_what_was_configured_is_there_afterwards() -> None:
    card = new_card("sgp32", subscribed=True)
    own = subject(card)
    own.reset()
    own.es10(tlv.encode(0xBF3F, tlv.encode(0x80, b"smdp.of.the.user.example")))
    own.es10(tlv.encode(0xBF29, tlv.encode(0x5A, own.enabled() or b""), tlv.encode(0x90, b"mine")))
    before = remembered(card)
    assert told(checked(card)) == []
    assert remembered(card) == before


def test_an_eim_of_the_user_stays() -> None:
    from euicc.check.packages import Eim, add_initial

    card = new_card("sgp32", subscribed=True)
    own = subject(card)
    own.reset()
    add_initial(own, Eim(own, "of.the.user").fields())
    report = checked(card)
    assert told(report) == []
    assert [each.eim_id for each in card.isdr.eims.all()] == ["of.the.user"]
    assert "packages/nominal" in ids(report, Outcome.NOT_APPLICABLE)


def test_a_card_of_another_ci_says_which_cases_need_test_keys() -> None:
    strangers = Pki.create(b"somebody else's")
    card = Card.manufacture(seed=1, pki=strangers)
    report = checked(card)
    assert told(report) == []
    (nominal,) = (each for each in report.results if each.case.id == "authenticate/nominal")
    assert nominal.outcome is Outcome.NOT_APPLICABLE
    assert "test keys" in nominal.reason
    assert told(check(subject(card, pki=strangers), cases("authenticate/", "load/"))) == []


def test_a_card_on_brainpool() -> None:
    pki = Pki.default((curves.BRAINPOOL,))
    card = Card.manufacture(seed=1, pki=pki)
    report = check(subject(card, pki=Pki.default(curves.ALL)), cases("authenticate/", "prepare/", "load/"))
    assert told(report) == []
    assert report.counts[Outcome.NOT_APPLICABLE] == 0


def test_a_card_with_other_choices() -> None:
    card = new_card("sgp32", ecall=False, fallback=False, channels=1, gating="strict")
    report = checked(card)
    assert told(report) == []
    missing = ids(report, Outcome.NOT_APPLICABLE)
    assert {"channels/assigned", "fallback/there-and-back", "fallback/emergency"} <= missing
