"""Violated messages are refused with the codec's one error; other spellings are no violations."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings

from asn1 import Asn1Error
from asn1.generated import pe, rsp, sgp32
from euicc.testing.strategies import (
    Kind,
    Violation,
    any_message,
    any_respelled,
    any_violated,
    named_types,
    possible_kinds,
    respelled,
    seeded,
    violated,
)

VIOLATED = 20
TYPES = [pytest.param(kind, id=name) for name, kind in named_types().items()]
LIMITED_NUMBERS = pe.ProfileHeader


@pytest.mark.parametrize("kind", TYPES)
def test_refused(kind: Any) -> None:
    for data, violation in islice(seeded(any_violated(kind), seed=23), VIOLATED):
        with pytest.raises(Asn1Error):
            pytest.fail(f"{violation}: {data.hex()} is taken for {kind.decode(data)}")


@pytest.mark.parametrize("violation", Kind, ids=lambda kind: kind.name)
def test_one_chosen_kind(violation: Kind) -> None:
    kind = LIMITED_NUMBERS if violation is Kind.NUMBER else sgp32.EuiccPackageRequest
    for data, done in islice(seeded(any_violated(kind, violation), seed=5), 50):
        assert done.kind is violation
        with pytest.raises(Asn1Error):
            kind.decode(data)


def test_every_kind_comes_unasked() -> None:
    found = {each.kind for _, each in islice(seeded(any_violated(sgp32.EuiccPackageRequest), seed=5), 600)}
    assert found == set(Kind) - {Kind.NUMBER}  # its numbers have no limits


def test_what_is_not_there_cannot_be_violated() -> None:
    empty = rsp.GetEuiccChallengeRequest()
    assert possible_kinds(rsp.GetEuiccChallengeRequest, empty) == {
        *(Kind.TRUNCATED, Kind.TRAILING, Kind.TAG, Kind.FORM, Kind.LONG_TAG, Kind.INDEFINITE, Kind.BEYOND),
        Kind.LONG_LENGTH,
    }


def test_a_violation_says_what_and_where() -> None:
    violations = (each for _, each in seeded(any_violated(rsp.ProfileInfoListResponse, Kind.SIZE), seed=1))
    told = {str(each) for each in islice(violations, 300)}
    wanted = "profile_info_list_ok[0].iccid: too few or too many octets, characters or elements (size 9)"
    assert wanted in told
    assert str(Violation(Kind.TRAILING, "", "00")) == "the message: bytes behind the message (00)"


@pytest.mark.parametrize("kind", TYPES)
def test_other_spellings_mean_the_same(kind: Any) -> None:
    for data, message in islice(seeded(any_respelled(kind), seed=24), 12):
        assert kind.decode(data) == message


def test_other_spellings_are_others() -> None:
    kind = sgp32.EuiccPackageRequest
    spelled = [*islice(seeded(any_respelled(kind), seed=24), 100)]
    assert sum(data != message.encode() for data, message in spelled) > 90
    assert any_message(kind) is any_message(kind)


@settings(max_examples=80, deadline=None)
@given(violated(rsp.EUICCInfo2), violated(sgp32.EuiccPackageRequest))
def test_hypothesis_draws_violations(info: tuple[bytes, Violation], request: tuple[bytes, Violation]) -> None:
    for kind, (data, _) in ((rsp.EUICCInfo2, info), (sgp32.EuiccPackageRequest, request)):
        with pytest.raises(Asn1Error):
            kind.decode(data)


@settings(max_examples=50, deadline=None)
@given(respelled(rsp.EUICCInfo2))
def test_hypothesis_draws_spellings(spelled: tuple[bytes, rsp.EUICCInfo2]) -> None:
    data, message = spelled
    assert rsp.EUICCInfo2.decode(data) == message
