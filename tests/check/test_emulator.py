"""The emulated cards: whatever applies to them, they pass; and they are afterwards as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apdu import tlv
from euicc import Card
from euicc.check import Outcome, Result, check, owned
from euicc.crypto import curves
from euicc.runtime import keys
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from tests.check.cards import STATES, cases, checked, ids, new_card, subject, told
from tests.data import SGP26, needs_sgp26
from tests.isdr.installed import PPR1, install

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
    assert report.left == ()
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


@needs_sgp26
def test_the_certificates_of_sgp26() -> None:
    pki = Pki.load(SGP26, (curves.P256,))
    some = cases("authenticate/", "prepare/", "load/")
    report = check(subject(Card.manufacture(seed=1, pki=pki), pki=pki), some)
    assert told(report) == []
    assert report.counts[Outcome.PASSED] == len(some)


@needs_sgp26
def test_servers_without_the_key_of_their_ci() -> None:
    pki = Pki.load(SGP26, (curves.P256,))
    keyless = replace(pki, authorities=tuple(replace(each, key=None) for each in pki.authorities))
    report = check(subject(Card.manufacture(seed=1, pki=pki), pki=keyless), cases("authenticate/", "load/"))
    assert told(report) == []
    assert ids(report, Outcome.PASSED) >= {"authenticate/nominal", "load/nominal"}
    (forged,) = (each for each in report.results if each.case.id == "authenticate/bad-certificate")
    assert (forged.outcome, "private key of the CI" in forged.reason) == (Outcome.NOT_APPLICABLE, True)


def test_a_profile_that_must_not_be_disabled_is_not() -> None:
    card = new_card("sgp32")
    install(card, 1, enabled=True, pprs=PPR1)
    report = checked(card)
    assert told(report) == []
    assert "states/enable" in ids(report, Outcome.NOT_APPLICABLE)


def test_what_a_check_left_that_was_broken_off_is_taken_away() -> None:
    card = new_card("sgp32", subscribed=True)
    (user,) = card.isdr.profiles.all()

    def breaks_off(result: Result) -> None:
        if result.case.id == "states/enable":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(subject(card), cases("states/"), breaks_off)
    assert [each.iccid for each in card.isdr.profiles.all()] == [user.iccid]
    own = subject(card)
    own.learn()
    owned.enabled(own)
    assert told(checked(card, "states/", "profiles/")) == []
    assert [each.iccid for each in card.isdr.profiles.all()] == [user.iccid]


def test_a_card_of_sgp02_is_checked_as_a_uicc() -> None:
    card = Card.manufacture(variant="sgp02", seed=7)
    card.preload(build().package, enabled=True)
    report = checked(card)
    assert told(report) == []
    assert not any(each.startswith(("info/", "profiles/")) for each in ids(report, Outcome.PASSED))
    assert {each.split("/")[0] for each in ids(report, Outcome.PASSED)} >= {"select", "read", "channels"}
    assert dict(report.card)["kind"].startswith("eUICC without ES10")
    assert dict(report.card)["EID"] == card.identity.eid.hex()
