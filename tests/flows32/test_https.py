"""The same over HTTPS, and from the command line: `ipa poll`, `ipa eim`, `ipa memory-reset`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from euicc import Card, Config
from euicc.testing import http
from euicc.testing.eim import Eim, HttpsServers, OrderState, operations
from euicc.testing.smdp import SmDpPlus
from ipa.__main__ import app
from ipa.ipad import Ipa
from ipa.servers.esipa_https import HttpsEims
from tests.flows32.scene import operator, pki

PKI = pki()
ONE = operator(1).iccid_bytes


@pytest.fixture
def smdp() -> Iterator[SmDpPlus]:
    server = SmDpPlus(PKI)
    with http.serve(server, tls=PKI.issue_tls("localhost", ["127.0.0.1"])):
        yield server


@pytest.fixture
def eim() -> Iterator[Eim]:
    server = Eim(PKI, "eim1", servers=HttpsServers(PKI.ci_certificates))
    with http.serve(server, tls=PKI.issue_tls("localhost", ["127.0.0.1"])):
        yield server


def new_card() -> Card:
    return Card.manufacture(pki=PKI, seed=5, config=replace(Config(), variant="sgp32"))


@pytest.mark.parametrize("as_json", [False, True], ids=["ASN.1", "JSON"])
@pytest.mark.parametrize("indirect", [False, True], ids=["direct", "indirect"])
def test_a_download_over_https(smdp: SmDpPlus, eim: Eim, indirect: bool, as_json: bool) -> None:
    card = new_card()
    order = smdp.order(operator(1).package)
    with HttpsEims(PKI.ci_certificates, json=as_json) as eims, Ipa(card, eims=eims) as ipa:
        (token,) = ipa.add_initial_eims(eim.configuration(token=True, indirect=indirect))
        eim.associate(card.identity.eid, token=token)
        wanted = eim.download(card.identity.eid, smdp.activation_code(order))
        enabled = eim.queue(card.identity.eid, operations.enable(ONE))
        (visit,) = ipa.poll().visits
    assert visit.failure == ""
    assert (wanted.state, enabled.state) == (OrderState.DONE, OrderState.DONE)


def run(card: Path, *words: str, exit_code: int = 0) -> object:
    state = (
        ["--state", str(card.parent / "state")] if words[0] in ("poll", "memory-reset", "fallback") else []
    )
    result = CliRunner().invoke(app, ["--card", str(card), *words, *state, "--json"])
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout) if exit_code == 0 else result.stderr


def test_the_commands(tmp_path: Path, eim: Eim) -> None:
    path, configuration = tmp_path / "card", tmp_path / "eim.der"
    made = new_card()
    made.save(path)
    configuration.write_bytes(eim.add_initial_eim(token=True).encode())
    assert run(path, "eim", "list") == []
    added = run(path, "eim", "add-initial", str(configuration))
    assert added == [{"eim": "eim1", "association_token": 1}]
    eim.associate(made.identity.eid, token=1)
    order = eim.queue(made.identity.eid, operations.list_eim())
    rows = run(path, "poll")
    assert isinstance(rows, list)
    assert {"eim": "eim1", "work": "package", "outcome": "done", "failure": ""} in rows
    assert order.state is OrderState.DONE
    listed = run(path, "eim", "list")
    assert isinstance(listed, list)
    assert [(each["address"], each["trust"]) for each in listed] == [(eim.address, "certificate")]
    refusal = run(path, "eim", "add-initial", str(configuration), exit_code=1)
    assert "associated eim already exists" in str(refusal)
    assert run(path, "memory-reset", "--eim", "--yes") == {}
    assert run(path, "eim", "list") == []
    assert run(path, "poll") == []


def test_what_is_erased_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "card"
    new_card().save(path)
    assert "name what to erase" in str(run(path, "memory-reset", exit_code=2))


def test_a_file_without_a_configuration(tmp_path: Path) -> None:
    path, wrong = tmp_path / "card", tmp_path / "wrong"
    new_card().save(path)
    wrong.write_bytes(b"\x30\x05")
    assert "no EimConfigurationData" in str(run(path, "eim", "add-initial", str(wrong), exit_code=1))
