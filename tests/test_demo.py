"""The demonstration, as `euicc demo` runs it: over real HTTPS, on both curves, on built and on public packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from apdu import StatusError
from apdu.trace import Trace
from euicc import Card
from euicc.crypto import curves
from euicc.testing import demo
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import PackageError
from tests.data import SGP26, needs_sgp26, needs_ts48, ts48_packages

TITLES = [
    "Card manufactured",
    "SM-DP+ serves",
    "TLS and mutual authentication",
    "Download prepared",
    "Bound profile package fetched",
    "Profile installed",
    "Installation result delivered",
    "Enabled, REFRESH done",
    "Notifications delivered",
    "SM-DP+ stopped",
    "Card reset, profile read by APDU",
]


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_from_manufacture_to_imsi(curve: curves.Curve) -> None:
    reported: list[demo.Step] = []
    outcome = demo.run(pki=Pki.default((curve,)), report=reported.append)
    profile = build()
    assert outcome.subscription == demo.Subscription(profile.iccid, profile.imsi, profile.spn)
    assert [step.title for step in reported] == TITLES
    assert tuple(reported) == outcome.steps
    assert all(step.seconds >= 0 for step in reported)
    assert outcome.activation_code.startswith("1$127.0.0.1:")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("01 54657374 FFFFFFFFFFFFFFFFFFFFFFFF", "Test"),
        ("00 47534D41 11 54455354 FFFFFFFFFFFFFF", "GSMA_TEST"),
        ("01 80 00470072 00F600DF0065 FFFFFFFFFF", "Größe"),
        ("01 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", ""),
        ("", ""),
    ],
)
def test_names_of_service_providers(content: str, name: str) -> None:
    assert demo.service_provider_name(bytes.fromhex(content)) == name


def test_the_trace_is_that_of_the_card(tmp_path: Path) -> None:
    outcome = demo.run()
    outcome.trace.save(tmp_path / "demo.trace")
    assert Trace.load(tmp_path / "demo.trace").exchanges == outcome.trace.exchanges
    assert any(exchange.command is None for exchange in outcome.trace.exchanges)


def test_a_package_that_is_none() -> None:
    with pytest.raises(PackageError):
        demo.run(b"not a package")


def test_a_card_without_a_profile_has_no_subscription() -> None:
    card = Card.manufacture()
    with pytest.raises(StatusError):
        demo.read_subscription(card)


@needs_ts48
@needs_sgp26
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_a_public_package_with_the_public_certificates(curve: curves.Curve) -> None:
    package = next(each for each in ts48_packages() if "TS48v5_SAIP2.3_NoBERTLV" in each.name)
    outcome = demo.run(package.read_bytes(), Pki.load(SGP26, (curve,)))
    assert outcome.subscription == demo.Subscription("89000123456789012341", "001010123456063", "GSMA_TEST")
