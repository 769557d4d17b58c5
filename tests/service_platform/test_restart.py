"""The platform stops and starts again: in the middle of everything, killed, over a real socket."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from euicc.testing.network import Admission, Challenge
from examples.service_platform.client import Client, Refusal
from examples.service_platform.devices import Numbers
from examples.service_platform.life_cycle import Platform
from examples.service_platform.operator_side import OperatorSide
from examples.service_platform.requests import Details
from examples.service_platform.roles import TEST_PARTIES
from examples.service_platform.server import ServeError, listening, serving
from examples.service_platform.states import STATES, Event, ServiceState
from examples.service_platform.store import Store, StoreError
from tests.service_platform.test_scenarios import bound, installed
from tests.service_platform.world import World, consistent, paper

ROOT = Path(__file__).resolve().parents[2]
ONE = Numbers.of(1)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_every_state_outlives_a_restart(world: World, state: ServiceState) -> None:
    world.reach(1, state)
    before, found = world.contents(), world.store.device(ONE.imei)
    world.restart()
    assert world.contents() == before
    assert world.store.device(ONE.imei) == found
    assert found is not None
    assert found.device.state == state
    assert world.is_consistent()


def test_cards_get_in_again_and_only_those_that_should(world: World) -> None:
    """The network forgot its sequence numbers: the cards bring it up to date. Pairing and barring are known again."""
    good, suspended, test = installed(world, 1), installed(world, 2), bound(world, 3)
    world.service.event(suspended.imei, "suspend")
    assert [world.attach(each) for each in (good, suspended, test)] == ["ADMITTED", "BARRED", "BARRED"]
    world.restart()
    assert [world.attach(each) for each in (good, suspended, test)] == ["ADMITTED", "BARRED", "BARRED"]
    good.imei, test.imei = test.imei, good.imei
    assert world.attach(good) == "FOREIGN_DEVICE"
    world.service.event(suspended.imei, "resume")
    assert world.attach(suspended) == "ADMITTED"


def test_a_change_of_state_costs_no_resynchronisation(world: World) -> None:
    """The network keeps its sequence numbers while it runs."""
    device, asked = installed(world), list[bytes]()

    def answer(challenge: Challenge) -> bytes | None:
        asked.append(challenge.rand)
        return device.answer(challenge)

    assert world.attach(device) == "ADMITTED"
    for event in ("suspend", "resume", "suspend", "resume"):
        world.provider.event(device.imei, event)
    for _ in range(2):
        assert world.network.attach(ONE.imsi, answer, device.imei).admission is Admission.ADMITTED
    assert len(asked) == 2


class Crash(Exception):
    """The process ends here."""


def crash(*_arguments: object) -> None:
    raise Crash


def suspend(world: World, imei: str) -> None:
    world.platform.carry_out(TEST_PARTIES[0], imei, Event.SUSPEND, Details())


def test_a_crash_between_the_file_and_the_network(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network follows what was written as soon as the platform runs again."""
    device = installed(world)
    monkeypatch.setattr(world.network, "follow", crash)
    with pytest.raises(Crash):
        suspend(world, device.imei)
    assert world.attach(device) == "ADMITTED"
    world.restart()
    assert world.attach(device) == "BARRED"
    assert world.is_consistent()


