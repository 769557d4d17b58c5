"""`examples/load`, as it is started: Locust with workers in processes of their own, over HTTPS on loopback."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from euicc.testing.faults.servers import FaultyEim, FaultyServer, HttpStatus, Refuses
from euicc.testing.http import LOOPBACK, serve
from euicc.testing.pki import Pki
from examples.load.serve import Servers, write_codes, write_configuration

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("locust") is None, reason="Locust is not installed: pip install 'euicc[load]'"
)

ROOT = Path(__file__).resolve().parents[2]
PKI = Pki.default()
AUTHENTICATE, GET_PACKAGE = "authenticateClient", "getEimPackage"


def load(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "examples.load", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def rows(output: str) -> dict[str, tuple[int, int]]:
    """Calls and failures of each function in the table."""
    found = re.findall(r"^(ES\S+|IPA|LPA) +(\w+) +(\d+) +(\d+) ", output, re.M)
    return {f"{interface} {name}": (int(calls), int(failed)) for interface, name, calls, failed in found}


def test_two_workers_without_a_failure() -> None:
    ran = load("--devices", "20", "--workers", "2")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert rows(ran.stdout) == {
        "ESipa GetEimPackage": (100, 0),
        "ESipa ProvideEimPackageResult": (80, 0),
        "ES9+ InitiateAuthentication": (20, 0),
        "ES9+ AuthenticateClient": (20, 0),
        "ES9+ GetBoundProfilePackage": (20, 0),
        "ES9+ HandleNotification": (40, 0),
        "IPA Poll": (20, 0),
    }
    assert "20 of 20 devices done, 0 of them without success" in ran.stdout
    assert "eIM: 80 of 80 orders of 20 eUICCs carried out; SM-DP+: 20 of 20 profiles installed" in ran.stdout


@pytest.fixture
def faulty() -> Iterator[Servers]:
    """The first device hears nothing of its eIM, the second is refused by the SM-DP+, others have luck."""
    servers, tls = Servers(PKI), PKI.issue_tls(LOOPBACK)
    smdp = FaultyServer(servers.smdp, [Refuses("8.2.6", "3.8").when(function=AUTHENTICATE, nth=1)])
    eim = FaultyEim(servers.eim, [HttpStatus(503).when(function=GET_PACKAGE, nth=1)])
    with serve(smdp, tls=tls), serve(eim, tls=tls):
        yield servers


def test_failures_are_counted_by_function(faulty: Servers, tmp_path: Path) -> None:
    write_configuration(faulty, tmp_path / "eim.der")
    table = tmp_path / "numbers"
    options = ("--eim", str(tmp_path / "eim.der"), "--devices", "4", "--workers", "1", "--users", "1")
    ran = load(*options, "--", "--csv", str(table))
    assert ran.returncode == 1, ran.stdout + ran.stderr
    counted = rows(ran.stdout)
    assert counted["ESipa GetEimPackage"][1] == counted["ES9+ AuthenticateClient"][1] == 1
    assert counted["IPA Poll"] == (4, 2)
    assert "4 of 4 devices done, 2 of them without success" in ran.stdout
    assert re.search(r"^1 x ES9\+ AuthenticateClient: .*\(8\.2\.6/3\.8\)", ran.stdout, re.M)
    assert re.search(r"^1 x ESipa GetEimPackage: .*HTTP status 503", ran.stdout, re.M)
    assert "ES9+,AuthenticateClient,3,1," in Path(f"{table}_stats.csv").read_text()


def test_consumer_devices_by_activation_codes(tmp_path: Path) -> None:
    servers = Servers(PKI)
    with serve(servers.smdp, tls=PKI.issue_tls(LOOPBACK)):
        write_codes(servers, tmp_path / "codes", 3)
        ran = load("--codes", str(tmp_path / "codes"), "--devices", "3", "--workers", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert rows(ran.stdout)["LPA Download"] == (3, 0)
    assert {order.state.name for order in servers.smdp.orders} == {"INSTALLED"}
    assert len({order.eid for order in servers.smdp.orders}) == 3
