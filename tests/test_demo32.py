"""The demonstration of SGP.32, as `euicc demo` runs it: eIMs, packages, rollback and the escape, over real HTTPS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from apdu import TransportError
from apdu.trace import Trace
from euicc.__main__ import app
from euicc.crypto import curves
from euicc.testing.demo import DemoError, Step, Subscription, iot
from euicc.testing.pki import Pki
from euicc.testing.profile_builder import build
from euicc.testing.smdp import PackageError
from ipa.ipad import Ipa
from tests.data import SGP26, needs_sgp26, needs_ts48, ts48_packages

TITLES = [
    "Card manufactured",
    "SM-DP+ and two eIMs serve",
    "eIM associated",
    "Download triggered by the eIM",
    "TLS and mutual authentication",
    "Download prepared",
    "Bound profile package fetched",
    "Profile installed, the eIM told",
    "Enabled by a signed package",
    "Second operator's profile",
    "Switch rolled back, no network",
    "Switched, network there",
    "Lock-in escaped",
    "The new eIM manages",
    "Servers stopped",
    "Card reset, profile read by APDU",
]
FIRST = Subscription(build().iccid, build().imsi, build().spn)
SECOND = Subscription(iot.SECOND.iccid, iot.SECOND.imsi, iot.SECOND.spn)


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_from_manufacture_to_the_second_operator(curve: curves.Curve) -> None:
    reported: list[Step] = []
    outcome = iot.run(pki=Pki.default((curve,)), report=reported.append)
    assert [step.title for step in reported] == TITLES
    assert tuple(reported) == outcome.steps
    assert all(step.seconds >= 0 for step in reported)
    assert (outcome.subscription, outcome.managed_by) == (SECOND, "eim2")
    told = {step.title: step.detail for step in reported}
    assert told["SM-DP+ and two eIMs serve"].count("https://127.0.0.1:") == 3
    assert FIRST.imsi in told["Enabled by a signed package"]
    assert FIRST.iccid in told["Switch rolled back, no network"]
    assert SECOND.iccid in told["Switched, network there"]


def test_as_a_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["demo", "--trace", str(tmp_path / "demo.trace")])
    assert result.exit_code == 0
    shown = result.stdout
    assert [title for title in TITLES if title not in shown] == []
    for found in (FIRST.iccid, FIRST.imsi, FIRST.service_provider, *vars(SECOND).values(), "eim2", " ms "):
        assert found in shown
    commands = [each.command for each in Trace.load(tmp_path / "demo.trace").exchanges]
    # The EuiccPackageRequests: enabling, the switch twice, and the new eIM's list.
    assert sum(1 for each in commands if each is not None and each[5:7] == b"\xbf\x51") == 4


def test_the_variant_with_a_user() -> None:
    result = CliRunner().invoke(app, ["demo", "--variant", "sgp22"])
    assert result.exit_code == 0
    assert "Notifications delivered" in result.stdout
    assert "eIM" not in result.stdout
    assert all(each in result.stdout for each in vars(FIRST).values())


@needs_ts48
@needs_sgp26
@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_a_public_package_with_the_public_certificates(curve: curves.Curve) -> None:
    package = next(each for each in ts48_packages() if "TS48v5_SAIP2.3_NoBERTLV" in each.name)
    outcome = iot.run(package.read_bytes(), Pki.load(SGP26, (curve,)))
    assert outcome.subscription == SECOND
    assert any("001010123456063, GSMA_TEST" in step.detail for step in outcome.steps)


def test_a_package_that_is_none() -> None:
    with pytest.raises(PackageError):
        iot.run(b"not a package")


def test_the_second_operators_own_profile() -> None:
    with pytest.raises(DemoError, match=f"ICCID {SECOND.iccid} is the second operator's"):
        iot.run(build(iot.SECOND).package)


# A demonstration that cannot fail shows nothing.


def test_a_switch_that_is_not_rolled_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iot.Coverage, "connected", lambda self: True)
    with pytest.raises(DemoError, match=f"no rollback: the card has ICCID {SECOND.iccid}"):
        iot.run()


def test_a_network_that_never_comes_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter((True, False, False))  # the first operator, and the switch twice
    monkeypatch.setattr(iot.Coverage, "connected", lambda self: next(answers))
    with pytest.raises(DemoError, match=f"no switch: the card has ICCID {FIRST.iccid}"):
        iot.run()


def test_a_card_that_takes_a_second_initial_eim_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def add(self: Ipa, *configurations: Any) -> tuple[int | None, ...]:
        return self.escape(*configurations)

    monkeypatch.setattr(Ipa, "add_initial_eims", add)
    with pytest.raises(DemoError, match="a second initial eIM"):
        iot.run()


def test_a_card_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Any, command: bytes) -> bytes:
        raise TransportError("the card is gone")

    monkeypatch.setattr("euicc.card.Card.transmit", gone)
    with pytest.raises(TransportError):
        iot.run()