@pytest.mark.parametrize("write", ["save", "save_subscription", "tell"])
def test_a_crash_in_the_middle_of_a_request(
    world: World, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    """Nothing of it was written."""
    device, before = installed(world), world.contents()
    monkeypatch.setattr(world.store, write, crash)
    with pytest.raises(Crash):
        suspend(world, device.imei)
    assert world.contents() == before
    monkeypatch.undo()
    suspend(world, device.imei)
    assert world.attach(device) == "BARRED"


class Served:
    """The platform in a process of its own."""

    def __init__(self, path: Path) -> None:
        command = [
            sys.executable,
            "-u",
            "-m",
            "examples.service_platform",
            "serve",
            "--db",
            str(path),
            "--port",
            "0",
        ]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", self._process.stdout.readline())
        assert found is not None
        self.url = found[0]

    def end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        self._process.communicate(timeout=30)
        return self._process.returncode


def lives(client: httpx.Client, numbers: range, answered: dict[str, str]) -> None:
    """One device after the other is made and tested, until nobody answers any more; notes what was answered."""
    maker, operator = Client(client, "TEST-TOKEN-modems"), Client(client, "TEST-TOKEN-network")
    for number in numbers:
        each = Numbers.of(number)
        pairs = [{"iccid": each.iccid, "imsi": each.imsi}]
        try:
            operator.post("/subscriptions", {"equipment_provider": "vehicles", "subscriptions": pairs})
            device = Client(client, maker.post("/devices", {"imei": each.imei})["credential"])
            answered[each.imei] = "pre_provisioned"
            answered[each.imei] = device.post(f"/devices/{each.imei}/report", paper(number))["service_state"]
            answered[each.imei] = maker.event(each.imei, "device_test_passed")["service_state"]
        except httpx.TransportError:
            return


def test_killed_in_the_middle_of_requests(tmp_path: Path) -> None:
    """What was answered is there, what was not is there whole or not at all; and the next one goes on with the file."""
    path, order = tmp_path / "platform.db", ["pre_provisioned", "device_test", "device_tested"]
    answered: dict[str, str] = {}
    for kill in range(2):
        served = Served(path)
        with httpx.Client(base_url=served.url) as client:
            numbers = range(1 + 1000 * kill, 1000 + 1000 * kill)
            thread = threading.Thread(target=lives, args=(client, numbers, answered))
            thread.start()
            while len(answered) < 10 * (kill + 1):
                thread.join(0.002)
                assert thread.is_alive()
            assert served.end(signal.SIGKILL) == -signal.SIGKILL
            thread.join(30)
        network = OperatorSide()
        with closing(Platform(Store(path), network)) as platform:
            store = platform._store
            assert consistent(store, network)
            for imei, state in answered.items():
                found = store.device(imei)
                assert found is not None
                assert order.index(found.device.state.name) >= order.index(state)


def test_over_a_socket_until_it_is_stopped(tmp_path: Path) -> None:
    """All seven over HTTP are in the demonstration; here: it stops on SIGTERM without an error, its file is whole."""
    path = tmp_path / "platform.db"
    served = Served(path)
    with httpx.Client(base_url=served.url) as client:
        assert Client(client, "TEST-TOKEN-modems").post("/devices", {"imei": ONE.imei})["imei"] == ONE.imei
        with pytest.raises(StoreError, match="another platform has it open"):
            Store(path)
    assert served.end(signal.SIGTERM) == 0
    with closing(Store(path)) as store:
        assert store.device(ONE.imei) is not None


def test_a_life_over_a_socket(world: World) -> None:
    """With an emulated device that attaches, on a real connection."""
    world.deliver(1)
    device = world.emulated(1)
    with serving(world.platform) as url, httpx.Client(base_url=url) as http:
        provider, maker = Client(http, "TEST-TOKEN-vehicles"), Client(http, "TEST-TOKEN-modems")
        device.report(Client(http, device.credential))
        maker.event(device.imei, "device_test_passed")
        provider.event(device.imei, "mount", equipment=ONE.equipment)
        provider.event(device.imei, "equipment_test_passed")
        assert world.attach(device) == "BARRED"
        provider.event(device.imei, "install", service_provider="telematics")
        assert world.attach(device) == "ADMITTED"
        provider.event(device.imei, "stop")
        assert world.attach(device) == "UNKNOWN"
        with pytest.raises(Refusal, match="409 invalid_transition"):
            provider.event(device.imei, "resume")


def test_files_that_are_none_of_ours(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other.db"
    text.write_text("this is no database, however long it is\n" * 100)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE something (else_)")
    for path in (text, other, tmp_path / "missing" / "platform.db"):
        with pytest.raises(StoreError, match="cannot be used"):
            Store(path)
    with closing(sqlite3.connect(other)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("something",)]


def test_a_port_that_is_taken(world: World) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(ServeError, match=f"cannot listen on 127.0.0.1:{port}"),
            serving(world.platform, port=port),
        ):
            pass
