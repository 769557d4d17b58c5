"""What an SM-SR must not forget, in one SQLite file: the EIS of its cards, counters, operations, messages, handovers.

Whatever belongs together is one transaction, and is there after the process was killed, or the machine lost its power,
at any moment: two SM-SRs must never both have a card. A counter is written before the packet that carries it leaves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from typing import Any

from euicc.testing.m2m import messages, records
from euicc.testing.m2m.eis import AuditEntry, Eis
from euicc.testing.m2m.es3 import Request
from euicc.testing.m2m.messages import Answer, Call, Content, Outgoing

MEMORY = ":memory:"
_READ_MAX = 10_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS card (eid BLOB PRIMARY KEY, eis BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (
    eid BLOB, version INTEGER, value INTEGER NOT NULL, PRIMARY KEY (eid, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS address (number TEXT PRIMARY KEY, eid BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS addresses ON address (eid);
CREATE TABLE IF NOT EXISTS audit (eid BLOB NOT NULL, entry BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS audits ON audit (eid);
CREATE TABLE IF NOT EXISTS operation (
    number INTEGER PRIMARY KEY AUTOINCREMENT, eid BLOB NOT NULL, requester TEXT NOT NULL, reference TEXT NOT NULL,
    kind TEXT NOT NULL, request BLOB NOT NULL, until REAL NOT NULL, begun INTEGER NOT NULL DEFAULT 0,
    UNIQUE (requester, reference));
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, reference TEXT, kind TEXT NOT NULL,
    content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS handover (
    name TEXT PRIMARY KEY, eid BLOB NOT NULL, peer TEXT NOT NULL, phase TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS left_profile (eid BLOB PRIMARY KEY, isd_p BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS prepared (eid BLOB PRIMARY KEY, current TEXT NOT NULL, operator TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Operation:
    """A function that somebody asked for, and that needs the card. begun: whether the card may know of it already."""

    number: int
    eid: bytes
    requester: str
    reference: str
    request: Request[Any]
    until: float
    begun: bool = False


@dataclass(frozen=True)
class Handover:
    """An attempt to hand a card over, as one of the two SM-SRs keeps it. peer: the other one; phase: its own word."""

    name: str
    eid: bytes
    peer: str
    phase: str


class RegistryError(sqlite3.DatabaseError):
    """A file that cannot be opened, or is no registry of an SM-SR."""


class Registry:
    """The file of one SM-SR, for one process at a time; RegistryError when it is none.

    Several calls are one transaction inside `with registry.transaction()`.
    """

    def __init__(self, path: str | PathLike[str] = MEMORY) -> None:
        self._database = _opened(fspath(path))
        self._depth = 0
        self._read: dict[bytes, Eis] = {}

    def close(self) -> None:
        """Give the file up."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; inside another one: as that one ends."""
        self._depth += 1
        try:
            if self._depth == 1:
                self._database.execute("BEGIN")
            yield
            if self._depth == 1:
                self._database.execute("COMMIT")
        except BaseException:
            if self._depth == 1:
                self._read.clear()
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
            raise
        finally:
            self._depth -= 1

    # -- cards --------------------------------------------------------------------------------------------------------

    def eids(self) -> list[bytes]:
        """All cards, in order."""
        return [row[0] for row in self._database.execute("SELECT eid FROM card ORDER BY eid")]

    def card(self, eid: bytes) -> Eis | None:
        """The EIS without its audit trail; counters as they were when the card came."""
        if eid not in self._read:
            row = self._row("SELECT eis FROM card WHERE eid = ?", eid)
            if row is None:
                return None
            self._remember(records.decode(Eis, row[0]))
        return self._read[eid]

    def eis(self, eid: bytes) -> Eis | None:
        """The whole EIS."""
        found = self.card(eid)
        if found is None:
            return None
        counted = (
            each if each.counter is None else replace(each, counter=self.counter(eid, each.version))
            for each in found.isd_r.key_sets
        )
        isd_r = replace(found.isd_r, key_sets=tuple(counted))
        return replace(found, isd_r=isd_r, audit_trail=tuple(self.audit_trail(eid)))

    def put(self, eis: Eis) -> None:
        """Keep this EIS; its audit trail is left out, see `note`. A counter counts only for a set that is new."""
        before = self._read.get(eis.eid)
        with self.transaction():
            encoded = records.encode(replace(eis, audit_trail=()))
            self._database.execute("INSERT OR REPLACE INTO card VALUES (?, ?)", (eis.eid, encoded))
            self._remember(replace(eis, audit_trail=()))
            if before is None or before.isd_r != eis.isd_r:
                self._put_counters(eis)
            if before is None or _numbers(before) != _numbers(eis):
                self._put_numbers(eis)

    def _put_counters(self, eis: Eis) -> None:
        for each in eis.isd_r.key_sets:
            if each.counter is not None:
                row = (eis.eid, each.version, each.counter)
                self._database.execute("INSERT OR IGNORE INTO counter VALUES (?, ?, ?)", row)

    def _put_numbers(self, eis: Eis) -> None:
        self._database.execute("DELETE FROM address WHERE eid = ?", (eis.eid,))
        for number in _numbers(eis):
            self._database.execute("INSERT OR REPLACE INTO address VALUES (?, ?)", (number, eis.eid))

    def remove(self, eid: bytes) -> None:
        """Forget a card, and everything of it."""
        with self.transaction():
            self._read.pop(eid, None)
            for table in ("card", "counter", "address", "audit", "left_profile"):
                self._database.execute(f"DELETE FROM {table} WHERE eid = ?", (eid,))

    def at(self, number: str) -> bytes | None:
        """EID of the card that has a subscription with this MSISDN."""
        row = self._row("SELECT eid FROM address WHERE number = ?", number)
        return None if row is None else row[0]

    def counter(self, eid: bytes, version: int) -> int:
        """The last counter used with a key set."""
        row = self._row("SELECT value FROM counter WHERE eid = ? AND version = ?", eid, version)
        return 0 if row is None else row[0]

    def count(self, eid: bytes, version: int) -> int:
        """The next counter, durable."""
        value = self.counter(eid, version) + 1
        with self.transaction():
            self._database.execute("INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", (eid, version, value))
        return value

    def leave(self, eid: bytes, isd_p: bytes) -> None:
        """The profile in this ISD-P was enabled, and another one is now."""
        with self.transaction():
            self._database.execute("INSERT OR REPLACE INTO left_profile VALUES (?, ?)", (eid, isd_p))

    def left(self, eid: bytes) -> bytes | None:
        """AID of the ISD-P whose profile was enabled before the one that is now."""
        row = self._row("SELECT isd_p FROM left_profile WHERE eid = ?", eid)
        return None if row is None else row[0]

    def note(self, eid: bytes, entry: AuditEntry) -> None:
        """One more line of the audit trail."""
        with self.transaction():
            self._database.execute("INSERT INTO audit VALUES (?, ?)", (eid, records.encode(entry)))

    def audit_trail(self, eid: bytes) -> list[AuditEntry]:
        """The audit trail, oldest first."""
        rows = self._database.execute("SELECT entry FROM audit WHERE eid = ? ORDER BY rowid", (eid,))
        return [records.decode(AuditEntry, row[0]) for row in rows]

    # -- operations ---------------------------------------------------------------------------------------------------

    def waits(self, requester: str, reference: str) -> bool:
        """Whether this call of the requester is an operation that is not done."""
        query = "SELECT 1 FROM operation WHERE requester = ? AND reference = ?"
        return self._row(query, requester, reference) is not None

    def queue(self, eid: bytes, requester: str, call: Call, until: float) -> Operation:
        """Keep an operation until it is done; it must not wait already."""
        kind, request = messages.pack(call.request)
        with self.transaction():
            cursor = self._database.execute(
                "INSERT INTO operation (eid, requester, reference, kind, request, until)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (eid, requester, call.reference, kind, request, until),
            )
        return Operation(cursor.lastrowid or 0, eid, requester, call.reference, call.request, until)

    def begin(self, operation: Operation) -> None:
        """From now on the card may know of it."""
        with self.transaction():
            self._database.execute("UPDATE operation SET begun = 1 WHERE number = ?", (operation.number,))

    def operations(self) -> list[Operation]:
        """Those that are not done, oldest first."""
        rows = self._database.execute(
            "SELECT number, eid, requester, reference, kind, request, until, begun FROM operation ORDER BY number"
        )
        return [
            Operation(number, eid, requester, reference, messages.unpack(kind, request), until, bool(begun))
            for number, eid, requester, reference, kind, request, until, begun in rows
        ]

    def done(self, operation: Operation) -> None:
        """It needs nothing more."""
        with self.transaction():
            self._database.execute("DELETE FROM operation WHERE number = ?", (operation.number,))

    # -- messages -----------------------------------------------------------------------------------------------------

    def send(self, recipient: str, content: Content) -> Outgoing:
        """Keep a message until it is acknowledged."""
        reference = content.reference if isinstance(content, (Call, Answer)) else None
        kind, data = messages.pack(_inner(content))
        with self.transaction():
            cursor = self._database.execute(
                "INSERT INTO message (recipient, reference, kind, content) VALUES (?, ?, ?, ?)",
                (recipient, reference, kind, data),
            )
        return Outgoing(cursor.lastrowid or 0, recipient, content)

    def outgoing(self) -> list[Outgoing]:
        """What is not acknowledged, oldest first."""
        rows = self._database.execute(
            "SELECT number, recipient, reference, kind, content FROM message ORDER BY number"
        )
        return [
            Outgoing(number, recipient, _content(reference, messages.unpack(kind, data)))
            for number, recipient, reference, kind, data in rows
        ]

    def acknowledge(self, number: int) -> None:
        """The recipient has this message."""
        with self.transaction():
            self._database.execute("DELETE FROM message WHERE number = ?", (number,))

    # -- handovers ----------------------------------------------------------------------------------------------------

    def handover(self, name: str) -> Handover | None:
        """An attempt by its name."""
        row = self._row("SELECT name, eid, peer, phase FROM handover WHERE name = ?", name)
        return None if row is None else Handover(*row)

    def handovers(self, eid: bytes) -> list[Handover]:
        """The attempts of a card."""
        rows = self._database.execute(
            "SELECT name, eid, peer, phase FROM handover WHERE eid = ? ORDER BY name", (eid,)
        )
        return [Handover(*row) for row in rows]

    def keep(self, handover: Handover) -> None:
        """Keep an attempt as it stands."""
        row = (handover.name, handover.eid, handover.peer, handover.phase)
        with self.transaction():
            self._database.execute("INSERT OR REPLACE INTO handover VALUES (?, ?, ?, ?)", row)

    def prepare(self, eid: bytes, current: str, operator: str) -> None:
        """A card is to come from this SM-SR, because this operator wants it."""
        with self.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO prepared VALUES (?, ?, ?)", (eid, current, operator)
            )

    def prepared(self, eid: bytes) -> tuple[str, str] | None:
        """From whom a card is to come, and who wants it."""
        row = self._row("SELECT current, operator FROM prepared WHERE eid = ?", eid)
        return None if row is None else (row[0], row[1])

    def forget_preparation(self, eid: bytes) -> None:
        """The card came."""
        with self.transaction():
            self._database.execute("DELETE FROM prepared WHERE eid = ?", (eid,))

    def _remember(self, eis: Eis) -> None:
        """A few cards are asked for again and again."""
        if len(self._read) >= _READ_MAX:
            self._read.clear()
        self._read[eis.eid] = eis

    def _row(self, query: str, *values: object) -> Any:
        return self._database.execute(query, values).fetchone()


def _opened(path: str) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(path, isolation_level=None)
    except sqlite3.Error as error:
        raise RegistryError(f"{path}: {error}") from None
    try:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and not {"card", "counter", "operation", "handover"} <= tables:
            raise RegistryError("no registry of an SM-SR")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)
    except sqlite3.Error as error:
        database.close()
        raise RegistryError(f"{path}: {error}") from None
    return database


def _numbers(eis: Eis) -> list[str]:
    return [each.subscription.msisdn for each in eis.profiles if each.subscription.msisdn]


def _inner(content: Content) -> object:
    if isinstance(content, Call):
        return content.request
    return content.response if isinstance(content, Answer) else content


def _content(reference: str | None, message: Any) -> Content:
    if isinstance(message, Request):
        return Call(reference or "", message)
    return message if reference is None else Answer(reference, message)
