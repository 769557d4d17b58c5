"""What is remembered besides EIS and cards: the time, and what became of each vehicle."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from os import PathLike, fspath

from euicc.testing.m2m import records

MEMORY = ":memory:"
EVERY_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS story (text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY, now REAL NOT NULL);
CREATE TABLE IF NOT EXISTS run (number INTEGER PRIMARY KEY AUTOINCREMENT, began REAL NOT NULL);
CREATE TABLE IF NOT EXISTS vehicle (number INTEGER PRIMARY KEY, record BLOB NOT NULL);
"""


class StateError(Exception):
    """The directory belongs to a run with other options, or to another process."""


@dataclass(frozen=True)
class Record:
    """One vehicle. began: when its turn came, seconds.

    attempts: of enabling A's profile after which the card went back; power_lost, left_coverage: whether that was its
    fate, and has happened. network: where it is in the end, None as long as it is on its way; reason: why it is not on
    A; wrong: what does not agree; ended: when.
    """

    began: float
    attempts: int = 0
    power_lost: bool = False
    left_coverage: bool = False
    network: str | None = None
    reason: str | None = None
    wrong: str | None = None
    ended: float | None = None


class Journal:
    """One SQLite file; story: the options of the run, which must be the same every time. StateError, sqlite3.Error."""

    def __init__(self, path: str | PathLike[str], story: str) -> None:
        self._lock = None if path == MEMORY else _locked(f"{fspath(path)}.lock")
        self._database = sqlite3.connect(fspath(path), isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)
        self._belong(story)
        self._kept = self.now
        rows = self._database.execute("SELECT number, record FROM vehicle")
        self._records = {number: records.decode(Record, data) for number, data in rows}

    def close(self) -> None:
        """Give the file up."""
        self._database.close()
        if self._lock is not None:
            os.close(self._lock)

    def pass_time(self, now: float) -> None:
        """Keep the time, if some has passed."""
        if now >= self._kept + EVERY_SECONDS:
            self._database.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (now,))
            self._kept = now

    @property
    def now(self) -> float:
        """The time that was kept last."""
        row = self._database.execute("SELECT now FROM clock").fetchone()
        return 0.0 if row is None else float(row[0])

    def begin_run(self) -> str:
        """A process begins, or goes on; a name for it that no other one had."""
        cursor = self._database.execute("INSERT INTO run (began) VALUES (?)", (self.now,))
        return f"run {cursor.lastrowid}"

    def records(self) -> dict[int, Record]:
        """Vehicles whose turn has come, by their numbers."""
        return self._records

    def keep(self, number: int, record: Record, now: float) -> None:
        """A vehicle as it is now."""
        self._records[number] = record
        self._database.execute("BEGIN")
        self._database.execute(
            "INSERT OR REPLACE INTO vehicle VALUES (?, ?)", (number, records.encode(record))
        )
        self._database.execute("INSERT OR REPLACE INTO clock VALUES (1, ?)", (now,))
        self._database.execute("COMMIT")

    def _belong(self, story: str) -> None:
        row = self._database.execute("SELECT text FROM story").fetchone()
        if row is None:
            self._database.execute("INSERT INTO story VALUES (?)", (story,))
        elif row[0] != story:
            raise StateError(f"another fleet is kept here, that of {row[0]}")


def _locked(path: str) -> int:
    """A file that no other process has locked; the lock goes with the process, however that ends."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise StateError("another process is at it") from None
    return file
