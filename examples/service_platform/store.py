"""One SQLite file with all that the platform knows. Every change is one transaction, durable before it is answered.

A platform has its file for itself while it runs: what its network does follows from what it wrote, not from what
another one writes. Killed at any moment, it finds the last complete transaction again (write-ahead log).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import Any

from examples.service_platform.records import Device, Notification, Situation, Stocked, Subscription
from examples.service_platform.roles import Role
from examples.service_platform.states import NetworkState, ServiceState, Stage

APPLICATION_ID, VERSION = 0x53504C54, 1
_SCHEMA = """
CREATE TABLE subscriptions (
    iccid TEXT PRIMARY KEY, imsi TEXT NOT NULL UNIQUE, operator TEXT NOT NULL, equipment_provider TEXT NOT NULL,
    state TEXT NOT NULL
) STRICT;
CREATE TABLE devices (
    imei TEXT PRIMARY KEY, maker TEXT NOT NULL, credential BLOB NOT NULL UNIQUE, stage TEXT NOT NULL,
    suspended_by TEXT NOT NULL, eid TEXT UNIQUE, iccid TEXT UNIQUE REFERENCES subscriptions (iccid), equipment TEXT,
    service_provider TEXT, replaced_by TEXT REFERENCES devices (imei)
) STRICT;
CREATE UNIQUE INDEX one_device_in_an_equipment ON devices (equipment)
    WHERE stage NOT IN ('rejected', 'stopped', 'replaced');
CREATE INDEX devices_of_equipment ON devices (equipment);
CREATE TABLE notifications (
    party TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (party, number)
) STRICT;
CREATE TABLE mailboxes (party TEXT PRIMARY KEY, told INTEGER NOT NULL) STRICT;
"""
_DEVICE = (
    "d.imei, d.maker, d.credential, d.stage, d.suspended_by, d.eid, d.iccid, d.equipment, d.service_provider"
    ", d.replaced_by"
)
_SUBSCRIPTION = "s.iccid, s.imsi, s.operator, s.equipment_provider, s.state"
_BOUND = f"SELECT {_DEVICE}, {_SUBSCRIPTION} FROM devices d LEFT JOIN subscriptions s ON s.iccid = d.iccid"
_DEVICE_COLUMNS = 10
_COLUMNS = {
    "equipment": "d.equipment",
    "imei": "d.imei",
    "eid": "d.eid",
    "iccid": "d.iccid",
    "imsi": "s.imsi",
    "credential": "d.credential",
}
_PARTIES = {
    Role.DEVICE_MAKER: "d.maker",
    Role.SERVICE_PROVIDER: "d.service_provider",
    Role.OPERATOR: "s.operator",
    Role.EQUIPMENT_PROVIDER: "s.equipment_provider",
}


class StoreError(Exception):
    """The file is no platform's, or another platform has it."""


