"""A card answers drawn packages as they say it must."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings

from apdu import ApduChannel
from asn1.generated import sgp32
from euicc import Card
from euicc.testing.eim import Eim
from euicc.testing.pki import Pki
from euicc.testing.strategies import (
    Association,
    CardView,
    SignedPackage,
    Wrong,
    any_package,
    packages,
    seeded,
    view_of,
)
from tests.isdr.es10 import open_isdr
from tests.isdr.installed import install
from tests.strategies.shrinking import shrunk

COUNTER = 5
PKI = Pki.default()


def associated() -> tuple[ApduChannel, Association, CardView]:
    """A card with two profiles and an eIM."""
    card = Card.manufacture(seed=1, variant="sgp32", pki=PKI)
    install(card, 1, enabled=True)
    install(card, 2)
    channel, eim = open_isdr(card), Eim(PKI, "eim1", "eim.example.com")
    answer = channel.store_data(eim.add_initial_eim(counter=COUNTER, token=True).encode())
    added = sgp32.AddInitialEimResponse.decode(answer).add_initial_eim_ok
    assert added is not None
    return channel, Association(eim.identity, COUNTER, added[0].association_token), view_of(channel)


def answered(channel: ApduChannel, package: SignedPackage) -> sgp32.EuiccPackageResult:
    return sgp32.EuiccPackageResult.decode(channel.store_data(package.encoded))


def assert_as_expected(package: SignedPackage, result: sgp32.EuiccPackageResult) -> None:
    if package.wrong is None:
        assert result.euicc_package_result_signed is not None
        data = result.euicc_package_result_signed.euicc_package_result_data_signed
        assert data.counter_value == package.counter
    elif package.error is None:
        assert result.euicc_package_error_unsigned is not None
    else:
        assert result.euicc_package_error_signed is not None
        refused = result.euicc_package_error_signed.euicc_package_error_data_signed
        assert refused.euicc_package_error_code == package.error


@pytest.mark.parametrize("wrong", [None, *Wrong], ids=str)
def test_a_card_answers_as_it_must(wrong: Wrong | None) -> None:
    _, association, view = associated()
    for package in islice(seeded(any_package(association, view, wrong), seed=6), 12):
        channel, mine, _ = associated()
        assert mine.token == association.token  # the same card again
        assert package.wrong is wrong
        assert_as_expected(package, answered(channel, package))


def test_all_kinds_come() -> None:
    _, association, view = associated()
    drawn = [*islice(seeded(any_package(association, view), seed=6), 300)]
    assert {package.wrong for package in drawn} == {None, *Wrong}
    assert {package.respelled for package in drawn} == {False, True}
    chosen = {
        each.chosen
        for package in drawn
        for each in (*(package.package.psmo_list or ()), *(package.package.eco_list or ()))
    }
    assert len(chosen) == 9 + 4


@settings(max_examples=25, deadline=None)
@given(packages(*associated()[1:]))
def test_hypothesis_draws_packages(package: SignedPackage) -> None:
    assert_as_expected(package, answered(associated()[0], package))


def test_a_package_shrinks_to_one_operation() -> None:
    _, association, view = associated()

    def deletes(package: SignedPackage) -> bool:
        return any(psmo.delete for psmo in package.package.psmo_list or ())

    found = shrunk(packages(association, view), deletes)
    assert (found.wrong, found.counter, found.respelled) == (None, COUNTER + 1, False)
    assert found.package.psmo_list == (sgp32.Psmo(delete=sgp32.Psmo.Delete(iccid=view.iccids[0])),)
