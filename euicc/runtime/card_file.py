"""A card in one SQLite file: a row per value of its memory, every commit durable before it returns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from apdu import TransportError

# Grows when a release can no longer read what this one writes; rows of unknown keys do not need it.
FORMAT_VERSION = 1

# Marks the file as ours for SQLite and file(1): "eUIC".
_APPLICATION_ID = int.from_bytes(b"eUIC", "big")
_FORMAT_ROW = "format"
_SCHEMA = "CREATE TABLE nvm (key TEXT, idx TEXT, value BLOB NOT NULL, PRIMARY KEY (key, idx)) WITHOUT ROWID"
_WRITE = "INSERT OR REPLACE INTO nvm (key, idx, value) VALUES (?, ?, ?)"
_EVERY_ROW = "SELECT key, idx, value FROM nvm WHERE key <> ?"
# SQLite may want to say what is wrong, and fail at damaged letters.
_DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
_ROW_TYPES = (str, str, bytes)
_ERASE = "DELETE FROM nvm WHERE key = ? AND idx = ?"

# key, index, value; no value: the row is to go.
Row = tuple[str, str, bytes | None]


class CardFileError(TransportError):
    """The file is missing, not a card, of a newer format, in use, or was changed by another user of it.

    For whoever talks to the card it is a card that cannot be reached.
    """


class CardFile:
    """An open card file. Several may have the same file open; who is not up to date cannot commit."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._path = path
        self._database = database
        self._version = self._data_version()

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> CardFile:
        """The card file at `path`; CardFileError with the reason when there is none that can be used."""
        path = Path(path)
        _look_at(path)
        try:
            return cls(path, _connect(path))
        except _DAMAGE as error:
            raise CardFileError(f"{path} cannot be used as a card file: {error}") from error

    @classmethod
    def write(cls, path: str | os.PathLike[str], rows: Iterable[Row]) -> None:
        """A new card file at `path` with these rows; a file that lies there is replaced in one step."""
        path = Path(path)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            fresh.unlink(missing_ok=True)
            _create(fresh, rows)
            for companion in ("-wal", "-shm"):
                path.with_name(path.name + companion).unlink(missing_ok=True)
            fresh.replace(path)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError):
                fresh.unlink()
            reason = error.strerror if isinstance(error, OSError) else error
            raise CardFileError(
                f"cannot write {path}: {reason}; is its directory there, and may this user write to it?"
            ) from error

    def is_at(self, path: str | os.PathLike[str]) -> bool:
        """Whether `path` leads to this file."""
        return os.path.exists(path) and os.path.samefile(path, self._path)

    def rows(self) -> list[tuple[str, str, bytes]]:
        """Every value of the file; CardFileError when it is damaged."""
        try:
            self._version = self._data_version()
            found = self._database.execute(_EVERY_ROW, (_FORMAT_ROW,)).fetchall()
        except _DAMAGE as error:
            raise CardFileError(f"{self._path} is damaged: {error}") from error
        if not all(tuple(map(type, row)) == _ROW_TYPES for row in found):
            raise CardFileError(f"{self._path} is damaged: it holds what no card writes")
        return found

    def changed_elsewhere(self) -> bool:
        """Whether another connection committed since the rows were read."""
        return self._data_version() != self._version

    def commit(self, changes: list[Row]) -> None:
        """Make the changes durable, all or none; CardFileError when another user of the file was faster."""
        try:
            with self._database:
                self._database.execute("BEGIN IMMEDIATE")  # nobody else can commit from here on
                if self.changed_elsewhere():
                    raise CardFileError(f"{self._path} was changed by another program: reset the card")
                self._apply(changes)
        except sqlite3.OperationalError as error:
            raise CardFileError(f"cannot write {self._path}: {error}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _apply(self, changes: list[Row]) -> None:
        self._database.executemany(_WRITE, [change for change in changes if change[2] is not None])
        self._database.executemany(_ERASE, [change[:2] for change in changes if change[2] is None])

    def _data_version(self) -> int:
        version: int = self._database.execute("PRAGMA data_version").fetchone()[0]
        return version


def _look_at(path: Path) -> None:
    """CardFileError with the reason when there is no file that can be opened; SQLite tells none."""
    try:
        if not path.is_file():
            raise CardFileError(f"no card file at {path}: check the path, or make a card with euicc new")
        with path.open("r+b"):
            pass
    except OSError as error:
        raise CardFileError(
            f"{path} cannot be used: {error.strerror}; may this user read and write it?"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    """Open an existing file and look whether it is a card; sqlite3.DatabaseError when it is no database."""
    # A card may be used from a thread other than the one that opened it, though never from two at once.
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
    )
    try:
        _check(path, database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
    except BaseException:
        database.close()
        raise
    return database


def _check(path: Path, database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise CardFileError(f"{path} is not a card file")
    found = database.execute("SELECT value FROM nvm WHERE key = ?", (_FORMAT_ROW,)).fetchone()
    if found is None or not (isinstance(found[0], bytes) and found[0].isdigit()):
        raise CardFileError(f"{path} is not a card file")
    version = int(found[0])
    if version > FORMAT_VERSION:
        raise CardFileError(
            f"{path} has card file format {version}, newer than {FORMAT_VERSION}: a newer release wrote it"
        )


def _create(path: Path, rows: Iterable[Row]) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN")
        database.execute(_SCHEMA)
        database.execute(_WRITE, (_FORMAT_ROW, "", str(FORMAT_VERSION).encode()))
        database.executemany(_WRITE, rows)
        database.execute("COMMIT")
    finally:
        database.close()
