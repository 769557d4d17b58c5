"""What the declarations of contents are made of: digits, texts, networks, data objects, lists (construct).

A shape is a construct; what it parses is plain: None, bool, int, str, bytes, list, dict. Sizes that depend on the size
of the whole file or record are taken from `this._params.size`, which `apdu.ef.codec` gives.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from construct import Bytes, Construct, Enum, ExprAdapter, GreedyBytes, Int8ub, Int16ub, Int24ub, Sequence

from apdu import tlv
from apdu.ef.digits import decode_digits, decode_plmn, encode_digits, encode_plmn
from apdu.ef.error import ContentError
from apdu.tlv import TlvError

FILLER = b"\xff"


def adapted(shape: Construct, decode: Callable[[Any], Any], encode: Callable[[Any], Any]) -> Construct:
    """A shape whose values are others than what it parses."""
    return ExprAdapter(shape, lambda value, context: decode(value), lambda value, context: encode(value))


def without_filler(data: bytes) -> bytes:
    """What is before the FF at the end."""
    return data.rstrip(FILLER)


def is_filler(data: bytes) -> bool:
    """Nothing but FF."""
    return not data.strip(FILLER)


def parse_whole(shape: Construct, data: bytes, size: int | None = None) -> Any:
    """What the shape says of these bytes; ContentError when other bytes than FF are left behind it."""
    value, rest = Sequence(shape, GreedyBytes).parse(data, size=len(data) if size is None else size)
    if not is_filler(rest):
        raise ContentError(f"{len(rest)} bytes too many")
    return value


def build_part(shape: Construct, value: Any) -> bytes:
    """The bytes of a value inside a content, with nothing to fill up."""
    built: bytes = shape.build(value, size=0)
    return built


# -- digits -----------------------------------------------------------------------------------------------------------


def digits(size: int) -> Construct:
    """Digits as str in `size` bytes, nibbles swapped, F behind the last."""
    return adapted(Bytes(size), decode_digits, lambda value: encode_digits(value, size))


plmn = adapted(Bytes(3), decode_plmn, encode_plmn)
"""A network as str `262-01`, None for none."""


# -- numbers and words ------------------------------------------------------------------------------------------------

integer = adapted(GreedyBytes, lambda data: int.from_bytes(data, "big"), lambda value: encode_integer(value))
"""All bytes as one number; written with as few bytes as it needs."""


def encode_integer(value: int) -> bytes:
    """Big endian, at least one byte."""
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def unless_erased(shape: Construct, size: int = 1) -> Construct:
    """A number of `size` bytes, None where they are FF."""
    erased = (1 << 8 * size) - 1
    return adapted(
        shape,
        lambda value: None if value == erased else value,
        lambda value: erased if value is None else value,
    )


byte = unless_erased(Int8ub)
"""0..254, None for FF."""
word = unless_erased(Int16ub, 2)
"""0..65534, None for FFFF."""
triple = unless_erased(Int24ub, 3)
"""3 bytes, None for FFFFFF."""


def one_of(meanings: Mapping[int, str], shape: Construct = Int8ub) -> Construct:
    """A code in words; one without meaning stays a number."""
    return Enum(shape, **{name: code for code, name in meanings.items()})


def flags(meanings: Mapping[int, str], shape: Construct = Int8ub) -> Construct:
    """Bits as the list of their names, the highest bit first; one without meaning is `bit n`, counted from 1."""
    size = shape.sizeof()
    names = {1 << at: meanings.get(1 << at, f"bit {at + 1}") for at in reversed(range(8 * size))}
    codes = {name: bit for bit, name in names.items()}
    return adapted(
        shape,
        lambda value: [name for bit, name in names.items() if value & bit],
        lambda chosen: sum(codes[name] for name in set(chosen)),
    )


utf8 = adapted(GreedyBytes, lambda data: data.decode(), lambda text: text.encode())
"""All bytes as UTF-8."""

_ADDRESS_FQDN, _ADDRESS_IPV4, _ADDRESS_IPV6 = range(3)


def _decode_address(data: bytes) -> str:
    kind, address = data[:1], data[1:]
    if kind == bytes([_ADDRESS_FQDN]):
        return address.decode("ascii")
    if kind in (bytes([_ADDRESS_IPV4]), bytes([_ADDRESS_IPV6])):
        return str(ipaddress.ip_address(address))
    raise ContentError(f"no address of type {kind.hex().upper() or 'none'}")


def _encode_address(address: str) -> bytes:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return bytes([_ADDRESS_FQDN]) + address.encode("ascii")
    return bytes([_ADDRESS_IPV4 if parsed.version == 4 else _ADDRESS_IPV6]) + parsed.packed


network_address = adapted(GreedyBytes, _decode_address, _encode_address)
"""Type of address and address, TS 31.103 4.2.8: a host name, or an IP address in digits."""


# -- lists ------------------------------------------------------------------------------------------------------------


def listed(item: Construct, size: int, empty: bytes | None = None) -> Construct:
    """A list of items of `size` bytes that fills the file; `empty` items (default FF) at its end are left out."""
    nothing = empty or FILLER * size

    def decode(data: bytes) -> list[Any]:
        if len(data) % size and not is_filler(data[len(data) // size * size :]):
            raise ContentError(f"{len(data)} bytes are no list of items of {size}")
        pieces = [data[at : at + size] for at in range(0, len(data) // size * size, size)]
        while pieces and pieces[-1] in (nothing, FILLER * size):
            pieces.pop()
        return [None if piece == nothing else parse_whole(item, piece) for piece in pieces]

    def encode(values: list[Any], context: Any) -> bytes:
        built: bytes = b"".join(nothing if value is None else build_part(item, value) for value in values)
        room: int = (context._params.size - len(built)) // size
        return built + nothing * max(0, room)

    return ExprAdapter(GreedyBytes, lambda data, context: decode(data), encode)


# -- data objects -----------------------------------------------------------------------------------------------------


def padded_objects(data: bytes) -> list[tlv.Tlv]:
    """The data objects before the filler; TlvError, ContentError."""
    end = 0
    while end < len(data) and data[end : end + 1] != FILLER:
        _, _, end = tlv.read(data, end)
    if not is_filler(data[end:]):
        raise ContentError("bytes after the filler")
    return tlv.parse_all(data[:end])


def data_objects(fields: Mapping[int, tuple[str, Construct]]) -> Construct:
    """BER-TLV data objects as a dict: tag -> name and shape of the value. Unknown ones are kept: `tag 8F`: bytes."""
    tags = {name: (tag, shape) for tag, (name, shape) in fields.items()}

    def decode(data: bytes) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in padded_objects(data):
            name, shape = fields.get(each.tag, (f"tag {each.tag:X}", GreedyBytes))
            if name in found:
                raise ContentError(f"{name} twice")
            found[name] = parse_whole(shape, each.value)
        return found

    def encode(values: Mapping[str, Any]) -> bytes:
        pairs = ((*_tag_of(name, tags), value) for name, value in values.items())
        return b"".join(tlv.encode(tag, build_part(shape, value)) for tag, shape, value in pairs)

    return adapted(GreedyBytes, _with_tlv_errors(decode), encode)


def one_object(tag: int, shape: Construct) -> Construct:
    """One data object of this tag as the value inside."""

    def decode(data: bytes) -> Any:
        found = padded_objects(data)
        if [each.tag for each in found] != [tag]:
            raise ContentError(f"not one data object {tag:X}")
        return parse_whole(shape, found[0].value)

    return adapted(
        GreedyBytes, _with_tlv_errors(decode), lambda value: tlv.encode(tag, build_part(shape, value))
    )


def _tag_of(name: str, tags: Mapping[str, tuple[int, Construct]]) -> tuple[int, Construct]:
    if name in tags:
        return tags[name]
    prefix, _, number = name.partition(" ")
    if prefix != "tag":
        raise ContentError(f"no data object {name!r}")
    return int(number, 16), GreedyBytes


def _with_tlv_errors(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def decoded(data: bytes) -> Any:
        try:
            return decode(data)
        except TlvError as error:
            raise ContentError(str(error)) from error

    return decoded
