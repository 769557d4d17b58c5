"""`examples/load` against a service platform: devices go through their lives, and what does not follow is counted."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from examples.load.__main__ import main
from examples.load.observed import Call
from examples.load.platform_device import PlatformDevice, Reached, parties_for_tests, parties_in
from examples.service_platform.air import Air
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.roles import TEST_PARTIES, Role
from examples.service_platform.server import serving
from examples.service_platform.store import Store

ROOT = Path(__file__).resolve().parents[2]
IN_ONE_LIFE = {
    "REST deliver": 1,
    "REST announce": 1,
    "REST report": 1,
    "REST device_test_passed": 1,
    "REST mount": 1,
    "REST equipment_test_passed": 1,
    "REST install": 1,
    "REST suspend": 1,
    "REST resume": 1,
    "air attach": 4,
}


@contextmanager
def reached(file: Path, network: OperatorSide, air: OperatorSide) -> Iterator[tuple[Reached, list[Call]]]:
    """A platform whose operator's side is `network`, and what is on the air."""
    calls: list[Call] = []
    with closing(Platform(Store(file), network)) as platform, serving(platform, air=Air(air)) as url:
        yield Reached(url, parties_for_tests(), calls.append), calls


def counted(calls: list[Call]) -> dict[str, int]:
    names = [f"{each.interface} {each.function}" for each in calls]
    return {name: names.count(name) for name in names}


def test_a_life(tmp_path: Path) -> None:
    network = OperatorSide()
    with reached(tmp_path / "platform.db", network, network) as (platform, calls):
        device = PlatformDevice(7, platform, rounds=2)
        device.run()
    assert not device.failed
    assert [each.failure for each in calls if each.failure] == []
    twice = {"REST suspend": 2, "REST resume": 2, "air attach": 6}
    assert counted(calls) == {**IN_ONE_LIFE, **twice}


def test_a_network_that_does_not_follow_and_a_device_that_is_there_already(tmp_path: Path) -> None:
    with reached(tmp_path / "platform.db", OperatorSide(), OperatorSide()) as (platform, calls):
        for _ in range(2):
            device = PlatformDevice(7, platform)
            device.run()
            assert device.failed
    assert [str(each.failure) for each in calls if each.failure] == [
        "test, but it leads to nowhere: no such subscriber",
        "409 conflict: ICCID ... or its IMSI was delivered before",
    ]


def test_parties_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "parties.json"
    listed = [{"name": each.name, "role": each.role, "token": each.token} for each in TEST_PARTIES]
    file.write_text(json.dumps(listed))
    assert parties_in(file) == parties_for_tests()
    file.write_text(json.dumps([each for each in listed if each["role"] != Role.OPERATOR]))
    with pytest.raises(ValueError, match="it has no operator"):
        parties_in(file)


def test_parties_are_those_of_a_platform_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "parties.json"
    file.write_text(
        json.dumps(
            [{"name": each.name, "role": each.role, "token": "a" + each.name} for each in TEST_PARTIES]
        )
    )
    with pytest.raises(SystemExit) as end:
        main(["--scenario", "platform", "--parties", str(file)])
    assert end.value.code == 2
    assert "--parties are those of --platform" in capsys.readouterr().err


@pytest.mark.skipif(
    importlib.util.find_spec("locust") is None, reason="Locust is not installed: pip install 'euicc[load]'"
)
def test_two_workers_against_our_platform() -> None:
    command = [sys.executable, "-m", "examples.load", "--scenario", "platform", "--devices", "6"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = re.findall(r"^(REST|air) +(\w+) +(\d+) +(\d+) ", ran.stdout, re.M)
    assert {f"{interface} {name}": int(calls) for interface, name, calls, _ in found} == {
        name: 6 * count for name, count in IN_ONE_LIFE.items()
    }
    assert {failures for *_, failures in found} == {"0"}
    assert "6 of 6 devices done, 0 of them without success" in ran.stdout
    assert "service platform: of 6 devices 6 active" in ran.stdout
