"""The file of an SM-SR: what is in it is there after the process was killed, and nothing of it half."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from euicc.testing.m2m import es3, es7, messages
from euicc.testing.m2m.eis import Audited, AuditEntry
from euicc.testing.m2m.es3 import EnableProfile, ProfileNotification, Response
from euicc.testing.m2m.messages import Answer, Call
from euicc.testing.m2m.registry import Handover, Registry, RegistryError
from tests.smsr.mortality import MortalRegistry
from tests.smsr.world import EID, ICCIDS, MSISDNS, SR1, SR2, A, World, registered

EIS = registered()
ENTRY = AuditEntry(1.5, A, Audited.ENABLE, "Executed-Success", EIS.profiles[0].isd_p, ICCIDS[0])


def test_everything_survives_closing(tmp_path: Path) -> None:
    path = tmp_path / "smsr.sqlite"
    registry = Registry(path)
    registry.put(EIS)
    registry.note(EID, ENTRY)
    assert registry.count(EID, 1) == 1
    assert registry.count(EID, 1) == 2
    operation = registry.queue(EID, A, Call("r", EnableProfile(EID, ICCIDS[0])), 10.0)
    registry.begin(operation)
    sent = [
        registry.send(A, Answer("r", Response())),
        registry.send(SR2, Call("c", es7.HandoverEuicc(EID, "h", EIS, 5.0))),
        registry.send(A, ProfileNotification(EID, ICCIDS[0], None)),
    ]
    registry.keep(Handover("h", EID, SR2, "open"))
    registry.prepare(EID, SR1, A)
    registry.close()

    again = Registry(path)
    assert again.eids() == [EID]
    eis = again.eis(EID)
    assert eis is not None
    assert eis.audit_trail == (ENTRY,)
    assert [each.counter for each in eis.isd_r.key_sets] == [2, None]
    assert again.card(EID) == EIS
    assert again.at(MSISDNS[1]) == EID
    assert again.operations() == [replace(operation, begun=True)]
    assert again.outgoing() == sent
    assert again.handover("h") == Handover("h", EID, SR2, "open")
    assert again.handovers(EID) == [Handover("h", EID, SR2, "open")]
    assert again.prepared(EID) == (SR1, A)
    again.done(operation)
    again.acknowledge(sent[0].number)
    again.forget_preparation(EID)
    assert (again.operations(), again.outgoing(), again.prepared(EID)) == ([], sent[1:], None)
    again.remove(EID)
    assert (again.eids(), again.eis(EID), again.at(MSISDNS[1]), again.counter(EID, 1)) == ([], None, None, 0)
    assert again.audit_trail(EID) == []


def test_a_transaction_that_fails_leaves_nothing() -> None:
    registry = Registry()
    registry.put(EIS)

    def change() -> None:
        with registry.transaction():
            registry.put(replace(EIS, smsr_id="another"))
            registry.count(EID, 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert registry.card(EID) == EIS
    assert registry.counter(EID, 1) == 0


class DiskFull:
    """A database whose next COMMIT fails."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._full = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and self._full:
            self._full = False
            raise sqlite3.OperationalError("database or disk is full")
        return self._database.execute(statement, *values)


def test_a_commit_that_fails_leaves_nothing_and_the_next_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    monkeypatch.setattr(registry, "_database", DiskFull(registry._database))
    with pytest.raises(sqlite3.OperationalError):
        registry.put(registered())
    assert registry.eis(EID) is None
    registry.put(registered())
    assert registry.eis(EID) == registered()


def test_a_key_set_that_comes_again_keeps_its_counter() -> None:
    registry = Registry()
    registry.put(EIS)
    registry.count(EID, 1)
    registry.put(EIS)
    assert registry.counter(EID, 1) == 1


def test_a_call_waits_once() -> None:
    registry = Registry()
    call = Call("r", EnableProfile(EID, ICCIDS[0]))
    assert not registry.waits(A, "r")
    operation = registry.queue(EID, A, call, 1.0)
    assert registry.waits(A, "r")
    registry.done(operation)
    assert not registry.waits(A, "r")


def test_every_message_can_be_kept() -> None:
    with pytest.raises(KeyError):
        messages.pack(EIS)
    for message in (
        es3.GetEis(EID),
        es3.EisResponse(eis=EIS.part(lambda each: True)),
        ProfileNotification(EID, "", None),
    ):
        assert messages.unpack(*messages.pack(message)) == message


KILLED = """
import sys
from euicc.testing.m2m.registry import Registry
from tests.smsr.world import EID, registered
registry = Registry(sys.argv[1])
registry.put(registered())
while True:
    print(registry.count(EID, 1), flush=True)
"""


def test_a_counter_that_was_used_is_never_used_again(tmp_path: Path) -> None:
    """The process is killed at any moment, and the file is as it was at the last counter that anybody saw, or later."""
    path = tmp_path / "smsr.sqlite"
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    seen = [process.stdout.readline() for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    seen += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    last = max(int(line) for line in seen if line.endswith("\n"))
    registry = Registry(path)
    assert registry.count(EID, 1) > last
    assert registry.card(EID) == EIS
    registry.close()


def test_a_world_goes_on_in_files(tmp_path: Path) -> None:
    """Both SM-SRs end, and others begin with their files."""
    paths = {name: str(tmp_path / f"{number}.sqlite") for number, name in enumerate((SR1, SR2))}
    world = World(paths=paths)
    reference = world.sr1.submit(A, EnableProfile(EID, ICCIDS[1]), world.now)
    world.sr1.take_sms()
    for name in paths:
        world.registries[name].close()
        world.registries[name] = MortalRegistry(paths[name])
        world.start(name)
    world.settle()
    assert world.answers[reference].status.ok
    assert world.enabled == world.aid(1)


@pytest.mark.parametrize("statement", [None, "CREATE TABLE card (other INTEGER)"])
def test_a_file_that_is_none_of_an_sm_sr(tmp_path: Path, statement: str | None) -> None:
    path = tmp_path / "other"
    if statement is None:
        path.write_bytes(b"no database " * 100)
    else:
        with closing(sqlite3.connect(path)) as database:
            database.execute(statement)
    before = path.read_bytes()
    with pytest.raises(RegistryError, match="other"):
        Registry(path)
    assert path.read_bytes() == before