class Store:
    """The file. It is used by one thread at a time: `life_cycle.Platform` sees to that."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Opens the file, and makes it if there is none; StoreError."""
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be used: {error}") from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self.close()
            reason = "another platform has it open" if "locked" in str(error) else str(error)
            raise StoreError(f"{path} cannot be used: {reason}") from error

    def _prepare(self) -> None:
        """Takes the lock that only its own end releases, and changes nothing of a file that is none of ours."""
        run = self._connection.execute
        run("PRAGMA locking_mode = EXCLUSIVE")
        run("PRAGMA foreign_keys = ON")
        with self.transaction():
            (empty,) = run("SELECT count(*) = 0 FROM sqlite_master").fetchone()
            if empty:
                self._create()
            (application,), (version,) = (
                run(f"PRAGMA {each}").fetchone() for each in ("application_id", "user_version")
            )
            if (application, version) != (APPLICATION_ID, VERSION):
                raise sqlite3.DatabaseError("it is not the file of a service platform of this version")
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")

    def _create(self) -> None:
        for statement in _SCHEMA.split(";")[:-1]:
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is written, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def find(self, member: str, value: str | bytes) -> list[Situation]:
        """Devices with their subscriptions, by an identifier or the digest of a credential."""
        return self._situations(f"{_BOUND} WHERE {_COLUMNS[member]} = ? ORDER BY d.rowid", value)

    def of_party(self, role: Role, name: str, after: str, limit: int) -> list[Situation]:
        """The devices that a party has to do with, by IMEI, from the one after this."""
        query = f"{_BOUND} WHERE {_PARTIES[role]} = ? AND d.imei > ? ORDER BY d.imei LIMIT ?"
        return self._situations(query, name, after, limit)

    def all(self) -> list[Situation]:
        """All devices."""
        return self._situations(f"{_BOUND} ORDER BY d.imei")

    def device(self, imei: str) -> Situation | None:
        """One device, with its subscription."""
        return next(iter(self.find("imei", imei)), None)

    def stock(self, operator: str | None = None, after: str = "", limit: int = -1) -> list[Stocked]:
        """The subscriptions of an operator or of all, by ICCID, from the one after this; limit -1: no limit."""
        rows = self._connection.execute(
            f"SELECT {_SUBSCRIPTION}, d.imei FROM subscriptions s LEFT JOIN devices d ON s.iccid = d.iccid"
            " WHERE s.operator = ifnull(?, s.operator) AND s.iccid > ? ORDER BY s.iccid LIMIT ?",
            (operator, after, limit),
        )
        return [Stocked(_subscription(subscription), imei) for *subscription, imei in rows]

    def subscription(self, iccid: str) -> Subscription | None:
        row = self._connection.execute(
            f"SELECT {_SUBSCRIPTION} FROM subscriptions s WHERE iccid = ?", (iccid,)
        ).fetchone()
        return _subscription(row) if row else None

    def has_imsi(self, imsi: str) -> bool:
        return bool(
            self._connection.execute("SELECT 1 FROM subscriptions WHERE imsi = ?", (imsi,)).fetchone()
        )

    def save(self, device: Device) -> None:
        """A new device, or all of a known one."""
        row = {**{name: getattr(device, name) for name in device.__slots__ if name != "state"}}
        row |= {
            "stage": device.state.stage.value,
            "suspended_by": ",".join(sorted(device.state.suspended_by)),
        }
        self._upsert("devices", "imei", row)

    def save_subscription(self, subscription: Subscription) -> None:
        row = {name: getattr(subscription, name) for name in subscription.__slots__}
        self._upsert("subscriptions", "iccid", row | {"state": subscription.state.value})

    def _upsert(self, table: str, key: str, row: dict[str, Any]) -> None:
        """An update in place: other rows refer to this one."""
        values = ", ".join(f":{name}" for name in row)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != key)
        self._connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values}) ON CONFLICT ({key}) DO UPDATE SET {changes}",
            row,
        )

    def tell(self, party: str, at: str, event: str, body: dict[str, object]) -> None:
        """The next notification of a party."""
        (number,) = self._connection.execute(
            "INSERT INTO mailboxes VALUES (?, 1) ON CONFLICT (party) DO UPDATE SET told = told + 1 RETURNING told",
            (party,),
        ).fetchone()
        row = (party, number, at, event, json.dumps(body))
        self._connection.execute("INSERT INTO notifications VALUES (?, ?, ?, ?, ?)", row)

    def told(self, party: str, after: int, limit: int) -> list[Notification]:
        """What a party was told and has not acknowledged, numbers above `after`, the oldest first."""
        rows = self._connection.execute(
            "SELECT number, at, event, body FROM notifications WHERE party = ? AND number > ? ORDER BY number LIMIT ?",
            (party, after, limit),
        )
        return [Notification(number, at, event, json.loads(body)) for number, at, event, body in rows]

    def acknowledge(self, party: str, through: int) -> bool:
        """Forget what was told up to this number; False when it was never told."""
        known = self._connection.execute(
            "SELECT 1 FROM mailboxes WHERE party = ? AND told >= ?", (party, through)
        ).fetchone()
        if not known:
            return False
        self._connection.execute(
            "DELETE FROM notifications WHERE party = ? AND number <= ?", (party, through)
        )
        return True

    def _situations(self, query: str, *arguments: str | bytes | int) -> list[Situation]:
        return [_situation(row) for row in self._connection.execute(query, arguments)]


def _situation(row: Sequence[Any]) -> Situation:
    device, subscription = row[:_DEVICE_COLUMNS], row[_DEVICE_COLUMNS:]
    return Situation(_device(device), _subscription(subscription) if subscription[0] is not None else None)


def _device(row: Sequence[Any]) -> Device:
    imei, maker, credential, stage, suspended_by, *others = row
    causes = frozenset(Role(each) for each in suspended_by.split(",") if each)
    return Device(imei, maker, credential, ServiceState(Stage(stage), causes), *others)


def _subscription(row: Sequence[Any]) -> Subscription:
    iccid, imsi, operator, equipment_provider, state = row
    return Subscription(iccid, imsi, operator, equipment_provider, NetworkState(state))
