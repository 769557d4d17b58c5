"""Decoding and encoding by a declared shape: plain values only, and ContentError whatever is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from construct import Construct, ConstructError, EnumInteger, EnumIntegerString

from apdu.ef.error import ContentError
from apdu.ef.shapes import FILLER, is_filler, parse_whole

Value = Any
"""None, bool, int, str, bytes, a list of values, or a dict of values by name."""

# What declarations raise for values and bytes that do not fit them, besides construct's own.
_MISFITS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Codec:
    """The content of one kind of file, or of one of its records. `erasable`: FF alone is nothing, None."""

    shape: Construct
    erasable: bool = True

    def decode(self, content: bytes) -> Value:
        """The value; ContentError."""
        if self.erasable and is_filler(content):
            return None
        try:
            return plain(parse_whole(self.shape, content))
        except ConstructError as error:
            raise ContentError(_reason(error)) from error
        except _MISFITS as error:
            raise ContentError(str(error)) from error

    def encode(self, value: Value, size: int) -> bytes:
        """The content in `size` bytes, filled up with FF; ContentError when the value has no coding or no room."""
        if self.erasable and value is None:
            return FILLER * size
        try:
            built: bytes = self.shape.build(value, size=size)
        except ConstructError as error:
            raise ContentError(_reason(error)) from error
        except _MISFITS as error:
            raise ContentError(f"{type(error).__name__}: {error}") from error
        if len(built) > size:
            raise ContentError(f"{len(built)} bytes do not fit into {size}")
        return built.ljust(size, FILLER)


def plain(value: Any) -> Value:
    """What construct parsed without construct's types."""
    if isinstance(value, EnumIntegerString):
        return str(value)
    if isinstance(value, EnumInteger):
        return int(value)
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items() if not name.startswith("_")}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return value


def _reason(error: ConstructError) -> str:
    """Construct's message without the path of the declaration."""
    return str(error).splitlines()[-1]
