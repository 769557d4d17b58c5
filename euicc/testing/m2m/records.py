"""Frozen dataclasses as bytes and back: BER-TLV, each field under its number, in one way only.

    field of type                             coded as
    bytes, str, int, bool, float, date        80 + number, the value; int: shortest two's complement
    Enum                                      80 + number, its value
    another dataclass                         A0 + number, its fields
    tuple[X, ...]                             A0 + number, each element as field 0
    X | None                                  None is left out

The encoding is canonical: equal records are equal bytes, so it can be signed. A record has at most 31 fields.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from apdu import tlv

_PRIMITIVE, _CONSTRUCTED = 0x80, 0xA0
_FIELDS_MAX = 31

R = TypeVar("R")


class RecordError(Exception):
    """These bytes are not a record of this class."""


@dataclass(frozen=True)
class _Coding:
    """How values of one type are written and read; base: of the tag."""

    base: int
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]


def encode(record: Any) -> bytes:
    """A dataclass instance as bytes. TypeError for a field of a type that is not in the table."""
    kind: Any = type(record)
    return b"".join(
        tlv.encode(coding.base | number, coding.encode(value))
        for number, (name, coding) in enumerate(_fields(kind))
        if (value := getattr(record, name)) is not None
    )


def decode(kind: type[R], data: bytes) -> R:
    """The record of this class that `encode` wrote; RecordError for anything else."""
    try:
        return _decode(kind, data)
    except (tlv.TlvError, struct.error, ValueError, TypeError, IndexError) as error:
        raise RecordError(f"no {kind.__name__}: {error}") from None


def _decode(kind: type[R], data: bytes) -> R:
    coded: Any = kind
    found = {element.tag: element.value for element in tlv.parse_all(data)}
    values = {
        name: coding.decode(found.pop(coding.base | number)) if coding.base | number in found else None
        for number, (name, coding) in enumerate(_fields(coded))
    }
    if found:
        raise RecordError(f"no {kind.__name__}: elements {[f'{tag:02X}' for tag in found]}")
    missing = [name for name, value in values.items() if value is None and name not in _optional(coded)]
    if missing:
        raise RecordError(f"no {kind.__name__}: without {missing}")
    return kind(**values)


@cache
def _fields(kind: Any) -> tuple[tuple[str, _Coding], ...]:
    hints = get_type_hints(kind)
    named = [(each.name, _coding(_without_none(hints[each.name]))) for each in fields(kind)]
    if len(named) > _FIELDS_MAX:
        raise TypeError(f"{kind.__name__} has more than {_FIELDS_MAX} fields")
    return tuple(named)


@cache
def _optional(kind: Any) -> frozenset[str]:
    hints = get_type_hints(kind)
    return frozenset(each.name for each in fields(kind) if NoneType in get_args(hints[each.name]))


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    (kind,) = (each for each in get_args(hint) if each is not NoneType)
    return kind


@cache
def _coding(kind: Any) -> _Coding:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if get_origin(kind) is tuple:
        return _tuple_of(_coding(get_args(kind)[0]))
    if is_dataclass(kind) and isinstance(kind, type):
        return _Coding(_CONSTRUCTED, encode, lambda data: _decode(kind, data))
    if isinstance(kind, type) and issubclass(kind, Enum):
        inner = _SIMPLE[type(next(iter(kind)).value)]
        return _Coding(
            _PRIMITIVE, lambda value: inner.encode(value.value), lambda data: kind(inner.decode(data))
        )
    raise TypeError(f"no coding for {kind}")


def _tuple_of(element: _Coding) -> _Coding:
    return _Coding(
        _CONSTRUCTED,
        lambda values: b"".join(tlv.encode(element.base, element.encode(value)) for value in values),
        lambda data: tuple(element.decode(each.value) for each in tlv.parse_all(data)),
    )


def _integer(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


_SIMPLE: dict[Any, _Coding] = {
    bytes: _Coding(_PRIMITIVE, bytes, bytes),
    str: _Coding(_PRIMITIVE, str.encode, bytes.decode),
    bool: _Coding(_PRIMITIVE, lambda value: bytes((value,)), lambda data: bool(data[0])),
    int: _Coding(_PRIMITIVE, _integer, lambda data: int.from_bytes(data, "big", signed=True)),
    float: _Coding(
        _PRIMITIVE, lambda value: struct.pack(">d", value), lambda data: struct.unpack(">d", data)[0]
    ),
    date: _Coding(
        _PRIMITIVE,
        lambda value: value.isoformat().encode(),
        lambda data: date.fromisoformat(data.decode()),
    ),
}
