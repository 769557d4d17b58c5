"""What an eIM knows of its eUICCs as text, and in a file that several processes may use at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from asn1 import Asn1Error, Message
from asn1.generated import rsp, sgp32
from euicc.testing.eim.orders import (
    ActivationCode,
    DataOrder,
    DownloadOrder,
    OperationResult,
    OrderState,
    PackageOrder,
)
from euicc.testing.eim.records import Discard, Discarded, Euicc, EuiccData, StateChange

_RECORDS: tuple[type, ...] = (
    ActivationCode,
    DataOrder,
    Discarded,
    DownloadOrder,
    Euicc,
    EuiccData,
    OperationResult,
    PackageOrder,
    StateChange,
)
_MESSAGES: tuple[type[Message], ...] = (
    rsp.ProfileInstallationResultData,
    sgp32.EuiccPackage,
    sgp32.IpaCapabilities,
    sgp32.IpaEuiccDataRequest,
    sgp32.ProfileDownloadData,
)
_ENUMS: tuple[type[Enum], ...] = (Discard, OrderState)
_BY_NAME: dict[str, Any] = {each.__name__: each for each in (*_RECORDS, *_MESSAGES, *_ENUMS)}
_CALLBACK = "then"
_HEX, _LIST, _TYPE, _VALUE = "hex", "list", "type", "value"
_SECONDS = 30.0


class EimFileError(Exception):
    """The file is not one of an eIM, or of another one."""


def to_text(euiccs: Iterable[Euicc]) -> str:
    """Everything but who is called back when an order is answered."""
    return json.dumps([_packed(each) for each in euiccs])


def from_text(text: str) -> list[Euicc]:
    """What `to_text` wrote; EimFileError for anything else."""
    try:
        return [_unpacked(each) for each in json.loads(text)]
    except (ValueError, KeyError, TypeError, Asn1Error) as error:
        raise EimFileError(f"not what an eIM remembers: {error}") from None


def _packed(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case bytes():
            return {_HEX: value.hex()}
        case list():
            return [_packed(each) for each in value]
        case tuple():
            return {_LIST: [_packed(each) for each in value]}
        case Enum():
            return {_TYPE: type(value).__name__, _VALUE: value.name}
        case Message():
            return {_TYPE: type(value).__name__, _VALUE: value.encode().hex()}
    assert is_dataclass(value)
    kept = {each.name: _packed(getattr(value, each.name)) for each in fields(value) if each.name != _CALLBACK}
    return {_TYPE: type(value).__name__, _VALUE: kept}


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    if _HEX in value:
        return bytes.fromhex(value[_HEX])
    if _LIST in value:
        return tuple(_unpacked(each) for each in value[_LIST])
    kind, kept = _BY_NAME[value[_TYPE]], value[_VALUE]
    if kind in _ENUMS:
        return kind[kept]
    if kind in _MESSAGES:
        return kind.decode(bytes.fromhex(kept))
    return kind(**{name: _unpacked(each) for name, each in kept.items()})


class EimFile:
    """One eIM in a file: who it is, what it knows, and a number that grows with every change."""

    def __init__(self, path: str | Path) -> None:
        self._path = path

    @contextmanager
    def locked(self) -> Iterator[Contents]:
        """The contents, alone; what is left in them is written when the context ends well. EimFileError."""
        connection, contents = self._opened()
        try:
            before = (contents.eim_id, contents.address, contents.euiccs)
            yield contents
            if before != (contents.eim_id, contents.address, contents.euiccs):
                contents.version += 1
                _write(connection, contents)
            connection.commit()
        finally:
            connection.close()

    def _opened(self) -> tuple[sqlite3.Connection, Contents]:
        try:
            connection = sqlite3.connect(self._path, timeout=_SECONDS, isolation_level=None)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            return connection, _read(connection)
        except sqlite3.DatabaseError as error:
            raise EimFileError(f"{self._path}: {error}") from None


@dataclass
class Contents:
    """What is in a file; `euiccs` as `to_text` writes them."""

    version: int = 0
    eim_id: str = ""
    address: str = ""
    euiccs: str = "[]"


_TABLE = "CREATE TABLE IF NOT EXISTS eim (version INTEGER, eim_id TEXT, address TEXT, euiccs TEXT)"


def _read(connection: sqlite3.Connection) -> Contents:
    row = connection.execute("SELECT version, eim_id, address, euiccs FROM eim").fetchone()
    return Contents() if row is None else Contents(*row)


def _write(connection: sqlite3.Connection, contents: Contents) -> None:
    row = (contents.version, contents.eim_id, contents.address, contents.euiccs)
    connection.execute("DELETE FROM eim")
    connection.execute("INSERT INTO eim VALUES (?, ?, ?, ?)", row)
